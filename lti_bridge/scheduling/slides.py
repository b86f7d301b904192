"""Slides of classes: what teachers give beforehand, and how services come to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.conferencing import Capability, Slide
from lti_bridge.errors import BridgeError, CapabilityMissing, NotAllowed, RemoteError
from lti_bridge.scheduling.slide_types import looked_at
from lti_bridge.store import NewSlide

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService
    from lti_bridge.conferencing.registry import Services
    from lti_bridge.store import Meeting, Slides, StoredSlide

MEGABYTE: Final = 1_000_000

Running = Literal["", "shown", "not taken", "failed"]
UrlOf = Callable[["StoredSlide"], str]
"""Where services fetch a file."""


@dataclass(frozen=True, slots=True)
class Added:
    """A file that a class now has."""

    slide: StoredSlide
    running: Running
    """Whether the class that runs just now has it too; empty: none runs."""


class ClassSlides:
    """What ``create`` says of a meeting's slides."""

    def __init__(self, slides: Slides, url_of: UrlOf) -> None:
        """``url_of`` gives the same address each time: ``create`` says the same each time."""
        self._slides = slides
        self._url_of = url_of

    def __call__(self, meeting: Meeting) -> tuple[Slide, ...]:
        """Its series' first, then its own. Raises :class:`lti_bridge.errors.StoreError`."""
        stored = self._slides.of_meeting(meeting.id, meeting.series_id)
        return tuple(self.for_service(each) for each in stored)

    def for_service(self, slide: StoredSlide) -> Slide:
        """As a service is told of it."""
        return Slide(slide.filename, url=self._url_of(slide), downloadable=slide.downloadable)


class SlideDesk:
    """Where teachers leave slides. Who may is the caller's check."""

    def __init__(
        self,
        slides: Slides,
        of_class: ClassSlides,
        services: Services,
        *,
        max_mb: int,
        max_files: int,
        now: Callable[[], float] = time,
    ) -> None:
        """``max_mb``, ``max_files``: of a meeting, or of a series; ``now``: UNIX seconds."""
        self._slides = slides
        self._of_class = of_class
        self._services = services
        self.max_mb: Final = max_mb
        self.max_files: Final = max_files
        self._now = now

    def takes(self, meeting: Meeting) -> bool:
        """Whether the meeting's service takes slides beforehand. Asks nobody."""
        try:
            capabilities = self._services.service_for(meeting.service).capabilities
        except BridgeError:
            return False
        return Capability.SLIDES in capabilities

    def of_meeting(self, meeting: Meeting) -> list[StoredSlide]:
        """Its series' first, then its own, each in their order."""
        return self._slides.of_meeting(meeting.id, meeting.series_id)

    def add(
        self,
        meeting: Meeting,
        filename: str,
        content: bytes,
        *,
        whole_series: bool = False,
        downloadable: bool = False,
    ) -> Added:
        """Keep a file for the meeting or its series; if the meeting runs, bring it in at once.

        Raises :class:`lti_bridge.errors.MalformedRequest` as :func:`looked_at`,
        :class:`NotAllowed` where there is no room, or the service takes none.
        """
        if not self.takes(meeting):
            raise NotAllowed(
                "The meeting's service takes no slides beforehand.",
                remedy="Show them in class, or let the course meet on another service.",
                code="slides_not_here",
            )
        file = looked_at(filename, content)
        whole = whole_series and meeting.series_id is not None
        new = NewSlide(
            meeting_id=None if whole else meeting.id,
            series_id=meeting.series_id if whole else None,
            filename=file.filename,
            media_type=file.media_type,
            content=content,
            downloadable=downloadable,
        )
        slide = self._slides.add(
            new,
            int(self._now() * 1000),
            most_files=self.max_files,
            most_bytes=self.max_mb * MEGABYTE,
        )
        if slide is None:
            raise NotAllowed(
                f"A class has {self.max_files} files and {self.max_mb} MB at the most.",
                remedy="Delete some first, or raise [slides] in the settings.",
                code="slides_full",
            )
        return Added(slide, self._brought_in(meeting, slide))

    def _brought_in(self, meeting: Meeting, slide: StoredSlide) -> Running:
        # What was known of it may be some seconds old; a teacher who just began would miss theirs.
        service = self._services.service_for(meeting.service)
        if not _runs(service, meeting):
            return ""
        if Capability.INSERT_SLIDES not in service.capabilities:
            return "not taken"
        try:
            service.insert_slides(meeting.meeting_id, [self._of_class.for_service(slide)])
        except CapabilityMissing:
            return "not taken"
        except RemoteError:
            return "failed"
        return "shown"

    def remove(self, slide: int, course: int) -> bool:
        """Delete a file of the course; False where there is none such."""
        return self._slides.remove(slide, course)

    def move_up(self, slide: int, course: int) -> bool:
        """Let a file of the course come before the one that it follows."""
        return self._slides.move_up(slide, course)

    def set_downloadable(self, slide: int, course: int, *, downloadable: bool) -> bool:
        """Whether people in class may keep it."""
        return self._slides.set_downloadable(slide, course, downloadable=downloadable)


def _runs(service: ConferencingService, meeting: Meeting) -> bool:
    if Capability.RUNNING not in service.capabilities:
        return False
    try:
        return service.is_running(meeting.meeting_id)
    except RemoteError:
        return False
