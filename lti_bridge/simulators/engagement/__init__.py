"""A stand-in of Meet & Engage, as strict as its manual (Organisation Data, "Data Methods")."""

from __future__ import annotations

import time
from collections.abc import Callable

from lti_bridge.simulators.engagement.keys import Keys
from lti_bridge.simulators.engagement.seeding import seed
from lti_bridge.simulators.engagement.simulator import BreachStatus, Dialect, EngagementSimulator

__all__ = ["BreachStatus", "Dialect", "EngagementSimulator", "create_engagement", "seed"]


def create_engagement(
    *,
    key: str,
    secret: str,
    account: str,
    base: str = "/api/1.0/rest",
    clock: Callable[[], float] = time.monotonic,
    breach_status: BreachStatus = 429,
    disable_after: int = 100,
    https_only: bool = False,
    dialect: Dialect | None = None,
) -> EngagementSimulator:
    """An organisation's ``account``, with one key pair, and ``standard`` as its only data method.

    The access test is at ``base``, the data at ``{base}/organisation_data``. ``clock`` gives
    seconds, for the rate limit alone. ``breach_status`` answers a call over the limit; a key is
    disabled for good at its ``disable_after``-th. ``https_only`` refuses what didn't come over
    HTTPS, or through a proxy that says so (``X-Forwarded-Proto``).

    Raises ValueError for a key with a colon, which Basic authentication can't carry, and for a
    ``breach_status`` that isn't 429, 403 or 503.
    """
    keys = Keys(clock, disable_after)
    keys.add(key, secret)
    spoken = dialect or Dialect()
    simulator = EngagementSimulator(
        base.rstrip("/"), account, keys, https_only=https_only, dialect=spoken
    )
    simulator.breach_status = breach_status
    return simulator
