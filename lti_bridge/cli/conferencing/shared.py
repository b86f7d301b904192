"""What the commands on services share: their arguments, and the service that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

from lti_bridge.cli.auditing import NOTHING, written_down
from lti_bridge.cli.options import bridge_of

if TYPE_CHECKING:
    from pathlib import Path

    from lti_bridge.app import Bridge
    from lti_bridge.conferencing import ConferencingService
    from lti_bridge.store import Meeting

OWN_MEETING: Final = "lti-"
"""How the IDs begin that the bridge makes; of others the database needn't be asked."""

service_argument = click.argument("name")
yes_option = click.option("--yes", is_flag=True, help="Don't ask whether it is meant.")


@contextmanager
def service_of(config: Path, name: str) -> Iterator[tuple[Bridge, ConferencingService]]:
    """The bridge and its service of that name.

    The database needn't be prepared: without it those of the settings file are known. Raises
    :class:`lti_bridge.errors.ServiceMissing`.
    """
    with bridge_of(config) as bridge:
        yield bridge, bridge.services.service_for(name)


def tell_without_database(bridge: Bridge) -> None:
    """Say so on stderr where the services of the database can't be known; an empty one has none."""
    from lti_bridge.errors import StoreError
    from lti_bridge.store import schema

    database = bridge.store.database
    try:
        if schema.present(database) is not None:
            schema.check(database)
            for each in bridge.store.services.all():
                if each.problem:
                    click.echo(f"{each.name} is not at work: {each.problem}", err=True)
    except StoreError as error:
        said = f"{error.message} {error.remedy}"
        click.echo(f"{said} Only the services of the settings file are known.", err=True)


def own_meeting(bridge: Bridge, meeting_id: str) -> Meeting | None:
    """The meeting's row, where it is one of ours and the database can be asked."""
    from lti_bridge.errors import StoreError

    if not meeting_id.startswith(OWN_MEETING):
        return None
    try:
        return bridge.store.meetings.by_meeting_id(meeting_id)
    except StoreError:
        return None


def write_down_done(
    bridge: Bridge, action: str, subject: str, after: Mapping[str, object] = NOTHING
) -> None:
    """What was done at a service; without a database there is no log to write it into."""
    from lti_bridge.errors import StoreError
    from lti_bridge.store import schema

    with suppress(StoreError):
        if schema.present(bridge.store.database) is not None:
            with written_down(bridge) as note:
                note(action, subject, after=after)


def look_again(bridge: Bridge, service: str, record_ids: Sequence[str]) -> None:
    """Let the job see what became of recordings; without a database there is nothing to keep."""
    from lti_bridge.errors import StoreError
    from lti_bridge.store import schema

    with suppress(StoreError):
        if schema.present(bridge.store.database) is not None:
            bridge.store.records.look_again(service, record_ids)


def sure(question: str, *, yes: bool) -> None:
    """Ask, unless ``yes`` was said; anything but yes ends the command with exit code 1."""
    if not yes:
        click.confirm(question, abort=True, err=True)
