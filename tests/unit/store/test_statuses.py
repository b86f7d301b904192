"""What services say of meetings just now: whose turn it is to ask, and what the others read."""

from __future__ import annotations

import pytest

from lti_bridge.store.statuses import SET_BACK_MS, StatusAnswer
from tests.unit.store.values import NOW, a_meeting, at_once

PAUSE = 5_000


def test_nothing_is_known_of_a_meeting_that_nobody_asked_of(store):
    meeting = a_meeting(store)
    assert store.statuses.last(meeting.id) is None
    assert store.statuses.claim(meeting.id, NOW, PAUSE)
    assert store.statuses.last(meeting.id) is None, "asked, but there is no answer yet"


def test_of_many_at_once_one_asks(store):
    meeting = a_meeting(store)
    for moment in (NOW, NOW + PAUSE):
        turns = at_once(16, lambda _, at=moment: store.statuses.claim(meeting.id, at, PAUSE))
        assert sorted(turns) == [False] * 15 + [True]


@pytest.mark.parametrize(
    ("later", "turn"),
    [(0, False), (PAUSE - 1, False), (PAUSE, True), (10 * PAUSE, True), (-1, False)],
)
def test_the_next_asks_after_the_pause(store, later, turn):
    meeting = a_meeting(store)
    assert store.statuses.claim(meeting.id, NOW, PAUSE)
    assert store.statuses.claim(meeting.id, NOW + later, PAUSE) is turn


def test_a_clock_that_was_set_back_stops_nobody_for_long(store):
    meeting = a_meeting(store)
    assert store.statuses.claim(meeting.id, NOW + 2 * SET_BACK_MS, PAUSE)
    assert store.statuses.claim(meeting.id, NOW, PAUSE)
    assert not store.statuses.claim(meeting.id, NOW, PAUSE)


def test_everybody_reads_the_answer(store):
    meeting, other = a_meeting(store), a_meeting(store, "link-2")
    for one in (meeting, other):
        assert store.statuses.claim(one.id, NOW, PAUSE)
    store.statuses.answered(meeting.id, '{"running":true,"name":"کلاس"}', NOW + 7)
    assert store.statuses.last(meeting.id) == StatusAnswer(
        '{"running":true,"name":"کلاس"}', NOW + 7
    )
    assert store.statuses.last(other.id) is None


def test_after_a_failure_the_next_may_ask_sooner(store):
    meeting = a_meeting(store)
    assert store.statuses.claim(meeting.id, NOW, PAUSE)
    store.statuses.ask_from(meeting.id, NOW - PAUSE + 1000)
    assert not store.statuses.claim(meeting.id, NOW + 999, PAUSE)
    assert store.statuses.claim(meeting.id, NOW + 1000, PAUSE)


def test_what_is_forgotten_is_asked_for_anew(store):
    meeting = a_meeting(store)
    assert store.statuses.claim(meeting.id, NOW, PAUSE)
    store.statuses.answered(meeting.id, "{}", NOW)
    store.statuses.forget(meeting.id)
    assert store.statuses.last(meeting.id) is None
    assert store.statuses.claim(meeting.id, NOW, PAUSE)


@pytest.mark.parametrize("meeting", [0, -1, 4711, 2**62])
def test_a_meeting_that_isnt_there_has_no_status_and_nobody_asks(store, meeting):
    assert store.statuses.last(meeting) is None
    assert not store.statuses.claim(meeting, NOW, PAUSE)
    store.statuses.answered(meeting, "{}", NOW)
    store.statuses.ask_from(meeting, NOW)
    store.statuses.forget(meeting)
    assert store.statuses.last(meeting) is None


def test_old_answers_are_cleared_in_bites(store):
    meetings = [a_meeting(store, f"link-{number}") for number in range(5)]
    for number, one in enumerate(meetings):
        assert store.statuses.claim(one.id, NOW + number, PAUSE)
        store.statuses.answered(one.id, "{}", NOW + number)
    assert [store.statuses.clear(NOW + 3, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [store.statuses.last(one.id) is not None for one in meetings] == [False] * 3 + [True] * 2
