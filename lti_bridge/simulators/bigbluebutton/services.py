"""The three services to be had: Meetingz, Mconf-Live, BigBlueButton."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lti_bridge.simulators.bigbluebutton.ending import Delays
from lti_bridge.simulators.bigbluebutton.kinds import BIGBLUEBUTTON, MCONF, MEETINGZ
from lti_bridge.simulators.bigbluebutton.query import CHECKSUMS
from lti_bridge.simulators.bigbluebutton.simulator import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.simulators.bigbluebutton.stats import LeftTime

_RECORDINGS = frozenset(
    {"getRecordings", "publishRecordings", "updateRecordings", "deleteRecordings"}
)


def create_meetingz(
    *,
    base: str = "/KEY/",
    secret: str,
    checksum: str = "sha1",
    strict: bool = True,
    roles: bool = False,
    recordings: bool = False,
    without: frozenset[str] = frozenset(),
    clock: Callable[[], float] = time.time,
    unused_after: float = 300.0,
    empty_after: float = 60.0,
    away_after: float = 75.0,
) -> Simulator:
    """Meetingz: calls go to ``{base}api/NAME``, signed with ``secret`` by ``checksum``.

    ``strict`` refuses parameters a call doesn't know. ``roles`` takes ``role`` in place of
    ``password`` at join, as later BigBlueButtons do. ``recordings`` has the calls that the
    document announces for later. ``without``: calls that it hasn't got all the same.
    ``clock`` gives UNIX seconds. Seconds until a meeting is removed: ``unused_after`` where
    nobody ever joined, ``empty_after`` the last one left; ``away_after`` those without which a
    page that isn't refreshed counts as closed (more than the minute that browsers give a hidden
    page between two turns of its script).
    Raises ValueError for a ``base`` without slashes around it or an unknown ``checksum``.
    Meetingz API, whole.
    """
    kind = MEETINGZ.join_by_role() if roles else MEETINGZ
    missing = without if recordings else without | _RECORDINGS
    delays = Delays(unused_after, empty_after, away_after)
    options = Options(base, secret, (checksum,), strict, clock, delays)
    return Simulator(kind.without(missing), options)


def create_mconf(
    *,
    base: str = "/bigbluebutton/",
    secret: str,
    strict: bool = True,
    without: frozenset[str] = frozenset(),
    left_time: LeftTime = "0",
    clock: Callable[[], float] = time.time,
    unused_after: float = 300.0,
    empty_after: float = 60.0,
    away_after: float = 75.0,
) -> Simulator:
    """Mconf-Live, which is BigBlueButton 0.9 with additions; checksums are SHA-1.

    ``left_time``: what getStats says of people who are still in. For the rest see
    :func:`create_meetingz`. Mconf-Live API, whole.
    """
    delays = Delays(unused_after, empty_after, away_after)
    options = Options(base, secret, ("sha1",), strict, clock, delays, left_time)
    return Simulator(MCONF.without(without), options)


def create_bigbluebutton(
    *,
    base: str = "/bigbluebutton/",
    secret: str,
    checksums: tuple[str, ...] = CHECKSUMS,
    strict: bool = True,
    without: frozenset[str] = frozenset(),
    attempts: int = 1,
    pause: float = 0.05,
    clock: Callable[[], float] = time.time,
    unused_after: float = 300.0,
    empty_after: float = 60.0,
    away_after: float = 75.0,
) -> Simulator:
    """BigBlueButton 3.0, any of ``checksums`` at a time; the only one that sends callbacks.

    ``attempts`` and ``pause`` (seconds between them) are those of the recording-ready callback,
    which is repeated unless the answer is 2xx, 401 or 410. For the rest see
    :func:`create_meetingz`. BigBlueButton API 3.0.
    """
    delays = Delays(unused_after, empty_after, away_after)
    options = Options(
        base, secret, checksums, strict, clock, delays, attempts=attempts, pause=pause
    )
    return Simulator(BIGBLUEBUTTON.without(without), options)
