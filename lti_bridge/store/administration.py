"""What an admin sees and decides of LMSs: which work or rest, and which deployments may launch."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from sqlalchemy import func, select, update

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.own_platforms import (
    add_old_platform,
    change_platform,
    managed_by_file,
    put_platform,
)
from lti_bridge.store.platforms import LOCK_KEY, DeploymentState, Role, note_deployment
from lti_bridge.store.tables import ConnectionRow, DeploymentRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.own_platforms import OldPlatformValues, PlatformValues
    from lti_bridge.store.vault import Vault


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
    auth_login_url: str = ""
    auth_token_url: str = ""
    auth_audience: str = ""
    hosts: tuple[str, ...] = ()
    """Those that stand in its row, beside the hosts of its addresses."""
    new_deployments: str = "queue"
    consumer_key: str = ""
    """Of LTI 1.1."""
    secret_waits: bool = False
    """Its next shared secret was made, and the LMS hasn't signed with it yet."""
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    policies: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


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

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the secrets of LTI 1.1."""
        self._database = database
        self._vault = vault

    def all(self) -> list[KnownPlatform]:
        """Every LMS, those at rest included."""
        statement = select(ConnectionRow.__table__).order_by(ConnectionRow.id)
        return [_known(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def next_connection(self) -> int:
        """A ``meetsIdConnection`` that no LMS has yet."""
        statement = select(func.coalesce(func.max(ConnectionRow.meets_connection), 0) + 1)
        return int(self._database.read(lambda c: c.execute(statement).scalar_one()))

    def put(self, values: PlatformValues, now_ms: int, *, replaces: bool = True) -> int:
        """Make an LMS of an admin's, or give the one of that issuer and client ID these values.

        Raises :class:`lti_bridge.errors.NotAllowed` where the settings file manages it, and where
        there is one, unless that ``replaces`` it.
        """

        def change(connection: Connection) -> int:
            one_at_a_time(connection, LOCK_KEY)
            return put_platform(connection, values, now_ms, replaces=replaces)

        return self._database.write(change)

    def add_old(self, values: OldPlatformValues, now_ms: int) -> tuple[int, str, str]:
        """Make an LMS of LTI 1.1: its number, its consumer key, and its shared secret of 256
        random bits, which is sealed and never given out again.
        """
        key, secret = f"bridge-{secrets.token_hex(8)}", secrets.token_urlsafe(32)
        sealed = self._vault.seal(secret)
        number = self._database.write(lambda c: add_old_platform(c, values, key, sealed, now_ms))
        return number, key, secret

    def replace_secret(self, platform: KnownPlatform, now_ms: int, *, at_once: bool = False) -> str:
        """Another shared secret, which counts beside the one before until the LMS signs with it
        (see :meth:`Platforms.use_secret`), or ``at_once`` instead of it.

        Raises as :meth:`put`.
        """
        if platform.managed_by == "file":
            raise managed_by_file(platform.name)
        secret = secrets.token_urlsafe(32)
        sealed = self._vault.seal(secret)
        statement = (
            update(ConnectionRow)
            .where(ConnectionRow.id == platform.id, ConnectionRow.version == "1.1")
            .values(
                **{"shared_secret_sealed": sealed, "other_secret_sealed": None}
                if at_once
                else {"other_secret_sealed": sealed},
                other_secret_until_ms=None,
                updated_ms=now_ms,
            )
        )
        self._database.write_statement(lambda c: c.execute(statement))
        return secret

    def change(
        self,
        platform_id: int,
        values: PlatformValues | OldPlatformValues,
        new_deployments: str,
        now_ms: int,
    ) -> None:
        """Other values for an LMS of an admin's; raises as :func:`change_platform`."""

        def change(connection: Connection) -> None:
            one_at_a_time(connection, LOCK_KEY)
            change_platform(connection, platform_id, values, new_deployments, now_ms)

        self._database.write(change)

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
    ) -> DeploymentState | None:
        """Let a deployment in or not, whether or not it was ever seen; what it was before."""

        def change(connection: Connection) -> DeploymentState | None:
            one_at_a_time(connection, LOCK_KEY)
            there = select(DeploymentRow.state).where(
                DeploymentRow.connection_id == platform_id,
                DeploymentRow.deployment_id == deployment_id,
            )
            before = cast("DeploymentState | None", connection.execute(there).scalar())
            note_deployment(connection, platform_id, deployment_id, state, now_ms)
            return before

        return self._database.write(change)


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
        auth_login_url=row.auth_login_url or "",
        auth_token_url=row.auth_token_url or "",
        auth_audience=row.auth_audience or "",
        hosts=tuple(json.loads(row.hosts)),
        new_deployments=row.new_deployments,
        consumer_key=row.consumer_key or "",
        secret_waits=row.other_secret_sealed is not None and row.other_secret_until_ms is None,
        roles=MappingProxyType(json.loads(row.roles)),
        policies=MappingProxyType(json.loads(row.policies)),
    )
