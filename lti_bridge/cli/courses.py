"""``lti-bridge course``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import table, when
from lti_bridge.reports.spreadsheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.app import Bridge
    from lti_bridge.store import CourseGroup, CourseMember

course_argument = click.argument("number", metavar="COURSE", type=click.IntRange(1, 2**63 - 1))


@click.group()
def course() -> None:
    """Courses: who belongs to them, and their groups."""


@course.command()
@course_argument
@click.option("--refresh", is_flag=True, help="Ask the LMS first, also where it was asked of late.")
@config_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV, for spreadsheets.")
def people(number: int, refresh: bool, config: Path, as_json: bool, as_csv: bool) -> None:
    r"""Who belongs to COURSE (its number as the log's lines have it), and who left it.

    \b
    Example:
      lti-bridge course people 12 --csv --config /etc/lti-bridge.toml > people.csv
    """
    if as_json and as_csv:
        raise click.UsageError("Give --json or --csv, not both.")
    with bridge_of(config) as bridge:
        bridge.prepare()
        if refresh:
            _refresh(bridge, number)
        found = bridge.store.roster.members(number)
        state = bridge.store.course_services.state(number)
    facts = [_facts(one) for one in found]
    if as_json:
        print_json(
            {
                "asked": state.offered,
                "roster_ms": state.roster_ms,
                "problem": state.problem,
                "people": facts,
            }
        )
    elif as_csv:
        click.echo(_csv(facts), nl=False)
    elif not found:
        click.echo(f"Nobody that we know of belongs to course {number}.")
    else:
        heads = ("number", "name", "e-mail", "role", "left")
        click.echo("\n".join(table(heads, [_row(one) for one in found])))
        click.echo(_as_of(state.roster_ms, state.problem))


@course.command()
@course_argument
@config_option
@json_option
def groups(number: int, config: Path, as_json: bool) -> None:
    r"""The groups of COURSE, and the number of each one's own meeting.

    \b
    Example:
      lti-bridge course groups 12 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = bridge.store.groups.of_course(number)
    if as_json:
        print_json([_group(one) for one in found])
    elif not found:
        click.echo(f"No groups that we know of are in course {number}.")
    else:
        heads = ("number", "group", "set", "members", "meeting")
        rows = [[str(cell or "") for cell in _group(one).values()] for one in found]
        click.echo("\n".join(table(heads, rows)))


def _refresh(bridge: Bridge, number: int) -> None:
    """Raises :class:`lti_bridge.errors.RemoteError` where the LMS doesn't answer."""
    from lti_bridge.app.background import jobs_of

    if not jobs_of(bridge).roster_of(number):
        raise click.ClickException(
            f"The LMS offers no roster for course {number}, or no launch said so yet."
        )


def _facts(one: CourseMember) -> dict[str, Any]:
    profile = one.profile
    return {
        "number": one.user_id,
        "name": profile.name or f"{profile.given_name} {profile.family_name}".strip(),
        "email": profile.email,
        "role": one.role,
        "named_by_lms": one.named,
        "left_ms": one.left_ms,
    }


def _row(one: CourseMember) -> Sequence[str]:
    facts = _facts(one)
    return str(one.user_id), facts["name"], facts["email"], one.role, _left(one.left_ms)


def _group(one: CourseGroup) -> dict[str, Any]:
    return {
        "number": one.id,
        "name": one.name,
        "set": one.set_name,
        "members": one.members,
        "meeting": one.meeting_id,
    }


def _csv(facts: Sequence[dict[str, Any]]) -> str:
    heads = ("number", "name", "e-mail", "role", "named by the LMS", "left")
    rows = [(*list(one.values())[:-1], _left(one["left_ms"])) for one in facts]
    return "".join(f"{line}\r\n" for line in csv_lines(heads, rows))


def _left(left_ms: int | None) -> str:
    return "" if left_ms is None else when(left_ms)


def _as_of(roster_ms: int | None, problem: str) -> str:
    known = f"As of {when(roster_ms)}." if roster_ms else "The LMS told of nobody yet."
    return f"{known} The last question to the LMS failed: {problem}." if problem else known
