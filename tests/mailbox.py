"""A mail server for tests, over a real socket: keeps what it takes, and refuses as it is told."""
# ruff: noqa: ARG002, N802 - the names of its methods and their arguments are aiosmtpd's

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """What came, and what is answered."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """By address: what RCPT is answered instead of 250."""
    data_answer: str = "250 OK"
    mail_answer: str = "250 OK"
    hangs_up: bool = False
    """Once a letter has come, instead of an answer."""
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    lines: int = 0

    @property
    def to(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.lines += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_answer.startswith("250"):
            envelope.mail_from = address
        return self.mail_answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer.startswith("250"):
            content: Any = envelope.content
            self.letters.append(message_from_bytes(content, policy=default))
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return self.data_answer


@contextmanager
def a_mailbox(
    *,
    password: str = "",
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
) -> Iterator[Mailbox]:
    """A server on a port of its own; with ``password`` it wants ``classes`` signed in."""
    box = Mailbox()

    def sign_in(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        box.signed_in.append(given)
        return AuthResult(success=given == ("classes", password), handled=False)

    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if password:
        options |= {
            "authenticator": sign_in,
            "auth_required": starttls is not None,
            "auth_require_tls": implicit is None and starttls is not None,
        }
    box.port = _free_port()
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, ssl_context=implicit, **options
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def mail_table(box: Mailbox, **more: str) -> str:
    """The settings' table for it."""
    lines = "".join(f'{name} = "{value}"\n' for name, value in more.items())
    return f"""
[mail]
host = "127.0.0.1"
port = {box.port}
tls = "none"
sender = "Classes <classes@bridge.example.edu>"
{lines}
"""
