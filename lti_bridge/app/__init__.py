"""``create_app(settings)``: the only place that wires rooms together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from flask.sessions import NullSession, SessionInterface

from lti_bridge import __version__, api, callbacks, launch, web
from lti_bridge.app import health, refusals
from lti_bridge.app.journals import Journals
from lti_bridge.app.languages import install as install_languages
from lti_bridge.app.watching import (
    Watcher,
    log,
    new_visit,
    report_moved,
    report_told,
    report_unmoved,
)
from lti_bridge.app.wiring import Bridge, assemble, secret_keys
from lti_bridge.directory import Movers, OutcomeBook, ServiceBook
from lti_bridge.launch import lti1p1
from lti_bridge.scheduling import (
    CoursePeople,
    Entrance,
    GroupBook,
    LinkBook,
    MeetingBook,
    MeetsClasses,
    Opener,
    Picking,
)
from lti_bridge.security import Sessions, Signers
from lti_bridge.settings import resource
from lti_bridge.store import LaunchJournal, OutcomeJournal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.settings import Settings
    from lti_bridge.store import Meeting

__all__ = ["Bridge", "assemble", "create_app"]

EVENTS = {
    "launch.launch": "launch",
    "launch.old_launch": "launch",
    "launch.login": "login",
    "launch.register": "registration",
    "launch.confirm": "registration",
    "course.join": "join",
    "course.pick": "pick",
    "course.enter": "join",
    "callbacks.ended": "callback",
    "callbacks.recording": "callback",
    "callbacks.attendance": "callback",
}
"""Endpoints whose every visit is told of; of others, only the refused."""

ICON_PATH = "/course/static/icon.svg"

STATIC_SECONDS = 24 * 3600
"""Scripts and style sheets, whose addresses change with the version, are kept for so long: a
launch asks for none of them twice."""

SILENT = frozenset({"login", "status", ""})


class _NoSessions(SessionInterface):
    """No cookie session is opened or saved: pages carry theirs themselves."""

    _nothing = NullSession()

    def open_session(self, app: Flask, request: object) -> NullSession:  # noqa: ARG002 - Flask's
        return self._nothing

    def save_session(self, app: Flask, session: object, response: Response) -> None:
        pass


def create_app(settings: Settings, bridge: Bridge | None = None) -> Flask:
    """The WSGI application; its database must have been prepared (:meth:`Bridge.prepare`)."""
    bridge = bridge or assemble(settings)
    app = Flask("lti_bridge", static_folder=None, template_folder=str(resource("templates")))
    app.session_interface = _NoSessions()
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.jinja_env.globals["version"] = __version__
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_languages(app)
    signers = Signers(secret_keys(settings))
    sessions = Sessions(signers)
    book = MeetingBook(bridge.store.meetings, service_names=bridge.services.names)
    links = LinkBook(bridge.store.links, book)
    urls = callbacks.CallbackUrls(settings.public_url, signers)
    opener = Opener(
        bridge.store.meetings, bridge.services, callbacks=urls.for_meeting, warned=_warn
    )
    entrance = Entrance(book, opener, bridge.services)
    classes = MeetsClasses(bridge.store.meets_events, bridge.meets)
    allow_http = settings.security.allow_http
    people = CoursePeople(bridge.store.roster, bridge.store.course_services)
    groups = GroupBook(bridge.store.groups)
    pages = web.Pages(
        entrance,
        classes,
        sessions,
        _origins(bridge),
        people=people,
        groups=groups,
        allow_http=allow_http,
    )
    app.register_blueprint(health.blueprint(bridge))
    services = ServiceBook(bridge.store.course_services)
    views = web.CourseViews(
        sessions, pages, entrance, book, classes, people, groups, begin=new_visit
    )
    picker = _picker(bridge, signers, views)
    grade_places = OutcomeJournal(bridge.store.outcomes.add, "outcome-journal")
    movers = Movers(bridge.store.moving, report_moved, report_unmoved)
    outcomes = OutcomeBook(grade_places.note)
    arrive = web.Arrival(bridge.directory, movers, outcomes, links, pages, services, picker)
    lti = launch.blueprint(
        _launch_views(bridge, signers, arrive), _registration_views(bridge, signers)
    )
    lti1p1.add_urls(lti, _old_launch_views(bridge, arrive))
    app.register_blueprint(lti)
    elsewhere = web.ElsewhereViews(views.session, pages, classes, allow_http=allow_http)
    grading = web.GradingViews(views.session, pages, bridge.store.gradebook)
    mates = web.PeopleViews(views.session, pages, entrance, people, groups)
    app.register_blueprint(web.blueprint(views, elsewhere, picker, grading, mates))
    app.register_blueprint(callbacks.blueprint(_callback_views(bridge, urls, entrance)))
    app.register_blueprint(
        api.blueprint(
            api.ReportViews(
                bridge.store.reports,
                api.Access(bridge.store.tokens),
                settings.public_url,
                report_told,
            )
        )
    )
    refusals.install(app, pages)
    journal = LaunchJournal(bridge.store.launches)
    _tell(app, Watcher(journal))
    app.extensions["lti_bridge"] = bridge
    app.extensions["lti_bridge.journal"] = Journals(journal, grade_places)
    return app


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
            public_url, _origins(bridge), allow_http=bridge.settings.security.allow_http
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


def _picker(bridge: Bridge, signers: Signers, views: web.CourseViews) -> web.Picker:
    answers = launch.DeepLinkingAnswers(bridge.settings.public_url, bridge.store.keys.all)
    return web.Picker(
        session=views.session,
        pages=views.pages,
        tickets=web.Tickets(signers),
        picking=Picking(bridge.store.links, bridge.store.gradebook, bridge.services.names),
        platform=bridge.platforms.by_id,
        sign=answers.signed,
    )


def _warn(meeting: Meeting, warnings: Sequence[str]) -> None:
    log.warning("create", meeting=meeting.id, service=meeting.service, warnings=list(warnings))


def _callback_views(
    bridge: Bridge, urls: callbacks.CallbackUrls, entrance: Entrance
) -> callbacks.CallbackViews:
    return callbacks.CallbackViews(
        urls=urls,
        meetings=bridge.store.meetings,
        notices=bridge.store.notices,
        services=bridge.services,
        ended_here=entrance.forget,
        begin=new_visit,
    )


def _origins(bridge: Bridge) -> web.pages.Origins:
    def origins(platform: int | None) -> Sequence[str]:
        if platform is not None:
            known = bridge.platforms.find(platform) or bridge.consumers.find(platform)
            if known is not None:
                return known.origins
        if g.get("framed_anywhere"):
            return launch.anywhere(allow_http=bridge.settings.security.allow_http)
        return (*bridge.platforms.origins(), *bridge.consumers.origins())

    return origins


def _tell(app: Flask, watcher: Watcher) -> None:
    @app.after_request
    def tell(response: Response) -> Response:
        visit = g.get("visit")
        if visit is not None and visit.outcome not in SILENT:
            watcher.answered(visit, EVENTS.get(request.endpoint or "", "request"))
        return response
