"""``lti-bridge conferencing add``, ``secret``, ``remove``, ``rest``, ``wake`` and ``assign``."""

from __future__ import annotations

import re
import sqlite3

import pytest

from lti_bridge.errors import ServiceMissing
from tests.unit.cli.house import SECRET, run


@pytest.fixture
def secret(house):
    """A file with the services' secret."""
    file = house.folder / "bbb.secret"
    file.write_text(f"{SECRET}\n")
    return file


@pytest.fixture
def with_backup(house, secret):
    """One of the admins' own: the same BigBlueButton by another name."""
    done = added(house, "--secret-file", secret)
    assert (done.code, done.err) == (0, "")
    return house


def added(house, *options, name="backup", typed=None):
    usual = ("--kind", "bigbluebutton", "--url", house.urls["bbb"])
    return house.run("add", name, *usual, *options, typed=typed)


def stored(house):
    """Everything in the database."""
    with sqlite3.connect(house.folder / "bridge.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    return dump


def listed(house, name):
    (one,) = [each for each in house.run("list", "--json").json if each["name"] == name]
    return one


def test_a_service_of_ones_own_works_like_the_others(with_backup):
    one = listed(with_backup, "backup")
    assert (one["managed_by"], one["kind"]) == ("admin", "bigbluebutton")
    assert "backup  (bigbluebutton, added by an admin)" in with_backup.run("list").out
    assert with_backup.run("check", "backup").code == 0
    assert SECRET not in stored(with_backup), "it is sealed"


def test_adding_says_how_to_test_it(house, secret):
    done = added(house, "--secret-file", secret)
    assert f"lti-bridge conferencing check backup --config {house.file}" in done.out
    assert "20 seconds" in done.out


def test_the_secret_may_come_from_a_variable_or_be_typed(house, monkeypatch):
    monkeypatch.setenv("BBB_SECRET", SECRET)
    assert added(house, "--secret-env", "BBB_SECRET").code == 0
    assert house.run("check", "backup").code == 0
    done = added(house, name="typed", typed=f"{SECRET}\n")
    assert done.code == 0
    assert SECRET not in done.out + done.err, "it isn't shown while it is typed"
    assert house.run("check", "typed").code == 0


def test_an_onstream_account_may_be_added_with_all_its_keys(house, monkeypatch):
    monkeypatch.setenv("ONSTREAM", "onstream-pass-word")
    done = house.run(
        "add", "talks", "--kind", "onstream", "--url", house.urls["webinars"],
        "--username", "johndoe", "--timezone", "UP1", "--daylight-saving", "off",
        "--send-timezone", "--experimental", "--secret-env", "ONSTREAM",
    )  # fmt: skip  # as it is typed
    assert (done.code, done.err) == (0, "")
    assert "slides" in listed(house, "talks")["capabilities"]
    with house.bridge() as bridge:
        settings = bridge.services.entry("talks").settings
    assert (settings.timezone, settings.daylight_saving) == ("UP1", "off")
    assert settings.send_timezone
    assert "onstream-pass-word" not in stored(house)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--kind", "zoom"), "kind: is none of its values"),
        (("--url", "bbb.example.edu"), "url: is not an http or https URL"),
        (("--checksum", "md5"), "checksum: is none of its values"),
        (("--username", "johndoe"), 'username: is not used with kind = "bigbluebutton"'),
        (("--experimental",), 'experimental: is not used with kind = "bigbluebutton"'),
        (("--secret-file", "nowhere"), "secret: refers to a file that is not there"),
    ],
)
def test_wrong_values_are_said_as_of_the_settings_file(house, secret, options, line):
    done = added(house, "--secret-file", secret, *options)
    assert done.code == 2
    assert done.err.startswith(line)
    assert SECRET not in done.err


def test_production_takes_no_plain_http_here_either(house, secret):
    text = house.file.read_text()
    house.file.write_text(
        re.sub(r"\[\[conferencing\]\].*?(?=\[\[platform)", "", text, flags=re.DOTALL)
        .replace("allow_http = true", "allow_http = false")
        .replace("allow_private_networks = true", "")
        .partition("[[platform]]")[0]
    )
    done = added(house, "--secret-file", secret)
    assert done.code == 2
    assert "url: is plain http" in done.err
    assert "url: is on a loopback or private address" in done.err


def test_the_settings_files_names_are_its_own(house, secret):
    done = added(house, "--secret-file", secret, name="live")
    assert done.code == 1
    assert "'live' is a service of the settings file" in done.err


def test_one_that_is_there_is_replaced_on_purpose_only(with_backup, secret):
    again = ("--secret-file", secret, "--checksum", "sha512")
    done = added(with_backup, *again)
    assert done.code == 1
    assert "--replace" in done.err
    assert added(with_backup, *again, "--replace").code == 0
    with with_backup.bridge() as bridge:
        assert bridge.services.entry("backup").settings.checksum == "sha512"


def test_two_sources_of_a_secret_are_one_too_many(house, secret):
    assert added(house, "--secret-file", secret, "--secret-env", "X").code == 2


