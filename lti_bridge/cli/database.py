"""``lti-bridge db``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from lti_bridge.store import Sealed


@click.group()
def db() -> None:
    """The database's schema, and the secrets in it."""


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


@db.command()
@config_option
def reseal(config: Path) -> None:
    r"""Seal every stored secret with the first secret_key, so that an older one can be dropped.

    First give secret_key as a list, the new key before the old one, and restart every server and
    worker. Safe to run again: what is sealed with the first key already stays as it is.

    \b
    Example:
      lti-bridge db reseal --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        anew, current, lost = _resealed(bridge.store.sealed)
        with written_down(bridge) as note:
            note("database.reseal", after={"sealed_anew": anew, "lost": len(lost)})
        older = len(bridge.settings.secret_key) > 1
    click.echo(f"{anew:,} secrets were sealed anew, {current:,} were sealed with the first key.")
    if lost:
        for place in lost:
            click.echo(f"No secret_key opens {place}.", err=True)
        raise click.ClickException(
            "Some secrets were sealed with a key that isn't in the secret_key list. Add it to the"
            " list's end and run this again; or enter anew what is lost."
        )
    if older:
        click.echo(
            "Nothing in the database needs the other keys any more. Leave them in the list for"
            " another 12 hours, for pages that are open; then take them out."
        )


@db.command()
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@config_option
def backup(config: Path, target: Path, *, force: bool) -> None:
    r"""Copy an SQLite database into a file, whole at one moment, while people launch.

    Keep it where only you can read it. The secrets in it are sealed with secret_key: without that
    they can't be opened again, so keep that too, elsewhere. For PostgreSQL use pg_dump.

    \b
    Example:
      lti-bridge db backup --to /backups/bridge.db --config /etc/lti-bridge.toml
    """
    from lti_bridge.store import copy_to

    if target.exists() and not force:
        raise click.ClickException(f"{target} is there already. --force writes over it.")
    with bridge_of(config) as bridge:
        bar: ProgressBar[int]
        with click.progressbar(length=1, label="copying", file=sys.stderr) as bar:

            def tell(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            size = copy_to(bridge.store.database, target, tell)
    click.echo(f"The database was copied to {target} ({size / 1_000_000:,.1f} MB).")


def _resealed(sealed: Sealed) -> tuple[int, int, list[str]]:
    anew = current = 0
    lost: list[str] = []
    bar: ProgressBar[int]
    with click.progressbar(
        length=sealed.rows(), label="sealing anew", file=sys.stderr, show_pos=True
    ) as bar:
        for lot in sealed.reseal():
            anew, current = anew + lot.anew, current + lot.current
            lost += lot.lost
            bar.update(lot.rows)
    return anew, current, lost
