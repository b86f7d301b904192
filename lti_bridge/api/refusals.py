"""What the API answers instead of data: always JSON with ``status`` and ``error``."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A refusal; it never leaves this room."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
        """``error`` is for whoever wrote the calling program; it repeats no secret."""
        super().__init__(error)
        self.status = status
        self.error = error
        self.headers = dict(headers or {})
