"""What each of the three services knows: its calls, their parameters, its ways.

Meetingz API, parameter lists of "create", "join" and "getRecordings"; Mconf-Live API, whole, over
BigBlueButton 0.9's; BigBlueButton API 3.0, "API Calls". Simulators tell them apart by these
tables and by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lti_bridge.simulators.bigbluebutton.parameters import (
    ANY,
    BOOLEAN,
    BOOLEAN_ANY_CASE,
    HTTP_URL,
    NUMBER,
    ROLE,
    STATES,
    Call,
    all_of,
)
from lti_bridge.simulators.bigbluebutton.query import FORM

XML = frozenset({"application/xml", "text/xml"})
MULTIPART = frozenset({"multipart/form-data"})

_BOTH = ("GET", "POST")
_POST = ("POST",)
_FORM = frozenset({FORM})
_INVALID = "validationError"

Guests = Literal["let in", "wait", "by policy"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the services."""

    brand: str
    calls: Mapping[str, Call]
    modern: bool = False
    """Answers as BigBlueButton 2 and later, not as 0.9."""
    identical_create: bool = False
    """A second create must be the same in everything, not only in its passwords."""
    guests: Guests = "let in"
    """What happens to those who join with guest=true."""
    callbacks: bool = False

    def without(self, names: frozenset[str]) -> Kind:
        """The same service in a version that hasn't got these calls."""
        return replace(self, calls={k: call for k, call in self.calls.items() if k not in names})

    def join_by_role(self) -> Kind:
        """The same service in a version that takes ``role`` at join."""
        join = self.calls["join"]
        with_role = replace(join, rules={**join.rules, "role": ROLE})
        return replace(self, calls={**self.calls, "join": with_role})


def _meeting(rule: re.Pattern[str]) -> dict[str, re.Pattern[str]]:
    return {"meetingID": rule}


# --- Meetingz

_MEETINGZ_ID = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)
_SHORT = re.compile(r"[0-9]{1,9}", re.ASCII)
_MEETINGZ_CREATE = {
    **all_of(ANY, "name attendeePW moderatorPW welcome moderatorOnlyMessage dialNumber"),
    **all_of(_SHORT, "maxParticipants duration voiceBridge"),
    **all_of(
        BOOLEAN,
        "record autoStartRecording allowStartStopRecording webcamsOnlyForModerator muteOnStart"
        " allowModsToUnmuteUsers lockSettingsDisableCam lockSettingsDisableMic"
        " lockSettingsDisablePrivateChat lockSettingsDisablePublicChat lockSettingsDisableNote"
        " lockSettingsLockedLayout lockSettingsLockOnJoin",
    ),
    **_meeting(_MEETINGZ_ID),
    "logoutURL": HTTP_URL,
}
_OLD_JOIN = {**all_of(ANY, "fullName password userID createTime"), "guest": BOOLEAN_ANY_CASE}
_RECORD_ID = {"recordID": ANY}
_PUBLISH = Call({**_RECORD_ID, "publish": BOOLEAN}, ("recordID", "publish"))
_DELETE = Call(_RECORD_ID, ("recordID",))
_UPDATE = Call(_RECORD_ID, ("recordID",), ("meta_",))


def _old_calls(
    meeting_id: re.Pattern[str], create: Mapping[str, re.Pattern[str]]
) -> dict[str, Call]:
    meeting = _meeting(meeting_id)
    with_password = {**meeting, "password": ANY}
    return {
        "create": Call(create, ("meetingID", "name"), ("meta_",)),
        "join": Call({**meeting, **_OLD_JOIN}, ("fullName", "meetingID")),
        "isMeetingRunning": Call(meeting, ("meetingID",)),
        "getMeetingInfo": Call(with_password, ("meetingID",)),
        "getMeetings": Call({}),
        "end": Call(with_password, ("meetingID", "password")),
    }


MEETINGZ = Kind(
    brand="Meetingz",
    calls={
        **_old_calls(_MEETINGZ_ID, _MEETINGZ_CREATE),
        "getRecordings": Call(
            {**all_of(ANY, "meetingID recordID"), "state": STATES}, (), ("meta_",)
        ),
        "publishRecordings": _PUBLISH,
        "updateRecordings": _UPDATE,
        "deleteRecordings": _DELETE,
    },
    identical_create=True,
)

# --- Mconf-Live: BigBlueButton 0.9 with additions

_MCONF_ID = re.compile(r"[^,]{0,256}")
_MCONF_CREATE = {
    **all_of(ANY, "name attendeePW moderatorPW welcome dialNumber webVoice moderatorOnlyMessage"),
    **all_of(_SHORT, "maxParticipants duration voiceBridge"),
    **all_of(BOOLEAN, "record autoStartRecording allowStartStopRecording"),
    **_meeting(_MCONF_ID),
    "logoutURL": HTTP_URL,
}
_MCONF_CALLS = _old_calls(_MCONF_ID, _MCONF_CREATE)

MCONF = Kind(
    brand="Mconf-Live",
    calls={
        **_MCONF_CALLS,
        "create": replace(_MCONF_CALLS["create"], methods=_BOTH, bodies=XML),
        "getRecordings": Call(all_of(ANY, "meetingID"), (), ("meta_",)),
        "publishRecordings": _PUBLISH,
        "deleteRecordings": _DELETE,
        "getStats": Call(all_of(ANY, "meetingID")),
    },
    guests="wait",
)

