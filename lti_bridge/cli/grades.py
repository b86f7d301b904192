"""``lti-bridge grades``: grades from attendance, as they stand with the LMSs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, shown, table, when

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.reports import GradeLine, GradeReport
    from lti_bridge.store import GradedMeeting

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV, for spreadsheets.")
meeting_argument = click.argument("meeting_id", metavar="MEETING")
_HEADS: Final = ("meeting", "name", "graded", "points", "column", "state", "due")
_PERSON_HEADS: Final = (
    "user", "name", "minutes", "measured", "corrected", "excused", "score", "sent", "answer",
)  # fmt: skip


@click.group()
def grades() -> None:
    """Grades from attendance: what is graded, and what the LMSs took of it."""


@grades.command("list")
@config_option
@json_option
@csv_option
def list_grades(config: Path, as_json: bool, as_csv: bool) -> None:
    r"""Every meeting that is graded, a line each, with what stands in the way.

    \b
    Example:
      lti-bridge grades list --config /etc/lti-bridge.toml
    """
    _one_of(as_json, as_csv)
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = bridge.store.gradebook.all()
    if as_json:
        print_json([_facts(one) for one in found])
    else:
        _print(_HEADS, [_row(one) for one in found], as_csv, "Nothing is graded by attendance yet.")


@grades.command()
@meeting_argument
@config_option
@json_option
@csv_option
def show(meeting_id: str, config: Path, as_json: bool, as_csv: bool) -> None:
    r"""The grades of a MEETING, by the ID that its service knows it by; the list shows them.

    \b
    Example:
      lti-bridge grades show lti-0123456789abcdef --csv --config FILE > grades.csv
    """
    _one_of(as_json, as_csv)
    from lti_bridge.reports import GradeReports

    with bridge_of(config) as bridge:
        bridge.prepare()
        meeting = _meeting(bridge, meeting_id)
        report = GradeReports(bridge.store.gradebook).of(meeting, int(time.time() * 1000))
    if as_json:
        people = [_person_facts(line) for line in report.lines]
        print_json(_facts(meeting) | _measured(report) | {"people": people})
        return
    rows = [_person(line) for line in report.lines]
    _print(_PERSON_HEADS, rows, as_csv, "Nobody who learns in this course is known yet.")


@grades.command()
@meeting_argument
@config_option
def send(meeting_id: str, config: Path) -> None:
    r"""Send a MEETING's grades now, instead of waiting for the job; refused ones once more.

    \b
    Example:
      lti-bridge grades send lti-0123456789abcdef --config /etc/lti-bridge.toml
    """
    from lti_bridge.app.background import grades_of

    with bridge_of(config) as bridge:
        bridge.prepare()
        meeting = _meeting(bridge, meeting_id)
        with written_down(bridge) as note:
            if not bridge.store.gradebook.send_now(meeting.id):
                raise click.ClickException(
                    f"{meeting_id} isn't graded: its teacher switches that on."
                )
            note("grades.send", meeting_id)
        sent = grades_of(bridge).run(only=meeting.id)
        after = _meeting(bridge, meeting_id)
    if after.problem:
        raise click.ClickException(f"Sent: {sent}. What stands in the way: {after.problem}.")
    click.echo(f"Sent: {sent}.")


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


def _meeting(bridge: Bridge, meeting_id: str) -> GradedMeeting:
    found = bridge.store.gradebook.by_meeting_id(meeting_id)
    if found is None:
        raise click.ClickException(f"There is no meeting {meeting_id}. See: lti-bridge grades list")
    return found


def _state(one: GradedMeeting) -> str:
    from lti_bridge.reports import missing_offer

    if not one.rules.enabled:
        return "off"
    return one.problem or missing_offer(one) or ("due" if one.due_ms is not None else "done")


def _row(one: GradedMeeting) -> tuple[str, ...]:
    rules = one.rules
    how = "share" if rules.mode == "share" else f"presence, {rules.threshold}%"
    return (
        one.meeting_id,
        shown(one.name),
        how,
        str(rules.points),
        "there" if one.line_item_url else NOTHING,
        _state(one),
        when(one.due_ms) if one.due_ms else NOTHING,
    )


def _facts(one: GradedMeeting) -> dict[str, Any]:
    rules = one.rules
    return {
        "meeting": one.meeting_id,
        "name": one.name,
        "enabled": rules.enabled,
        "mode": rules.mode,
        "threshold": rules.threshold,
        "points": rules.points,
        "label": rules.label,
        "column": bool(one.line_item_url),
        "state": _state(one),
        "failures": one.failures,
        "due_ms": one.due_ms,
    }


def _measured(report: GradeReport) -> dict[str, Any]:
    return {
        "classes": [
            {"begins_ms": one.begins_ms, "ends_ms": one.ends_ms} for one in report.measured.held
        ]
    }


def _person(line: GradeLine) -> tuple[str, ...]:
    learner, score = line.learner, line.score
    return (
        shown(learner.lti_user_id),
        shown(learner.name),
        str(line.time_ms // 60_000),
        _percent(line.share),
        _percent(learner.corrected),
        "yes" if learner.excused else "no",
        NOTHING if score is None or score.given is None else f"{score.given:g}",
        when(learner.sent_ms),
        learner.answer or NOTHING,
    )


def _person_facts(line: GradeLine) -> dict[str, Any]:
    learner, score = line.learner, line.score
    return {
        "user": learner.lti_user_id,
        "name": learner.name,
        "time_ms": line.time_ms,
        "measured": line.share,
        "corrected": learner.corrected,
        "excused": learner.excused,
        "score": None if score is None else score.given,
        "due": learner.is_due,
        "sent_ms": learner.sent_ms,
        "answer": learner.answer,
    }


def _percent(thousandths: int | None) -> str:
    return NOTHING if thousandths is None else f"{thousandths / 10:g}%"
