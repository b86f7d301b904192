"""The LMSs the bridge knows, with their deployments and last good key sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import select, update

from lti_bridge.errors import StoreError
from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.tables import ConnectionRow, DeploymentRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from lti_bridge.settings import Platform as PlatformSettings
    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

Role = Literal["moderator", "attendee"]
DeploymentState = Literal["allowed", "waiting", "refused"]

FORMER_SECRET_MS: Final = 3_600_000
"""How long a shared secret still counts once the LMS signs with the next one."""
LOCK_KEY: Final = 0x4C5450
"""Any number, the same for all nodes."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform as launches need it."""

    id: int
    name: str
    type: str
    version: str
    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    key_set: str | None
    """JSON, as the platform last gave it."""
    key_set_ms: int
    meets_connection: int
    conferencing: str
    hosts: frozenset[str]
    """Every host name (lower case, with the port if it isn't the usual) that is this LMS."""
    roles: Mapping[str, Role]
    new_deployments: str
    deployments: Mapping[str, DeploymentState]
    preset: str = ""
    """What this LMS is known to do differently (``canvas``, ``moodle``, …), or empty."""
    auth_audience: str = ""
    """``aud`` of token requests; empty: ``auth_token_url``."""
    policies: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    consumer_key: str = ""
    """Of LTI 1.1, which has neither issuer nor client ID …"""
    shared_secret: str = field(default="", repr=False)
    """… and signs with this; empty where it can't be opened."""
    other_secret: str = field(default="", repr=False)
    """The next one, until it is first signed with, or for a while the former …"""
    other_secret_until_ms: int | None = None
    """… until then (UNIX ms)."""

    def secrets_at(self, now_ms: int) -> tuple[str, ...]:
        """What a launch may be signed with: the one in use first."""
        until = self.other_secret_until_ms
        other = self.other_secret if until is None or now_ms < until else ""
        return tuple(one for one in (self.shared_secret, other) if one)

    def owns(self, url: str) -> bool:
        """Whether the URL is http(s) and on one of the platform's own hosts."""
        if any(c <= " " or c in '\\"<>' for c in url):
            return False
        try:
            parts = urlsplit(url)
            netloc = parts.netloc.lower()
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and netloc in self.hosts

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may frame ours.

        Nothing says whether an LMS of LTI 1.1 is reached by https. A host alone means the scheme
        of the page that names it, or a safer one (Content Security Policy 3, 6.7.2.8).
        """
        if self.version == "1.1":
            return tuple(sorted(self.hosts))
        secure = not self.issuer.startswith("http:") and not self.auth_login_url.startswith("http:")
        scheme = "https" if secure else "http"
        return tuple(f"{scheme}://{host}" for host in sorted(self.hosts))


class Platforms:
    """Queries on connections and deployments."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals LTI 1.1 secrets."""
        self._database = database
        self._vault = vault

    def all(self) -> list[Platform]:
        """Every active LTI 1.3 platform."""
        return self._database.read(_all)

    def of_lti_1p1(self) -> list[Platform]:
        """Every active LTI 1.1 platform, its shared secrets opened."""
        rows = self._database.read(lambda c: c.execute(_active("1.1")).all())
        return [
            replace(
                _platform(row, {}),
                shared_secret=self._secret(row.shared_secret_sealed),
                other_secret=self._secret(row.other_secret_sealed),
                other_secret_until_ms=row.other_secret_until_ms,
            )
            for row in rows
        ]

    def use_secret(self, platform_id: int, secret: str, now_ms: int) -> None:
        """An LMS of LTI 1.1 signs with its next secret: that is the one in use from now on.

        The former counts for an hour more, since not all of an LMS's servers change at once.
        """

        def change(connection: Connection) -> None:
            one_at_a_time(connection, LOCK_KEY)
            row = connection.execute(
                select(ConnectionRow.shared_secret_sealed, ConnectionRow.other_secret_sealed).where(
                    ConnectionRow.id == platform_id, ConnectionRow.other_secret_until_ms.is_(None)
                )
            ).first()
            # Another node was first, or an admin has made yet another meanwhile.
            if row is None or self._secret(row.other_secret_sealed) != secret:
                return
            connection.execute(
                update(ConnectionRow)
                .where(ConnectionRow.id == platform_id)
                .values(
                    shared_secret_sealed=row.other_secret_sealed,
                    other_secret_sealed=row.shared_secret_sealed,
                    other_secret_until_ms=now_ms + FORMER_SECRET_MS,
                )
            )

        self._database.write(change)

    def _secret(self, sealed: str | None) -> str:
        # One platform's secret that can't be opened is no reason to know none of the others.
        with suppress(StoreError):
            return self._vault.open(sealed or "")
        return ""

    def synchronise(self, wanted: Iterable[PlatformSettings], now_ms: int) -> None:
        """Make the file's platforms those in the database that the file manages.

        One that left the file is put to rest, not deleted: its courses and people stay. So do
        deployments that were allowed once, and the key set unless its address changed. Several
        nodes that start at once do it one after the other.
        """
        wanted = list(wanted)
        self._database.write(lambda c: self._synchronise(c, wanted, now_ms))

    def _synchronise(
        self, connection: Connection, wanted: list[PlatformSettings], now_ms: int
    ) -> None:
        one_at_a_time(connection, LOCK_KEY)
        kept: set[int] = set()
        for platform in wanted:
            values = _values(platform)
            if platform.shared_secret is not None:
                secret = platform.shared_secret.get_secret_value()
                values["shared_secret_sealed"] = self._vault.seal(secret)
                values["other_secret_sealed"] = None
            row_id = _upsert(connection, platform, values, now_ms)
            kept.add(row_id)
            for deployment_id in platform.deployment_ids:
                note_deployment(connection, row_id, deployment_id, "allowed", now_ms)
        connection.execute(
            update(ConnectionRow)
            .where(ConnectionRow.managed_by == "file", ConnectionRow.id.not_in(kept))
            .values(active=False)
        )

    def add_deployment(
        self, platform_id: int, deployment_id: str, state: DeploymentState, now_ms: int
    ) -> None:
        """Note a deployment seen for the first time; one that is known stays as it is."""
        self._database.write(
            lambda c: note_deployment(c, platform_id, deployment_id, state, now_ms, decided=False)
        )

    def change_policies(
        self, platform_id: int, changes: Mapping[str, bool | int | None], now_ms: int
    ) -> bool:
        """Set policies of a platform, or let them be as usual (None); False where there is none.

        Also of those in the settings file, which doesn't speak of them.
        """

        def change(connection: Connection) -> bool:
            one_at_a_time(connection, LOCK_KEY)
            said = connection.execute(
                select(ConnectionRow.policies).where(ConnectionRow.id == platform_id)
            ).scalar()
            if said is None:
                return False
            changed = {**json.loads(said), **changes}
            kept = {name: value for name, value in changed.items() if value is not None}
            connection.execute(
                update(ConnectionRow)
                .where(ConnectionRow.id == platform_id)
                .values(policies=json.dumps(kept), updated_ms=now_ms)
            )
            return True

        return self._database.write(change)

    def change_roles(
        self, platform_id: int, changes: Mapping[str, Role | None], now_ms: int
    ) -> bool:
        """Set entries of its own role table, or take them out (None).

        False where the settings file manages it: the next start would undo it.
        """

        def change(connection: Connection) -> bool:
            one_at_a_time(connection, LOCK_KEY)
            row = connection.execute(
                select(ConnectionRow.roles).where(
                    ConnectionRow.id == platform_id, ConnectionRow.managed_by == "admin"
                )
            ).first()
            if row is None:
                return False
            changed = {**json.loads(row.roles), **changes}
            kept = {name: role for name, role in changed.items() if role is not None}
            connection.execute(
                update(ConnectionRow)
                .where(ConnectionRow.id == platform_id)
                .values(roles=json.dumps(kept), updated_ms=now_ms)
            )
            return True

        return self._database.write(change)

    def remember_key_set(self, platform_id: int, key_set: str, now_ms: int) -> None:
        """Keep the key set for when the platform's own can't be reached."""
        statement = (
            update(ConnectionRow)
            .where(ConnectionRow.id == platform_id)
            .values(key_set=key_set, key_set_ms=now_ms)
        )
        self._database.write(lambda c: c.execute(statement))


