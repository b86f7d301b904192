"""Slides of series and meetings, on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.store import NewSlide
from lti_bridge.store.slides import CLEARED_AT_ONCE
from tests.unit.store.planned import HOUR_MS, a_series
from tests.unit.store.values import NOW, a_meeting, at_once

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def meeting(store):
    return a_meeting(store)


def add(store, meeting=None, series=None, name="a.pdf", content=b"%PDF", now=NOW, **limits):
    new = NewSlide(meeting, series, name, "application/pdf", content)
    return store.slides.add(new, now, **{"most_files": 30, "most_bytes": 1000, **limits})


def names(store, meeting, series=None):
    return [slide.filename for slide in store.slides.of_meeting(meeting, series)]


def test_a_file_comes_back_as_it_went_by_its_token_alone(store, meeting):
    content = bytes(range(256))
    made = add(store, meeting.id, content=content)
    assert store.slides.content(made.token) == (made, content)
    assert (made.size, made.downloadable) == (256, False)
    assert made.token not in repr(made)
    for other in ("", made.token[:-1], "%", made.token.upper() + "x"):
        assert store.slides.content(other) is None


def test_a_series_files_come_before_a_meetings_own(store, meeting):
    series, (first, second) = a_series(store, [NOW, NOW + DAY_MS])
    add(store, first.id, name="own.pdf")
    add(store, None, series, name="all 1.pdf")
    add(store, None, series, name="all 2.pdf")
    add(store, meeting.id, name="other.pdf")
    assert names(store, first.id, series) == ["all 1.pdf", "all 2.pdf", "own.pdf"]
    assert names(store, second.id, series) == ["all 1.pdf", "all 2.pdf"]
    assert names(store, meeting.id) == ["other.pdf"]


def test_there_is_room_for_so_many_files_and_bytes(store, meeting):
    assert add(store, meeting.id, content=b"x" * 600)
    assert add(store, meeting.id, content=b"x" * 401) is None
    assert add(store, meeting.id, content=b"x" * 400)
    assert add(store, meeting.id, content=b"x") is None
    assert add(store, meeting.id, most_bytes=9999, most_files=2) is None
    other = a_meeting(store, "link-2")
    assert add(store, other.id, most_files=1), "each meeting has its own"


def test_of_several_that_add_at_once_as_many_as_there_is_room_for_do(store, meeting):
    done = at_once(6, lambda _: add(store, meeting.id, content=b"x" * 300))
    assert len([one for one in done if one is not None]) == 3
    assert len(names(store, meeting.id)) == 3


def test_they_can_be_moved_allowed_and_deleted_by_their_own_course_alone(store, meeting):
    made = [add(store, meeting.id, name=f"{n}.pdf") for n in "abc"]
    course = meeting.course_id
    assert store.slides.move_up(made[2].id, course)
    assert names(store, meeting.id) == ["a.pdf", "c.pdf", "b.pdf"]
    assert store.slides.move_up(made[0].id, course), "it is the first already"
    assert store.slides.set_downloadable(made[0].id, course, downloadable=True)
    assert store.slides.of_meeting(meeting.id, None)[0].downloadable
    other = store.people.add_course(1, "course-2", "", "Chemistry", now_ms=NOW).id
    assert not store.slides.move_up(made[2].id, other)
    assert not store.slides.set_downloadable(made[0].id, other, downloadable=False)
    assert not store.slides.remove(made[0].id, other)
    assert store.slides.remove(made[0].id, course)
    assert not store.slides.remove(made[0].id, course)
    assert store.slides.content(made[0].token) is None
    assert names(store, meeting.id) == ["c.pdf", "b.pdf"]


def test_a_series_files_are_its_courses(store):
    series, (first,) = a_series(store, [NOW])
    made = [add(store, None, series, name=f"{n}.pdf") for n in "ab"]
    assert store.slides.move_up(made[1].id, first.course_id)
    assert names(store, first.id, series) == ["b.pdf", "a.pdf"]
    assert store.slides.remove(made[1].id, first.course_id)


def test_they_are_deleted_after_the_last_class_in_bites(store, meeting):
    series, (first, last) = a_series(store, [NOW, NOW + 9 * DAY_MS])
    for _ in range(CLEARED_AT_ONCE):
        add(store, first.id)
    add(store, None, series, name="series.pdf")
    add(store, last.id, name="last.pdf")
    after_first = NOW + 2 * DAY_MS
    assert [store.slides.clear(after_first) for _ in range(2)] == [CLEARED_AT_ONCE, 0]
    assert names(store, last.id, series) == ["series.pdf", "last.pdf"]
    assert store.slides.clear(NOW + 9 * DAY_MS + HOUR_MS + 1) == 2


def test_of_a_standing_meeting_they_stay_while_it_is_used(store, meeting):
    add(store, meeting.id)
    assert store.slides.clear(NOW) == 0, "they were just added"
    store.meetings.ended(meeting.id, NOW + DAY_MS)
    assert store.slides.clear(NOW + DAY_MS) == 0
    assert store.slides.clear(NOW + DAY_MS + 1) == 1


def test_they_go_with_their_meeting(store, meeting):
    made = add(store, meeting.id)
    with store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meetings")
    assert store.slides.content(made.token) is None
