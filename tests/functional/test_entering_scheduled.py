"""Who gets into a scheduled class, when, and as what: over HTTP, by links that lead to it."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from tests.functional.planning import course_page, planned, send
from tests.functional.tools import LTI, meeting_of, read

HOUR_MS = 3_600_000


@pytest.fixture
def campus(new_campus):
    return new_campus(meets=False)


def by_link(campus, user, one, **claims):
    """What comes of launching a link that leads to the series of a class."""
    token = campus.bridge.store.series.name(one.series_id)
    custom = {f"{LTI}custom": {"meeting": token, "action": "join"}}
    return campus.launch(user, campus.link(), claims={**custom, **claims})


def moved(campus, one, hours):
    """The class, so many hours from now; the bridge has forgotten what it knew of it."""
    begins_ms = int(time.time() * 1000 + hours * HOUR_MS)
    statement = text("UPDATE meetings SET begins_ms = :b, ends_ms = :e WHERE id = :id")
    values = {"b": begins_ms, "e": begins_ms + HOUR_MS, "id": one.id}
    campus.bridge.store.database.write(lambda c: c.execute(statement, values))
    campus.restart()


def policies(campus, **said):
    campus.bridge.store.platforms.change_policies(1, said, 1)
    campus.bridge.platforms.forget()


def test_students_wait_until_it_opens_and_teachers_go_in(campus):
    (one,) = planned(campus, course_page(campus), repeat="")
    waits = read(by_link(campus, campus.student, one))
    assert waits.form.action in {"/course/join", "/course/open"}
    assert not campus.meetingz.meetings
    assert meeting_of(campus, by_link(campus, campus.teacher, one)).meeting_id == one.meeting_id
    moved(campus, one, 0.1)
    assert by_link(campus, campus.student, one).joined_as["meetingID"] == one.meeting_id


def test_after_its_end_students_are_told_of_the_next_class(campus):
    page = course_page(campus)
    (one,) = planned(campus, page, repeat="", title="Lecture")
    planned(campus, page, repeat="", title="Tutorial")
    moved(campus, one, -3)
    over = read(by_link(campus, campus.student, one))
    assert over.headline == "This class is over"
    assert "Tutorial" in over.text
    assert by_link(campus, campus.teacher, one).joined_as["meetingID"] == one.meeting_id


def test_of_a_cancelled_class_everybody_is_told(campus):
    page = course_page(campus)
    (one,) = planned(campus, page, repeat="")
    read(send(campus, page, "/cancel", meeting=str(one.id), do="cancel"))
    for user in (campus.student, campus.teacher):
        told = read(by_link(campus, user, one))
        assert told.headline == "This class was cancelled"


def test_everybody_leads_where_the_class_and_the_platform_say_so(campus):
    policies(campus, studentsHost=True)
    (one,) = planned(campus, course_page(campus), repeat="", students_host="on", wait="on")
    moved(campus, one, 0.1)
    joined = by_link(campus, campus.student, one).joined_as
    assert joined["password"] == one.moderator_password
    policies(campus, studentsHost=False)
    assert read(by_link(campus, campus.student, one)).form.action == "/course/join"


def test_who_may_not_stand_in_for_the_host_attends(campus):
    page = course_page(campus)
    host = campus.bridge.store.roster.page(1)[0][0].user_id
    (one,) = planned(campus, page, repeat="", host=str(host))
    assert one.host_id == host
    moved(campus, one, 0.1)
    other = campus.lms.quirks.campus(campus.lms.campus).users[1]
    teaches = {f"{LTI}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]}
    joined = by_link(campus, other, one, **teaches).joined_as
    assert joined["password"] == one.moderator_password
    policies(campus, teacherSubstitute=False)
    joined = by_link(campus, other, one, **teaches).joined_as
    assert joined["password"] == one.attendee_password
    joined = by_link(campus, campus.teacher, one).joined_as
    assert joined["password"] == one.moderator_password
