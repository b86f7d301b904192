"""``lti-bridge worker``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_bridge.cli.options import bridge_of, config_option


@click.command()
@config_option
def worker(config: Path) -> None:
    r"""Run the background jobs in a process of their own. SIGTERM ends it.

    Any number may run beside each other on PostgreSQL.

    \b
    Example:
      lti-bridge worker --config /etc/lti-bridge.toml
    """
    from lti_bridge.app.background import work
    from lti_bridge.app.watching import configure_logging

    configure_logging()
    with bridge_of(config) as bridge:
        bridge.prepare()
        work(bridge)
