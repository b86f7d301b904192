"""What a service's refusal means: each messageKey and HTTP status, its exception, what to do.

The keys are BigBlueButton's ("Error handling" and the calls' sections of its API reference), with
those of load balancers before it. A key that isn't here is a refusal like any other: its code is
kept, and the operator is sent to the service's log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a refusal is taken."""

    kind: type[RemoteError]
    remedy: str


_SIGNATURE = "Compare the service's secret and checksum setting with the service's own."
_GONE = "The meeting isn't running any more; open the link in the course again."
_OTHERS = "A meeting with this ID was made with other parameters; end it first."
_OURS = "Update the bridge, or report this: the service doesn't take what it sends."
_NOT_THERE = "The recording isn't there any more; look at the list again."
_WAIT = "Wait a moment and try again; if it stays so, see the service's own log."
_ADDRESS = "Check the service's url in the settings, and what stands before the service."
_TOO_LONG = "Shorten the meeting's texts, or put slides where the service can fetch them."

MESSAGE_KEYS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "checksumError": Refusal(RemoteRejected, _SIGNATURE),
        "unsupportedRequest": Refusal(RemoteRejected, "The service doesn't know this call."),
        "unsupportedContentType": Refusal(RemoteRejected, _OURS),
        "validationError": Refusal(RemoteRejected, _OURS),
        "paramError": Refusal(RemoteRejected, _OURS),
        "missingParameter": Refusal(RemoteRejected, _OURS),
        "missingParamName": Refusal(RemoteRejected, _OURS),
        "missingParamMeetingID": Refusal(RemoteRejected, _OURS),
        "missingParamRecordID": Refusal(RemoteRejected, _OURS),
        "missingParamPublish": Refusal(RemoteRejected, _OURS),
        "missingParamFullName": Refusal(RemoteRejected, _OURS),
        "missingParamPassword": Refusal(RemoteRejected, _OURS),
        "idNotUnique": Refusal(RemoteRejected, _OTHERS),
        "nonUniqueVoiceBridge": Refusal(RemoteRejected, "Choose another voice bridge."),
        "notFound": Refusal(RemoteRejected, _GONE),
        "invalidMeetingIdentifier": Refusal(RemoteRejected, _GONE),
        "meetingForciblyEnded": Refusal(RemoteRejected, _GONE),
        "mismatchCreateTimeParam": Refusal(RemoteRejected, _GONE),
        "invalidPassword": Refusal(RemoteRejected, _OTHERS),
        "maxParticipantsReached": Refusal(RemoteRejected, "The meeting is full."),
        "guestDeny": Refusal(RemoteRejected, "The meeting takes no guests."),
        "noRecordings": Refusal(RemoteRejected, _NOT_THERE),
        "invalidKind": Refusal(RemoteRejected, _OURS),
        "invalidLang": Refusal(RemoteRejected, "Give a language tag such as en or pt-BR."),
        "empty_uploaded_text_track": Refusal(RemoteRejected, "Choose a file that isn't empty."),
        "upload_text_track_failed": Refusal(RemoteRejected, _WAIT),
        "internalError": Refusal(RemoteUnavailable, _WAIT),
        "serverUnavailable": Refusal(RemoteUnavailable, _WAIT),
        "noInstanceFound": Refusal(RemoteUnavailable, _WAIT),
    }
)

HTTP_STATUSES: Final[Mapping[int, Refusal]] = MappingProxyType(
    {
        401: Refusal(RemoteRejected, _SIGNATURE),
        403: Refusal(RemoteRejected, _SIGNATURE),
        404: Refusal(RemoteMalformed, _ADDRESS),
        405: Refusal(RemoteRejected, _ADDRESS),
        410: Refusal(RemoteMalformed, _ADDRESS),
        413: Refusal(RemoteRejected, _TOO_LONG),
        414: Refusal(RemoteRejected, _TOO_LONG),
        429: Refusal(RemoteUnavailable, _WAIT),
        431: Refusal(RemoteRejected, _TOO_LONG),
    }
)
"""Where the answer is no document of the API; other statuses mean what their class means."""

_REDIRECTED = Refusal(
    RemoteMalformed, "Put the address it leads to into the service's url in the settings."
)
_BROKEN = Refusal(RemoteUnavailable, _WAIT)
_UNREADABLE = Refusal(RemoteMalformed, _ADDRESS)


def by_key(key: str, call: str = "") -> Refusal:
    """What a ``messageKey`` means, in the answer of ``call``."""
    if key == "notFound" and "Recording" in call:
        return MESSAGE_KEYS["noRecordings"]
    return MESSAGE_KEYS.get(key) or Refusal(RemoteRejected, "See the service's own log.")


def by_status(status: int) -> Refusal:
    """What an HTTP status means that came with something else than an answer of the API."""
    if status >= 500:
        return _BROKEN
    if 300 <= status < 400:
        return _REDIRECTED
    return HTTP_STATUSES.get(status, _UNREADABLE)
