"""Classes in people's own calendars: the page that gives the addresses out, and one class alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode, urlsplit

from flask import Response, g, request
from flask_babel import get_locale, gettext

from lti_bridge.errors import MalformedRequest
from lti_bridge.reports.calendars import Manner, calendar_of_one
from lti_bridge.web.asking import asked_meeting

if TYPE_CHECKING:
    from lti_bridge.scheduling import Entrance, GroupBook
    from lti_bridge.security import FrameSession, Marked
    from lti_bridge.store import Feed, Feeds
    from lti_bridge.web.pages import Pages

ALARMS: Final = (5, 10, 15, 30, 60)
"""Minutes before a class at which calendars may ring."""
CALENDAR: Final = "text/calendar; charset=utf-8"

Which = Literal["course", "all"]
ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class Address:
    """An address, as the page shows it."""

    which: Which
    url: str
    webcal: str
    """The same for calendar programs to open."""


def manner(name: str, public_url: str, alarm: str, *, all_courses: bool = False) -> Manner:
    """How a calendar is written in this request's language."""
    return Manner(
        name=name,
        hint=gettext("To join, open the course in your learning platform."),
        host=urlsplit(public_url).hostname or "",
        alarm_minutes=int(alarm) if alarm in map(str, ALARMS) else None,
        names_courses=all_courses,
    )


@dataclass(frozen=True, slots=True)
class CalendarViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    groups: GroupBook
    feeds: Feeds
    marked: Marked
    public_url: str

    def show(self) -> Response:
        """``POST /course/calendar``: the addresses of one's own calendars."""
        return self._page(self.session("calendar"))

    def renew(self) -> Response:
        """``POST /course/calendar/renew``: take an address (``feed``) back and give a new one; only
        with ``sure``, else it is asked once more.
        """
        session = self.session("calendar")
        which = _which()
        if request.form.get("sure") != "yes":
            return self._page(session, ask_about=which)
        if session.user_id is not None:
            self.feeds.take_back(session.user_id, _course(session, which), _now_ms())
        return self._page(session, renewed=True)

    def event(self) -> Response:
        """``POST /course/calendar/event``: one scheduled class (``meeting``) as a file."""
        session = self.session("calendar")
        found = self.feeds.one(asked_meeting(self.entrance, self.groups, session).id)
        if found is None:
            raise MalformedRequest(
                "This class has no time of its own.",
                remedy="Open the link in the course again.",
                code="form_field",
            )
        course, one, series = found
        body = calendar_of_one(course, one, series, manner(course.title, self.public_url, ""))
        g.visit.outcome = "calendar"
        answer = Response(body, content_type=CALENDAR)
        answer.headers["Content-Disposition"] = f'attachment; filename="class-{one.id}.ics"'
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _page(
        self, session: FrameSession, *, ask_about: Which | None = None, renewed: bool = False
    ) -> Response:
        g.visit.outcome = "calendar"
        asked = request.form.get("alarm", "")
        alarm = asked if asked in map(str, ALARMS) else ""
        addresses = []
        if session.user_id is not None:
            for which in ("course", "all"):
                feed = self.feeds.of(session.user_id, _course(session, which), _now_ms())
                addresses.append(self._address(which, feed, alarm))
        return self.pages.show(
            "course/calendar.html",
            session,
            addresses=addresses,
            alarms=ALARMS,
            alarm=alarm,
            ask_about=ask_about,
            renewed=renewed,
        )

    def _address(self, which: Which, feed: Feed, alarm: str) -> Address:
        asked = {"language": str(get_locale()), **({"alarm": alarm} if alarm else {})}
        path = f"/calendar/{self.marked.text(feed.token)}/classes.ics?{urlencode(asked)}"
        url = self.public_url.rstrip("/") + path
        return Address(which, url, f"webcal:{url.partition(':')[2]}")


def _course(session: FrameSession, which: Which) -> int | None:
    return session.course_id if which == "course" else None


def _which() -> Which:
    which = request.form.get("feed", "")
    if which == "course":
        return "course"
    if which == "all":
        return "all"
    raise MalformedRequest(
        "The form's field 'feed' names no calendar.",
        remedy="Open the link in the course again.",
        code="form_field",
    )


def _now_ms() -> int:
    return int(time() * 1000)
