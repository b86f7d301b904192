"""What a verified launch becomes: the way into class at once, or a page in the LMS's frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response

from lti_bridge.directory import LAUNCH_SECONDS, SUBMISSION_REVIEW, Patience
from lti_bridge.scheduling import visitor_for
from lti_bridge.security import FrameSession
from lti_bridge.security.sessions import moderators_only
from lti_bridge.web.own_groups import leads_to_groups

if TYPE_CHECKING:
    from lti_bridge.directory import (
        Course,
        Directory,
        Launch,
        Movers,
        OutcomeBook,
        Person,
        ServiceBook,
        Visit,
    )
    from lti_bridge.scheduling import LinkBook
    from lti_bridge.store import Meeting
    from lti_bridge.web.own_groups import OwnGroups
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.picker import Picker
    from lti_bridge.web.preferences import Preferred


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where launches arrive."""

    directory: Directory
    movers: Movers
    outcomes: OutcomeBook
    links: LinkBook
    pages: Pages
    services: ServiceBook
    picker: Picker
    preferred: Preferred
    own_groups: OwnGroups

    def __call__(self, launch: Launch, visit: Visit) -> Response:
        """The answer to a launch (CONTRACT.md, 4: "Which page", "Frame or window")."""
        if launch.deep_linking is not None and launch.role != "moderator":
            raise moderators_only()
        patience = Patience(LAUNCH_SECONDS)
        visit.step = "course"
        launch = self.movers.settled(launch)
        course = self.directory.course_for(launch, patience)
        visit.course_id = course.id
        visit.step = "person"
        person = self.directory.person_for(launch, course, patience)
        visit.user_id = person.id
        if launch.platform.version != "1.1":  # which has none; a course moved from it keeps its own
            self.services.note(launch, course)
        if launch.deep_linking is not None:
            session = self.preferred(_session(launch, course, person, None), visit)
            return self.picker.open(launch, launch.deep_linking, course, session)
        visit.step = "meeting"
        meeting = self.links.meeting_for(launch, course)
        visit.meeting_id = meeting.id
        self.outcomes.keep(launch, person, meeting.id)
        session = _session(launch, course, person, meeting)
        is_review = launch.message_type == SUBMISSION_REVIEW
        if leads_to_groups(launch) and not is_review:
            return self.own_groups(launch, session, meeting, visit)
        if not is_review and _goes_to_meeting(launch) and launch.target == "window":
            return self.pages.join(session, visit, preferred=self.preferred)
        session = self.preferred(session, visit)
        if is_review:
            return self.pages.of_meeting(session, visit)
        if not _goes_to_meeting(launch):
            return self.pages.course(session, visit)
        return self.pages.join_button(session, visit)


def _goes_to_meeting(launch: Launch) -> bool:
    action = launch.custom.get("action", "")
    return action == "join" or (action != "course" and launch.role == "attendee")


def _session(
    launch: Launch, course: Course, person: Person, meeting: Meeting | None
) -> FrameSession:
    visitor = visitor_for(person)
    return FrameSession(
        platform_id=launch.platform.id,
        course_id=course.id,
        user_id=person.id,
        meets_user_id=visitor.user_id,
        meeting=meeting.id if meeting else 0,
        role=launch.role,
        name=visitor.full_name,
        locale=launch.locale,
        course_title=launch.course_title,
        link_title=launch.link_title,
        observer=launch.observer,
        framed_by=launch.framed_by,
        lms_locale=launch.locale,
        assistant=launch.assistant,
    )
