"""Which source has the word: what holds of any stays, and the cases that the rule names."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.reports.held import measure
from lti_bridge.reports.sources import SKEW_MS, best, merged, without
from lti_bridge.store import AttendedStay

MINUTE = 60_000
TEACHER, ANN, BEN = 1, 2, 3
CLASS = (0, 50 * MINUTE)
LATER = 10_000 * MINUTE


def was(user, begin, end, source="service"):
    left = None if end is None else int(end * MINUTE)
    return AttendedStay(user, user == TEACHER, int(begin * MINUTE), left, source)


def seen(user, begin, end):
    return was(user, begin, end, "sampled")


def times(*stays):
    (held,) = measure(
        stays, [ANN, BEN], scheduled=CLASS, is_final=True, now_ms=LATER
    ).held  # fmt: skip
    return {user: [(b / MINUTE, e / MINUTE) for b, e in own] for user, own in held.times.items()}


some_stays = st.lists(
    st.builds(
        lambda user, begin, length, source: AttendedStay(
            user, user == TEACHER, begin, None if length is None else begin + length, source
        ),
        st.sampled_from([TEACHER, ANN, BEN, None]),
        st.integers(-20 * MINUTE, 120 * MINUTE),
        st.none() | st.integers(-5 * MINUTE, 60 * MINUTE),
        st.sampled_from(["service", "callback", "sampled", "of another version"]),
    ),
    max_size=12,
)
some_times = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted).map(tuple), max_size=8
)


@given(some_stays)
def test_nothing_is_made_up(stays):
    found = best(stays)
    for one in found:
        assert one.left_ms is None or one.left_ms >= one.joined_ms
        assert any(
            each.user_id == one.user_id
            and each.source == one.source
            and each.joined_ms <= one.joined_ms
            for each in stays
        )


@given(some_stays)
def test_the_best_source_is_believed_wholly(stays):
    told = [one for one in stays if one.source in {"service", "callback"}]
    found = [one for one in best(stays) if one.source in {"service", "callback"}]
    known = [one for one in told if one.left_ms is None or one.left_ms >= one.joined_ms]
    key = [(one.user_id, one.joined_ms, one.source) for one in known]
    assert sorted(map(str, key)) == sorted(
        str((one.user_id, one.joined_ms, one.source)) for one in found
    )


@given(some_stays)
def test_said_twice_or_believed_twice_is_the_same(stays):
    once = measure(stays, [ANN, BEN], scheduled=CLASS, is_final=True, now_ms=LATER)
    assert measure(stays * 2, [ANN, BEN], scheduled=CLASS, is_final=True, now_ms=LATER) == once
    again = measure(best(stays), [ANN, BEN], scheduled=CLASS, is_final=True, now_ms=LATER)
    assert [one.times for one in again.held] == [one.times for one in once.held]


@given(some_stays, st.randoms())
def test_the_order_of_the_rows_says_nothing(stays, random):
    shuffled = list(stays)
    random.shuffle(shuffled)
    one, two = (
        measure(each, [ANN, BEN], scheduled=CLASS, is_final=True, now_ms=LATER)
        for each in (stays, shuffled)
    )
    assert one == two


@given(some_stays)
def test_nobody_is_in_longer_than_the_class(stays):
    for held in measure(stays, [ANN], scheduled=CLASS, is_final=True, now_ms=LATER).held:
        for user, own in held.times.items():
            assert 0 < held.time_in(user) <= held.length_ms
            assert all(one[1] < two[0] for one, two in itertools.pairwise(own))


@given(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted), some_times)
def test_what_lies_outside_is_what_isn_t_inside(span, taken):
    begin, end = span
    whole = merged(taken)
    left = {moment for start, stop in without((begin, end), whole) for moment in range(start, stop)}
    covered = {moment for start, stop in taken for moment in range(start, stop)}
    assert left == set(range(begin, end)) - covered


def test_what_was_seen_stands_where_no_service_tells():
    assert times(seen(TEACHER, 0, 50), seen(ANN, 3, 40)) == {TEACHER: [(0, 50)], ANN: [(3, 40)]}


def test_a_service_has_the_word_while_it_tells():
    found = times(was(TEACHER, 0, 50), was(ANN, 3, 40), seen(ANN, 2, 44), seen(BEN, 5, 30))
    assert found == {TEACHER: [(0, 50)], ANN: [(3, 40)]}, "whom it doesn't name, wasn't in"


def test_clocks_may_differ():
    found = times(was(TEACHER, 4, 40), was(ANN, 4, 40), seen(TEACHER, 0, 36), seen(ANN, 0, 36))
    assert found == {TEACHER: [(4, 40)], ANN: [(4, 40)]}
    assert SKEW_MS == 5 * MINUTE


def test_of_what_a_service_left_out_the_rest_is_taken():
    """Its word on the second half was lost on the way."""
    found = times(
        was(TEACHER, 0, 20), was(ANN, 0, 20), seen(TEACHER, 0, 20), seen(ANN, 0, 20),
        seen(TEACHER, 30, 50), seen(ANN, 30, 45),
    )  # fmt: skip
    assert found == {TEACHER: [(0, 20), (30, 50)], ANN: [(0, 20), (30, 45)]}


def test_a_leaving_that_the_service_missed_was_seen():
    found = times(was(TEACHER, 0, 50), was(ANN, 5, None), seen(TEACHER, 0, 50), seen(ANN, 6, 30))
    assert found[ANN] == [(5, 30)]
    assert times(was(TEACHER, 0, 50), was(ANN, 5, None))[ANN] == [(5, 50)], "else until the end"
    guest = times(was(TEACHER, 0, 50), was(None, 5, None), seen(None, 6, 30))
    assert guest == {TEACHER: [(0, 50)]}


def test_two_devices_are_one_person_in_any_source():
    assert times(seen(ANN, 0, 30), seen(ANN, 10, 40)) == {ANN: [(0, 40)]}
    assert times(was(ANN, 0, 30), was(ANN, 30, 40)) == {ANN: [(0, 40)]}


def test_a_stay_of_no_length_is_nothing():
    assert times(was(TEACHER, 0, 50), was(ANN, 10, 10), seen(BEN, 70, 70)) == {TEACHER: [(0, 50)]}


def test_a_source_that_nobody_knows_is_the_last_that_is_asked():
    assert times(seen(ANN, 0, 30), was(BEN, 0, 30, "of another version")) == {ANN: [(0, 30)]}


def test_meets_tells_of_another_room_and_doubts_nobody():
    at_meets = was(BEN, 10, 40, "meets")
    assert times(was(TEACHER, 0, 50), was(ANN, 0, 50), at_meets)[BEN] == [(10, 40)]
    assert times(seen(TEACHER, 0, 50), seen(ANN, 0, 20), at_meets)[ANN] == [(0, 20)]
    both = times(was(ANN, 0, 20), was(ANN, 15, 30, "meets"), was(TEACHER, 0, 50))
    assert both[ANN] == [(0, 30)], "once"
