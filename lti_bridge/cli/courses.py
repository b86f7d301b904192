"""``lti-bridge course``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import print_list, table, when
from lti_bridge.reports.spreadsheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.app import Bridge
    from lti_bridge.lms_api import Member
    from lti_bridge.store import CourseGroup, CourseMember

_NO_ROSTER: Final = "The LMS offers no roster for course {}, or no launch said so yet."
_ROLE: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
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
@click.option("--role", default="", help="Only people of this role: its short name, or its URI.")
@click.option(
    "--link", "link", default="", help="Only who may see this link: its ID, as the LMS has it."
)
@config_option
@json_option
def roster(number: int, role: str, link: str, config: Path, as_json: bool) -> None:
    r"""What the LMS's roster of COURSE says now. It is asked, and nothing is kept of its answer.

    An LMS that knows no filter answers with everybody, or refuses.

    \b
    Example:
      lti-bridge course roster 12 --role Learner --config /etc/lti-bridge.toml
      lti-bridge course roster 12 --link 9f3c --json --config /etc/lti-bridge.toml
    """
    from lti_bridge.app.background import jobs_of

    with bridge_of(config) as bridge:
        bridge.prepare()
        found = jobs_of(bridge).roster_asked(number, role_uri(role), link)
    if found is None:
        raise click.ClickException(_NO_ROSTER.format(number))
    facts = [_asked(one) for one in found]
    if as_json:
        print_json(facts)
    else:
        heads = ("LTI user", "name", "e-mail", "roles", "status")
        nothing = "The LMS's roster names nobody such."
        print_list(facts, heads, _asked_row, nothing=nothing)


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
    else:
        heads = ("number", "group", "set", "members", "meeting")
        nothing = f"No groups that we know of are in course {number}."
        print_list(found, heads, _group_row, nothing=nothing)


def _refresh(bridge: Bridge, number: int) -> None:
    """Raises :class:`lti_bridge.errors.RemoteError` where the LMS doesn't answer."""
    from lti_bridge.app.background import jobs_of

    if not jobs_of(bridge).roster_of(number):
        raise click.ClickException(_NO_ROSTER.format(number))


def role_uri(role: str) -> str:
    """A role of a course by its whole name, which every LMS takes (LTI 1.3 Core, A.2.2)."""
    return f"{_ROLE}{role}" if role.isalpha() else role


def _asked(one: Member) -> dict[str, Any]:
    return {
        "lti_user": one.user_id,
        "name": one.name or f"{one.given_name} {one.family_name}".strip(),
        "email": one.email,
        "roles": list(one.roles),
        "status": one.status,
    }


def _asked_row(one: dict[str, Any]) -> Sequence[str]:
    return *list(one.values())[:3], _short(one["roles"]), one["status"]


def _group_row(one: CourseGroup) -> Sequence[str]:
    return [str(cell or "") for cell in _group(one).values()]


def _short(roles: Sequence[str]) -> str:
    return ", ".join(role.rpartition("#")[2] for role in roles)


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
