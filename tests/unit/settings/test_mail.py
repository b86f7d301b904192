"""The mail server's table: what may stand in it, and what every mistake is called."""

from __future__ import annotations

import pytest

from lti_bridge.errors import SettingsError
from lti_bridge.settings import load
from tests.unit.settings.test_documents import TOP

MAIL = '[mail]\nhost = "mail.example.edu"\nsender = "classes@example.edu"\n'


@pytest.fixture
def mail_of(tmp_path):
    def read(text):
        file = tmp_path / "bridge.toml"
        file.write_text(TOP + text, encoding="utf-8")
        return load(file, {}).mail

    return read


def test_without_the_table_there_is_none(mail_of):
    assert mail_of("") is None


def test_a_name_and_a_sender_are_enough(mail_of):
    mail = mail_of(MAIL)
    assert (mail.host, mail.port, mail.tls, mail.username) == (
        "mail.example.edu",
        None,
        "starttls",
        "",
    )


def test_the_password_is_shown_by_nothing(mail_of):
    mail = mail_of(MAIL + 'username = "classes"\npassword = "correct horse"\n')
    assert mail.password.get_secret_value() == "correct horse"
    assert "correct horse" not in repr(mail)


def test_plain_mail_is_for_development(mail_of):
    plain = MAIL + 'tls = "none"\n'
    assert mail_of(plain + "[security]\nallow_http = true\n").tls == "none"
    with pytest.raises(SettingsError, match=r"mail\.tls: sends letters and the password in plain"):
        mail_of(plain)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MAIL + 'username = "classes"\n', "mail.password: is missing beside username"),
        (MAIL + 'password = "x"\n', "mail.username: is missing beside password"),
        (MAIL + "port = 0\n", "mail.port"),
        (MAIL + "port = 70000\n", "mail.port"),
        (MAIL + 'tls = "ssl"\n', "mail.tls"),
        (MAIL + 'user = "x"\n', "mail.user: is not a key"),
        (MAIL.replace("mail.example.edu", "mail.example.edu:587"), "mail.host: is not a host name"),
        (MAIL.replace("mail.example.edu", "https://mail.example.edu"), "mail.host"),
        (MAIL.replace("classes@", "classes"), "mail.sender: is not an address of e-mail"),
        (MAIL.replace("classes@", "a@b, classes@"), "mail.sender"),
        (MAIL.replace("classes@", "x\\r\\nBcc: y@z <classes@"), "mail.sender"),
    ],
)
def test_each_mistake_is_named(mail_of, text, says):
    with pytest.raises(SettingsError, match=says):
        mail_of(text)


@pytest.mark.parametrize(
    "sender", ["classes@example.edu", "Classes <classes@example.edu>", "کلاس <c@example.edu>"]
)
def test_a_sender_may_have_a_name(mail_of, sender):
    assert mail_of(MAIL.replace("classes@example.edu", sender)).sender == sender
