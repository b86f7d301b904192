"""The course pages, wired, and what leads into class without a launch: guests' links, calendars."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g

from lti_bridge import launch, web
from lti_bridge.app.watching import log, new_visit
from lti_bridge.reports import RecordingBook
from lti_bridge.reports.terms import Terms
from lti_bridge.scheduling import (
    Agenda,
    ClassSlides,
    CoursePeople,
    Entrance,
    GroupBook,
    GuestBook,
    MeetingBook,
    MeetsClasses,
    Opener,
    Planner,
    SharedStatuses,
    SlideDesk,
)
from lti_bridge.security import Guests, Limits, Marked, Sessions, networks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Blueprint

    from lti_bridge.app.wiring import Bridge
    from lti_bridge.callbacks import CallbackUrls
    from lti_bridge.security import Signers
    from lti_bridge.store import Meeting


@dataclass(frozen=True, slots=True)
class CourseRooms:
    """What the pages of courses share: one of each in a process."""

    sessions: Sessions
    book: MeetingBook
    entrance: Entrance
    classes: MeetsClasses
    people: CoursePeople
    groups: GroupBook
    agenda: Agenda
    slides: ClassSlides
    guests: GuestBook
    """One, so that a link that is taken back here is so at once on every route."""
    pages: web.Pages

    def views(self) -> web.CourseViews:
        """The page itself and what is on it."""
        return web.CourseViews(
            self.sessions,
            self.pages,
            self.entrance,
            self.book,
            self.classes,
            self.people,
            self.groups,
            begin=new_visit,
        )


def course_rooms(bridge: Bridge, signers: Signers, urls: CallbackUrls) -> CourseRooms:
    """``urls``: where services tell of classes."""
    store, settings = bridge.store, bridge.settings
    book = MeetingBook(store.meetings, service_names=bridge.services.names)
    slides = ClassSlides(store.slides, web.SlideUrls(settings.public_url, signers).url)
    opener = Opener(
        store.meetings,
        bridge.services,
        callbacks=urls.for_meeting,
        warned=_warn,
        slides_for=slides,
    )
    statuses = SharedStatuses(store.statuses, bridge.services)
    entrance = Entrance(book, opener, bridge.services, statuses)
    classes = MeetsClasses(store.meets_events, bridge.meets)
    people = CoursePeople(store.roster, store.course_services)
    sessions, groups = Sessions(signers), GroupBook(store.groups)
    agenda = Agenda(store.series, read=book.remember)
    pages = web.Pages(
        entrance,
        classes,
        sessions,
        origins_of(bridge),
        people=people,
        groups=groups,
        rights=web.Rights(bridge.policies_of),
        next_class=_next_class(bridge),
        agenda=agenda,
        allow_http=settings.security.allow_http,
    )
    guests = GuestBook(store.guests, entrance, store.series.current)
    return CourseRooms(
        sessions, book, entrance, classes, people, groups, agenda, slides, guests, pages
    )


def course_blueprint(
    bridge: Bridge,
    signers: Signers,
    rooms: CourseRooms,
    views: web.CourseViews,
    picker: web.Picker,
    desk: SlideDesk,
) -> Blueprint:
    """``/course/…``."""
    store, settings = bridge.store, bridge.settings
    session, pages, entrance, groups = views.session, rooms.pages, rooms.entrance, rooms.groups
    allow_http, public_url = settings.security.allow_http, settings.public_url
    return web.blueprint(
        views,
        web.ElsewhereViews(session, pages, rooms.classes, allow_http=allow_http),
        picker,
        web.GradingViews(session, pages, store.gradebook),
        web.PeopleViews(session, pages, entrance, rooms.people, groups),
        web.PreferenceViews(
            session, rooms.sessions, pages, store.preferences, can_mail=settings.mail is not None
        ),
        web.GuestLinkViews(
            session, pages, entrance, groups, rooms.guests, Guests(signers), public_url
        ),
        web.CalendarViews(
            session, pages, entrance, groups, store.feeds, Marked(signers.calendar), public_url
        ),
        web.AttendanceViews(
            session,
            pages,
            store.attendances,
            entrance,
            groups,
            rooms.classes,
            bridge.policies_of,
            Terms(store.attendances),
        ),
        web.RecordingViews(
            session,
            pages,
            entrance,
            groups,
            RecordingBook(store.recordings, bridge.services, allow_http=allow_http),
        ),
        _plan_views(bridge, views, rooms.book),
        web.SlideViews(session, pages, entrance, groups, desk),
        web.ScheduleViews(session, pages, rooms.agenda),
        web.LiveViews(session, pages, entrance, groups, bridge.services),
    )


def slide_desk(bridge: Bridge, rooms: CourseRooms) -> SlideDesk:
    """Takes slides, within the settings' limits."""
    limits = bridge.settings.slides
    return SlideDesk(
        bridge.store.slides,
        rooms.slides,
        bridge.services,
        max_mb=limits.max_mb,
        max_files=limits.max_files,
    )


def open_blueprints(bridge: Bridge, signers: Signers, rooms: CourseRooms) -> Iterator[Blueprint]:
    """What needs no session of a launch: slides for services, calendars, guests."""
    store, settings, limits = bridge.store, bridge.settings, Limits(bridge.counter)
    allow_http = settings.security.allow_http
    yield web.slide_blueprint(web.SlideFiles(store.slides, signers, new_visit))
    yield web.feed_blueprint(
        web.FeedViews(
            store.feeds,
            Marked(signers.calendar),
            web.LANGUAGES,
            settings.public_url,
            people=Marked(signers.reminder),
            preferences=store.preferences,
            limits=limits,
            begin=new_visit,
            allow_http=allow_http,
        )
    )
    yield web.guest_blueprint(
        web.GuestViews(
            rooms.guests,
            rooms.entrance,
            Guests(signers),
            limits,
            networks(settings.security.proxies),
            web.LANGUAGES,
            begin=new_visit,
            allow_http=allow_http,
        )
    )


def _warn(meeting: Meeting, warnings: Sequence[str]) -> None:
    log.warning("create", meeting=meeting.id, service=meeting.service, warnings=list(warnings))


def _plan_views(bridge: Bridge, views: web.CourseViews, book: MeetingBook) -> web.PlanViews:
    def service(platform: int) -> str:
        known = bridge.platforms.find(platform) or bridge.consumers.find(platform)
        return known.conferencing if known else ""

    return web.PlanViews(
        session=views.session,
        pages=views.pages,
        rights=views.pages.rights,
        entrance=views.entrance,
        groups=views.groups,
        planner=planner_of(bridge, book),
        services=bridge.services,
        platform_service=service,
    )


def planner_of(bridge: Bridge, book: MeetingBook) -> Planner:
    """Schedules classes."""
    store = bridge.store
    return Planner(store.series, book, store.gradebook, store.roster)


def _next_class(bridge: Bridge) -> Callable[[int], Meeting | None]:
    def next_class(course: int) -> Meeting | None:
        now_ms = int(time.time() * 1000)
        found = bridge.store.series.of_course(course, now_ms, None, limit=1, cancelled=False)
        return next(iter(found), None)

    return next_class


def origins_of(bridge: Bridge) -> web.pages.Origins:
    """Whose pages may hold ours in a frame."""

    def origins(platform: int | None) -> Sequence[str]:
        if platform is not None:
            known = bridge.platforms.find(platform) or bridge.consumers.find(platform)
            if known is not None:
                return known.origins
        if g.get("framed_anywhere"):
            return launch.anywhere(allow_http=bridge.settings.security.allow_http)
        return (*bridge.platforms.origins(), *bridge.consumers.origins())

    return origins
