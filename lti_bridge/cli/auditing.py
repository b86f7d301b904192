"""Lines of the audit log that commands write: who is the user of the machine that ran them."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lti_bridge.app import Bridge

Note = Callable[..., None]
"""``note(action, subject, before, after)``; see :func:`written_down`."""
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@contextmanager
def written_down(bridge: Bridge) -> Iterator[Note]:
    """A change and the line that tells of it, in one transaction.

    ::

        with written_down(bridge) as note:
            bridge.store.tokens.revoke(number, now_ms)
            note("token.revoke", f"token {number}")

    Whatever is raised within undoes both. Nothing remote is called within: other writers wait.
    What is done elsewhere, as at a conferencing service, is noted once it is done. ``before`` and
    ``after`` hold no secret.
    """
    from lti_bridge.store import AuditEntry

    def note(
        action: str,
        subject: str = "",
        before: Mapping[str, Any] = NOTHING,
        after: Mapping[str, Any] = NOTHING,
    ) -> None:
        at_ms = int(time.time() * 1000)
        bridge.store.audit.add(AuditEntry(at_ms, who(), action, subject, before, after))

    with bridge.store.together():
        yield note


def who() -> str:
    """Who runs this command: by the process itself, since what the environment says of the user
    anybody can set.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # in a container the user often has a number only
        name = str(number)
    return f"command line ({name})"
