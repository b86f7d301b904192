"""The course page's list of scheduled classes, and a class while it is held."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.simulators.lms import CLAIM
from lti_bridge.store import NewMeeting, Stays
from lti_bridge.store.series import Plan
from tests.campus import Browser
from tests.functional.test_budget import traced
from tests.functional.tools import follow, read

HOUR = 3_600_000
COURSE = {f"{CLAIM}custom": {"action": "course"}}


def page_of(campus, user, course=0):
    return read(campus.launch(user, campus.link("frame", course), claims=COURSE))


def send(campus, path, page, **fields):
    form = {"session": page.session, **{name: str(value) for name, value in fields.items()}}
    return Browser().ask("POST", f"{campus.url}/course/{path}", form)


def plan(campus, *begins_ms, title="Seminar", course=1, uid="one"):
    """Classes of an hour at these times; their rows, by their beginning."""
    series = campus.bridge.store.series
    template = NewMeeting(
        course_id=course, resource_link_id=None, service="live", name=title, logout_url="",
        meets_course_id=None, meets_connection=1, lti_context_id="c",
    )  # fmt: skip
    what = Plan(title=title, zone="UTC", starts="2026-01-01T10:00:00", minutes=60)
    made = series.add(template, what, begins_ms, uid=uid, created_by=None, now_ms=1)
    return series.of_series(made.id)


def now_ms():
    return int(time.time() * 1000)


def test_the_class_that_is_now_stands_on_top_and_its_button_leads_into_it(campus):
    page_of(campus, campus.student)
    now, later = plan(campus, now_ms() - HOUR // 2, now_ms() + 30 * HOUR)
    campus.restart()
    answer = campus.launch(campus.student, campus.link("frame"), claims=COURSE)
    page = read(answer)
    assert page.form.fields["meeting"] == str(now.id)
    assert "Now" in page.text
    assert page.text.count("Seminar") >= 2
    assert now_ms() < later.begins_ms
    joined = send(campus, "join", page, meeting=now.id).joined_as
    assert joined["meetingID"] == now.meeting_id
    own = send(campus, "join", page).joined_as
    assert own["meetingID"] != now.meeting_id, "the link's own room is there as well"


def test_who_comes_early_waits_and_is_told_for_how_long(campus):
    page = page_of(campus, campus.student)
    (soon,) = plan(campus, now_ms() + 2 * HOUR)
    waiting = send(campus, "join", page, meeting=soon.id)
    assert "The class hasn’t opened yet" in read(waiting).headline
    told = int(re.search(r'data-opens-in="(\d+)"', waiting.text)[1])
    assert 1.5 * HOUR < told < 2 * HOUR
    status = json.loads(send(campus, "status", page, meeting=soon.id).text)
    assert status["open"] is False
    assert 1.5 * HOUR < status["opens_in"] <= told
    assert campus.service.faults.count("/create") == 0


@pytest.mark.parametrize("path", ["join", "status", "live", "live/now", "live/end"])
def test_another_courses_meeting_is_none_of_this_one(campus, path):
    page = page_of(campus, campus.teacher)
    page_of(campus, campus.teacher, course=1)
    (others,) = plan(campus, now_ms(), course=2)
    answer = read(send(campus, path, page, meeting=others.id), 403)
    assert answer.headline == "This meeting no longer exists"
    for hostile in ("-1", "1e3", "' OR 1=1", "9" * 40, "٣"):
        assert send(campus, path, page, meeting=hostile).status == 400


@pytest.mark.parametrize("path", ["live", "live/now", "live/end"])
def test_students_have_no_part_in_it(campus, path):
    page = page_of(campus, campus.student)
    answer = read(send(campus, path, page, sure="yes"), 403)
    assert answer.headline == "Only teachers of this course can do that"


def test_a_teacher_sees_who_is_in_and_ends_the_class_after_a_second_question(campus):
    teacher, student = page_of(campus, campus.teacher), page_of(campus, campus.student)
    first = send(campus, "live", teacher)
    assert "data-ask" in first.text, "the page waits for no service, its script asks"
    assert campus.service.faults.count("/getMeetingInfo") == 0
    for page in (teacher, student):
        follow(send(campus, "join", page))
    part = send(campus, "live/now", teacher).text
    assert "Ben Okafor" in part
    assert "Ana Pereira" in part
    question = read(send(campus, "live/end", teacher))
    assert question.headline == "End the class for everybody?"
    assert campus.service.faults.count("/end") == 0
    ended = send(campus, "live/end", teacher, sure="yes")
    assert "The class has been ended for everybody." in ended.text
    assert campus.service.faults.count("/end") == 1
    assert "Ben Okafor" not in send(campus, "live/now", teacher).text


def test_the_invitation_leads_back_to_the_course(campus):
    page = page_of(campus, campus.teacher)
    text = send(campus, "live", page).text
    invitation = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)[1]
    assert "Live class – Algebra I" in invitation
    assert campus.lms.issuer in invitation


def test_a_service_that_cannot_end_classes_is_not_asked_to(new_campus):
    campus = new_campus(kind="onstream")
    page = page_of(campus, campus.teacher)
    text = send(campus, "live", page).text
    able = "END" in {one.name for one in campus.bridge.services.service_for("live").capabilities}
    assert ("/course/live/end" in text) is able
    if not able:
        answer = read(send(campus, "live/end", page, sure="yes"), 403)
        assert answer.headline == "This class can’t be ended from here"


def test_past_classes_come_twenty_on_a_page(campus):
    page = page_of(campus, campus.student)
    plan(campus, *(now_ms() - number * 24 * HOUR for number in range(1, 46)))
    seen, before = 0, ""
    for _ in range(3):
        answer = send(campus, "past", page, before=before)
        seen += answer.text.count('class="hours"')
        found = re.search(r'name="before" value="([\d-]+)"', answer.text)
        before = found[1] if found else ""
    assert (seen, before) == (45, "")


@pytest.mark.parametrize("before", ["x", "1", "-", "1-", "-1-2", "1-2-3", "9" * 30 + "-1", "²-1"])
def test_a_place_in_the_list_that_is_none_is_refused(campus, before):
    page = page_of(campus, campus.student)
    assert send(campus, "past", page, before=before).status == 400


def test_a_crowd_that_opens_the_page_reads_the_list_once(campus):
    page = page_of(campus, campus.student)
    plan(campus, *(now_ms() + number * HOUR for number in range(1, 30)))
    with traced() as statements, ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: send(campus, "open", page).status, range(60)))
    assert set(answers) == {200}
    lists = [one for one in statements.reads if "FROM meetings" in one and "LIMIT" in one]
    assert len(lists) <= 2
    assert statements.writes == []


def test_the_page_knows_who_may_hear_of_its_height(campus):
    answer = campus.launch(campus.student, campus.link("frame"), claims=COURSE)
    assert f'data-framed-by="{campus.lms.issuer}' in answer.text
    assert "frame.js" in answer.text


def test_first_paint_is_small(campus):
    page = campus.launch(campus.teacher, campus.link("frame"), claims=COURSE)
    total = len(page.body)
    for address in set(re.findall(r'(?:src|href)="(/course/static/[^"]+)"', page.text)):
        total += len(Browser().ask("GET", campus.url + address).body)
    assert total < 100_000


def changing(campus, page, lead):
    """What the script of an open page hears, and gets then; ``lead``: the class on its top."""
    campus.restart()  # as on another node
    status = json.loads(send(campus, "status", page, meeting=lead.id).text)
    part = send(campus, "classes", page, meeting=lead.id).text
    assert f'data-lead="{status["lead"]}"' in part
    assert f'data-lists="{status["classes"]}"' in part
    return status, part


def test_the_top_of_an_open_page_follows_what_teachers_change(campus):
    page_of(campus, campus.student)
    first, second = plan(campus, now_ms() + HOUR, now_ms() + 30 * HOUR)
    campus.restart()
    answer = campus.launch(campus.student, campus.link("frame"), claims=COURSE)
    page = read(answer)
    before, part = changing(campus, page, first)
    assert f'data-lead="{before["lead"]}"' in answer.text
    assert f'name="meeting" value="{first.id}"' in part.partition("data-lists")[0]
    stays = Stays(now_ms(), now_ms() - 12 * HOUR)
    assert campus.bridge.store.series.cancel_one(first.id, stays)
    after, part = changing(campus, page, first)
    assert after["lead"] != before["lead"]
    assert after["classes"] != before["classes"]
    assert after["closed"] is True, "who waits for it is told"
    top, lists = part.split("data-lists")
    assert f'name="meeting" value="{second.id}"' in top
    assert "Cancelled" in lists
    assert "The course’s own room" in lists
    assert "<html" not in part


def test_who_waits_for_a_class_that_is_cancelled_comes_to_the_page_that_says_so(campus):
    page = page_of(campus, campus.student)
    (soon,) = plan(campus, now_ms() + 2 * HOUR)
    assert "hasn’t opened yet" in read(send(campus, "join", page, meeting=soon.id)).headline
    stays = Stays(now_ms(), now_ms() - 12 * HOUR)
    assert campus.bridge.store.series.cancel_one(soon.id, stays)
    campus.restart()
    assert "cancelled" in read(send(campus, "join", page, meeting=soon.id)).headline
