"""What changes of a course page while it is open: the class on its top, and the lists below."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from lti_bridge.conferencing import Capability
from lti_bridge.scheduling.timing import phase_of
from lti_bridge.web.classes import class_list
from lti_bridge.web.schedule import lead_version, schedule_of
from lti_bridge.web.times import span_of

if TYPE_CHECKING:
    from lti_bridge.scheduling import Agenda, Entrance, MeetsClasses
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting


@dataclass(frozen=True, slots=True)
class Changing:
    """Finds it, from memory where it can; no remote call."""

    entrance: Entrance
    classes: MeetsClasses
    agenda: Agenda

    def values(self, session: FrameSession) -> dict[str, Any]:
        """For the templates: the class that is now or next, with what its service said of it
        last, and what it can do; and the lists of the others.
        """
        # A teacher's page is often asked for just after they changed something.
        meeting, own = self._lead(session, fresh=session.role == "moderator")
        now_ms = _now_ms()
        there = self.classes.of_course(session.course_id, session.role)
        agenda = self.agenda.of_course(session.course_id)
        return {
            "own": own,
            "is_own": meeting.id == own.id,
            "meeting": meeting,
            "lead": lead_version(meeting, now_ms),
            "lead_span": span_of(meeting.begins_ms, meeting.ends_ms, weekday=True),
            "phase": phase_of(meeting, now_ms),
            "status": self.entrance.known_status(meeting),
            "tells_running": Capability.RUNNING in self.entrance.capabilities(meeting.id),
            "trouble": self.entrance.trouble(meeting.id),
            "span_of": span_of,
            "schedule": schedule_of(agenda, now_ms, besides=meeting.id),
            "lists": self._lists_version(session, meeting, own),
            "classes": class_list(there, now_ms) if there else None,
            "our_service": self.entrance.kind(own.id) if there else "",
        }

    def versions(self, session: FrameSession) -> dict[str, str]:
        """Of both, by name: another one, once it says something else."""
        lead, own = self._lead(session)
        return {
            "lead": lead_version(lead, _now_ms()),
            "classes": self._lists_version(session, lead, own),
        }

    def _lead(self, session: FrameSession, *, fresh: bool = False) -> tuple[Meeting, Meeting]:
        """What a link to a series or a group leads to, or else the course's class of now, or
        next; and the link's own meeting.
        """
        # First the schedule: with it, this process hears of what others changed of the meeting.
        there = self.agenda.of_course(session.course_id, fresh=fresh)
        own = self.entrance.meeting(session.meeting)
        if own.series_id is not None or own.group_id is not None:
            return own, own
        return there.lead(_now_ms()) or own, own

    def _lists_version(self, session: FrameSession, lead: Meeting, own: Meeting) -> str:
        there = self.classes.of_course(session.course_id, session.role)
        agenda = self.agenda.of_course(session.course_id)
        besides = "" if lead.id == own.id else f"-{lead.id}"
        return (there.version if there else "") + agenda.version(_now_ms()) + besides


def _now_ms() -> int:
    return int(time() * 1000)
