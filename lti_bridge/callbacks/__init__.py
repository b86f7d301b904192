"""Where conferencing services tell the bridge of what happened: ``/callbacks/…``."""

from lti_bridge.callbacks.urls import CallbackUrls
from lti_bridge.callbacks.views import CallbackViews, blueprint

__all__ = ["CallbackUrls", "CallbackViews", "blueprint"]
