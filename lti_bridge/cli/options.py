"""Options and small things that several commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lti_bridge.app import Bridge

config_option = click.option(
    "--config",
    "config",
    required=True,
    envvar="LTI_BRIDGE_CONFIG",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The settings file (TOML). May also be named by LTI_BRIDGE_CONFIG.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@contextmanager
def bridge_of(config: Path) -> Iterator[Bridge]:
    """The bridge of a settings file; raises :class:`lti_bridge.errors.SettingsError`."""
    from lti_bridge.app import assemble
    from lti_bridge.settings import load

    bridge = assemble(load(config))
    try:
        yield bridge
    finally:
        bridge.close()


def print_json(value: Any) -> None:
    """For other programs: indented, in plain characters of any script."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
