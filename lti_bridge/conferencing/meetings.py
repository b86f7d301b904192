"""Meetings in the bridge's own words: what is asked of a service, and what it says of them.

How a service spells these (parameters, XML, passwords or roles) is known in its own module only.
Points in time are UNIX milliseconds (UTC), as in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

Role = Literal["moderator", "attendee"]
GuestPolicy = Literal["accept", "ask", "deny"]
"""Guests are let in, wait for a moderator's yes, or are turned away."""
JoinUrl = NewType("JoinUrl", str)
"""A URL that lets its holder in: it goes to that person's browser and nowhere else."""


@dataclass(frozen=True, slots=True)
class LockSettings:
    """What attendees may not use; None: as the service has it by itself."""

    disable_cam: bool | None = None
    disable_mic: bool | None = None
    """They can only listen."""
    disable_private_chat: bool | None = None
    disable_public_chat: bool | None = None
    disable_notes: bool | None = None
    locked_layout: bool | None = None
    lock_on_join: bool | None = None
    """False: the locks don't apply to people as they join."""


@dataclass(frozen=True, slots=True)
class Slide:
    """A file to be shown in class: where the service can fetch it, or its bytes."""

    filename: str
    """With the ending that tells its type."""
    url: str = field(default="", repr=False)
    content: bytes = field(default=b"", repr=False)
    """Used where there is no ``url``."""
    downloadable: bool = False
    removable: bool = True
    current: bool = False
    """Shown at once, where it is brought into a running meeting."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Where a service tells us of what happened; empty: nowhere. They hold signatures."""

    ended_url: str = field(default="", repr=False)
    recording_ready_url: str = field(default="", repr=False)
    analytics_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MeetingDetails:
    """Everything ``create`` says of a meeting; the same every time for the same meeting.

    None and empty mean: not said, as the service has it by itself. What a service can't do is
    left out of what it is told; pages don't offer it.
    """

    meeting_id: str
    """1 to 64 ASCII letters, digits, ``-`` and ``_``."""
    name: str
    attendee_password: str = field(repr=False)
    moderator_password: str = field(repr=False)
    logout_url: str = ""
    """Where the browser goes after the class; empty: the service's own page."""
    record: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Names: a letter, then letters, digits and hyphens, in lower case."""
    welcome: str = ""
    """Shown in the chat; may hold simple HTML."""
    moderator_only_message: str = ""
    max_participants: int | None = None
    duration_minutes: int | None = None
    """After so long the service ends it, whoever is in."""
    starts_ms: int | None = None
    """When a scheduled meeting begins; None: it may be used at any time."""
    lasts_minutes: int | None = None
    """How long a scheduled meeting is to last; nobody is put out after that."""
    auto_start_recording: bool | None = None
    allow_start_stop_recording: bool | None = None
    webcams_only_for_moderator: bool | None = None
    mute_on_start: bool | None = None
    allow_mods_to_unmute_users: bool | None = None
    lock: LockSettings = LockSettings()
    voice_bridge: str = ""
    dial_number: str = ""
    guest_policy: GuestPolicy | None = None
    slides: tuple[Slide, ...] = ()
    """In the order they are to be shown."""
    callbacks: Callbacks = Callbacks()
    remote_id: str = ""
    """The service's own number of it, as ``Created`` gave it; empty until then."""


@dataclass(frozen=True, slots=True)
class Created:
    """The meeting is there, by this ``create`` or by an earlier one."""

    create_time: int | None = None
    """UNIX milliseconds, or None where the service gives none."""
    remote_id: str = ""
    """The service's own number of the meeting, where it has one beside ours."""
    warnings: tuple[str, ...] = ()
    """What of the details could not be said as it was, for the operator."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who joins, and as what."""

    full_name: str
    role: Role
    user_id: str = ""
    """The MEETS user ID; empty for people without one."""
    guest: bool = False
    key: str = ""
    """Ours, the same for the same person each time; empty for people we don't know again."""
    observer: bool = False
    """An attendee who looks on (LTI Mentor, observer), where the service knows that."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is in a meeting just now."""

    user_id: str
    """As ``join`` said it, else the service's own."""
    full_name: str = field(repr=False)
    role: Role
    is_presenter: bool = False
    is_listening_only: bool = False
    has_joined_voice: bool = False
    has_video: bool = False
    video_streams: tuple[str, ...] = ()
    client: str = ""
    """``HTML5``, …, where the service tells."""


@dataclass(frozen=True, slots=True)
class MeetingInfo:
    """A meeting just now. None and empty: the service doesn't say."""

    running: bool
    """Somebody has joined, and it wasn't ended."""
    participants: int | None = None
    """How many are in."""
    moderators: int | None = None
    meeting_id: str = ""
    name: str = ""
    listeners: int | None = None
    voice_participants: int | None = None
    videos: int | None = None
    remote_id: str = ""
    """The service's own number of it (BigBlueButton: internalMeetingID; Onstream: id)."""
    create_time: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    duration_minutes: int | None = None
    max_participants: int | None = None
    has_user_joined: bool | None = None
    recording: bool | None = None
    forcibly_ended: bool | None = None
    dial_number: str = ""
    voice_bridge: str = ""
    """The code to be typed after the dial-in number."""
    attendee_password: str = field(default="", repr=False)
    moderator_password: str = field(default="", repr=False)
    attendees: tuple[Attendee, ...] = field(default=(), repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    breakout_rooms: tuple[str, ...] = ()
    """Meeting IDs of the rooms it was split into."""
    parent_meeting_id: str = ""
    """Of a breakout room: the meeting it belongs to …"""
    sequence: int | None = None
    """… and its number there."""
    free_join: bool | None = None
    """Of a breakout room: people choose it by themselves."""
