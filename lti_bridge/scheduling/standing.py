"""The standing meeting: one per course and resource link, made when its first person comes."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.directory.text import shorten
from lti_bridge.store import NewMeeting

if TYPE_CHECKING:
    from lti_bridge.directory import Course, Launch
    from lti_bridge.store import Meeting, Meetings

REMEMBERED_SECONDS: Final = 20.0
"""A setting of the meeting that changes in another process is seen here after that long."""
NAME_LENGTH: Final = 255
LONGEST_LOGOUT_URL: Final = 2000
"""A longer one would make the whole URL too long for many servers; it is left out then."""
UNNAMED: Final = "Live class"


class MeetingBook:
    """Finds meetings; remembers those it found."""

    def __init__(self, meetings: Meetings, *, now: Callable[[], float] = time) -> None:
        """``now``: UNIX seconds."""
        self._meetings = meetings
        self._now = now
        self._by_link: Memory[tuple[int, str], int] = Memory(10_000)
        self._by_id: Memory[int, Meeting] = Memory(10_000)

    def standing(self, launch: Launch, course: Course) -> Meeting:
        """The standing meeting of a launch's course and link.

        Its name, return address and service are those of the first launch: ``create`` must say
        the same every time, whoever comes first after a restart.
        """
        key = (course.id, launch.resource_link_id)
        known = self._by_link.get(key)
        if known is not None:
            meeting = self.by_id(known)
            if meeting is not None:
                return meeting
        found = self._meetings.standing(*key) or self._make(launch, course)
        self._by_link.put(key, found.id)
        return self._by_id.put(found.id, found, REMEMBERED_SECONDS)

    def by_id(self, meeting: int) -> Meeting | None:
        """The meeting by its row; None where there is none (any more)."""
        known = self._by_id.get(meeting)
        if known is not None:
            return known
        found = self._meetings.by_id(meeting)
        return found and self._by_id.put(meeting, found, REMEMBERED_SECONDS)

    def set_waiting(self, meeting: int, *, wait_for_moderator: bool) -> None:
        """Whether attendees wait until a moderator is in; who may say so is the caller's check."""
        self._meetings.set_waiting(meeting, wait_for_moderator=wait_for_moderator)
        self._by_id.forget(meeting)

    def _make(self, launch: Launch, course: Course) -> Meeting:
        return_url = launch.return_url
        new = NewMeeting(
            course_id=course.id,
            resource_link_id=launch.resource_link_id,
            service=launch.platform.conferencing,
            name=meeting_name(course.title or launch.course_title, launch.link_title),
            logout_url=return_url if len(return_url) <= LONGEST_LOGOUT_URL else "",
            meets_course_id=course.meets_id,
            meets_connection=launch.platform.meets_connection,
            lti_context_id=launch.lti_context_id,
            record=_says_yes(launch.custom.get("record", "")),
            wait_for_moderator=_says_yes(launch.custom.get("wait_for_moderator", "")),
        )
        return self._meetings.add_standing(new, int(self._now() * 1000))


def meeting_name(course_title: str, link_title: str) -> str:
    """Course and link title, as ``create`` carries them; at most 255 characters."""
    parts = [part for part in (course_title.strip(), link_title.strip()) if part]
    return shorten(" – ".join(dict.fromkeys(parts)) or UNNAMED, NAME_LENGTH)


def _says_yes(value: str) -> bool:
    return value.strip().lower() in {"true", "yes", "1", "on"}
