"""``lti-bridge platform add-1p1`` and ``secret``: LMSs of LTI 1.1 of an admin's own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.lmss import find, service_meant
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.launch.presets import PRESETS

if TYPE_CHECKING:
    from lti_bridge.app import Bridge


@click.command("add-1p1")
@click.argument("name")
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default="other",
    show_default=True,
    help="Which LMS it is.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    help="Where people see it, such as lms.example.edu; may be given several times.",
)
@click.option("--meets-connection", type=click.IntRange(min=1), help="Its meetsIdConnection.")
@click.option("--conferencing", default="", help="The service its courses meet on.")
@config_option
@json_option
def add_old(
    name: str,
    preset: str,
    hosts: tuple[str, ...],
    meets_connection: int | None,
    conferencing: str,
    config: Path,
    as_json: bool,
) -> None:
    r"""Add an LMS of LTI 1.1, called NAME. Its shared secret is printed this once.

    \b
    Example:
      lti-bridge platform add-1p1 "Old Sakai" --host sakai.example.edu --config FILE
    """
    from lti_bridge.app.own_lmss import old_platform_values

    with bridge_of(config) as bridge:
        bridge.prepare()
        administration = bridge.store.administration
        typed = {
            "name": name,
            "hosts": hosts,
            "meets_connection": meets_connection or administration.next_connection(),
            "conferencing": service_meant(bridge, conferencing),
        }
        values = old_platform_values(bridge, preset, typed)
        with written_down(bridge) as note:
            number, key, secret = administration.add_old(values, int(time.time() * 1000))
            after = {"version": "1.1", "consumer_key": key}
            note("platform.put", values.name, after=after)
        _tell(bridge, number, key, secret, as_json=as_json)


@click.command()
@click.argument("name")
@click.option("--at-once", is_flag=True, help="The one before counts no more, as of now.")
@config_option
@json_option
def secret(name: str, at_once: bool, config: Path, as_json: bool) -> None:
    r"""Give an LMS of LTI 1.1 another shared secret, printed this once, by its NAME or number.

    Both count until the LMS signs a launch with the new one, and the one before for an hour more.
    Where that got into the wrong hands, say --at-once: within 20 seconds launches that are signed
    with it are refused, until the LMS has the new one.

    \b
    Example:
      lti-bridge platform secret "Old Sakai" --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = find(bridge, name)
        if one.version != "1.1":
            raise click.ClickException(f"{one.name} is an LMS of LTI 1.3: it has no shared secret.")
        with written_down(bridge) as note:
            made = bridge.store.administration.replace_secret(
                one, int(time.time() * 1000), at_once=at_once
            )
            note("platform.secret", one.name, after={"at_once": at_once})
        _tell(bridge, one.id, one.consumer_key, made, as_json=as_json)


def _tell(bridge: Bridge, number: int, key: str, made: str, *, as_json: bool) -> None:
    url = bridge.settings.public_url
    facts = {
        "number": number,
        "consumer_key": key,
        "shared_secret": made,
        "tool_url": f"{url}/lti/1p1/launch",
        "cartridge_url": f"{url}/lti/config.xml",
    }
    if as_json:
        print_json(facts)
        return
    click.echo("Enter these in the LMS. The secret can't be shown again:", err=True)
    for fact, value in facts.items():
        click.echo(f"{fact.replace('_', ' '):<16}{value}")


COMMANDS: Final = (add_old, secret)