# --- BigBlueButton 3.0

_BBB_ID = re.compile(r"[^,]{2,256}")
_BBB_NAME = re.compile(r".{2,256}", re.DOTALL)
_BBB_PASSWORD = re.compile(r".{2,64}", re.DOTALL)
_BBB_CREATE = {
    "name": _BBB_NAME,
    **_meeting(_BBB_ID),
    **all_of(_BBB_PASSWORD, "attendeePW moderatorPW"),
    **all_of(
        ANY,
        "welcome dialNumber moderatorOnlyMessage bannerText preUploadedPresentationName"
        " presentationUploadExternalDescription groups disabledFeatures disabledFeaturesExclude",
    ),
    **all_of(
        NUMBER,
        "maxParticipants duration sequence userCameraCap meetingCameraCap"
        " endWhenNoModeratorDelayInMinutes meetingExpireIfNoUserJoinedInMinutes"
        " meetingExpireWhenLastUserLeftInMinutes",
    ),
    **all_of(
        BOOLEAN,
        "record isBreakout freeJoin breakoutRoomsPrivateChatEnabled breakoutRoomsRecord"
        " autoStartRecording allowStartStopRecording recordFullDurationMedia"
        " webcamsOnlyForModerator muteOnStart allowModsToUnmuteUsers lockSettingsDisableCam"
        " lockSettingsDisableMic lockSettingsDisablePrivateChat lockSettingsDisablePublicChat"
        " lockSettingsDisableNotes lockSettingsDisableNote lockSettingsHideUserList"
        " lockSettingsLockedLayout lockSettingsLockOnJoin lockSettingsLockOnJoinConfigurable"
        " lockSettingsHideViewersCursor meetingKeepEvents endWhenNoModerator"
        " allowModsToEjectCameras allowRequestsWithoutSession notifyRecordingIsOn"
        " preUploadedPresentationOverrideDefault allowPromoteGuestToModerator",
    ),
    **all_of(
        HTTP_URL,
        "logoutURL loginURL logo preUploadedPresentation presentationUploadExternalUrl"
        " meetingEndedURL",
    ),
    "voiceBridge": re.compile(r"[1-9][0-9]{4}", re.ASCII),
    "parentMeetingID": _BBB_ID,
    "bannerColor": re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII),
    "guestPolicy": re.compile(r"ALWAYS_ACCEPT|ALWAYS_DENY|ASK_MODERATOR"),
    "meetingLayout": re.compile(
        r"CUSTOM_LAYOUT|SMART_LAYOUT|PRESENTATION_FOCUS|VIDEO_FOCUS|CAMERAS_ONLY"
        r"|PARTICIPANTS_CHAT_ONLY|PRESENTATION_ONLY"
    ),
}
_BBB_JOIN = {
    **_meeting(_BBB_ID),
    **all_of(ANY, "fullName userID webVoiceConf enforceLayout"),
    **all_of(BOOLEAN, "guest redirect excludeFromDashboard"),
    **all_of(HTTP_URL, "avatarURL webcamBackgroundURL errorRedirectUrl logoutURL"),
    "password": ANY,
    "role": ROLE,
    "createTime": NUMBER,
}
_BBB_MEETING = Call(
    _meeting(_BBB_ID), ("meetingID",), methods=_BOTH, bodies=_FORM, missing_key=_INVALID
)
_BBB_WITH_PASSWORD = replace(_BBB_MEETING, rules={**_meeting(_BBB_ID), "password": ANY})
_BBB_GET_RECORDINGS = {
    **all_of(ANY, "meetingID recordID"),
    "state": STATES,
    "offset": NUMBER,
    "limit": re.compile(r"[1-9][0-9]?|100", re.ASCII),
}
_TRACKS = Call(
    _RECORD_ID,
    ("recordID",),
    methods=_BOTH,
    bodies=_FORM,
    missing_key="missingParameter",
    answers_json=True,
)

BIGBLUEBUTTON = Kind(
    brand="BigBlueButton",
    calls={
        "create": Call(
            _BBB_CREATE,
            ("meetingID", "name"),
            ("meta_",),
            methods=_BOTH,
            bodies=_FORM | XML,
            missing_key=_INVALID,
        ),
        "join": Call(_BBB_JOIN, ("fullName", "meetingID"), ("userdata-",), missing_key=_INVALID),
        "isMeetingRunning": _BBB_MEETING,
        "getMeetingInfo": _BBB_WITH_PASSWORD,
        "getMeetings": Call({}, methods=_BOTH, bodies=_FORM),
        "end": _BBB_WITH_PASSWORD,
        "insertDocument": replace(_BBB_MEETING, methods=_POST, bodies=XML),
        "getRecordings": Call(_BBB_GET_RECORDINGS, (), ("meta_",)),
        "publishRecordings": _PUBLISH,
        "updateRecordings": replace(_UPDATE, methods=_BOTH, bodies=_FORM),
        "deleteRecordings": _DELETE,
        "getRecordingTextTracks": _TRACKS,
        "putRecordingTextTrack": replace(
            _TRACKS,
            rules=all_of(ANY, "recordID kind lang label"),
            required=("recordID", "kind", "lang"),
            methods=_POST,
            bodies=MULTIPART,
        ),
    },
    modern=True,
    guests="by policy",
    callbacks=True,
)
