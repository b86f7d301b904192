"""The WSGI application: the access test and the organisation_data resource."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.engagement.requests import decoded, refusal, wanted
from lti_bridge.simulators.engagement.rows import Rows
from lti_bridge.simulators.faults import Faults

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.engagement.keys import Keys
    from lti_bridge.simulators.serving import Server

BreachStatus = Literal[429, 403, 503]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the manual leaves open."""

    wrong_account: Literal[403, 404] = 403
    """The status for an account that isn't the key's own."""
    access_test_counts: bool = True
    """Whether the access test is a call that the rate limit counts."""
    end_included: bool = False
    """Whether rows at the very midnight that to_date is rounded up to are given."""


class EngagementSimulator:
    """The WSGI application; ``faults`` stands in front of it."""

    def __init__(
        self, base: str, account: str, keys: Keys, *, https_only: bool, dialect: Dialect
    ) -> None:
        """Use :func:`lti_bridge.simulators.engagement.create_engagement`."""
        self.base = base
        self.account = account
        self.dialect = dialect
        self.https_only = https_only
        self.beside: Mapping[str, Any] = {}
        """Members to stand beside ``output``: the manual announces meta, warnings, errors."""
        self.calls: Counter[str] = Counter()
        """Authenticated calls, whatever they were answered: access_test, organisation_data."""
        self.faults = Faults(self._answer)
        self._keys = keys
        self._rows = Rows()
        self._lock = threading.RLock()
        self._breach_status: BreachStatus = 429
        self._resources: dict[str, tuple[str, Callable[[str], str]]] = {
            base: ("access_test", _access),
            f"{base}/organisation_data": ("organisation_data", self._data),
        }

    @property
    def breach_status(self) -> BreachStatus:
        """The answer to a call over the rate limit; ValueError for any but 429, 403, 503."""
        return self._breach_status

    @breach_status.setter
    def breach_status(self, status: BreachStatus) -> None:
        if status not in get_args(BreachStatus):
            raise ValueError("a breach is answered 429, 403 or 503")
        self._breach_status = status

    @property
    def breaches(self) -> int:
        """How many calls were over the rate limit, of all keys."""
        return sum(self.breaches_by_key.values())

    @property
    def breaches_by_key(self) -> dict[str, int]:
        """The same for each key, revoked ones too."""
        with self._lock:
            return self._keys.breaches

    def add_key(self, key: str, secret: str) -> None:
        """Another pair, with a rate limit of its own; it takes the place of one of this name.

        Raises ValueError for an empty key, or one with a colon.
        """
        with self._lock:
            self._keys.add(key, secret)

    def revoke_key(self, key: str) -> None:
        """From now on it is answered as an unknown one. Raises KeyError if it is one."""
        with self._lock:
            self._keys.revoke(key)

    def add_rows(
        self, method: str, day_or_ms: date | int, rows: Iterable[Mapping[str, Any]]
    ) -> None:
        """Give a data method rows of any columns; it exists from then on, also without any.

        ``day_or_ms``: milliseconds since the epoch, a datetime with its zone, or a date, which
        stands for its first moment in UTC. Raises ValueError or TypeError for values that aren't
        JSON, and ValueError for a datetime without zone.
        """
        with self._lock:
            self._rows.add(method, day_or_ms, rows)

    def url_for(self, server: Server) -> str:
        """The base as a settings file has it: the resource is at ``{url}/organisation_data``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            with self._lock:
                response = _json(200, self._call(environ))
        except RemoteRejected as error:
            response = _refused(int(error.code), error.message)
        return response(environ, start_response)

    def _call(self, environ: WSGIEnvironment) -> str:
        if self.https_only and not _over_https(environ):
            raise refusal(403, "HTTPS is required")
        key = self._keys.holder(environ.get("HTTP_AUTHORIZATION", ""))
        if key is None:
            raise refusal(401, "Authentication failed")
        if environ["PATH_INFO"] not in self._resources:
            raise refusal(404, "No such resource")
        name, answer = self._resources[environ["PATH_INFO"]]
        self.calls[name] += 1
        counts = name != "access_test" or self.dialect.access_test_counts
        if counts and self._keys.breached(key):
            raise refusal(self.breach_status, "Rate limit exceeded")
        if environ["REQUEST_METHOD"] != "GET":
            raise refusal(405, "Only GET is available")
        body = answer(environ["QUERY_STRING"])
        if counts:
            self._keys.succeeded(key)
        return body

    def _data(self, query: str) -> str:
        asked = wanted(query)
        if asked.account != self.account:
            raise refusal(self.dialect.wrong_account, "The key pair is not of this account")
        if asked.method not in self._rows:
            raise refusal(404, f'No data method "{asked.method}"')
        closed = self.dialect.end_included
        found = self._rows.between(asked.method, asked.begin, asked.end, closed=closed)
        beside = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in self.beside.items()]
        return "{" + ",".join([f'"output":{found}', *beside]) + "}"


def _access(query: str) -> str:
    decoded(query, ())
    return '{"authenticated":true}'


def _over_https(environ: WSGIEnvironment) -> bool:
    return "https" in (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO"))


def _refused(status: int, message: str) -> Response:
    members: dict[str, Any] = {"error": message}
    if status == 401:
        members["authenticated"] = False
    response = _json(status, json.dumps(members))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Meet & Engage"'
    if status == 405:
        response.headers["Allow"] = "GET"
    return response


def _json(status: int, body: str) -> Response:
    return Response(body, status=status, content_type="application/json")
