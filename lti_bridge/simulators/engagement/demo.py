"""What Meet & Engage knows of a demonstration's people, and of some whom nobody else knows."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lti_bridge.simulators.engagement.columns import (
    BASIC,
    FEEDBACK,
    Chat,
    Participant,
    basic,
    feedback,
    standard,
)
from lti_bridge.simulators.engagement.rows import BUILT_IN

if TYPE_CHECKING:
    from lti_bridge.simulators.engagement.simulator import EngagementSimulator

DAY: Final = 86_400
HOUR: Final = 3600

_CHATS = (
    (28, "Welcome week chat", "Open day"),
    (21, "Ask a librarian", "Question time"),
    (13, "Life in halls", "Student ambassadors"),
    (6, "Your first exam", "Question time"),
    (2, "Meet an employer", "Careers"),
)
"""Days ago, name and kind."""
_STRANGERS = {
    "timworks@example.com": "Tim Works",
    "gmshroll@example.com": "G. M. Shroll",
    "leila@visitor.example": "Leila",
}


def fill(simulator: EngagementSimulator, *, people: Mapping[str, str], now: int) -> None:
    """Chats of the last 30 days, with most of these people and a few strangers in each.

    ``people``: names by e-mail address; ``now``: UNIX seconds. The same each time. ``standard``
    has everybody, also those who signed up and stayed away; the two custom methods of
    :mod:`.columns` have who came.
    """
    draw = random.Random(30)  # noqa: S311 - made-up data
    everybody = list(enumerate({**people, **_STRANGERS}.items()))
    for n, (ago, name, kind) in enumerate(_CHATS):
        chat = Chat(240_700_001 + n, name, kind, now - now % HOUR - ago * DAY)
        # Each misses every fourth chat, and comes with another device now and then.
        wide = [
            standard(chat, Participant(email, called, m, m + n // 2), draw, attended=n + m != 4)
            for m, (email, called) in everybody
            if (n + m) % 4 != 3
        ]
        came = [row for row in wide if row["Attended"]]
        at = chat.begin * 1000
        simulator.add_rows(BUILT_IN, at, wide)
        simulator.add_rows(BASIC, at, [basic(row) for row in came])
        simulator.add_rows(FEEDBACK, at, [feedback(row, draw) for row in came[n % 2 :: 2]])
