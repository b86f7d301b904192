"""What teachers do with invitations for guests: make them, copy them, revoke them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, g, request
from flask_babel import LazyString, lazy_gettext

from lti_bridge.scheduling import Terms, passcodes
from lti_bridge.web.asking import asked_meeting, number_field
from lti_bridge.web.times import span_of

if TYPE_CHECKING:
    from lti_bridge.scheduling import Entrance, GroupBook, GuestBook
    from lti_bridge.security import FrameSession, Guests
    from lti_bridge.store import GuestLink, Meeting
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.times import Span

DAYS: Final = (1, 7, 30, 180)
"""For how long an invitation may hold."""
BY_CLASS: Final = "class"

PASSCODE_LENGTH: Final = lazy_gettext("A passcode has 6 to 64 characters.")
MADE: Final = lazy_gettext("The link is ready. Copy it, and send it to your guests.")
REVOKED: Final = lazy_gettext("The link is revoked. Nobody gets in by it any more.")
NOT_THERE: Final = lazy_gettext("This link was revoked already.")

ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """An invitation, as the page shows it."""

    link: GuestLink
    url: str
    """Empty where it doesn't hold any more."""
    until: Span | None


@dataclass(frozen=True, slots=True)
class GuestLinkViews:
    """The views; each is for teachers only."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    groups: GroupBook
    book: GuestBook
    guests: Guests
    public_url: str

    def listed(self) -> Response:
        """``POST /course/guests``: the meeting's invitations."""
        session, meeting = self._enter("guests")
        return self._page(session, meeting)

    def make(self) -> Response:
        """``POST /course/guests/make``: one more."""
        session, meeting = self._enter("guests make")
        form = request.form
        passcode = passcodes.spelled(form.get("passcode", ""))
        if passcode and not passcodes.SHORTEST <= len(passcode) <= passcodes.LONGEST:
            return self._page(session, meeting, wrong=PASSCODE_LENGTH, status=400)
        asked = form.get("days", "")
        days = None if asked == BY_CLASS else int(asked) if asked in map(str, DAYS) else 7
        terms = Terms(
            label=form.get("label", ""),
            passcode=passcode,
            days=days,
            whole_series=form.get("into") == "series",
        )
        made = self.book.make(meeting, terms, session.user_id)
        return self._page(session, meeting, said=MADE, fresh=made.id)

    def revoke(self) -> Response:
        """``POST /course/guests/revoke``: let one hold no more; asked once more before."""
        session, meeting = self._enter("guests revoke")
        link = number_field("link") or 0
        if request.form.get("sure") != "yes":
            return self._page(session, meeting, ask_about=link)
        revoked = self.book.revoke(link, session.course_id)
        return self._page(session, meeting, said=REVOKED if revoked else NOT_THERE)

    def _enter(self, step: str) -> tuple[FrameSession, Meeting]:
        session = self.session(step)
        self.pages.rights.require_edit(session)
        return session, asked_meeting(self.entrance, self.groups, session)

    def _page(
        self,
        session: FrameSession,
        meeting: Meeting,
        *,
        said: LazyString | None = None,
        wrong: LazyString | None = None,
        fresh: int = 0,
        ask_about: int = 0,
        status: int = 200,
    ) -> Response:
        g.visit.outcome = "guests"
        now_ms = int(time.time() * 1000)
        links = [self._shown(link, now_ms) for link in self.book.of_meeting(meeting)]
        response = self.pages.show(
            "course/guests.html",
            session,
            meeting=meeting,
            links=[link for link in links if link.url],
            ended=[link for link in links if not link.url],
            days=DAYS,
            said=said,
            wrong=wrong,
            fresh=fresh,
            ask_about=ask_about,
            label=request.form.get("label", "")[:200] if wrong else "",
        )
        response.status_code = status
        return response

    def _shown(self, link: GuestLink, now_ms: int) -> ShownLink:
        url = f"{self.public_url}/guest/{self.guests.link(link.token)}"
        holds = link.holds(now_ms)
        return ShownLink(link, url if holds else "", span_of(link.expires_ms, None))
