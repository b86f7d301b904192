"""What services can do, as a page asks for it, and which of their calls serve it.

A capability is a promise of our protocol, not of a remote's: a page offers only what the service
of its meeting has. Some calls are announced by a document, or came with a later version: whether a
server has them shows only when it is asked (``Call.discovered``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Capability(StrEnum):
    """One thing that a page may offer."""

    RUNNING = "running"
    """It says whether a meeting runs: ``is_running``."""
    LIVE_COUNTS = "live counts"
    """It says how many are in: ``info``."""
    PARTICIPANTS = "participants"
    """It says who is in: ``MeetingInfo.attendees``."""
    MEETINGS = "meetings"
    """It lists its meetings: ``meetings``."""
    END = "end"
    """A running meeting can be ended for everybody: ``end``."""
    RECORD = "record"
    """Meetings can be recorded at our word: ``MeetingDetails.record``."""
    RECORDINGS = "recordings"
    """It lists its recordings: ``recordings``."""
    PUBLISH = "publish recordings"
    """Recordings can be shown and hidden: ``publish_recordings``."""
    RENAME = "rename recordings"
    """Recordings can be given a name: ``rename_recording``."""
    DELETE_RECORDINGS = "delete recordings"
    """Recordings can be deleted: ``delete_recordings``."""
    CAPTIONS = "captions"
    """Recordings take captions: ``text_tracks``, ``put_text_track``."""
    ATTENDANCE = "attendance"
    """It says afterwards who was in, and when: ``attendance``."""
    ATTENDANCE_SENT = "attendance sent"
    """It sends afterwards who was in, by itself: ``Callbacks.analytics_url``."""
    INVITED = "invited"
    """It says who may come, not who came: ``invited``."""
    CALLBACKS = "callbacks"
    """It tells when a meeting ended and a recording is ready: ``Callbacks``."""
    GUESTS = "guests"
    """Guests wait until a moderator lets them in: ``Visitor.guest``."""
    GUEST_POLICY = "guest policy"
    """Who has to wait is the meeting's setting: ``MeetingDetails.guest_policy``."""
    OBSERVERS = "observers"
    """People can be there without taking part: ``Visitor.observer``."""
    DIAL_IN = "dial-in"
    """It gives a telephone number: ``MeetingInfo.dial_number``."""
    LOCK_SETTINGS = "lock settings"
    """What attendees may use can be locked: ``MeetingDetails.lock``."""
    ROOM_RULES = "room rules"
    """Mute on start, webcams for moderators only, moderators may unmute."""
    PARTICIPANT_LIMIT = "participant limit"
    """``MeetingDetails.max_participants``."""
    MESSAGES = "messages"
    """A welcome text, and one for moderators only."""
    SLIDES = "slides"
    """Slides can be there from the beginning: ``MeetingDetails.slides``."""
    INSERT_SLIDES = "insert slides"
    """Slides can be brought into a running meeting: ``insert_slides``."""
    BREAKOUT_ROOMS = "breakout rooms"
    """It tells of a meeting's breakout rooms: ``MeetingInfo.breakout_rooms``."""


TELLING: Final = frozenset(
    {Capability.ATTENDANCE, Capability.ATTENDANCE_SENT, Capability.PARTICIPANTS}
)
"""With any of these it can be known who was in class."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service's API."""

    name: str
    """As the service's document has it (``getMeetingInfo``, ``PUT invitee``)."""
    serves: frozenset[Capability] = frozenset()
    """What is lost where a server doesn't know it; none: no meeting without it."""
    discovered: bool = False
    """The document announces it, or only later versions have it: a server may not know it."""


def call(name: str, *serves: Capability, discovered: bool = False) -> Call:
    """A line of a service's table of calls."""
    return Call(name, frozenset(serves), discovered)


def by_name(calls: Iterable[Call]) -> dict[str, Call]:
    """The calls of a table by their names."""
    return {each.name: each for each in calls}
