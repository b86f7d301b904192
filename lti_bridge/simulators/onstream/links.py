"""The addresses that Onstream gives out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from lti_bridge.simulators.onstream.records import Invitee, Recording, Session


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute, on the host that the request came to; ``origin`` has no slash at its end."""

    origin: str
    base: str
    username: str

    def resource(self, path: str) -> str:
        """Of the API, as a Location header has it: ``session/id/1``."""
        return f"{self.origin}{self.base}{self._user}/{path}"

    def session(self, session: Session) -> str:
        """Where anybody can give a name and come in."""
        return f"{self.origin}/{self._user}/{session.key}"

    def personal(self, person: Invitee) -> str:
        """Where this one person comes in at once."""
        return f"{self.origin}/{self._user}/go/{person.token}"

    def recording(self, recording: Recording) -> str:
        """``/play/1-My-first-recording``."""
        words = re.sub(r"\W+", "-", recording.title).strip("-")
        return f"{self.origin}/play/{recording.id}-{quote(words)}"

    @property
    def _user(self) -> str:
        return quote(self.username, safe="")
