"""``lti-bridge meets …`` against a seeded MEETS, as an operator types it."""

from __future__ import annotations

import csv
import io
import re

import pytest

from lti_bridge.simulators.meets import create_meets, seed
from lti_bridge.simulators.meets.records import Recording, Stay
from lti_bridge.simulators.serving import Server
from tests import manual
from tests.unit.cli.house import run

SETTINGS = """
public_url = "https://bridge.example.edu"
database_url = "sqlite:///{folder}/bridge.db"
secret_key = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"

[security]
allow_http = true
allow_private_networks = true

[[conferencing]]
name = "live"
kind = "meetingz"
url = "https://live.example/"
secret = "a secret of the service"

[[platform]]
name = "Riverbank"
type = "Other"
version = "1.3"
issuer = "https://lms.example.edu"
client_id = "client-1"
auth_login_url = "https://lms.example.edu/auth"
auth_token_url = "https://lms.example.edu/token"
key_set_url = "https://lms.example.edu/jwks"
meets_connection = 1
conferencing = "live"
"""
PASSWORD = "pass-word-of-meets"


class Office:
    def __init__(self, folder, server, simulator):
        self.simulator = simulator
        self.records = simulator.records
        self.file = folder / "bridge.toml"
        meets = f'[meets]\nurl = "{simulator.url_for(server)}"\nusername = "b"\npassword = "{PASSWORD}"\n'
        self.file.write_text(SETTINGS.format(folder=folder) + meets)

    def run(self, *arguments):
        return run("meets", *arguments, "--config", self.file)


@pytest.fixture
def office(tmp_path):
    simulator = create_meets(connections=(), username="b", password=PASSWORD)
    with Server(simulator) as server:
        simulator.play_base = server.url
        seed(simulator, users=70, courses=6, events=30, recordings=9)
        yield Office(tmp_path, server, simulator)


@pytest.mark.parametrize(
    ("arguments", "function", "count"),
    [
        (["admins"], "list_admins", 3),
        (["connections"], "list_connections", 2),
        (["courses"], "list_courses", 6),
        (["users"], "list_users", 70),
        (["course-users", 1], "list_course_users", None),
        (["events"], "list_conferencing_events", 30),
        (["recordings"], "list_conference_recordings", 9),
        (["authentication-log"], "get_conferencing_authentication_log", 20),
    ],
)
def test_every_list_as_a_table_as_json_and_as_csv(office, arguments, function, count):
    found = office.run("list", *arguments, "--json").json
    assert count in (None, len(found))
    assert found
    assert found[0]["meets_id"] == 1 or function == "list_course_users"
    as_csv = list(csv.reader(io.StringIO(office.run("list", *arguments, "--csv").out)))
    assert [row[0] for row in as_csv[1:]] == [str(one["meets_id"]) for one in found]
    as_table = office.run("list", *arguments)
    lines = as_table.out.splitlines()
    assert lines[0].startswith("ID")
    assert len(lines) - 1 == min(len(found), 50)
    assert ("more" in as_table.err) is (len(found) > 50)
    assert office.simulator.calls[function] == 3


def test_the_log_says_when_and_how_in_words(office):
    lines = office.run("list", "authentication-log", "--limit", 4).out.splitlines()
    assert lines[0].split()[:4] == ["ID", "SIGNED", "IN", "AT"]
    assert re.search(r"^1 +2023-11-1\dT\S+ .* user$", lines[1])
    assert lines[4].endswith("administrator, single sign-on")
    rows = list(csv.reader(io.StringIO(office.run("list", "authentication-log", "--csv").out)))
    assert (rows[1][1], rows[4][-1]) == ("1700000000", "3"), "as MEETS has it"


def test_a_limit_is_of_all(office):
    assert len(office.run("list", "users", "--limit", 7, "--json").json) == 7
    assert len(office.run("list", "users", "--limit", 60).out.splitlines()) == 61


