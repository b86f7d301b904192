"""The meetings of one simulated service: who is in which, and when each ends by itself.

Refusals are RemoteRejected with BigBlueButton's messageKey as ``code``.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.bigbluebutton import ending
from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lti_bridge.simulators.bigbluebutton.ending import Delays
    from lti_bridge.simulators.bigbluebutton.kinds import Kind
    from lti_bridge.simulators.bigbluebutton.meeting import Role, Standing
    from lti_bridge.simulators.bigbluebutton.slides import Slide

_IN_USE = "A meeting already exists with that meeting ID. Please use a different meeting ID."
_UNKNOWN = "The meeting ID that you supplied did not match any existing meetings"
_NOT_FOUND = "We could not find a meeting with that meeting ID - perhaps it is not yet running?"
_PASSWORD = "The password supplied is not one of this meeting."
_FULL = "The number of participants allowed for this meeting has been reached."
_OTHER_TIME = "The createTime parameter submitted mismatches with the current meeting."
_DENIED = "Guests are not let into this meeting."
_VOICE_BRIDGE = "The selected voice bridge is already in use."
_PASSWORDS = ("attendeePW", "moderatorPW")


@dataclass(slots=True)
class _Session:
    meeting: Meeting
    participant: Participant


class Meetings:
    """All meetings of one simulated service. Hold ``lock`` around calls that belong together."""

    def __init__(self, kind: Kind, clock: Callable[[], float], delays: Delays) -> None:
        """``clock`` gives UNIX seconds."""
        self.lock = threading.RLock()
        self.ended: deque[Meeting] = deque(maxlen=1000)
        self.on_end: Callable[[Meeting], None] = lambda _meeting: None
        """Called once for each meeting, after its end."""
        self._kind = kind
        self._clock = clock
        self._delays = delays
        self._current: dict[str, Meeting] = {}
        self._sessions: dict[str, _Session] = {}
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
                at = ending.over_at(meeting, self._delays)
                if now >= at and not meeting.ended:
                    self.end(meeting, at)

    def create(self, parameters: dict[str, str], slides: list[Slide]) -> tuple[Meeting, bool]:
        """The meeting and whether it is new; slides of a second create count for nothing.

        Raises RemoteRejected idNotUnique where one exists that was created with others, and
        nonUniqueVoiceBridge.
        """
        meeting = self.current.get(parameters["meetingID"])
        if meeting is None:
            return self._new(parameters, slides), True
        meeting.create_calls += 1
        if not self._same(meeting.parameters, parameters):
            raise RemoteRejected(_IN_USE, code="idNotUnique")
        return meeting, False

    def get(self, meeting_id: str, *, key: str = "notFound") -> Meeting:
        """Raises RemoteRejected with ``key`` where there is no such meeting."""
        meeting = self.current.get(meeting_id)
        if meeting is None:
            raise RemoteRejected(_NOT_FOUND if key == "notFound" else _UNKNOWN, code=key)
        return meeting

    def join(self, parameters: dict[str, str]) -> tuple[Meeting, Participant]:
        """Let somebody in, by password (or ``role``, where that got so far), or have them wait.

        Raises RemoteRejected invalidMeetingIdentifier, mismatchCreateTimeParam, invalidPassword,
        maxParticipantsReached or guestDeny.
        """
        meeting = self.get(parameters["meetingID"], key="invalidMeetingIdentifier")
        if parameters.get("createTime", str(meeting.create_time)) != str(meeting.create_time):
            raise RemoteRejected(_OTHER_TIME, code="mismatchCreateTimeParam")
        role = _role(meeting, parameters)
        if meeting.max_participants and len(meeting.participants) >= meeting.max_participants:
            raise RemoteRejected(_FULL, code="maxParticipantsReached")
        guest = parameters.get("guest", "").lower() == "true"
        standing = self._standing(meeting, role) if guest else "in"
        if standing == "denied":
            raise RemoteRejected(_DENIED, code="guestDeny")
        participant = self._participant(parameters, role, guest=guest)
        participant.standing = standing
        self._sessions[participant.token] = _Session(meeting, participant)
        if standing == "in":
            self._enter(meeting, participant)
        else:
            meeting.asked.append(participant)
        return meeting, participant

    def decide(self, meeting: Meeting, guest_id: str, *, approve: bool) -> None:
        """Let the waiting guest of this ``guest_id`` in, or not; nothing if nobody waits so."""
        for one in meeting.waiting:
            if one.guest_id == guest_id:
                one.standing = "in" if approve else "denied"
                if approve:
                    meeting.asked.remove(one)
                    self._enter(meeting, one)

    def end(self, meeting: Meeting, at: float | None = None) -> None:
        """Put everybody out and forget the meeting and its breakout rooms; their IDs are free."""
        with self.lock:
            meeting.ended = True
            meeting.ended_at = self._clock() if at is None else at
            self.ended.append(meeting)
            del self._current[meeting.meeting_id]
            for meeting_id in meeting.breakouts:
                if meeting_id in self._current:
                    self.end(self._current[meeting_id], at)
            self.on_end(meeting)

    def session(self, token: str) -> tuple[Meeting, Participant] | None:
        """Whose class page has this token, also after the end; asking keeps them in."""
        self.end_what_is_over()
        found = self._sessions.get(token)
        if found is None:
            return None
        meeting, participant = found.meeting, found.participant
        if not participant.left:
            participant.until = self._clock() + self._delays.away
            if participant.standing == "in":
                meeting.busy_until = participant.until
        return meeting, participant

    def leave(self, meeting: Meeting, participant: Participant) -> None:
        """Take somebody out for good."""
        participant.left = True
        participant.until = self._clock()
        meeting.busy_until = max((one.until for one in meeting.joined), default=0.0)

    def _new(self, parameters: dict[str, str], slides: list[Slide]) -> Meeting:
        voice_bridge = self._voice_bridge(parameters.get("voiceBridge", ""))
        parent = self._parent(parameters)
        now = self._clock()
        self._last_create_time = max(int(now * 1000), self._last_create_time + 1)
        meeting = Meeting(
            parameters=dict(parameters),
            created_at=now,
            create_time=self._last_create_time,
            attendee_password=parameters.get("attendeePW") or secrets.token_hex(4),
            moderator_password=parameters.get("moderatorPW") or secrets.token_hex(4),
            clock=self._clock,
            voice_bridge=voice_bridge,
            slides=list(slides),
        )
        self._current[meeting.meeting_id] = meeting
        if parent:
            parent.breakouts.append(meeting.meeting_id)
        return meeting

    def _voice_bridge(self, wanted: str) -> str:
        used = {meeting.voice_bridge for meeting in self._current.values()}
        if wanted:
            if self._kind.modern and wanted in used:
                raise RemoteRejected(_VOICE_BRIDGE, code="nonUniqueVoiceBridge")
            return wanted
        free = (number for number in iter(_any_voice_bridge, "") if number not in used)
        return next(free)

    def _parent(self, parameters: Mapping[str, str]) -> Meeting | None:
        if parameters.get("isBreakout") != "true":
            return None
        wanted = parameters["parentMeetingID"]
        for meeting in self._current.values():
            if wanted in {meeting.meeting_id, meeting.internal_id}:
                return meeting
        raise RemoteRejected(_NOT_FOUND, code="notFound")

    def _same(self, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        if self._kind.identical_create:
            return one == other
        return all(one.get(name) == other.get(name) for name in _PASSWORDS)

    def _standing(self, meeting: Meeting, role: Role) -> Standing:
        if self._kind.guests == "wait":
            return "waiting"
        if self._kind.guests == "by policy" and role == "VIEWER":
            by_policy: dict[str, Standing] = {"ALWAYS_DENY": "denied", "ASK_MODERATOR": "waiting"}
            return by_policy.get(meeting.guest_policy, "in")
        return "in"

    def _participant(self, parameters: dict[str, str], role: Role, *, guest: bool) -> Participant:
        now = self._clock()
        custom = {
            name.removeprefix("userdata-"): value
            for name, value in parameters.items()
            if name.startswith("userdata-")
        }
        return Participant(
            token=secrets.token_urlsafe(18),
            full_name=parameters["fullName"],
            user_id=parameters.get("userID") or f"w_{secrets.token_hex(6)}",
            role=role,
            guest=guest,
            joined_at=now,
            until=now + self._delays.away,
            guest_id=secrets.token_hex(4),
            logout_url=parameters.get("logoutURL", ""),
            custom=custom,
        )

    def _enter(self, meeting: Meeting, participant: Participant) -> None:
        now = self._clock()
        participant.joined_at = now
        meeting.joined.append(participant)
        meeting.busy_until = max(meeting.busy_until, participant.until)
        meeting.started_at = meeting.started_at or now


def is_moderator_password(meeting: Meeting, password: str) -> bool:
    """In constant time."""
    return _is(meeting.moderator_password, password)


def _any_voice_bridge() -> str:
    return str(70_000 + secrets.randbelow(10_000))


def _role(meeting: Meeting, parameters: dict[str, str]) -> Role:
    if "role" in parameters:
        return "MODERATOR" if parameters["role"].upper() == "MODERATOR" else "VIEWER"
    password = parameters["password"]
    if is_moderator_password(meeting, password):
        return "MODERATOR"
    if _is(meeting.attendee_password, password):
        return "VIEWER"
    raise RemoteRejected(_PASSWORD, code="invalidPassword")


def _is(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
