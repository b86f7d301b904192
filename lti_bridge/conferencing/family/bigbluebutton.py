"""BigBlueButton 2 and 3 (its API reference, 3.0), alone or behind a load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from lti_bridge.conferencing.capabilities import Capability, by_name, call
from lti_bridge.conferencing.family import answers, callbacks, documents, parameters, readings
from lti_bridge.conferencing.family.meetingz import COMMON
from lti_bridge.conferencing.family.service import LONGEST_PARAMETERS, UNKNOWN, Family
from lti_bridge.conferencing.family.signing import encoded
from lti_bridge.conferencing.links import web_link
from lti_bridge.conferencing.recordings import TextTrack
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from lti_bridge.conferencing.capabilities import Call
    from lti_bridge.conferencing.family.parameters import Parameter
    from lti_bridge.conferencing.meetings import Created, MeetingDetails, Visitor
    from lti_bridge.conferencing.recordings import Attendance, Recording, RecordingReady

PAGE: Final = 100
"""Recordings asked for at once; servers before 2.6 give all of them each time."""
MOST_PAGES: Final = 1000
SHORTEST_NAME: Final = 2
LONGEST_NAME: Final = 256
"""In UTF-16's units, as the server counts."""


class BigBlueButton(Family):
    """A BigBlueButton server, or a load balancer that speaks for several."""

    kind: ClassVar[str] = "bigbluebutton"
    CAPABILITIES: ClassVar[frozenset[Capability]] = COMMON | {
        Capability.ATTENDANCE_SENT,
        Capability.BREAKOUT_ROOMS,
        Capability.CALLBACKS,
        Capability.CAPTIONS,
        Capability.DIAL_IN,
        Capability.GUEST_POLICY,
        Capability.GUESTS,
        Capability.INSERT_SLIDES,
        Capability.LOCK_SETTINGS,
        Capability.ROOM_RULES,
        Capability.SLIDES,
    }
    CALLS: ClassVar[Mapping[str, Call]] = by_name(
        [
            call("create"),
            call("join"),
            call("isMeetingRunning", Capability.RUNNING),
            call("end", Capability.END),
            call("getMeetings", Capability.MEETINGS),
            call(
                "getMeetingInfo",
                Capability.LIVE_COUNTS,
                Capability.PARTICIPANTS,
                Capability.BREAKOUT_ROOMS,
            ),
            call("insertDocument", Capability.INSERT_SLIDES, discovered=True),
            call("getRecordings", Capability.RECORDINGS),
            call("publishRecordings", Capability.PUBLISH),
            call("updateRecordings", Capability.RENAME),
            call("deleteRecordings", Capability.DELETE_RECORDINGS),
            call("getRecordingTextTracks", Capability.CAPTIONS, discovered=True),
            call("putRecordingTextTrack", Capability.CAPTIONS, discovered=True),
        ]
    )

    def _create_parameters(self, meeting: MeetingDetails) -> Iterator[Parameter]:
        for name, value in parameters.basic(meeting):
            yield name, _fitting(value) if name == "name" else value
        yield from parameters.telephone(meeting)
        yield from parameters.rules(meeting, notes="lockSettingsDisableNotes")
        yield from parameters.guests(meeting)
        yield from parameters.callbacks(meeting.callbacks)
        yield from parameters.metadata(meeting)

    def _create(self, meeting: MeetingDetails) -> tuple[Element, list[str]]:
        """By GET, since load balancers and caches know that best; by POST what is too long."""
        if not meeting.slides:
            values = list(self._create_parameters(meeting))
            if len(encoded(values)) > LONGEST_PARAMETERS:
                return self._calls.post_form("create", values), []
        return super()._create(meeting)

    def _join_parameters(
        self, meeting: MeetingDetails, visitor: Visitor, created: Created
    ) -> Iterator[Parameter]:
        """With ``role``, which wins; the password is for servers before 2.4, without roles."""
        yield from parameters.join(meeting, visitor, created)
        yield "role", "MODERATOR" if visitor.role == "moderator" else "VIEWER"
        yield "guest", "true" if visitor.guest else ""

    def _recordings(self, found: list[Parameter]) -> Iterator[Recording]:
        seen: set[str] = set()
        for number in range(MOST_PAGES):
            page = [("offset", str(number * PAGE) if number else ""), ("limit", str(PAGE))]
            root = self._calls.get("getRecordings", [*found, *page])
            given = list(map(readings.recording, root.iterfind("recordings/recording")))
            # One that is finished meanwhile moves the others on to the next page: they come twice.
            new = [each for each in given if each.record_id not in seen]
            yield from new
            seen |= {each.record_id for each in new}
            # Fewer: the last page. More, or the same: a server without pages gave everything.
            if len(given) != PAGE or not new:
                return

    def text_tracks(self, record_id: str) -> tuple[TextTrack, ...]:
        """``getRecordingTextTracks``."""
        try:
            answer = self._calls.get_json("getRecordingTextTracks", [("recordID", record_id)])
        except RemoteRejected as refusal:
            if refusal.code in UNKNOWN:
                return ()
            raise
        tracks = answer.get("tracks")
        return tuple(
            _track(each)
            for each in (tracks if isinstance(tracks, list) else ())
            if isinstance(each, dict)
        )

    def put_text_track(self, record_id: str, track: TextTrack, content: bytes | None) -> None:
        """``putRecordingTextTrack``: it replaces the one of the same kind and language.

        The service takes it in within some minutes, and says nothing of it if it can't be read.
        """
        body, kind = documents.captions(content)
        answer = self._calls.post_json(
            "putRecordingTextTrack",
            [
                ("recordID", record_id),
                ("kind", track.kind),
                ("lang", track.lang),
                ("label", track.label),
            ],
            body,
            kind,
        )
        key = answers.plain(answers.word(answer.get("messageKey")))
        if key == "upload_text_track_failed":  # said with returncode SUCCESS
            raise answers.refused(key, service=self.name, call="putRecordingTextTrack")

    def recording_ready(self, signed: str) -> RecordingReady:
        """``signed_parameters`` of the callback (BigBlueButton API, "Recording ready")."""
        return callbacks.recording_ready(signed, self._calls.signer.secret)

    def attendance_sent(self, authorization: str, body: bytes) -> Attendance:
        """The analytics callback."""
        return callbacks.attendance(authorization, body, self._calls.signer.secret)


def _fitting(name: str) -> str:
    """Names have 2 to 256 characters (BigBlueButton 2.4)."""
    if len(name) < SHORTEST_NAME:
        return f"“{name}”"
    units = name.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_NAME:
        return name
    cut = units[: 2 * (LONGEST_NAME - len(parameters.ELLIPSIS))].decode("utf-16-le", "ignore")
    return cut.rstrip() + parameters.ELLIPSIS


def _track(track: Mapping[str, Any]) -> TextTrack:
    said = {key: answers.word(track.get(key)) for key in ("lang", "label", "source", "href")}
    said["href"] = web_link(said["href"])
    return TextTrack(kind="captions" if track.get("kind") == "captions" else "subtitles", **said)
