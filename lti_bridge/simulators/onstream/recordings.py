"""GET, POST and DELETE recording, GET recordings; PUT file, PUT file_in_session.

Onstream API, "Recordings" and "Experimental section".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lti_bridge.simulators.onstream import fields
from lti_bridge.simulators.onstream.records import File, FileInSession, Recording
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from datetime import datetime

    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.arguments import Given
    from lti_bridge.simulators.onstream.formats import Answer, Record
    from lti_bridge.simulators.onstream.links import Links

_EDITED = ("title", "description", "password", "allow_anonymous_playback")


def record(
    account: Account, session_id: int, *, title: str, duration_ms: int, made_at: datetime | None
) -> Recording:
    """Make one, as Onstream does by itself; it inherits the session's password."""
    session = account.session(session_id)
    recording = Recording(
        account.next_id("recording"),
        session.id,
        title or session.topic,
        "",
        session.password,
        duration_ms,
        allow_anonymous_playback=False,
        creation_date=made_at or account.now,
    )
    account.recordings[recording.id] = recording
    return recording


def get_recording(account: Account, given: Given, links: Links) -> Answer:
    """One, by its id."""
    found = _record(account, account.recording(given["id"]), links)
    return fields.alone("recording", found, given, account)


def get_recordings(account: Account, given: Given, links: Links) -> Answer:
    """Of all sessions, or of one (deleted ones too); none where there are none."""
    only = given.get("session")
    known = {
        number: one
        for number, one in account.recordings.items()
        if only is None or one.session_id == only
    }
    ordered = fields.page(known, given)
    return fields.listed(
        "recording", [_record(account, one, links) for one in ordered], given, account
    )


def post_recording(account: Account, given: Given, _links: Links) -> Answer:
    """Only what is said changes; an empty password opens it."""
    recording = account.recording(given["id"])
    for name in _EDITED:
        if name in given:
            setattr(recording, name, given[name])
    return fields.done(recording.id, "Recording updated")


def delete_recording(account: Account, given: Given, _links: Links) -> Answer:
    """For good."""
    recording = account.recording(given["id"])
    del account.recordings[recording.id]
    # The document prints the former and promises the latter.
    printed = account.alternates("deleted recording")
    return fields.done(recording.id, "Recording was deleted" if printed else "Recording deleted")


def put_file(account: Account, given: Given, links: Links) -> Answer:
    """An address in the media library; physical files can't be added, as the document says."""
    is_url = given.get("is_url", False)
    if account.strict and not is_url:
        raise refused(400, "Invalid argument: is_url must be 1, only URLs can be added")
    number = account.next_id("file")
    description = given.get("file_description", "")
    account.files[number] = File(number, given["file_link"], is_url, description)
    return fields.made(number, "File added", links.resource(f"file/id/{number}"))


def put_file_in_session(account: Account, given: Given, links: Links) -> Answer:
    """Show a file in a session; adding it again adds it again."""
    session = account.session(given["session_id"])
    if given["file_id"] not in account.files:
        raise refused(404, f"There is no file {given['file_id']}")
    number = account.next_id("file_in_session")
    opens = given.get("is_auto_opening", False)
    session.files.append(FileInSession(number, given["file_id"], opens))
    location = links.resource(f"file_in_session/id/{number}")
    return fields.made(number, "File added to session", location)


def _record(account: Account, recording: Recording, links: Links) -> Record:
    return {
        "id": recording.id,
        "session_id": recording.session_id,
        "title": recording.title,
        "description": recording.description,
        "password": recording.password,
        "duration": recording.duration,
        "allow_anonymous_playback": recording.allow_anonymous_playback,
        "recording_link": links.recording(recording),
        "creation_date": account.shown(recording.creation_date),
    }
