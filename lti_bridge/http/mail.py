"""The door out for e-mail: one mail server, of the operator's own choice (RFC 5321).

A letter is handed over or it isn't, and the error says which: what may be tried again is
:class:`RemoteUnavailable`, what the server will never take :class:`RemoteRejected`. Where the line
broke after the letter had gone out nobody knows; that is :class:`RemoteMalformed`, and is not to be
tried again. No error holds an address, a name, a password or the server's own words.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import (
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)

if TYPE_CHECKING:
    from lti_bridge.settings import Mail

SECONDS: Final = 10.0
"""For so long the server may keep us waiting for each answer."""
LONGEST_ADDRESS: Final = 254
PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>(),;:\"\[\]\\/]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to one person, in plain text."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    identity: str
    """The same for the same letter: the left part of its Message-ID."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class MailServer:
    """Hands letters over."""

    def __init__(
        self,
        settings: Mail,
        host: str,
        *,
        context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        seconds: float = SECONDS,
    ) -> None:
        """``host``: our own name, as the server is told; ``context``: whom TLS trusts."""
        self._settings = settings
        self._host = host
        self._context = context
        self._seconds = seconds

    @contextmanager
    def open(self) -> Iterator[MailLine]:
        """A line to the server, signed in. Raises :class:`RemoteError` where there is none."""
        smtp, failure = self._opened()
        if smtp is None:
            raise failure or _unreachable()
        try:
            yield MailLine(smtp, self._settings.sender, self._host)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def check(self) -> None:
        """Sign in and say goodbye. Raises as :meth:`open`."""
        with self.open():
            pass

    def _opened(self) -> tuple[smtplib.SMTP | None, RemoteError | None]:
        # As values: no library's exception, which may hold a server's words, hangs on to ours.
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected()
            smtp.ehlo_or_helo_if_needed()
            password = self._settings.password
            if self._settings.username and password is not None:
                smtp.login(self._settings.username, password.get_secret_value())
        except (smtplib.SMTPException, OSError, ValueError) as error:
            if smtp is not None:
                smtp.close()
            return None, _no_line(error)
        return smtp, None

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        port = settings.port or PORTS[settings.tls]
        if settings.tls == "implicit":
            return smtplib.SMTP_SSL(
                settings.host,
                port,
                local_hostname=self._host,
                timeout=self._seconds,
                context=self._context(),
            )
        smtp = smtplib.SMTP(settings.host, port, local_hostname=self._host, timeout=self._seconds)
        if settings.tls == "starttls":
            try:
                smtp.starttls(context=self._context())
            except BaseException:
                smtp.close()
                raise
        return smtp


@dataclass(frozen=True, slots=True)
class MailLine:
    """An open line to the server."""

    smtp: smtplib.SMTP = field(repr=False)
    sender: str
    host: str

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises :class:`RemoteError`; see the module."""
        failure = self._sent(letter)
        if failure is not None:
            raise failure

    def _sent(self, letter: Letter) -> RemoteError | None:
        to = address(letter.to)
        if not to:
            return _rejected("that is no address of e-mail")
        message = written(letter, to, self.sender, self.host)
        try:
            self.smtp.send_message(message, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            return _by_code(next(iter(error.recipients.values()))[0], "this person's address")
        except smtplib.SMTPSenderRefused as error:
            return _by_code(error.smtp_code, "the sender", for_all=True)
        except smtplib.SMTPDataError as error:
            return _by_code(error.smtp_code, "the letter")
        except (smtplib.SMTPException, OSError):
            return RemoteMalformed(
                "The line to the mail server broke while a letter went out.",
                service="mail",
                call="send",
                remedy="Nothing is to be done: it may have arrived, and isn't sent again.",
                code="mail_broken",
            )
        return None


def written(letter: Letter, to: str, sender: str, host: str) -> EmailMessage:
    """The letter as it goes out."""
    message = EmailMessage(policy=SMTP)
    message.set_content(letter.text)  # which takes away headers that begin with Content-
    message["From"] = sender
    message["To"] = to
    message["Subject"] = _CONTROLS.sub(" ", letter.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.identity}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: nobody's holiday notice answers
    for name, value in letter.headers.items():
        message[name] = value
    return message


def address(text: str) -> str:
    """An address as servers take it; empty where it is none, or one that needs SMTPUTF8."""
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        return ""
    local, _, domain = text.partition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return ""


def _no_line(error: Exception) -> RemoteError:
    # smtplib says of an answer that didn't come in time that the line was closed.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return RemoteTimeout(
            "The mail server took too long.",
            remedy="See that mail.host and mail.port are right, and that no firewall is between.",
            code="mail_timeout",
            service="mail",
            call="connect",
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return RemoteUnavailable(
            "The mail server doesn't take our user name and password.",
            remedy="Check mail.username and mail.password.",
            code="mail_sign_in",
            service="mail",
            call="connect",
        )
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return RemoteUnavailable(
            "The mail server and we don't agree on TLS or on how to sign in.",
            remedy="Check mail.tls and the server's certificate.",
            code="mail_tls",
            service="mail",
            call="connect",
        )
    return _unreachable()


def _unreachable() -> RemoteUnavailable:
    return RemoteUnavailable(
        "The mail server can't be reached.",
        service="mail",
        call="connect",
        remedy="See that mail.host, mail.port and mail.tls are right, and that it is up.",
        code="mail_unreachable",
    )


def _by_code(code: int, what: str, *, for_all: bool = False) -> RemoteError:
    """4xx may be otherwise later (RFC 5321, 4.2.1); so may what it says of our sender."""
    if 400 <= code < 500 or for_all:
        return RemoteUnavailable(
            f"The mail server doesn't take {what} for now ({code}).",
            service="mail",
            call="send",
            remedy="Check mail.sender; otherwise it is tried again by itself.",
            code="mail_sender" if for_all else "mail_later",
        )
    return _rejected(f"the mail server refuses {what} ({code})")


def _rejected(why: str) -> RemoteRejected:
    return RemoteRejected(
        f"A letter can't be sent: {why}.",
        service="mail",
        call="send",
        remedy="Nothing is to be done: it isn't tried again.",
        code="mail_refused",
    )
