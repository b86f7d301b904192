"""``lti-bridge platform add``, ``rest``, ``deployments`` and their like: LMSs of an admin's own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import plain, shown, table, when
from lti_bridge.launch.presets import PRESETS

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.store import KnownPlatform, PlatformValues

STATES: Final = {"allowed": "allowed", "waiting": "waits for your yes", "refused": "forbidden"}


@click.command()
@click.argument("name")
@click.option("--preset", type=click.Choice(list(PRESETS)), required=True, help="Which LMS it is.")
@click.option("--client-id", required=True, help="The client ID that the LMS gave to this tool.")
@click.option(
    "--host", default="", help="Where people see it, such as lms.example.edu; https is meant."
)
@click.option(
    "--deployment",
    "deployments",
    multiple=True,
    help="A deployment ID; may be given several times.",
)
@click.option("--issuer", help="Only where it isn't the preset's.")
@click.option("--auth-login-url", help="Only where it isn't the preset's.")
@click.option("--auth-token-url", help="Only where it isn't the preset's.")
@click.option("--key-set-url", help="Only where it isn't the preset's.")
@click.option("--auth-audience", help="Only where it isn't the preset's.")
@click.option("--meets-connection", type=click.IntRange(min=1), help="Its meetsIdConnection.")
@click.option("--conferencing", default="", help="The service its courses meet on.")
@config_option
def add(
    name: str,
    preset: str,
    client_id: str,
    host: str,
    deployments: tuple[str, ...],
    meets_connection: int | None,
    conferencing: str,
    config: Path,
    **addresses: str | None,
) -> None:
    r"""Add an LMS of your own by hand, or change one, called NAME; no server has to start anew.

    \b
    Example:
      lti-bridge platform add "Campus Moodle" --preset moodle --host moodle.example.edu --client-id AbC123 --deployment 1 --config FILE
    """  # noqa: E501 - an example is typed on one line
    with bridge_of(config) as bridge:
        bridge.prepare()
        service = service_meant(bridge, conferencing)
        administration = bridge.store.administration
        values = _checked(
            bridge,
            preset,
            host.strip().lower(),
            {
                "name": name,
                "client_id": client_id,
                "deployment_ids": deployments,
                "meets_connection": meets_connection or administration.next_connection(),
                "conferencing": service,
                **{key: text for key, text in addresses.items() if text is not None},
            },
        )
        with written_down(bridge) as note:
            number = administration.put(values, int(time.time() * 1000))
            after = {"issuer": values.issuer, "client_id": values.client_id}
            note("platform.put", values.name, after=after)
    click.echo(f"{shown(name)} is LMS number {number}. See: lti-bridge doctor --config {config}")


def service_meant(bridge: Bridge, name: str) -> str:
    """The service of that name; where none is said, the only one that there is."""
    services = bridge.services.names()
    service = name or (services[0] if len(services) == 1 else "")
    if service not in services:
        raise click.ClickException(
            f"Say which service it meets on with --conferencing: {', '.join(services)}"
        )
    return service


def _checked(bridge: Bridge, preset: str, host: str, given: dict[str, Any]) -> PlatformValues:
    from lti_bridge.app.own_lmss import platform_values
    from lti_bridge.errors import MalformedRequest

    try:
        return platform_values(bridge, preset, host, given)
    except MalformedRequest:
        raise click.ClickException("Say where it is with --host.") from None


@click.command()
@click.argument("name")
@config_option
def rest(name: str, config: Path) -> None:
    r"""Let nobody in from an LMS of your own, by its NAME or number; nothing is deleted.

    \b
    Example:
      lti-bridge platform rest "Old Moodle" --config /etc/lti-bridge.toml
    """
    _set_active(name, config, active=False)
    click.echo("It rests: within 20 seconds nobody launches from it.")


@click.command()
@click.argument("name")
@config_option
def wake(name: str, config: Path) -> None:
    r"""Let people in again from an LMS of your own that rests.

    \b
    Example:
      lti-bridge platform wake "Old Moodle" --config /etc/lti-bridge.toml
    """
    _set_active(name, config, active=True)
    click.echo("It is at work again within 20 seconds.")


def _set_active(name: str, config: Path, *, active: bool) -> None:
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = find(bridge, name)
        with written_down(bridge) as note:
            bridge.store.administration.set_active(one, int(time.time() * 1000), active=active)
            action = "platform.wake" if active else "platform.rest"
            note(action, one.name, {"active": one.active}, {"active": active})


@click.command()
@click.argument("name", metavar="[PLATFORM]", default="")
@config_option
@json_option
def deployments(name: str, config: Path, as_json: bool) -> None:
    r"""Where the tool is deployed, in one PLATFORM or in all: those that wait for your yes first.

    \b
    Example:
      lti-bridge platform deployments "Campus Moodle" --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        number = find(bridge, name).id if name else None
        known = bridge.store.administration.deployments(number)
    if as_json:
        print_json(plain(known))
        return
    if not known:
        click.echo("None yet: a deployment is noted when somebody first launches from it.")
        return
    rows = [
        (
            str(one.platform_id),
            shown(one.platform),
            shown(one.deployment_id),
            when(one.first_seen_ms),
            STATES[one.state],
        )
        for one in known
    ]
    for line in table(("lms", "name", "deployment", "first seen", "state"), rows):
        click.echo(line)


@click.command()
@click.argument("name", metavar="PLATFORM")
@click.argument("deployment")
@config_option
def allow(name: str, deployment: str, config: Path) -> None:
    r"""Let launches from a deployment in; running servers know within 20 seconds.

    \b
    Example:
      lti-bridge platform allow "Campus Moodle" 7 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = find(bridge, name)
        _decide(bridge, one, deployment, "allowed")
    click.echo("Allowed.")


@click.command()
@click.argument("name", metavar="PLATFORM")
@click.argument("deployment")
@config_option
def forbid(name: str, deployment: str, config: Path) -> None:
    r"""Let launches from a deployment in no more; running servers know within 20 seconds.

    \b
    Example:
      lti-bridge platform forbid "Campus Moodle" 7 --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = find(bridge, name)
        in_file = {
            (each.issuer, each.client_id): each.deployment_ids for each in bridge.settings.platform
        }
        if deployment in in_file.get((one.issuer, one.client_id), ()):
            raise click.ClickException(
                "The settings file allows it: take it out of deployment_ids there first."
            )
        _decide(bridge, one, deployment, "refused")
    click.echo("Forbidden.")


def _decide(
    bridge: Bridge, one: KnownPlatform, deployment: str, state: Literal["allowed", "refused"]
) -> None:
    with written_down(bridge) as note:
        now_ms = int(time.time() * 1000)
        was = bridge.store.administration.decide(one.id, _identifier(deployment), state, now_ms)
        before = {"deployment": deployment, "is": was}
        note("platform.deployment", one.name, before, {"deployment": deployment, "is": state})


def _identifier(text: str) -> str:
    if not text or len(text) > 255:
        raise click.ClickException("A deployment ID has 1 to 255 characters.")
    return text


def find(bridge: Bridge, name: str) -> KnownPlatform:
    """The LMS of that name or number, at work or at rest."""
    known = bridge.store.administration.all()
    same = [one for one in known if name in {one.name, str(one.id)}]
    if len(same) == 1:
        return same[0]
    if same:
        numbers = ", ".join(str(one.id) for one in same)
        raise click.ClickException(f"Several LMSs are called {name!r}: say a number ({numbers}).")
    raise click.ClickException(f"No LMS is called {name!r}. See: lti-bridge platform list")


COMMANDS: Final = (add, rest, wake, deployments, allow, forbid)
