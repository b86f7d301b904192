"""``lti-bridge meets sync``: MEETS' numbers of everybody, before the first launch asks."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.meets.shared import NUMBER, meets_of
from lti_bridge.cli.options import config_option, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click._termui_impl import ProgressBar

    from lti_bridge.app import Bridge
    from lti_bridge.directory import Import, Part, Tally
    from lti_bridge.meets_api import MeetsClient

NAMES = {"course": "courses", "user": "people"}


@click.command()
@click.option(
    "--connection",
    "connections",
    multiple=True,
    type=NUMBER,
    help="Only this meetsIdConnection; may be given several times. All, unless given.",
)
@click.option("--again", is_flag=True, help="From the beginning, where it was stopped.")
@click.option(
    "--events", is_flag=True, help="Also the events and recordings of every course, for its page."
)
@config_option
@json_option
def sync(
    connections: tuple[int, ...], again: bool, events: bool, config: Path, as_json: bool
) -> None:
    r"""Bring over the numbers of every course and person, so that no launch has to ask.

    Best before a term begins. It may be stopped at any time (Ctrl-C) and goes on where it was;
    run again after its end, it brings what is new. Numbers that are known never change.

    \b
    Example:
      lti-bridge meets sync --connection 1 --config /etc/lti-bridge.toml
    """
    from lti_bridge.directory import Import

    with meets_of(config) as (bridge, client):
        bridge.prepare()
        work = Import(client, bridge.store.mapping, bridge.store.checkpoints)
        parts = work.parts(connections)
        if not parts:
            raise click.ClickException(
                "No LMS at work has such a meets_connection. See: lti-bridge platform list"
            )
        found = [_bring(work, part, again=again) for part in parts]
        if events:
            found.append(_bring_events(bridge, client))
    if as_json:
        print_json(found)
        return
    for one in found:
        skipped = f", {one['skipped']:,} without a usable LTI ID left out" if one["skipped"] else ""
        if one["kind"] == "event":
            click.echo(f"Events of {one['taken']:,} courses in {one['seconds']} s.")
            continue
        click.echo(
            f"Connection {one['connection']}: {one['taken']:,} {NAMES[one['kind']]}"
            f" in {one['seconds']} s{skipped}."
        )


def _bring(work: Import, part: Part, *, again: bool) -> dict[str, Any]:
    started = time.perf_counter()
    label = f"{NAMES[part.kind]} of connection {part.connection}"
    goes_on = bool(part.begun.position) and not again
    # How many there are MEETS doesn't say; the last whole round is the best guess.
    length = None if part.begun.position else part.begun.done or None
    tally: Tally | None = None
    for each in _shown(work.run(part, again=again), label, length):
        tally = each
    return {
        "kind": part.kind,
        "connection": part.connection,
        "taken": tally.taken if tally else 0,
        "skipped": tally.skipped if tally else 0,
        "went_on": goes_on,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _bring_events(bridge: Bridge, client: MeetsClient) -> dict[str, Any]:
    """The courses' events; what fails stays due, and the worker goes on with it."""
    from lti_bridge.jobs import CourseEventsJob

    started = time.perf_counter()

    def now_ms() -> int:
        return int(time.time() * 1000)

    events = bridge.store.meets_events
    courses = events.want_all(now_ms())
    bar: ProgressBar[int]
    with click.progressbar(
        length=courses,
        label="events of courses",
        file=sys.stderr,
        show_pos=True,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        work = CourseEventsJob(events, client, now_ms, rounds=courses + 1, told=bar.update)
        taken = work.courses()
    seconds = round(time.perf_counter() - started, 1)
    return {"kind": "event", "connection": None, "taken": taken, "skipped": 0, "seconds": seconds}


def _shown(tallies: Iterator[Tally], label: str, length: int | None) -> Iterator[Tally]:
    """The same, with a bar on stderr: how far it is, or, where nobody knows, that it moves."""
    hidden = not sys.stderr.isatty()
    if length is None:
        with click.progressbar(
            tallies,
            label=label,
            file=sys.stderr,
            item_show_func=lambda t: f"{t.taken:,}" if t else "",
            hidden=hidden,
        ) as moving:
            yield from moving
        return
    bar: ProgressBar[int]
    with click.progressbar(
        length=length, label=label, file=sys.stderr, show_pos=True, hidden=hidden
    ) as bar:
        for tally in tallies:
            bar.update(tally.taken - bar.pos)
            yield tally
