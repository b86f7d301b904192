"""A service that is left alone: everybody is told, and teachers read why."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from lti_bridge.errors import RemoteError
from lti_bridge.simulators.lms import CLAIM
from tests.campus import ask
from tests.functional.tools import press, read

SORRY = "The class service isn’t answering just now."
REASON = "For your support team:"
COURSE = {f"{CLAIM}custom": {"action": "course"}}
WAITS = {f"{CLAIM}custom": {"wait_for_moderator": "true"}}


def fail(campus):
    """So often that the service is left alone."""
    campus.service.faults.set("500")
    service = campus.bridge.services.service_for("live")
    for _ in range(5):
        with pytest.raises(RemoteError):
            service.is_running("lti-0123")


class Shown(HTMLParser):
    """The text that stands on a page, without what is hidden."""

    def __init__(self):
        super().__init__()
        self.text = ""
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "link", "input", "br"}:
            self.open.append((tag, "hidden" in dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(hidden for _, hidden in self.open):
            self.text += data


def shown(answer):
    assert answer.status == 200, answer.text
    reader = Shown()
    reader.feed(answer.text)
    return " ".join(reader.text.split())


def page(campus, user, kind="frame", **changes):
    return shown(campus.launch(user, campus.link(kind), **changes))


def test_while_all_is_well_nobody_is_told_of_trouble(campus):
    for user in (campus.teacher, campus.student):
        answer = campus.launch(user, campus.link("frame"))
        assert SORRY not in shown(answer)
        assert REASON not in answer.text
        assert 'data-when="trouble"' in answer.text, "the script may show it later"


def test_a_few_failures_are_no_trouble_yet(campus):
    campus.service.faults.set("500")
    assert SORRY not in page(campus, campus.teacher)


def test_a_teacher_reads_on_the_course_page_that_it_fails_and_why(campus):
    fail(campus)
    text = page(campus, campus.teacher)
    assert SORRY in text
    assert f"{REASON} live: " in text
    assert "500" in text.partition(REASON)[2]


@pytest.mark.parametrize("changes", [{}, {"claims": COURSE}], ids=["join page", "course page"])
def test_a_student_reads_that_it_fails_and_not_why(campus, changes):
    fail(campus)
    answer = campus.launch(campus.student, campus.link("frame"), **changes)
    assert SORRY in shown(answer)
    for word in (REASON, "live:", "HTTP"):
        assert word not in answer.text
    assert not re.search(r"\b500\b", answer.text)


def test_who_waits_reads_it_too(campus):
    campus.launch(campus.teacher, campus.link("frame"), claims=WAITS)
    student = read(campus.launch(campus.student, campus.link("frame")))
    waiting = press(campus, student)
    assert read(waiting).title == "Waiting for your teacher"
    assert SORRY not in shown(waiting)
    fail(campus)
    entrance = press(campus, student)
    # What was asked a moment ago still holds, so the student goes on waiting.
    assert SORRY in shown(entrance)
    assert REASON not in entrance.text


def test_the_script_is_told_of_it_and_no_more(campus):
    student = read(campus.launch(campus.student, campus.link("frame")))
    fail(campus)
    headers = {"Authorization": f"Bearer {student.session}", "Content-Length": "0"}
    told = json.loads(ask("POST", f"{campus.url}/course/status", None, headers).text)
    assert told["trouble"] is True
    assert set(told) == {"open", "running", "participants", "trouble", "classes", "lead"}


def test_who_joins_is_told_that_the_service_rests_for_a_moment(campus):
    student = read(campus.launch(campus.student, campus.link("frame")))
    fail(campus)
    refusal = read(press(campus, student), 503)
    assert refusal.headline == "We can’t get you into class just now"
    assert "half a minute" in refusal.text
    assert refusal.forms[0].action == "/course/join"
    assert "500" not in refusal.text


def test_reasons_are_escaped_and_read_from_left_to_right(campus):
    fail(campus)
    answer = campus.launch(campus.teacher, campus.link("frame"))
    assert '<bdi dir="ltr">live: ' in answer.text


def test_a_service_that_says_nothing_of_what_runs_shows_no_state(new_campus):
    campus = new_campus(kind="onstream")
    for user in (campus.teacher, campus.student):
        answer = campus.launch(user, campus.link("frame"))
        for words in ("Live now", "Nobody is in yet", "We can’t see just now"):
            assert words not in answer.text


def test_one_that_does_shows_it(new_campus):
    campus = new_campus(kind="bigbluebutton")
    answer = campus.launch(campus.student, campus.link("frame"))
    assert "Nobody is in yet" not in shown(answer), "its script asks, the page waits for nobody"
    assert 'role="status" data-ask' in answer.text
    bearer = {"Authorization": f"Bearer {read(answer).session}", "Content-Length": "0"}
    assert ask("POST", f"{campus.url}/course/status", None, bearer).status == 200
    answer = campus.launch(campus.student, campus.link("frame"))
    assert "Nobody is in yet" in shown(answer), "now it is known"
    assert 'role="status" data-ask' not in answer.text


def test_a_service_at_rest_is_said_to_whoever_wants_in(campus):
    campus.bridge.store.services.rest("live", resting=True)
    campus.restart()
    student = read(campus.launch(campus.student, campus.link("frame")))
    refusal = read(press(campus, student), 503)
    assert refusal.headline == "No classes are opened here just now"
    assert not refusal.forms, "trying again would not help"


def test_a_class_that_is_full_is_said_to_be_full(campus):
    student = read(campus.launch(campus.student, campus.link("frame")))
    body = (
        b"<response><returncode>FAILED</returncode><messageKey>maxParticipantsReached</messageKey>"
        b"<message>The number of participants allowed for this meeting has been reached.</message>"
        b"</response>"
    )
    campus.service.faults.set("html", body=body)
    refusal = read(press(campus, student), 503)
    assert refusal.headline == "The class is full"
    assert refusal.forms[0].action == "/course/join"
