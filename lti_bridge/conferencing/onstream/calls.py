"""The calls of Onstream's document, and what is lost with each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lti_bridge.conferencing.capabilities import Call, Capability, by_name, call

_FILES: Final = (Capability.SLIDES, Capability.INSERT_SLIDES)
_CALLS: Final = (
    call("GET authverify"),
    call("GET session"),
    call("GET sessions", Capability.MEETINGS),
    call("PUT session"),
    call("POST session"),
    call("DELETE session"),
    call("GET invitees", Capability.INVITED),
    call("PUT invitee"),
    call("POST invitee"),
    call("DELETE invitee"),
    call("GET recording", Capability.RECORDINGS),
    call("GET recordings", Capability.RECORDINGS),
    call("POST recording", Capability.RENAME),
    call("DELETE recording", Capability.DELETE_RECORDINGS),
    call("PUT file", *_FILES, discovered=True),
    call("PUT file_in_session", *_FILES, discovered=True),
)
CALLS: Final[Mapping[str, Call]] = MappingProxyType(by_name(_CALLS))
"""In the document's order. The last two are its "experimental section"."""
