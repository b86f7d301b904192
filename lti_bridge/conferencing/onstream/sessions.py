"""Our meetings as sessions of an Onstream account: found, made once, kept to their times.

"PUT session" isn't idempotent; a friendly URL that is taken is refused (409). So each meeting has
the friendly URL that is its ID, and whoever comes second finds what the first one made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.conferencing.meetings import MeetingInfo
from lti_bridge.conferencing.onstream.answers import GONE, identifier, text
from lti_bridge.conferencing.onstream.zones import AccountClock
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing.meetings import MeetingDetails
    from lti_bridge.conferencing.onstream.api import Api
    from lti_bridge.conferencing.onstream.values import Session
    from lti_bridge.settings import Conferencing

STANDING_MINUTES: Final = 720
"""How long a session lasts that has no end of its own: no class is longer."""
CUSTOM_CHARACTERS: Final = 200
"""The longest custom value ("varchar(200)")."""
OURS: Final = "LTI Bridge"
"""The first custom value of each session that we made."""
_MINUTE_MS: Final = 60_000
_OVERTIME_MINUTES: Final = 60
"""By so much a session is made longer, as often as it takes, whose class goes on past its time …"""
_MOST_OVERTIME_MINUTES: Final = 24 * 60
"""… but not one of long ago, that a teacher looks into."""


@dataclass(frozen=True, slots=True)
class Ensured:
    """A meeting's session is there."""

    session_id: str
    is_new: bool = False
    """It was made just now."""
    warnings: tuple[str, ...] = ()


