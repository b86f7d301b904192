"""The three services at their simulators, and every call of theirs by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lti_bridge.conferencing import RecordingQuery, Slide, TextTrack
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.simulators.bigbluebutton import (
    Simulator,
    create_bigbluebutton,
    create_mconf,
    create_meetingz,
)
from tests.unit.conferencing.services import DETAILS, SECRET, Clock, connected

MEETING = DETAILS.meeting_id
SLIDE = Slide("intro.pdf", url="https://files.example.edu/intro.pdf")
TRACK = TextTrack("captions", "pt-BR", label="Português")
WEBVTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nOlá, سلام\n".encode()

EVERY_CALL: dict[str, Callable[[Any], object]] = {
    "create": lambda service: service.create(DETAILS),
    "isMeetingRunning": lambda service: service.is_running(MEETING),
    "getMeetingInfo": lambda service: service.info(MEETING),
    "getMeetings": lambda service: list(service.meetings()),
    "end": lambda service: service.end(MEETING, DETAILS.moderator_password),
    "getRecordings": lambda service: list(service.recordings(RecordingQuery())),
    "publishRecordings": lambda service: service.publish_recordings(["r-1"], published=True),
    "updateRecordings": lambda service: service.rename_recording("r-1", "Lecture 1"),
    "deleteRecordings": lambda service: service.delete_recordings(["r-1"]),
    "getStats": lambda service: list(service.attendance([MEETING])),
    "insertDocument": lambda service: service.insert_slides(MEETING, [SLIDE]),
    "getRecordingTextTracks": lambda service: service.text_tracks("r-1"),
    "putRecordingTextTrack": lambda service: service.put_text_track("r-1", TRACK, WEBVTT),
}
"""``join`` isn't here: it is for browsers."""


def calls_of(kind: type[Any]) -> dict[str, Callable[[Any], object]]:
    return {name: EVERY_CALL[name] for name in kind.CALLS if name != "join"}


def simulator_of(kind: type[Any], **options: Any) -> Simulator:
    """The simulator of that kind, with recordings."""
    if kind is Meetingz:
        return create_meetingz(secret=SECRET, **{"recordings": True, **options})
    create = {MconfLive: create_mconf, BigBlueButton: create_bigbluebutton}[kind]
    return create(secret=SECRET, **options)


@dataclass
class Pair:
    """A service, and the simulator it speaks to."""

    service: Any
    simulator: Simulator

    @property
    def last(self) -> Any:
        """The last request."""
        return self.simulator.faults.requests[-1]

    def asked(self, call: str) -> list[Any]:
        """The requests of that call."""
        return [each for each in self.simulator.faults.requests if each.path.endswith(f"/{call}")]


@contextmanager
def pair_of(
    kind: type[Any],
    *,
    clock: Clock | None = None,
    signed_with: str = "",
    simulated_time: Clock | None = None,
    **options: Any,
) -> Iterator[Pair]:
    if simulated_time:
        options["clock"] = simulated_time
    simulator = simulator_of(kind, **options)
    settings = {"checksum": signed_with} if signed_with else {}
    with connected(kind, simulator, clock=clock, **settings) as service:
        yield Pair(service, simulator)
