"""A copied course has meetings of its own: nobody comes by its links to the old course's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.simulators.lms.deep_linking import copy_of
from tests.campus import Browser
from tests.functional.picking import ONE, added, the_course
from tests.functional.test_budget import remote_calls, traced
from tests.functional.tools import LTI, meeting_of, read

JOIN = {"n0-shown": "window"}


def a_copy(campus, course=None):
    copy = copy_of(course or the_course(campus))
    campus.lms.put_course(copy)
    return copy


def like(copy, link):
    """The copy's link that was made from this one."""
    return next(one for one in copy.links if link.id in one.history)


def passwords(meeting):
    return {meeting.attendee_password, meeting.moderator_password}


def test_a_copied_courses_link_leads_to_a_meeting_of_its_own(campus):
    (link,) = added(campus, {**ONE, **JOIN, "n0-record": "on", "n0-text": "Onion cells"})
    old = meeting_of(campus, campus.launch(campus.student, link))
    copy = a_copy(campus)
    new = meeting_of(campus, campus.launch(campus.student, like(copy, link)))
    assert new is not old
    assert new.meeting_id != old.meeting_id
    assert new.name == "Algebra I (copy) – Laboratory"
    assert not passwords(new) & passwords(old)
    assert (
        meeting_of(campus, campus.launch(campus.teacher, like(copy, link), claims=joins(link)))
        is new
    )
    assert meeting_of(campus, campus.launch(campus.student, link)) is old
    rows = campus.bridge.store.meetings
    before, after = (rows.by_meeting_id(one.meeting_id) for one in (old, new))
    assert (after.title, after.text, after.record) == (before.title, before.text, True)
    assert after.course_id != before.course_id


def joins(link):
    return {f"{LTI}custom": {**link.custom, "action": "join"}}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_crowd_in_two_copies_at_once_makes_one_meeting_in_each(new_campus, engine):
    campus = new_campus(engine)
    (link,) = added(campus, {**ONE, **JOIN})
    copies = [like(a_copy(campus), link) for _ in range(2)]

    def arrives(number):
        browser = Browser()
        form = campus.form(
            browser,
            campus.student,
            copies[number % 2],
            claims={"sub": f"student-{number}", "name": f"Student {number}"},
        )
        return campus.post_launch(browser, form)

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(arrives, range(24)))
    ids = [answer.joined_as["meetingID"] for answer in answers]
    assert len(set(ids[::2])) == len(set(ids[1::2])) == 1
    assert ids[0] != ids[1]


def test_a_copy_of_a_copy_is_like_the_course_before_it(campus):
    (link,) = added(campus, {**ONE, **JOIN})
    first = a_copy(campus)
    page = read(campus.launch(campus.teacher, like(first, link)))
    row = campus.bridge.store.links.of_course(2)[0]
    campus.bridge.store.meetings.set_waiting(row.id, wait_for_moderator=True)
    assert page.headline == "Laboratory"
    second = a_copy(campus, first)
    waiting = read(campus.launch(campus.student, like(second, link)))
    assert waiting.headline == "Waiting for your teacher"


def test_plain_links_of_a_copy_have_meetings_of_their_own_too(campus):
    old = meeting_of(campus, campus.launch(campus.student, campus.link()))
    new = meeting_of(campus, campus.launch(campus.student, like(a_copy(campus), campus.link())))
    assert new is not old
    assert not passwords(new) & passwords(old)


@pytest.mark.parametrize("history", ["$Context.id.history", "", ",,,", "x" * 9000])
def test_an_lms_that_tells_no_history_gets_its_copies_all_the_same(campus, history):
    (link,) = added(campus, {**ONE, **JOIN})
    old = meeting_of(campus, campus.launch(campus.student, link))
    copied = like(a_copy(campus), link)
    claims = {f"{LTI}custom": {"meeting": link.custom["meeting"], "context_history": history}}
    new = meeting_of(campus, campus.launch(campus.student, copied, claims=claims))
    assert new is not old
    assert new.name == "Algebra I (copy) – Laboratory"


def test_a_token_that_is_made_up_is_a_plain_link(campus):
    claims = {f"{LTI}custom": {"meeting": "0" * 32}}
    plain = meeting_of(campus, campus.launch(campus.student, campus.link()))
    assert meeting_of(campus, campus.launch(campus.student, campus.link(), claims=claims)) is plain


@pytest.mark.parametrize("copied", [False, True])
def test_a_link_by_token_stays_within_the_budget(campus, copied):
    (link,) = added(campus, {**ONE, **JOIN})
    link = like(a_copy(campus), link) if copied else link
    ags = {"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"lineitem": "https://x/1"}}
    assert campus.launch(campus.student, link, claims=ags).joined_as
    before = remote_calls(campus)
    with traced() as statements:
        assert campus.launch(campus.student, link, claims=ags).joined_as
    assert len(statements.writes) == 1
    assert statements.writes[0].startswith("INSERT INTO nonces")
    assert len(statements.reads) <= 4
    assert remote_calls(campus) == before
    campus.restart()
    browser = Browser()
    form = campus.form(browser, campus.student, link, claims=ags)
    with traced() as statements:
        assert campus.post_launch(browser, form).joined_as
    assert len(statements.writes) == 1
    assert len(statements.reads) <= 4