class Sessions:
    """Those of one account."""

    def __init__(
        self, api: Api, settings: Conferencing, *, now: Callable[[], float] = time.time
    ) -> None:
        """``now`` in UNIX seconds."""
        self._api: Final = api
        self.clock: Final = AccountClock(settings.timezone, settings.daylight_saving)
        self._timezone: Final = settings.timezone if settings.send_timezone else None
        self._now: Final = now

    def get(self, session_id: str) -> Session | None:
        """By its number; None where it isn't there any more."""
        try:
            return self._api.session(session_id)
        except RemoteRejected as refusal:
            if refusal.code in GONE:
                return None
            raise

    def find(self, meeting_id: str) -> Session | None:
        """By its number or its friendly URL."""
        number = identifier(meeting_id)
        return self.get(number) if number else next(self.called({meeting_id}), None)

    def called(self, friendly_urls: Iterable[str]) -> Iterator[Session]:
        """Those of these friendly URLs, the newest first; looks no further than it must."""
        wanted = set(friendly_urls)
        for session in self.all() if wanted else ():
            if session.friendly_url in wanted:
                yield session
                wanted.remove(session.friendly_url)
                if not wanted:
                    return

    def all(self) -> Iterator[Session]:
        """Every session of the account, the newest first."""
        return self._api.sessions(order="desc")

    def ensure(self, meeting: MeetingDetails) -> Ensured:
        """The meeting's session, made or brought up to date."""
        number = identifier(meeting.remote_id)
        session = self.get(number) if number else None
        if session is None:
            try:
                return Ensured(self._make(meeting), is_new=True)
            except RemoteRejected as refusal:
                if refusal.code != "http_409":
                    raise
                session = next(self.called({meeting.meeting_id}), None)
                if session is None:
                    raise
        return self._brought_up_to_date(session, meeting)

    def delete(self, meeting: MeetingDetails) -> None:
        """Delete the meeting's session; one that isn't there is no error."""
        number = identifier(meeting.remote_id)
        if not number:
            session = next(self.called({meeting.meeting_id}), None)
            number = session.id if session else ""
        try:
            if number:
                self._api.delete_session(number)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise

    def info(self, session: Session) -> MeetingInfo:
        """In the bridge's words. Onstream doesn't say whether anybody is in: ``running`` is False.

        ``started_ms`` is when it is to begin. ``meeting_id`` is ours where it is one of ours.
        """
        return MeetingInfo(
            running=False,
            meeting_id=meeting_id_of(session),
            name=session.topic,
            remote_id=session.id,
            started_ms=self.clock.unix_ms(session.start_time),
            duration_minutes=session.duration,
            voice_bridge=session.session_access_code,
            metadata=metadata_of(session),
        )

    def _make(self, meeting: MeetingDetails) -> str:
        return self._api.create_session(
            text(meeting.name),
            self._minutes(meeting),
            self._start(meeting),
            friendly_url=meeting.meeting_id,
            timezone=self._timezone,
            custom_data=_custom(meeting),
        )

    def _brought_up_to_date(self, session: Session, meeting: MeetingDetails) -> Ensured:
        """A change that is refused keeps nobody out: it is a warning only."""
        changes = self._changes(session, meeting)
        try:
            if changes:
                self._api.edit_session(session.id, **changes)
        except RemoteRejected as refusal:
            if refusal.code in GONE:
                raise
            warning = f"The session stays as it was: {refusal.call} failed ({refusal.code})."
            return Ensured(session.id, warnings=(warning,))
        return Ensured(session.id)

    def _changes(self, session: Session, meeting: MeetingDetails) -> dict[str, Any]:
        """What of the session isn't as it should be."""
        changes: dict[str, Any] = {}
        if session.topic not in ("", text(meeting.name)):
            changes["topic"] = text(meeting.name)
        if session.duration not in (None, self._minutes(meeting)):
            changes["duration"] = self._minutes(meeting)
        if self._is_at_another_time(session, meeting):
            changes |= {"start_time": self._start(meeting), "timezone": self._timezone}
        return changes

    def _is_at_another_time(self, session: Session, meeting: MeetingDetails) -> bool:
        """Clock times are compared: of two that look the same, no edit would make the other."""
        if meeting.starts_ms is not None:
            return session.start_time != self._start(meeting)
        start, now = self.clock.unix_ms(session.start_time), self._now_ms()
        minutes = session.duration or self._minutes(meeting)
        return start is None or not start <= now < start + minutes * _MINUTE_MS

    def _start(self, meeting: MeetingDetails) -> str:
        if meeting.starts_ms is not None:
            return self.clock.wall(meeting.starts_ms)
        now = self._now_ms()
        return self.clock.wall(now - now % _MINUTE_MS)

    def _minutes(self, meeting: MeetingDetails) -> int:
        """How long its session lasts. One whose time is over and that people still come to is made
        longer: the document doesn't say whether a session lets anybody in after its end.
        """
        minutes = meeting.lasts_minutes or meeting.duration_minutes or STANDING_MINUTES
        if meeting.starts_ms is None:
            return minutes
        over = (self._now_ms() - meeting.starts_ms) // _MINUTE_MS - minutes
        if not 0 <= over < _MOST_OVERTIME_MINUTES:
            return minutes
        return minutes + (over // _OVERTIME_MINUTES + 1) * _OVERTIME_MINUTES

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def meeting_id_of(session: Session) -> str:
    """The meeting ID we gave it; of sessions that aren't ours, the end of the link, or the id."""
    return session.friendly_url or session.id


def metadata_of(session: Session) -> dict[str, str]:
    """Our metadata out of the custom fields; of sessions that aren't ours, those fields."""
    if session.custom_data.get("custom1") != OURS:
        return dict(session.custom_data)
    pairs = (value.partition("=") for value in session.custom_data.values())
    return {name: value for name, equals, value in pairs if equals}


def _custom(meeting: MeetingDetails) -> dict[str, str]:
    values = (OURS, meeting.meeting_id, *_pairs(meeting))
    return {f"custom{at}": value[:CUSTOM_CHARACTERS] for at, value in enumerate(values, 1)}


def is_metadata_cut(meeting: MeetingDetails) -> bool:
    """Whether some of it is longer than Onstream keeps."""
    return any(len(pair) > CUSTOM_CHARACTERS for pair in _pairs(meeting))


def _pairs(meeting: MeetingDetails) -> list[str]:
    return [text(f"{name}={value}") for name, value in sorted(meeting.metadata.items())]
