"""The XML answers about recordings.

BigBlueButton API 3.0, example response of "getRecordings"; Mconf-Live's is BigBlueButton 0.9's,
which has neither states nor sizes nor thumbnails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_bridge.simulators.bigbluebutton.elements import WithAttributes

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.elements import Fields
    from lti_bridge.simulators.bigbluebutton.recordings import Format, Image, Recording


def old(recording: Recording, pages: str) -> Fields:
    """As 0.9 has it. ``pages`` is the address below which recordings are played back."""
    formats: Fields = [
        ("format", _format(recording, one, pages, modern=False)) for one in recording.formats
    ]
    return [
        ("recordID", recording.record_id),
        ("meetingID", recording.meeting_id),
        ("name", recording.name),
        ("published", recording.published),
        ("startTime", recording.started_ms),
        ("endTime", recording.ended_ms),
        ("metadata", list(recording.metadata.items())),
        ("playback", formats),
    ]


def with_state(recording: Recording, pages: str) -> Fields:
    """As Meetingz describes it: 0.9's, and the state."""
    fields = old(recording, pages)
    return [*fields[:4], ("state", recording.state), *fields[4:]]


def modern(recording: Recording, pages: str) -> Fields:
    """As 3.0 has it."""
    # What the service itself keeps about a recording stands among the caller's own metadata.
    own: Fields = [
        ("isBreakout", recording.is_breakout),
        ("meetingId", recording.meeting_id),
        ("meetingName", recording.name),
    ]
    size = sum(one.size for one in recording.formats)
    formats: Fields = [
        ("format", _format(recording, one, pages, modern=True)) for one in recording.formats
    ]
    return [
        ("recordID", recording.record_id),
        ("meetingID", recording.meeting_id),
        ("internalMeetingID", recording.record_id),
        ("name", recording.name),
        ("isBreakout", recording.is_breakout),
        ("published", recording.published),
        ("state", recording.state),
        ("startTime", recording.started_ms),
        ("endTime", recording.ended_ms),
        ("participants", recording.participants),
        ("rawSize", size * 2),
        ("metadata", [*own, *recording.metadata.items()]),
        ("size", size),
        ("playback", formats),
    ]


def _format(recording: Recording, one: Format, pages: str, *, modern: bool) -> Fields:
    own_page = f"{pages}{recording.record_id}"
    if one.type != "presentation":
        own_page = f"{own_page}/{one.type}"
    minutes = recording.minutes if one.minutes is None else one.minutes
    fields: Fields = [("type", one.type), ("url", one.url or own_page)]
    if modern:
        fields.append(("processingTime", one.processing_ms))
    fields.append(("length", minutes))
    if modern:
        fields.append(("size", one.size))
    if modern and one.images:
        own_pictures = f"{pages}{recording.record_id}/thumbnails/"
        images: Fields = [
            ("image", _image(image, f"{own_pictures}{number}"))
            for number, image in enumerate(one.images, start=1)
        ]
        fields.append(("preview", [("images", images)]))
    return fields


def _image(image: Image, own_picture: str) -> WithAttributes:
    size = {"width": str(image.width), "height": str(image.height)}
    return WithAttributes(image.url or own_picture, {"alt": image.alt, **size})
