from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.store.stores import migrated, store, store_url
from tests.unit.store.workers import processes

__all__ = ["in_four_processes", "migrated", "store", "store_url"]


@pytest.fixture(scope="package")
def in_four_processes() -> Iterator[Callable[..., list[Any]]]:
    """Runs a function in four other processes at the same moment."""
    with processes() as run:
        yield run
