"""``lti-bridge platform``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.policies import policies
from lti_bridge.cli.roles import roles

if TYPE_CHECKING:
    from lti_bridge.store import Platform


@click.group()
def platform() -> None:
    """The LMSs that the bridge knows."""


platform.add_command(roles)
platform.add_command(policies)


@platform.command("list")
@config_option
@json_option
def list_platforms(config: Path, as_json: bool) -> None:
    r"""Every LMS at work, a line each.

    \b
    Example:
      lti-bridge platform list --config /etc/lti-bridge.toml
    """
    known = _known(config)
    if as_json:
        print_json([_old_facts(one) if one.version == "1.1" else _facts(one) for one in known])
        return
    if not known:
        click.echo(
            "No LMS yet. Invite one: lti-bridge platform invite. Or add a [[platform]] to the"
            " settings file, then start the server."
        )
    for one in known:
        known_by = one.issuer or one.consumer_key
        click.echo(f"{one.id:>4}  {one.name}  ({one.type}, LTI {one.version})  {known_by}")


@platform.command()
@click.argument("name")
@config_option
@json_option
def show(name: str, config: Path, as_json: bool) -> None:
    r"""All about one LMS, by its NAME or number, and what to enter on its side.

    \b
    Example:
      lti-bridge platform show "Campus Moodle" --config /etc/lti-bridge.toml
    """
    one = next((p for p in _known(config) if name in {p.name, str(p.id)}), None)
    if one is None:
        raise click.ClickException(
            f"No LMS is called {name!r}. See: lti-bridge platform list --config {config}"
        )
    old = one.version == "1.1"
    facts = (_old_facts(one) if old else _facts(one)) | {
        "enter in the LMS": _for_the_old_lms(config) if old else _for_the_lms(config)
    }
    if as_json:
        print_json(facts)
        return
    for fact, value in facts.items():
        if isinstance(value, dict):
            click.echo(f"{fact}:")
            for label, text in value.items():
                click.echo(f"    {label:<20}{text}")
        else:
            click.echo(f"{fact:<24}{value}")


def _known(config: Path) -> list[Platform]:
    with bridge_of(config) as bridge:
        bridge.prepare()
        platforms = bridge.store.platforms
        return sorted([*platforms.all(), *platforms.of_lti_1p1()], key=lambda one: one.id)


def _facts(one: Platform) -> dict[str, Any]:
    return {
        "number": one.id,
        "name": one.name,
        "type": one.type,
        "version": one.version,
        "issuer": one.issuer,
        "client_id": one.client_id,
        "deployments": dict(one.deployments),
        "auth_login_url": one.auth_login_url,
        "auth_token_url": one.auth_token_url,
        "key_set_url": one.key_set_url,
        "hosts": sorted(one.hosts),
        "meets_connection": one.meets_connection,
        "conferencing": one.conferencing,
    }


def _old_facts(one: Platform) -> dict[str, Any]:
    """An LMS of LTI 1.1; its secret is shown nowhere."""
    return {
        "number": one.id,
        "name": one.name,
        "type": one.type,
        "version": one.version,
        "consumer_key": one.consumer_key,
        "next_secret_waits": bool(one.other_secret) and one.other_secret_until_ms is None,
        "hosts": sorted(one.hosts),
        "meets_connection": one.meets_connection,
        "conferencing": one.conferencing,
    }


def _for_the_old_lms(config: Path) -> dict[str, str]:
    from lti_bridge.settings import load

    url = load(config).public_url
    return {"tool URL": f"{url}/lti/1p1/launch", "cartridge URL": f"{url}/lti/config.xml"}


def _for_the_lms(config: Path) -> dict[str, str]:
    from lti_bridge.settings import load

    url = load(config).public_url
    return {
        "tool URL": f"{url}/lti/launch",
        "login URL": f"{url}/lti/login",
        "redirect URI": f"{url}/lti/launch",
        "public key set URL": f"{url}/lti/jwks.json",
    }
