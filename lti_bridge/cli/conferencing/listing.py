"""``lti-bridge conferencing list``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.conferencing.shared import tell_without_database
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json

if TYPE_CHECKING:
    from lti_bridge.app import Bridge

NONE_YET = (
    "No conferencing service yet. Add a [[conferencing]] table to the settings file, or one of"
    " your own: lti-bridge conferencing add --help"
)


@click.command("list")
@config_option
@json_option
def list_services(config: Path, as_json: bool) -> None:
    r"""Every service at work, and what its kind can do. No service is called.

    \b
    Example:
      lti-bridge conferencing list --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        tell_without_database(bridge)
        services = [_facts(bridge, name) for name in bridge.services.names()]
    if as_json:
        print_json(services)
    elif not services:
        click.echo(NONE_YET)
    else:
        click.echo("\n".join(map(_told, services)))


def _facts(bridge: Bridge, name: str) -> dict[str, Any]:
    entry, service = bridge.services.entry(name), bridge.services.service_for(name)
    health = service.health
    resting = {"reason": health.reason, "seconds": round(health.retry_seconds, 1)}
    return {
        "name": name,
        "kind": service.kind,
        "url": entry.settings.url,
        "managed_by": "file" if name in {c.name for c in bridge.settings.conferencing} else "admin",
        "resting": entry.resting,
        "capabilities": sorted(service.capabilities),
        "left_alone": None if health.state == "closed" else resting,
    }


def _told(facts: dict[str, Any]) -> str:
    whose = "settings file" if facts["managed_by"] == "file" else "added by an admin"
    rest = "; at rest: no new meetings" if facts["resting"] else ""
    alone = facts["left_alone"]
    left = f"; left alone for {alone['seconds']} s: {alone['reason']}" if alone else ""
    head = click.style(facts["name"], bold=True)
    can = click.wrap_text(", ".join(facts["capabilities"]), 92, "    ", "    ")
    return f"{head}  ({facts['kind']}, {whose}{rest}{left})  {facts['url']}\n{can}"
