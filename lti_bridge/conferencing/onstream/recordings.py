"""The recordings of an Onstream account, as the bridge has them.

Recordings are made from within Onstream only; it knows no states of them: all are published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.links import web_link
from lti_bridge.conferencing.onstream.answers import GONE, identifier
from lti_bridge.conferencing.onstream.sessions import meeting_id_of, metadata_of
from lti_bridge.conferencing.recordings import Recording, RecordingFormat
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing.onstream.api import Api
    from lti_bridge.conferencing.onstream.sessions import Sessions
    from lti_bridge.conferencing.onstream.values import Recorded, Session
    from lti_bridge.conferencing.recordings import RecordingQuery


class Recordings:
    """Those of one account."""

    def __init__(self, api: Api, sessions: Sessions) -> None:
        """``sessions`` of the same account: recordings name them by number only."""
        self._api: Final = api
        self._sessions: Final = sessions

    def matching(self, query: RecordingQuery) -> Iterator[Recording]:
        """Those that fit. IDs of recordings are taken whole: a number's beginning says nothing.

        Metadata is that of the session a recording was made in.
        """
        if query.states not in ((), "any") and "published" not in query.states:
            return
        memory = _Memory(self._sessions, all_at_once=not query.record_ids and not query.meeting_ids)
        for recorded in self._found(query, memory):
            recording = self._told(recorded, memory.get(recorded.session_id))
            if query.metadata.items() <= recording.metadata.items():
                yield recording

    def delete(self, record_ids: Iterable[str]) -> None:
        """One that isn't there is no error."""
        for number in _numbers(record_ids):
            try:
                self._api.delete_recording(number)
            except RemoteRejected as refusal:
                if refusal.code not in GONE:
                    raise

    def edit(
        self, record_ids: Sequence[str], *, title: str | None, description: str | None
    ) -> None:
        """What is given is changed."""
        for number in _numbers(record_ids):
            self._api.edit_recording(number, title=title, description=description)

    def _found(self, query: RecordingQuery, memory: _Memory) -> Iterator[Recorded]:
        if query.record_ids:
            for number in _numbers(query.record_ids):
                yield from self._one(number)
        elif query.meeting_ids:
            for number in self._session_numbers(query.meeting_ids, memory):
                yield from self._of_session(number)
        else:
            yield from self._api.recordings()

    def _one(self, number: str) -> Iterator[Recorded]:
        try:
            yield self._api.recording(number)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise

    def _of_session(self, number: str) -> Iterator[Recorded]:
        """A session that isn't there has none."""
        try:
            yield from self._api.recordings(number)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise

    def _session_numbers(self, meeting_ids: Sequence[str], memory: _Memory) -> Iterator[str]:
        given = set(_numbers(meeting_ids))
        yield from _numbers(meeting_ids)
        for session in self._sessions.called(each for each in meeting_ids if not identifier(each)):
            memory.keep(session)
            if session.id not in given:
                yield session.id

    def _told(self, recorded: Recorded, session: Session | None) -> Recording:
        link = web_link(recorded.recording_link)
        return Recording(
            record_id=recorded.id,
            meeting_id=meeting_id_of(session) if session else recorded.session_id,
            remote_meeting_id=recorded.session_id,
            name=recorded.title,
            description=recorded.description,
            started_ms=self._sessions.clock.unix_ms(recorded.creation_date),
            length_ms=recorded.duration,
            needs_password=bool(recorded.password),
            metadata=metadata_of(session) if session else _NOTHING,
            formats=(RecordingFormat("onstream", link),) if link else (),
        )


_NOTHING: Final[Mapping[str, str]] = {}


class _Memory:
    """Sessions by number, each asked for once; or all of them when the first is wanted."""

    def __init__(self, sessions: Sessions, *, all_at_once: bool) -> None:
        self._sessions = sessions
        self._all_at_once = all_at_once
        self._known: dict[str, Session | None] = {"": None}

    def keep(self, session: Session) -> None:
        self._known[session.id] = session

    def get(self, number: str) -> Session | None:
        if self._all_at_once:
            self._all_at_once = False
            self._known |= {session.id: session for session in self._sessions.all()}
        if number not in self._known:
            self._known[number] = self._sessions.get(number)
        return self._known[number]


def _numbers(ids: Iterable[str]) -> Iterator[str]:
    """What isn't a number names nothing in Onstream."""
    return iter(dict.fromkeys(filter(None, map(identifier, ids))))
