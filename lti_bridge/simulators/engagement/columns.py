"""Rows as the data methods give them: a person's part in a chat, wide and narrow.

The manual prints five columns of one custom method, and says that there is no set schema. The
others are made up, in the same manner of naming, so that there is something to read past.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

BASIC: Final = "custom_method_basic_info"
"""The manual's example: the same columns."""
FEEDBACK: Final = "custom_method_feedback"
"""Nested answers, nulls, and columns that only some rows have."""

PLACES: Final = (
    ("GB", "Leeds", "Europe/London"),
    ("IE", "Cork", "Europe/Dublin"),
    ("DE", "Köln", "Europe/Berlin"),
    ("PT", "Braga", "Europe/Lisbon"),
    ("IR", "شیراز", "Asia/Tehran"),
    ("IN", "Pune", "Asia/Kolkata"),
    ("US", "Boston", "America/New_York"),
    ("BR", "Recife", "America/Recife"),
)
"""Country, city and zone."""
DEVICES: Final = (
    ("Mobile", "Android 14", "Chrome"),
    ("Tablet", "iPadOS 17", "Safari"),
    ("Desktop", "Windows 11", "Edge"),
    ("Mobile", "iOS 17", "Safari"),
    ("Desktop", "Ubuntu", "Firefox"),
)
"""Device, operating system and browser."""
_SOURCES = ("email", "website", "social", None)
_TOPICS = ("fees", "housing", "visa", "sports", "exams", "library")


@dataclass(frozen=True, slots=True)
class Chat:
    """An event that people come to."""

    number: int
    name: str
    kind: str
    begin: int
    """UNIX seconds."""
    minutes: int = 60
    """At least 30."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody, where and with what they come; ``place`` and ``device`` count from 0."""

    email: str
    name: str
    place: int
    device: int


def standard(
    chat: Chat, person: Participant, draw: random.Random, *, attended: bool
) -> dict[str, Any]:
    """A row of the built-in method; null stands where there is nothing to tell."""
    country, city, zone = PLACES[person.place % len(PLACES)]
    first, _, last = person.name.partition(" ")
    registered = draw.random() < 0.8
    signed_up = chat.begin - draw.randrange(3600, 14 * 86_400)
    return {
        "EventId": chat.number,
        "EventName": chat.name,
        "EventType": chat.kind,
        "EventStart": chat.begin * 1000,
        "EventEnd": (chat.begin + chat.minutes * 60) * 1000,
        "EventDate": _written(chat.begin)[:10],
        "FirstName": first,
        "LastName": last or None,
        "EmailAddress": person.email,
        "Country": country,
        "City": city,
        "TimeZone": zone,
        "Registered": registered,
        "RegistrationDate": _written(signed_up) if registered else None,
        "Source": draw.choice(_SOURCES),
        "MarketingConsent": draw.random() < 0.5,
        "Attended": attended,
        **_visit(chat, person, draw, attended=attended),
    }


def _visit(
    chat: Chat, person: Participant, draw: random.Random, *, attended: bool
) -> dict[str, Any]:
    late = draw.randrange(12)
    stayed = draw.randint(5, chat.minutes - late)
    messages = draw.randrange(15)
    device, system, browser = DEVICES[person.device % len(DEVICES)]
    told = {
        "AttendedOnlineLiveChat": str(chat.number),
        "Device": device,
        "OperatingSystem": system,
        "Browser": browser,
        "JoinedAt": (chat.begin + late * 60) * 1000,
        "LeftAt": (chat.begin + (late + stayed) * 60) * 1000,
        "MinutesOnline": stayed,
        "MessagesSent": messages,
        "QuestionsAsked": messages // 3,
        "PollsAnswered": draw.randrange(4),
        "FilesDownloaded": draw.randrange(3),
        "EngagementScore": round(draw.uniform(0.5, 10), 1),
    }
    return told if attended else dict.fromkeys(told)


def basic(row: dict[str, Any]) -> dict[str, Any]:
    """The same as the manual's example shows it."""
    names = ("Device", "EmailAddress", "AttendedOnlineLiveChat", "Registered", "Country")
    return {name: row[name] for name in names}


def feedback(row: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """What somebody answered afterwards: rows differ in their columns."""
    told: dict[str, Any] = {
        "EmailAddress": row["EmailAddress"],
        "Event": {"id": row["EventId"], "name": row["EventName"]},
        "Rating": draw.choice((None, 3, 4, 4.5, 5)),
        "Topics": draw.sample(_TOPICS, draw.randrange(3)),
    }
    if draw.random() < 0.5:
        told["Answers"] = [
            {"question": "Was the time right?", "answer": draw.choice(("yes", "no", None))},
            {"question": "Would you come again?", "answer": draw.random() < 0.7},
        ]
    if draw.random() < 0.2:
        told["Comment"] = "Thanks — “great” session 👍"
    return told


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
