"""``lti-bridge guests``: the invitations by which people without an account come in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import shown, table, when, yes_or_no

if TYPE_CHECKING:
    from lti_bridge.store import GuestLink


@click.group()
def guests() -> None:
    """Links by which guests join; teachers make them on the course page."""


@guests.command("list")
@click.option(
    "--course", type=click.IntRange(min=1), metavar="NUMBER", help="Only those of this course."
)
@click.option("--all", "ended_too", is_flag=True, help="Also those that hold no more.")
@config_option
@json_option
def list_links(course: int | None, ended_too: bool, config: Path, as_json: bool) -> None:
    r"""Every link that lets somebody in, a line each. The link itself only its teachers see.

    \b
    Example:
      lti-bridge guests list --course 12 --config /etc/lti-bridge.toml
    """
    now_ms = _now_ms()
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.guests.all(course)
    links = [one for one in known if ended_too or one.holds(now_ms)]
    if as_json:
        print_json([_facts(one, now_ms) for one in links])
        return
    if not links:
        click.echo("No link lets guests in.")
        return
    heads = ("id", "course", "meeting", "series", "label", "passcode", "until", "joined", "state")
    for line in table(heads, [_row(one, now_ms) for one in links]):
        click.echo(line)


@guests.command()
@click.argument("number", type=click.IntRange(min=1))
@config_option
@json_option
def revoke(number: int, config: Path, as_json: bool) -> None:
    r"""Let a link hold no more, by its NUMBER; every server knows within 3 seconds.

    Who is in class by it stays there.

    \b
    Example:
      lti-bridge guests revoke 3 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            if bridge.store.guests.revoke(number, _now_ms()) is None:
                raise click.ClickException(
                    f"No link that isn't revoked has number {number}. See: lti-bridge guests list"
                )
            note("guests.revoke", f"link {number}")
    if as_json:
        print_json({"id": number, "revoked": True})
        return
    click.echo(f"Link {number} is revoked.")


def _now_ms() -> int:
    return int(time.time() * 1000)


def _state(one: GuestLink, now_ms: int) -> str:
    return "holds" if one.holds(now_ms) else "revoked" if one.revoked_ms else "over"


def _facts(one: GuestLink, now_ms: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "course": one.course_id,
        "meeting": one.meeting_id,
        "series": one.series_id,
        "label": one.label,
        "passcode": bool(one.passcode_hash),
        "created_ms": one.created_ms,
        "expires_ms": one.expires_ms,
        "revoked_ms": one.revoked_ms,
        "joined": one.used,
        "used_ms": one.used_ms,
        "state": _state(one, now_ms),
    }


def _row(one: GuestLink, now_ms: int) -> tuple[str, ...]:
    return (
        str(one.id),
        str(one.course_id),
        str(one.meeting_id or "–"),
        str(one.series_id or "–"),
        shown(one.label),
        yes_or_no(bool(one.passcode_hash)),
        when(one.expires_ms),
        str(one.used),
        _state(one, now_ms),
    )
