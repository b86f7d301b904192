"""People's own ways into sessions of services that keep a list of who may come (Onstream)."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, select, tuple_

from lti_bridge.store.tables import InvitationRow, MeetingRow
from lti_bridge.store.text import storable
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

CLEARED_AT_ONCE: Final = 500
LONGEST_ADDRESS: Final = 255


def address_of(user: int) -> str:
    """The address by which a service with such a list knows somebody of ours, by their row."""
    return f"lti-{user}@bridge.invalid"


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """A person's place in a session, as the service gave it."""

    user_id: str
    """The service's own number of the person."""
    role: int
    """Onstream: 1 moderator, 2 participant, 3 observer."""
    link: str = field(repr=False)
    """It lets its holder in."""


class Invitations:
    """Queries on invitations."""

    def __init__(
        self, database: Database, vault: Vault, *, now: Callable[[], float] = time
    ) -> None:
        """``vault`` seals the links: whoever holds one gets in. ``now``: UNIX seconds."""
        self._database = database
        self._vault = vault
        self._now = now

    def find(self, service: str, session_id: str, email: str) -> StoredInvitation | None:
        """The invitation of the person with that address, if they have one."""
        key = {"service": service, "session": session_id, "email": email}
        row = self._database.read(lambda c: c.execute(_ONE, key).first())
        if row is None or not row.link_sealed:
            return None
        return StoredInvitation(row.service_user_id, row.role, self._vault.open(row.link_sealed))

    def keep(self, service: str, session_id: str, email: str, invitation: StoredInvitation) -> None:
        """Remember it, in place of an older one."""
        values = {
            "service_user_id": invitation.user_id,
            "role": invitation.role,
            "link_sealed": self._vault.seal(invitation.link),
            "created_ms": int(self._now() * 1000),
        }
        statement = (
            insert(self._database, InvitationRow)
            .values(service=service, session_id=session_id, email=email, **values)
            .on_conflict_do_update(index_elements=["service", "session_id", "email"], set_=values)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def save_list(self, meeting: int, people: Sequence[tuple[str, str, int]]) -> None:
        """Who is on a meeting's list at its service: address, number, role. Whom we know there
        already stays as they are; the others' ways in are none of ours.
        """
        where = select(MeetingRow.service, MeetingRow.remote_id).where(MeetingRow.id == meeting)

        def change(connection: Connection) -> None:
            service, session_id = connection.execute(where).one()
            rows = [
                {
                    "service": service,
                    "session_id": session_id,
                    "email": email,
                    "service_user_id": number[:64],
                    "role": role,
                    "link_sealed": "",
                    "created_ms": int(self._now() * 1000),
                }
                for email, number, role in people
                if session_id and email and storable(email, LONGEST_ADDRESS) == email
            ]
            if rows:
                new = insert(connection, InvitationRow).on_conflict_do_nothing()
                connection.execute(new, rows)

        self._database.write(change)

    def clear(self, before_ms: int) -> int:
        """Forget some that are older; how many. The service still has them, and is asked then."""
        key = (InvitationRow.service, InvitationRow.session_id, InvitationRow.email)
        old = select(*key).where(InvitationRow.created_ms < before_ms).limit(CLEARED_AT_ONCE)
        statement = delete(InvitationRow).where(tuple_(*key).in_(old))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


_ONE: Final = select(InvitationRow.__table__).where(
    InvitationRow.service == bindparam("service"),
    InvitationRow.session_id == bindparam("session"),
    InvitationRow.email == bindparam("email"),
)
