"""A stand-in of MEETS: the two functions a launch needs, from_lti_id_context and from_lti_id_user.

MEETS SaaS API Usage Manual, "Usage", "Input limitations", "Output Format", "from" and the two
functions. Parameters come by GET, or in the body of a POST; how one authenticates is the
client's contract: HTTP Basic, a header, or a query parameter, whichever the simulator was given.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.serving import Server

_LIMITS = {"GET": 512, "POST": 4096}
_FORM = "application/x-www-form-urlencoded"

# RFC 3986, "Query": unreserved, sub-delims, ":@/?", percent-encoded; & and = cut the parameters.
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*+,;:@/?=]|%[0-9A-Fa-f]{2})*", re.ASCII)

_FUNCTIONS = {
    "from_lti_id_context": ("ltiIdContext", "meetsIdCourse", "Course with LTI context ID"),
    "from_lti_id_user": ("ltiIdUser", "meetsIdUser", "User with LTI user ID"),
}
"""By function: the identifier it takes, the one it gives, how an unknown one is called."""


def create_meets(
    *,
    base: str = "/api/v1",
    username: str = "",
    password: str = "",
    header: tuple[str, str] | None = None,
    param: tuple[str, str] | None = None,
    connections: Iterable[int] = (1, 2),
    learn: bool = False,
) -> MeetsSimulator:
    """A MEETS whose functions are at ``{base}/NAME``.

    Each of ``username`` with ``password`` (HTTP Basic), ``header`` and ``param`` (name and value
    each) that is given is required of every request. ``learn`` makes up an ID for each
    identifier not seen before, in ``connections`` only.
    """
    credentials = _Credentials(username, password, header, param)
    return MeetsSimulator(base.rstrip("/"), credentials, connections, learn=learn)


class MeetsSimulator:
    """The WSGI application; ``faults`` stands in front of it."""

    def __init__(
        self, base: str, credentials: _Credentials, connections: Iterable[int], *, learn: bool
    ) -> None:
        """Use :func:`create_meets`."""
        self.base = base
        self.learn = learn
        self.calls: Counter[str] = Counter()
        """Authenticated calls by function name, whatever they were answered."""
        self.faults = Faults(self._answer)
        self._credentials = credentials
        self._connections = set(connections)
        self._known: dict[tuple[str, int, str], int] = {}
        self._given: Counter[str] = Counter()
        self._lock = threading.RLock()

    def add_connection(self, connection: int) -> None:
        """Make a ``meetsIdConnection`` known, with nobody in it."""
        with self._lock:
            self._connections.add(connection)

    def add_course(self, connection: int, lti_id_context: str) -> int:
        """The course's ``meetsIdCourse``, made now unless it is known; so is the connection."""
        return self._add("from_lti_id_context", connection, lti_id_context)

    def add_user(self, connection: int, lti_id_user: str) -> int:
        """The user's ``meetsIdUser``, made now unless it is known; so is the connection."""
        return self._add("from_lti_id_user", connection, lti_id_user)

    def url_for(self, server: Server) -> str:
        """The base as a settings file has it: functions are at ``{url}/NAME``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            members = self._call(environ)
            response = _json(200, members)
        except RemoteRejected as refusal:
            response = _json(int(refusal.code), {"error": refusal.message})
            if response.status_code == 401 and self._credentials.basic:
                response.headers["WWW-Authenticate"] = 'Basic realm="MEETS"'
        return response(environ, start_response)

    def _call(self, environ: WSGIEnvironment) -> dict[str, int]:
        query = _parameters(environ["QUERY_STRING"])
        self._credentials.check(environ, query)
        path = environ["PATH_INFO"]
        function = path.removeprefix(f"{self.base}/")
        if function == path or function not in _FUNCTIONS:
            raise _refusal(404, "No such function")
        with self._lock:
            self.calls[function] += 1
        takes, gives, _ = _FUNCTIONS[function]
        given = _input(environ, query)
        connection = _connection(_required(given, "meetsIdConnection"))
        return {gives: self._look_up(function, connection, _required(given, takes))}

    def _look_up(self, function: str, connection: int, identifier: str) -> int:
        with self._lock:
            if connection not in self._connections:
                raise _refusal(404, f'Connection with ID "{connection}" not found')
            if self.learn:
                return self._add(function, connection, identifier)
            found = self._known.get((function, connection, identifier))
        if found is None:
            raise _refusal(404, f'{_FUNCTIONS[function][2]} "{identifier}" not found')
        return found

    def _add(self, function: str, connection: int, identifier: str) -> int:
        with self._lock:
            self._connections.add(connection)
            key = (function, connection, identifier)
            if key not in self._known:
                self._given[function] += 1
                self._known[key] = self._given[function]
            return self._known[key]


class _Credentials:
    """What every request must carry."""

    def __init__(
        self,
        username: str,
        password: str,
        header: tuple[str, str] | None,
        param: tuple[str, str] | None,
    ) -> None:
        self.basic = bool(username or password)
        self._headers: list[tuple[str, str]] = []
        if self.basic:
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            self._headers.append(("HTTP_AUTHORIZATION", f"Basic {pair}"))
        if header:
            self._headers.append((f"HTTP_{header[0].upper().replace('-', '_')}", header[1]))
        self._param = param

    def check(self, environ: WSGIEnvironment, query: dict[str, str]) -> None:
        pairs = [(value, str(environ.get(name, ""))) for name, value in self._headers]
        if self._param:
            pairs.append((self._param[1], query.get(self._param[0], "")))
        matches = [hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs]
        if not all(matches):
            raise _refusal(401, "Authentication required")


def _input(environ: WSGIEnvironment, query: dict[str, str]) -> dict[str, str]:
    method = environ["REQUEST_METHOD"]
    if method not in _LIMITS:
        raise _refusal(405, "Only GET and POST are available")
    given = query
    if method == "POST":
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _FORM:
            raise _refusal(415, f"POST requires a Content-Type of {_FORM}")
        given = _parameters(environ["wsgi.input"].read().decode("latin-1"))
    limit = _LIMITS[method]
    return {name: value for name, value in given.items() if len(value.encode()) <= limit}


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        decoded = _decoded(name)
        if decoded in found:
            raise _refusal(400, f'Parameter "{decoded}" given more than once')
        found[decoded] = _decoded(value)
    return found


def _decoded(text: str) -> str:
    if not _ENCODED.fullmatch(text):
        raise _refusal(400, "Parameters must be percent-encoded according to RFC 3986")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(400, "Parameters must be UTF-8") from None


def _required(given: dict[str, str], name: str) -> str:
    if not given.get(name):
        raise _refusal(400, f'Missing required parameter "{name}"')
    return given[name]


def _connection(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value, re.ASCII):
        raise _refusal(400, 'Parameter "meetsIdConnection" must be a number')
    return int(value)


def _refusal(status: int, message: str) -> RemoteRejected:
    return RemoteRejected(message, code=str(status))


def _json(status: int, members: dict[str, Any]) -> Response:
    # Unformatted, as the manual says; and not led by the status, since no order is promised.
    body = json.dumps({**members, "status": status}, separators=(",", ":"))
    return Response(body, status=status, content_type="application/json")
