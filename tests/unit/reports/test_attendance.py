"""Marks, corrections and terms: what holds of any class, and the cases that the rules name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.reports.attendance import Roll, classes_of, lines_of
from lti_bridge.reports.attendance_plots import Row, Said, stacked, timeline
from lti_bridge.reports.grading import score_of, thousandths
from lti_bridge.reports.held import measure_all
from lti_bridge.reports.terms import term_of
from lti_bridge.store import (
    MARKS,
    AttendedMeeting,
    AttendedStay,
    Attender,
    Correction,
    GradingRules,
)

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
TEACHER, ANN, BEN, CID = 1, 2, 3, 4
LATER = 1000 * DAY
SHARE = GradingRules(enabled=True)
PRESENCE = GradingRules(enabled=True, mode="presence", threshold=50)


def was(user, begin, end, name=""):
    left = None if end is None else end * MINUTE
    return AttendedStay(user, user == TEACHER, begin * MINUTE, left, name=name)


def said(user, mark, held=0, at=0, note=""):
    return Correction(user, held * MINUTE, mark, note, "Ana", at)


def learner(user, **wishes):
    values = {"in_roster": True, "since_ms": 0, "left_ms": None, **wishes}
    return Attender(user, f"learner {user}", "", **values)


ROLL = Roll([learner(ANN), learner(BEN)])


def meeting(*stays, span=(0, 60), corrections=(), number=1, group=None, title="", column=0):
    begins, ends = (None, None) if span is None else (one * MINUTE for one in span)
    return AttendedMeeting(
        number, 1, "Algebra", title, begins, ends, True, group, column or number, stays, corrections
    )


def report_of(*stays, roll=ROLL, now=LATER, **wishes):
    (one,) = classes_of(meeting(*stays, **wishes), roll, now)
    return one


def marks(*stays, **wishes):
    report = report_of(*stays, **wishes)
    return {line.person.user_id: line.mark for line in report.lines}


stays_strategy = st.lists(
    st.builds(
        lambda user, begin, length, source: AttendedStay(
            user,
            user == TEACHER,
            begin,
            None if length is None else begin + length,
            source,
            f"name {user}",
        ),
        st.sampled_from([TEACHER, ANN, BEN, CID, None]),
        st.integers(-30 * MINUTE, 120 * MINUTE),
        st.none() | st.integers(-MINUTE, 90 * MINUTE),
        st.sampled_from(["service", "sampled"]),
    ),
    max_size=10,
)
corrections_strategy = st.lists(
    st.builds(
        said,
        st.sampled_from([ANN, BEN, CID]),
        st.sampled_from(MARKS),
        st.integers(-60, 200),
        st.integers(0, 9),
    ),
    max_size=4,
)
spans = st.none() | st.just((0, 60))


@given(stays_strategy, corrections_strategy, spans)
def test_everybody_has_one_mark_and_a_possible_time(stays, corrections, span):
    held = meeting(*stays, span=span, corrections=corrections)
    for one in classes_of(held, ROLL, LATER):
        people = [line.person.user_id for line in one.lines]
        assert people == [ANN, BEN], "both are in the roster"
        assert sum(one.totals.values()) == 2
        for line in one.lines:
            assert 0 <= line.share <= 1000
            assert line.time_ms <= one.held.length_ms
            assert (line.measured in {"present", "late", "left_early"}) == bool(line.times)
            if line.correction:
                assert line.mark == line.correction.mark
        assert all(other.time_ms > 0 for other in one.others)


@given(stays_strategy, corrections_strategy, spans)
def test_a_term_adds_its_classes_up(stays, corrections, span):
    held = [
        meeting(*stays, span=span, corrections=corrections),
        meeting(was(ANN, 0, 60), was(TEACHER, 0, 60), number=2),
    ]
    term = term_of(held, ROLL, LATER)
    for person in term.people:
        own = lines_of(person.person.user_id, held, ROLL, LATER)
        assert sum(person.marks.values()) == len(own)
        assert 0 <= person.counted_ms <= person.length_ms
        assert person.share is None or 0 <= person.share <= 1000
    assert [one.begins_ms for one in term.classes] == sorted(o.begins_ms for o in term.classes)


@given(stays_strategy, corrections_strategy, spans)
def test_a_grade_is_never_less_than_nothing_nor_more_than_all(stays, corrections, span):
    found = measure_all([meeting(*stays, span=span, corrections=corrections)], [ANN, BEN], LATER)
    for user in (ANN, BEN):
        for rules in (SHARE, PRESENCE):
            share = thousandths(found, user, rules)
            assert share is None or 0 <= share <= 1000
            score = score_of(found, user, rules, absent_counts=True)
            assert score is None or len(score.line) <= 80


@pytest.mark.parametrize(
    ("begin", "end", "mark"),
    [
        (0, 60, "present"),
        (10, 50, "present"),
        (11, 60, "late"),
        (0, 49, "left_early"),
        (11, 49, "late"),
        (-20, 60, "present"),
        (60, 90, "absent"),
        (20, 20, "absent"),
    ],
)
def test_marks_are_by_ten_minutes(begin, end, mark):
    assert marks(was(TEACHER, 0, 60), was(ANN, begin, end)) == {ANN: mark, BEN: "absent"}


def test_a_class_that_began_late_or_ended_early_makes_nobody_late():
    found = marks(was(TEACHER, 15, 40), was(ANN, 16, 40), was(BEN, 15, 20))
    assert found == {ANN: "present", BEN: "left_early"}


def test_a_class_that_goes_on_is_told_so_far():
    report = report_of(was(TEACHER, 0, None), was(ANN, 0, 5), now=30 * MINUTE)
    assert report.running
    assert {line.person.user_id: line.mark for line in report.lines} == {ANN: "present", BEN: None}
    assert report.held.time_in(TEACHER) == 30 * MINUTE
    standing = report_of(was(TEACHER, 0, 20), was(ANN, 0, 5), span=None, now=30 * MINUTE)
    assert not standing.running, "the service said that it is over"


def test_only_who_belonged_there_was_absent():
    roll = Roll(
        [
            learner(ANN, left_ms=0),
            learner(BEN, in_roster=False, since_ms=61 * MINUTE),
            learner(CID, in_roster=False, since_ms=59 * MINUTE),
        ]
    )
    assert marks(was(TEACHER, 0, 60), roll=roll) == {CID: "absent"}
    assert marks(was(TEACHER, 0, 60), was(ANN, 0, 60), roll=roll)[ANN] == "present"


def test_of_a_group_only_its_people_are_expected():
    roll = Roll(ROLL.learners, {7: {ANN}})
    assert marks(was(TEACHER, 0, 60), group=7, roll=roll) == {ANN: "absent"}
    assert marks(was(BEN, 0, 60), group=7, roll=roll)[BEN] == "present", "a guest of theirs"
    assert marks(was(TEACHER, 0, 60), group=8, roll=roll) == {}


def test_of_a_link_that_some_may_see_only_those_are_expected_in_each_class_of_its_series():
    roll = Roll(ROLL.learners, links={1: {ANN}})
    for number in (1, 2):
        seen = {"number": number, "column": 1, "roll": roll}
        assert marks(was(TEACHER, 0, 60), **seen) == {ANN: "absent"}
        assert marks(was(BEN, 0, 60), **seen)[BEN] == "present", "whatever the LMS shows them"
    assert marks(was(TEACHER, 0, 60), number=3, roll=roll) == {ANN: "absent", BEN: "absent"}


def test_guests_and_teachers_are_told_of_apart():
    report = report_of(
        was(None, 5, 20, "Guest"), was(None, 15, 30, "Guest"), was(TEACHER, 0, 60, "Ana"),
        was(None, 70, 80, "Too late"),
    )  # fmt: skip
    assert [(one.name, one.host, one.time_ms // MINUTE) for one in report.others] == [
        ("Ana", True, 60),
        ("Guest", False, 25),
    ]


def test_of_a_class_that_nobody_told_of_nothing_is_known():
    assert marks() == {ANN: None, BEN: None}
    assert marks(corrections=[said(ANN, "present")]) == {ANN: "present", BEN: None}
    assert classes_of(meeting(span=(0, 0)), ROLL, LATER) == []
    assert classes_of(meeting(), ROLL, 59 * MINUTE) == [], "not yet over"
    assert classes_of(meeting(span=None), ROLL, LATER) == []


def test_the_last_word_of_a_teacher_counts_beside_what_was_measured():
    report = report_of(
        was(TEACHER, 0, 60), was(ANN, 0, 60),
        corrections=[said(ANN, "absent", at=2), said(ANN, "excused", at=1)],
    )  # fmt: skip
    line = report.lines[0]
    assert (line.mark, line.measured, line.share) == ("absent", "present", 1000)


def test_a_correction_follows_its_class():
    stays = (
        was(TEACHER, 0, 60), was(ANN, 0, 60),
        was(TEACHER, 100, 160), was(ANN, 100, 160),
    )  # fmt: skip
    for held, marked in ((0, 0), (20, 0), (95, 1), (100, 1), (130, 1), (500, None)):
        corrections = [said(ANN, "absent", held=held)]
        reports = classes_of(meeting(*stays, span=None, corrections=corrections), ROLL, LATER)
        found = [one.lines[0].mark for one in reports]
        assert found == ["absent" if place == marked else "present" for place in (0, 1)], held


@pytest.mark.parametrize(
    ("mark", "share", "presence"),
    [
        ("present", 1000, 1000),
        ("late", 250, 1000),
        ("left_early", 250, 1000),
        ("absent", 0, 0),
        ("excused", None, None),
    ],
)
def test_a_mark_counts_for_the_grade(mark, share, presence):
    stays = (was(TEACHER, 0, 60), was(ANN, 0, 15))
    found = measure_all([meeting(*stays, corrections=[said(ANN, mark)])], [ANN], LATER)
    assert thousandths(found, ANN, SHARE) == share
    assert thousandths(found, ANN, PRESENCE) == presence
    score = score_of(found, ANN, SHARE, absent_counts=True)
    assert (score.given is None) is (mark == "excused")
    assert found.time_in(ANN) == 15 * MINUTE, "as measured"


def test_late_where_nothing_was_measured_is_the_whole_class():
    found = measure_all([meeting(corrections=[said(ANN, "late")])], [ANN, BEN], LATER)
    assert thousandths(found, ANN, SHARE) == 1000
    assert thousandths(found, BEN, SHARE) is None, "of whom nothing was said"
    assert score_of(found, BEN, SHARE, absent_counts=True) is None


def test_who_is_excused_from_one_class_is_graded_by_the_others():
    week = 7 * 24 * 60
    held = [
        meeting(was(TEACHER, 0, 60), corrections=[said(ANN, "excused")]),
        meeting(
            was(TEACHER, week, week + 60), was(ANN, week, week + 30),
            span=(week, week + 60), number=2,
        ),
    ]  # fmt: skip
    found = measure_all(held, [ANN, BEN], LATER)
    assert thousandths(found, ANN, SHARE) == 500
    score = score_of(found, ANN, SHARE, absent_counts=True)
    assert score.comment == "In class for 30 of 60 minutes."
    assert score.span_ms == (week * MINUTE, (week + 60) * MINUTE)
    assert score_of(found, BEN, SHARE, absent_counts=True).span_ms is None


def test_when_somebody_took_part_is_as_scheduled_or_as_measured():
    stays = (was(TEACHER, 0, 60), was(ANN, 5, 30))
    scheduled = measure_all([meeting(*stays)], [ANN], LATER)
    assert scheduled.span_of(ANN) == (0, 60 * MINUTE)
    standing = measure_all([meeting(*stays, span=None)], [ANN], LATER)
    assert standing.span_of(ANN) == (5 * MINUTE, 30 * MINUTE)
    marked = meeting(*stays, span=None, corrections=[said(BEN, "present")])
    assert measure_all([marked], [ANN, BEN], LATER).span_of(BEN) == (0, 60 * MINUTE)


def test_pictures_say_what_they_are_and_take_any_name():
    said_so = Said("one", "Who <was> in", 'A "bar" & more')
    names = ["<script>alert(1)</script>", "x" * 300, "\x00\x1b", 'a" style="x', "سارا محمدی"]
    rows = [Row(name, [(0, MINUTE), (2 * MINUTE, 3 * MINUTE)]) for name in names]
    svg = timeline(said_so, [*rows, Row("Nobody", ())], (0, 60 * MINUTE), [(0, "10:00")])
    assert "<script" not in svg
    assert "style" not in svg
    assert 'role="img"' in svg
    assert "Who &lt;was&gt; in" in svg
    assert "x" * 20 not in svg
    assert 'class="series in"' in svg
    for count in (0, 1, 70):
        svg = stacked(
            said_so, [str(one) for one in range(count)], {"present": [3] * count, "absent": [1] * count}
        )  # fmt: skip
        assert svg.startswith("<svg ")
        assert svg.endswith("</svg>")
