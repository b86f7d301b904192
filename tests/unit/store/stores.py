"""Databases with the current schema."""

from __future__ import annotations

from lti_bridge.store import Database, schema


def upgraded(url: str) -> str:
    """The same URL, its database with the current schema."""
    database = Database(url)
    try:
        schema.upgrade(database)
    finally:
        database.close()
    return url
