"""LMSs that an admin manages: their values, and putting them into the database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from lti_bridge.errors import NotAllowed
from lti_bridge.store.platforms import note_deployment
from lti_bridge.store.tables import ConnectionRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class PlatformValues:
    """What is kept of an LTI 1.3 platform that an admin manages."""

    name: str
    type: str
    preset: str
    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    auth_audience: str
    key_set_url: str
    meets_connection: int
    conferencing: str
    hosts: tuple[str, ...] = ()
    deployment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OldPlatformValues:
    """What is kept of an LTI 1.1 platform that an admin manages, beside its key and secret."""

    name: str
    type: str
    preset: str
    meets_connection: int
    conferencing: str
    hosts: tuple[str, ...] = ()


def put_platform(
    connection: Connection, values: PlatformValues, now_ms: int, *, replaces: bool = True
) -> int:
    """Make the platform, or give the one of that issuer and client ID these values; its row.

    Raises :class:`NotAllowed` where the settings file manages it, and where there is one, unless
    that ``replaces`` it.
    """
    row = connection.execute(
        select(ConnectionRow.id, ConnectionRow.managed_by, ConnectionRow.key_set_url).where(
            ConnectionRow.issuer == values.issuer, ConnectionRow.client_id == values.client_id
        )
    ).first()
    if row is not None and row.managed_by == "file":
        raise managed_by_file(values.name)
    if row is not None and not replaces:
        raise _taken()
    columns = _columns(values) | {
        "managed_by": "admin",
        "active": True,
        "updated_ms": now_ms,
    }
    if row is None:
        made = connection.execute(
            insert(connection, ConnectionRow)
            .values(**columns, version="1.3", created_ms=now_ms)
            .returning(ConnectionRow.id)
        )
        platform_id = int(made.scalar_one())
    else:
        platform_id = int(row.id)
        if row.key_set_url != values.key_set_url:
            columns |= {"key_set": None, "key_set_ms": None}  # keys of another address are no keys
        connection.execute(
            update(ConnectionRow).where(ConnectionRow.id == platform_id).values(**columns)
        )
    for deployment_id in values.deployment_ids:
        note_deployment(connection, platform_id, deployment_id, "allowed", now_ms)
    return platform_id


def add_old_platform(
    connection: Connection, values: OldPlatformValues, key: str, sealed: str, now_ms: int
) -> int:
    """Make a platform of LTI 1.1 with that consumer key and sealed secret; its row."""
    made = connection.execute(
        insert(connection, ConnectionRow)
        .values(
            **_columns(values),
            version="1.1",
            consumer_key=key,
            shared_secret_sealed=sealed,
            managed_by="admin",
            active=True,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        .returning(ConnectionRow.id)
    )
    return int(made.scalar_one())


def change_platform(
    connection: Connection,
    platform_id: int,
    values: PlatformValues | OldPlatformValues,
    new_deployments: str,
    now_ms: int,
) -> None:
    """Give a platform of an admin's, of the same version, these values; its deployments stay.

    Raises :class:`NotAllowed` where the settings file manages it, where another has that issuer
    and client ID, and where it is gone.
    """
    row = connection.execute(
        select(ConnectionRow.managed_by, ConnectionRow.key_set_url).where(
            ConnectionRow.id == platform_id
        )
    ).first()
    if row is None or row.managed_by == "file":
        raise managed_by_file(values.name)
    columns = _columns(values) | {"new_deployments": new_deployments, "updated_ms": now_ms}
    if isinstance(values, PlatformValues):
        same = select(ConnectionRow.id).where(
            ConnectionRow.issuer == values.issuer,
            ConnectionRow.client_id == values.client_id,
            ConnectionRow.id != platform_id,
        )
        if connection.execute(same).first():
            raise _taken()
        if row.key_set_url != values.key_set_url:
            columns |= {"key_set": None, "key_set_ms": None}  # keys of another address are no keys
    where = ConnectionRow.id == platform_id
    connection.execute(update(ConnectionRow).where(where).values(**columns))


def _columns(values: PlatformValues | OldPlatformValues) -> dict[str, Any]:
    columns = asdict(values) | {"hosts": json.dumps(list(values.hosts))}
    if isinstance(values, PlatformValues):
        del columns["deployment_ids"]
        columns["auth_audience"] = values.auth_audience or None
    return columns


def _taken() -> NotAllowed:
    return NotAllowed(
        "There is an LMS of this issuer and client ID already.",
        remedy="Change that one.",
        code="platform_taken",
    )


def managed_by_file(name: str) -> NotAllowed:
    """Why an admin can't change it."""
    return NotAllowed(
        f"{name!r} stands in the settings file, which manages it.",
        remedy="Change its [[platform]] table there, then start the servers anew.",
        code="managed_by_file",
    )
