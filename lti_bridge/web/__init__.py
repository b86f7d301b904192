"""The course pages: what people see in the LMS's frame."""

from lti_bridge.web.actions import CourseViews
from lti_bridge.web.arrival import Arrival
from lti_bridge.web.blueprint import blueprint
from lti_bridge.web.elsewhere import ElsewhereViews
from lti_bridge.web.grading import GradingViews
from lti_bridge.web.pages import Pages
from lti_bridge.web.people import PeopleViews
from lti_bridge.web.picker import Picker
from lti_bridge.web.tickets import Tickets

__all__ = [
    "Arrival",
    "CourseViews",
    "ElsewhereViews",
    "GradingViews",
    "Pages",
    "PeopleViews",
    "Picker",
    "Tickets",
    "blueprint",
]
