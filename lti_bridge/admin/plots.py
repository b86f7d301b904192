"""Plots of the admin pages, each with the same numbers as a table behind it.

The parts of a bar differ by what fills and surrounds them, not by colour alone; how, the style
sheet says by their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import current_app
from flask_babel import LazyString, gettext, lazy_gettext
from markupsafe import Markup

from lti_bridge.admin.launch_words import OUTCOMES
from lti_bridge.reports.attendance_plots import Said, stacked

if TYPE_CHECKING:
    from lti_bridge.reports.clocks import Clock
    from lti_bridge.reports.loads import Busy
    from lti_bridge.store import HourOfLaunches, Week

OWN: Final = lazy_gettext("in classes of your courses")
OTHERS: Final = lazy_gettext("in meetings of others on that service")
PEOPLE: Final = lazy_gettext("People")
CLASSES: Final = lazy_gettext("Classes")


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, what its parts mean, and the numbers."""

    id: str
    title: str
    svg: Markup
    legend: Sequence[tuple[str, LazyString]]
    """Part by its class, and what it stands for."""
    head: LazyString
    """What the first column of the table says."""
    rows: Sequence[tuple[str, Sequence[int | None]]]
    """Nothing known: None."""


def people_by_hour(name: str, title: str, hours: Sequence[Busy], clock: Clock) -> Plot:
    """Who was in class over the last day, at the most of each hour."""
    return _people(name, title, hours, lambda at_ms: clock.time(at_ms) + clock.unknown, HOUR)


def people_by_day(name: str, title: str, days: Sequence[Busy], clock: Clock) -> Plot:
    """… over the last weeks, at the most of each day."""
    return _people(name, title, days, clock.day, DAY)


HOUR: Final = lazy_gettext("Hour")
DAY: Final = lazy_gettext("Day")
WEEK: Final = lazy_gettext("Week that begins on")


def launches_by_hour(title: str, hours: Sequence[HourOfLaunches], clock: Clock) -> Plot:
    """What became of launches over the last day."""
    numbers = {key: [hour.outcomes.get(key, 0) for hour in hours] for key in OUTCOMES}
    labels = [clock.time(hour.begins_ms) + clock.unknown for hour in hours]
    return _plot("launches", title, labels, numbers, OUTCOMES, HOUR)


def classes_by_week(title: str, weeks: Sequence[Week], clock: Clock) -> Plot:
    """How many classes were held in each week of the term."""
    labels = [_monday(week, clock) for week in weeks]
    numbers = {"own": [week.classes for week in weeks]}
    return _plot("classes", title, labels, numbers, {"own": CLASSES}, WEEK)


def people_by_week(title: str, weeks: Sequence[Week], clock: Clock) -> Plot:
    """How many people came in each week of the term."""
    labels = [_monday(week, clock) for week in weeks]
    numbers = {"own": [week.people for week in weeks]}
    return _plot("people", title, labels, numbers, {"own": PEOPLE}, WEEK)


def _monday(week: Week, clock: Clock) -> str:
    # West of Greenwich it is Sunday still when a week of ours begins.
    return replace(clock, zone="").day(week.begins_ms)


def _people(
    name: str, title: str, found: Sequence[Busy], label: Callable[[int], str], head: LazyString
) -> Plot:
    own = [one.own_people for one in found]
    others = [_rest(one) for one in found]
    labels = [label(one.begins_ms) for one in found]
    return _plot(
        name, title, labels, {"own": own, "others": others}, {"own": OWN, "others": OTHERS}, head
    )


def _rest(one: Busy) -> int | None:
    return None if one.people is None else max(0, one.people - (one.own_people or 0))


def _plot(
    name: str,
    title: str,
    labels: Sequence[str],
    numbers: Mapping[str, Sequence[int | None]],
    words: Mapping[str, LazyString],
    head: LazyString,
) -> Plot:
    said = Said(name, title, gettext("The table below has the same in numbers."))
    shown = [_digits(label) for label in labels]
    drawn = {f"of-{part}": [value or 0 for value in values] for part, values in numbers.items()}
    svg = Markup(stacked(said, shown, drawn, _digits))  # noqa: S704 - every text in it is escaped
    rows = list(zip(shown, zip(*numbers.values(), strict=True), strict=True))
    legend = [(f"of-{part}", words[part]) for part in numbers]
    return Plot(name, title, svg, legend, head, rows)


def _digits(value: object) -> str:
    return str(current_app.jinja_env.filters["digits"](value))
