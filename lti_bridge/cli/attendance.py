"""``lti-bridge attendance``: who was in class, as the bridge counts it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.courses import course_argument
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, length, shown, table, when
from lti_bridge.store import MARKS

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.reports.attendance import ClassReport, Limits, PersonLine
    from lti_bridge.reports.terms import PersonTerm

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV, for spreadsheets.")
_HEADS: Final = ("class", "name", "mark", "measured", "came", "left", "time", "share", "note")
_TERM_HEADS: Final = ("user", "name", "classes", *MARKS, "share")


@click.group()
def attendance() -> None:
    """Attendance: who was in which class, and over a term, with what teachers say of it."""


@attendance.command()
@click.argument("meeting_id", metavar="MEETING")
@config_option
@json_option
@csv_option
def show(meeting_id: str, config: Path, as_json: bool, as_csv: bool) -> None:
    r"""The classes of a MEETING so far, by the ID that its service knows it by, and who was in.

    \b
    Example:
      lti-bridge attendance show lti-0123456789abcdef --csv --config FILE > monday.csv
    """
    _one_of(as_json, as_csv)
    with bridge_of(config) as bridge:
        bridge.prepare()
        reports = _classes(bridge, meeting_id)
    if as_json:
        print_json([_facts(one) for one in reports])
        return
    rows = [_row(one, line) for one in reports for line in one.lines]
    _print(_HEADS, rows, as_csv, "No class was held so far.")


@attendance.command()
@course_argument
@config_option
@json_option
@csv_option
def course(number: int, config: Path, as_json: bool, as_csv: bool) -> None:
    r"""Everybody who learns in COURSE (its number as the log's lines have it), over all classes.

    \b
    Example:
      lti-bridge attendance course 12 --csv --config /etc/lti-bridge.toml > term.csv
    """
    _one_of(as_json, as_csv)
    from lti_bridge.reports.terms import Terms

    with bridge_of(config) as bridge:
        bridge.prepare()
        terms = Terms(bridge.store.attendances)
        report = terms.of_course(number, _now_ms(), _limits(bridge, number))
    if as_json:
        print_json([_term_facts(one) for one in report.people])
        return
    rows = [_term_row(one) for one in report.people]
    _print(_TERM_HEADS, rows, as_csv, f"Nobody that we know of learns in course {number}.")


def _now_ms() -> int:
    return int(time.time() * 1000)


def _one_of(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise click.UsageError("Give --json or --csv, not both.")


def _print(heads: Sequence[str], rows: Sequence[Sequence[str]], as_csv: bool, nothing: str) -> None:
    from lti_bridge.reports.spreadsheets import csv_lines

    if as_csv:
        cells = [["" if cell == NOTHING else cell for cell in row] for row in rows]
        lines = csv_lines(heads, cells)
    elif rows:
        lines = table(heads, rows)
    else:
        lines = iter([nothing])
    for line in lines:
        click.echo(line)


def _limits(bridge: Bridge, course: int) -> Limits:
    from lti_bridge.reports.attendance import Limits

    platform = bridge.store.course_services.platform_of(course)
    said = bridge.policies_of(platform or 0)
    return Limits(said.late_minutes, said.left_early_minutes)


def _classes(bridge: Bridge, meeting_id: str) -> list[ClassReport]:
    from lti_bridge.reports.attendance import Roll, classes_of

    store = bridge.store
    found = store.meetings.by_meeting_id(meeting_id)
    meeting = None if found is None else store.attendances.of_meeting(found.id)
    if meeting is None:
        raise click.ClickException(
            f"There is no meeting {meeting_id}, or it was cancelled."
            " See: lti-bridge conferencing meetings"
        )
    book = store.attendances
    course = meeting.course_id
    return classes_of(meeting, Roll.of(book, course), _now_ms(), _limits(bridge, course))


def _row(one: ClassReport, line: PersonLine) -> tuple[str, ...]:
    return (
        when(one.held.begins_ms),
        shown(line.person.name),
        line.mark or NOTHING,
        line.measured or NOTHING,
        when(line.came_ms),
        when(line.left_ms),
        length(line.time_ms),
        _percent(line.share),
        shown(line.correction.note) if line.correction else NOTHING,
    )


def _facts(one: ClassReport) -> dict[str, Any]:
    return {
        "begins_ms": one.held.begins_ms,
        "ends_ms": one.held.ends_ms,
        "scheduled": one.held.scheduled,
        "running": one.running,
        "people": [_person(line) for line in one.lines],
        "others": [
            {"name": other.name, "host": other.host, "times_ms": [*map(list, other.times)]}
            for other in one.others
        ],
    }


def _person(line: PersonLine) -> dict[str, Any]:
    said = line.correction
    return {
        "user": line.person.user_id,
        "name": line.person.name,
        "mark": line.mark,
        "measured": line.measured,
        "times_ms": [*map(list, line.times)],
        "time_ms": line.time_ms,
        "share": line.share,
        "note": said.note if said else "",
        "corrected_by": said.by if said else "",
        "corrected_ms": said.at_ms if said else None,
        "invited": line.invited,
    }


def _term_row(one: PersonTerm) -> tuple[str, ...]:
    marks = [str(one.marks[mark]) for mark in MARKS]
    share = NOTHING if one.share is None else _percent(one.share)
    return (str(one.person.user_id), shown(one.person.name), str(one.classes), *marks, share)


def _term_facts(one: PersonTerm) -> dict[str, Any]:
    return {
        "user": one.person.user_id,
        "name": one.person.name,
        "classes": one.classes,
        "marks": {mark or "unknown": number for mark, number in one.marks.items()},
        "share": one.share,
    }


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:g}%"
