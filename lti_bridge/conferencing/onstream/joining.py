"""Brings people in: each is an invitee of the session, once, and follows a link of their own.

The link lets its holder in, so whose it is must be sure. An invitee's e-mail is therefore one of
ours, made of our own key of the person: addresses that an LMS passes on are what people wrote
there, and whoever wrote a teacher's would be handed the teacher's link. No mail could reach it
(RFC 2606, ``.invalid``), and none is asked for.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.links import web_link
from lti_bridge.conferencing.onstream.answers import GONE, Asked, text
from lti_bridge.conferencing.onstream.invitations import Invitation
from lti_bridge.conferencing.onstream.values import (
    MODERATOR,
    OBSERVER,
    PARTICIPANT,
    Invitee,
    RoleNumber,
)
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lti_bridge.conferencing.meetings import Visitor
    from lti_bridge.conferencing.onstream.api import Api
    from lti_bridge.conferencing.onstream.invitations import Invitations

NO_LAST_NAME: Final = "-"
"""For people of one name. Others see first and last name side by side: a dash reads as "none",
where a repeated name or an invented word would read as theirs, and an empty or invisible one may
be refused, or trimmed to nothing."""
_NOBODY: Final = "Guest"
# The local part of an address has at most 64 characters (RFC 5321), no two dots side by side and
# none at its end (RFC 5322); some servers take capitals for small letters, and two people for one.
_KEY: Final = re.compile(r"(?:[a-z0-9_-]|\.(?=[a-z0-9_-])){1,60}")


class Joining:
    """Into the sessions of one account."""

    def __init__(self, service: str, api: Api, invitations: Invitations) -> None:
        """``service`` as configured; ``invitations`` remembers who has a link."""
        self._service: Final = service
        self._api: Final = api
        self._invitations: Final = invitations

    def link(self, session_id: str, visitor: Visitor) -> str:
        """The visitor's own link into the session, in the role they have now.

        No remote call for somebody whose link and role are remembered. Raises
        :class:`lti_bridge.errors.RemoteError`; rejected with the code ``notFound`` where the
        session has gone.
        """
        role = role_of(visitor)
        if not visitor.key:
            # Nobody will be known by this address again: nothing to look up or to remember.
            return self._invite(session_id, email_of(secrets.token_hex(16)), visitor, role).link
        email = email_of(visitor.key)
        known = self._invitations.find(self._service, session_id, email)
        if known is not None and known.role == role:
            return known.link
        invitation = self._look_up(session_id, email, role) or self._invite(
            session_id, email, visitor, role
        )
        self._invitations.keep(self._service, session_id, email, invitation)
        return invitation.link

    def _look_up(self, session_id: str, email: str, role: RoleNumber) -> Invitation | None:
        """An earlier invitation, now with that role; None if there is none."""
        try:
            everybody = self._api.invitees(session_id)
        except RemoteRejected as refusal:
            if refusal.code == "http_404":
                return None  # nobody invited yet, or no session: inviting will show which
            raise self._gone(refusal, session_id) from None
        invited = [each for each in everybody if _is(each, email)]
        if not invited:
            return None
        others = [each for each in invited if each.role != role]
        for each in others:  # of somebody invited twice no link may keep the former role
            try:
                self._api.edit_invitee(session_id, each.id, role=role)
            except RemoteRejected as refusal:
                raise self._gone(refusal, session_id) from None
        if others:
            return self._read_back(session_id, email, role)
        return self._invitation(invited, role)

    def _invite(
        self, session_id: str, email: str, visitor: Visitor, role: RoleNumber
    ) -> Invitation:
        first, last = names_of(visitor.full_name)
        try:
            self._api.add_invitee(session_id, email, first_name=first, last_name=last, role=role)
        except RemoteRejected as refusal:
            if refusal.code != "http_409":
                raise self._gone(refusal, session_id) from None
            found = self._look_up(session_id, email, role)
            if found is None:
                raise
            return found
        return self._read_back(session_id, email, role)

    def _read_back(self, session_id: str, email: str, role: RoleNumber) -> Invitation:
        """The link isn't in the answers of PUT and POST, and may change with the role."""
        try:
            members = self._api.invitees(session_id, role=role)
        except RemoteRejected as refusal:
            raise self._gone(refusal, session_id) from None
        return self._invitation((each for each in members if _is(each, email)), role)

    def _invitation(self, invited: Iterable[Invitee], role: RoleNumber) -> Invitation:
        for each in invited:
            if link := web_link(each.link):
                return Invitation(each.id, role, link)
        raise Asked(self._service, "GET invitees").malformed("no personal_session_link")

    def _gone(self, refusal: RemoteRejected, session_id: str) -> RemoteRejected:
        """``notFound`` for a session that has gone; other refusals as they are."""
        if refusal.code in GONE or (refusal.code == "http_400" and self._has_gone(session_id)):
            return not_found(self._service, refusal.call)
        return refusal

    def _has_gone(self, session_id: str) -> bool:
        """To a call that names it among its arguments, an unknown session may be a bad one."""
        try:
            self._api.session(session_id)
        except RemoteRejected as refusal:
            return refusal.code in GONE
        return False


def not_found(service: str, call: str) -> RemoteRejected:
    """The session isn't there (any more): it can be made again."""
    return RemoteRejected(
        f"{service} doesn't know the session of {call}: it was deleted, or never made.",
        service=service,
        call=call,
        remedy="Open the link in the course again; that makes it anew.",
        code="notFound",
        reason="doesn't know the session",
    )


def role_of(visitor: Visitor) -> RoleNumber:
    """1 moderator, 2 participant, 3 observer."""
    if visitor.role == "moderator":
        return MODERATOR
    return OBSERVER if visitor.observer else PARTICIPANT


def email_of(key: str) -> str:
    """The address of the person with that key; the same each time, and nobody's mailbox."""
    if not _KEY.fullmatch(key):
        key = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"lti-{key}@bridge.invalid"


def names_of(full_name: str) -> tuple[str, str]:
    """First and last name, split at the last blank; neither is empty."""
    parts = text(full_name).rsplit(None, 1) or [_NOBODY]
    return parts[0], parts[1] if len(parts) == 2 else NO_LAST_NAME


def _is(invitee: Invitee, email: str) -> bool:
    """Ours are in small letters; a server may write them otherwise."""
    return invitee.email.lower() == email
