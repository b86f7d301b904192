"""The calls about recordings and their text tracks. All may raise RemoteRejected.

Meetingz API, "getRecordings"; BigBlueButton API, "Recording".
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from werkzeug.formparser import parse_form_data
from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.bigbluebutton import elements, parameters, recording_answers
from lti_bridge.simulators.bigbluebutton.tracks import KINDS, LANGUAGE_TAG, TextTrack, as_webvtt

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.simulators.bigbluebutton.calls import Given, Handler
    from lti_bridge.simulators.bigbluebutton.elements import Fields
    from lti_bridge.simulators.bigbluebutton.kinds import Kind
    from lti_bridge.simulators.bigbluebutton.query import Request
    from lti_bridge.simulators.bigbluebutton.recordings import Recording, Recordings

_NONE = "There are no recordings for the meeting(s)."
_NOT_FOUND = "We could not find recordings"
_KIND = "The kind is neither subtitles nor captions."
_LANG = "The language is not a language tag."
_EMPTY = "Empty uploaded text track."
_TAKEN = "Text track uploaded successfully"
_NOT_TAKEN = "Text track upload failed."


class RecordingCalls:
    """getRecordings to putRecordingTextTrack."""

    def __init__(self, kind: Kind, recordings: Recordings, base: str) -> None:
        """``base`` is the path before ``playback/`` and ``textTrack/``."""
        self._recordings = recordings
        self._base = base
        self._fields = _shape(kind)

    @property
    def handlers(self) -> dict[str, Handler]:
        """By the calls' names."""
        return {
            "getRecordings": self._get,
            "publishRecordings": self._publish,
            "updateRecordings": self._update,
            "deleteRecordings": self._delete,
            "getRecordingTextTracks": self._get_tracks,
            "putRecordingTextTrack": self._put_track,
        }

    def _get(self, given: Given, request: Request) -> Response:
        found = self._recordings.find(
            parameters.listed(given.get("recordID", "")),
            parameters.listed(given.get("meetingID", "")),
            parameters.listed(given.get("state", "")),
            parameters.metadata(given),
        )
        total: Fields = []
        if "limit" in given:
            total = [("totalElements", len(found))]
            offset = int(given.get("offset", 0))
            found = found[offset : offset + int(given["limit"])]
        pages = f"{request.origin}{self._base}playback/"
        listed: Fields = [("recording", self._fields(one, pages)) for one in found]
        nothing = () if listed else ("noRecordings", _NONE)
        return elements.succeeded([("recordings", listed), *total], *nothing)

    def _publish(self, given: Given, _request: Request) -> Response:
        for recording in self._named(given):
            self._recordings.change(
                recording, "published" if given["publish"] == "true" else "unpublished"
            )
        return elements.answer([("returncode", "SUCCESS"), ("published", given["publish"])])

    def _update(self, given: Given, _request: Request) -> Response:
        for recording in self._named(given):
            recording.metadata |= parameters.metadata(given)
            recording.metadata = {key: text for key, text in recording.metadata.items() if text}
        return elements.answer([("returncode", "SUCCESS"), ("updated", True)])

    def _delete(self, given: Given, _request: Request) -> Response:
        for recording in self._named(given):
            self._recordings.change(recording, "deleted")
        return elements.answer([("returncode", "SUCCESS"), ("deleted", True)])

    def _named(self, given: Given) -> list[Recording]:
        wanted = parameters.listed(given["recordID"])
        found = [one for one in map(self._recordings.get, wanted) if one is not None]
        if not found:
            raise RemoteRejected(_NOT_FOUND, code="notFound")
        return found

    def _get_tracks(self, given: Given, request: Request) -> Response:
        recording = self._the_one(given)
        folder = f"{request.origin}{self._base}textTrack/{recording.record_id}/"
        tracks = [_described(track, folder) for track in recording.tracks.values()]
        return json_answer({"returncode": "SUCCESS", "tracks": tracks})

    def _put_track(self, given: Given, request: Request) -> Response:
        recording = self._the_one(given)
        kind, lang = given["kind"], given["lang"]
        if kind not in KINDS:
            raise RemoteRejected(_KIND, code="invalidKind")
        if not LANGUAGE_TAG.fullmatch(lang):
            raise RemoteRejected(_LANG, code="invalidLang")
        data = _uploaded(request)
        if not self._recordings.takes_tracks:
            return _put(recording, "upload_text_track_failed", _NOT_TAKEN)
        if data is None:
            recording.tracks.pop((kind, lang), None)
            return _put(recording, "upload_text_track_success", _TAKEN)
        if not data:
            raise RemoteRejected(_EMPTY, code="empty_uploaded_text_track")
        content = as_webvtt(data)
        # What isn't a track is taken without a word, and replaces nothing.
        if content is not None:
            label = given.get("label") or lang
            recording.tracks[kind, lang] = TextTrack(kind, lang, label, content)
        return _put(recording, "upload_text_track_success", _TAKEN)

    def _the_one(self, given: Given) -> Recording:
        recording = self._recordings.get(given["recordID"])
        if recording is None:
            raise RemoteRejected(_NOT_FOUND, code="noRecordings")
        return recording


def json_answer(response: dict[str, object]) -> Response:
    """As the calls about text tracks answer."""
    return Response(json.dumps({"response": response}), content_type="application/json")


def json_failed(error: RemoteRejected) -> Response:
    """FAILED with the refusal's messageKey and message."""
    return json_answer({"returncode": "FAILED", "messageKey": error.code, "message": error.message})


def _shape(kind: Kind) -> Callable[[Recording, str], Fields]:
    if kind.modern:
        return recording_answers.modern
    has_states = "getRecordings" in kind.calls and "state" in kind.calls["getRecordings"].rules
    return recording_answers.with_state if has_states else recording_answers.old


def _described(track: TextTrack, folder: str) -> dict[str, str]:
    return {
        "href": f"{folder}{track.file_name}",
        "kind": track.kind,
        "label": track.label,
        "lang": track.lang,
        "source": track.source,
    }


def _uploaded(request: Request) -> bytes | None:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.content_type,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
    }
    _, _, files = parse_form_data(environ, stream_factory=_in_memory)
    return files["file"].stream.read() if "file" in files else None


def _in_memory(*_: object, **_of_the_part: object) -> io.BytesIO:
    return io.BytesIO()


def _put(recording: Recording, key: str, message: str) -> Response:
    return json_answer(
        {
            "messageKey": key,
            "message": message,
            "recordId": recording.record_id,
            "returncode": "SUCCESS",
        }
    )
