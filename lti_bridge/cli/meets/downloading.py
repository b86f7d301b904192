"""``lti-bridge meets download``: where a recording is, or the file that MEETS holds."""

from __future__ import annotations

import re
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lti_bridge.cli.meets.shared import NUMBER, meets_of
from lti_bridge.cli.options import config_option

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from lti_bridge.meets_api import File

_UNSAFE: Final = re.compile(r"[^\w.\- ]+")


@click.command()
@click.argument("recording", type=NUMBER)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write a file that MEETS holds; by its own name here, unless given.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@config_option
def download(recording: int, output: Path | None, force: bool, config: Path) -> None:
    r"""Get a recording, by its number.

    One that is kept elsewhere is for a browser: its address is printed (a line each, where there
    are several), and holds for a moment only. Nothing is fetched from there.

    \b
    Example:
      lti-bridge meets download 553 --config /etc/lti-bridge.toml
    """
    from lti_bridge.meets_api import Redirect

    with meets_of(config) as (_, client):
        found = client.download_conference_recording(recording)
        if isinstance(found, Redirect):
            for location in found.locations:
                click.echo(location)
            return
        with closing(found.chunks):
            _write(found, output or Path(_name(found, recording)), force)


def _name(file: File, recording: int) -> str:
    """A name that stays in this folder, whatever MEETS says."""
    return _UNSAFE.sub("_", file.file_name).strip(" .") or f"recording-{recording}"


def _write(file: File, output: Path, force: bool) -> None:
    if output.exists() and not force:
        raise click.ClickException(f"{output} is there already. Give --force, or another --output.")
    partial = output.with_name(f"{output.name}.part")
    bar: ProgressBar[int]
    try:
        with (
            partial.open("wb") as target,
            click.progressbar(
                length=file.length or 0,
                label=output.name,
                file=sys.stderr,
                hidden=not sys.stderr.isatty(),
            ) as bar,
        ):
            for chunk in file.chunks:
                target.write(chunk)
                bar.update(len(chunk))
        partial.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} can't be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            partial.unlink()
    click.echo(f"Written to {output}", err=True)
