"""``lti-bridge meets list …``: every list of MEETS, with every filter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from lti_bridge.cli.meets.shared import MOMENT, NUMBER, csv_option, meets_of
from lti_bridge.cli.options import config_option, json_option
from lti_bridge.cli.tables import NOTHING, plain, shown, table, when, yes_or_no
from lti_bridge.reports.spreadsheets import csv_lines

SHOWN: Final = 50
"""Entities of a table, unless more are asked for."""
METHOD: Final = "method"
METHODS: Final = ("user", "administrator", "user, single sign-on", "administrator, single sign-on")
"""By ``authenticationMethod``; without a word more: by password."""

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Shape:
    """A list as a table: its heads, and a row of an entity."""

    function: str
    heads: tuple[str, ...]
    row: Callable[[Any], Sequence[object]]
    """Times as UNIX seconds in cells whose head ends in ``at``."""


@click.group("list")
def list_() -> None:
    """Lists of MEETS; several filters must all fit."""


def _ids(name: str, help_text: str) -> Callable[[Command], Command]:
    return click.option(name, multiple=True, type=NUMBER, help=f"{help_text}; several: any.")


def _time(name: str, help_text: str) -> Callable[[Command], Command]:
    return click.option(name, type=MOMENT, help=help_text)


def _common(command: Command) -> Command:
    for option in (
        click.option("--limit", type=click.IntRange(min=1), help="How many at the most, in all."),
        config_option,
        json_option,
        csv_option,
    ):
        command = option(command)
    return command


def _tell(
    shape: Shape,
    config: Path,
    *arguments: object,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
    **filters: Any,
) -> None:
    given = {name: value for name, value in filters.items() if value not in ((), None)}
    with meets_of(config) as (_, client):
        listing = getattr(client, shape.function)(
            *arguments, limit=min(limit or 1000, 1000), **given
        )
        if as_json:
            _tell_json(islice(listing, limit))
        elif as_csv:
            for line in csv_lines(shape.heads, map(shape.row, islice(listing, limit))):
                click.echo(line)
        else:
            _tell_table(shape, list(islice(listing, (limit or SHOWN) + 1)), limit or SHOWN)


def _tell_json(entities: Iterable[Any]) -> None:
    """A list, written as it comes."""
    click.echo("[", nl=False)
    for number, one in enumerate(entities):
        text = json.dumps(plain(one), ensure_ascii=False)
        click.echo(f"{',' if number else ''}\n  {text}", nl=False)
    click.echo("\n]")


def _tell_table(shape: Shape, found: list[Any], limit: int) -> None:
    rows = [
        [_cell(head, cell) for head, cell in zip(shape.heads, shape.row(one), strict=True)]
        for one in found[:limit]
    ]
    if not rows:
        click.echo("None.")
        return
    for line in table(shape.heads, rows):
        click.echo(line)
    if len(found) > limit:
        click.echo("… and more: give --limit, or --csv or --json for all of them.", err=True)


def _cell(head: str, cell: object) -> str:
    if head.endswith(" at") and isinstance(cell, int):
        return when(cell * 1000)
    if head == METHOD and isinstance(cell, int) and cell < len(METHODS):
        return METHODS[cell]
    if isinstance(cell, bool):
        return yes_or_no(cell)
    return NOTHING if cell is None else shown(str(cell))


def _user(one: Any) -> Sequence[object]:
    connection = one.meets_id_connection
    return (one.meets_id, one.name_first, one.name_last, one.email, connection, one.lti_id_user)


def _recording(one: Any) -> Sequence[object]:
    event = one.event
    return (
        one.meets_id, one.type, one.time_added, one.meets_id_conferencing_event,
        event.name if event else None, event.conferencing_service if event else None,
    )  # fmt: skip


def _event(one: Any) -> Sequence[object]:
    host = f"{one.host.name_first} {one.host.name_last}" if one.host else one.meets_id_user_host
    return (
        one.meets_id,
        one.name,
        one.time_begin,
        one.time_end,
        one.conferencing_service,
        host,
        ", ".join(map(str, one.meets_id_courses)),
    )


def _admin(one: Any) -> Sequence[object]:
    may = one.permissions
    return (
        one.meets_id, one.name_first, one.name_last, one.email, may.manage_admins,
        may.manage_connections, may.view_data, may.manage_conferencing_accounts, may.manage_content,
    )  # fmt: skip


USER_HEADS: Final = ("id", "first name", "last name", "e-mail", "connection", "LTI ID")
ADMINS: Final = Shape(
    "list_admins",
    ("id", "first name", "last name", "e-mail", "admins", "connections", "data", "accounts",
     "content"),
    _admin,
)  # fmt: skip
CONNECTIONS: Final = Shape(
    "list_connections",
    ("id", "name", "type", "address"),
    lambda one: (one.meets_id, one.name, one.platform_type, one.platform_url),
)
COURSES: Final = Shape(
    "list_courses",
    ("id", "name", "connection", "LTI ID"),
    lambda one: (one.meets_id, one.name, one.meets_id_connection, one.lti_id_context),
)
USERS: Final = Shape("list_users", USER_HEADS, _user)
COURSE_USERS: Final = Shape(
    "list_course_users",
    (*USER_HEADS, "administrator", "teacher", "student"),
    lambda one: (
        *_user(one),
        *(
            (one.roles.administrator, one.roles.teacher, one.roles.student)
            if one.roles
            else [None] * 3
        ),
    ),
)
EVENTS: Final = Shape(
    "list_conferencing_events",
    ("id", "name", "begins at", "ends at", "service", "host", "courses"),
    _event,
)
RECORDINGS: Final = Shape(
    "list_conference_recordings",
    ("id", "type", "added at", "event", "of", "service"),
    _recording,
)
LOG: Final = Shape(
    "get_conferencing_authentication_log",
    ("id", "signed in at", "service", "account", "user name", METHOD),
    lambda one: (
        one.meets_id, one.time, one.conferencing_service, one.meets_id_conferencing_account,
        one.conferencing_username, one.authentication_method,
    ),
)  # fmt: skip


@list_.command()
@_common
def admins(config: Path, **options: Any) -> None:
    r"""Who administrates MEETS.

    \b
    Example:
      lti-bridge meets list admins --config /etc/lti-bridge.toml
    """
    _tell(ADMINS, config, **options)


@list_.command()
@_common
def connections(config: Path, **options: Any) -> None:
    r"""The platforms that MEETS knows, with the number to enter as meets_connection.

    \b
    Example:
      lti-bridge meets list connections --config /etc/lti-bridge.toml
    """
    _tell(CONNECTIONS, config, **options)


@list_.command()
@_ids("--connection", "Of this connection")
@_ids("--user", "That this user can access")
@_ids("--administrator", "That this user administrates")
@_ids("--teacher", "That this user teaches")
@_ids("--student", "With this user as a student")
@_common
def courses(
    config: Path,
    connection: tuple[int, ...],
    user: tuple[int, ...],
    administrator: tuple[int, ...],
    teacher: tuple[int, ...],
    student: tuple[int, ...],
    **options: Any,
) -> None:
    r"""Courses.

    \b
    Example:
      lti-bridge meets list courses --teacher 17 --config /etc/lti-bridge.toml
    """
    _tell(
        COURSES,
        config,
        meets_id_connections=connection,
        meets_id_users_can_access=user,
        meets_id_users_is_administrator=administrator,
        meets_id_users_is_teacher=teacher,
        meets_id_users_is_student=student,
        **options,
    )


@list_.command()
@_ids("--connection", "Of this connection")
@_ids("--course", "Of this course")
@_common
def users(
    config: Path, connection: tuple[int, ...], course: tuple[int, ...], **options: Any
) -> None:
    r"""People.

    \b
    Example:
      lti-bridge meets list users --connection 1 --csv --config FILE > people.csv
    """
    _tell(USERS, config, meets_id_connections=connection, meets_id_courses=course, **options)


_ROLE: Final = click.Choice(["administrator", "teacher", "student"])


@list_.command("course-users")
@click.argument("course", type=NUMBER)
@click.option("--role", multiple=True, type=_ROLE, help="With this role; several: any.")
@click.option("--without-role", multiple=True, type=_ROLE, help="Without it; several: any.")
@_common
def course_users(
    course: int,
    config: Path,
    role: tuple[str, ...],
    without_role: tuple[str, ...],
    **options: Any,
) -> None:
    r"""People of a course, by its number, with their roles there.

    \b
    Example:
      lti-bridge meets list course-users 1538 --role teacher --config FILE
    """
    _tell(COURSE_USERS, config, course, roles=role, roles_exclude=without_role, **options)


@list_.command()
@_ids("--connection", "Of courses of this connection")
@_ids("--course", "Of this course")
@_ids("--host", "With this host")
@_ids("--account", "With this conferencing account")
@click.option("--service", multiple=True, help="On this service (zoom, …); several: any.")
@_time("--begins-before", "That begin before then.")
@_time("--begins-after", "That begin after then.")
@_time("--ends-before", "That end before then.")
@_time("--ends-after", "That end after then.")
@_common
def events(
    config: Path,
    connection: tuple[int, ...],
    course: tuple[int, ...],
    host: tuple[int, ...],
    account: tuple[int, ...],
    service: tuple[str, ...],
    begins_before: int | None,
    begins_after: int | None,
    ends_before: int | None,
    ends_after: int | None,
    **options: Any,
) -> None:
    r"""Classes held, or to be held, by way of MEETS.

    A TIME is UNIX seconds, or a date with or without a time: 2026-09-01T08:00+02:00.

    \b
    Example:
      lti-bridge meets list events --course 1538 --begins-after 2026-09-01 --config FILE
    """
    _tell(
        EVENTS,
        config,
        meets_id_connections=connection,
        meets_id_courses=course,
        meets_id_users_host=host,
        meets_id_conferencing_accounts=account,
        conferencing_services=service,
        time_begin_before=begins_before,
        time_begin_after=begins_after,
        time_end_before=ends_before,
        time_end_after=ends_after,
        **options,
    )


@list_.command()
@_ids("--connection", "Of courses of this connection")
@_ids("--course", "Of this course")
@_ids("--event", "Of this event")
@_ids("--host", "With this host")
@_ids("--account", "With this conferencing account")
@click.option("--type", "kind", type=click.Choice(["original", "converted"]), help="Only these.")
@click.option("--service", multiple=True, help="On this service (zoom, …); several: any.")
@_time("--added-before", "That MEETS found before then.")
@_time("--added-after", "That MEETS found after then.")
@_time("--begins-before", "Of events that began before then.")
@_time("--begins-after", "Of events that began after then.")
@_time("--ends-before", "Of events that ended before then.")
@_time("--ends-after", "Of events that ended after then.")
@_common
def recordings(
    config: Path,
    connection: tuple[int, ...],
    course: tuple[int, ...],
    event: tuple[int, ...],
    host: tuple[int, ...],
    account: tuple[int, ...],
    kind: str | None,
    service: tuple[str, ...],
    added_before: int | None,
    added_after: int | None,
    begins_before: int | None,
    begins_after: int | None,
    ends_before: int | None,
    ends_after: int | None,
    **options: Any,
) -> None:
    r"""Recordings; download one by its number with: lti-bridge meets download.

    A TIME is UNIX seconds, or a date with or without a time: 2026-09-01T08:00+02:00.

    \b
    Example:
      lti-bridge meets list recordings --course 1538 --type converted --config FILE
    """
    _tell(
        RECORDINGS,
        config,
        meets_id_connections=connection,
        meets_id_courses=course,
        meets_id_conferencing_events=event,
        meets_id_users_host=host,
        meets_id_conferencing_accounts=account,
        recording_type=kind,
        conferencing_services=service,
        time_added_before=added_before,
        time_added_after=added_after,
        time_event_begin_before=begins_before,
        time_event_begin_after=begins_after,
        time_event_end_before=ends_before,
        time_event_end_after=ends_after,
        **options,
    )


@list_.command("authentication-log")
@_time("--before", "Before then.")
@_time("--after", "After then.")
@_common
def authentication_log(config: Path, before: int | None, after: int | None, **options: Any) -> None:
    r"""When MEETS signed in at conferencing services.

    A TIME is UNIX seconds, or a date with or without a time: 2026-09-01T08:00+02:00.

    \b
    Example:
      lti-bridge meets list authentication-log --after 2026-09-01 --config FILE
    """
    _tell(LOG, config, time_before=before, time_after=after, **options)
