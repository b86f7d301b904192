"""``lti-bridge launches``: what became of launches, by the number on the person's page."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, shown, table, when
from lti_bridge.cli.times import DAY_MS, MINUTE_MS, Duration

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.store import LaunchEntry

OUTCOMES: Final = ("joined", "page", "waiting", "refused")


@click.group()
def launches() -> None:
    """The launch list: who came through, who was refused, and why."""


@launches.command("list")
@click.option(
    "--since",
    type=Duration(MINUTE_MS, 3650 * DAY_MS, "1m to 3650d"),
    default="24h",
    show_default=True,
    help="How far back: 90m, 24h, 7d.",
)
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="Only those.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@config_option
@json_option
def list_launches(since: int, outcome: str | None, limit: int, config: Path, as_json: bool) -> None:
    r"""The latest launches, a line each, the newest first.

    \b
    Example:
      lti-bridge launches list --outcome refused --since 2h --config /etc/lti-bridge.toml
    """
    since_ms = int(time.time() * 1000) - since
    with bridge_of(config) as bridge:
        bridge.prepare()
        names = _names(bridge)
        found = bridge.store.launches.recent(since_ms, outcome=outcome or "", limit=limit)
    if as_json:
        print_json([_facts(one, names) for one in found])
        return
    if not found:
        click.echo("No such launches. A longer time: --since 7d.")
        return
    heads = ("reference", "when", "lms", "outcome", "role", "reason", "what happened")
    for line in table(heads, [_row(one, names) for one in found]):
        click.echo(line)


@launches.command()
@click.argument("reference")
@config_option
@json_option
def show(reference: str, config: Path, as_json: bool) -> None:
    r"""One launch, by the REFERENCE on the person's page: what happened, and what to do.

    \b
    Example:
      lti-bridge launches show 7KQ2-M9XD --config /etc/lti-bridge.toml
    """
    from lti_bridge.store.launches import reference_of

    with bridge_of(config) as bridge:
        bridge.prepare()
        names = _names(bridge)
        found = bridge.store.launches.by_reference(reference_of(reference))
        days = bridge.settings.retention.launches_days
    if found is None:
        raise click.ClickException(
            f"No launch of the last {days} days has the number {reference_of(reference)}. The log"
            " may have it: when very many requests are refused at once, not all are listed."
        )
    facts = _facts(found, names)
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name != "at_ms" and value not in ("", None):
            click.echo(f"{name.replace('_', ' '):<14}{shown(str(value))}")


def _names(bridge: Bridge) -> dict[int | None, str]:
    return {one.id: one.name for one in bridge.store.platforms.all()}


def _facts(one: LaunchEntry, names: dict[int | None, str]) -> dict[str, Any]:
    from lti_bridge.admin.launch_words import STEPS

    facts = asdict(one)
    return {
        "reference": one.reference,
        "at": when(one.at_ms),
        "at_ms": one.at_ms,
        "lms": names.get(one.connection_id, ""),
        "outcome": one.outcome,
        "what_happened": one.happened,
        "what_to_do": one.to_do,
        "stopped_at": str(STEPS.get(one.step, one.step)) if one.outcome == "refused" else "",
        "reason": one.reason,
        "role": one.role,
        **{
            name.removesuffix("_id"): facts[name] for name in ("course_id", "user_id", "meeting_id")
        },
        "milliseconds": one.milliseconds,
    }


def _row(one: LaunchEntry, names: dict[int | None, str]) -> tuple[str, ...]:
    return (
        one.reference,
        when(one.at_ms),
        names.get(one.connection_id) or NOTHING,
        one.outcome,
        one.role,
        one.reason,
        one.happened,
    )
