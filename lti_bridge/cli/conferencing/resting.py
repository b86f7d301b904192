"""``lti-bridge conferencing rest`` and ``wake``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.conferencing.managing import SOON
from lti_bridge.cli.conferencing.shared import service_argument
from lti_bridge.cli.options import bridge_of, config_option


@click.command()
@service_argument
@config_option
def rest(name: str, config: Path) -> None:
    r"""No new meetings on a service; those that run go on.

    \b
    Example:
      lti-bridge conferencing rest live --config /etc/lti-bridge.toml
    """
    _change(name, config, resting=True)
    click.echo(f"{name} is at rest: meetings that run go on, new ones aren't made. {SOON}")


@click.command()
@service_argument
@config_option
def wake(name: str, config: Path) -> None:
    r"""New meetings on a service again.

    \b
    Example:
      lti-bridge conferencing wake live --config /etc/lti-bridge.toml
    """
    _change(name, config, resting=False)
    click.echo(f"{name} takes new meetings again. {SOON}")


def _change(name: str, config: Path, *, resting: bool) -> None:
    with bridge_of(config) as bridge:
        bridge.prepare()
        bridge.services.service_for(name)
        before = {"resting": bridge.services.is_resting(name)}
        with written_down(bridge) as note:
            bridge.store.services.rest(name, resting=resting)
            action = "service.rest" if resting else "service.wake"
            note(action, name, before, {"resting": resting})
