"""A campus that the tests of one module share, where none of them minds the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campus import Campus


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    """The usual campus, once per module."""
    folder = tmp_path_factory.mktemp("campus")
    with Campus(folder, f"sqlite:///{folder / 'bridge.db'}") as campus:
        yield campus