def test_a_secret_is_replaced_while_meetings_run(with_backup, secret):
    with_backup.held("backup", ("Tess", "moderator"))
    with_backup.bbb.secret = "another-secret-of-theirs"
    assert with_backup.run("meetings", "backup").code == 1
    secret.write_text("another-secret-of-theirs")
    done = with_backup.run("secret", "backup", "--secret-file", secret)
    assert (done.code, done.err) == (0, "")
    assert "20 seconds" in done.out
    assert "Biology" in with_backup.run("meetings", "backup").out
    with with_backup.bridge() as bridge:
        assert bridge.services.entry("backup").settings.url == with_backup.urls["bbb"]
    assert "another-secret-of-theirs" not in stored(with_backup)


def test_a_secret_may_be_typed_anew(with_backup):
    with_backup.bbb.secret = "typed-secret"
    assert with_backup.run("secret", "backup", typed="typed-secret\n").code == 0
    assert with_backup.run("check", "backup").code == 0


@pytest.mark.parametrize(("name", "key"), [("live", "secret"), ("webinars", "password")])
def test_secrets_of_the_settings_file_are_changed_there(house, secret, name, key):
    done = house.run("secret", name, "--secret-file", secret)
    assert done.code == 1
    assert f"'{name}' is a service of the settings file: change its {key} there" in done.err


@pytest.mark.parametrize("command", [("secret",), ("remove", "--yes")])
def test_an_unknown_service_is_said_with_those_there_are(house, command):
    done = house.run(command[0], "nowhere", *command[1:])
    assert done.code == 1
    assert "live, mconf, bbb, webinars" in done.err


def test_one_that_cannot_be_opened_any_more_may_be_added_again(with_backup, secret):
    text = with_backup.file.read_text()
    with_backup.file.write_text(text.replace("0f8e2b7c91d34a56", "9a8e2b7c91d34a56"))
    lost = with_backup.run("list")
    assert lost.code == 0
    assert "can't be opened with the secret_key" in lost.err
    # The bridge's own key is sealed with the lost key, too.
    with sqlite3.connect(with_backup.folder / "bridge.db") as connection:
        connection.execute("DELETE FROM tool_keys")
    connection.close()
    assert added(with_backup, "--secret-file", secret).code == 0
    assert with_backup.run("check", "backup").code == 0


def test_removing_asks_once_more_and_forgets_the_secret(with_backup):
    row = with_backup.a_meeting()
    assert with_backup.run("assign", "backup", "--course", row.course_id).code == 0
    assert with_backup.run("remove", "backup", typed="n\n").code == 1
    assert listed(with_backup, "backup")
    done = with_backup.run("remove", "backup", typed="y\n")
    assert done.code == 0
    with with_backup.bridge() as bridge:
        assert "backup" not in bridge.services.names()
        assert bridge.store.meetings.by_id(row.id).service == "live", "its platform's"
        with pytest.raises(ServiceMissing):
            bridge.services.service_for("backup")


def test_services_of_the_settings_file_are_taken_out_there(house):
    done = house.run("remove", "live", "--yes")
    assert done.code == 1
    assert "settings file: take it out there" in done.err


@pytest.mark.parametrize("name", ["live", "backup"])
def test_a_service_is_put_to_rest_and_woken(with_backup, name):
    done = with_backup.run("rest", name)
    assert done.code == 0
    assert "20 seconds" in done.out
    assert listed(with_backup, name)["resting"]
    assert "at rest: no new meetings" in with_backup.run("list").out
    assert with_backup.run("check", name).code == 0, "a check may be made all the same"
    done = with_backup.run("wake", name)
    assert done.code == 0
    assert not listed(with_backup, name)["resting"]


@pytest.mark.parametrize("command", ["rest", "wake"])
def test_an_unknown_service_has_no_rest(house, command):
    done = house.run(command, "nowhere")
    assert done.code == 1
    assert "There is no conferencing service 'nowhere'" in done.err


def test_a_course_is_assigned_and_given_back(house):
    row = house.a_meeting()
    done = house.run("assign", "bbb", "--course", row.course_id)
    assert (done.code, done.out) == (
        0,
        f"Course {row.course_id} meets on bbb now. Meetings that moved: 1.\n",
    )
    with house.bridge() as bridge:
        assert bridge.store.meetings.by_id(row.id).service == "bbb"
    done = house.run("assign", "--course", row.course_id, "--platform-default")
    assert "meets on its platform's service now" in done.out
    with house.bridge() as bridge:
        assert bridge.store.meetings.by_id(row.id).service == "live"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("bbb", "--course", "99"), 1, "no course with the number 99"),
        (("nowhere", "--course", "1"), 1, "no conferencing service 'nowhere'"),
        (("--course", "1"), 2, "--platform-default"),
        (("bbb", "--course", "1", "--platform-default"), 2, "--platform-default"),
        (("bbb", "--course", "0"), 2, "--course"),
        (("bbb",), 2, "--course"),
    ],
)
def test_what_cannot_be_assigned_is_said(house, arguments, code, said):
    done = house.run("assign", *arguments)
    assert done.code == code
    assert said in done.err


def test_wrong_settings_are_said_before_anything_else(house):
    house.file.write_text("colour = 1\n")
    assert run("conferencing", "rest", "live", "--config", house.file).code == 2
