"""A stand-in of MEETS, as strict as its manual (MEETS SaaS API Usage Manual): all functions."""

from __future__ import annotations

from collections.abc import Iterable

from lti_bridge.simulators.meets.entities import Dialect
from lti_bridge.simulators.meets.requests import Credentials
from lti_bridge.simulators.meets.seeding import seed
from lti_bridge.simulators.meets.simulator import MeetsSimulator

__all__ = ["Dialect", "MeetsSimulator", "create_meets", "seed"]


def create_meets(
    *,
    base: str = "/api/v1",
    username: str = "",
    password: str = "",
    header: tuple[str, str] | None = None,
    param: tuple[str, str] | None = None,
    connections: Iterable[int] = (1, 2),
    learn: bool = False,
    dialect: Dialect | None = None,
) -> MeetsSimulator:
    """A MEETS whose functions are at ``{base}/NAME``.

    Each of ``username`` with ``password`` (HTTP Basic), ``header`` and ``param`` (name and value
    each) that is given is required of every request. ``learn`` makes up an ID for each
    identifier not seen before, in ``connections`` only.
    """
    credentials = Credentials(username, password, header, param)
    spoken = dialect or Dialect()
    return MeetsSimulator(base.rstrip("/"), credentials, connections, learn=learn, dialect=spoken)
