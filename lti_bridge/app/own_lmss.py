"""LMSs of an admin's own: their values from what was typed, and whether one answers.

What the command line and the admin pages have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.app.doctor import (
    Finding,
    clock_finding,
    consumer_finding,
    found,
    key_set_finding,
    token_finding,
)
from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.presets import PRESETS
from lti_bridge.settings import load_platform
from lti_bridge.store import LaunchSearch, OldPlatformValues, PlatformValues

if TYPE_CHECKING:
    from lti_bridge.app.wiring import Bridge
    from lti_bridge.settings import Platform
    from lti_bridge.store import KnownPlatform

ADDRESSES: Final = ("issuer", "auth_login_url", "auth_token_url", "key_set_url", "auth_audience")


def platform_values(
    bridge: Bridge, preset_key: str, host: str, typed: Mapping[str, Any]
) -> PlatformValues:
    """The values, held to the same rules as a ``[[platform]]`` table of the settings.

    ``typed`` has no key for what wasn't said; addresses come from the preset then. Raises
    :class:`SettingsError`, or :class:`MalformedRequest` where a host is needed.
    """
    preset, given = PRESETS[preset_key], dict(typed)
    if preset.endpoints is not None:
        filled = preset.endpoints.filled(host, given["client_id"])
        for key in ADDRESSES:
            text = getattr(filled, key)
            if text and key not in given:
                if "//{host}" in getattr(preset.endpoints, key) and not host:
                    raise MalformedRequest(
                        "Say where it is.", remedy="Give its host.", code="host_missing"
                    )
                given[key] = text
    table = {"type": preset.type, "version": "1.3", "hosts": (host,) if host else ()} | given
    checked = _checked(bridge, table)
    return PlatformValues(
        name=checked.name,
        type=checked.type,
        preset=preset.key,
        issuer=checked.issuer,
        client_id=checked.client_id,
        auth_login_url=checked.auth_login_url,
        auth_token_url=checked.auth_token_url,
        auth_audience=checked.auth_audience or "",
        key_set_url=checked.key_set_url,
        meets_connection=checked.meets_connection,
        conferencing=checked.conferencing,
        hosts=checked.hosts,
        deployment_ids=checked.deployment_ids,
    )


def old_platform_values(
    bridge: Bridge, preset_key: str, typed: Mapping[str, Any]
) -> OldPlatformValues:
    """As :func:`platform_values`, of an LMS of LTI 1.1."""
    preset = PRESETS[preset_key]
    # Key and secret are the bridge's own; these stand for them.
    table = {"type": preset.type, "version": "1.1", "consumer_key": "1", "shared_secret": "1" * 32}
    checked = _checked(bridge, table | dict(typed))
    return OldPlatformValues(
        name=checked.name,
        type=checked.type,
        preset=preset.key,
        meets_connection=checked.meets_connection,
        conferencing=checked.conferencing,
        hosts=checked.hosts,
    )


def _checked(bridge: Bridge, table: Mapping[str, Any]) -> Platform:
    return load_platform(table, bridge.settings.security)


def examine_lms(bridge: Bridge, known: KnownPlatform) -> Iterator[Finding]:
    """Whether an LMS answers.

    Of LTI 1.3: its key set, its token endpoint, its clock. One of LTI 1.1 is asked for nothing:
    what is looked at is what a launch from it would need here, and how the last one went.
    """
    if known.version == "1.1":
        yield from _examine_old(bridge, known)
        return
    clocks: list[tuple[str, float]] = []
    yield found("key set", partial(key_set_finding, bridge, known, clocks))
    platform = bridge.platforms.find(known.id)
    if platform is not None:
        yield found("token endpoint", partial(token_finding, bridge, platform))
    yield clock_finding(clocks)


def _examine_old(bridge: Bridge, known: KnownPlatform) -> Iterator[Finding]:
    platform = bridge.consumers.find(known.id)
    if platform is not None:
        yield found("key and secret", partial(consumer_finding, bridge, platform))
    there = known.conferencing in bridge.services.names()
    says = f"{known.conferencing} is {'there' if there else 'not there any more'}"
    remedy = "" if there else "Give the LMS another one."
    yield Finding("class service", well=there, says=says, remedy=remedy)
    last = bridge.store.launch_list.search(LaunchSearch(connection_id=known.id), limit=1)
    went = last[0].entry.outcome if last else ""
    yield Finding(
        "last launch",
        well=went != "refused",
        says=went or "none is known: key, secret and clock on its side show with the first one",
        remedy="Look it up under Launches." if went == "refused" else "",
    )
