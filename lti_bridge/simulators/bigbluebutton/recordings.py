"""Recordings: what becomes of meetings that were recorded, and what a test puts there.

BigBlueButton API, "getRecordings" (states, wildcards) and "updateRecordings".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lti_bridge.simulators.bigbluebutton.tracks import TextTrack

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting

State = Literal["processing", "processed", "published", "unpublished", "deleted"]

_BY_DEFAULT = ("published", "unpublished")
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Image:
    """A slide's thumbnail."""

    url: str = ""
    """Empty: the simulator's own picture."""
    alt: str = ""
    width: int = 176
    height: int = 136


@dataclass(frozen=True, slots=True)
class Format:
    """One way to play a recording back."""

    type: str
    """podcast, presentation, video, notes, screenshare, statistics."""
    url: str = ""
    """Empty: the simulator's own page."""
    processing_ms: int = 7177
    minutes: int | None = None
    """None: from the recording's start to its end."""
    size: int = 1_104_836
    """Bytes."""
    images: tuple[Image, ...] = ()


_PICTURES = (Image(alt="Welcome"), Image(alt="Today"), Image(alt="Homework"))


@dataclass(slots=True, eq=False)
class Recording:
    """A recording in any state."""

    record_id: str
    meeting_id: str
    name: str
    state: State
    metadata: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    formats: tuple[Format, ...] = ()
    started_ms: int = 0
    ended_ms: int = 0
    participants: int = 0
    is_breakout: bool = False
    tracks: dict[tuple[str, str], TextTrack] = field(default_factory=dict)
    """By kind and language."""
    announced: bool = False
    """The callback for it has been sent."""

    @property
    def published(self) -> bool:
        """Whether people can play it back."""
        return self.state == "published"

    @property
    def minutes(self) -> int:
        """From start to end."""
        return (self.ended_ms - self.started_ms) // _MINUTE_MS


class Recordings:
    """All recordings of one simulated service, oldest first."""

    def __init__(self, lock: AbstractContextManager[object], clock: Callable[[], float]) -> None:
        """``lock`` is held while anything changes; ``clock`` gives UNIX seconds."""
        self.publish_at_once = True
        """Whether a meeting's end publishes its recording; else it stays ``processing``."""
        self.takes_tracks = True
        """False: uploads of text tracks fail (upload_text_track_failed)."""
        self.on_publish: Callable[[Recording], None] = lambda _recording: None
        """Called once for each recording, when it is published for the first time."""
        self._lock = lock
        self._clock = clock
        self._all: dict[str, Recording] = {}

    @property
    def all(self) -> list[Recording]:
        """In every state, the deleted ones too."""
        with self._lock:
            return list(self._all.values())

    def add(
        self,
        *,
        meeting_id: str,
        name: str = "",
        state: State = "published",
        metadata: Mapping[str, str] | None = None,
        formats: Iterable[str | Format] = ("presentation",),
        started_ms: int | None = None,
        ended_ms: int | None = None,
        participants: int = 0,
        record_id: str = "",
        is_breakout: bool = False,
    ) -> Recording:
        """Put a recording there; an hour long and just over where nothing else is said.

        ``formats`` are types, or :class:`Format` for more than the type.
        """
        end = int(self._clock() * 1000) if ended_ms is None else ended_ms
        start = end - 60 * _MINUTE_MS if started_ms is None else started_ms
        recording = Recording(
            record_id=record_id or f"{secrets.token_hex(20)}-{start}",
            meeting_id=meeting_id,
            name=name or meeting_id,
            state="processing",
            metadata={key.lower(): value for key, value in (metadata or {}).items()},
            formats=tuple(Format(one) if isinstance(one, str) else one for one in formats),
            started_ms=start,
            ended_ms=end,
            participants=participants,
            is_breakout=is_breakout,
        )
        with self._lock:
            self._all[recording.record_id] = recording
            self.change(recording, state)
        return recording

    def add_from(self, meeting: Meeting) -> None:
        """That of an ended meeting, if it was to be recorded and somebody joined."""
        if not (meeting.recorded and meeting.joined):
            return
        self.add(
            meeting_id=meeting.meeting_id,
            name=meeting.name,
            state="published" if self.publish_at_once else "processing",
            metadata=meeting.metadata,
            formats=(Format("presentation", images=_PICTURES),),
            started_ms=int((meeting.started_at or meeting.created_at) * 1000),
            ended_ms=int((meeting.ended_at or meeting.created_at) * 1000),
            participants=len({one.user_id for one in meeting.joined}),
            record_id=meeting.internal_id,
            is_breakout=meeting.is_breakout,
        )

    def finish(self, record_id: str) -> None:
        """Publish one that was ``processing``. Raises KeyError where there is none."""
        with self._lock:
            self.change(self._all[record_id], "published")

    def change(self, recording: Recording, state: State) -> None:
        """Give it another state."""
        recording.state = state
        if recording.published and not recording.announced:
            recording.announced = True
            self.on_publish(recording)

    def get(self, record_id: str) -> Recording | None:
        """By its whole ID; a deleted one is none."""
        recording = self._all.get(record_id)
        return None if recording is None or recording.state == "deleted" else recording

    def find(
        self,
        record_ids: tuple[str, ...],
        meeting_ids: tuple[str, ...],
        states: tuple[str, ...],
        metadata: Mapping[str, str],
    ) -> list[Recording]:
        """Those that fit everything given.

        ``record_ids`` may be beginnings and win over ``meeting_ids``; ``states`` may be
        ``("any",)``, none means published and unpublished.
        """
        states = states or _BY_DEFAULT
        return [
            one
            for one in self._all.values()
            if (one.state in states or states == ("any",))
            and _is_named(one, record_ids, meeting_ids)
            and metadata.items() <= one.metadata.items()
        ]


def _is_named(one: Recording, record_ids: tuple[str, ...], meeting_ids: tuple[str, ...]) -> bool:
    if record_ids:
        return one.record_id.startswith(record_ids)
    return not meeting_ids or one.meeting_id in meeting_ids
