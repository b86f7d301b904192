"""The course pages: what people see in the LMS's frame."""

from lti_bridge.web.actions import CourseViews
from lti_bridge.web.arrival import Arrival
from lti_bridge.web.attendance import AttendanceViews
from lti_bridge.web.blueprint import blueprint
from lti_bridge.web.calendars import CalendarViews
from lti_bridge.web.elsewhere import ElsewhereViews
from lti_bridge.web.feeds import FeedViews, feed_blueprint
from lti_bridge.web.grading import GradingViews
from lti_bridge.web.guest_links import GuestLinkViews
from lti_bridge.web.guests import GuestViews, guest_blueprint
from lti_bridge.web.live import LiveViews
from lti_bridge.web.own_groups import OwnGroups
from lti_bridge.web.pages import Pages
from lti_bridge.web.people import PeopleViews
from lti_bridge.web.picker import Picker
from lti_bridge.web.planning import PlanViews
from lti_bridge.web.preferences import LANGUAGES, PreferenceViews, Preferred
from lti_bridge.web.privacy import PrivacyPage, privacy_blueprint
from lti_bridge.web.recordings import RecordingViews
from lti_bridge.web.rights import Rights
from lti_bridge.web.schedule import ScheduleViews
from lti_bridge.web.slides import SlideFiles, SlideUrls, SlideViews, slide_blueprint
from lti_bridge.web.tickets import Tickets

__all__ = [
    "LANGUAGES",
    "Arrival",
    "AttendanceViews",
    "CalendarViews",
    "CourseViews",
    "ElsewhereViews",
    "FeedViews",
    "GradingViews",
    "GuestLinkViews",
    "GuestViews",
    "LiveViews",
    "OwnGroups",
    "Pages",
    "PeopleViews",
    "Picker",
    "PlanViews",
    "PreferenceViews",
    "Preferred",
    "PrivacyPage",
    "RecordingViews",
    "Rights",
    "ScheduleViews",
    "SlideFiles",
    "SlideUrls",
    "SlideViews",
    "Tickets",
    "blueprint",
    "feed_blueprint",
    "guest_blueprint",
    "privacy_blueprint",
    "slide_blueprint",
]
