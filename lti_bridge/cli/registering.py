"""``lti-bridge platform invite`` and its like: LMSs that register themselves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, plain, print_list, shown, when
from lti_bridge.launch.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.app import Bridge
    from lti_bridge.store import Invite, Registration

VALID_MS: Final = 7 * 86_400_000
STATES: Final = {
    "begun": "asked, and no answer written down",
    "waiting": "waits for your yes",
    "done": "done",
    "refused": "refused",
}


@click.command()
@click.option("--name", default="", help="What the LMS is to be called here.")
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    help="Which LMS it is; unless given, what it says of itself.",
)
@click.option(
    "--meets-connection",
    type=click.IntRange(min=1),
    help="Its meetsIdConnection; unless given, it is asked for when registering.",
)
@click.option(
    "--conferencing",
    default="",
    help="The service its courses meet on; unless given, the only one, or it is asked for.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    help="The only host that may register with it; may be given several times. Any, unless given.",
)
@config_option
@json_option
def invite(
    name: str,
    preset: str | None,
    meets_connection: int | None,
    conferencing: str,
    hosts: tuple[str, ...],
    config: Path,
    as_json: bool,
) -> None:
    r"""Print a URL to paste into an LMS, which then registers itself. Good once, for 7 days.

    \b
    Example:
      lti-bridge platform invite --preset moodle --host moodle.example.edu --config FILE
    """
    from lti_bridge.store import InviteTerms

    terms = InviteTerms(
        name.strip(),
        preset or "",
        meets_connection,
        conferencing,
        tuple(host.strip().lower() for host in hosts),
    )
    now_ms = int(time.time() * 1000)
    with bridge_of(config) as bridge:
        bridge.prepare()
        _check_service(bridge, conferencing)
        with written_down(bridge) as note:
            made, secret = bridge.store.registrations.invite(terms, now_ms, now_ms + VALID_MS)
            after = {"name": terms.name, "hosts": list(terms.hosts), "kind": terms.preset}
            note("platform.invite", f"invitation {made.id}", after=after)
        url = f"{bridge.settings.public_url}/lti/register?{urlencode({'invite': secret})}"
    if as_json:
        print_json(_invite_facts(made) | {"url": url})
        return
    click.echo(
        f"Invitation {made.id}, good once until {when(made.expires_ms)}. Paste this where the LMS"
        " registers tools; whoever has it can connect an LMS:",
        err=True,
    )
    click.echo(url)


def _check_service(bridge: Bridge, name: str) -> None:
    names = bridge.services.names()
    if name and name not in names:
        raise click.ClickException(
            f"No conferencing service is called {name!r}. There are: {', '.join(names)}"
        )


@click.command()
@config_option
@json_option
def invites(config: Path, as_json: bool) -> None:
    r"""Every invitation, the newest first; their secrets aren't kept.

    \b
    Example:
      lti-bridge platform invites --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.registrations.invites()
    if as_json:
        print_json([_invite_facts(one) for one in known])
        return
    heads = ("id", "name", "preset", "hosts", "made", "until", "state")
    nothing = "No invitations yet. Make one: lti-bridge platform invite --config FILE"
    print_list(known, heads, _invite_row, nothing=nothing)


@click.command("revoke-invite")
@click.argument("number", type=click.IntRange(min=1))
@config_option
def revoke_invite(number: int, config: Path) -> None:
    r"""Take an invitation back, by its NUMBER.

    \b
    Example:
      lti-bridge platform revoke-invite 3 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            if not bridge.store.registrations.revoke_invite(number, int(time.time() * 1000)):
                raise click.ClickException(
                    f"No open invitation has number {number}. See: lti-bridge platform invites"
                )
            note("platform.revoke_invite", f"invitation {number}")
    click.echo(f"Invitation {number} is taken back.")


@click.command()
@config_option
@json_option
def registrations(config: Path, as_json: bool) -> None:
    r"""What LMSs registered: those that wait for your yes first.

    \b
    Example:
      lti-bridge platform registrations --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.registrations.all()
    if as_json:
        print_json([_registration_facts(one) for one in known])
        return
    heads = ("id", "name", "issuer", "client id", "when", "state")
    nothing = "No LMS registered itself yet. Invite one: lti-bridge platform invite"
    print_list(known, heads, _registration_row, nothing=nothing)
    for one in known:
        if one.state in {"waiting", "begun"}:
            click.echo(_explained(one))


