"""Scores from attendance: what holds whoever was in when, and the cases the formula names."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.reports.grading import points_of, score_of, thousandths
from lti_bridge.reports.held import Measured, measure
from lti_bridge.reports.sources import PAUSE_MS, merged
from lti_bridge.store import AttendedStay, GradingRules

MINUTE = 60_000
TEACHER, ANN, BEN = 1, 2, 3
LATER = 10_000 * MINUTE
SHARE = GradingRules(enabled=True)
PRESENCE = GradingRules(enabled=True, mode="presence", threshold=50)


def host(begin, end):
    return AttendedStay(TEACHER, True, begin * MINUTE, None if end is None else end * MINUTE)


def was(user, begin, end):
    return AttendedStay(user, False, begin * MINUTE, None if end is None else end * MINUTE)


def measured(*stays, scheduled=None, is_final=True, now=LATER, learners=(ANN, BEN)):
    return measure(stays, learners, scheduled=scheduled, is_final=is_final, now_ms=now)


stays_strategy = st.lists(
    st.builds(
        lambda user, begin, length: AttendedStay(
            user, user == TEACHER, begin, None if length is None else begin + length
        ),
        st.sampled_from([TEACHER, ANN, BEN, None]),
        st.integers(0, 300 * MINUTE),
        st.none() | st.integers(0, 90 * MINUTE),
    ),
    max_size=12,
)


@given(stays_strategy, st.none() | st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)))
def test_a_share_is_never_less_than_nothing_nor_more_than_all(stays, scheduled):
    found = measured(*stays, scheduled=scheduled)
    for user in (ANN, BEN):
        for rules in (SHARE, PRESENCE):
            share = thousandths(found, user, rules)
            assert share is None if not found.held else 0 <= share <= 1000
            score = score_of(found, user, rules, absent_counts=True)
            if score is not None:
                assert 0 <= score.given <= rules.points
                assert len(score.line) <= 80
    assert all(one.length_ms > 0 for one in found.held)


@given(stays_strategy)
def test_who_is_told_of_twice_was_in_once(stays):
    assert measured(*stays, *stays) == measured(*stays)


@given(stays_strategy, st.randoms())
def test_the_order_of_the_rows_says_nothing(stays, random):
    shuffled = list(stays)
    random.shuffle(shuffled)
    assert measured(*shuffled) == measured(*stays)


@given(stays_strategy, st.integers(0, 300 * MINUTE), st.integers(1, 60 * MINUTE))
def test_within_a_schedule_another_stay_takes_nothing_from_a_share(stays, begin, length):
    span = (0, 200 * MINUTE)
    before = measured(*stays, scheduled=span)
    more = AttendedStay(ANN, False, begin, begin + length)
    after = measured(*stays, more, scheduled=span)
    assert after.time_in(ANN) >= before.time_in(ANN)
    assert after.time_in(BEN) == before.time_in(BEN)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(sorted).map(tuple)))
def test_merged_times_hold_the_same_moments_in_order_and_apart(times):
    found = merged(times)
    covered = {moment for begin, end in times for moment in range(begin, end)}
    assert covered == {moment for begin, end in found for moment in range(begin, end)}
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_points_are_within_the_maximum_and_whole_for_whole_shares(share, points):
    assert 0 <= points_of(share, points) <= points
    assert points_of(1000, points) == points
    assert points_of(0, points) == 0


def test_two_devices_at_once_are_one_person():
    found = measured(host(0, 50), was(ANN, 0, 40), was(ANN, 10, 45))
    assert found.time_in(ANN) == 45 * MINUTE
    assert thousandths(found, ANN, SHARE) == 900


def test_who_came_early_waited_and_who_stayed_on_chatted():
    found = measured(was(ANN, 0, 70), host(10, 60))
    assert found.length_ms == 50 * MINUTE
    assert thousandths(found, ANN, SHARE) == 1000


def test_a_schedule_says_how_long_the_class_is_once_somebody_was_in():
    span = (0, 60 * MINUTE)
    assert measured(scheduled=span).held == ()
    found = measured(was(ANN, -10, 30), scheduled=span)
    assert thousandths(found, ANN, SHARE) == 500
    assert thousandths(found, BEN, SHARE) == 0


def test_a_scheduled_class_is_graded_when_it_is_over():
    found = measured(was(ANN, 0, 10), scheduled=(0, 60 * MINUTE), now=30 * MINUTE)
    assert found == Measured((), 60 * MINUTE)


def test_a_schedule_that_ends_before_it_begins_is_none():
    assert measured(was(ANN, 0, 10), scheduled=(60 * MINUTE, 0)).held == ()


def test_a_class_without_a_host_or_without_a_learner_is_none():
    assert measured(was(ANN, 0, 50)).held == []
    assert measured(host(0, 50)).held == []
    assert measured(host(0, 50), was(9, 0, 50)).held == [], "an assistant tries it with them"
    assert measured(host(0, 0.5), was(ANN, 0, 0.5)).held == [], "half a minute"


def test_all_classes_of_a_term_count_by_their_length():
    week = 7 * 24 * 60
    found = measured(
        host(0, 60), was(ANN, 0, 60),
        host(week, week + 30), was(BEN, week, week + 30),
    )  # fmt: skip
    assert [one.length_ms // MINUTE for one in found.held] == [60, 30]
    assert thousandths(found, ANN, SHARE) == 667
    assert thousandths(found, ANN, PRESENCE) == 500


def test_a_short_break_ends_no_class():
    found = measured(host(0, 45), host(60, 90), was(ANN, 0, 90))
    assert [one.length_ms // MINUTE for one in found.held] == [90]
    apart = measured(host(0, 45), was(ANN, 0, 45), host(76, 90), was(ANN, 76, 90))
    assert len(apart.held) == 2


def test_presence_is_all_or_nothing_by_the_threshold():
    found = measured(host(0, 50), was(ANN, 0, 25), was(BEN, 0, 24))
    assert thousandths(found, ANN, PRESENCE) == 1000
    assert thousandths(found, BEN, PRESENCE) == 0


def test_a_class_that_may_go_on_is_not_graded_yet():
    going_on = (host(0, 40), was(ANN, 0, 40))
    found = measured(*going_on, is_final=False, now=50 * MINUTE)
    assert found == Measured([], 40 * MINUTE + PAUSE_MS)
    assert measured(*going_on, is_final=False, now=71 * MINUTE).held
    assert measured(*going_on, is_final=True, now=41 * MINUTE).held


def test_whose_leaving_nobody_noted_was_in_until_the_end():
    found = measured(host(0, 50), was(ANN, 10, None))
    assert found.time_in(ANN) == 40 * MINUTE
    open_end = measured(host(0, None), was(ANN, 10, 40))
    assert open_end.length_ms == 40 * MINUTE
    still_in = measured(host(0, None), was(ANN, 10, 40), is_final=False, now=80 * MINUTE)
    assert still_in.held == []
    assert still_in.again_ms == 40 * MINUTE + 12 * 60 * MINUTE


def test_a_stay_that_ended_before_it_began_is_none():
    assert measured(host(0, 50), was(ANN, 10, 5), was(BEN, 0, 5)).time_in(ANN) == 0


def test_only_who_belongs_there_is_absent():
    found = measured(host(0, 50), was(ANN, 0, 43))
    score = score_of(found, ANN, SHARE, absent_counts=False)
    assert (score.given, score.line) == (86.0, "86/100 43/50 min")
    assert score.comment == "In class for 43 of 50 minutes."
    assert score.span_ms == (0, 43 * MINUTE)
    assert score_of(found, BEN, SHARE, absent_counts=False) is None
    absent = score_of(found, BEN, SHARE, absent_counts=True)
    assert (absent.given, absent.span_ms) == (0.0, None)
    assert score_of(Measured(), BEN, SHARE, absent_counts=True) is None, "no class so far"


def test_a_teachers_word_comes_first():
    found = measured(host(0, 50), was(ANN, 0, 43))
    corrected = score_of(found, ANN, SHARE, absent_counts=True, corrected=955)
    assert (corrected.given, corrected.line) == (95.5, "95.5/100 set")
    excused = score_of(found, ANN, SHARE, absent_counts=True, corrected=955, excused=True)
    assert (excused.given, excused.line) == (None, "excused")


@pytest.mark.parametrize(
    ("classes", "words"),
    [(1, "Present."), (2, "Present in 1 of 2 classes.")],
)
def test_presence_in_words(classes, words):
    week = 7 * 24 * 60
    stays = [was(ANN, 0, 50)]
    for number in range(classes):
        stays += [
            host(number * week, number * week + 50),
            was(BEN, number * week, number * week + 9),
        ]
    found = measured(*stays)
    assert score_of(found, ANN, PRESENCE, absent_counts=True).comment == words
    assert score_of(found, BEN, PRESENCE, absent_counts=True).given == 0