FILTERS = [
        (["courses", "--connection", 1, "--connection", 2], {"meetsIdConnections": "1,2"}),
        (["courses", "--user", 5], {"meetsIdUsers_canAccess": "5"}),
        (["courses", "--administrator", 5], {"meetsIdUsers_isAdministrator": "5"}),
        (["courses", "--teacher", 5], {"meetsIdUsers_isTeacher": "5"}),
        (["courses", "--student", 5], {"meetsIdUsers_isStudent": "5"}),
        (["users", "--course", 3], {"meetsIdCourses": "3"}),
        (["course-users", 3, "--role", "teacher"], {"meetsIdCourse": "3", "roles": "teacher"}),
        (["course-users", 3, "--without-role", "student"], {"rolesExclude": "student"}),
        (["users", "--connection", 2], {"meetsIdConnections": "2"}),
        (["events", "--connection", 1], {"meetsIdConnections": "1"}),
        (["events", "--course", 1, "--course", 4], {"meetsIdCourses": "1,4"}),
        (["recordings", "--connection", 1], {"meetsIdConnections": "1"}),
        (["recordings", "--course", 1], {"meetsIdCourses": "1"}),
        (["recordings", "--host", 2], {"meetsIdUsers_host": "2"}),
        (["recordings", "--account", 2], {"meetsIdConferencingAccounts": "2"}),
        (["recordings", "--service", "zoom"], {"conferencingServices": "zoom"}),
        (["events", "--host", 2], {"meetsIdUsers_host": "2"}),
        (["events", "--account", 2], {"meetsIdConferencingAccounts": "2"}),
        (["events", "--service", "zoom"], {"conferencingServices": "zoom"}),
        (["events", "--begins-before", 1800000000], {"timeBeginBefore": "1800000000"}),
        (["events", "--begins-after", "2026-09-01T00:00+00:00"], {"timeBeginAfter": "1788220800"}),
        (["events", "--ends-before", 5], {"timeEndBefore": "5"}),
        (["events", "--ends-after", 5], {"timeEndAfter": "5"}),
        (["recordings", "--type", "converted"], {"type": "converted"}),
        (["recordings", "--event", 5], {"meetsIdConferencingEvents": "5"}),
        (["recordings", "--added-before", 5], {"timeAddedBefore": "5"}),
        (["recordings", "--added-after", 5], {"timeAddedAfter": "5"}),
        (["recordings", "--begins-before", 5], {"timeEventBeginBefore": "5"}),
        (["recordings", "--begins-after", 5], {"timeEventBeginAfter": "5"}),
        (["recordings", "--ends-before", 5], {"timeEventEndBefore": "5"}),
        (["recordings", "--ends-after", 5], {"timeEventEndAfter": "5"}),
        (
            ["authentication-log", "--after", 5, "--before", 9],
            {"timeAfter": "5", "timeBefore": "9"},
        ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sent"), FILTERS)
def test_every_filter_is_sent_by_its_name(office, arguments, sent):
    from urllib.parse import parse_qs

    assert office.run("list", *arguments, "--json").code == 0
    asked = parse_qs(office.simulator.faults.requests[-1].query)
    assert {name: asked[name][0] for name in sent} == sent


COMMANDS = {
    "courses": "list_courses",
    "users": "list_users",
    "course-users": "list_course_users",
    "events": "list_conferencing_events",
    "recordings": "list_conference_recordings",
    "authentication-log": "get_conferencing_authentication_log",
}


def test_every_filter_of_the_manual_has_its_option():
    found = {(COMMANDS[arguments[0]], name) for arguments, sent in FILTERS for name in sent}
    paging = {"limit", "startAfterId"}
    assert found == {
        (name, each.name)
        for name, each in manual.EVERY
        if name in COMMANDS.values() and each.name not in paging
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "users", "--course", "x"],
        ["list", "users", "--course", 0],
        ["list", "events", "--host", "9" * 20],
        ["list", "events", "--host", 2**63],
        ["list", "course-users", "-1"],
        ["get", "attendance", "1.5"],
        ["download", "one"],
        ["from", "course", "x", "--connection", "main"],
    ],
)
def test_a_number_that_is_none_is_refused_before_anything_is_asked(office, arguments):
    done = office.run(*arguments)
    assert done.code == 2
    assert office.simulator.faults.requests == []


def test_a_number_that_meets_does_not_know_is_said_to_be(office):
    for arguments in (
        ["get", "attendance", 4711],
        ["download", 4711],
        ["list", "course-users", 99],
    ):
        done = office.run(*arguments)
        assert done.code == 1
        assert "knows nothing by this number" in done.err


def test_a_time_that_is_none_is_refused_with_an_example(office):
    done = office.run("list", "events", "--begins-after", "tomorrow")
    assert done.code == 2
    assert "2026-09-01T08:00" in done.err


def test_nothing_in_a_csv_is_a_formula(office):
    office.simulator.add_user(1, "evil", first="=1+1", last="@x", email="-2")
    rows = list(csv.reader(io.StringIO(office.run("list", "users", "--csv").out)))
    assert rows[-1][1:4] == ["'=1+1", "'@x", "'-2"]