def _explained(one: Registration) -> str:
    if one.state == "waiting":
        return (
            f"\n{one.id}: an LMS of this issuer is known already (number {one.platform_id}).\n"
            f"  lti-bridge platform accept {one.id}   takes it: over the one of the same client ID,"
            " if there is one, else beside it\n"
            f"  lti-bridge platform refuse {one.id}   leaves all as it is"
        )
    return (
        f"\n{one.id}: nobody knows whether {shown(one.values.issuer)} made a tool of it. If it"
        f" did, delete it there;\n  then lti-bridge platform refuse {one.id}, and register again"
        " with a new invitation."
    )


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@config_option
def accept(number: int, config: Path) -> None:
    r"""Say yes to a registration that waits; running servers take it up within 20 seconds.

    \b
    Example:
      lti-bridge platform accept 2 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            done = bridge.store.registrations.accept(number, int(time.time() * 1000))
            if done is None:
                raise _none_waits(number)
            note("platform.accept", f"registration {number}", after={"name": done.values.name})
    click.echo(f"{shown(done.values.name)} is LMS number {done.platform_id}.")


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@config_option
def refuse(number: int, config: Path) -> None:
    r"""Say no to a registration that waits; nothing changes. The tool stays in the LMS.

    \b
    Example:
      lti-bridge platform refuse 2 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        with written_down(bridge) as note:
            if not bridge.store.registrations.refuse(number, int(time.time() * 1000)):
                raise _none_waits(number)
            note("platform.refuse", f"registration {number}")
    click.echo(f"Registration {number} is refused. Delete the tool in the LMS.")


def _none_waits(number: int) -> click.ClickException:
    return click.ClickException(
        f"No registration of number {number} waits. See: lti-bridge platform registrations"
    )


@click.command()
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), help="Only what this LMS's form asks for."
)
@config_option
@json_option
def values(preset: str | None, config: Path, as_json: bool) -> None:
    r"""What to enter in an LMS by hand; the same, to copy, is at PUBLIC_URL/lti/values.

    \b
    Example:
      lti-bridge platform values --preset blackboard --config /etc/lti-bridge.toml
    """
    from lti_bridge.launch import Offer
    from lti_bridge.launch.registration.wording import wanted_by_hand
    from lti_bridge.settings import load

    all_values = Offer(load(config).public_url).values()
    wanted = next((names for each, names in wanted_by_hand() if each.key == preset), None)
    chosen = {name: all_values[name] for name in wanted or all_values}
    if as_json:
        print_json(chosen)
        return
    for name, text in chosen.items():
        first, *more = text.splitlines()
        click.echo(f"{name.replace('_', ' '):<20}{first}")
        for line in more:
            click.echo(f"{'':<20}{line}")


def _invite_facts(one: Invite) -> dict[str, Any]:
    facts: dict[str, Any] = plain(one)
    return facts | {"state": one.state(int(time.time() * 1000))}


def _invite_row(one: Invite) -> Sequence[str]:
    return (
        str(one.id),
        shown(one.terms.name),
        one.terms.preset or NOTHING,
        ", ".join(one.terms.hosts) or "any",
        when(one.created_ms),
        when(one.expires_ms),
        one.state(int(time.time() * 1000)),
    )


def _registration_row(one: Registration) -> Sequence[str]:
    return (
        str(one.id),
        shown(one.values.name),
        shown(one.values.issuer),
        shown(one.values.client_id),
        when(one.created_ms),
        STATES[one.state],
    )


def _registration_facts(one: Registration) -> dict[str, Any]:
    facts: dict[str, Any] = plain(one)
    return facts


COMMANDS: Final = (
    invite,
    invites,
    revoke_invite,
    registrations,
    accept,
    refuse,
    values,
)
