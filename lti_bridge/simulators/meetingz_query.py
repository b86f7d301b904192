"""What a call to the simulated Meetingz carries: its checksum, its parameters, their rules.

Meetingz API, "API Security Model / Usage" and the parameter lists of "create" and "join";
Mconf-Live API, "create" (voiceBridge, dialNumber) and "join" (guest).
Refusals are RemoteRejected, with the messageKey as ``code``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKSUMS = ("sha1", "sha256", "sha384", "sha512")

_NUMBERS = frozenset({"maxParticipants", "duration", "voiceBridge"})
_BOOLEANS = frozenset(
    {
        "record",
        "autoStartRecording",
        "allowStartStopRecording",
        "webcamsOnlyForModerator",
        "muteOnStart",
        "allowModsToUnmuteUsers",
        "lockSettingsDisableCam",
        "lockSettingsDisableMic",
        "lockSettingsDisablePrivateChat",
        "lockSettingsDisablePublicChat",
        "lockSettingsDisableNote",
        "lockSettingsLockedLayout",
        "lockSettingsLockOnJoin",
    }
)
_TEXTS = frozenset(
    {
        "name",
        "meetingID",
        "attendeePW",
        "moderatorPW",
        "welcome",
        "logoutURL",
        "moderatorOnlyMessage",
        "dialNumber",
    }
)
PARAMETERS = {
    "create": _NUMBERS | _BOOLEANS | _TEXTS,
    "join": frozenset({"fullName", "meetingID", "password", "userID", "createTime", "guest"}),
    "isMeetingRunning": frozenset({"meetingID"}),
    "getMeetingInfo": frozenset({"meetingID", "password"}),
    "getMeetings": frozenset[str](),
    "end": frozenset({"meetingID", "password"}),
}
"""Everything each call knows; ``create`` takes meta_* besides."""

_MEETING_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_HTTP_URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_META = re.compile(r"meta_([A-Za-z][A-Za-z0-9-]*)", re.ASCII)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_signed(call: str, query: str, secret: str, checksum: str) -> bool:
    """Whether the one ``checksum`` parameter fits call name + raw query without it + secret.

    ``query`` is as received, a latin-1 string as WSGI has it; nothing in it is re-encoded.
    """
    parts = query.split("&")
    sums = [part.partition("=")[2] for part in parts if _is_checksum(part)]
    signed = call + "&".join(part for part in parts if not _is_checksum(part))
    data = signed.encode("latin-1") + secret.encode()
    right = hashlib.new(checksum, data, usedforsecurity=False).hexdigest()
    given = sums[0] if len(sums) == 1 else ""
    return hmac.compare_digest(right.encode(), given.encode("latin-1"))


def parameters(query: str) -> dict[str, str]:
    """The decoded parameters without the checksum; ``+`` and ``%20`` both mean a space.

    Raises RemoteRejected (validationError) for one that is repeated or can't be decoded.
    """
    found: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        if _is_checksum(part):
            continue
        name, _, value = part.partition("=")
        decoded = _decoded(name)
        if decoded in found:
            raise invalid(f"The parameter {decoded} was given more than once.")
        found[decoded] = _decoded(value)
    return found


def check(call: str, given: Mapping[str, str], known: frozenset[str], *, strict: bool) -> None:
    """Raise RemoteRejected (validationError) for the first parameter that breaks a rule.

    Unknown parameters count only when ``strict``; metadata never does.
    """
    for name, value in given.items():
        if call == "create" and name.startswith("meta_"):
            continue
        if name not in known:
            if strict:
                raise invalid(f"The parameter {name} is not one of {call}.")
        elif not _fits(name, value):
            raise invalid(f"The value of {name} is not valid.")


def require(given: Mapping[str, str], *names: str) -> None:
    """Raise RemoteRejected (missingParamName, …) for the first of ``names`` missing or empty."""
    for name in names:
        if not given.get(name):
            key = f"missingParam{name[0].upper()}{name[1:]}"
            raise RemoteRejected(f"You must specify {name} for this call.", code=key)


def metadata(given: Mapping[str, str]) -> dict[str, str]:
    """The metadata as it is read back: names in lower case, those badly formed left out."""
    matches = ((_META.fullmatch(name), value) for name, value in given.items())
    return {match[1].lower(): value for match, value in matches if match}


def invalid(message: str) -> RemoteRejected:
    """A refusal with messageKey validationError."""
    return RemoteRejected(message, code="validationError")


def _is_checksum(part: str) -> bool:
    return part.partition("=")[0] == "checksum"


def _decoded(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise invalid("The query string is not percent-encoded.")
    try:
        raw = unquote_to_bytes(text.replace("+", " ").encode("latin-1"))
        decoded = raw.decode("utf-8")
    except UnicodeError as error:
        raise invalid("The query string is not UTF-8.") from error
    if _CONTROL.search(decoded):
        raise invalid("The query string holds control characters.")
    return decoded


def _fits(name: str, value: str) -> bool:
    if name in _NUMBERS:
        return bool(_NUMBER.fullmatch(value))
    if name in _BOOLEANS:
        return value in {"true", "false"}
    if name == "guest":
        return value.lower() in {"true", "false"}
    if name == "role":
        return value.upper() in {"MODERATOR", "VIEWER"}
    if name == "meetingID":
        return not value or bool(_MEETING_ID.fullmatch(value))
    return name != "logoutURL" or bool(_HTTP_URL.fullmatch(value))
