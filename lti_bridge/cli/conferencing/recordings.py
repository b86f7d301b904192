"""``lti-bridge conferencing recordings``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from lti_bridge.cli.conferencing.shared import service_argument, service_of
from lti_bridge.cli.options import config_option, json_option, print_json
from lti_bridge.cli.tables import length, plain, table, when

if TYPE_CHECKING:
    from lti_bridge.conferencing import Recording, RecordingQuery
    from lti_bridge.conferencing.recordings import RecordingState

STATES = ("processing", "processed", "published", "unpublished", "deleted", "any")


@click.command()
@service_argument
@click.option("--meeting", "meeting_ids", multiple=True, metavar="ID", help="Of this meeting.")
@click.option("--record", "record_ids", multiple=True, metavar="ID", help="This recording.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="In this state.  [default: published and unpublished]",
)
@click.option("--meta", multiple=True, metavar="NAME=VALUE", help="With this metadata.")
@config_option
@json_option
def recordings(
    name: str,
    meeting_ids: tuple[str, ...],
    record_ids: tuple[str, ...],
    states: tuple[RecordingState | Literal["any"], ...],
    meta: tuple[str, ...],
    config: Path,
    as_json: bool,
) -> None:
    r"""The recordings of a service. Options may be given several times.

    \b
    Example:
      lti-bridge conferencing recordings live --state any --config /etc/lti-bridge.toml
    """
    query = _query(meeting_ids, record_ids, states, meta)
    with service_of(config, name) as (_, service):
        found = _watched(service.recordings(query))
    if as_json:
        print_json(plain(found))
    elif not found:
        click.echo("No recordings.")
    else:
        heads = ("record ID", "name", "state", "when", "length", "formats")
        click.echo("\n".join(table(heads, map(_row, found))))


def _query(
    meeting_ids: tuple[str, ...],
    record_ids: tuple[str, ...],
    states: tuple[RecordingState | Literal["any"], ...],
    meta: tuple[str, ...],
) -> RecordingQuery:
    from lti_bridge.conferencing import RecordingQuery

    if not all(each.strip(" ,") for each in (*meeting_ids, *record_ids)):
        raise click.UsageError("--meeting and --record: give an ID.")
    pairs = [each.partition("=") for each in meta]
    if not all(key and equals for key, equals, _ in pairs):
        raise click.UsageError("--meta: give a name, = and a value.")
    return RecordingQuery(
        meeting_ids=meeting_ids,
        record_ids=record_ids,
        states="any" if "any" in states else tuple(each for each in states if each != "any"),
        metadata={key: value for key, _, value in pairs},
    )


def _watched(found: Iterator[Recording]) -> list[Recording]:
    """All of them; on a terminal, one sees that they come."""
    bar = click.progressbar(
        found, label="Recordings", file=sys.stderr, show_pos=True, hidden=not sys.stderr.isatty()
    )
    with bar as coming:
        return list(coming)


def _row(one: Recording) -> tuple[str, ...]:
    minutes = [each.length_minutes for each in one.formats if each.length_minutes is not None]
    ms = max(minutes) * 60_000 if one.length_ms is None and minutes else one.length_ms
    return (
        one.record_id,
        one.name,
        one.state,
        when(one.started_ms),
        length(ms),
        ", ".join(each.type for each in one.formats),
    )
