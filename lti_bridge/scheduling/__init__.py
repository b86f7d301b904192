"""The meetings of a course: which there are, when they open, who enters, and as what."""

from lti_bridge.scheduling.agenda import Agenda, CourseAgenda, PastPage
from lti_bridge.scheduling.elsewhere import Elsewhere, MeetsClasses
from lti_bridge.scheduling.entering import Entrance, Trouble, Waiting, visitor_for
from lti_bridge.scheduling.groups import GroupBook
from lti_bridge.scheduling.guests import GuestBook, Terms
from lti_bridge.scheduling.linking import LinkBook
from lti_bridge.scheduling.opening import Opener
from lti_bridge.scheduling.people import CoursePeople, CoursesPeople, PeoplePage
from lti_bridge.scheduling.picking import NewClass, PickedLink, Picking, Place, Span, place_of
from lti_bridge.scheduling.planning import Planner
from lti_bridge.scheduling.slides import Added, ClassSlides, SlideDesk
from lti_bridge.scheduling.standing import MeetingBook
from lti_bridge.scheduling.statuses import SharedStatuses

__all__ = [
    "Added",
    "Agenda",
    "ClassSlides",
    "CourseAgenda",
    "CoursePeople",
    "CoursesPeople",
    "Elsewhere",
    "Entrance",
    "GroupBook",
    "GuestBook",
    "LinkBook",
    "MeetingBook",
    "MeetsClasses",
    "NewClass",
    "Opener",
    "PastPage",
    "PeoplePage",
    "PickedLink",
    "Picking",
    "Place",
    "Planner",
    "SharedStatuses",
    "SlideDesk",
    "Span",
    "Terms",
    "Trouble",
    "Waiting",
    "place_of",
    "visitor_for",
]
