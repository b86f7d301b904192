"""What services told: each thing once, the first word counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from lti_bridge.store import Notice
from lti_bridge.store.notices import CLEARED_AT_ONCE
from lti_bridge.store.tables import MeetingRow, NoticeRow
from tests.unit.store.values import ALIKE, NOW, a_meeting, at_once


@pytest.fixture
def notice(store):
    """About a meeting of the store's."""
    return Notice(a_meeting(store).id, "recording", "rec-1", "", NOW)


def test_what_is_told_is_kept_with_what_cannot_be_asked_again(store, notice):
    told = replace(notice, kind="attendance", subject="internal-1", data='{"stays": ["علی"]}')
    assert store.notices.note(told)
    assert store.notices.of_meeting(notice.meeting) == [told]
    assert store.notices.of_meeting(notice.meeting + 1) == []


def test_what_is_told_again_changes_nothing(store, notice):
    assert store.notices.note(notice)
    assert not store.notices.note(replace(notice, data="other", at_ms=NOW + 9))
    assert store.notices.of_meeting(notice.meeting) == [notice]


def test_other_kinds_subjects_and_meetings_are_other_notices(store, notice):
    other = replace(notice, meeting=a_meeting(store, "link-2").id)
    several = [
        notice,
        replace(notice, kind="ended", at_ms=NOW + 1),
        replace(notice, kind="attendance", at_ms=NOW + 2),
        replace(notice, subject="rec-2", at_ms=NOW + 3),
        replace(notice, subject="", at_ms=NOW + 4),
    ]
    assert [store.notices.note(one) for one in [*several, other]] == [True] * 6
    assert store.notices.of_meeting(notice.meeting) == several
    assert store.notices.of_meeting(other.meeting) == [other]


def test_they_come_oldest_first_and_at_the_same_moment_as_they_came(store, notice):
    for subject, at_ms in (("c", NOW), ("a", NOW - 5), ("b", NOW)):
        store.notices.note(replace(notice, subject=subject, at_ms=at_ms))
    found = [one.subject for one in store.notices.of_meeting(notice.meeting)]
    assert found == ["a", "c", "b"]


def test_subjects_that_look_alike_are_different(store, notice):
    assert all(store.notices.note(replace(notice, subject=subject)) for subject in ALIKE)
    assert {one.subject for one in store.notices.of_meeting(notice.meeting)} == set(ALIKE)


def test_of_many_who_tell_the_same_at_once_one_is_first(store, notice):
    told = at_once(12, lambda number: store.notices.note(replace(notice, data=str(number))))
    assert sorted(told) == [False] * 11 + [True]
    (kept,) = store.notices.of_meeting(notice.meeting)
    assert kept.data == str(told.index(True))


def test_a_notice_shows_nothing_of_what_people_did(notice):
    assert "Ann Bee" not in repr(replace(notice, data="Ann Bee"))


def test_notices_go_with_their_meeting(store, notice):
    store.notices.note(notice)
    store.database.write(lambda c: c.execute(delete(MeetingRow)))
    assert store.notices.of_meeting(notice.meeting) == []


def test_of_a_meeting_that_is_not_there_nothing_is_noted(store):
    with pytest.raises(IntegrityError):
        store.notices.note(Notice(99, "ended", ""))


def test_old_ones_are_forgotten_in_bites_and_young_ones_stay(store, notice):
    many = [
        {"meeting_id": notice.meeting, "kind": "recording", "subject": str(number), "at_ms": NOW}
        for number in range(CLEARED_AT_ONCE + 3)
    ]
    store.database.write(lambda c: c.execute(NoticeRow.__table__.insert(), many))
    young = replace(notice, subject="young", at_ms=NOW + 1)
    store.notices.note(young)
    assert [store.notices.clear(NOW + 1) for _ in range(3)] == [CLEARED_AT_ONCE, 3, 0]
    assert store.notices.of_meeting(notice.meeting) == [young]
