"""``create_app(settings)``: the only place that wires rooms together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from flask.sessions import NullSession, SessionInterface

from lti_bridge import __version__, api, callbacks, web
from lti_bridge.app import administering, arriving, courses, health, refusals
from lti_bridge.app.journals import Journals
from lti_bridge.app.languages import install as install_languages
from lti_bridge.app.watching import Watcher, new_visit, report_told
from lti_bridge.app.wiring import Bridge, assemble, secret_keys
from lti_bridge.security import Signers
from lti_bridge.settings import resource
from lti_bridge.store import LaunchJournal, OutcomeJournal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Blueprint

    from lti_bridge.scheduling import Entrance
    from lti_bridge.settings import Settings

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
    "guest.arrive": "guest page",
    "guest.knock": "guest",
    "guest.join": "guest",
    "callbacks.ended": "callback",
    "callbacks.recording": "callback",
    "callbacks.attendance": "callback",
}
"""Endpoints whose every visit is told of; of others, only the refused."""

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
    app = _bare_app()
    launches = LaunchJournal(bridge.store.launches)
    grades = OutcomeJournal(bridge.store.outcomes.add, "outcome-journal")
    signers = Signers(secret_keys(settings))
    urls = callbacks.CallbackUrls(settings.public_url, signers)
    rooms = courses.course_rooms(bridge, signers, urls)
    views, desk = rooms.views(), courses.slide_desk(bridge, rooms)
    picker = arriving.picker_of(bridge, signers, views)
    app.jinja_env.globals["takes_slides"] = desk.takes
    for each in (
        health.blueprint(bridge),
        arriving.blueprint(bridge, signers, rooms, picker, grades),
        courses.course_blueprint(bridge, signers, rooms, views, picker, desk),
        *courses.open_blueprints(bridge, signers, rooms),
        *_others(bridge, urls, rooms.entrance),
        administering.blueprint(bridge, new_visit, launches.flush),
    ):
        app.register_blueprint(each)
    refusals.install(app, rooms.pages)
    _tell(app, Watcher(launches, keeps_claims=settings.retention.claims_days > 0))
    app.extensions["lti_bridge"] = bridge
    app.extensions["lti_bridge.journal"] = Journals(launches, grades)
    return app


def _bare_app() -> Flask:
    app = Flask("lti_bridge", static_folder=None, template_folder=str(resource("templates")))
    app.session_interface = _NoSessions()
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.jinja_env.globals["version"] = __version__
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_languages(app)
    return app


def _others(
    bridge: Bridge, urls: callbacks.CallbackUrls, entrance: Entrance
) -> Iterator[Blueprint]:
    """What services and reports ask, and what is stored, for everybody to read."""
    settings = bridge.settings
    yield callbacks.blueprint(_callback_views(bridge, urls, entrance))
    yield api.blueprint(
        api.ReportViews(
            bridge.store.reports,
            api.Access(bridge.store.tokens),
            settings.public_url,
            report_told,
        )
    )
    yield web.privacy_blueprint(
        web.PrivacyPage(
            settings.retention,
            settings.contact,
            administering.has(settings),
            web.LANGUAGES,
            allow_http=settings.security.allow_http,
        )
    )


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


def _tell(app: Flask, watcher: Watcher) -> None:
    @app.after_request
    def tell(response: Response) -> Response:
        visit = g.get("visit")
        if visit is not None and visit.outcome in SILENT:
            watcher.passed(visit)
        elif visit is not None:
            watcher.answered(visit, EVENTS.get(request.endpoint or "", "request"))
        return response
