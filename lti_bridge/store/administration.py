"""What an admin sees and decides of LMSs: which work or rest, and which deployments may launch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select, update

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.own_platforms import managed_by_file, put_platform
from lti_bridge.store.platforms import LOCK_KEY, DeploymentState
from lti_bridge.store.tables import ConnectionRow, DeploymentRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.own_platforms import PlatformValues


@dataclass(frozen=True, slots=True)
class KnownPlatform:
    """An LMS as an admin sees it, at work or at rest."""

    id: int
    name: str
    type: str
    version: str
    issuer: str
    client_id: str
    preset: str
    key_set_url: str
    conferencing: str
    meets_connection: int
    managed_by: Literal["file", "admin"]
    active: bool


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment of the tool in an LMS."""

    platform_id: int
    platform: str
    deployment_id: str
    state: DeploymentState
    first_seen_ms: int


class PlatformAdministration:
    """Queries on LMSs for those who look after them."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def all(self) -> list[KnownPlatform]:
        """Every LMS, those at rest included."""
        statement = select(ConnectionRow.__table__).order_by(ConnectionRow.id)
        return [_known(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def next_connection(self) -> int:
        """A ``meetsIdConnection`` that no LMS has yet."""
        statement = select(func.coalesce(func.max(ConnectionRow.meets_connection), 0) + 1)
        return int(self._database.read(lambda c: c.execute(statement).scalar_one()))

    def put(self, values: PlatformValues, now_ms: int) -> int:
        """Make an LMS of an admin's, or give the one of that issuer and client ID these values.

        Raises :class:`lti_bridge.errors.NotAllowed` where the settings file manages it.
        """

        def change(connection: Any) -> int:
            one_at_a_time(connection, LOCK_KEY)
            return put_platform(connection, values, now_ms)

        return self._database.write(change)

    def set_active(self, platform: KnownPlatform, now_ms: int, *, active: bool) -> None:
        """Put an LMS of an admin's to rest, or back to work; raises as :meth:`put`."""
        if platform.managed_by == "file":
            raise managed_by_file(platform.name)
        statement = (
            update(ConnectionRow)
            .where(ConnectionRow.id == platform.id)
            .values(active=active, updated_ms=now_ms)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def deployments(self, platform_id: int | None = None) -> list[Deployment]:
        """Deployments, of one LMS or of all: those that wait first, then by their first launch."""
        statement = (
            select(DeploymentRow.__table__, ConnectionRow.name)
            .join(ConnectionRow, ConnectionRow.id == DeploymentRow.connection_id)
            .order_by(
                DeploymentRow.state != "waiting", DeploymentRow.first_seen_ms, DeploymentRow.id
            )
        )
        if platform_id is not None:
            statement = statement.where(ConnectionRow.id == platform_id)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [
            Deployment(row.connection_id, row.name, row.deployment_id, row.state, row.first_seen_ms)
            for row in rows
        ]

    def decide(
        self, platform_id: int, deployment_id: str, state: DeploymentState, now_ms: int
    ) -> None:
        """Let a deployment in or not, whether or not it was ever seen."""
        statement = (
            insert(self._database, DeploymentRow)
            .values(
                connection_id=platform_id,
                deployment_id=deployment_id,
                state=state,
                first_seen_ms=now_ms,
            )
            .on_conflict_do_update(
                index_elements=["connection_id", "deployment_id"], set_={"state": state}
            )
        )
        self._database.write_statement(lambda c: c.execute(statement))


def _known(row: Row[Any]) -> KnownPlatform:
    return KnownPlatform(
        id=row.id,
        name=row.name,
        type=row.type,
        version=row.version,
        issuer=row.issuer or "",
        client_id=row.client_id or "",
        preset=row.preset,
        key_set_url=row.key_set_url or "",
        conferencing=row.conferencing,
        meets_connection=row.meets_connection,
        managed_by=row.managed_by,
        active=row.active,
    )