def _all(connection: Connection) -> list[Platform]:
    deployments: dict[int, dict[str, DeploymentState]] = {}
    for row in connection.execute(select(DeploymentRow.__table__)):
        deployments.setdefault(row.connection_id, {})[row.deployment_id] = row.state
    rows = connection.execute(_active("1.3"))
    return [_platform(row, deployments.get(row.id, {})) for row in rows]


def _active(version: str) -> Select[Any]:
    return (
        select(ConnectionRow.__table__)
        .where(ConnectionRow.active, ConnectionRow.version == version)
        .order_by(ConnectionRow.id)
    )


def _platform(row: Row[Any], deployments: Mapping[str, DeploymentState]) -> Platform:
    addresses = (row.issuer, row.auth_login_url, row.auth_token_url, row.key_set_url)
    own = {urlsplit(address).netloc.lower() for address in addresses if address}
    return Platform(
        id=row.id,
        name=row.name,
        type=row.type,
        version=row.version,
        issuer=row.issuer or "",
        client_id=row.client_id or "",
        auth_login_url=row.auth_login_url or "",
        auth_token_url=row.auth_token_url or "",
        auth_audience=row.auth_audience or "",
        key_set_url=row.key_set_url or "",
        key_set=row.key_set,
        key_set_ms=row.key_set_ms or 0,
        meets_connection=row.meets_connection,
        conferencing=row.conferencing,
        hosts=frozenset((own | {host.lower() for host in json.loads(row.hosts)}) - {""}),
        roles=MappingProxyType(json.loads(row.roles)),
        new_deployments=row.new_deployments,
        deployments=MappingProxyType(dict(deployments)),
        preset=row.preset,
        policies=MappingProxyType(json.loads(row.policies)),
        consumer_key=row.consumer_key or "",
    )


