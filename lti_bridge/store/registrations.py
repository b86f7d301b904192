"""Invitations to register an LMS, and what LMSs registered: in force, or waiting for a yes.

An invitation is used up before the LMS is asked (:meth:`Registrations.begin`), so that of two who
come with it only one asks; what the LMS answered is written down with the platform it makes, whole
or not at all (:meth:`Registrations.finish`). Where the bridge dies in between, the registration
stays ``begun``, and says of which LMS: the admin finds the tool there.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import select, update

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.own_platforms import PlatformValues, put_platform
from lti_bridge.store.platforms import LOCK_KEY
from lti_bridge.store.tables import (
    ConnectionRow,
    RegistrationInviteRow,
    RegistrationRow,
)
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.engine import Database

RegistrationState = Literal["begun", "waiting", "done", "refused"]


@dataclass(frozen=True, slots=True)
class InviteTerms:
    """What an admin says beforehand of the LMS that may register."""

    name: str = ""
    """What it is to be called here; empty: what it calls itself."""
    preset: str = ""
    meets_connection: int | None = None
    conferencing: str = ""
    hosts: tuple[str, ...] = ()
    """The only hosts whose configuration is fetched; empty: any public one."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time invitation, without its secret."""

    id: int
    terms: InviteTerms
    created_ms: int
    expires_ms: int
    used_ms: int | None
    revoked_ms: int | None

    def state(self, now_ms: int) -> Literal["open", "used", "revoked", "expired"]:
        """Whether it still lets an LMS in."""
        if self.revoked_ms is not None:
            return "revoked"
        if self.used_ms is not None:
            return "used"
        return "open" if now_ms < self.expires_ms else "expired"


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration that an LMS was asked for."""

    id: int
    platform_id: int | None
    """The platform that it made, or would change."""
    state: RegistrationState
    values: PlatformValues
    answer: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """The tool as the LMS registered it, without tokens and secrets."""
    created_ms: int = 0
    decided_ms: int | None = None


class Registrations:
    """Queries on invitations and registrations."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def invite(self, terms: InviteTerms, now_ms: int, expires_ms: int) -> tuple[Invite, str]:
        """A new invitation, and its secret of 256 random bits, which nobody can find out again."""
        secret = secrets.token_urlsafe(32)
        statement = (
            insert(self._database, RegistrationInviteRow)
            .values(
                token_hash=_hashed(secret),
                **(asdict(terms) | {"hosts": json.dumps(list(terms.hosts))}),
                created_ms=now_ms,
                expires_ms=expires_ms,
            )
            .returning(RegistrationInviteRow.__table__)
        )
        row = self._database.write_statement(lambda c: c.execute(statement).one())
        return _invite(row), secret

    def find_invite(self, secret: str) -> Invite | None:
        """The invitation with that secret, whether or not it is still open."""
        # Of 256 random bits the hash says nothing, nor does the time that finding it takes.
        wanted = RegistrationInviteRow.token_hash == _hashed(secret)
        return self._one_invite(wanted)

    def invite_of(self, number: int) -> Invite | None:
        """The invitation of that number."""
        return self._one_invite(RegistrationInviteRow.id == number)

    def _one_invite(self, wanted: Any) -> Invite | None:
        statement = select(RegistrationInviteRow.__table__).where(wanted)
        row = self._database.read(lambda c: c.execute(statement).first())
        return _invite(row) if row else None

    def invites(self) -> list[Invite]:
        """Every invitation, the newest first."""
        statement = select(RegistrationInviteRow.__table__).order_by(
            RegistrationInviteRow.id.desc()
        )
        return [_invite(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def revoke_invite(self, number: int, now_ms: int) -> bool:
        """Let it be good for nothing any more; False where it was so already."""
        statement = (
            update(RegistrationInviteRow)
            .where(RegistrationInviteRow.id == number, *_open(now_ms))
            .values(revoked_ms=now_ms)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def begin(self, invite_id: int, values: PlatformValues, now_ms: int) -> int | None:
        """Use the invitation up and note whom is being asked; None where another did, or it is
        over.
        """
        return self._database.write(lambda c: _begin(c, invite_id, values, now_ms))

    def fail(self, registration: int, now_ms: int, *, refused: bool) -> None:
        """The LMS made no platform of it: its invitation is open again.

        ``refused``: the LMS said so; else nobody knows what it did, and the entry stays ``begun``.
        """
        self._database.write(lambda c: _fail(c, registration, now_ms, refused=refused))

    def finish(
        self, registration: int, values: PlatformValues, answer: Mapping[str, Any], now_ms: int
    ) -> Registration:
        """Write down what the LMS answered, and the platform.

        Where a platform of the same issuer is there already, nothing of it is touched: the
        registration waits for the admin's yes.
        """
        return self._database.write(
            lambda c: _finish(c, registration, values, json.dumps(dict(answer)), now_ms)
        )

    def all(self) -> list[Registration]:
        """Every registration: those that wait first, then the newest."""
        statement = select(RegistrationRow.__table__).order_by(
            RegistrationRow.state != "waiting", RegistrationRow.id.desc()
        )
        return [
            _registration(row) for row in self._database.read(lambda c: c.execute(statement).all())
        ]

    def accept(self, number: int, now_ms: int) -> Registration | None:
        """Let a waiting registration make or change its platform; None where none of that number
        waits.

        Raises :class:`NotAllowed` where the platform is one that the settings file manages.
        """
        return self._database.write(lambda c: _accept(c, number, now_ms))

    def refuse(self, number: int, now_ms: int) -> bool:
        """Let a registration that waits, or was never answered, be none; False where none is."""
        statement = (
            update(RegistrationRow)
            .where(RegistrationRow.id == number, RegistrationRow.state.in_(("waiting", "begun")))
            .values(state="refused", decided_ms=now_ms)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))


_HASHED_CHARACTERS: Final = 500


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret[:_HASHED_CHARACTERS].encode("utf-8", "replace")).hexdigest()


def _open(now_ms: int) -> Sequence[Any]:
    return (
        RegistrationInviteRow.used_ms.is_(None),
        RegistrationInviteRow.revoked_ms.is_(None),
        RegistrationInviteRow.expires_ms > now_ms,
    )


def _begin(
    connection: Connection, invite_id: int, values: PlatformValues, now_ms: int
) -> int | None:
    used = connection.execute(
        update(RegistrationInviteRow)
        .where(RegistrationInviteRow.id == invite_id, *_open(now_ms))
        .values(used_ms=now_ms)
    )
    if not used.rowcount:
        return None
    made = connection.execute(
        insert(connection, RegistrationRow)
        .values(
            invite_id=invite_id,
            issuer=values.issuer,
            state="begun",
            platform=json.dumps(asdict(values)),
            created_ms=now_ms,
        )
        .returning(RegistrationRow.id)
    )
    return int(made.scalar_one())


def _fail(connection: Connection, registration: int, now_ms: int, *, refused: bool) -> None:
    where = RegistrationRow.id == registration
    invite = connection.execute(select(RegistrationRow.invite_id).where(where)).scalar()
    connection.execute(
        update(RegistrationInviteRow).where(RegistrationInviteRow.id == invite).values(used_ms=None)
    )
    if refused:
        changes = {"state": "refused", "decided_ms": now_ms}
        connection.execute(update(RegistrationRow).where(where).values(**changes))


def _finish(
    connection: Connection, registration: int, values: PlatformValues, answer: str, now_ms: int
) -> Registration:
    one_at_a_time(connection, LOCK_KEY)
    known = connection.execute(
        select(ConnectionRow.id)
        .where(ConnectionRow.issuer == values.issuer)
        .order_by(ConnectionRow.client_id != values.client_id, ConnectionRow.id)
    ).first()
    state = "waiting" if known else "done"
    platform_id = known.id if known else put_platform(connection, values, now_ms)
    connection.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == registration)
        .values(
            connection_id=platform_id,
            state=state,
            platform=json.dumps(asdict(values)),
            answer=answer,
            decided_ms=None if known else now_ms,
        )
    )
    return _registration(_row(connection, registration))


