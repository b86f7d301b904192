from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest
from pydantic import SecretStr

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteTimeout, RemoteUnavailable
from lti_bridge.http import Letter, MailServer
from lti_bridge.http.mail import address
from lti_bridge.settings import Mail
from tests.mailbox import a_mailbox
from tests.unit.http.test_tls import certificate, context

PASSWORD = "correct horse battery"
LETTER = Letter(
    to="ben@example.edu",
    subject="Analysis begins: 10:00",
    text="آغاز کلاس\n\nOpen the course.\n",
    identity="class-1-2-3",
    headers={"List-Unsubscribe": "<https://bridge.example.edu/x>"},
)


def to(box, tls="none", trusting=None, seconds=5.0, **changes):
    values = {
        "host": "127.0.0.1",
        "port": box.port,
        "tls": tls,
        "sender": "Classes <classes@bridge.example.edu>",
        **changes,
    }
    made = (
        (lambda: ssl.create_default_context(cafile=trusting))
        if trusting
        else ssl.create_default_context
    )
    return MailServer(Mail(**values), "bridge.example.edu", context=made, seconds=seconds)


def send(server, *letters):
    with server.open() as line:
        for letter in letters or (LETTER,):
            line.send(letter)


def test_a_letter_comes_as_it_was_written():
    with a_mailbox() as box:
        send(to(box))
    (letter,) = box.letters
    assert (letter["From"], letter["To"]) == (
        "Classes <classes@bridge.example.edu>",
        "ben@example.edu",
    )
    assert letter["Subject"] == LETTER.subject
    assert letter["Message-ID"] == "<class-1-2-3@bridge.example.edu>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == "<https://bridge.example.edu/x>"
    assert letter["Date"].datetime.tzinfo is not None
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text


def test_many_letters_need_one_line():
    with a_mailbox() as box:
        send(to(box), *[replace(LETTER, to=f"p{number}@example.edu") for number in range(20)])
    assert (len(box.letters), box.lines) == (20, 1)


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.edu", "a\n\nbody", "\x00\u2028آ\x7f"])
def test_no_subject_becomes_another_header(subject):
    with a_mailbox() as box:
        send(to(box), replace(LETTER, subject=subject))
    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert letter.get_content().startswith("آغاز")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_with_tls_it_signs_in(tmp_path, tls):
    file = certificate(tmp_path, ip=["127.0.0.1"])
    with a_mailbox(password=PASSWORD, **{tls: context(file)}) as box:
        send(to(box, tls, file, username="classes", password=SecretStr(PASSWORD)))
    assert (len(box.letters), box.signed_in) == (1, [("classes", PASSWORD)])


def _caught(server, kind, code):
    with pytest.raises(kind) as caught:
        send(server)
    error = caught.value
    assert (error.service, error.code) == ("mail", code)
    assert error.__context__ is None
    for text in (str(error), error.remedy, error.reason):
        for secret in (PASSWORD, "ben@example.edu", "Analysis"):
            assert secret not in text
    assert error.remedy
    return error


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_untrusted_certificate_gets_no_password(tmp_path, tls):
    file = certificate(tmp_path, ip=["127.0.0.1"])
    with a_mailbox(password=PASSWORD, **{tls: context(file)}) as box:
        server = to(box, tls, username="classes", password=SecretStr(PASSWORD))
        _caught(server, RemoteUnavailable, "mail_tls")
    assert box.signed_in == []


def test_a_certificate_for_another_name_is_no_better(tmp_path):
    file = certificate(tmp_path, dns=["other.example"])
    with a_mailbox(starttls=context(file)) as box:
        _caught(to(box, "starttls", file), RemoteUnavailable, "mail_tls")


def test_where_starttls_is_missing_nothing_goes_out_in_plain():
    with a_mailbox() as box:
        _caught(to(box, "starttls"), RemoteUnavailable, "mail_tls")
    assert box.letters == []


def test_a_wrong_password_is_said_to_be_one(tmp_path):
    file = certificate(tmp_path, ip=["127.0.0.1"])
    with a_mailbox(password=PASSWORD, starttls=context(file)) as box:
        server = to(box, "starttls", file, username="classes", password=SecretStr("wrong"))
        _caught(server, RemoteUnavailable, "mail_sign_in")


def test_a_server_that_is_not_there_is_unreachable():
    with a_mailbox() as box:
        pass
    _caught(to(box), RemoteUnavailable, "mail_unreachable")


def test_a_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = to(type("Box", (), {"port": port}), seconds=0.2)
        _caught(server, RemoteTimeout, "mail_timeout")


@pytest.mark.parametrize(
    ("answers", "kind", "code"),
    [
        ({"answers": {"ben@example.edu": "550 no such user ben@example.edu"}}, RemoteRejected, "mail_refused"),
        ({"answers": {"ben@example.edu": "450 greylisted"}}, RemoteUnavailable, "mail_later"),
        ({"data_answer": "554 spam: Analysis"}, RemoteRejected, "mail_refused"),
        ({"data_answer": "452 disk full"}, RemoteUnavailable, "mail_later"),
        ({"mail_answer": "553 not your domain"}, RemoteUnavailable, "mail_sender"),
        ({"hangs_up": True}, RemoteMalformed, "mail_broken"),
    ],
)  # fmt: skip
def test_each_refusal_says_whether_to_try_again(answers, kind, code):
    with a_mailbox() as box:
        for name, value in answers.items():
            setattr(box, name, value)
        _caught(to(box), kind, code)


def test_one_refusal_is_not_the_others_loss():
    with a_mailbox() as box:
        box.answers["gone@example.edu"] = "550 gone"
        with to(box).open() as line:
            with pytest.raises(RemoteRejected):
                line.send(replace(LETTER, to="gone@example.edu"))
            line.send(LETTER)
    assert box.to == ["ben@example.edu"]


def test_the_doctor_only_knocks():
    with a_mailbox() as box:
        to(box).check()
    assert (box.letters, box.lines) == ([], 1)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("ben@example.edu", "ben@example.edu"),
        ("ben+lms@sub.example.edu", "ben+lms@sub.example.edu"),
        ("ben@bücher.example", "ben@xn--bcher-kva.example"),
        ("", ""),
        ("ben", ""),
        ("ben@", ""),
        ("@example.edu", ""),
        ("ben@example.edu,all@example.edu", ""),
        ("ben@example.edu\r\nRCPT TO:<x@y>", ""),
        ("<ben@example.edu>", ""),
        ("بن@example.edu", ""),
        ("b" * 250 + "@example.edu", ""),
        ("ben@" + "x" * 64 + ".example", ""),
        ("ben@exa mple.edu", ""),
    ],
)
def test_only_what_is_an_address_is_written_to(text, taken):
    assert address(text) == taken
    if not taken:
        with a_mailbox() as box, to(box).open() as line, pytest.raises(RemoteRejected):
            line.send(replace(LETTER, to=text))
        assert box.letters == []
