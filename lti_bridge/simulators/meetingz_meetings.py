"""The meetings of the simulated Meetingz: who is in which, and when each ends by itself.

Refusals are RemoteRejected with BigBlueButton 0.9's messageKey as ``code``.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.meetingz_query import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

Role = Literal["MODERATOR", "VIEWER"]

_IN_USE = "A meeting already exists with that meeting ID. Please use a different meeting ID."
_UNKNOWN = "The meeting ID that you supplied did not match any existing meetings"
_NOT_FOUND = "We could not find a meeting with that meeting ID - perhaps it is not yet running?"
_PASSWORD = "The password supplied is not one of this meeting."
_FULL = "The number of participants allowed for this meeting has been reached."
_OTHER_TIME = "The createTime parameter submitted mismatches with the current meeting."


@dataclass(slots=True, eq=False)
class Participant:
    """Somebody who joined; one per join, however often the same person does."""

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
    voice_bridge: str = ""
    joined: list[Participant] = field(default_factory=list)
    """Everybody who ever joined, in order."""

    @property
    def meeting_id(self) -> str:
        """The ID given at create."""
        return self.parameters["meetingID"]

    @property
    def participants(self) -> list[Participant]:
        """Who is in right now, in the order they joined."""
        now = self.clock()
        return [] if self.ended else [one for one in self.joined if now < one.until]

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


class Meetings:
    """All meetings of one simulated service. Hold ``lock`` around calls that belong together."""

    def __init__(
        self, clock: Callable[[], float], unused_after: float, empty_after: float, away_after: float
    ) -> None:
        """Seconds: a meeting nobody joined, one everybody left, a page no longer refreshed."""
        self.lock = threading.RLock()
        self.ended: deque[Meeting] = deque(maxlen=1000)
        self._clock = clock
        self._unused_after = unused_after
        self._empty_after = empty_after
        self._away_after = away_after
        self._current: dict[str, Meeting] = {}
        self._sessions: dict[str, tuple[Meeting, Participant]] = {}
        self._last_create_time = 0

    @property
    def current(self) -> dict[str, Meeting]:
        """Meetings that haven't ended, by meeting ID; a copy."""
        with self.lock:
            self.end_what_is_over()
            return dict(self._current)

    def end_what_is_over(self) -> None:
        """End meetings whose time is up, or that everybody left."""
        with self.lock:
            now = self._clock()
            for meeting in list(self._current.values()):
                if self._is_over(meeting, now):
                    self.end(meeting)

    def create(self, parameters: dict[str, str]) -> tuple[Meeting, bool]:
        """The meeting and whether it is new.

        Raises RemoteRejected idNotUnique where one exists that was created with others.
        """
        meeting = self.current.get(parameters["meetingID"])
        if meeting is None:
            return self._new(parameters), True
        meeting.create_calls += 1
        if meeting.parameters != parameters:
            raise RemoteRejected(_IN_USE, code="idNotUnique")
        return meeting, False

    def get(self, meeting_id: str, *, key: str = "notFound") -> Meeting:
        """Raises RemoteRejected with ``key`` where there is no such meeting."""
        meeting = self.current.get(meeting_id)
        if meeting is None:
            raise RemoteRejected(_NOT_FOUND if key == "notFound" else _UNKNOWN, code=key)
        return meeting

    def join(self, parameters: dict[str, str]) -> Participant:
        """Let somebody in, by password (or ``role``, where that got so far).

        Raises RemoteRejected invalidMeetingIdentifier, mismatchCreateTimeParam, invalidPassword
        or maxParticipantsReached.
        """
        meeting = self.get(parameters["meetingID"], key="invalidMeetingIdentifier")
        if parameters.get("createTime", str(meeting.create_time)) != str(meeting.create_time):
            raise RemoteRejected(_OTHER_TIME, code="mismatchCreateTimeParam")
        role = _role(meeting, parameters)
        if meeting.max_participants and len(meeting.participants) >= meeting.max_participants:
            raise RemoteRejected(_FULL, code="maxParticipantsReached")
        now = self._clock()
        participant = Participant(
            token=secrets.token_urlsafe(18),
            full_name=parameters["fullName"],
            user_id=parameters.get("userID") or f"w_{secrets.token_hex(6)}",
            role=role,
            guest=parameters.get("guest", "").lower() == "true",
            joined_at=now,
            until=now + self._away_after,
        )
        meeting.joined.append(participant)
        meeting.busy_until = participant.until
        meeting.started_at = meeting.started_at or now
        self._sessions[participant.token] = (meeting, participant)
        return participant

    def end(self, meeting: Meeting) -> None:
        """Put everybody out and forget the meeting; its ID is free again."""
        with self.lock:
            meeting.ended = True
            self.ended.append(meeting)
            del self._current[meeting.meeting_id]

    def session(self, token: str) -> tuple[Meeting, Participant] | None:
        """Whose class page has this token, also after the end; asking keeps them in."""
        self.end_what_is_over()
        found = self._sessions.get(token)
        if found and not found[1].left:
            found[1].until = found[0].busy_until = self._clock() + self._away_after
        return found

    def leave(self, meeting: Meeting, participant: Participant) -> None:
        """Take somebody out for good."""
        participant.left = True
        participant.until = self._clock()
        meeting.busy_until = max(one.until for one in meeting.joined)

    def _new(self, parameters: dict[str, str]) -> Meeting:
        now = self._clock()
        self._last_create_time = max(int(now * 1000), self._last_create_time + 1)
        meeting = Meeting(
            parameters=dict(parameters),
            created_at=now,
            create_time=self._last_create_time,
            attendee_password=parameters.get("attendeePW") or secrets.token_hex(4),
            moderator_password=parameters.get("moderatorPW") or secrets.token_hex(4),
            clock=self._clock,
            voice_bridge=parameters.get("voiceBridge") or str(70_000 + secrets.randbelow(10_000)),
        )
        self._current[meeting.meeting_id] = meeting
        return meeting

    def _is_over(self, meeting: Meeting, now: float) -> bool:
        if meeting.duration and now >= meeting.created_at + meeting.duration * 60:
            return True
        if not meeting.joined:
            return now >= meeting.created_at + self._unused_after
        return now >= meeting.busy_until + self._empty_after


def is_moderator_password(meeting: Meeting, password: str) -> bool:
    """In constant time."""
    return _same(meeting.moderator_password, password)


def _role(meeting: Meeting, parameters: dict[str, str]) -> Role:
    if "role" in parameters:
        return "MODERATOR" if parameters["role"].upper() == "MODERATOR" else "VIEWER"
    password = parameters["password"]
    if is_moderator_password(meeting, password):
        return "MODERATOR"
    if _same(meeting.attendee_password, password):
        return "VIEWER"
    raise RemoteRejected(_PASSWORD, code="invalidPassword")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
