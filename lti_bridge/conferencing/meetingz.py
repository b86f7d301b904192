"""Meetingz (its API 1.0.0), the first of the BigBlueButton family.

The document leaves answers out: they are read as BigBlueButton 0.9's, every element but
``returncode`` optional.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import answers
from lti_bridge.conferencing.protocol import (
    Created,
    JoinUrl,
    MeetingDetails,
    MeetingStatus,
    Visitor,
)
from lti_bridge.conferencing.signing import signed_query
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.http import Client
    from lti_bridge.settings import Conferencing

UNKNOWN: Final = frozenset({"notFound", "invalidMeetingIdentifier"})
"""messageKeys of a meeting that isn't there (any more)."""

Parameters = Iterable[tuple[str, str]]


class Meetingz:
    """A Meetingz account: its address, its secret, and our words in its terms."""

    kind = "meetingz"

    def __init__(self, settings: Conferencing, client: Client) -> None:
        """``settings`` of this service; ``client`` is the door out."""
        self.name: Final = settings.name
        self._base: Final = f"{settings.url}api/"
        secret = settings.secret
        self._secret: Final = secret.get_secret_value() if secret else ""
        self._checksum: Final[str] = settings.checksum
        self._client = client

    def create(self, meeting: MeetingDetails) -> Created:
        """``create``: "you can call it multiple times with the same parameters".

        ``idNotUnique`` counts as success too: our meeting IDs are random, so a meeting of this ID
        is ours, with these passwords; it was made before a setting changed, and people get in.
        """
        try:
            root = self._call("create", _create_parameters(meeting))
        except RemoteRejected as refusal:
            if refusal.code == "idNotUnique":
                return Created(create_time=None)
            raise
        return Created(create_time=answers.number(root, "createTime"))

    def join_url(
        self, meeting: MeetingDetails, visitor: Visitor, create_time: int | None = None
    ) -> JoinUrl:
        """``join``: for the person's browser. The password says the role."""
        moderator = visitor.role == "moderator"
        query = signed_query(
            "join",
            [
                ("fullName", visitor.full_name),
                ("meetingID", meeting.meeting_id),
                (
                    "password",
                    meeting.moderator_password if moderator else meeting.attendee_password,
                ),
                ("userID", visitor.user_id),
                ("createTime", str(create_time) if create_time else ""),
            ],
            self._secret,
            self._checksum,
        )
        return JoinUrl(f"{self._base}join?{query}")

    def is_running(self, meeting_id: str) -> bool:
        """``isMeetingRunning``."""
        try:
            root = self._call("isMeetingRunning", [("meetingID", meeting_id)])
        except RemoteRejected as refusal:
            if refusal.code in UNKNOWN:
                return False
            raise
        return answers.flag(root, "running")

    def status(self, meeting_id: str) -> MeetingStatus:
        """``getMeetingInfo`` (listed under Monitoring, without a section of its own)."""
        try:
            root = self._call("getMeetingInfo", [("meetingID", meeting_id)])
        except RemoteRejected as refusal:
            if refusal.code in UNKNOWN:
                return MeetingStatus(running=False, participants=0, moderators=0)
            raise
        return MeetingStatus(
            running=answers.flag(root, "running"),
            participants=answers.number(root, "participantCount"),
            moderators=answers.number(root, "moderatorCount"),
        )

    def check(self) -> None:
        """``isMeetingRunning`` of a meeting nobody has: needs the right address and secret."""
        self.is_running("lti-bridge-check")

    def _call(self, call: str, parameters: Parameters) -> Element:
        query = signed_query(call, parameters, self._secret, self._checksum)
        response = self._client.get(
            f"{self._base}{call}?{query}", service=self.name, call=call, idempotent=True
        )
        return answers.read(response, service=self.name, call=call)


def _create_parameters(meeting: MeetingDetails) -> Parameters:
    """In the document's order; the metadata sorted, so that the bytes are the same every time."""
    return [
        ("name", meeting.name),
        ("meetingID", meeting.meeting_id),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("logoutURL", meeting.logout_url),
        ("record", "true" if meeting.record else ""),
        *((f"meta_{name}", value) for name, value in sorted(meeting.metadata.items())),
    ]
