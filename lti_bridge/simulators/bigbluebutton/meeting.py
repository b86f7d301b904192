"""One meeting and the people who came to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lti_bridge.simulators.bigbluebutton.parameters import metadata
from lti_bridge.simulators.bigbluebutton.slides import Slide

Role = Literal["MODERATOR", "VIEWER"]
Standing = Literal["in", "waiting", "denied"]


@dataclass(slots=True, eq=False)
class Participant:
    """Somebody who joined; one per join, however often the same person does.

    A test may set ``listening``, ``voice``, ``video`` and ``engagement``.
    """

    token: str = field(repr=False)
    full_name: str
    user_id: str
    role: Role
    guest: bool
    joined_at: float
    """UNIX seconds on the simulator's clock, as every time here."""
    until: float
    """In the class until then, unless the page is refreshed before."""
    left: bool = False
    """By the Leave button, not by closing the page."""
    standing: Standing = "in"
    """Guests may have to wait for a moderator, who may deny them."""
    guest_id: str = ""
    """What moderators call a waiting guest by; not the token, which would let them in."""
    listening: bool = False
    """Hears the class without a microphone of their own."""
    voice: bool = False
    video: int = 0
    """Cameras shared."""
    logout_url: str = ""
    """Their own, in place of the meeting's."""
    custom: dict[str, str] = field(default_factory=dict, repr=False)
    """The userdata-* of join, without the prefix."""
    engagement: dict[str, int] = field(default_factory=dict)
    """Counts for the analytics callback: chats, talks, raisehand, emojis, poll_votes, talk_time."""


@dataclass(slots=True, eq=False)
class Meeting:
    """A meeting from its first create to its end."""

    parameters: dict[str, str] = field(repr=False)
    """Of the first create, decoded, without the checksum; the passwords are among them."""
    created_at: float
    create_time: int
    """Milliseconds; never the same for two meetings."""
    attendee_password: str = field(repr=False)
    moderator_password: str = field(repr=False)
    clock: Callable[[], float] = field(repr=False)
    create_calls: int = 1
    """Every create with this meeting ID, the first and refused ones included."""
    started_at: float | None = None
    busy_until: float = 0.0
    """The latest ``until`` of all who joined."""
    ended: bool = False
    ended_at: float | None = None
    voice_bridge: str = ""
    joined: list[Participant] = field(default_factory=list)
    """Everybody who ever joined, in order."""
    asked: list[Participant] = field(default_factory=list)
    """Guests who had to wait and were not let in, or not yet."""
    slides: list[Slide] = field(default_factory=list)
    breakouts: list[str] = field(default_factory=list)
    """Meeting IDs of the breakout rooms made so far."""
    polls: list[dict[str, object]] = field(default_factory=list)
    """For the analytics callback; a test may fill it."""

    @property
    def meeting_id(self) -> str:
        """The ID given at create."""
        return self.parameters["meetingID"]

    @property
    def internal_id(self) -> str:
        """The service's own: SHA-1 of the meeting ID, and the time of create."""
        digest = hashlib.sha1(self.meeting_id.encode(), usedforsecurity=False).hexdigest()
        return f"{digest}-{self.create_time}"

    @property
    def name(self) -> str:
        """As people read it."""
        return self.parameters["name"]

    @property
    def participants(self) -> list[Participant]:
        """Who is in right now, in the order they joined."""
        now = self.clock()
        return [] if self.ended else [one for one in self.joined if now < one.until]

    @property
    def waiting(self) -> list[Participant]:
        """Guests who wait right now for a moderator."""
        now = self.clock()
        asking = (one for one in self.asked if one.standing == "waiting")
        return [] if self.ended else [one for one in asking if now < one.until]

    @property
    def running(self) -> bool:
        """Somebody has joined, and it hasn't ended."""
        return bool(self.joined) and not self.ended

    @property
    def metadata(self) -> dict[str, str]:
        """Well-formed meta_* of the first create, names without the prefix in lower case."""
        return metadata(self.parameters)

    @property
    def duration(self) -> int:
        """Minutes; 0 means without end."""
        return int(self.parameters.get("duration", 0))

    @property
    def max_participants(self) -> int:
        """0 means any number."""
        return int(self.parameters.get("maxParticipants", 0))

    @property
    def logout_url(self) -> str:
        """Where people go after leaving; may be empty."""
        return self.parameters.get("logoutURL", "")

    @property
    def guest_policy(self) -> str:
        """BigBlueButton's: ALWAYS_ACCEPT, ALWAYS_DENY or ASK_MODERATOR."""
        return self.parameters.get("guestPolicy", "ALWAYS_ACCEPT")

    @property
    def recorded(self) -> bool:
        """Whether create asked for it."""
        return self.parameters.get("record") == "true"

    @property
    def is_breakout(self) -> bool:
        """Whether create made it one; then it has a parentMeetingID."""
        return self.parameters.get("isBreakout") == "true"

    @property
    def voice_count(self) -> int:
        """Who is in with a microphone."""
        return sum(one.voice for one in self.participants)

    @property
    def listener_count(self) -> int:
        """Who is in and only listens."""
        return sum(one.listening for one in self.participants)

    @property
    def video_count(self) -> int:
        """Who is in and shares at least one camera."""
        return sum(one.video > 0 for one in self.participants)

    def left_at(self, one: Participant) -> float | None:
        """When they went, by the button, by closing the page or at the end; None: still in."""
        if self.ended_at is not None:
            return min(one.until, self.ended_at)
        return one.until if one.until <= self.clock() else None
