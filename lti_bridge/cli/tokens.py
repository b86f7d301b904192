"""``lti-bridge token``: who may read the reports."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.meets.shared import NUMBER
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, print_list, shown, when

if TYPE_CHECKING:
    from lti_bridge.store import ApiToken

DAY_MS: Final = 86_400_000
PERMISSIONS: Final = (
    "manageAdmins",
    "manageConnections",
    "viewData",
    "manageConferencingAccounts",
    "manageContent",
)


@click.group()
def token() -> None:
    """Tokens of the reporting API, /api/meets/NAME."""


@token.command()
@click.argument("name")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice(PERMISSIONS),
    default=["viewData"],
    show_default=True,
    help="What it may do, as MEETS calls it; may be given several times.",
)
@click.option(
    "--connection",
    "connections",
    multiple=True,
    type=NUMBER,
    help="Only this meetsIdConnection; may be given several times. All, unless given.",
)
@click.option("--expires", type=click.IntRange(1, 3650), metavar="DAYS", help="Its last day.")
@click.option(
    "--per-minute", type=click.IntRange(min=1), metavar="CALLS", help="Most calls in a minute."
)
@config_option
@json_option
def add(
    name: str,
    permissions: tuple[str, ...],
    connections: tuple[int, ...],
    expires: int | None,
    per_minute: int | None,
    config: Path,
    as_json: bool,
) -> None:
    r"""Make a token; NAME says what it is for. It is printed once, on a line of its own.

    \b
    Example:
      lti-bridge token add "Registrar's reports" --connection 1 --expires 365 --config FILE
    """
    now_ms = int(time.time() * 1000)
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            made, secret = bridge.store.tokens.add(
                name,
                permissions,
                now_ms,
                connections=connections,
                per_minute=per_minute,
                expires_ms=now_ms + expires * DAY_MS if expires else None,
            )
            note("token.add", f"token {made.id}", after=_noted(made))
        url = f"{bridge.settings.public_url}/api/meets/"
    if as_json:
        print_json({**_facts(made), "token": secret, "url": url})
        return
    click.echo(f"Token {made.id} for {url}: keep it now, it can't be shown again.", err=True)
    click.echo(secret)


@token.command("list")
@config_option
@json_option
def list_tokens(config: Path, as_json: bool) -> None:
    r"""Every token, a line each; their secrets aren't kept.

    \b
    Example:
      lti-bridge token list --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.tokens.all()
    if as_json:
        print_json([_facts(one) for one in known])
        return
    heads = ("id", "name", "may", "connections", "a minute", "until", "last used", "state")
    nothing = "No tokens yet. Make one: lti-bridge token add NAME --config FILE"
    print_list(known, heads, _row, nothing=nothing)


@token.command()
@click.argument("number", type=click.IntRange(min=1))
@config_option
def revoke(number: int, config: Path) -> None:
    r"""Let a token hold no more, by its NUMBER; every server knows within 5 seconds.

    \b
    Example:
      lti-bridge token revoke 3 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            before = [_noted(one) for one in bridge.store.tokens.all() if one.id == number]
            if not bridge.store.tokens.revoke(number, int(time.time() * 1000)):
                raise click.ClickException(
                    f"No token that holds has number {number}. See: lti-bridge token list"
                )
            note("token.revoke", f"token {number}", before[0])
    click.echo(f"Token {number} is revoked.")


def _noted(one: ApiToken) -> dict[str, Any]:
    facts = _facts(one)
    return {key: facts[key] for key in ("name", "permissions", "connections", "expires_ms")}


def _facts(one: ApiToken) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "permissions": sorted(one.permissions),
        "connections": sorted(one.connections),
        "per_minute": one.per_minute,
        "created_ms": one.created_ms,
        "expires_ms": one.expires_ms,
        "revoked_ms": one.revoked_ms,
        "used_ms": one.used_ms,
        "holds": one.holds(int(time.time() * 1000)),
    }


def _row(one: ApiToken) -> tuple[str, ...]:
    now_ms = int(time.time() * 1000)
    state = "holds" if one.holds(now_ms) else "revoked" if one.revoked_ms else "expired"
    return (
        str(one.id),
        shown(one.name),
        ", ".join(sorted(one.permissions)),
        ", ".join(map(str, sorted(one.connections))) or "all",
        str(one.per_minute or NOTHING),
        when(one.expires_ms),
        when(one.used_ms),
        state,
    )
