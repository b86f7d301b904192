"""What protects people: signed values, the frame's session, the pages' security headers, limits."""

from lti_bridge.security.addresses import UNKNOWN, client_address, networks
from lti_bridge.security.guests import Guests, GuestSession
from lti_bridge.security.headers import admin_headers, page_headers
from lti_bridge.security.limits import Limit, Limits, shared_counter
from lti_bridge.security.marked import Marked
from lti_bridge.security.redirect import Redirect
from lti_bridge.security.sessions import FrameSession, Sessions
from lti_bridge.security.signing import Signers

__all__ = [
    "UNKNOWN",
    "FrameSession",
    "GuestSession",
    "Guests",
    "Limit",
    "Limits",
    "Marked",
    "Redirect",
    "Sessions",
    "Signers",
    "admin_headers",
    "client_address",
    "networks",
    "page_headers",
    "shared_counter",
]
