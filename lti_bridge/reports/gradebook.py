"""A graded meeting as its teacher reads it and the job sends it: the same numbers for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lti_bridge.lms_api.gradebook import LINE_ITEM, SCORE
from lti_bridge.reports.grading import Score, score_of, thousandths
from lti_bridge.reports.held import Measured, measure_all

if TYPE_CHECKING:
    from lti_bridge.store import Gradebook, GradedMeeting, Learner


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A learner's line."""

    learner: Learner
    time_ms: int
    present: int
    """In how many classes."""
    share: int | None
    """Measured, in thousandths; None: no class was held, or nothing is known of them."""
    score: Score | None
    """What the LMS is to be told; None: nothing."""


@dataclass(frozen=True, slots=True)
class GradeReport:
    """A meeting's grades."""

    meeting: GradedMeeting
    measured: Measured
    lines: Sequence[GradeLine]


@dataclass(frozen=True, slots=True)
class GradeReports:
    """Reads them."""

    gradebook: Gradebook

    def of(self, meeting: GradedMeeting, now_ms: int) -> GradeReport:
        """Every learner's line, by the rules that hold now."""
        learners = self.gradebook.learners(meeting.id)
        attended = self.gradebook.attended(meeting.id)
        measured = measure_all(attended, [one.user_id for one in learners], now_ms)
        lines = [_line(measured, one, meeting) for one in learners]
        return GradeReport(meeting, measured, lines)


def by_outcomes(meeting: GradedMeeting) -> bool:
    """Whether grades go out as LTI 1.1 has them: so they do in a course that moved to LTI 1.3, too,
    while its LMS offers nothing newer.
    """
    if meeting.lti_version != "1.3":
        return True
    return SCORE not in meeting.scopes and meeting.outcome_links > 0


def missing_offer(meeting: GradedMeeting) -> str:
    """What the LMS doesn't offer that grades need: ``not_offered``, ``no_column``; empty: nothing.

    Without the right to make columns, one that is there already has to do.
    """
    if by_outcomes(meeting):
        return "" if meeting.outcome_links else "not_offered"
    if SCORE not in meeting.scopes:
        return "not_offered"
    if meeting.line_item_url or meeting.coupled_url:
        return ""
    may_make = bool(meeting.line_items_url) and LINE_ITEM in meeting.scopes
    return "" if may_make else "no_column"


def _line(measured: Measured, learner: Learner, meeting: GradedMeeting) -> GradeLine:
    rules = meeting.rules
    score = score_of(
        measured,
        learner.user_id,
        rules,
        absent_counts=learner.in_roster,
        corrected=learner.corrected,
        excused=learner.excused,
    )
    # Excused before anything was said of them: there is nothing to take back, so far.
    if score is not None and score.given is None and not (measured.held or learner.sent):
        score = None
    if learner.left or (by_outcomes(meeting) and not learner.service_url):
        score = None
    was_in = measured.time_in(learner.user_id)
    said = measured.is_corrected(learner.user_id)
    share = thousandths(measured, learner.user_id, rules)
    wanted = score.line if score else ""
    return GradeLine(
        learner=replace(learner, wanted=wanted),
        time_ms=was_in,
        present=measured.present(learner.user_id, rules.threshold),
        share=share if was_in or said or learner.in_roster else None,
        score=score,
    )
