"""Scores from attendance: pure functions, without a clock, a database or an LMS.

Which classes were held, and who was in, is told in :mod:`lti_bridge.reports.held`.

- ``share``: a person's time in all classes so far, by the time that all of them lasted.
- ``presence``: the classes in which a person was for at least the threshold, by their number. For
  a meeting that is held once, that is all or nothing.

What a teacher said of somebody in a class counts instead of what was measured, and classes from
which they are excused don't count for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lti_bridge.reports.held import Measured, minutes, rounded

if TYPE_CHECKING:
    from lti_bridge.store import GradingRules

WHOLE: Final = 1000
"""Shares are in thousandths."""
EXCUSED: Final = "Excused: no score is counted."


@dataclass(frozen=True, slots=True)
class Score:
    """What the LMS is to be told of one person."""

    line: str
    """All of it in one line of at most 80 characters: what has the same line, says the same."""
    given: float | None
    """Of the points; None: there is no score, as they are excused."""
    comment: str = field(repr=False)
    thousandths: int | None
    span_ms: tuple[int, int] | None = None
    """When they were in class first and last, where they were."""


def thousandths(measured: Measured, user_id: int, rules: GradingRules) -> int | None:
    """Somebody's score as attendance has it; None while no class was held that counts for them."""
    held = measured.counting(user_id)
    if not held:
        return None
    if rules.mode == "presence":
        return rounded(measured.present(user_id, rules.threshold) * WHOLE, len(held))
    was_in = sum(one.counted(user_id) for one in held)
    return rounded(was_in * WHOLE, sum(one.length_ms for one in held))


def points_of(thousandths: int, points: int) -> float:
    """``scoreGiven``, to the hundredth; never more than all points."""
    return rounded(min(max(thousandths, 0), WHOLE) * points * 100, WHOLE) / 100


def score_of(
    measured: Measured,
    user_id: int,
    rules: GradingRules,
    *,
    absent_counts: bool,
    corrected: int | None = None,
    excused: bool = False,
) -> Score | None:
    """What the LMS is to be told of somebody; None: nothing.

    ``absent_counts``: who never was in was absent, as the roster says that they belong there.
    A teacher's word comes first: ``excused``, then ``corrected`` (thousandths).
    """
    if excused:
        return Score("excused", None, EXCUSED, None)
    span = measured.span_of(user_id)
    if corrected is not None:
        given = points_of(corrected, rules.points)
        line = f"{given:g}/{rules.points} set"
        return Score(line, given, "Set by the teacher.", corrected, span)
    share = thousandths(measured, user_id, rules)
    if share is None:
        # Excused from all classes so far, they have no score, whatever was sent before.
        return Score("excused", None, EXCUSED, None) if measured.is_corrected(user_id) else None
    if not (measured.time_in(user_id) or measured.is_corrected(user_id) or absent_counts):
        return None
    given = points_of(share, rules.points)
    short, comment = _words(measured, user_id, rules)
    return Score(f"{given:g}/{rules.points} {short}", given, comment, share, span)


def _words(measured: Measured, user_id: int, rules: GradingRules) -> tuple[str, str]:
    """Where the score comes from: for the line, and for people."""
    counting = measured.counting(user_id)
    if rules.mode == "share":
        was_in = minutes(sum(one.counted(user_id) for one in counting))
        lasted = minutes(sum(one.length_ms for one in counting))
        return f"{was_in}/{lasted} min", f"In class for {was_in} of {lasted} minutes."
    present, held = measured.present(user_id, rules.threshold), len(counting)
    if held == 1:
        return f"{present}/1", "Present." if present else "Absent."
    return f"{present}/{held}", f"Present in {present} of {held} classes."
