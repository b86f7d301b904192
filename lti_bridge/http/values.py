"""What crosses the room's border: an answer, and the note about a call that metrics are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lti_bridge.http.chunks import Chunks

Outcome = Literal[
    "ok", "http_5xx", "timeout", "unreachable", "refused", "open", "malformed", "too_large"
]
"""How a call ended; ``refused`` is our refusal of the address, ``open`` the breaker's."""

_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)

# Python knows codecs that no web server means, some of them very slow on large input.
_KNOWN_CHARSETS = re.compile(
    r"utf-?(8|16|32)|(us-)?ascii|iso[-_]?8859|latin|windows-|cp\d|gb|big5|euc|shift_jis|koi8",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status, complete and decompressed. Its ``repr()`` shows only the status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Looked up in any case; repeated headers are joined with ``", "``."""
    body: bytes = field(repr=False)
    chunks: Chunks | None = field(default=None, repr=False)
    """The body of a 200 that was asked for as a stream; to be closed. ``body`` is empty then."""

    @property
    def text(self) -> str:
        """The body in the charset of its content type, else as UTF-8 with replacements."""
        charset = _CHARSET.search(self.headers.get("Content-Type", ""))
        if charset and _KNOWN_CHARSETS.match(charset[1]):
            try:
                return self.body.decode(charset[1])
            except (LookupError, UnicodeError):
                pass
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """One finished call, retries included, for metrics."""

    service: str
    call: str
    outcome: Outcome
    seconds: float


Observer = Callable[[RemoteCall], None]
"""Told of every call, in the caller's thread; it must not raise."""
