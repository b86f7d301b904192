"""A class while it is held, for its teachers: who is in, how to invite others, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, g, request
from flask_babel import gettext

from lti_bridge.conferencing import Capability
from lti_bridge.errors import NotAllowed
from lti_bridge.security.sessions import require_moderator
from lti_bridge.web.asking import asked_meeting
from lti_bridge.web.pages import visitor_of
from lti_bridge.web.times import span_of

if TYPE_CHECKING:
    from lti_bridge.conferencing import MeetingInfo, Services
    from lti_bridge.scheduling import Entrance, GroupBook
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting
    from lti_bridge.web.pages import Pages


@dataclass(frozen=True, slots=True)
class LiveViews:
    """The views; teachers only."""

    session: Callable[[str], FrameSession]
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    groups: GroupBook
    services: Services

    def show(self) -> Response:
        """``POST /course/live``: the class as it was when somebody last asked; with ``now=yes``,
        what a button does where there is no script, as it is.
        """
        session, meeting = self._asked("live")
        now = request.form.get("now") == "yes"
        status = self.entrance.status(meeting.id) if now else self.entrance.known_status(meeting)
        return self._page("course/live.html", session, meeting, status)

    def part(self) -> Response:
        """``POST /course/live/now``: what changes of that page, for its script."""
        session, meeting = self._asked("live")
        response = self._page(
            "course/live_part.html", session, meeting, self.entrance.status(meeting.id)
        )
        g.visit.outcome = "status"
        return response

    def end(self) -> Response:
        """``POST /course/live/end``: asks once more; with ``sure=yes`` everybody is put out.

        Raises :class:`NotAllowed` where the service can't, or the person only attends that class;
        :class:`lti_bridge.errors.RemoteError`.
        """
        session, meeting = self._asked("end")
        self._require_end(session, meeting)
        if request.form.get("sure") != "yes":
            return self._page("course/live_end.html", session, meeting, None)
        service = self.services.service_for(meeting.service)
        g.retry = ("course.live_end", {"meeting": str(meeting.id), "sure": "yes"})
        service.end(meeting.meeting_id, meeting.moderator_password)
        self.entrance.forget(meeting.id)
        return self._page("course/live.html", session, meeting, None, ended=True)

    def _asked(self, step: str) -> tuple[FrameSession, Meeting]:
        session = self.session(step)
        require_moderator(session)
        meeting = asked_meeting(self.entrance, self.groups, session)
        g.visit.meeting_id = meeting.id
        return session, meeting

    def _may_end(self, session: FrameSession, meeting: Meeting) -> bool:
        leads = self.pages.rights.as_whom(session, meeting, visitor_of(session)).role == "moderator"
        return leads and Capability.END in self.entrance.capabilities(meeting.id)

    def _require_end(self, session: FrameSession, meeting: Meeting) -> None:
        if not self._may_end(session, meeting):
            raise NotAllowed(
                "The class can't be ended from here.",
                remedy="Its host ends it from within; or its service can't do that.",
                code="cant_end",
            )

    def _page(
        self,
        template: str,
        session: FrameSession,
        meeting: Meeting,
        status: MeetingInfo | None,
        **values: Any,
    ) -> Response:
        g.visit.outcome = "page"
        able = self.entrance.capabilities(meeting.id)
        return self.pages.show(
            template,
            session,
            meeting=meeting,
            status=status,
            tells_running=Capability.RUNNING in able,
            tells_who=Capability.PARTICIPANTS in able,
            may_end=self._may_end(session, meeting),
            span=span_of(meeting.begins_ms, meeting.ends_ms, weekday=True),
            since=span_of(status.started_ms, None) if status else None,
            trouble=self.entrance.trouble(meeting.id),
            invitation=_invitation(session, meeting, status),
            **values,
        )


def _invitation(session: FrameSession, meeting: Meeting, status: MeetingInfo | None) -> str:
    """What a teacher may send to people of the course: they come by the LMS, as always."""
    title = meeting.title or session.link_title or gettext("Live class")
    span = span_of(meeting.begins_ms, meeting.ends_ms, weekday=True)
    lines = [" – ".join(filter(None, (title, session.course_title))), span.words if span else ""]
    if status and status.dial_number:
        code = f", {gettext('code:')} {status.voice_bridge}" if status.voice_bridge else ""
        lines.append(f"{gettext('By telephone:')} {status.dial_number}{code}")
    lines.append(f"{gettext('Open the class in your course:')} {meeting.logout_url}".strip())
    return "\n".join(filter(None, lines))
