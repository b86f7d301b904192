"""The recordings of a course, as its people see and change them.

They are read from our own rows, which a job fills. A change is made at the service first and then
in the row, so that the next page shows it; where the service fails, nothing has changed.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lti_bridge.conferencing import Capability, TextTrack
from lti_bridge.errors import BridgeError, CapabilityMissing, NotAllowed, RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, Services
    from lti_bridge.store import CourseRecordings, KeptRecording, Onlooker

AT_ONCE: Final = 10
"""Recordings of a page."""
MOST_PICTURES: Final = 3
TEACHERS_ONLY: Final = frozenset({"statistics"})
"""Formats that tell of people rather than of what was taught."""
GONE: Final = frozenset({"notFound", "http_404", "http_410"})
"""Codes of services that have a recording no more."""
LONGEST_NAME: Final = 200
MINUTE_MS: Final = 60_000
_HOST: Final = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Playback:
    """One way to watch, hear or read a recording."""

    place: int
    """By which a page names it: the address stays here until somebody may go there."""
    type: str
    """The service's own word: ``presentation``, ``video``, …"""
    url: str = field(repr=False)
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture of what a recording shows. The service's own words for it are left out:
    they are a slide's text, and a slide may name anybody.
    """

    url: str
    origin: str
    """What a page must allow to be shown (``https://host:port``)."""


@dataclass(frozen=True, slots=True)
class ShownRecording:
    """A recording, for somebody who may see it."""

    id: int
    kept: KeptRecording
    name: str = field(repr=False)
    """Empty: nobody gave it one, so that it goes by its class and date."""
    length_ms: int | None
    playbacks: Sequence[Playback]
    pictures: Sequence[Picture]
    can: frozenset[Capability]
    """What may be done with it: nothing where its service isn't there."""

    @property
    def state(self) -> str:
        """``processing``, ``processed``, ``published`` or ``unpublished``."""
        return self.kept.state

    @property
    def is_ready(self) -> bool:
        """Whether there is anything to see, and to decide, yet."""
        return self.state in {"published", "unpublished"}

    @property
    def size_bytes(self) -> int | None:
        """Of all formats, where the service says so."""
        sizes = [one.size_bytes for one in self.playbacks if one.size_bytes]
        return sum(sizes) if sizes else None


@dataclass(frozen=True, slots=True)
class RecordingsPage:
    """Some of a course's recordings."""

    recordings: Sequence[ShownRecording]
    total: int
    before: int | None
    """Where the previous page starts; None: this is the first."""
    after: int | None


class RecordingBook:
    """The recordings of courses."""

    def __init__(
        self,
        rows: CourseRecordings,
        services: Services,
        *,
        allow_http: bool,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``allow_http``: recordings may be at plain http addresses (development)."""
        self._rows = rows
        self._services = services
        self._schemes: Final = {"https", "http"} if allow_http else {"https"}
        self._now = now

    def page(
        self, whose: Onlooker, *, meeting: int | None = None, start: int = 0
    ) -> RecordingsPage:
        """Newest first, of the course or of one ``meeting``. No remote call."""
        total = self._rows.count(whose, meeting=meeting)
        start = min(start, max(0, total - 1) // AT_ONCE * AT_ONCE)
        found = self._rows.listed(whose, meeting=meeting, start=start, limit=AT_ONCE)
        return RecordingsPage(
            [self._shown(whose, one) for one in found],
            total,
            before=max(0, start - AT_ONCE) if start else None,
            after=start + AT_ONCE if start + AT_ONCE < total else None,
        )

    def find(self, whose: Onlooker, recording: int) -> ShownRecording:
        """One of the course's. Raises :class:`NotAllowed` where it isn't there for them."""
        kept = self._rows.find(whose, recording)
        if kept is None:
            raise recording_gone()
        return self._shown(whose, kept)

    def playback(self, whose: Onlooker, recording: int, place: int) -> str:
        """Where to watch it. Raises :class:`NotAllowed` where it isn't there for them."""
        for one in self.find(whose, recording).playbacks:
            if one.place == place:
                return one.url
        raise recording_gone()

    def publish(self, whose: Onlooker, recording: int, *, published: bool) -> None:
        """Show it to the course, or hide it. These four raise as :meth:`find`,
        :class:`CapabilityMissing`, and :class:`RemoteError` where the service fails.
        """
        with self._changing(whose, recording, Capability.PUBLISH) as (kept, service):
            service.publish_recordings([kept.record_id], published=published)
            self._rows.set_published(recording, published=published)

    def rename(self, whose: Onlooker, recording: int, name: str) -> None:
        """Give it a name; at the service, so that its players say it too."""
        with self._changing(whose, recording, Capability.RENAME) as (kept, service):
            service.rename_recording(kept.record_id, name)
            self._rows.rename(recording, name)

    def delete(self, whose: Onlooker, recording: int) -> None:
        """For good."""
        with self._changing(whose, recording, Capability.DELETE_RECORDINGS) as (kept, service):
            service.delete_recordings([kept.record_id])
            self._rows.gone(recording, int(self._now() * 1000))

    def put_captions(
        self, whose: Onlooker, recording: int, track: TextTrack, content: bytes | None
    ) -> None:
        """Add captions, or replace those of that language; None takes them away."""
        with self._changing(whose, recording, Capability.CAPTIONS) as (kept, service):
            service.put_text_track(kept.record_id, track, content)

    def captions(self, whose: Onlooker, recording: int) -> Sequence[TextTrack]:
        """Those that it has. The service is asked: only it knows what it made of a file."""
        with self._changing(whose, recording, Capability.CAPTIONS) as (kept, service):
            return service.text_tracks(kept.record_id)

    @contextmanager
    def _changing(
        self, whose: Onlooker, recording: int, capability: Capability
    ) -> Iterator[tuple[KeptRecording, ConferencingService]]:
        shown = self.find(whose, recording)
        if capability not in shown.can:
            raise CapabilityMissing(
                f"The service {shown.kept.service} can't do that: {capability}.",
                remedy="Do it at the service itself.",
                code="capability_missing",
            )
        try:
            yield shown.kept, self._services.service_for(shown.kept.service)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise
            self._rows.gone(recording, int(self._now() * 1000))
            raise recording_gone() from refusal

    def _shown(self, whose: Onlooker, kept: KeptRecording) -> ShownRecording:
        formats = list(self._formats(kept))
        minutes = [one["length_minutes"] for _, one in formats if one.get("length_minutes")]
        longest_ms = max(minutes, default=0) * MINUTE_MS or None
        return ShownRecording(
            id=kept.id,
            kept=kept,
            name="" if kept.name in {"", kept.class_name} else kept.name,
            length_ms=longest_ms if kept.length_ms is None else kept.length_ms,
            playbacks=[
                Playback(place, one["type"], one["url"], one.get("size_bytes"))
                for place, one in formats
                if whose.leads or one["type"] not in TEACHERS_ONLY
            ],
            pictures=self._pictures(kept, [one for _, one in formats]),
            can=self._can(kept.service) if whose.leads else frozenset(),
        )

    def _formats(self, kept: KeptRecording) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Those with an address that a browser may go to, with their places in the row."""
        for place, one in enumerate(json.loads(kept.formats)):
            if self._origin(one["url"]):
                yield place, one

    def _pictures(
        self, kept: KeptRecording, formats: Sequence[Mapping[str, Any]]
    ) -> Sequence[Picture]:
        if kept.state != "published":  # what is hidden, services hide with its pictures
            return ()
        told = [each["url"] for one in formats for each in one.get("thumbnails", ())]
        found = [Picture(url, origin) for url in told if (origin := self._origin(url))]
        return found[:MOST_PICTURES]

    def _origin(self, url: str) -> str:
        """Of a web address, as a policy can name it; empty where a page mustn't."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return ""
        host = parts.netloc.lower()
        fits = parts.scheme.lower() in self._schemes and _HOST.fullmatch(host)
        return f"{parts.scheme.lower()}://{host}" if fits else ""

    def _can(self, service: str) -> frozenset[Capability]:
        try:
            return self._services.service_for(service).capabilities
        except BridgeError:
            return frozenset()


def recording_gone() -> NotAllowed:
    """The refusal of whoever asks for a recording that isn't there for them."""
    return NotAllowed(
        "The course has no such recording (any more), or not for this person.",
        remedy="Look at the course's recordings again.",
        code="recording_gone",
    )
