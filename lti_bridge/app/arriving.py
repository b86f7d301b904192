"""Launches and registrations, wired: from the LMS to the page or into class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lti_bridge import launch, web
from lti_bridge.app.courses import origins_of, planner_of
from lti_bridge.app.watching import new_visit, report_moved, report_unmoved
from lti_bridge.directory import Movers, OutcomeBook, ServiceBook
from lti_bridge.launch import lti1p1
from lti_bridge.scheduling import LinkBook, Picking

if TYPE_CHECKING:
    from flask import Blueprint

    from lti_bridge.app.courses import CourseRooms
    from lti_bridge.app.wiring import Bridge
    from lti_bridge.security import Signers
    from lti_bridge.store import OutcomeJournal

ICON_PATH: Final = "/course/static/icon.svg"


def blueprint(
    bridge: Bridge, signers: Signers, rooms: CourseRooms, picker: web.Picker, grades: OutcomeJournal
) -> Blueprint:
    """``/lti/…``; ``grades`` takes where LTI 1.1 wants its grades."""
    arrive = _arrival(bridge, rooms, picker, grades)
    urls = launch.blueprint(
        _launch_views(bridge, signers, arrive), _registration_views(bridge, signers)
    )
    lti1p1.add_urls(urls, _old_launch_views(bridge, arrive))
    return urls


def _arrival(
    bridge: Bridge, rooms: CourseRooms, picker: web.Picker, grades: OutcomeJournal
) -> web.Arrival:
    movers = Movers(bridge.store.moving, report_moved, report_unmoved)
    outcomes = OutcomeBook(grades.note)
    bridge.forgetting.also(movers.forget)
    bridge.forgetting.also(outcomes.forget)
    preferred = web.Preferred(bridge.store.preferences)
    return web.Arrival(
        bridge.directory,
        movers,
        outcomes,
        LinkBook(bridge.store.links, rooms.book, bridge.store.series),
        rooms.pages,
        ServiceBook(bridge.store.course_services),
        picker,
        preferred,
        web.OwnGroups(rooms.pages, rooms.groups, preferred),
    )


def picker_of(bridge: Bridge, signers: Signers, views: web.CourseViews) -> web.Picker:
    """What instructors choose with in the LMS."""
    answers = launch.DeepLinkingAnswers(bridge.settings.public_url, bridge.store.keys.all)
    return web.Picker(
        session=views.session,
        pages=views.pages,
        tickets=web.Tickets(signers),
        picking=Picking(
            bridge.store.links,
            bridge.store.gradebook,
            bridge.services.names,
            bridge.store.course_services,
            bridge.store.series,
        ),
        planner=planner_of(bridge, views.book),
        platform=bridge.platforms.by_id,
        sign=answers.signed,
    )


def _launch_views(bridge: Bridge, signers: Signers, arrive: web.Arrival) -> launch.LaunchViews:
    public_url = bridge.settings.public_url
    return launch.LaunchViews(
        login_room=launch.Login(bridge.platforms, signers, public_url),
        launching=launch.Launching(
            bridge.platforms,
            signers,
            bridge.key_sets,
            bridge.store.nonces,
            secure=public_url.startswith("https:"),
            consumers=bridge.consumers,
        ),
        storage=launch.StoragePages(
            public_url, origins_of(bridge), allow_http=bridge.settings.security.allow_http
        ),
        arrive=arrive,
        begin=new_visit,
        keys=bridge.store.keys.all,
    )


def _old_launch_views(bridge: Bridge, arrive: web.Arrival) -> lti1p1.OldLaunchViews:
    public_url = bridge.settings.public_url
    return lti1p1.OldLaunchViews(
        launching=lti1p1.OldLaunching(bridge.consumers, bridge.store.nonces, public_url),
        arrive=arrive,
        begin=new_visit,
        cartridge=lti1p1.cartridge(public_url, lti1p1.PATH, ICON_PATH),
    )


def _registration_views(bridge: Bridge, signers: Signers) -> launch.RegistrationViews:
    offer = launch.Offer(bridge.settings.public_url)
    allow_http = bridge.settings.security.allow_http
    return launch.RegistrationViews(
        registrar=launch.Registrar(
            bridge.store.registrations, bridge.client, signers, offer, allow_http=allow_http
        ),
        offer=offer,
        administration=bridge.store.administration,
        platforms=bridge.platforms,
        services=bridge.services.names,
        begin=new_visit,
        allow_http=allow_http,
    )
