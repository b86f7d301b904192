"""The WSGI application: functions by name, as the manual's "Functions" has them."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.faults import Faults
from lti_bridge.simulators.meets import filters
from lti_bridge.simulators.meets.entities import Dialect, Maps, roles_of
from lti_bridge.simulators.meets.filters import Fits, Given
from lti_bridge.simulators.meets.records import ATTENDED, Recording, Records, Stay, Table
from lti_bridge.simulators.meets.requests import (
    Credentials,
    decoded_query,
    parameters_of,
    refusal,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.serving import Server

MOST = 1000

_FROM = {
    "from_lti_id_context": ("ltiIdContext", "meetsIdCourse", "Course with LTI context ID"),
    "from_lti_id_user": ("ltiIdUser", "meetsIdUser", "User with LTI user ID"),
}
"""By function: the identifier it takes, the one it gives, how an unknown one is called."""

_LISTS: dict[str, tuple[str, str, Callable[[Records, Given], Fits]]] = {
    "list_admins": ("admins", "admins", filters.everything),
    "list_connections": ("connections", "connections", filters.everything),
    "list_course_users": ("users", "users", filters.course_users),
    "list_courses": ("courses", "courses", filters.courses),
    "list_conferencing_events": ("events", "conferencingEvents", filters.events),
    "list_conference_recordings": ("recordings", "conferenceRecordings", filters.recordings),
    "list_users": ("users", "users", filters.users),
}
"""By function: the table, the map, and what its parameters say of an entity."""


class MeetsSimulator:
    """The WSGI application; ``faults`` stands in front of it, ``records`` behind."""

    def __init__(
        self,
        base: str,
        credentials: Credentials,
        connections: Iterable[int],
        *,
        learn: bool,
        dialect: Dialect,
    ) -> None:
        """Use :func:`lti_bridge.simulators.meets.create_meets`."""
        self.base = base
        self.learn = learn
        self.records = Records()
        self.dialect = dialect
        self.calls: Counter[str] = Counter()
        """Authenticated calls by function name, whatever they were answered."""
        self.faults = Faults(self._answer)
        self._credentials = credentials
        self._shuffle = random.Random(2407)  # noqa: S311 - an order, not a secret
        self._lock = threading.RLock()
        self._functions: dict[str, Callable[[str, Given], Response]] = {
            **dict.fromkeys(_FROM, self._from),
            **dict.fromkeys(_LISTS, self._list),
            "get_conferencing_event_attendance": self._attendance,
            "get_conferencing_authentication_log": self._log,
            "download_conference_recording": self._download,
        }
        for connection in connections:
            self.records.connection(connection)

    def add_connection(self, connection: int, **values: Any) -> None:
        """Make a ``meetsIdConnection`` known, with nobody in it."""
        with self._lock:
            self.records.connection(connection, **values)

    def add_course(self, connection: int, lti_id_context: str, name: str = "") -> int:
        """The course's ``meetsIdCourse``, made now unless it is known; so is the connection."""
        with self._lock:
            return self.records.course(connection, lti_id_context, name)

    def add_user(self, connection: int, lti_id_user: str, **values: Any) -> int:
        """The user's ``meetsIdUser``, made now unless it is known; so is the connection."""
        with self._lock:
            return self.records.user(connection, lti_id_user, **values)

    def url_for(self, server: Server) -> str:
        """The base as a settings file has it: functions are at ``{url}/NAME``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        if environ["PATH_INFO"].startswith("/play/"):
            return self._play(environ)(environ, start_response)
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self._call(environ)
        except RemoteRejected as error:
            response = _json(int(error.code), {"error": error.message})
            if response.status_code == 401 and self._credentials.basic:
                response.headers["WWW-Authenticate"] = 'Basic realm="MEETS"'
        return response(environ, start_response)

    def _call(self, environ: WSGIEnvironment) -> Response:
        query = decoded_query(environ["QUERY_STRING"])
        self._credentials.check(environ, query)
        path = environ["PATH_INFO"]
        function = path.removeprefix(f"{self.base}/")
        if function == path or function not in self._functions:
            raise refusal(404, "No such function")
        with self._lock:
            self.calls[function] += 1
            given = Given(parameters_of(environ, query))
            return self._functions[function](function, given)

    def _from(self, function: str, given: Given) -> Response:
        takes, gives, called = _FROM[function]
        connection = given.required_number("meetsIdConnection")
        identifier = given.required(takes)
        if connection not in self.records.connections:
            raise refusal(404, f'Connection with ID "{connection}" not found')
        of_course = function == "from_lti_id_context"
        if self.learn:
            add = self.records.course if of_course else self.records.user
            return _json(200, {gives: add(connection, identifier)})
        find = self.records.find_course if of_course else self.records.find_user
        found = find(connection, identifier)
        if found is None:
            raise refusal(404, f'{called} "{identifier}" not found')
        return _json(200, {gives: found})

    def _list(self, function: str, given: Given) -> Response:
        table, name, filtering = _LISTS[function]
        limit, after = _paging(given)
        fits = filtering(self.records, given)
        found, following = _page(getattr(self.records, table), limit, after, fits)
        maps = Maps(self.records, self.dialect, name)
        course = given.number("meetsIdCourse") if function == "list_course_users" else None
        for number, _ in found:
            if course is None:
                maps.add(name, number)
            else:
                roles = self.records.courses[course].roles[number]
                maps.add(name, number, roles=roles_of(roles))
        return _json(200, {**maps.members(self._shuffle), "nextPageStartAfterId": following})

    def _attendance(self, _: str, given: Given) -> Response:
        number = given.required_number("meetsIdConferencingEvent")
        event = self.records.events.get(number)
        if event is None:
            raise refusal(404, f'Conferencing event with ID "{number}" not found')
        stays = event.attendance if event.service in ATTENDED else []
        listed: Any = [_stay(one) for one in stays]
        if self.dialect.attendance_in_braces:
            listed = {"": listed}
        return _json(200, {"attendance": listed, "isFinal": event.is_final})

    def _log(self, _: str, given: Given) -> Response:
        limit, after = _paging(given)
        fits = filters.log_entries(self.records, given)
        found, following = _page(self.records.log, limit, after, fits)
        entries = [
            {
                "meetsIdLogConferencingAuthentication": number,
                "conferencingService": row.service,
                "meetsIdConferencingAccount": row.account,
                "conferencingUsername": row.username,
                "authenticationMethod": row.method,
                "time": row.time,
            }
            for number, row in found
        ]
        members = {"conferencingAuthenticationLog": entries, "nextPageStartAfterId": following}
        return _json(200, members)

    def _download(self, _: str, given: Given) -> Response:
        number = given.required_number("meetsIdConferenceRecording")
        recording = self.records.recordings.get(number)
        if recording is None:
            raise refusal(404, f'Conference recording with ID "{number}" not found')
        if recording.gone:
            self.records.recordings.remove(number)
            raise refusal(500, "The recording is no longer available on the remote host")
        if recording.content is not None:
            return _file(recording, recording.content)
        return self._elsewhere(number, recording)

    def _elsewhere(self, number: int, recording: Recording) -> Response:
        locations = recording.locations or (f"{self.play_base}/play/{number}",)
        if len(locations) > 1:
            return _json(300, {"location": list(locations)})
        response = _json(303, {"location": locations[0]})
        response.headers["Location"] = locations[0]
        return response

    play_base = ""
    """Scheme and host of this simulator, for the pages that play recordings kept elsewhere."""

    def _play(self, environ: WSGIEnvironment) -> Response:
        """What stands for another server: it may never see what MEETS is authenticated with."""
        try:
            self._credentials.check(environ, decoded_query(environ["QUERY_STRING"]))
        except RemoteRejected:
            forwarded = "HTTP_AUTHORIZATION" in environ
        else:
            forwarded = self._credentials.any
        if forwarded:
            return Response("Credentials of MEETS came here.", status=400)
        number = environ["PATH_INFO"].removeprefix("/play/")
        recording = self.records.recordings.get(int(number)) if number.isdigit() else None
        if recording is None:
            return Response("No such recording.", status=404)
        event = self.records.events[recording.event]
        response = Response(_PLAYER.format(name=_escaped(event.name)), content_type=_HTML)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'"
        )
        return response


_HTML = "text/html; charset=utf-8"
_PLAYER = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem;
background: #10161d; color: #e8eef4; font: 1.1rem/1.5 system-ui, sans-serif; text-align: center }}
</style></head>
<body><h1>{name}</h1><p>▶ A recording would play here, on the conferencing service’s own page.</p>
</body></html>
"""


