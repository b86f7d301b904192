"""Looks at everything a launch depends on, and says how to mend what isn't well."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from lti_bridge.app.wiring import mail_server
from lti_bridge.errors import BridgeError, RemoteError, RemoteRejected, StoreError
from lti_bridge.launch.key_sets import CALL, FETCH_SECONDS, usable_keys
from lti_bridge.lms_api.roster import SCOPE as ROSTER
from lti_bridge.store import schema
from lti_bridge.store.keys import DAY_MS

if TYPE_CHECKING:
    from lti_bridge.app.wiring import Bridge
    from lti_bridge.engagement_api import EngagementClient
    from lti_bridge.http import Response
    from lti_bridge.settings import Platform
    from lti_bridge.store import KnownPlatform
    from lti_bridge.store import Platform as StoredPlatform

CLOCK_SECONDS: Final = 30.0
"""A launch bears 60 s between the clocks; half of it is warned of."""
MEETS_SECONDS: Final = 5.0
LATE_DAYS: Final = 3
"""So long after its day a rotation is late: the job for it runs once a day."""
NOT_GRANTED: Final = frozenset({"invalid_scope", "unauthorized_client"})
UNDECIDED: Final = frozenset({"waiting", "begun"})
"""Registrations that an admin should look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    says: str
    remedy: str = ""


def examine(bridge: Bridge) -> Iterator[Finding]:
    """Every finding, as it is made; nothing raises."""
    clocks: list[tuple[str, float]] = []
    yield found("database", partial(_database, bridge))
    yield found("schema", partial(_schema, bridge))
    yield found("key", partial(_key, bridge))
    for platform in bridge.settings.platform:
        if platform.version == "1.3":
            yield found(
                f"key set of {platform.name}", partial(key_set_finding, bridge, platform, clocks)
            )
        else:
            yield found(f"LTI 1.1 of {platform.name}", partial(consumer_finding, bridge, platform))
    yield from _of_admins(bridge, clocks)
    yield from _tokens(bridge)
    for name in bridge.services.names():
        yield found(f"conferencing {name}", partial(_service, bridge, name))
    yield from _unreadable(bridge)
    if bridge.meets is not None:
        yield found("MEETS", partial(_meets, bridge))
    if bridge.engagement is not None:
        yield found("Meet & Engage", partial(_engagement, bridge.engagement))
    if bridge.settings.mail is not None:
        yield found("mail", partial(_mail, bridge))
    yield found("jobs", partial(_jobs, bridge))
    yield clock_finding(clocks)


def found(what: str, look: Callable[[], str]) -> Finding:
    """What a look at something says; nothing raises."""
    try:
        return Finding(what, well=True, says=look())
    except BridgeError as error:
        return Finding(what, well=False, says=error.message, remedy=error.remedy)


def _database(bridge: Bridge) -> str:
    present = schema.present(bridge.store.database)
    kind = "SQLite" if bridge.store.database.is_sqlite else "PostgreSQL"
    return f"{kind} answers" + ("" if present else ", and is empty")


def _schema(bridge: Bridge) -> str:
    schema.check(bridge.store.database)
    return f"at {schema.wanted()}"


def _key(bridge: Bridge) -> str:
    keys = bridge.store.keys
    signs, *others = keys.all()
    age = (keys.now_ms() - signs.begins_ms) // DAY_MS
    says = f"{signs.kid} signs, since {age} day{'' if age == 1 else 's'}"
    days = bridge.settings.keys.rotate_days
    is_followed = signs.published_until_ms is not None
    if days and not is_followed and age >= days + LATE_DAYS:
        raise StoreError(
            f"{says}: it should have been followed after {days}",
            remedy="Let a worker run, or: lti-bridge keys rotate; see keys.rotate_days.",
        )
    return f"{says}; {len(others)} more published" if others else says


def _of_admins(bridge: Bridge, clocks: list[tuple[str, float]]) -> Iterator[Finding]:
    """The LMSs that admins added or that registered themselves, and what waits for a yes."""
    try:
        known = bridge.store.administration.all()
        open_ones = [one for one in bridge.store.registrations.all() if one.state in UNDECIDED]
    except BridgeError:
        return  # told of already
    names = bridge.services.names()
    for one in known:
        if one.managed_by == "admin" and one.active:
            old = bridge.consumers.find(one.id)
            yield (
                found(f"key set of {one.name}", partial(key_set_finding, bridge, one, clocks))
                if old is None
                else found(f"LTI 1.1 of {one.name}", partial(consumer_finding, bridge, old))
            )
            if one.conferencing not in names:
                yield Finding(
                    f"service of {one.name}",
                    well=False,
                    says=f"no conferencing service is called {one.conferencing}",
                    remedy="Add it, or give the LMS another: lti-bridge platform add.",
                )
    for each in open_ones:
        says = f"of {each.values.name} is undecided; see: lti-bridge platform registrations"
        yield Finding(f"registration {each.id}", well=True, says=says)


