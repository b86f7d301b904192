"""Organisation data of Meet & Engage ("Organisation Data – Data Methods")."""

from lti_bridge.engagement_api.client import EngagementClient

__all__ = ["EngagementClient"]
