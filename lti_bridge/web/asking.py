"""Which meeting a page's form is about: one of its own course, and of a group only its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from lti_bridge.errors import MalformedRequest
from lti_bridge.scheduling.opening import gone

if TYPE_CHECKING:
    from lti_bridge.scheduling import Entrance, GroupBook
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting


def asked_meeting(entrance: Entrance, groups: GroupBook, session: FrameSession) -> Meeting:
    """The meeting that the form's field ``meeting`` names by its row, else the page's own.

    Raises :class:`MalformedRequest` where that is no number, :class:`NotAllowed` where there is no
    such meeting in the session's course, or it is a group's of other people.
    """
    meeting = entrance.meeting(number_field("meeting") or session.meeting)
    if meeting.course_id != session.course_id:
        raise gone()  # of other courses' meetings nothing is told, not even that they are there
    groups.check(meeting, session.role, session.user_id)
    return meeting


def number_field(name: str) -> int | None:
    """A field that holds a row's number; None where it isn't sent, or is empty."""
    text = request.form.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise MalformedRequest(
            f"The form's field {name!r} is no number.",
            remedy="Open the link in the course again.",
            code="form_field",
        )
    return int(text)
