"""``lti-bridge meets``: what MEETS knows, asked from here."""

from __future__ import annotations

import click

from lti_bridge.cli.meets.asking import check, from_, get
from lti_bridge.cli.meets.downloading import download
from lti_bridge.cli.meets.listing import list_
from lti_bridge.cli.meets.syncing import sync

__all__ = ["meets"]


@click.group()
def meets() -> None:
    """MEETS: lists, attendance, recordings, and its numbers brought here in advance."""


for command in (check, list_, get, from_, download, sync):
    meets.add_command(command)
