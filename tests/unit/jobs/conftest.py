from __future__ import annotations

from tests.unit.store.stores import migrated, store, store_url

__all__ = ["migrated", "store", "store_url"]
