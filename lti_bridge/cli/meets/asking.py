"""``lti-bridge meets check``, ``get`` and ``from``: one question, one answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import click

from lti_bridge.cli.meets.shared import NUMBER, csv_option, meets_of
from lti_bridge.cli.options import config_option, json_option, print_json
from lti_bridge.cli.tables import plain, shown, table, when, yes_or_no
from lti_bridge.reports.spreadsheets import csv_lines

SECONDS: Final = 30.0
HEADS: Final = ("name", "host", "joined at", "left at", "e-mail", "address", "browser")


@click.command()
@config_option
def check(config: Path) -> None:
    r"""Ask MEETS something harmless; says how long it took, or what is wrong.

    \b
    Example:
      lti-bridge meets check --config /etc/lti-bridge.toml
    """
    with meets_of(config) as (_, client):
        started = time.perf_counter()
        found = next(client.list_connections(limit=1).pages())
        ms = round((time.perf_counter() - started) * 1000)
    known = f"its first connection is {found.entities[0].meets_id}" if found.entities else "empty"
    click.echo(f"MEETS answered in {ms} ms; {known}.")


@click.group()
def get() -> None:
    """What MEETS reports of one event."""


@get.command()
@click.argument("event", type=NUMBER)
@config_option
@json_option
@csv_option
def attendance(event: int, config: Path, as_json: bool, as_csv: bool) -> None:
    r"""Who was in an event, by its number, and when.

    \b
    Example:
      lti-bridge meets get attendance 1538 --config /etc/lti-bridge.toml
    """
    with meets_of(config) as (_, client):
        found = client.get_conferencing_event_attendance(event)
    if as_json:
        print_json(plain(found))
        return
    if as_csv:
        for line in csv_lines(HEADS, map(_row, found.entries)):
            click.echo(line)
    elif found.entries:
        for line in table(HEADS, [_shown(one) for one in found.entries]):
            click.echo(line)
    else:
        click.echo("Nobody, as far as MEETS knows.")
    if not found.is_final:
        click.echo("Preliminary: ask again later.", err=True)


def _row(one: Any) -> tuple[object, ...]:
    return (
        one.attendee_name, one.was_host, one.time_join, one.time_leave, one.email_address, one.ip,
        one.browser,
    )  # fmt: skip


def _shown(one: Any) -> tuple[str, ...]:
    joined, left = (t if t is None else t * 1000 for t in (one.time_join, one.time_leave))
    return (
        shown(one.attendee_name), yes_or_no(one.was_host), when(joined), when(left),
        shown(one.email_address), shown(one.ip), shown(one.browser),
    )  # fmt: skip


@click.group("from")
def from_() -> None:
    """From an LTI identifier to MEETS' number."""


_CONNECTION: Final = click.option(
    "--connection", type=NUMBER, required=True, help="meetsIdConnection of the LMS."
)


@from_.command()
@click.argument("lti_id")
@_CONNECTION
@config_option
@json_option
def course(lti_id: str, connection: int, config: Path, as_json: bool) -> None:
    r"""The number of a course, by its LTI context ID.

    \b
    Example:
      lti-bridge meets from course tLr83M1d --connection 1 --config FILE
    """
    with meets_of(config) as (_, client):
        found = client.from_lti_id_context(connection, lti_id, timeout=SECONDS)
    _tell("meetsIdCourse", found, as_json)


@from_.command()
@click.argument("lti_id")
@_CONNECTION
@config_option
@json_option
def user(lti_id: str, connection: int, config: Path, as_json: bool) -> None:
    r"""The number of a person, by their LTI user ID.

    \b
    Example:
      lti-bridge meets from user XjQ35e42 --connection 1 --config FILE
    """
    with meets_of(config) as (_, client):
        found = client.from_lti_id_user(connection, lti_id, timeout=SECONDS)
    _tell("meetsIdUser", found, as_json)


def _tell(name: str, found: int | None, as_json: bool) -> None:
    if as_json:
        print_json({name: found})
    elif found is not None:
        click.echo(found)
    if found is None:
        raise click.ClickException("MEETS doesn't know it in that connection.")
