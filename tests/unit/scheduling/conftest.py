from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from lti_bridge.store import Store
from tests.unit.scheduling.rooms import Building
from tests.unit.scheduling.sites import Site


@pytest.fixture
def building(store: Store) -> Iterator[Building]:
    with ExitStack() as stack:
        yield Building(store, stack)


@pytest.fixture
def new_site(store: Store) -> Iterator[Callable[..., Site]]:
    """Starts a service of a kind, with its simulator's options."""
    with ExitStack() as stack:
        yield lambda kind, **options: Site(store, stack, kind, **options)