def _accept(connection: Connection, number: int, now_ms: int) -> Registration | None:
    one_at_a_time(connection, LOCK_KEY)
    statement = select(RegistrationRow.__table__).where(
        RegistrationRow.id == number, RegistrationRow.state == "waiting"
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    platform_id = put_platform(connection, _registration(row).values, now_ms)
    connection.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == number)
        .values(state="done", connection_id=platform_id, decided_ms=now_ms)
    )
    return _registration(_row(connection, number))


def _row(connection: Connection, number: int) -> Row[Any]:
    statement = select(RegistrationRow.__table__).where(RegistrationRow.id == number)
    return connection.execute(statement).one()


def _invite(row: Row[Any]) -> Invite:
    return Invite(
        id=row.id,
        terms=InviteTerms(
            row.name,
            row.preset,
            row.meets_connection,
            row.conferencing,
            tuple(json.loads(row.hosts)),
        ),
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        used_ms=row.used_ms,
        revoked_ms=row.revoked_ms,
    )


def _registration(row: Row[Any]) -> Registration:
    values = PlatformValues(**json.loads(row.platform))
    values = replace(values, hosts=tuple(values.hosts), deployment_ids=tuple(values.deployment_ids))
    return Registration(
        id=row.id,
        platform_id=row.connection_id,
        state=row.state,
        values=values,
        answer=MappingProxyType(json.loads(row.answer)),
        created_ms=row.created_ms,
        decided_ms=row.decided_ms,
    )
