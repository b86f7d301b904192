"""Which meeting a link means: the one it names, its course's own copy of it, or its standing one.

Links placed by deep linking name a meeting by its token, in the custom parameter ``meeting``. A
link that says so in the meeting's own course leads there, however many links do. A link of another
course was copied with its course: that course gets a meeting of its own, with the same title and
settings, and nobody ever comes by it to the old course's meeting, recordings or attendance.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import FOR_GOOD, Memory
from lti_bridge.scheduling.standing import REMEMBERED_SECONDS, everybodys, meeting_name
from lti_bridge.store import NewMeeting, copys_token

if TYPE_CHECKING:
    from lti_bridge.directory import Course, Launch
    from lti_bridge.scheduling.standing import MeetingBook
    from lti_bridge.store import Meeting, MeetingLinks

TOKEN: Final = re.compile(r"[0-9a-f]{32}\Z")
NAMED_BY: Final = "meeting"
"""The custom parameter that holds the token."""
COURSE_HISTORY: Final = "context_history"
LINK_HISTORY: Final = "link_history"
"""Custom parameters with the IDs that the course, or the link, was copied from, the nearest first
(LTI 1.3 Core, appendix: ``$Context.id.history``, ``$ResourceLink.id.history``)."""
LONGEST_HISTORY: Final = 8000
NOBODYS: Final = 0


class LinkBook:
    """Finds the meeting of a launch; remembers what tokens mean."""

    def __init__(
        self,
        links: MeetingLinks,
        book: MeetingBook,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``book`` knows the meetings themselves; times as there."""
        self._links = links
        self._book = book
        self._now = now
        self._by_token: Memory[tuple[int, str], int] = Memory(10_000, clock=clock)
        self._line_items: Memory[tuple[int, str], bool] = Memory(10_000, clock=clock)

    def meeting_for(self, launch: Launch, course: Course) -> Meeting:
        """The meeting that the launch is for; it is made where this is the first to come."""
        token = launch.custom.get(NAMED_BY, "")
        named = self._named(launch, course, token) if TOKEN.match(token) else None
        meeting = named or self._standing(launch, course)
        self._note_line_item(meeting, launch.services.line_item_url)
        return meeting

    def _note_line_item(self, meeting: Meeting, url: str) -> None:
        """The link's column of the gradebook (AGS 2.0, 3.1), once the LMS has made it.

        Where several links with columns lead to one meeting, each is written down once.
        """
        key = (meeting.id, url)
        if url and url != meeting.line_item_url and self._line_items.get(key) is None:
            self._book.coupled(meeting.id, url)
            self._line_items.put(key, value=True)

    def _named(self, launch: Launch, course: Course, token: str) -> Meeting | None:
        key = (course.id, token)
        known = self._by_token.get(key)
        if known == NOBODYS:
            return None
        meeting = known and self._book.by_id(known)
        if meeting:
            return meeting
        found = self._links.named(course.id, token)
        own = found.own
        if own is None and found.origin is not None:
            own = self._copy(launch, course, token, found.origin)
        if own is None:
            self._by_token.put(key, NOBODYS, REMEMBERED_SECONDS)
            return None
        self._by_token.put(key, own.id, FOR_GOOD)
        return self._book.remember(own)

    def _copy(self, launch: Launch, course: Course, token: str, origin: Meeting) -> Meeting:
        """A meeting of the course's own, like the one that the nearest course before it has."""
        contexts = history(launch.custom.get(COURSE_HISTORY, ""))
        like = self._links.nearest_copy(course.id, token, contexts) or origin
        new = NewMeeting(
            course_id=course.id,
            resource_link_id=None,
            link_token=copys_token(token, course.id),
            service=launch.platform.conferencing,
            own_service=self._book.service_named(like.own_service or ""),
            title=like.title,
            text=like.text,
            name=meeting_name(course.title or launch.course_title, like.title or launch.link_title),
            logout_url=everybodys(launch.return_url),
            meets_course_id=course.meets_id,
            meets_connection=launch.platform.meets_connection,
            lti_context_id=launch.lti_context_id,
            record=like.record,
            wait_for_moderator=like.wait_for_moderator,
        )
        return self._links.add(new, int(self._now() * 1000), like=like.id)

    def _standing(self, launch: Launch, course: Course) -> Meeting:
        made_like: list[Meeting] = []

        def like() -> Meeting | None:
            """The meeting of the link that this one was copied from."""
            links = history(launch.custom.get(LINK_HISTORY, ""))
            found = self._links.standing_of(course.id, links)
            made_like.extend([found] if found else [])
            return found

        meeting = self._book.standing(launch, course, like)
        for old in made_like:
            self._links.grade_like(meeting.id, old.id, int(self._now() * 1000))
        return meeting


def history(value: str) -> list[str]:
    """The IDs of a history variable; none where the LMS doesn't know it and left its name there.

    Canvas separates them by commas, others by spaces after them.
    """
    if value.startswith("$") or len(value) > LONGEST_HISTORY:
        return []
    return [one for part in value.split(",") if (one := part.strip())]
