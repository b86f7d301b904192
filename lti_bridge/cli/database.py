"""``lti-bridge db``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_bridge.cli.options import bridge_of, config_option


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@config_option
def upgrade(config: Path) -> None:
    r"""Bring the schema up to date. Safe to run again, and from several machines at once.

    \b
    Example:
      lti-bridge db upgrade --config /etc/lti-bridge.toml
    """
    from lti_bridge.store import schema

    with bridge_of(config) as bridge:
        before, after = schema.upgrade(bridge.store.database)
    if before == after:
        click.echo(f"The schema is up to date ({after}).")
    else:
        click.echo(f"The schema was brought from {before or 'nothing'} to {after}.")
