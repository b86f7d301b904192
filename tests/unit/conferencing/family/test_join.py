"""``join``: every parameter, as a browser follows the URL."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from lti_bridge.conferencing import Created, Visitor
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import ANN, DETAILS, FAMILY, TEACHER, follow

NAMES = [
    "Ann Bee",
    'O\'Brien "Bo" <b>',
    "50 % + 1 & more = x; y?",
    "line\nbreak\ttab",
    "علی رضایی",
    "\u202eright-to-left\u202c \u200fmark",
    "Žofie Nguyễn",
    "李雷 & ハン・メイメイ",
    "👩🏽‍🏫 🇮🇷",
    "%2B%20already+encoded",
    "#fragment/path?query",
    "é and e\u0301",
]


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def pair(request):
    with pair_of(request.param) as pair:
        yield pair


def people_of(pair):
    return [
        (one.full_name, one.role, one.user_id)
        for one in pair.simulator.meetings[DETAILS.meeting_id].participants
    ]


def refused(pair, visitor, created=None, meeting=DETAILS):
    created = created or pair.service.create(DETAILS)
    status, body = follow(pair.service.join_url(meeting, visitor, created))
    assert status == 200, "the browser is shown the refusal"
    return body


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_arrive_as_they_are(pair, name):
    created = pair.service.create(replace(DETAILS, name=name))
    url = pair.service.join_url(DETAILS, replace(ANN, full_name=name), created)
    assert url.isascii()
    assert follow(url)[0] == 302
    assert pair.simulator.meetings[DETAILS.meeting_id].name == name
    assert people_of(pair) == [(name, "VIEWER", "42")]


def test_the_role_is_said_and_people_are_known_by_their_meets_number(pair):
    created = pair.service.create(DETAILS)
    for visitor in (ANN, TEACHER):
        status, where = follow(pair.service.join_url(DETAILS, visitor, created))
        assert (status, "/client/" in where) == (302, True)
    assert people_of(pair) == [("Ann Bee", "VIEWER", "42"), ("Tess Teacher", "MODERATOR", "7")]
    assert [one.role for one in pair.service.info(DETAILS.meeting_id).attendees] == [
        "attendee",
        "moderator",
    ]


def given_by(pair, visitor, created):
    url = pair.service.join_url(DETAILS, visitor, created)
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_bigbluebutton_is_told_the_role_and_the_others_the_password():
    for kind in FAMILY:
        with pair_of(kind) as pair:
            for visitor, role, password in (
                (ANN, "VIEWER", "attendee-pass"),
                (TEACHER, "MODERATOR", "moderator-pass"),
            ):
                given = given_by(pair, visitor, Created())
                assert given.get("role") == (role if kind is BigBlueButton else None)
                assert given["password"] == password


def test_create_time_is_said_where_there_is_one_and_user_id_too(pair):
    said = given_by(pair, ANN, Created(create_time=1411067830029))
    assert said["createTime"] == "1411067830029"
    for nothing in (Created(), Created(create_time=0)):
        assert "createTime" not in given_by(pair, ANN, nothing)
    assert "userID" not in given_by(pair, Visitor("A", "attendee"), Created())


def test_guests_are_said_where_the_service_knows_them(pair):
    knows = not isinstance(pair.service, Meetingz)
    guest = replace(ANN, guest=True)
    assert given_by(pair, guest, Created()).get("guest") == ("true" if knows else None)
    assert "guest" not in given_by(pair, ANN, Created())


def test_a_guest_waits_for_a_moderator():
    for kind, policy in ((MconfLive, None), (BigBlueButton, "ask")):
        with pair_of(kind) as pair:
            created = pair.service.create(replace(DETAILS, guest_policy=policy))
            guest = replace(ANN, guest=True)
            assert follow(pair.service.join_url(DETAILS, guest, created))[0] == 302
            meeting = pair.simulator.meetings[DETAILS.meeting_id]
            assert [one.full_name for one in meeting.waiting] == ["Ann Bee"]
            assert meeting.participants == []


def test_a_guest_is_let_in_or_turned_away_as_the_meeting_has_it():
    guest = replace(ANN, guest=True)
    with pair_of(BigBlueButton) as pair:
        created = pair.service.create(replace(DETAILS, guest_policy="accept"))
        assert follow(pair.service.join_url(DETAILS, guest, created))[0] == 302
        assert len(people_of(pair)) == 1
    with pair_of(BigBlueButton) as pair:
        created = pair.service.create(replace(DETAILS, guest_policy="deny"))
        assert "guestDeny" in refused(pair, guest, created)


def test_a_join_url_from_before_the_meeting_was_made_anew_is_no_good(pair):
    created = pair.service.create(DETAILS)
    old = Created(create_time=created.create_time - 1)
    assert "mismatchCreateTimeParam" in refused(pair, ANN, old)


def test_a_meeting_that_is_not_there_is_refused(pair):
    gone = replace(DETAILS, meeting_id="lti-gone")
    assert "invalidMeetingIdentifier" in refused(pair, ANN, Created(), gone)
    assert "validationError" in refused(pair, ANN, Created(), replace(DETAILS, meeting_id="a,b"))


def test_a_wrong_password_is_refused_where_it_says_the_role():
    for kind in (Meetingz, MconfLive):
        with pair_of(kind) as pair:
            pair.service.create(DETAILS)
            other = replace(DETAILS, attendee_password="other")
            assert "invalidPassword" in refused(pair, ANN, Created(), other)


def test_a_full_meeting_is_refused(pair):
    created = pair.service.create(replace(DETAILS, max_participants=1))
    assert follow(pair.service.join_url(DETAILS, TEACHER, created))[0] == 302
    assert "maxParticipantsReached" in refused(pair, ANN, created)


def test_what_is_missing_or_no_text_is_refused(pair):
    assert "FullName" in refused(pair, replace(ANN, full_name="")) or isinstance(
        pair.service, BigBlueButton
    )
    for bad in (replace(ANN, full_name="a\x01"), replace(ANN, user_id="\x02")):
        assert "validationError" in refused(pair, bad)


def test_a_url_that_somebody_changed_is_refused(pair):
    created = pair.service.create(DETAILS)
    url = pair.service.join_url(DETAILS, ANN, created)
    changed = url.replace("Ann+Bee", "Tess+Teacher")
    assert changed != url
    assert "checksumError" in follow(changed)[1]


def test_a_join_url_is_made_without_a_remote_call(pair):
    pair.service.join_url(DETAILS, ANN, Created())
    assert pair.simulator.faults.requests == []


def test_nothing_is_said_twice(pair):
    url = pair.service.join_url(DETAILS, replace(ANN, guest=True), Created(create_time=7))
    assert all(len(values) == 1 for values in parse_qs(urlsplit(url).query).values())
