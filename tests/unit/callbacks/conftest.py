from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from lti_bridge.store import Store
from tests.unit.callbacks.house import House


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    """The three addresses over HTTP, once on each engine."""
    with ExitStack() as stack:
        yield House(store, stack)
