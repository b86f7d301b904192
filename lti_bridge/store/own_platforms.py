"""LMSs that an admin manages: their values, and putting them into the database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from lti_bridge.errors import NotAllowed
from lti_bridge.store.platforms import allow
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


def put_platform(connection: Connection, values: PlatformValues, now_ms: int) -> int:
    """Make the platform, or give the one of that issuer and client ID these values; its row.

    Raises :class:`NotAllowed` where the settings file manages it.
    """
    row = connection.execute(
        select(ConnectionRow.id, ConnectionRow.managed_by, ConnectionRow.key_set_url).where(
            ConnectionRow.issuer == values.issuer, ConnectionRow.client_id == values.client_id
        )
    ).first()
    if row is not None and row.managed_by == "file":
        raise managed_by_file(values.name)
    columns = asdict(values) | {"hosts": json.dumps(list(values.hosts))}
    del columns["deployment_ids"]
    columns |= {
        "auth_audience": values.auth_audience or None,
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
        allow(connection, platform_id, deployment_id, now_ms)
    return platform_id


def managed_by_file(name: str) -> NotAllowed:
    """Why an admin can't change it."""
    return NotAllowed(
        f"{name!r} stands in the settings file, which manages it.",
        remedy="Change its [[platform]] table there, then start the servers anew.",
        code="managed_by_file",
    )
