"""What the commands on MEETS share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.options import bridge_of

if TYPE_CHECKING:
    from pathlib import Path

    from lti_bridge.app import Bridge
    from lti_bridge.meets_api import MeetsClient

csv_option: Final = click.option(
    "--csv", "as_csv", is_flag=True, help="Answer in CSV; times are UNIX seconds."
)


class Moment(click.ParamType[int]):
    """A point in time: UNIX seconds, or ISO 8601 (this machine's zone, unless it names one)."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """UNIX seconds."""
        if isinstance(value, int):
            return value
        if str(value).isdigit():
            return int(value)
        try:
            return int(datetime.fromisoformat(str(value)).astimezone().timestamp())
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is no time: write UNIX seconds or, say, 2026-09-01T08:00+02:00.",
                param,
                ctx,
            )


class Number(click.ParamType[int]):
    """A number of MEETS."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """It, as it can be."""
        text = str(value)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
        if not 0 < number < 2**63:
            self.fail(f"{value!r} is no number of MEETS: those are whole, from 1 up.", param, ctx)
        return number


MOMENT: Final = Moment()
NUMBER: Final = Number()


@contextmanager
def meets_of(config: Path) -> Iterator[tuple[Bridge, MeetsClient]]:
    """The bridge and its MEETS; ends the command where the settings have none."""
    with bridge_of(config) as bridge:
        if bridge.meets is None:
            raise click.ClickException(
                "The settings have no MEETS. Add its address: [meets] with a url, and whatever it"
                " is authenticated with (docs/settings.md)."
            )
        yield bridge, bridge.meets
