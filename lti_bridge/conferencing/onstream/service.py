"""Onstream: an account's sessions as our meetings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn

from lti_bridge.conferencing.capabilities import Call, Capability
from lti_bridge.conferencing.guard import Guard
from lti_bridge.conferencing.meetings import Created, JoinUrl
from lti_bridge.conferencing.onstream.answers import GONE, identifier
from lti_bridge.conferencing.onstream.api import Api
from lti_bridge.conferencing.onstream.calls import CALLS
from lti_bridge.conferencing.onstream.invitations import InMemory
from lti_bridge.conferencing.onstream.joining import Joining, not_found
from lti_bridge.conferencing.onstream.recordings import Recordings
from lti_bridge.conferencing.onstream.sessions import (
    CUSTOM_CHARACTERS,
    Sessions,
    is_metadata_cut,
)
from lti_bridge.conferencing.onstream.slides import Slides
from lti_bridge.conferencing.recordings import Invited
from lti_bridge.errors import CapabilityMissing, RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing.meetings import MeetingDetails, MeetingInfo, Slide, Visitor
    from lti_bridge.conferencing.onstream.invitations import Invitations
    from lti_bridge.conferencing.recordings import (
        Recording,
        RecordingQuery,
    )
    from lti_bridge.http import BreakerState, Client
    from lti_bridge.settings import Conferencing

_EXPERIMENTAL: Final = frozenset({Capability.SLIDES, Capability.INSERT_SLIDES})
_LOOK_THERE: Final = "Look in the pages of Onstream itself."


def _cannot(service: str, what: str, remedy: str) -> CapabilityMissing:
    return CapabilityMissing(
        f"{service} (Onstream) can't {what}.", remedy=remedy, code="capability_missing"
    )


def _missing(what: str, remedy: str = _LOOK_THERE) -> Callable[..., NoReturn]:
    """A method of the protocol that the document has no call for."""

    def missing(service: Onstream, *_arguments: object, **_named: object) -> NoReturn:
        raise _cannot(service.name, what, remedy)

    return missing


class Onstream:
    """Keeps :class:`lti_bridge.conferencing.ConferencingService`."""

    kind: ClassVar[str] = "onstream"
    CALLS: ClassVar[Mapping[str, Call]] = CALLS
    CAPABILITIES: ClassVar[frozenset[Capability]] = frozenset({
        Capability.MEETINGS,
        Capability.INVITED,
        Capability.OBSERVERS,
        Capability.DIAL_IN,
        Capability.RECORDINGS,
        Capability.RENAME,
        Capability.DELETE_RECORDINGS,
        *_EXPERIMENTAL,
    })  # fmt: skip  # a capability a line

    def __init__(
        self,
        settings: Conferencing,
        client: Client,
        invitations: Invitations | None = None,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``invitations`` is this process' own without one; ``now`` in UNIX seconds.

        ``clock`` (seconds) is the guard's. Raises :class:`lti_bridge.errors.SettingsError` where
        this machine doesn't know the calendar of the account's zone.
        """
        self._name: Final = settings.name
        self._guard: Final = Guard(settings.name, clock=clock)
        api = Api(settings, client, self._guard)
        self._api: Final = api
        self._sessions: Final = Sessions(api, settings, now=now)
        self._joining: Final = Joining(
            settings.name, api, InMemory() if invitations is None else invitations
        )
        self._recordings: Final = Recordings(api, self._sessions)
        self._slides: Final = Slides(api, experimental=settings.experimental)

    @property
    def name(self) -> str:
        """As configured."""
        return self._name

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What works; slides only where the settings allow what is experimental."""
        return self.CAPABILITIES - (frozenset() if self._slides.possible else _EXPERIMENTAL)

    @property
    def health(self) -> BreakerState:
        """How the service stands at this moment."""
        return self._guard.state

    def create(self, meeting: MeetingDetails) -> Created:
        """Make the meeting's session, or bring what differs of it up to date.

        A meeting that may be used at any time gets a session that begins now, and is moved to now
        again whenever its time is over. Passwords aren't passed on: people come by their own links.
        """
        session = self._sessions.ensure(meeting)
        warnings = list(session.warnings)
        if session.is_new and meeting.slides:
            warnings += self._slides.offer(session.session_id, meeting.slides)
        if session.is_new and is_metadata_cut(meeting):
            warnings.append(f"Metadata was cut to {CUSTOM_CHARACTERS} characters.")
        return Created(remote_id=session.session_id, warnings=tuple(warnings))

    def join_url(self, meeting: MeetingDetails, visitor: Visitor, created: Created) -> JoinUrl:
        """The visitor's ``personal_session_link``; asked for once for each person and role.

        Raises :class:`RemoteRejected` with the code ``notFound`` where the session has gone.
        """
        number = identifier(created.remote_id) or identifier(meeting.remote_id)
        return JoinUrl(self._joining.link(number or self._number(meeting.meeting_id), visitor))

    def info(self, meeting_id: str) -> MeetingInfo | None:
        """By our meeting ID (its friendly URL), or by a session's number."""
        session = self._sessions.find(meeting_id)
        return self._sessions.info(session) if session else None

    def meetings(self) -> Iterator[MeetingInfo]:
        """Every session of the account, the newest first, whoever made it."""
        return map(self._sessions.info, self._sessions.all())

    def cancel(self, meeting: MeetingDetails) -> None:
        """Delete the meeting's session ("DELETE session")."""
        self._sessions.delete(meeting)

    def insert_slides(self, meeting_id: str, slides: Sequence[Slide]) -> None:
        """Share links in the session's FileShare; experimental ("PUT file_in_session")."""
        if not self._slides.possible:
            remedy = 'Set "experimental" of this service, if its Onstream has that.'
            raise _cannot(self._name, "bring slides in", remedy)
        if any(not slide.url for slide in slides):
            remedy = "Give the address of the file instead."
            raise _cannot(self._name, "take files", remedy)
        self._slides.share(self._number(meeting_id), slides)

    def recordings(self, query: RecordingQuery) -> Iterator[Recording]:
        """Those that fit; ``record_ids`` are whole numbers, not beginnings of them."""
        return self._recordings.matching(query)

    def rename_recording(self, record_id: str, name: str) -> None:
        """Its ``title`` ("POST recording")."""
        self._recordings.edit([record_id], title=name, description=None)

    def update_recordings(self, record_ids: Sequence[str], metadata: Mapping[str, str]) -> None:
        """``name`` and ``description`` are all that recordings have."""
        if metadata.keys() - {"name", "description"}:
            raise _cannot(
                self._name,
                "keep more of a recording than its name and description",
                "Change name and description only.",
            )
        if metadata:
            self._recordings.edit(
                record_ids, title=metadata.get("name"), description=metadata.get("description")
            )

    def delete_recordings(self, record_ids: Sequence[str]) -> None:
        """Delete them one by one ("DELETE recording")."""
        self._recordings.delete(record_ids)

    def check(self) -> None:
        """Ask "GET authverify": it needs the right address, user name and password."""
        if not self._api.authverify():
            raise RemoteRejected(
                f"{self._name} doesn't take its user name and password.",
                service=self._name,
                call="GET authverify",
                remedy="Check username and password of this service in the settings.",
                code="not_authenticated",
                reason="doesn't take its user name and password",
            )

    def invited(self, meeting_id: str) -> Sequence[Invited]:
        """The session's list ("GET invitees"), which says nothing of who came: no answer does."""
        try:
            number = identifier(meeting_id) or self._number(meeting_id)
            found = self._api.invitees(number)
        except RemoteRejected as refusal:
            if refusal.code in (*GONE, "notFound"):
                return ()
            raise
        return [Invited(one.email, one.id, one.role) for one in found if one.email]

    is_running = _missing("say whether a class runs")
    end = _missing("end a class that runs", "End it from within the class.")
    publish_recordings = _missing("show and hide recordings", "Delete them, if need be.")
    text_tracks = _missing("keep captions")
    put_text_track = _missing("keep captions")
    attendance = _missing("say who was in class")
    recording_ready = _missing("tell of recordings by itself")
    attendance_sent = _missing("tell by itself who was in class")

    def _number(self, meeting_id: str) -> str:
        session = self._sessions.find(meeting_id)
        if session is None:
            raise not_found(self._name, "GET sessions")
        return session.id
