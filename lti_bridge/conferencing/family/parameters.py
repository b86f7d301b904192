"""Our words as parameters of ``create`` and ``join``.

Always in the same order, the documents', with the metadata sorted: the same details give the same
bytes. A value that isn't said is empty here and left out when it is encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.family.signing import encoded

if TYPE_CHECKING:
    from lti_bridge.conferencing.meetings import Callbacks, Created, MeetingDetails, Visitor

Parameter = tuple[str, str]

TEXTS: Final = ("moderatorOnlyMessage", "welcome")
"""What may be shortened so that a call fits into a URL; the first is shortened first."""
ELLIPSIS: Final = "…"
GUEST_POLICIES: Final = {"accept": "ALWAYS_ACCEPT", "ask": "ASK_MODERATOR", "deny": "ALWAYS_DENY"}


def basic(meeting: MeetingDetails) -> Iterator[Parameter]:
    """What every service of the family takes: BigBlueButton 0.9's parameters."""
    yield "name", meeting.name
    yield "meetingID", meeting.meeting_id
    yield "attendeePW", meeting.attendee_password
    yield "moderatorPW", meeting.moderator_password
    yield "welcome", meeting.welcome
    yield "maxParticipants", _number(meeting.max_participants)
    yield "logoutURL", meeting.logout_url
    yield "record", "true" if meeting.record else ""
    yield "duration", _number(meeting.duration_minutes)
    yield "moderatorOnlyMessage", meeting.moderator_only_message
    yield "autoStartRecording", _flag(meeting.auto_start_recording)
    yield "allowStartStopRecording", _flag(meeting.allow_start_stop_recording)


def telephone(meeting: MeetingDetails) -> Iterator[Parameter]:
    """Mconf-Live and BigBlueButton: the number to call, and the code to type."""
    yield "voiceBridge", meeting.voice_bridge
    yield "dialNumber", meeting.dial_number


def rules(meeting: MeetingDetails, *, notes: str) -> Iterator[Parameter]:
    """Meetingz and BigBlueButton 2.2: what attendees may do.

    ``notes`` is the name of the lock of the shared notes, which BigBlueButton changed once.
    """
    lock = meeting.lock
    yield "webcamsOnlyForModerator", _flag(meeting.webcams_only_for_moderator)
    yield "muteOnStart", _flag(meeting.mute_on_start)
    yield "allowModsToUnmuteUsers", _flag(meeting.allow_mods_to_unmute_users)
    yield "lockSettingsDisableCam", _flag(lock.disable_cam)
    yield "lockSettingsDisableMic", _flag(lock.disable_mic)
    yield "lockSettingsDisablePrivateChat", _flag(lock.disable_private_chat)
    yield "lockSettingsDisablePublicChat", _flag(lock.disable_public_chat)
    yield notes, _flag(lock.disable_notes)
    yield "lockSettingsLockedLayout", _flag(lock.locked_layout)
    yield "lockSettingsLockOnJoin", _flag(lock.lock_on_join)


def guests(meeting: MeetingDetails) -> Iterator[Parameter]:
    """BigBlueButton: who of the guests has to wait."""
    yield "guestPolicy", GUEST_POLICIES.get(meeting.guest_policy or "", "")


def metadata(meeting: MeetingDetails) -> Iterator[Parameter]:
    """Read back by getMeetingInfo and getRecordings."""
    for name, value in sorted(meeting.metadata.items()):
        yield f"meta_{name}", value


def callbacks(urls: Callbacks) -> Iterator[Parameter]:
    """BigBlueButton: where it tells us of what happened (its reference, "create").

    It sends who attended only of meetings whose events it keeps.
    """
    yield "meta_endCallbackUrl", urls.ended_url
    yield "meta_bbb-recording-ready-url", urls.recording_ready_url
    yield "meta_analytics-callback-url", urls.analytics_url
    yield "meetingKeepEvents", "true" if urls.analytics_url else ""


def join(meeting: MeetingDetails, visitor: Visitor, created: Created) -> Iterator[Parameter]:
    """What every service of the family takes; the password says the role."""
    moderator = visitor.role == "moderator"
    yield "fullName", visitor.full_name
    yield "meetingID", meeting.meeting_id
    yield "password", meeting.moderator_password if moderator else meeting.attendee_password
    yield "userID", visitor.user_id
    yield "createTime", _number(created.create_time or None)


def fitted(parameters: Iterable[Parameter], longest: int) -> tuple[list[Parameter], list[str]]:
    """The parameters with texts cut so that they fit, encoded; and which were cut.

    A URL that is too long is cut by whoever reads it, and its checksum is wrong then: a welcome
    text that stops in the middle is better than a class that nobody gets into.
    """
    values = list(parameters)
    cut: list[str] = []
    for name in TEXTS:
        excess = len(encoded(values)) - longest
        if excess <= 0:
            break
        before = dict(values).get(name, "")
        if before:
            values = [(k, _shorter(v, excess) if k == name else v) for k, v in values]
            cut.append(name)
    return values, cut


def _shorter(text: str, excess: int) -> str:
    """The text without its end, at least ``excess`` shorter as it is sent."""
    room = len(encoded([("", text)])) - excess - len(encoded([("", ELLIPSIS)]))
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if len(encoded([("", text[:middle])])) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if low else ""


def _flag(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
