"""The simulated Meetingz: the page of a class, who gets in, and how it ends."""

import re
from html import escape
from urllib.parse import urlencode

import pytest

from lti_bridge.simulators.bigbluebutton.pages import initials, tone
from tests.unit.simulators.family import CLASS, NOON

# --- join


def test_join_leads_to_a_page_that_says_who_is_where_as_what(in_class):
    page = in_class.join("Ada Lovelace", "mp", userID="42")
    answer = in_class.send("GET", page)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "You are in class:" in answer.body
    assert '<h1 id="class-name" dir="auto">Algebra</h1>' in answer.body
    assert '<span id="me" class="name" dir="auto">Ada Lovelace</span>' in answer.body
    assert '<span id="role" class="role">Moderator</span>' in answer.body
    assert 'id="end"' in answer.body
    (one,) = in_class.meeting.participants
    assert (one.full_name, one.user_id, one.role, one.guest, one.joined_at) == (
        "Ada Lovelace",
        "42",
        "MODERATOR",
        False,
        NOON,
    )


def test_an_attendee_sees_no_end_button(in_class):
    body = in_class.send("GET", in_class.join()).body
    assert '<span id="role" class="role">Attendee</span>' in body
    assert 'id="leave"' in body
    assert 'id="end"' not in body


def test_names_are_shown_as_text_whatever_they_hold(service):
    evil = "<script>alert('x')</script>"
    service.call(
        "create", **{**CLASS, "name": evil, "welcome": f"{evil}Hello <b>%%CONFNAME%%</b> &lt;i&gt;"}
    )
    body = service.send("GET", service.join(evil)).body
    assert evil not in body
    assert "<i>" not in body
    assert f'<h1 id="class-name" dir="auto">{escape(evil).replace("&#x27;", "&#39;")}</h1>' in body


def test_everybody_in_class_is_listed_with_role_and_guest(in_class):
    pages = [in_class.join("Ada", "mp"), in_class.join("Bob", guest="TRUE"), in_class.join("علی")]
    body = in_class.send("GET", pages[2]).body
    listed = re.findall(
        r'<li data-role="(\w+)"(?: class="(mine)")?>.*?<span class="name" dir="auto">(.*?)</span>\s*<span class="role">(.*?)</span>',
        body,
        re.DOTALL,
    )
    assert listed == [
        ("MODERATOR", "", "Ada", "Moderator"),
        ("VIEWER", "", "Bob", "Attendee · Guest"),
        ("VIEWER", "mine", "علی", "Attendee · You"),
    ]
    assert "3 people in class" in body
    assert [one.guest for one in in_class.meeting.participants] == [False, True, False]


def test_the_page_brings_its_own_style_and_script_and_no_other(in_class):
    page = in_class.send("GET", in_class.join())
    assert "style=" not in page.body
    assert not re.search(r"<script(?! src=)", page.body)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for name, kind in (("class.css", "text/css"), ("class.js", "text/javascript")):
        assert f"/KEY/client/{name}" in page.body
        answer = in_class.send("GET", f"/KEY/client/{name}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"password": "wrong"}, "invalidPassword"),
        ({"password": ""}, "missingParamPassword"),
        ({"fullName": ""}, "missingParamFullName"),
        ({"meetingID": ""}, "missingParamMeetingID"),
        ({"meetingID": "m2"}, "invalidMeetingIdentifier"),
        ({"createTime": "273648"}, "mismatchCreateTimeParam"),
        ({"createTime": ""}, "mismatchCreateTimeParam"),
        ({"guest": "1"}, "validationError"),
        ({"role": "MODERATOR"}, "validationError"),
        ({"avatarURL": "x"}, "validationError"),
    ],
)
def test_a_bad_join_is_refused_in_xml_and_lets_nobody_in(in_class, change, key):
    given = {"fullName": "Ada", "meetingID": "m1", "password": "ap", **change}
    assert in_class.key("join", **given) == key
    assert in_class.meeting.participants == []


def test_join_with_the_right_create_time(in_class):
    create_time = in_class.call("getMeetingInfo", meetingID="m1").findtext("createTime")
    assert in_class.join(createTime=create_time)


def test_a_full_class_is_full_until_somebody_leaves(service):
    service.call("create", **CLASS, maxParticipants=1)
    page = service.join()
    assert (
        service.key("join", fullName="Bob", meetingID="m1", password="ap")
        == "maxParticipantsReached"
    )
    service.send("POST", f"{page}/leave")
    assert service.join("Bob")


@pytest.mark.parametrize(
    ("role", "expected"),
    [("MODERATOR", "MODERATOR"), ("moderator", "MODERATOR"), ("VIEWER", "VIEWER")],
)
def test_later_services_take_a_role_for_the_password(start, role, expected):
    service = start("meetingz", roles=True)
    service.call("create", **CLASS)
    query = urlencode({"fullName": "A", "meetingID": "m1", "role": role})
    assert service.send("GET", service.path("join", query)).status == 302
    assert service.meeting.participants[0].role == expected
    assert service.key("join", fullName="A", meetingID="m1", role="owner") == "validationError"
    assert service.key("join", fullName="A", meetingID="m1") == "missingParamPassword"


