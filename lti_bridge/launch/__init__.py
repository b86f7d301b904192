"""LTI in: login, launch, key set."""

from lti_bridge.launch.blueprint import blueprint
from lti_bridge.launch.content_items import DeepLinkingAnswers
from lti_bridge.launch.key_sets import KeySets
from lti_bridge.launch.launching import Launching
from lti_bridge.launch.login import Login
from lti_bridge.launch.lti1p1 import ConsumerBook
from lti_bridge.launch.platforms import PlatformBook
from lti_bridge.launch.registration import Offer, Registrar, RegistrationViews, anywhere
from lti_bridge.launch.storage import StoragePages
from lti_bridge.launch.views import LaunchViews

__all__ = [
    "ConsumerBook",
    "DeepLinkingAnswers",
    "KeySets",
    "LaunchViews",
    "Launching",
    "Login",
    "Offer",
    "PlatformBook",
    "Registrar",
    "RegistrationViews",
    "StoragePages",
    "anywhere",
    "blueprint",
]
