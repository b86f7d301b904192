"""GET invitees; PUT, POST and DELETE invitee: Onstream API, "Sessions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lti_bridge.simulators.onstream import fields
from lti_bridge.simulators.onstream.arguments import PARTICIPANT as ONE_OF_THEM
from lti_bridge.simulators.onstream.arguments import read
from lti_bridge.simulators.onstream.formats import Answer, Groups
from lti_bridge.simulators.onstream.records import (
    MODERATOR,
    OBSERVER,
    PARTICIPANT,
    Invitation,
)
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.arguments import Given
    from lti_bridge.simulators.onstream.formats import Record
    from lti_bridge.simulators.onstream.links import Links
    from lti_bridge.simulators.onstream.records import Invitee, Session

_GROUPS = {"moderators": MODERATOR, "participants": PARTICIPANT, "observers": OBSERVER}


def get_invitees(account: Account, given: Given, links: Links) -> Answer:
    """All three groups, as the example prints them; those not asked for are empty."""
    people = account.session(given["id"]).invitees
    asked = given.get("role", "all")
    return Answer(
        Groups(
            {
                group: [_record(one, links) for one in people if one.role == role]
                if asked in {"all", group}
                else []
                for group, role in _GROUPS.items()
            }
        )
    )


def put_invitee(account: Account, given: Given, links: Links) -> Answer:
    """Add somebody; role 2 and a mail, unless told otherwise."""
    session = account.session(given["session_id"])
    invitation = _invitation(given)
    account.check_invitations(session, [invitation])
    invitee = account.invite(session, invitation)
    location = links.resource(f"invitees/id/{session.id}")
    return fields.made(invitee.user_id, "Invitee added", location)


def post_invitee(account: Account, given: Given, _links: Links) -> Answer:
    """A missing role makes a participant of a moderator: "Default is 2", here too."""
    session, invitee = _found(account, given)
    invitee.role = given.get("role", PARTICIPANT)
    account.mail(session, invitee.email, wanted=given.get("send_email_invitation", True))
    return fields.done(invitee.user_id, "Invitation was updated")


def delete_invitee(account: Account, given: Given, _links: Links) -> Answer:
    """By turns what the example prints, and the "nothing" that the description promises."""
    session, invitee = _found(account, given)
    account.uninvite(session, invitee)
    if account.alternates("deleted invitee"):
        return fields.done(invitee.user_id, "Invitee deleted")
    return Answer(None)


def wanted(account: Account, participants: Iterable[dict[str, Any]]) -> list[Invitation]:
    """``invited_participants`` as they are meant; raises 400."""
    return [_invitation(read(ONE_OF_THEM, one, strict=account.strict)) for one in participants]


def revise(account: Account, session: Session, invited: list[Invitation]) -> None:
    """The people of a session after an edit that named some; one mail each who wants it."""
    named = {one.email.lower() for one in invited}
    if account.edits == "replace":
        for invitee in [one for one in session.invitees if one.email.lower() not in named]:
            account.uninvite(session, invitee)
    before = {one.email.lower(): one for one in session.invitees}
    for invitation in invited:
        known = before.get(invitation.email.lower())
        if known:
            known.role = invitation.role
            known.first_name, known.last_name = invitation.first_name, invitation.last_name
            account.mail(session, known.email, wanted=invitation.mail)
        else:
            account.invite(session, invitation)


def _invitation(given: Given) -> Invitation:
    flags = ("send_email_invitation", "send_email_invitations")
    return Invitation(
        given["email"],
        given.get("first_name", ""),
        given.get("last_name", ""),
        given.get("role", PARTICIPANT),
        all(given.get(flag, True) for flag in flags),
    )


def _found(account: Account, given: Given) -> tuple[Session, Invitee]:
    session = account.session(given["session_id"])
    for invitee in session.invitees:
        if invitee.user_id == given["user_id"]:
            return session, invitee
    raise refused(404, f"No user {given['user_id']} is invited to session {session.id}")


def _record(invitee: Invitee, links: Links) -> Record:
    return {
        "id": invitee.user_id,
        "first_name": invitee.first_name,
        "last_name": invitee.last_name,
        "email": invitee.email,
        "personal_session_link": links.personal(invitee),
    }