def test_who_comes_without_a_user_id_is_given_one(in_class):
    in_class.join()
    assert in_class.meeting.participants[0].user_id.startswith("w_")


# --- leaving, ending, and time


def test_leaving_goes_to_the_logout_url_and_counts_no_more(service):
    service.call("create", **CLASS, logoutURL="https://lms.example.edu/c?x=1&y=2")
    page = service.join()
    service.join("Bob")
    answer = service.send("POST", f"{page}/leave")
    assert (answer.status, answer.headers["Location"]) == (303, "https://lms.example.edu/c?x=1&y=2")
    assert [one.full_name for one in service.meeting.participants] == ["Bob"]
    answer.body = service.send("GET", page).body
    assert "You have left the class" in answer.body
    assert 'href="https://lms.example.edu/c?x=1&amp;y=2"' in answer.body
    assert len(service.meeting.participants) == 1


def test_without_a_logout_url_leaving_shows_a_page(in_class):
    page = in_class.join()
    answer = in_class.send("POST", f"{page}/leave")
    assert (answer.status, answer.headers["Location"]) == (303, page)
    assert "You can close this window." in in_class.send("GET", page).body
    assert in_class.send("POST", f"{page}/leave").status == 303


def test_a_moderator_ends_the_class_for_everybody(in_class):
    moderator, attendee = in_class.join("Ada", "mp"), in_class.join("Bob")
    assert in_class.send("POST", f"{attendee}/end").status == 403
    assert in_class.meeting.running
    assert in_class.send("POST", f"{moderator}/end").status == 303
    assert in_class.simulator.meetings == {}
    assert "The class has ended" in in_class.send("GET", attendee).body
    assert in_class.send("POST", f"{moderator}/end").status == 303
    (ended,) = in_class.simulator.ended
    assert (ended.meeting_id, ended.participants, ended.running) == ("m1", [], False)


def test_class_pages_take_only_their_methods_and_tokens(in_class):
    page = in_class.join("Ada", "mp")
    assert in_class.send("GET", "/KEY/client/guess").status == 404
    assert in_class.send("GET", "/KEY/client/").status == 404
    assert in_class.send("POST", f"{page}/promote").status == 404
    assert in_class.send("GET", f"{page}/end").status == 405
    assert in_class.send("POST", page).status == 405
    assert in_class.meeting.running


def test_a_closed_page_counts_until_it_is_not_refreshed_for_a_while(in_class):
    closed, open_ = in_class.join("Closed"), in_class.join("Open")
    for _ in range(3):
        in_class.clock.now += 30
        in_class.send("GET", open_)
    assert [one.full_name for one in in_class.meeting.participants] == ["Open"]
    in_class.send("GET", closed)
    assert len(in_class.meeting.participants) == 2


def test_end_by_call_needs_the_moderators_password(in_class):
    page = in_class.join()
    assert in_class.key("end", meetingID="m1", password="ap") == "invalidPassword"
    assert in_class.key("end", meetingID="m1") == "missingParamPassword"
    assert in_class.key("end", meetingID="m2", password="mp") == "notFound"
    root = in_class.call("end", meetingID="m1", password="mp")
    assert (root.findtext("returncode"), root.findtext("messageKey")) == (
        "SUCCESS",
        "sentEndMeetingRequest",
    )
    assert "The class has ended" in in_class.send("GET", page).body
    assert (
        in_class.key("join", fullName="A", meetingID="m1", password="ap")
        == "invalidMeetingIdentifier"
    )


def test_an_ended_meeting_frees_its_id_for_a_new_one(in_class):
    old = in_class.meeting.create_time
    in_class.call("end", meetingID="m1", password="mp")
    root = in_class.call("create", **{**CLASS, "name": "Other"})
    assert root.findtext("messageKey") == ""
    assert int(root.findtext("createTime")) > old


def test_a_meeting_nobody_joins_is_removed_after_a_while(in_class):
    in_class.clock.now += 299
    assert "m1" in in_class.simulator.meetings
    in_class.clock.now += 1
    assert in_class.simulator.meetings == {}
    assert in_class.key("getMeetingInfo", meetingID="m1") == "notFound"


def test_a_class_everybody_left_ends_a_minute_later(in_class):
    page = in_class.join()
    in_class.clock.now += 50
    in_class.send("POST", f"{page}/leave")
    in_class.clock.now += 59
    assert in_class.meeting.running
    in_class.clock.now += 1
    assert len(in_class.simulator.ended) == 1


def test_a_class_ends_when_its_duration_is_over(service):
    service.call("create", **CLASS, duration=1)
    page = service.join()
    service.clock.now += 59
    service.send("GET", page)
    service.clock.now += 1
    assert "The class has ended" in service.send("GET", page).body


# --- small things on the page


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "A\u200cL"),
        ("João da Silva", "J\u200cS"),
        ("Li", "L"),
        ("<b>bob</b> o'neil", "B\u200cO"),
        ("علی رضایی", "ع\u200cر"),
        ("💡 --", "?"),
    ],
)
def test_initials_are_the_first_and_last_words_letters(name, expected):
    assert initials(name) == expected


def test_a_name_keeps_its_tone():
    assert tone("Ada") == tone("Ada")
    assert {tone(str(number)) for number in range(100)} == set(range(8))
