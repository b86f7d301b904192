"""Which meeting a link means: the one it names, its course's own copy of it, or its standing one.

Links placed by deep linking name a meeting by its token, in the custom parameter ``meeting``. A
link that says so in the meeting's own course leads there, however many links do. A link of another
course was copied with its course: that course gets a meeting of its own, with the same title and
settings, and nobody ever comes by it to the old course's meeting, recordings or attendance.

A token may name a series instead: its links lead to the class that is now or next. A copy of such
a link has a standing meeting with the series' settings: nobody said when the new course meets.
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
    from lti_bridge.store import Meeting, MeetingLinks, Series, SeriesBook

TOKEN: Final = re.compile(r"[0-9a-f]{32}\Z")
NAMED_BY: Final = "meeting"
"""The custom parameter that holds the token."""
COURSE_HISTORY: Final = "context_history"
LINK_HISTORY: Final = "link_history"
"""Custom parameters with the IDs that the course, or the link, was copied from, the nearest first
(LTI 1.3 Core, appendix: ``$Context.id.history``, ``$ResourceLink.id.history``)."""
LONGEST_HISTORY: Final = 8000
CURRENT_SECONDS: Final = 15.0
"""So long a process takes the same class of a series for the one that is now or next."""
NOBODYS: Final = 0


class LinkBook:
    """Finds the meeting of a launch; remembers what tokens mean."""

    def __init__(
        self,
        links: MeetingLinks,
        book: MeetingBook,
        series: SeriesBook,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``book`` knows the meetings themselves; times as there."""
        self._links = links
        self._series = series
        self._book = book
        self._now = now
        self._by_token: Memory[tuple[int, str], int] = Memory(10_000, clock=clock)
        self._series_by_token: Memory[tuple[int, str], int] = Memory(10_000, clock=clock)
        self._current: Memory[int, int] = Memory(10_000, clock=clock)
        self._line_items: Memory[tuple[int, str], bool] = Memory(10_000, clock=clock)
        self._naming: Memory[tuple[int, str], bool] = Memory(10_000, clock=clock)

    def meeting_for(self, launch: Launch, course: Course) -> Meeting:
        """The meeting that the launch is for; it is made where this is the first to come."""
        token = launch.custom.get(NAMED_BY, "")
        named = self._named(launch, course, token) if TOKEN.match(token) else None
        meeting = named or self._standing(launch, course)
        if named is not None:
            self._note_link(named, launch.resource_link_id)
        self._note_line_item(meeting, launch.services.line_item_url)
        return meeting

    def _note_line_item(self, meeting: Meeting, url: str) -> None:
        """The link's column of the gradebook (AGS 2.0, 3.1), once the LMS has made it.

        Where several links with columns lead to one meeting, each is written down once. Classes
        that are graded together have the column of the one that stands for all of them.
        """
        key = (meeting.graded_with_id or meeting.id, url)
        if url and url != meeting.line_item_url and self._line_items.get(key) is None:
            self._book.coupled(key[0], url)
            self._line_items.put(key, value=True)

    def _note_link(self, meeting: Meeting, link: str) -> None:
        """The link by which people come, so that the LMS can be asked who may see it.

        Where several links lead to one meeting, or one series, each is written down once.
        """
        key = (meeting.series_id or -meeting.id, link)
        if link and link != meeting.named_by_link_id and self._naming.get(key) is None:
            self._book.named_by(meeting.id, link)
            self._naming.put(key, value=True)

    def _named(self, launch: Launch, course: Course, token: str) -> Meeting | None:
        key = (course.id, token)
        known = self._by_token.get(key)
        if known == NOBODYS:
            return None
        meeting = known and self._book.by_id(known)
        if meeting:
            return meeting
        series = self._series_by_token.get(key)
        if series is not None:
            return self.current(series)
        found = self._links.named(course.id, token)
        if found.own is None and found.origin is not None:
            own = self._copy(launch, course, token, found.origin, found.origin.id)
        elif found.own is not None:
            own = found.own
        else:
            return self._of_series(launch, course, token)
        self._by_token.put(key, own.id, FOR_GOOD)
        return self._book.remember(own)

    def _of_series(self, launch: Launch, course: Course, token: str) -> Meeting | None:
        """The class of the series that the token names, or the course's own copy of it."""
        key = (course.id, token)
        found = self._series.current_named(course.id, token, int(self._now() * 1000))
        if found is not None and found.series_id and found.course_id == course.id:
            self._series_by_token.put(key, found.series_id, REMEMBERED_SECONDS)
            self._current.put(found.series_id, found.id, CURRENT_SECONDS)
            return self._book.remember(found)
        series = self._series.named(course.id, token)
        if series is None:
            self._by_token.put(key, NOBODYS, REMEMBERED_SECONDS)
            return None
        if series.course_id == course.id:
            self._series_by_token.put(key, series.id, REMEMBERED_SECONDS)
            return self.current(series.id)
        first = next(iter(self._series.of_series(series.id)), None)
        graded = (first.graded_with_id or first.id) if first else None
        own = self._copy(launch, course, token, series, graded)
        self._by_token.put(key, own.id, FOR_GOOD)
        return self._book.remember(own)

    def current(self, series: int) -> Meeting | None:
        """The class of a series that is now or next, or else the last."""
        known = self._current.get(series)
        meeting = known and self._book.by_id(known)
        if meeting:
            return meeting
        found = self._series.current(series, int(self._now() * 1000))
        if found is None:
            return None
        self._current.put(series, found.id, CURRENT_SECONDS)
        return self._book.remember(found)

    def _copy(
        self,
        launch: Launch,
        course: Course,
        token: str,
        origin: Meeting | Series,
        graded: int | None,
    ) -> Meeting:
        """A meeting of the course's own, like the one that the nearest course before it has.

        ``graded``: row of the meeting whose settings of grading come along with ``origin``'s.
        """
        contexts = history(launch.custom.get(COURSE_HISTORY, ""))
        nearest = self._links.nearest_copy(course.id, token, contexts)
        like: Meeting | Series = nearest or origin
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
            room=like.room,
        )
        return self._links.add(new, int(self._now() * 1000), like=nearest.id if nearest else graded)

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
