"""``lti-bridge keys``: the bridge's own key pairs, which LMSs verify its signatures with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import table, when
from lti_bridge.cli.times import DAY_MS, HOUR_MS, Duration

if TYPE_CHECKING:
    from lti_bridge.store import ToolKey, ToolKeys

SHORTEST_MS: Final = HOUR_MS
"""Our key set may be kept for minutes, and LMSs keep it for up to an hour without asking."""


@click.group()
def keys() -> None:
    """The keys that the bridge signs with: deep links, and what it asks LMSs for."""


@keys.command("list")
@config_option
@json_option
def list_keys(config: Path, as_json: bool) -> None:
    r"""Every key, a line each: which one signs, which one will, until when others are published.

    \b
    Example:
      lti-bridge keys list --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.keys
        facts = [_facts(known, one) for one in known.every()]
    if as_json:
        print_json(facts)
        return
    heads = ("key", "state", "made", "signs from", "published until")
    rows = [
        (
            fact["kid"],
            fact["state"],
            when(fact["created_ms"]),
            when(fact["signs_from_ms"]),
            when(fact["published_until_ms"]),
        )
        for fact in facts
    ]
    for line in table(heads, rows):
        click.echo(line)


@keys.command()
@click.option("--now", is_flag=True, help="A key leaked: sign with a new one, withdraw all others.")
@click.option(
    "--overlap",
    type=Duration(SHORTEST_MS, 30 * DAY_MS, "1h to 30d"),
    default="24h",
    show_default=True,
    help="How long the new key is published before it signs: 90m, 24h, 7d.",
)
@config_option
@json_option
def rotate(now: bool, overlap: int, config: Path, as_json: bool) -> None:
    r"""Publish a new key. It signs once LMSs have had the time to read it; nobody notices.

    The worker does the same by itself (settings: keys.rotate_days). Use --now only where a
    private key, or the database and secret_key together, got into the wrong hands.

    \b
    Example:
      lti-bridge keys rotate --config /etc/lti-bridge.toml
      lti-bridge keys rotate --now --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.keys
        with written_down(bridge) as note:
            before = known.every()[0].kid
            if now:
                known.replace()
            made = now or known.follow(overlap)
            newest = _facts(known, known.every()[0])
            if made:
                after = {"newest": newest["kid"], "others_withdrawn": now}
                note("keys.rotate", newest["kid"], {"newest": before}, after)
    if as_json:
        print_json({**newest, "made": made})
        return
    if not made:
        click.echo(f"Nothing was changed: {newest['kid']} waits already, and {_signs(newest)}.")
        return
    click.echo(f"New key {newest['kid']}: it is published, and {_signs(newest)}.")
    if now:
        click.echo(_WARNING, err=True)


_WARNING: Final = (
    "All other keys are withdrawn. Servers take the new one up within 20 seconds. An LMS that keeps"
    " the old key set may refuse deep links, rosters and grades until it fetches the key set anew:"
    " most do so at once for a key they don't know, some after an hour. Where an LMS was given the"
    " key by hand, enter the new one there now. If secret_key leaked as well, change it:"
    " see lti-bridge db reseal --help."
)


def _signs(fact: dict[str, Any]) -> str:
    return "signs now" if fact["state"] == "signs" else f"signs from {when(fact['signs_from_ms'])}"


def _facts(known: ToolKeys, one: ToolKey) -> dict[str, Any]:
    return {
        "kid": one.kid,
        "state": _state(known, one),
        "created_ms": one.created_ms,
        "signs_from_ms": one.begins_ms,
        "published_until_ms": one.published_until_ms,
    }


def _state(known: ToolKeys, one: ToolKey) -> str:
    if not one.is_published(known.now_ms()):
        return "withdrawn"
    if known.all()[0].kid == one.kid:
        return "signs"
    return "published" if one.published_until_ms is not None else "waits"
