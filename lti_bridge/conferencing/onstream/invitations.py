"""What is remembered of invitations, so that people are invited once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, Protocol

from lti_bridge.store import StoredInvitation as Invitation

__all__ = ["InMemory", "Invitation", "Invitations"]

_MANY: Final = 20_000
"""Invitations that a process keeps; one that is forgotten is looked up at Onstream again."""


class Invitations(Protocol):
    """A memory of invitations, shared by threads, perhaps by processes."""

    def find(self, service: str, session_id: str, email: str) -> Invitation | None:
        """The invitation of that e-mail to that session of a service; None if it isn't known."""

    def keep(self, service: str, session_id: str, email: str, invitation: Invitation) -> None:
        """Remember it, in place of an earlier one."""


class InMemory:
    """The memory of one process; those used longest ago are forgotten first."""

    def __init__(self, most: int = _MANY) -> None:
        """``most``: how many are kept."""
        self._most: Final = most
        self._lock: Final = threading.Lock()
        self._known: Final[OrderedDict[tuple[str, str, str], Invitation]] = OrderedDict()

    def find(self, service: str, session_id: str, email: str) -> Invitation | None:
        """See :class:`Invitations`."""
        key = (service, session_id, email)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, service: str, session_id: str, email: str, invitation: Invitation) -> None:
        """See :class:`Invitations`."""
        key = (service, session_id, email)
        with self._lock:
            self._known[key] = invitation
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
