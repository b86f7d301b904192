"""The class and the recordings as people see them: where Onstream's links lead.

::

    GET       /{username}/go/TOKEN         the class, by a personal link: no name, no password
    POST      /{username}/go/TOKEN/leave   303 to …/left
    GET       /{username}/go/TOKEN/left
    GET, POST /{username}/KEY              the class for whoever gives a name (and the password)
    GET, POST /play/ID-TITLE               a recording, after its password if it has one
    GET       /onstream.css

Onstream API, "GET session(s)", "GET invitees" and "GET recording(s)". Anything else, and a link
that was taken back, is a 404 page.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti_bridge.settings import resource
from lti_bridge.simulators.onstream.records import MODERATOR, OBSERVER, PARTICIPANT, Visit

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.records import Invitee, Recording, Session

_ROLES = {MODERATOR: "Moderator", PARTICIPANT: "Participant", OBSERVER: "Observer"}
_LONGEST_NAME = 100
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'"
    ),
}


class Pages:
    """Answers everything outside the API; the caller holds the account's lock."""

    def __init__(self, account: Account) -> None:
        """``account`` is what the pages show."""
        self._account = account
        self._folder = resource("templates") / "simulators" / "onstream"
        self._templates = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.filters["role"] = _ROLES.__getitem__

    def answer(self, request: Request) -> Response:
        """A page, whatever was asked for."""
        match request.path.split("/")[1:]:
            case ["onstream.css"]:
                css = (self._folder / "onstream.css").read_bytes()
                return Response(css, 200, content_type="text/css; charset=utf-8")
            case ["play", what]:
                return self._recording(request, what)
            case [user, "go", token, *action] if user == self._account.username:
                return self._by_person(request, token, "/".join(action))
            case [user, key] if user == self._account.username:
                return self._by_anybody(request, key)
        return self._nowhere()

    def _by_person(self, request: Request, token: str, action: str) -> Response:
        found = self._account.by_token(token)
        if found is None or action not in {"", "leave", "left"}:
            return self._nowhere()
        if request.method != ("POST" if action == "leave" else "GET"):
            return _not_allowed("POST" if action == "leave" else "GET")
        session, person = found
        if action == "leave":
            self._leave(person)
            return redirect(f"{self._home(person)}/left", 303, Response)
        if action == "left":
            return self._page("left.html", session=session, home=self._home(person))
        return self._class(session, person)

    def _class(self, session: Session, person: Invitee) -> Response:
        account = self._account
        present = [one for one in account.visits if one.left_at is None]
        if all(one.token != person.token for one in present):
            visit = Visit(session.id, person.name, person.role, person.token, account.now)
            account.visits.append(visit)
            present.append(visit)
        return self._page(
            "class.html",
            session=session,
            start_time=account.shown(session.start_time),
            me=person,
            people=[one for one in present if one.session_id == session.id],
            files=[(one, account.files[one.file_id]) for one in session.files],
            home=self._home(person),
        )

    def _leave(self, person: Invitee) -> None:
        for visit in self._account.visits:
            if visit.token == person.token and visit.left_at is None:
                visit.left_at = self._account.now

    def _by_anybody(self, request: Request, key: str) -> Response:
        sessions = self._account.sessions.values()
        session = next((one for one in sessions if one.key == key), None)
        if session is None:
            return self._nowhere()
        if request.method == "GET":
            return self._page("join.html", session=session, mistake="")
        if request.method != "POST":
            return _not_allowed("GET, POST")
        name = " ".join(request.form.get("name", "").split())[:_LONGEST_NAME]
        if not name:
            return self._page("join.html", 400, session=session, mistake="Please give your name.")
        if not _opens(request, session.password):
            return self._page(
                "join.html", 403, session=session, mistake="This is not the session's password."
            )
        return redirect(self._home(self._account.welcome(session, name)), 303, Response)

    def _recording(self, request: Request, what: str) -> Response:
        number = what.partition("-")[0]
        known = self._account.recordings
        recording = next((one for one in known.values() if str(one.id) == number), None)
        if recording is None:
            return self._nowhere()
        if request.method not in {"GET", "POST"}:
            return _not_allowed("GET, POST")
        return self._play(request, recording)

    def _play(self, request: Request, recording: Recording) -> Response:
        opened = _opens(request, recording.password)
        asked = request.method == "POST"
        return self._page(
            "play.html",
            403 if asked and not opened else 200,
            recording=recording,
            creation_date=self._account.shown(recording.creation_date),
            opened=opened,
            mistake="This is not the recording's password." if asked and not opened else "",
        )

    def _home(self, person: Invitee) -> str:
        return f"/{quote(self._account.username, safe='')}/go/{person.token}"

    def _nowhere(self) -> Response:
        return self._page("nowhere.html", 404)

    def _page(self, template: str, status: int = 200, **shown: object) -> Response:
        page = self._templates.get_template(template).render(shown)
        return Response(page, status, _HEADERS, content_type="text/html; charset=utf-8")


def _opens(request: Request, password: str) -> bool:
    given = request.form.get("password", "")
    return not password or hmac.compare_digest(given.encode(), password.encode())


def _not_allowed(methods: str) -> Response:
    return Response("Method Not Allowed", 405, {"Allow": methods})
