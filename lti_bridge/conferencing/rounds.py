"""A round through a service with a meeting of its own: what works, what it can't, what is wrong."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal
from urllib.parse import urlsplit

from lti_bridge.conferencing import (
    Capability,
    ConferencingService,
    Created,
    MeetingDetails,
    MeetingInfo,
    RecordingQuery,
    Role,
    Visitor,
)
from lti_bridge.errors import BridgeError, CapabilityMissing, RemoteMalformed

NAME: Final = "LTI Bridge check"
PREFIX: Final = "lti-bridge-check-"
MINUTES: Final = 10
"""So long the meeting may last: where this process is killed, the service removes it."""
PATIENCE_SECONDS: Final = 5.0
"""Services end meetings in their own time (BigBlueButton API, "end": "a few seconds")."""
PAUSE_SECONDS: Final = 0.25

TRIED: Final = frozenset({
    Capability.RUNNING, Capability.LIVE_COUNTS, Capability.PARTICIPANTS, Capability.MEETINGS,
    Capability.END, Capability.RECORDINGS, Capability.CAPTIONS, Capability.ATTENDANCE,
})  # fmt: skip  # what a round asks for, in its order

Result = Literal["ok", "can't", "wrong"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried."""

    step: str
    result: Result
    says: str
    remedy: str = ""


class Round:
    """Through one service; to be used once."""

    def __init__(self, service: ConferencingService, *, patience: float = PATIENCE_SECONDS) -> None:
        """``patience`` in seconds: how long an ended meeting may still be there."""
        self._service: Final = service
        self._patience: Final = patience
        self._created = Created()
        self._meeting = MeetingDetails(
            meeting_id=f"{PREFIX}{secrets.token_hex(8)}",
            name=NAME,
            attendee_password=secrets.token_hex(12),
            moderator_password=secrets.token_hex(12),
            duration_minutes=MINUTES,
        )

    def steps(self) -> Generator[Step, None, None]:
        """Each step as it is done. However it ends, the meeting is taken off the service."""
        reached = self._step("address and secret", self._check)
        yield reached
        if reached.result == "wrong":
            return
        ended = False
        try:
            made = self._step("create", self._create)
            yield made
            if made.result == "ok":
                yield from self._inside()
            yield from self._afterwards()
            if made.result == "ok":
                ended = True
                yield self._step("end", self._end)
                yield self._step("gone afterwards", self._gone)
        finally:
            if not ended:
                with suppress(BridgeError):
                    self._service.cancel(self._meeting)

    def untried(self) -> frozenset[Capability]:
        """What a server may lack, as its document says, and only shows when it is used."""
        unsure = (call.serves for call in self._service.CALLS.values() if call.discovered)
        return (frozenset[Capability]().union(*unsure) & self._service.capabilities) - TRIED

    def _inside(self) -> Iterator[Step]:
        yield self._step("create again", self._create_again)
        yield self._step("info", self._info)
        yield self._step("meetings", self._listed)
        yield self._step("running", self._not_running)
        yield self._step("join as moderator", lambda: self._join("moderator"))
        yield self._step("join as attendee", lambda: self._join("attendee"))

    def _afterwards(self) -> Iterator[Step]:
        yield self._step("recordings", self._recordings)
        yield self._step("captions", self._captions)
        yield self._step("attendance", self._attendance)

    def _step(self, name: str, look: Callable[[], str]) -> Step:
        try:
            return Step(name, "ok", look())
        except CapabilityMissing as error:
            return Step(name, "can't", error.message)
        except BridgeError as error:
            return Step(name, "wrong", error.message, error.remedy)

    def _check(self) -> str:
        self._service.check()
        return "it answers, and takes our secret"

    def _create(self) -> str:
        self._created = self._service.create(self._meeting)
        # Where it has a number of its own, that is the surest way to find it again.
        self._meeting = replace(self._meeting, remote_id=self._created.remote_id)
        return "; ".join(("made", *self._created.warnings))

    def _create_again(self) -> str:
        again, first = self._service.create(self._meeting), self._created
        if (again.create_time, again.remote_id) != (first.create_time, first.remote_id):
            raise self._wrong(
                "A second create with the same words wasn't answered as the first.",
                "See whether several servers answer at this address.",
            )
        return "the same meeting"

    def _info(self) -> str:
        found = self._service.info(self._meeting.meeting_id)
        if found is None:
            raise self._unknown()
        inside = "" if found.participants is None else f", {found.participants} people in"
        return f"it knows the meeting{inside}"

    def _listed(self) -> str:
        if not self._is_in(self._service.meetings()):
            raise self._unknown()
        return "the meeting is listed"

    def _not_running(self) -> str:
        if self._service.is_running(self._meeting.meeting_id):
            raise self._wrong(
                "It says that a meeting runs which nobody has joined.",
                "See what stands before the service: the answer may be another server's.",
            )
        return "it says that nobody has joined"

    def _join(self, role: Role) -> str:
        visitor = Visitor(full_name=NAME, role=role)
        url = urlsplit(self._service.join_url(self._meeting, visitor, self._created))
        return f"{url.scheme}://{url.netloc}/… (the whole URL lets people in)"

    def _recordings(self) -> str:
        query = RecordingQuery(meeting_ids=(self._meeting.meeting_id,))
        return _counted(self._service.recordings(query), "can be read")

    def _captions(self) -> str:
        return _counted(self._service.text_tracks(self._meeting.meeting_id), "can be read")

    def _attendance(self) -> str:
        can = self._service.capabilities
        if Capability.ATTENDANCE_SENT in can and Capability.ATTENDANCE not in can:
            raise CapabilityMissing(
                "It isn't asked for it: it sends that after each class.",
                remedy="Nothing is wrong: what it sends is collected.",
                code="capability_missing",
            )
        return _counted(self._service.attendance([self._meeting.meeting_id]), "can be read")

    def _end(self) -> str:
        self._service.cancel(self._meeting)
        return "ended"

    def _gone(self) -> str:
        until = time.monotonic() + self._patience
        while self._is_there():
            if time.monotonic() >= until:
                raise self._wrong(
                    f"The meeting is still there {self._patience:g} s after its end.",
                    f"Look for {self._meeting.meeting_id} in the service, and end it there.",
                )
            time.sleep(PAUSE_SECONDS)
        return "the meeting isn't there any more"

    def _is_there(self) -> bool:
        try:
            found = self._service.info(self._meeting.meeting_id)
        except CapabilityMissing:
            return self._is_in(self._service.meetings())
        return found is not None and not _is_over(found)

    def _is_in(self, meetings: Iterable[MeetingInfo]) -> bool:
        wanted = self._meeting.meeting_id
        return any(each.meeting_id == wanted and not _is_over(each) for each in meetings)

    def _unknown(self) -> RemoteMalformed:
        return self._wrong(
            "It doesn't know the meeting that it just made.",
            "See whether several servers answer at this address.",
        )

    def _wrong(self, what: str, remedy: str) -> RemoteMalformed:
        return RemoteMalformed(what, service=self._service.name, remedy=remedy, code="check")


def _is_over(found: MeetingInfo) -> bool:
    return bool(found.forcibly_ended) or found.ended_ms is not None


def _counted(found: Iterable[object], what: str) -> str:
    """The first is asked for, so that the service is; a check's own meeting has none."""
    list(islice(found, 1))
    return what
