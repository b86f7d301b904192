"""``lti-bridge conferencing``: the services that classes are held on."""

from __future__ import annotations

import click

from lti_bridge.cli.conferencing.attendance import attendance
from lti_bridge.cli.conferencing.checking import check
from lti_bridge.cli.conferencing.courses import assign
from lti_bridge.cli.conferencing.listing import list_services
from lti_bridge.cli.conferencing.managing import add, remove, secret
from lti_bridge.cli.conferencing.meetings import end, info, meetings
from lti_bridge.cli.conferencing.recording import recording
from lti_bridge.cli.conferencing.recordings import recordings
from lti_bridge.cli.conferencing.resting import rest, wake

__all__ = ["conferencing"]


@click.group()
def conferencing() -> None:
    """The services that classes are held on: Meetingz, Mconf-Live, BigBlueButton, Onstream."""


for command in (
    list_services, check, meetings, info, end, recordings, recording, attendance,
    add, secret, remove, rest, wake, assign,
):  # fmt: skip  # in the order of the manual
    conferencing.add_command(command)
