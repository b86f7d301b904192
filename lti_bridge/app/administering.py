"""The admin pages, wired."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from flask import request

from lti_bridge import admin
from lti_bridge.app.own_lmss import examine_lms, old_platform_values, platform_values
from lti_bridge.app.wiring import secret_keys
from lti_bridge.jobs import late_jobs
from lti_bridge.launch.presets import PRESETS
from lti_bridge.reports import RecordingBook
from lti_bridge.security import Limits, Signers, client_address, networks

if TYPE_CHECKING:
    from flask import Blueprint

    from lti_bridge.app.wiring import Bridge
    from lti_bridge.directory import Visit
    from lti_bridge.settings import Settings
    from lti_bridge.store import JobRun, KnownPlatform


def blueprint(
    bridge: Bridge, begin: Callable[[], Visit], settle_launches: Callable[[], None]
) -> Blueprint:
    """``/admin/…`` of this bridge; ``settle_launches`` writes those that wait in this process."""
    store = bridge.store
    door = admin.Door(
        store.admin_sessions, bridge.settings.public_url, lambda: int(time.time() * 1000)
    )
    pages = admin.AdminPages(door, store.audit, begin)
    signing_in = admin.SigningIn(
        store.administrators,
        store.admin_sessions,
        store.audit,
        Limits(bridge.counter),
        admin.Passwords(),
        time.time,
    )
    address = _addresses(bridge)
    platforms = _platform_pages(bridge, door, pages)
    return admin.blueprint(
        pages,
        admin.EntryViews(door, pages, signing_in, address, _single_sign_on(bridge)),
        admin.AccountViews(door, pages, signing_in, address),
        admin.AuditViews(door, pages),
        admin.OverviewPage(door, pages, store, bridge.services.all, _late),
        admin.LaunchPages(
            door,
            pages,
            store.launch_list,
            store.administration,
            store.launches.claims,
            bridge.settings.retention.launches_days,
            bridge.settings.retention.claims_days,
            settle_launches,
        ),
        platforms,
        admin.PlatformEditing(platforms),
        admin.ServicePages(
            door, pages, store, bridge.services, bridge.settings, bridge.forget_services
        ),
        _recording_pages(bridge, door, pages),
        admin.PersonPages(
            door,
            pages,
            store.persons,
            store.administration,
            settle_launches,
            bridge.forgetting.now,
            {
                "kept": bridge.settings.retention,
                "has": has(bridge.settings),
                "address": f"{bridge.settings.public_url}/privacy",
            },
        ),
    )


def has(settings: Settings) -> Mapping[str, bool]:
    """Which other services there are that people's data come from, or go to."""
    return {name: getattr(settings, name) is not None for name in ("meets", "engagement", "mail")}


def _late(runs: Iterable[JobRun], now_ms: int) -> Iterable[str]:
    return (job.name for job in late_jobs(runs, now_ms))


def _recording_pages(
    bridge: Bridge, door: admin.Door, pages: admin.AdminPages
) -> admin.RecordingPages:
    allow_http = bridge.settings.security.allow_http
    book = RecordingBook(bridge.store.recordings, bridge.services, allow_http=allow_http)
    return admin.RecordingPages(door, pages, bridge.store, book, bridge.services)


def _platform_pages(
    bridge: Bridge, door: admin.Door, pages: admin.AdminPages
) -> admin.PlatformPages:
    def in_file(one: KnownPlatform) -> Sequence[str]:
        known = {
            (each.issuer, each.client_id): each.deployment_ids for each in bridge.settings.platform
        }
        return known.get((one.issuer, one.client_id), ())

    lmss = admin.Lmss(
        PRESETS,
        partial(platform_values, bridge),
        partial(old_platform_values, bridge),
        bridge.follow_platforms,
        partial(examine_lms, bridge),
        _forgetting(bridge),
    )
    return admin.PlatformPages(
        door,
        pages,
        bridge.store,
        lmss,
        bridge.settings.public_url,
        bridge.services.names,
        in_file,
    )


def _forgetting(bridge: Bridge) -> Callable[[], None]:
    """What this process remembers of LMSs, of either version."""

    def forget() -> None:
        bridge.platforms.forget()
        bridge.consumers.forget()

    return forget


def _single_sign_on(bridge: Bridge) -> admin.SingleSignOn | None:
    if bridge.settings.sso is None:
        return None
    return admin.SingleSignOn(
        bridge.settings.sso,
        bridge.client,
        Signers(secret_keys(bridge.settings)).single_sign_on,
        f"{bridge.settings.public_url}/admin/sso/back",
        time.monotonic,
    )


def _addresses(bridge: Bridge) -> Callable[[], str]:
    proxies = networks(bridge.settings.security.proxies)

    def address() -> str:
        forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
        return client_address(request.remote_addr or "", forwarded, proxies)

    return address
