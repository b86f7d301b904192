"""What BigBlueButton tells by itself: JSON Web Tokens signed with the shared secret.

BigBlueButton API reference, "Recording ready callback URL"; its analytics callback, sent after a
meeting whose events are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import jwt

from lti_bridge.conferencing.family.answers import LAST_MOMENT, word
from lti_bridge.conferencing.recordings import Attendance, RecordingReady, Stay
from lti_bridge.errors import MalformedRequest, NotAuthentic

SKEW_SECONDS: Final = 60
LONGEST_ID: Final = 255
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that not every database can keep."""


def recording_ready(signed: str, secret: str) -> RecordingReady:
    """``signed_parameters``; raises :class:`NotAuthentic` and :class:`MalformedRequest`."""
    said = _verified(signed, secret, "HS256")
    return RecordingReady(_identifier(said, "meeting_id"), _identifier(said, "record_id"))


def attendance(authorization: str, body: bytes, secret: str) -> Attendance:
    """The body of the analytics callback, whose sender shows a token in ``Authorization``.

    Raises :class:`NotAuthentic` and :class:`MalformedRequest`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthentic(
            "The callback carries no token.",
            remedy="The service must sign its callbacks: ask its operator.",
            code="callback_unsigned",
        )
    _verified(token.strip(), secret, "HS512", required=("exp",))
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("data"), dict):
        raise _unreadable()
    data = said["data"]
    return Attendance(
        meeting_id=_identifier(said, "meeting_id"),
        name=_name_of(data),
        remote_meeting_id=_text(said.get("internal_meeting_id")),
        started_ms=_moment(data.get("start")),
        ended_ms=_moment(data.get("finish")),
        stays=tuple(_stays(data.get("attendees"))),
    )


def _verified(
    token: str, secret: str, algorithm: str, required: Sequence[str] = ()
) -> Mapping[str, Any]:
    try:
        if not secret:  # everybody can sign with nothing
            raise jwt.InvalidKeyError
        payload: Mapping[str, Any] = jwt.decode(
            token,
            # HMAC fills a key up with zeros (RFC 2104, 2): the same key, and long enough for the
            # library, which warns of each that is shorter than the service's own usually are.
            secret.encode().ljust(64, b"\0"),
            algorithms=[algorithm],
            leeway=SKEW_SECONDS,
            options={"require": list(required)},
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotAuthentic(
            "The callback's signature doesn't hold.",
            remedy="Compare the service's secret with the service's own.",
            code="callback_signature",
        ) from None
    return payload


def _identifier(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_ID or _CONTROL.search(value):
        raise _unreadable()
    if not value.strip(" ,"):  # a service would take it for a list of IDs without any
        raise _unreadable()
    return word(value)


def _text(value: object) -> str:
    said = word(str(value) if isinstance(value, int) else value)
    return _CONTROL.sub("", said)[:LONGEST_ID]


def _name_of(data: Mapping[str, Any]) -> str:
    metadata = data.get("metadata")
    return _text(metadata.get("meeting_name")) if isinstance(metadata, dict) else ""


def _stays(attendees: object) -> Iterator[Stay]:
    """A stay for each time somebody came; one who came again after leaving has several."""
    for each in attendees if isinstance(attendees, list) else ():
        if not isinstance(each, dict):
            continue
        leaves = iter(_moments(each.get("leaves")))
        for joined_ms in _moments(each.get("joins")):
            yield Stay(
                user_id=_text(each.get("ext_user_id")),
                full_name=_text(each.get("name")),
                joined_ms=joined_ms,
                # A leave before it is that of a joining which isn't told.
                left_ms=next((left_ms for left_ms in leaves if left_ms >= joined_ms), None),
            )


def _moments(values: object) -> list[int]:
    found = map(_moment, values if isinstance(values, list) else ())
    return sorted(moment for moment in found if moment is not None)


def _moment(value: object) -> int | None:
    """UNIX milliseconds of a time with its offset, such as ``2021-06-27 18:52:12 +0200``."""
    try:
        moment = datetime.strptime(word(value), "%Y-%m-%d %H:%M:%S %z")
        milliseconds = int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return milliseconds if 0 < milliseconds <= LAST_MOMENT else None


def _unreadable() -> MalformedRequest:
    return MalformedRequest(
        "The callback can't be read.",
        remedy="The service sends something else than it documents: ask its operator.",
        code="callback_unreadable",
    )
