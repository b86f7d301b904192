"""Conferencing services: the settings file's by name, the admins' own with their settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, func, select, update

from lti_bridge.errors import StoreError
from lti_bridge.settings import Conferencing
from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.tables import ConnectionRow, CourseRow, ServiceRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

LOCK_KEY: Final = 0x5E2_71CE
SECRETS: Final = {"onstream": "password"}
"""Which key of a ``[[conferencing]]`` table is the secret one, where it isn't ``secret``."""


@dataclass(frozen=True, slots=True)
class StoredService:
    """A service's row."""

    id: int
    name: str
    kind: str
    managed_by: Literal["file", "admin"]
    resting: bool
    settings: Conferencing | None = field(repr=False)
    """The admins' own; None for one of the settings file, and for one that can't be read."""
    problem: str = ""
    """Why it can't be read: sealed with a secret key that is gone, or spoiled."""


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """Who meets on a service by its name."""

    platforms: Sequence[str]
    """Names of the LMSs at work whose courses do."""
    courses: int = 0
    """Courses that do so whatever their LMS says."""


class ConferencingServices:
    """Queries on services."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the services' secrets."""
        self._database = database
        self._vault = vault

    def all(self) -> list[StoredService]:
        """Every service at work, in the order in which they came."""
        statement = select(ServiceRow.__table__).where(ServiceRow.active).order_by(ServiceRow.id)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [self._service(row) for row in rows]

    def synchronise(self, configured: Iterable[Conferencing], now_ms: int) -> None:
        """Note the services of the settings file; those that left it are at work no more.

        One of the admins' own that has the name of one in the file becomes the file's.
        """
        wanted = list(configured)
        self._database.write(lambda c: self._synchronise(c, wanted, now_ms))

    def _synchronise(
        self, connection: Connection, wanted: Sequence[Conferencing], now_ms: int
    ) -> None:
        one_at_a_time(connection, LOCK_KEY)
        for service in wanted:
            values = {
                "kind": service.kind,
                "managed_by": "file",
                "settings": "{}",
                "secret_sealed": None,
                "active": True,
                "updated_ms": now_ms,
            }
            connection.execute(
                insert(connection, ServiceRow)
                .values(name=service.name, created_ms=now_ms, **values)
                .on_conflict_do_update(index_elements=["name"], set_=values)
            )
        connection.execute(
            update(ServiceRow)
            .where(
                ServiceRow.managed_by == "file",
                ServiceRow.name.not_in([service.name for service in wanted]),
            )
            .values(active=False)
        )

    def save(self, service: Conferencing, now_ms: int) -> bool:
        """Add one of the admins' own, or change it; False where the settings file has that name."""
        values: dict[str, Any] = {
            "kind": service.kind,
            "settings": json.dumps(_plain(service)),
            "secret_sealed": self._vault.seal(_secret(service)),
            "active": True,
            "updated_ms": now_ms,
        }
        statement = (
            insert(self._database, ServiceRow)
            .values(name=service.name, managed_by="admin", created_ms=now_ms, **values)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={
                    **values,
                    "managed_by": "admin",
                    # Of one that had gone, a new one inherits no rest.
                    "resting": and_(ServiceRow.active, ServiceRow.resting),
                },
                where=(ServiceRow.managed_by == "admin") | ServiceRow.active.is_(False),
            )
            .returning(ServiceRow.id)  # PostgreSQL's driver counts no rows of an INSERT
        )
        return self._database.write_statement(lambda c: c.execute(statement).first()) is not None

    def remove(self, name: str) -> bool:
        """Take one of the admins' own out of work, with its secret; False where there is none."""
        return self._change(
            name, {"active": False, "secret_sealed": None, "settings": "{}"}, managed_by="admin"
        )

    def rest(self, name: str, *, resting: bool) -> bool:
        """Whether it takes no new meetings; False where there is no such service."""
        return self._change(name, {"resting": resting})

    def uses(self) -> dict[str, ServiceUse]:
        """Who meets on which service."""

        def read(connection: Connection) -> dict[str, ServiceUse]:
            by_platform = select(ConnectionRow.conferencing, ConnectionRow.name).where(
                ConnectionRow.active
            )
            platforms: dict[str, list[str]] = {}
            for service, name in connection.execute(by_platform.order_by(ConnectionRow.id)):
                platforms.setdefault(service, []).append(name)
            by_course = (
                select(CourseRow.conferencing, func.count())
                .where(CourseRow.conferencing.is_not(None))
                .group_by(CourseRow.conferencing)
            )
            courses = {str(name): int(n) for name, n in connection.execute(by_course)}
            return {
                service: ServiceUse(platforms.get(service, ()), courses.get(service, 0))
                for service in platforms.keys() | courses.keys()
            }

        return self._database.read(read)

    def assign_course(self, course_id: int, name: str | None) -> bool:
        """The service a course meets on; None: its platform's. False where there is no course."""
        statement = update(CourseRow).where(CourseRow.id == course_id).values(conferencing=name)
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def _change(self, name: str, values: dict[str, Any], managed_by: str = "") -> bool:
        statement = (
            update(ServiceRow)
            .where(ServiceRow.name == name, ServiceRow.active)
            .where(ServiceRow.managed_by == managed_by if managed_by else ServiceRow.active)
            .values(**values)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def _service(self, row: Row[Any]) -> StoredService:
        settings, problem = None, ""
        if row.managed_by == "admin":
            try:
                settings = self._settings(row)
            except StoreError as error:  # the others are well, and people are to get into them
                problem = f"{error.message} {error.remedy}"
        return StoredService(
            id=row.id,
            name=row.name,
            kind=row.kind,
            managed_by=row.managed_by,
            resting=row.resting,
            settings=settings,
            problem=problem,
        )

    def _settings(self, row: Row[Any]) -> Conferencing:
        secret = self._vault.open(row.secret_sealed or "")
        key = SECRETS.get(row.kind, "secret")
        try:
            return Conferencing(name=row.name, **{**json.loads(row.settings), key: secret})
        except (TypeError, ValueError):
            raise StoreError(
                f"The stored settings of the service {row.name!r} can't be read.",
                remedy=f"Add it again: lti-bridge conferencing add {row.name}",
                code="service_unreadable",
            ) from None


def _secret(service: Conferencing) -> str:
    secret = service.password if service.kind in SECRETS else service.secret
    return secret.get_secret_value() if secret else ""


def _plain(service: Conferencing) -> dict[str, Any]:
    """The keys that are no secrets, as far as they were given."""
    return service.model_dump(
        mode="json", exclude={"name", "secret", "password"}, exclude_unset=True
    )