def _paging(given: Given) -> tuple[int, int]:
    limit = given.number("limit")
    if limit is None:
        limit = MOST
    if not 1 <= limit <= MOST:
        raise refusal(400, f'Parameter "limit" must be between 1 and {MOST}')
    return limit, given.number("startAfterId") or 0


def _page(
    table: Table[Any], limit: int, after: int, fits: Fits
) -> tuple[list[tuple[int, Any]], int | None]:
    found: list[tuple[int, Any]] = []
    for number, row in table.after(after):
        if fits(number, row):
            if len(found) == limit:
                return found, found[-1][0]
            found.append((number, row))
    return found, None


def _stay(stay: Stay) -> dict[str, Any]:
    return {
        "wasHost": stay.host,
        "attendeeName": stay.name,
        "emailAddress": stay.email,
        "ip": stay.ip,
        "browser": stay.browser,
        "timeJoin": stay.joined,
        "timeLeave": stay.left,
    }


def _file(recording: Recording, content: bytes) -> Response:
    response = Response(content, content_type=recording.content_type)
    if recording.file_name:
        name = recording.file_name
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "").replace("}", "")


def _json(status: int, members: dict[str, Any]) -> Response:
    # Unformatted, as the manual says; and not led by the status, since no order is promised.
    body = json.dumps({**members, "status": status}, separators=(",", ":"))
    return Response(body, status=status, content_type="application/json")
