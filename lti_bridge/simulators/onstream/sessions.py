"""GET, PUT, POST and DELETE session, GET sessions: Onstream API, "Sessions"."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from lti_bridge.simulators.onstream import fields, invitees
from lti_bridge.simulators.onstream.formats import Answer
from lti_bridge.simulators.onstream.records import Session
from lti_bridge.simulators.onstream.values import without_gaps

if TYPE_CHECKING:
    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.arguments import Given
    from lti_bridge.simulators.onstream.formats import Record
    from lti_bridge.simulators.onstream.links import Links

_EDITED = ("topic", "duration", "start_time", "friendly_url", "password", "custom_data")


def get_session(account: Account, given: Given, links: Links) -> Answer:
    """One, by its id."""
    record = _record(account, account.session(given["id"]), links)
    return fields.alone("session", record, given, account)


def get_sessions(account: Account, given: Given, links: Links) -> Answer:
    """All that weren't deleted, by their ids; 100 unless told otherwise."""
    ordered = fields.page(account.sessions, given)
    return fields.listed(
        "session", [_record(account, one, links) for one in ordered], given, account
    )


def put_session(account: Account, given: Given, links: Links) -> Answer:
    """Another one, however like an earlier one it is; all of it, or nothing."""
    changes = _changes(account, given, {})
    invited = invitees.wanted(account, given.get("invited_participants", ()))
    if changes.get("friendly_url"):
        account.check_friendly_url(changes["friendly_url"])
    account.check_invitations(None, invited)
    session = Session(id=account.next_id("session"), session_key=secrets.token_hex(8), **changes)
    account.sessions[session.id] = session
    for one in invited:
        account.invite(session, one)
    return fields.made(session.id, "Session added", links.resource(f"session/id/{session.id}"))


def post_session(account: Account, given: Given, _links: Links) -> Answer:
    """Only what is said changes; whether invited_participants merge is the account's ``edits``."""
    session = account.session(given["id"])
    changes = _changes(account, given, session.custom_data)
    invited = invitees.wanted(account, given.get("invited_participants", ()))
    if changes.get("friendly_url"):
        account.check_friendly_url(changes["friendly_url"], session)
    account.check_invitations(None, invited)
    for name, value in changes.items():
        setattr(session, name, value)
    if "invited_participants" in given:
        invitees.revise(account, session, invited)
    return fields.done(session.id, "Session updated")


def delete_session(account: Account, given: Given, _links: Links) -> Answer:
    """Everybody's links go with it; its recordings stay."""
    session = account.session(given["id"])
    for invitee in list(session.invitees):
        account.uninvite(session, invitee)
    del account.sessions[session.id]
    # The document prints the former and promises the latter.
    printed = account.alternates("deleted session")
    return fields.done(session.id, "Session was deleted" if printed else "Session deleted")


def _changes(account: Account, given: Given, custom: dict[str, str]) -> dict[str, Any]:
    changes = {name: given[name] for name in _EDITED if name in given}
    if "start_time" in changes:
        changes["start_time"] = account.stored(changes["start_time"], given.get("timezone"))
    if "custom_data" in changes:
        before = custom if account.edits == "merge" else {}
        changes["custom_data"] = without_gaps({**before, **changes["custom_data"]})
    return changes


def _record(account: Account, session: Session, links: Links) -> Record:
    phone = {"session_access_code": 100_000 + session.id} if account.voip else {}
    return {
        "id": session.id,
        "topic": session.topic,
        "start_time": account.shown(session.start_time),
        "duration": session.duration,
        "timezone": account.timezone,
        "password": session.password,
        **phone,
        "session_link": links.session(session),
        "custom_data": session.custom_data,
    }