def test_attendance(office):
    number = next(n for n, e in office.records.events.after(0) if e.service == "zoom")
    event = office.records.events[number]
    event.attendance = [
        Stay("Jane Dough (6)", 1429139036, 1429139103, "j@x.example", "127.0.0.1", "X")
    ]
    event.is_final = False
    done = office.run("get", "attendance", number)
    assert "Jane Dough (6)" in done.out
    assert "2015-04-15T23:03:56" in done.out or "2015-04-1" in done.out
    assert "Preliminary" in done.err
    (entry,) = office.run("get", "attendance", number, "--json").json["entries"]
    assert entry["time_join"] == 1429139036
    assert "1429139036" in office.run("get", "attendance", number, "--csv").out
    event.attendance = []
    assert "Nobody" in office.run("get", "attendance", number).out
    missing = office.run("get", "attendance", 4711)
    assert missing.code == 1
    assert PASSWORD not in missing.err


def test_from_an_lti_identifier_to_the_number(office):
    assert office.run("from", "course", "context-2", "--connection", 1).out == "3\n"
    assert office.run("from", "user", "user-0", "--connection", 1, "--json").json == {
        "meetsIdUser": 1
    }
    unknown = office.run("from", "user", "nobody", "--connection", 1)
    assert unknown.code == 1
    assert "doesn't know it" in unknown.err


def test_a_recording_elsewhere_is_an_address_and_is_not_fetched(office):
    done = office.run("download", 1)
    assert done.out.endswith("/play/1\n")
    assert not any("/play/" in one.path for one in office.simulator.faults.requests)


def test_a_file_is_written_and_never_over_another(office, tmp_path):
    content = bytes(range(256)) * 1000
    number = office.records.recordings.add(
        Recording(1, 5, "original", content=content, file_name="../../etc/Class 1.mp4")
    )
    target = tmp_path / "class.mp4"
    assert office.run("download", number, "--output", target).code == 0
    assert target.read_bytes() == content
    again = office.run("download", number, "--output", target)
    assert again.code == 1
    assert "--force" in again.err
    assert office.run("download", number, "--output", target, "--force").code == 0
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_file_without_output_stays_in_this_folder(office, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    number = office.records.recordings.add(
        Recording(1, 5, "original", content=b"x", file_name="../../etc/Class 1.mp4")
    )
    assert office.run("download", number).code == 0
    (written,) = tmp_path.glob("*Class 1.mp4")
    assert written.read_bytes() == b"x"


def test_a_file_cut_short_leaves_nothing(office, tmp_path):
    number = office.records.recordings.add(Recording(1, 5, "original", content=b"y" * 300_000))
    office.simulator.faults.set("cut")
    target = tmp_path / "class.mp4"
    assert office.run("download", number, "--output", target).code == 1
    assert not target.exists()
    assert not list(tmp_path.glob("*.part"))


def test_one_that_is_gone_says_so(office):
    number = office.records.recordings.add(Recording(1, 5, "original", gone=True))
    done = office.run("download", number)
    assert done.code == 1
    assert "no longer available" in done.err


def test_check_says_how_long_it_took_or_what_is_wrong(office):
    assert "answered in" in office.run("check").out
    office.simulator.faults.set("html")
    broken = office.run("check")
    assert broken.code == 1
    assert "url of [meets]" in broken.err
    assert PASSWORD not in broken.err


def test_without_meets_the_settings_are_to_blame(tmp_path):
    file = tmp_path / "bridge.toml"
    file.write_text(SETTINGS.format(folder=tmp_path))
    done = run("meets", "list", "users", "--config", file)
    assert done.code == 1
    assert "[meets]" in done.err


# Bringing numbers over.


def test_sync_brings_everybody_once_and_says_how_many(office):
    done = office.run("sync")
    assert done.code == 0
    assert "Connection 1: 3 courses" in done.out
    assert "Connection 1: 35 people" in done.out
    assert "Connection 2" not in done.out, "no LMS of ours has that number"
    again = office.run("sync", "--json").json
    assert [(one["kind"], one["taken"], one["went_on"]) for one in again] == [
        ("course", 3, False),
        ("user", 35, False),
    ]


def test_sync_brings_the_courses_events_too(office):
    done = office.run("sync", "--events")
    assert "Events of " in done.out
    courses = [c for _, c in office.records.courses.after(0) if c.connection == 1]
    assert f"Events of {len(courses)} courses" in done.out
    assert office.simulator.calls["list_conferencing_events"] == 1, "fifty courses a call"
    assert office.simulator.calls["list_conference_recordings"] == 1
    again = office.run("sync", "--events", "--json").json
    assert again[-1] == {**again[-1], "kind": "event", "taken": len(courses)}


def test_sync_says_so_where_events_do_not_come(office):
    office.simulator.faults.set("500", where=lambda path: "events" in path)
    done = office.run("sync", "--events")
    assert done.code == 1
    assert "MEETS" in done.err


def test_sync_of_a_connection_that_no_lms_has(office):
    done = office.run("sync", "--connection", 9)
    assert done.code == 1
    assert "platform list" in done.err
