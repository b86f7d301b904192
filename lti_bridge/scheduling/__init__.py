"""The meetings of a course: which there are, when they open, who enters, and as what."""

from lti_bridge.scheduling.elsewhere import Elsewhere, MeetsClasses
from lti_bridge.scheduling.entering import Entrance, Trouble, Waiting, visitor_for
from lti_bridge.scheduling.groups import GroupBook
from lti_bridge.scheduling.linking import LinkBook
from lti_bridge.scheduling.opening import Opener
from lti_bridge.scheduling.people import CoursePeople, CoursesPeople, PeoplePage
from lti_bridge.scheduling.picking import NewClass, PickedLink, Picking, Place, Span, place_of
from lti_bridge.scheduling.standing import MeetingBook

__all__ = [
    "CoursePeople",
    "CoursesPeople",
    "Elsewhere",
    "Entrance",
    "GroupBook",
    "LinkBook",
    "MeetingBook",
    "MeetsClasses",
    "NewClass",
    "Opener",
    "PeoplePage",
    "PickedLink",
    "Picking",
    "Place",
    "Span",
    "Trouble",
    "Waiting",
    "place_of",
    "visitor_for",
]
