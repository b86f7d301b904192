"""A year of chats and who came to them, the same ones each time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from lti_bridge.simulators.engagement.columns import (
    BASIC,
    DEVICES,
    FEEDBACK,
    PLACES,
    Chat,
    Participant,
    basic,
    feedback,
    standard,
)
from lti_bridge.simulators.engagement.rows import BUILT_IN

if TYPE_CHECKING:
    from lti_bridge.simulators.engagement.simulator import EngagementSimulator

START: Final = 1_700_006_400
"""UNIX seconds of the first day, a midnight in UTC."""
DAY: Final = 86_400
_PER_CHAT = 25
_KINDS = ("Open day", "Question time", "Offer holders", "Student ambassadors", "Careers")
_FIRST = ("Ada", "Ben", "Chiara", "Dmitri", "Elif", "Farid", "سارا", "João")
_LAST = ("Abel", "Brandt", "Costa", "Duarte", "Eriksen", "Fischer", "محمدی", "Ólafsdóttir")


def seed(
    simulator: EngagementSimulator,
    *,
    rows: int = 5000,
    people: int = 800,
    start: int = START,
    days: int = 365,
    random_seed: int = 1,
) -> None:
    """Give ``standard`` so many rows, evenly over ``days`` from ``start`` (UNIX seconds).

    Each stands at its chat's beginning. The custom methods have the rows of those who attended
    (:data:`.columns.BASIC`), and of every third of these (:data:`.columns.FEEDBACK`). Addresses
    are ``user{n}@campus.example``, with n below ``people``.
    """
    draw = random.Random(random_seed)  # noqa: S311 - made-up data
    everybody = [_person(n, draw) for n in range(people)]
    chats = -(-rows // _PER_CHAT)
    for n in range(chats):
        chat = _chat(n, start + n * days // chats * DAY, draw)
        size = min(_PER_CHAT, rows - n * _PER_CHAT)
        _add(simulator, chat, draw.choices(everybody, k=size), draw)


def _person(n: int, draw: random.Random) -> Participant:
    name = f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"
    place, device = draw.randrange(len(PLACES)), draw.randrange(len(DEVICES))
    return Participant(f"user{n}@campus.example", name, place, device)


def _chat(n: int, day: int, draw: random.Random) -> Chat:
    kind = draw.choice(_KINDS)
    begin = day + draw.randrange(8 * 4, 20 * 4) * 900
    return Chat(123_456_000 + n, f"{kind} {n + 1}", kind, begin, draw.choice((30, 60, 90)))


def _add(
    simulator: EngagementSimulator, chat: Chat, people: list[Participant], draw: random.Random
) -> None:
    wide = [standard(chat, one, draw, attended=draw.random() < 0.75) for one in people]
    came = [row for row in wide if row["Attended"]]
    told = [feedback(row, draw) for row in came[::3]]
    at = chat.begin * 1000
    simulator.add_rows(BUILT_IN, at, wide)
    simulator.add_rows(BASIC, at, [basic(row) for row in came])
    simulator.add_rows(FEEDBACK, at, told)
