"""The MEETS SaaS API (its Usage Manual): a client of the functions the bridge calls."""

from lti_bridge.meets_api.client import MeetsClient

__all__ = ["MeetsClient"]
