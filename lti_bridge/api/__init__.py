"""The MEETS-compatible reporting API over the bridge's own data, at ``/api/meets/NAME``."""

from lti_bridge.api.access import Access
from lti_bridge.api.blueprint import blueprint
from lti_bridge.api.views import ReportViews

__all__ = ["Access", "ReportViews", "blueprint"]
