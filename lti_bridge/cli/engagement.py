"""``lti-bridge engagement``: Meet & Engage's data, collected and counted."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.meets.shared import NUMBER
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import number, shown, table
from lti_bridge.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lti_bridge.app import Bridge
    from lti_bridge.jobs import CollectEngagement
    from lti_bridge.reports import EngagementReport
    from lti_bridge.store import Rows

SHOWN: Final = 50
"""Lines of a table, unless all of it is asked for as JSON."""


class Day(click.ParamType[date]):
    """A day, as ``2026-09-01``."""

    name = "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2026-09-01.", param, ctx)


DAY: Final = Day()
from_option = click.option("--from", "first", type=DAY, help="The first day (UTC).")
to_option = click.option("--to", "last", type=DAY, help="The last day (UTC); today, unless given.")


@click.group()
def engagement() -> None:
    """Meet & Engage: its organisation data, and reports of them."""


@engagement.command()
@config_option
def check(config: Path) -> None:
    r"""Ask Meet & Engage whether it knows our key pair; says what is wrong.

    \b
    Example:
      lti-bridge engagement check --config /etc/lti-bridge.toml
    """
    with _work_of(config) as (_, work):
        work.client.check()
    click.echo("Meet & Engage answers, and takes our key pair.")


@engagement.command()
@from_option
@to_option
@click.option(
    "--method",
    "methods",
    multiple=True,
    help="Only this data method; may be given several times. Those of the settings, unless given.",
)
@click.option("--again", is_flag=True, help="Also days that are settled.")
@config_option
@json_option
def fetch(
    first: date | None,
    last: date | None,
    methods: tuple[str, ...],
    again: bool,
    config: Path,
    as_json: bool,
) -> None:
    r"""Collect the data day by day, now rather than by the worker.

    It may be stopped at any time (Ctrl-C), and goes on where it was: a day that came is kept.
    A day that doesn't come stops no other, and stays due.

    \b
    Example:
      lti-bridge engagement fetch --from 2026-09-01 --config /etc/lti-bridge.toml
    """
    from lti_bridge.store.engagement import day_of, number_of_day

    with _work_of(config) as (bridge, work):
        bridge.prepare()
        begin = number_of_day(first) if first else work.first()
        end = number_of_day(last) if last else work.today()
        if begin > end:
            raise click.UsageError("The first day is after the last.")
        if begin < work.first_kept():
            raise click.UsageError(
                f"Days before {day_of(work.first_kept()).isoformat()} would be cleared away at"
                " once: see engagement_days of [retention]."
            )
        rows = _fetched(work, list(work.due(begin, end, methods=methods, again=again)))
    if as_json:
        print_json({"days": len(rows), "rows": sum(rows)})
        return
    days = f"{_counted(len(rows), 'day')} with {_counted(sum(rows), 'row')}."
    click.echo(days if rows else "Everything is here already.")


def _fetched(work: CollectEngagement, due: Sequence[tuple[str, int]]) -> list[int]:
    """The rows of each day; where not all came, it says how many did."""
    came: list[int] = []
    try:
        with click.progressbar(
            work.collect(due),
            length=len(due),
            label="days",
            file=sys.stderr,
            show_pos=True,
            hidden=not sys.stderr.isatty(),
        ) as moving:
            came.extend(rows for rows in moving if rows is not None)
    except RemoteError:
        missing = _counted(len(due) - len(came), "day")
        click.echo(f"{_counted(len(came), 'day')} came, {missing} didn't.", err=True)
        raise
    return came


@engagement.command()
@click.option("--course", type=NUMBER, help="Only the people of this course (its meetsIdCourse).")
@from_option
@to_option
@click.option("--method", default="standard", show_default=True, help="The data method.")
@click.option("--by", metavar="COLUMN", default="", help="Also count rows by a column's values.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE.svg",
    help="Write a picture of the rows of each day there.",
)
@config_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV: the rows themselves.")
def report(
    course: int | None,
    first: date | None,
    last: date | None,
    method: str,
    by: str,
    plot: Path | None,
    config: Path,
    as_json: bool,
    as_csv: bool,
) -> None:
    r"""Count the collected rows: by day, course and person; of a course or of everybody.

    Rows are joined to people by their e-mail address, where the settings allow it (match_people).
    With --csv: the rows themselves, with all the columns that any of them has.

    \b
    Example:
      lti-bridge engagement report --course 12 --by Device --config /etc/lti-bridge.toml
    """
    from lti_bridge.store import Rows
    from lti_bridge.store.engagement import number_of_day

    with _work_of(config) as (bridge, work):
        bridge.prepare()
        which = Rows(
            work.client.account,
            method,
            number_of_day(first) if first else work.first(),
            number_of_day(last) if last else work.today(),
        )
        if which.first > which.last:
            raise click.UsageError("The first day is after the last.")
        found = None if course is None else _course(bridge, work, course)
        if as_csv:
            _print_rows(bridge, which, found)
            return
        told = _report(bridge, work, which, found, by)
    if plot is not None:
        _write_plot(plot, told)
    if as_json:
        print_json(_plain(told))
        return
    for line in _lines(told, by):
        click.echo(line)


@contextmanager
def _work_of(config: Path) -> Iterator[tuple[Bridge, CollectEngagement]]:
    """The bridge and its collector; ends the command where the settings have no [engagement]."""
    from lti_bridge.app.background import engagement_of

    with bridge_of(config) as bridge:
        work = engagement_of(bridge)
        if work is None:
            raise click.ClickException(
                "The settings have no Meet & Engage. Add [engagement] with url, key, secret and"
                " account (docs/settings.md)."
            )
        yield bridge, work


def _course(bridge: Bridge, work: CollectEngagement, course: int) -> tuple[int, str]:
    """Row and title."""
    if not work.settings.match_people:
        raise click.ClickException(
            "The settings don't allow rows to be joined to people, so there is no report of a"
            " course. If your institution allows it: match_people = true in [engagement], then"
            " lti-bridge engagement fetch --again."
        )
    found = bridge.store.engagement.course(course)
    if found is None:
        raise click.ClickException(f"There is no course with the number {course}.")
    return found


def _report(
    bridge: Bridge, work: CollectEngagement, which: Rows, course: tuple[int, str] | None, by: str
) -> EngagementReport:
    from lti_bridge.reports import course_report, institution_report

    data = bridge.store.engagement
    if course is not None:
        return course_report(data, which, *course, by=by)
    return institution_report(data, which, matched=work.settings.match_people, by=by)


def _print_rows(bridge: Bridge, which: Rows, course: tuple[int, str] | None) -> None:
    from lti_bridge.reports import Table, course_emails
    from lti_bridge.reports.spreadsheets import csv_lines

    data = bridge.store.engagement
    emails = None if course is None else course_emails(data, course[0])
    rows = Table(lambda: data.rows(which, emails))
    for line in csv_lines(["day", *rows.columns], rows):
        click.echo(line)


def _write_plot(file: Path, told: EngagementReport) -> None:
    from lti_bridge.reports.plots import per_day

    title = f"{told.course or 'Engagement'}: {told.method}, rows a day"
    try:
        file.write_text(per_day(title, told.per_day), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from None
    click.echo(f"Written to {file}", err=True)


def _plain(told: EngagementReport) -> dict[str, Any]:
    """For other programs."""
    values = asdict(told)
    values["first"], values["last"] = told.first.isoformat(), told.last.isoformat()
    values["per_day"] = {day.isoformat(): count for day, count in told.per_day.items()}
    values["each"] = [
        {**asdict(one), "first": _iso(one.first), "last": _iso(one.last)} for one in told.each
    ]
    values["values"] = dict(told.values)
    return values


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _lines(told: EngagementReport, by: str) -> Iterator[str]:
    from lti_bridge.reports.plots import as_text

    days = len(told.per_day)
    yield f"{shown(told.course) if told.course else 'The institution'}, {shown(told.method)}"
    yield f"{told.first.isoformat()} to {told.last.isoformat()}: {_counted(told.rows, 'row')}"
    if told.days_fetched < days:
        yield f"Days that aren't fetched yet: {days - told.days_fetched} of {days}."
    if told.matched:
        unknown = f", {_counted(told.addresses_unknown, 'address', 'addresses')} of nobody we know"
        people = _counted(told.people, "person", "people")
        yield f"{people}{unknown if told.course is None else ''}"
    else:
        yield "Rows aren't joined to people: match_people of [engagement] is off."
    if told.rows:
        yield ""
        yield from as_text({day: count for day, count in told.per_day.items() if count})
    if told.course is not None and not told.each:
        yield "Nobody of this course has an address that the bridge knows: people come by its link."
    yield from _people(told)
    yield from _courses(told)
    if told.values:
        yield ""
        yield from table([shown(by), "rows"], [(v or "(none)", str(n)) for v, n in told.values])


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def _people(told: EngagementReport) -> Iterator[str]:
    if not told.each:
        return
    yield ""
    rows = [
        (one.name, one.email, str(one.rows), _iso(one.first) or "", _iso(one.last) or "")
        for one in told.each[:SHOWN]
    ]
    yield from table(["name", "e-mail", "rows", "first", "last"], rows)
    if len(told.each) > SHOWN:
        yield f"… and {len(told.each) - SHOWN:,} more; all of them with --json."


def _courses(told: EngagementReport) -> Iterator[str]:
    if not told.courses:
        return
    yield ""
    rows = [
        (str(one.number), one.title, number(one.people), number(one.rows))
        for one in told.courses[:SHOWN]
    ]
    yield from table(["course", "title", "people", "rows"], rows)
    if len(told.courses) > SHOWN:
        yield f"… and {len(told.courses) - SHOWN:,} more; all of them with --json."
