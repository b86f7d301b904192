"""A small LMS, "Riverbank University": a strict LTI 1.3 platform to click through and test with.

As strict towards a tool as 1EdTech's LTI 1.3 Core and Security Framework 1.0 allow, and with the
third-party cookie rules of today's browsers: nothing of it relies on a cookie inside a frame.
"""

from lti_bridge.simulators.lms.campus import Campus, Course, Group, GroupSet, Link, Tool, User
from lti_bridge.simulators.lms.claims import CLAIM
from lti_bridge.simulators.lms.demo import DEMO_CAMPUS
from lti_bridge.simulators.lms.lti1p1 import OldTool
from lti_bridge.simulators.lms.simulator import KeySetFault, LmsSimulator, create_lms
from lti_bridge.simulators.lms.tokens import EVERY_SCOPE, Scope

__all__ = [
    "CLAIM",
    "DEMO_CAMPUS",
    "EVERY_SCOPE",
    "Campus",
    "Course",
    "Group",
    "GroupSet",
    "KeySetFault",
    "Link",
    "LmsSimulator",
    "OldTool",
    "Scope",
    "Tool",
    "User",
    "create_lms",
]
