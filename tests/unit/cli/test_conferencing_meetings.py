"""``lti-bridge conferencing meetings``, ``info``, ``end`` and ``attendance``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

import pytest

from lti_bridge.conferencing import Attendance, Callbacks, Stay
from lti_bridge.store import Notice
from tests.unit.cli.house import NOW_MS

ID = "lti-0123456789abcdef"


@pytest.mark.parametrize("name", ["live", "mconf", "bbb"])
def test_meetings_are_listed_with_how_many_are_in(house, name):
    house.held(name, ("Ann Bee", "attendee"), ("Tess", "moderator"))
    done = house.run("meetings", name)
    assert done.code == 0
    head, line = done.out.splitlines()
    assert head.split() == ["MEETING", "ID", "NAME", "RUNNING", "PEOPLE", "SINCE", "COURSE"]
    assert line.startswith(f"{ID}  Biology – Lectures  yes      ")
    (facts,) = house.run("meetings", name, "--json").json
    assert (facts["running"], facts["course"]) == (True, None)
    assert "attendees" not in facts
    assert not any("password" in key for key in facts)


def test_a_meeting_of_ours_is_shown_with_its_course(house):
    row = house.a_meeting()
    house.held("live", meeting_id=row.meeting_id)
    (facts,) = house.run("meetings", "live", "--json").json
    assert facts["course"] == row.course_id
    assert house.run("meetings", "live").out.splitlines()[1].endswith(f"  {row.course_id}")


def test_meetings_of_others_and_none_at_all(house):
    assert house.run("meetings", "bbb").out == "No meetings on bbb.\n"
    house.held("bbb", meeting_id="not-ours")
    assert house.run("meetings", "bbb", "--json").json[0]["course"] is None


def test_sessions_of_onstream_are_listed_without_what_it_does_not_say(house):
    house.held("webinars")
    done = house.run("meetings", "webinars")
    assert done.out.splitlines()[1].split()[0] == ID
    (facts,) = house.run("meetings", "webinars", "--json").json
    assert facts["running"] is None
    assert facts["participants"] is None


def test_it_works_without_a_prepared_database(house):
    done = house.run("meetings", "live")
    assert (done.code, done.err) == (0, "")
    assert "no meeting" in house.run("info", "live", ID).err


def test_info_tells_who_is_in_but_no_password(house):
    callbacks = Callbacks(ended_url="https://bridge.example.edu/callbacks/ended/x/the-mark")
    house.held(
        "bbb",
        ("Ann Bee", "attendee"),
        ("Tess \x1b[31m", "moderator"),
        callbacks=callbacks,
        metadata={"meets-id-course": "12"},
    )
    done = house.run("info", "bbb", ID)
    assert done.code == 0
    assert "meets-id-course = 12" in done.out
    assert "Ann Bee" in done.out
    assert "moderator" in done.out
    as_json = house.run("info", "bbb", ID, "--json")
    people = {one["full_name"]: one["role"] for one in as_json.json["attendees"]}
    assert people["Ann Bee"] == "attendee"
    for text in (done.out, as_json.out):
        assert "moderator-pass" not in text
        assert "attendee-pass" not in text
        assert "the-mark" not in text, "who knows it could call"
        assert "\x1b" not in text


def test_voice_and_breakout_rooms_are_told(house):
    house.held("bbb", ("Ann Bee", "attendee"), ("Tess", "moderator"))
    meeting = house.bbb.meetings[ID]
    meeting.joined[0].listening = True
    meeting.joined[1].voice = True
    meeting.breakouts.append("room-1")
    out = house.run("info", "bbb", ID).out
    assert "listens" in out
    assert "breakout rooms        room-1" in out


def test_info_of_nobody_and_of_an_unknown_meeting(house):
    house.held("bbb")
    assert "USER ID" not in house.run("info", "bbb", ID).out
    done = house.run("info", "bbb", "nowhere")
    assert done.code == 1
    assert "bbb has no meeting nowhere" in done.err


def test_info_of_an_onstream_session_by_our_id_and_by_its_number(house):
    house.held("webinars")
    by_id = house.run("info", "webinars", ID, "--json").json
    assert house.run("info", "webinars", by_id["remote_id"], "--json").json == by_id


def test_end_asks_once_more(house):
    house.held("bbb", ("Tess", "moderator"))
    for typed in ("n\n", ""):
        done = house.run("end", "bbb", ID, typed=typed)
        assert done.code == 1
        assert list(house.bbb.meetings) == [ID]
    done = house.run("end", "bbb", ID, typed="y\n")
    assert (done.code, done.out) == (0, f"{ID} was ended.\n")
    assert house.bbb.meetings == {}


@pytest.mark.parametrize("name", ["live", "mconf", "bbb"])
def test_end_with_yes_asks_nothing(house, name):
    house.held(name, ("Tess", "moderator"))
    done = house.run("end", name, ID, "--yes")
    assert (done.code, done.err) == (0, "")
    assert house.simulators[name].meetings == {}


def test_a_meeting_of_ours_that_was_ended_is_made_anew_by_the_next(house):
    row = house.a_meeting()
    house.held(
        "live",
        ("Tess", "moderator"),
        meeting_id=row.meeting_id,
        moderator_password=row.moderator_password,
    )
    with house.bridge() as bridge:
        claim = bridge.store.meetings.claim(
            row.id, now_ms=NOW_MS, confirmed_before_ms=0, hold_ms=1000
        )
        bridge.store.meetings.confirmed(claim, 1, "x", NOW_MS)
    assert house.run("end", "live", row.meeting_id, "--yes").code == 0
    with house.bridge() as bridge:
        assert bridge.store.meetings.by_id(row.id).confirmed_ms == 0


def test_an_unknown_meeting_cannot_be_ended(house):
    done = house.run("end", "live", "nowhere", "--yes")
    assert done.code == 1
    assert "lti-bridge conferencing meetings live" in done.err


def test_end_on_a_server_that_tells_nothing_of_meetings(house):
    row = house.a_meeting()
    house.held(
        "live",
        ("Tess", "moderator"),
        meeting_id=row.meeting_id,
        moderator_password=row.moderator_password,
    )
    house.live.faults.set(
        "html",
        where=lambda path: path.endswith("/getMeetingInfo"),
        body=b"<response><returncode>FAILED</returncode>"
        b"<messageKey>unsupportedRequest</messageKey></response>",
    )
    assert house.run("end", "live", row.meeting_id, "--yes").code == 0
    assert house.live.meetings == {}


def test_onstream_cannot_end_a_class_and_says_so_at_once(house):
    done = house.run("end", "webinars", ID)
    assert done.code == 1
    assert "can't end a class that runs" in done.err
    assert "[y/N]" not in done.err


# Attendance.


def test_who_was_in_on_mconf(house):
    house.held("mconf", ("=Ann Bee", "attendee"), ("Tess", "moderator"))
    running = house.run("attendance", "mconf")
    assert "preliminary" in running.out
    house.run("end", "mconf", ID, "--yes")
    done = house.run("attendance", "mconf", "--meeting", ID)
    assert done.code == 0
    assert "preliminary" not in done.out
    assert "=Ann Bee" in done.out
    (told,) = house.run("attendance", "mconf", "--json").json
    assert told["final"] is True
    assert len(told["stays"]) == 2
    lines = list(csv.DictReader(io.StringIO(house.run("attendance", "mconf", "--csv").out)))
    assert [line["name"] for line in lines] == ["'=Ann Bee", "Tess"], "no formula for spreadsheets"
    assert {line["final"] for line in lines} == {"yes"}
    assert all(line["in"] and line["out"] for line in lines)


def test_nobody_was_in(house):
    assert "Nobody" in house.run("attendance", "mconf").out


def test_who_was_in_on_bigbluebutton_is_what_it_sent(house):
    row = house.a_meeting(service="bbb")
    stays = (Stay("42", "Ann Bee", NOW_MS, NOW_MS + 60_000), Stay("7", "Tess", NOW_MS, None))
    told = Attendance(row.meeting_id, stays, "Biology", "a-1", NOW_MS, NOW_MS + 90_000)
    with house.bridge() as bridge:
        bridge.store.notices.note(Notice(row.id, "ended", "1", "{}", NOW_MS))
        data = json.dumps(asdict(told))
        bridge.store.notices.note(Notice(row.id, "attendance", "a-1", data, NOW_MS))
    done = house.run("attendance", "bbb", "--meeting", row.meeting_id)
    assert done.code == 0
    assert "0:01:00" in done.out
    (sent,) = house.run("attendance", "bbb", "--meeting", row.meeting_id, "--json").json
    assert [stay["full_name"] for stay in sent["stays"]] == ["Ann Bee", "Tess"]
    assert "Nobody" in house.run("attendance", "bbb", "--meeting", "lti-nowhere").out
    assert house.run("attendance", "bbb").code == 2, "it can't be asked for all"


@pytest.mark.parametrize("name", ["live", "webinars"])
def test_services_that_do_not_say_who_was_in(house, name):
    done = house.run("attendance", name)
    assert done.code == 1
    assert name in done.err


@pytest.mark.parametrize("arguments", [("--json", "--csv"), ("--meeting", " ")])
def test_what_cannot_be_asked_is_said(house, arguments):
    assert house.run("attendance", "mconf", *arguments).code == 2
