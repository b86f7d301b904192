"""Verified launches as the directory gets them, and clocks that the test turns."""

from __future__ import annotations

from typing import Any

from lti_bridge.directory import Launch
from lti_bridge.store import Store
from tests.unit.store.values import ANN


class Clock:
    """Seconds, as far as the test has let them pass."""

    def __init__(self, seconds: float = 1_760_000_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


def a_launch(store: Store, **changes: Any) -> Launch:
    values: dict[str, Any] = {
        "platform": store.platforms.all()[0],
        "message_type": "LtiResourceLinkRequest",
        "deployment_id": "deployment-1",
        "lti_user_id": "ann",
        "profile": ANN,
        "role": "attendee",
        "lti_context_id": "course-1",
        "course_title": "Biology",
        "resource_link_id": "link-1",
        "link_title": "Lectures",
    }
    return Launch(**{**values, **changes})
