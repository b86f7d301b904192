"""The standing meeting: one per course and resource link, made when its first person comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic, time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lti_bridge.directory.memory import Memory
from lti_bridge.directory.text import shorten
from lti_bridge.store import NewMeeting

if TYPE_CHECKING:
    from lti_bridge.directory import Course, Launch
    from lti_bridge.store import Meeting, Meetings

REMEMBERED_SECONDS: Final = 20.0
"""A setting of the meeting that changes in another process is seen here after that long."""
NAME_LENGTH: Final = 255
LONGEST_LOGOUT_URL: Final = 1400
"""In characters as sent, percent-encoded. With a longer one, and the longest names and context
IDs, ``create`` would pass the 8,000 characters that many servers read; it is left out then."""
PERSONAL: Final = frozenset({"sesskey", "sessionid", "jsessionid", "phpsessid"})
"""Query parameters of return URLs that are one person's own."""
UNNAMED: Final = "Live class"


def like_none() -> Meeting | None:
    """No other meeting's settings."""
    return None


class MeetingBook:
    """Finds meetings; remembers those it found."""

    def __init__(
        self,
        meetings: Meetings,
        *,
        service_names: Callable[[], Sequence[str]] = tuple,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``service_names``: of the services there are; ``now``: UNIX seconds; ``clock``: seconds
        by which this process forgets.
        """
        self._meetings = meetings
        self._service_names = service_names
        self._now = now
        self._by_link: Memory[tuple[int, str], int] = Memory(10_000, clock=clock)
        self._by_id: Memory[int, Meeting] = Memory(10_000, clock=clock)

    def standing(
        self, launch: Launch, course: Course, like: Callable[[], Meeting | None] = like_none
    ) -> Meeting:
        """The standing meeting of a launch's course and link.

        Its name, return address and service are those of the first launch: ``create`` must say
        the same every time, whoever comes first after a restart. ``like`` is asked only where
        the meeting has to be made: whose settings it begins with.
        """
        key = (course.id, launch.resource_link_id)
        known = self._by_link.get(key)
        if known is not None:
            meeting = self.by_id(known)
            if meeting is not None:
                return meeting
        found = self._meetings.standing(*key) or self._make(launch, course, like())
        self._by_link.put(key, found.id)
        return self.remember(found)

    def remember(self, meeting: Meeting) -> Meeting:
        """It was just read; gives it back."""
        return self._by_id.put(meeting.id, meeting, REMEMBERED_SECONDS)

    def by_id(self, meeting: int) -> Meeting | None:
        """The meeting by its row; None where there is none (any more)."""
        known = self._by_id.get(meeting)
        if known is not None:
            return known
        found = self._meetings.by_id(meeting)
        return found and self.remember(found)

    def forget(self, meeting: int) -> None:
        """What was known of it doesn't hold any more: the next who asks reads it."""
        self._by_id.forget(meeting)

    def set_waiting(self, meeting: int, *, wait_for_moderator: bool) -> None:
        """Whether attendees wait until a moderator is in; who may say so is the caller's check."""
        self._meetings.set_waiting(meeting, wait_for_moderator=wait_for_moderator)
        self._by_id.forget(meeting)

    def moderator_came(self, meeting: int, now_ms: int) -> None:
        """A moderator goes in now."""
        self._meetings.moderator_came(meeting, now_ms)
        self._by_id.forget(meeting)

    def hosted(self, meeting: int, user_id: int) -> None:
        """Whose class it is: the first moderator's."""
        self._meetings.hosted(meeting, user_id)
        self._by_id.forget(meeting)

    def coupled(self, meeting: int, line_item_url: str) -> None:
        """The LMS has a column of the gradebook for its link."""
        self._meetings.coupled(meeting, line_item_url)
        self._by_id.forget(meeting)

    def named_by(self, meeting: int, resource_link_id: str) -> None:
        """A link names it, or its series."""
        self._meetings.named_by(meeting, resource_link_id)
        self._by_id.forget(meeting)

    def service_named(self, name: str) -> str | None:
        """A service by its name, if there is (still) such a one."""
        return name if name in self._service_names() else None

    def _make(self, launch: Launch, course: Course, like: Meeting | None) -> Meeting:
        own = self.service_named(launch.custom.get("conferencing", "").strip())
        new = NewMeeting(
            course_id=course.id,
            resource_link_id=launch.resource_link_id,
            service=launch.platform.conferencing,
            own_service=own or self.service_named(like.own_service or "" if like else ""),
            name=meeting_name(course.title or launch.course_title, launch.link_title),
            logout_url=everybodys(launch.return_url),
            meets_course_id=course.meets_id,
            meets_connection=launch.platform.meets_connection,
            lti_context_id=launch.lti_context_id,
            record=_wish(launch, "record", like=like is not None and like.record),
            wait_for_moderator=_wish(
                launch, "wait_for_moderator", like=like is not None and like.wait_for_moderator
            ),
        )
        return self._meetings.add_standing(new, int(self._now() * 1000))


def everybodys(return_url: str) -> str:
    """A launch's return URL as a logout URL for all: without what belongs to that person alone.

    Moodle's carries the ``sesskey`` of whoever launched first.
    """
    base, _, query = return_url.partition("?")
    kept = [part for part in query.split("&") if part.partition("=")[0].lower() not in PERSONAL]
    url = f"{base}?{'&'.join(kept)}" if any(kept) else base
    return url if len(quote(url, safe="")) <= LONGEST_LOGOUT_URL else ""


def meeting_name(course_title: str, link_title: str) -> str:
    """Course and link title, as ``create`` carries them; at most 255 characters."""
    parts = [part for part in (course_title.strip(), link_title.strip()) if part]
    return shorten(" – ".join(dict.fromkeys(parts)) or UNNAMED, NAME_LENGTH)


def _wish(launch: Launch, name: str, *, like: bool) -> bool:
    """What the link's custom parameter says, or as it was where it says nothing."""
    value = launch.custom.get(name, "")
    if not value.strip():
        return like
    return value.strip().lower() in {"true", "yes", "1", "on"}
