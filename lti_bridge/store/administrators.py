"""Accounts of those who look after the bridge.

One thing holds whatever is changed: somebody who may manage administrators, and can sign in, stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import NotAllowed
from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.tables import AdminAccountRow, AdminSessionRow
from lti_bridge.store.tokens import hashed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

LOCK_KEY: Final = 0xAD_314
MANAGES: Final = "manageAdmins"


@dataclass(frozen=True, slots=True)
class Administrator:
    """An account, without its secrets."""

    id: int
    name: str
    permissions: frozenset[str]
    single_sign_on: bool
    has_second_step: bool
    recovery_codes: int
    """How many are left."""
    created_ms: int
    signed_in_ms: int | None
    disabled_ms: int | None
    password_hash: str = field(default="", repr=False)
    zone: str = ""
    """IANA name of the time zone that they chose; empty: none."""

    @property
    def is_active(self) -> bool:
        """Whether they may sign in."""
        return self.disabled_ms is None


class Administrators:
    """Queries on accounts."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the secrets of authenticators."""
        self._database = database
        self._vault = vault

    def add(
        self, name: str, password_hash: str, permissions: Collection[str], now_ms: int
    ) -> Administrator | None:
        """A new local account; None where there is one of that name."""
        statement = insert(AdminAccountRow).values(
            name=name,
            password_hash=password_hash,
            permissions=json.dumps(sorted(permissions)),
            created_ms=now_ms,
        )
        return self._added(statement)

    def signed_on(
        self, subject: str, name: str, permissions: Collection[str], now_ms: int
    ) -> Administrator | None:
        """Who comes from the identity provider, with what they may do by its word now.

        None where another account has that name.
        """
        values = {"name": name, "permissions": json.dumps(sorted(permissions))}
        change = (
            update(AdminAccountRow)
            .where(AdminAccountRow.subject == hashed(subject))
            .values(**values)
            .returning(AdminAccountRow.__table__)
        )
        try:
            row = self._database.write(lambda c: c.execute(change).first())
        except IntegrityError:
            return None
        if row is not None:
            return administrator(row)
        return self._added(
            insert(AdminAccountRow).values(subject=hashed(subject), created_ms=now_ms, **values)
        )

    def _added(self, statement: Any) -> Administrator | None:
        returning = statement.returning(AdminAccountRow.__table__)
        try:
            row = self._database.write(lambda c: c.execute(returning).one())
        except IntegrityError:
            return None
        return administrator(row)

    def all(self) -> list[Administrator]:
        """Everybody, in the order in which they came."""
        statement = select(AdminAccountRow.__table__).order_by(AdminAccountRow.id)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [administrator(row) for row in rows]

    def by_name(self, name: str) -> Administrator | None:
        """The account that has this name."""
        return self._one(AdminAccountRow.name == name)

    def by_id(self, account: int) -> Administrator | None:
        """The account of that number."""
        return self._one(AdminAccountRow.id == account)

    def _one(self, wanted: Any) -> Administrator | None:
        statement = select(AdminAccountRow.__table__).where(wanted)
        row = self._database.read(lambda c: c.execute(statement).first())
        return administrator(row) if row else None

    def set_password(self, account: int, password_hash: str) -> None:
        """Another password; whoever is signed in with the old one isn't any more."""

        def change(connection: Connection) -> None:
            _update(connection, account, password_hash=password_hash)
            _sign_out(connection, account)

        self._database.write(change)

    def rehash(self, account: int, password_hash: str) -> None:
        """The same password, hashed by stronger parameters."""
        self._database.write(lambda c: _update(c, account, password_hash=password_hash))

    def set_permissions(self, account: int, permissions: Collection[str]) -> None:
        """What they may do from now on.

        Raises :class:`NotAllowed` where nobody would be left to manage administrators.
        """
        values = {"permissions": json.dumps(sorted(permissions))}
        self._guarded(account, values, manages_still=MANAGES in permissions)

    def disable(self, account: int, now_ms: int) -> None:
        """Let them in no more, and sign them out everywhere; raises as ``set_permissions``."""
        self._guarded(account, {"disabled_ms": now_ms}, manages_still=False, signs_out=True)

    def enable(self, account: int) -> None:
        """Let them in again."""
        self._database.write(lambda c: _update(c, account, disabled_ms=None))

    def _guarded(
        self, account: int, values: dict[str, Any], *, manages_still: bool, signs_out: bool = False
    ) -> None:
        def change(connection: Connection) -> None:
            one_at_a_time(connection, LOCK_KEY)
            if not manages_still and not _others_manage(connection, account):
                raise NotAllowed(
                    "Nobody would be left who may manage administrators.",
                    remedy="Give somebody else manageAdmins first.",
                    code="last_manager",
                )
            _update(connection, account, **values)
            if signs_out:
                _sign_out(connection, account)

        self._database.write(change)

    def signed_in(self, account: int, now_ms: int) -> None:
        """They signed in just now."""
        self._database.write(lambda c: _update(c, account, signed_in_ms=now_ms))

    def set_zone(self, account: int, zone: str) -> None:
        """The time zone that their pages tell times in; empty: where their browser is."""
        self._database.write(lambda c: _update(c, account, zone=zone))

    # The second step.

    def second_step(self, account: int) -> str | None:
        """The secret of their authenticator; None where they have none."""
        statement = select(AdminAccountRow.totp_sealed).where(AdminAccountRow.id == account)
        sealed = self._database.read(lambda c: c.execute(statement).scalar_one_or_none())
        return self._vault.open(sealed) if sealed else None

    def set_second_step(
        self, account: int, secret: str | None, recovery_codes: Sequence[str] = ()
    ) -> None:
        """From now on this authenticator and these recovery codes; or, with None, neither."""
        values = {
            "totp_sealed": self._vault.seal(secret) if secret else None,
            "totp_step": 0,
            "recovery_hashes": json.dumps([hashed(code) for code in recovery_codes]),
        }
        self._database.write(lambda c: _update(c, account, **values))

    def use_step(self, account: int, step: int) -> bool:
        """Use the code of that step up; False where it, or a later one, was used already."""
        statement = (
            update(AdminAccountRow)
            .where(AdminAccountRow.id == account, AdminAccountRow.totp_step < step)
            .values(totp_step=step)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def has_recovery_code(self, account: int, code: str) -> bool:
        """Whether it is one that is left; it isn't used up."""
        statement = select(AdminAccountRow.recovery_hashes).where(AdminAccountRow.id == account)
        left = self._database.read(lambda c: c.execute(statement).scalar())
        return hashed(code) in json.loads(left or "[]")

    def use_recovery_code(self, account: int, code: str) -> bool:
        """Use a recovery code up; False where there is none such left."""

        def change(connection: Connection) -> bool:
            one_at_a_time(connection, LOCK_KEY)
            statement = select(AdminAccountRow.recovery_hashes).where(AdminAccountRow.id == account)
            left = json.loads(connection.execute(statement).scalar_one())
            if hashed(code) not in left:
                return False
            left.remove(hashed(code))
            _update(connection, account, recovery_hashes=json.dumps(left))
            return True

        return self._database.write(change)


def _update(connection: Connection, account: int, **values: Any) -> None:
    statement = update(AdminAccountRow).where(AdminAccountRow.id == account).values(**values)
    connection.execute(statement)


def _sign_out(connection: Connection, account: int) -> None:

    connection.execute(delete(AdminSessionRow).where(AdminSessionRow.account_id == account))


def _others_manage(connection: Connection, account: int) -> bool:
    statement = select(AdminAccountRow.permissions).where(
        AdminAccountRow.id != account, AdminAccountRow.disabled_ms.is_(None)
    )
    return any(MANAGES in json.loads(text) for text in connection.execute(statement).scalars())


def administrator(row: Row[Any]) -> Administrator:
    """The account of a row."""
    return Administrator(
        id=row.id,
        name=row.name,
        permissions=frozenset(json.loads(row.permissions)),
        single_sign_on=row.subject is not None,
        has_second_step=row.totp_sealed is not None,
        recovery_codes=len(json.loads(row.recovery_hashes)),
        created_ms=row.created_ms,
        signed_in_ms=row.signed_in_ms,
        disabled_ms=row.disabled_ms,
        password_hash=row.password_hash,
        zone=row.zone,
    )
