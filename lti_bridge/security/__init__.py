"""What protects people: signed values, the frame's session, the pages' security headers."""

from lti_bridge.security.headers import page_headers
from lti_bridge.security.redirect import Redirect
from lti_bridge.security.sessions import FrameSession, Sessions
from lti_bridge.security.signing import Signers

__all__ = ["FrameSession", "Redirect", "Sessions", "Signers", "page_headers"]
