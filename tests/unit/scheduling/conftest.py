from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from lti_bridge.store import Store
from tests.unit.scheduling.rooms import Building
from tests.unit.store.stores import migrated, store, store_url

__all__ = ["building", "migrated", "store", "store_url"]


@pytest.fixture
def building(store: Store) -> Iterator[Building]:
    with ExitStack() as stack:
        yield Building(store, stack)