def key_set_finding(
    bridge: Bridge, platform: Platform | KnownPlatform, clocks: list[tuple[str, float]]
) -> str:
    """How many keys it has; how far its clock is off goes to ``clocks``."""
    response = bridge.client.get(
        platform.key_set_url, service=platform.name, call=CALL, timeout=FETCH_SECONDS
    )
    keys = _keys_in(response)
    if not keys:
        raise RemoteError(
            f"answers HTTP {response.status} without an RSA key to verify signatures with",
            remedy="Check key_set_url of the platform.",
        )
    offset = _offset(response)
    if offset is not None:
        clocks.append((platform.name, offset))
    return f"{keys} key{'s' if keys > 1 else ''}"


def consumer_finding(bridge: Bridge, platform: Platform | StoredPlatform) -> str:
    """What a launch by LTI 1.1 needs of us; the LMS itself is asked for nothing."""
    if bridge.consumers.by_key(platform.consumer_key) is None:
        raise StoreError(
            "isn't in the database yet, or its secret can't be opened",
            remedy="Start the server once with these settings, then look again.",
        )
    if not platform.hosts:
        return (
            "its key is known; hosts is empty: nobody is sent back to it, and refused launches"
            " don't show inside its pages"
        )
    return f"its key is known, its pages are on {', '.join(platform.hosts)}"


def _tokens(bridge: Bridge) -> Iterator[Finding]:
    """Whether each LMS gives the bridge the tokens that roster and gradebook need."""
    try:
        known = bridge.store.platforms.all()
    except BridgeError:
        return  # told of already
    for each in known:
        if each.auth_token_url:
            yield found(f"token of {each.name}", partial(token_finding, bridge, each))


def token_finding(bridge: Bridge, platform: StoredPlatform) -> str:
    """Whether it takes what the bridge signs; raises what it refuses."""
    try:
        bridge.tokens.token(platform, [ROSTER])
    except RemoteRejected as error:
        if error.code not in NOT_GRANTED:
            raise
        # It knows the bridge: which services it lets a tool use is its administrator's choice.
        return "takes our signature, and offers no roster"
    return "takes our signature"


def _keys_in(response: Response) -> int:
    try:
        return len(usable_keys(json.loads(response.body))) if response.status == 200 else 0
    except (ValueError, RecursionError):
        return 0


def _service(bridge: Bridge, name: str) -> str:
    service = bridge.services.service_for(name)
    service.check()
    rest = "; at rest: no new meetings" if bridge.services.is_resting(name) else ""
    return f"{service.kind} answers, and takes our secret{rest}"


def _unreadable(bridge: Bridge) -> Iterator[Finding]:
    """The admins' own services that can't be taken up."""
    try:
        stored = bridge.store.services.all()
    except BridgeError:
        return  # told of already
    for each in stored:
        if each.problem:
            yield Finding(f"conferencing {each.name}", well=False, says=each.problem)


def _meets(bridge: Bridge) -> str:
    if bridge.meets is None:
        return "not configured"
    number = min((p.meets_connection for p in bridge.settings.platform), default=1)
    bridge.meets.from_lti_id_user(number, "lti-bridge-check", timeout=MEETS_SECONDS)
    return "answers, and takes our sign-in"


def _engagement(client: EngagementClient) -> str:
    client.check()
    return "answers, and takes our key pair"


def _jobs(bridge: Bridge) -> str:
    from lti_bridge.jobs import late_jobs  # its library weighs 10 MB in servers that work none off

    now_ms = int(time.time() * 1000)
    runs = bridge.store.job_runs.all()
    if not runs:
        return "none has run yet: lti-bridge serve or lti-bridge worker runs them"
    late = late_jobs(runs, now_ms)
    failing = [f"{one.name} ({one.outcome})" for one in late if one.outcome]
    idle = [one.name for one in late if not one.outcome]
    if idle:
        raise StoreError(
            f"not run for three times their interval: {', '.join(idle)}",
            remedy="See that a worker runs: lti-bridge worker, or serve --with-worker; and that"
            " the clocks of all machines agree.",
        )
    if failing:
        raise StoreError(
            f"fail again and again: {', '.join(failing)}",
            remedy="See what lti-bridge jobs run NAME says.",
        )
    return f"{len(runs)} kinds run as they should"


def _mail(bridge: Bridge) -> str:
    server = mail_server(bridge.settings)
    if server is None:
        return "not configured"
    server.check()
    return "the mail server answers, and takes our sign-in"


def _offset(response: Response) -> float | None:
    """Seconds the remote's clock is ahead of ours, by its ``Date``; None where it gives none."""
    try:
        theirs = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    return theirs - time.time()


def clock_finding(clocks: list[tuple[str, float]]) -> Finding:
    """How far the clock is off that is off most."""
    if not clocks:
        return Finding("clock", well=True, says="nothing to compare it with")
    name, offset = max(clocks, key=lambda pair: abs(pair[1]))
    if abs(offset) <= CLOCK_SECONDS:
        return Finding("clock", well=True, says=f"within {CLOCK_SECONDS:.0f} s of the LMSs' clocks")
    side = "behind" if offset > 0 else "ahead of"
    return Finding(
        "clock",
        well=False,
        says=f"{abs(offset):.0f} s {side} that of {name}",
        remedy="Set both by NTP: tokens are refused at 60 s.",
    )
