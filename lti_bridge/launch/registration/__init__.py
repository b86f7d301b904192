"""Dynamic registration: an admin pastes one URL into the LMS, and both know each other."""

from lti_bridge.launch.registration.offer import Offer
from lti_bridge.launch.registration.registering import Registrar
from lti_bridge.launch.registration.views import RegistrationViews, anywhere

__all__ = ["Offer", "Registrar", "RegistrationViews", "anywhere"]
