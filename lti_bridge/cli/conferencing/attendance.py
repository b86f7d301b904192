"""``lti-bridge conferencing attendance``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.conferencing.shared import own_meeting, service_argument, service_of
from lti_bridge.cli.options import config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, length, plain, table, when

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.conferencing import Attendance, ConferencingService

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheets would calculate."""


@click.command()
@service_argument
@click.option("--meeting", "meeting_ids", multiple=True, metavar="ID", help="Of this meeting.")
@config_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV, for spreadsheets.")
def attendance(
    name: str, meeting_ids: tuple[str, ...], config: Path, as_json: bool, as_csv: bool
) -> None:
    r"""Who was in which meeting, and when. What isn't final yet is marked as preliminary.

    Mconf-Live is asked. BigBlueButton sends it after each class: name the meetings of our courses
    with --meeting.

    \b
    Example:
      lti-bridge conferencing attendance live --csv --config /etc/lti-bridge.toml > monday.csv
    """
    if as_json and as_csv:
        raise click.UsageError("Give --json or --csv, not both.")
    if not all(each.strip(" ,") for each in meeting_ids):
        raise click.UsageError("--meeting: give an ID.")
    with service_of(config, name) as (bridge, service):
        found = list(_found(bridge, service, meeting_ids))
    if as_json:
        print_json([plain(each) | {"final": each.is_final} for each in found])
    elif as_csv:
        click.echo(_csv(found), nl=False)
    elif not any(each.stays for each in found):
        click.echo("Nobody, as far as the service says.")
    else:
        heads = ("meeting", "who", "in", "out", "time", "")
        click.echo("\n".join(table(heads, [row for each in found for row in _rows(each)])))


def _found(
    bridge: Bridge, service: ConferencingService, meeting_ids: tuple[str, ...]
) -> Iterator[Attendance]:
    from lti_bridge.conferencing import Capability

    can = service.capabilities
    if Capability.ATTENDANCE_SENT in can and Capability.ATTENDANCE not in can:
        if not meeting_ids:
            raise click.UsageError(
                f"{service.name} sends who was in after each class: say of which, with --meeting."
            )
        for meeting_id in dict.fromkeys(meeting_ids):
            yield from _sent(bridge, meeting_id)
    else:
        yield from service.attendance(meeting_ids)


def _sent(bridge: Bridge, meeting_id: str) -> Iterator[Attendance]:
    """What the service told by its callback."""
    from lti_bridge.conferencing import Attendance, Stay

    own = own_meeting(bridge, meeting_id)
    for notice in bridge.store.notices.of_meeting(own.id) if own else ():
        if notice.kind == "attendance":
            told: dict[str, Any] = json.loads(notice.data)
            stays = tuple(Stay(**each) for each in told.pop("stays"))
            yield Attendance(**told, stays=stays)


def _rows(one: Attendance) -> Iterator[tuple[str, ...]]:
    for stay in one.stays:
        known = stay.joined_ms is not None and stay.left_ms is not None
        time_in = (stay.left_ms or 0) - (stay.joined_ms or 0) if known else None
        yield (
            one.name or one.meeting_id,
            stay.full_name,
            when(stay.joined_ms),
            when(stay.left_ms),
            length(time_in),
            " " if one.is_final else "preliminary",
        )


def _csv(found: list[Attendance]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("meeting_id", "meeting", "user_id", "name", "in", "out", "final"))
    for one in found:
        for stay in one.stays:
            texts = (one.meeting_id, one.name, stay.user_id, stay.full_name)
            times = (when(stay.joined_ms), when(stay.left_ms))
            writer.writerow((
                *map(_harmless, texts),
                *("" if each == NOTHING else each for each in times),
                "yes" if one.is_final else "no",
            ))  # fmt: skip  # a line each
    return text.getvalue()


def _harmless(text: str) -> str:
    """A name that somebody gave themselves mustn't become a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text
