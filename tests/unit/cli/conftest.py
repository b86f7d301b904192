from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A service of each kind, and nothing on them yet."""
    with House(tmp_path) as house:
        yield house
