"""What the bridge asks of an LMS: access tokens, and the services that take them.

:class:`LmsTransport` is how any of them is called; each service has a module of its own.
"""

from lti_bridge.lms_api.groups import CourseGroups, Group
from lti_bridge.lms_api.roster import Member, Roster
from lti_bridge.lms_api.tokens import AccessTokens
from lti_bridge.lms_api.transport import LmsTransport

__all__ = ["AccessTokens", "CourseGroups", "Group", "LmsTransport", "Member", "Roster"]
