"""``lti-bridge conferencing recording``: what can be done with recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_bridge.cli.conferencing.shared import (
    look_again,
    service_argument,
    service_of,
    sure,
    write_down_done,
    yes_option,
)
from lti_bridge.cli.options import config_option, json_option, print_json
from lti_bridge.cli.tables import plain, table

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, TextTrack
    from lti_bridge.conferencing.recordings import TrackKind

LARGEST_CAPTIONS = 4_000_000

records_argument = click.argument("record_ids", nargs=-1, required=True, metavar="RECORD_ID…")
record_argument = click.argument("record_id")


@click.group()
def recording() -> None:
    """Show, hide, rename, delete recordings, and give them captions."""


@recording.command()
@service_argument
@records_argument
@config_option
def publish(name: str, record_ids: tuple[str, ...], config: Path) -> None:
    r"""Show recordings to everybody of their course.

    \b
    Example:
      lti-bridge conferencing recording publish live 183f0bf3-1379693236230 \
        --config /etc/lti-bridge.toml
    """
    _publish(name, record_ids, config, published=True)


@recording.command()
@service_argument
@records_argument
@config_option
def unpublish(name: str, record_ids: tuple[str, ...], config: Path) -> None:
    r"""Hide recordings.

    \b
    Example:
      lti-bridge conferencing recording unpublish live 183f0bf3-1379693236230 \
        --config /etc/lti-bridge.toml
    """
    _publish(name, record_ids, config, published=False)


def _publish(name: str, record_ids: tuple[str, ...], config: Path, *, published: bool) -> None:
    _check(record_ids)
    with service_of(config, name) as (bridge, service):
        service.publish_recordings(record_ids, published=published)
        look_again(bridge, name, record_ids)
        action = "recording.publish" if published else "recording.unpublish"
        write_down_done(bridge, action, name, {"recordings": list(record_ids)})
    click.echo(f"{_counted(record_ids)} {'can be seen' if published else 'hidden'} now.")


@recording.command()
@service_argument
@record_argument
@click.option("--to", "title", required=True, metavar="NAME", help="The new name.")
@config_option
def rename(name: str, record_id: str, title: str, config: Path) -> None:
    r"""Give a recording another name.

    \b
    Example:
      lti-bridge conferencing recording rename live 183f0bf3-1379693236230 --to "Week 1" \
        --config /etc/lti-bridge.toml
    """
    _check((record_id,))
    if not title.strip():
        raise click.UsageError("--to: give a name.")
    with service_of(config, name) as (bridge, service):
        service.rename_recording(record_id, title.strip())
        look_again(bridge, name, [record_id])
        after = {"recordings": [record_id], "name": title.strip()}
        write_down_done(bridge, "recording.rename", name, after)
    click.echo("Renamed.")


@recording.command()
@service_argument
@records_argument
@yes_option
@config_option
def delete(name: str, record_ids: tuple[str, ...], yes: bool, config: Path) -> None:
    r"""Delete recordings for good.

    \b
    Example:
      lti-bridge conferencing recording delete live 183f0bf3-1379693236230 \
        --config /etc/lti-bridge.toml
    """
    from lti_bridge.conferencing import Capability

    _check(record_ids)
    with service_of(config, name) as (bridge, service):
        if Capability.DELETE_RECORDINGS in service.capabilities:
            sure(f"Delete {_counted(record_ids)} on {name} for good?", yes=yes)
        service.delete_recordings(record_ids)
        look_again(bridge, name, record_ids)
        write_down_done(bridge, "recording.delete", name, {"recordings": list(record_ids)})
    click.echo(f"{_counted(record_ids)} deleted.")


@recording.command()
@service_argument
@record_argument
@click.option(
    "--upload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add these (SRT, SSA or WebVTT), or replace those of the same kind and language.",
)
@click.option("--remove", "taken_away", is_flag=True, help="Take those of --lang away.")
@click.option("--lang", default="", metavar="TAG", help="The language, such as pt-BR.")
@click.option(
    "--kind",
    default="captions",
    show_default=True,
    type=click.Choice(["captions", "subtitles"]),
)
@click.option("--label", default="", help="How the player names them.")
@config_option
@json_option
def captions(
    name: str,
    record_id: str,
    upload: Path | None,
    taken_away: bool,
    lang: str,
    kind: TrackKind,
    label: str,
    config: Path,
    as_json: bool,
) -> None:
    r"""The captions of a recording; with --upload or --remove, change them.

    \b
    Example:
      lti-bridge conferencing recording captions live 183f0bf3-1379693236230 \
        --upload week1.vtt --lang pt-BR --label "Português" --config /etc/lti-bridge.toml
    """
    from lti_bridge.conferencing import TextTrack

    _check((record_id,))
    content = _content(upload, taken_away=taken_away, lang=lang)
    with service_of(config, name) as (bridge, service):
        if upload is None and not taken_away:
            _list_captions(service, record_id, as_json=as_json)
            return
        track = TextTrack(kind=kind, lang=lang, label=label)
        service.put_text_track(record_id, track, content)
        after = {"recordings": [record_id], "language": lang, "removed": taken_away}
        write_down_done(bridge, "recording.captions", name, after)
    click.echo("Taken away." if taken_away else "Sent. The service takes them in within minutes.")


def _content(upload: Path | None, *, taken_away: bool, lang: str) -> bytes | None:
    """What is to be sent; None to take captions away, or to list them."""
    if upload is not None and taken_away:
        raise click.UsageError("Give --upload or --remove, not both.")
    if (upload is not None or taken_away) and not lang:
        raise click.UsageError("--lang: say which language, such as pt-BR.")
    if upload is None:
        return None
    content = upload.read_bytes()
    if not 0 < len(content) <= LARGEST_CAPTIONS:
        raise click.UsageError(f"--upload: the file is {'too large' if content else 'empty'}.")
    return content


def _list_captions(service: ConferencingService, record_id: str, *, as_json: bool) -> None:
    tracks = service.text_tracks(record_id)
    if as_json:
        print_json(plain(tracks))
    elif not tracks:
        click.echo("No captions.")
    else:
        click.echo("\n".join(table(("kind", "language", "label", "source"), map(_row, tracks))))


def _row(track: TextTrack) -> tuple[str, ...]:
    return track.kind, track.lang, track.label, track.source


def _check(record_ids: tuple[str, ...]) -> None:
    """A list with an empty ID among them may come to mean all recordings."""
    if not all(each.strip(" ,") for each in record_ids):
        raise click.UsageError("RECORD_ID: give the recordings' IDs.")


def _counted(record_ids: tuple[str, ...]) -> str:
    return "1 recording" if len(record_ids) == 1 else f"{len(record_ids)} recordings"