def _values(platform: PlatformSettings) -> dict[str, Any]:
    return {
        "name": platform.name,
        "type": platform.type,
        "preset": platform.preset,
        "version": platform.version,
        "issuer": platform.issuer or None,
        "client_id": platform.client_id or None,
        "auth_login_url": platform.auth_login_url or None,
        "auth_token_url": platform.auth_token_url or None,
        "auth_audience": platform.auth_audience or None,
        "key_set_url": platform.key_set_url or None,
        "consumer_key": platform.consumer_key or None,
        "meets_connection": platform.meets_connection,
        "conferencing": platform.conferencing,
        "hosts": json.dumps(list(platform.hosts)),
        "roles": json.dumps(dict(platform.roles)),
        "new_deployments": platform.new_deployments,
        "managed_by": "file",
        "active": True,
    }


def _upsert(
    connection: Connection, platform: PlatformSettings, values: dict[str, Any], now_ms: int
) -> int:
    same = (
        (ConnectionRow.issuer == platform.issuer, ConnectionRow.client_id == platform.client_id)
        if platform.version == "1.3"
        else (ConnectionRow.consumer_key == platform.consumer_key,)
    )
    row = connection.execute(
        select(ConnectionRow.id, ConnectionRow.key_set_url).where(*same)
    ).first()
    if row is None:
        made = connection.execute(
            insert(connection, ConnectionRow)
            .values(**values, created_ms=now_ms, updated_ms=now_ms)
            .returning(ConnectionRow.id)
        )
        return int(made.scalar_one())
    if row.key_set_url != values["key_set_url"]:
        values |= {"key_set": None, "key_set_ms": None}  # keys of another address are no keys
    connection.execute(
        update(ConnectionRow).where(ConnectionRow.id == row.id).values(**values, updated_ms=now_ms)
    )
    return int(row.id)


def note_deployment(
    connection: Connection,
    platform_id: int,
    deployment_id: str,
    state: DeploymentState,
    now_ms: int,
    *,
    decided: bool = True,
) -> None:
    """Say how it is with a deployment, whether or not it was ever seen.

    ``decided``: by an admin, so that it holds from now on; else only of one that is new.
    """
    new = insert(connection, DeploymentRow).values(
        connection_id=platform_id,
        deployment_id=deployment_id,
        state=state,
        first_seen_ms=now_ms,
    )
    key = ["connection_id", "deployment_id"]
    if decided:
        new = new.on_conflict_do_update(index_elements=key, set_={"state": state})
    else:
        new = new.on_conflict_do_nothing(index_elements=key)
    connection.execute(new)
