"""How a call is refused: Onstream API, "HTTP Error Codes"."""

from __future__ import annotations

from lti_bridge.errors import RemoteRejected


def refused(status: int, message: str) -> RemoteRejected:
    """To be raised; ``code`` is the HTTP status."""
    return RemoteRejected(message, code=str(status))
