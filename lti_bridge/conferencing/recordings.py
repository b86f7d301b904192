"""Recordings and attendance in the bridge's own words. Points in time are UNIX milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

RecordingState = Literal["processing", "processed", "published", "unpublished", "deleted"]
TrackKind = Literal["subtitles", "captions"]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of what a recording shows."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """One way to watch, hear or read a recording."""

    type: str
    """``presentation``, ``podcast``, ``video``, ``notes``, …"""
    url: str = field(repr=False)
    length_minutes: int | None = None
    processing_ms: int | None = None
    size_bytes: int | None = None
    thumbnails: tuple[Thumbnail, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a meeting. None and empty: the service doesn't say."""

    record_id: str
    meeting_id: str = ""
    """Ours where the service keeps it, else the service's own number of the meeting."""
    name: str = ""
    state: RecordingState = "published"
    remote_meeting_id: str = ""
    description: str = ""
    started_ms: int | None = None
    ended_ms: int | None = None
    length_ms: int | None = None
    participants: int | None = None
    size_bytes: int | None = None
    is_breakout: bool = False
    needs_password: bool = False
    """Whoever watches it is asked for a password."""
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    formats: tuple[RecordingFormat, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether everybody of the course may see it."""
        return self.state == "published"


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """Which recordings: everything that is given must fit; nothing given: all of them."""

    meeting_ids: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
    """Whole IDs, or their beginnings. Where these are given, ``meeting_ids`` count for nothing."""
    states: tuple[RecordingState, ...] | Literal["any"] = ()
    """None given: published and unpublished ones."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextTrack:
    """Captions or subtitles of a recording."""

    kind: TrackKind
    lang: str
    """A language tag (RFC 5646)."""
    label: str = ""
    source: str = ""
    """``live``, ``automatic`` or ``upload``."""
    href: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's time in a meeting, from one joining to one leaving."""

    user_id: str
    full_name: str = field(repr=False)
    joined_ms: int | None
    left_ms: int | None
    """None while they are in."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who was in a meeting, and when."""

    meeting_id: str
    stays: tuple[Stay, ...] = field(repr=False)
    name: str = ""
    remote_meeting_id: str = ""
    started_ms: int | None = None
    ended_ms: int | None = None
    """None while it goes on: the figures are preliminary then."""

    @property
    def is_final(self) -> bool:
        """Whether the meeting has ended, so that nothing of this will change."""
        return self.ended_ms is not None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody on the list of who may come to a meeting; whether they came it doesn't say."""

    email: str = field(repr=False)
    user_id: str = ""
    """The service's own number of them."""
    role: int = 0
    """As the service has it."""


@dataclass(frozen=True, slots=True)
class RecordingReady:
    """What a service's callback says: a recording can be watched."""

    meeting_id: str
    record_id: str
