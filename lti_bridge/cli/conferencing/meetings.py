"""``lti-bridge conferencing meetings``, ``info`` and ``end``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.conferencing.shared import (
    own_meeting,
    service_argument,
    service_of,
    sure,
    write_down_done,
    yes_option,
)
from lti_bridge.cli.options import config_option, json_option, print_json
from lti_bridge.cli.tables import number, plain, shown, table, when, yes_or_no

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.conferencing import ConferencingService, MeetingInfo

PASSWORDS: Final = frozenset({"attendee_password", "moderator_password"})
BRIEFLY: Final = PASSWORDS | {"attendees", "metadata"}


@click.command()
@service_argument
@config_option
@json_option
def meetings(name: str, config: Path, as_json: bool) -> None:
    r"""The meetings that are on a service now; those of our courses with the course's number.

    \b
    Example:
      lti-bridge conferencing meetings live --config /etc/lti-bridge.toml
    """
    with service_of(config, name) as (bridge, service):
        found = [_facts(bridge, service, each, BRIEFLY) for each in service.meetings()]
    if as_json:
        print_json(found)
    elif not found:
        click.echo(f"No meetings on {name}.")
    else:
        heads = ("meeting ID", "name", "running", "people", "since", "course")
        click.echo("\n".join(table(heads, map(_row, found))))


@click.command()
@service_argument
@click.argument("meeting")
@config_option
@json_option
def info(name: str, meeting: str, config: Path, as_json: bool) -> None:
    r"""All that a service says of one MEETING (its ID), and who is in. Never its passwords.

    \b
    Example:
      lti-bridge conferencing info live lti-0123456789abcdef --config /etc/lti-bridge.toml
    """
    with service_of(config, name) as (bridge, service):
        found = service.info(meeting)
        if found is None:
            raise _unknown(name, meeting)
        facts = _facts(bridge, service, found, PASSWORDS)
    if as_json:
        print_json(facts)
    else:
        _tell(facts)


@click.command()
@service_argument
@click.argument("meeting")
@yes_option
@config_option
def end(name: str, meeting: str, yes: bool, config: Path) -> None:
    r"""End a running MEETING (its ID): everybody is put out.

    \b
    Example:
      lti-bridge conferencing end live lti-0123456789abcdef --config /etc/lti-bridge.toml
    """
    from lti_bridge.conferencing import Capability

    with service_of(config, name) as (bridge, service):
        if Capability.END in service.capabilities:
            if not _is_known(service, meeting):
                raise _unknown(name, meeting)
            sure(f"Put everybody out of {meeting} on {name}?", yes=yes)
        own = own_meeting(bridge, meeting)
        service.end(meeting, own.moderator_password if own else "")
        if own is not None:
            bridge.store.meetings.ended(own.id, int(time.time() * 1000))
        write_down_done(bridge, "meeting.end", name, {"meeting": meeting})
    click.echo(f"{meeting} was ended.")


def _is_known(service: ConferencingService, meeting: str) -> bool:
    """True also where the service can't say."""
    from lti_bridge.errors import CapabilityMissing

    try:
        return service.info(meeting) is not None
    except CapabilityMissing:
        return True


def _unknown(name: str, meeting: str) -> click.ClickException:
    return click.ClickException(
        f"{name} has no meeting {shown(meeting)} (any more)."
        f" See: lti-bridge conferencing meetings {name}"
    )


def _facts(
    bridge: Bridge, service: ConferencingService, found: MeetingInfo, without: frozenset[str]
) -> dict[str, Any]:
    """What is said of it, in JSON's terms; ``course`` where it is one of ours."""
    from lti_bridge.conferencing import Capability

    own = own_meeting(bridge, found.meeting_id)
    facts: dict[str, Any] = plain(found, without)
    if Capability.RUNNING not in service.capabilities:
        facts["running"] = None
    if own is not None:
        facts["name"] = found.name or own.name
    return facts | {"course": own.course_id if own else None}


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    return (
        facts["meeting_id"],
        facts["name"],
        yes_or_no(facts["running"]),
        number(facts["participants"]),
        when(facts["started_ms"] or facts["create_time"]),
        number(facts["course"]),
    )


def _tell(facts: dict[str, Any]) -> None:
    people = facts.pop("attendees")
    for fact, value in facts.items():
        if value not in (None, "", [], {}):
            click.echo(f"{fact.removesuffix('_ms').replace('_', ' '):<22}{_said(fact, value)}")
    if people:
        click.echo()
        heads = ("name", "role", "presenter", "voice", "video", "user ID")
        click.echo("\n".join(table(heads, map(_person, people))))


def _said(fact: str, value: Any) -> str:
    if fact.endswith("_ms") or fact == "create_time":
        return when(value)
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, list):
        return shown(", ".join(value))
    if isinstance(value, dict):
        lines = (f"{shown(key)} = {shown(each)}" for key, each in value.items())
        return f"\n{' ' * 22}".join(lines)
    return shown(str(value))


def _person(one: dict[str, Any]) -> tuple[str, ...]:
    voice = "yes" if one["has_joined_voice"] else "listens" if one["is_listening_only"] else "no"
    return (
        one["full_name"],
        one["role"],
        yes_or_no(one["is_presenter"]),
        voice,
        yes_or_no(one["has_video"]),
        one["user_id"],
    )
