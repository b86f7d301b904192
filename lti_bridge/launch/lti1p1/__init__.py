"""LTI 1.1: signed launches, the cartridge, and the way from 1.1 to 1.3."""

from lti_bridge.launch.lti1p1.cartridge import cartridge
from lti_bridge.launch.lti1p1.consumers import ConsumerBook
from lti_bridge.launch.lti1p1.launching import PATH, OldLaunching
from lti_bridge.launch.lti1p1.views import OldLaunchViews, add_urls

__all__ = ["PATH", "ConsumerBook", "OldLaunchViews", "OldLaunching", "add_urls", "cartridge"]
