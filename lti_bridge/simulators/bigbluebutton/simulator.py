"""The WSGI application of a simulated service: paths, methods, checksums, refusals.

::

    {base}api/NAME   the calls
    {base}client/…   the class itself, where join leads; see ``pages`` for the rest
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.bigbluebutton import elements, parameters, query
from lti_bridge.simulators.bigbluebutton.callbacks import Callbacks
from lti_bridge.simulators.bigbluebutton.calls import MeetingCalls
from lti_bridge.simulators.bigbluebutton.meetings import Meetings
from lti_bridge.simulators.bigbluebutton.pages import Pages
from lti_bridge.simulators.bigbluebutton.query import Request
from lti_bridge.simulators.bigbluebutton.recording_calls import RecordingCalls, json_failed
from lti_bridge.simulators.bigbluebutton.recordings import Recordings
from lti_bridge.simulators.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.bigbluebutton.ending import Delays
    from lti_bridge.simulators.bigbluebutton.kinds import Kind
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting
    from lti_bridge.simulators.bigbluebutton.parameters import Call
    from lti_bridge.simulators.bigbluebutton.sending import Callback
    from lti_bridge.simulators.bigbluebutton.stats import LeftTime
    from lti_bridge.simulators.serving import Server

_LONGEST_QUERY = 8000
_LARGEST_BODY = 2 * 1024 * 1024

_UNSUPPORTED = "This request is not supported."
_CONTENT_TYPE = "This call takes no body of that type."
_NO_CHECKSUM = "Missing param checksum."


@dataclass(slots=True)
class Options:
    """What the constructors of the three services set."""

    base: str
    secret: str = field(repr=False)
    checksums: tuple[str, ...]
    strict: bool
    clock: Callable[[], float]
    delays: Delays
    left_time: LeftTime = "0"
    attempts: int = 1
    pause: float = 0.05


class Simulator:
    """One simulated service; ``faults`` stands in front of it."""

    def __init__(self, kind: Kind, options: Options) -> None:
        """Use one of the constructors.

        Raises ValueError for a ``base`` without slashes around it or an unknown checksum.
        """
        if not (options.base.startswith("/") and options.base.endswith("/")):
            raise ValueError("base must start and end with a slash")
        if not options.checksums or not set(options.checksums) <= set(query.CHECKSUMS):
            raise ValueError(f"checksum must be one of {', '.join(query.CHECKSUMS)}")
        self.base = options.base
        self.kind = kind
        self._options = options
        meetings = Meetings(kind, options.clock, options.delays)
        self._recordings = Recordings(meetings.lock, options.clock)
        self._callbacks = Callbacks(meetings, lambda: self.secret, options.attempts, options.pause)
        self._calls = _Calls(kind, options, meetings, self._recordings, self._created)
        self._pages = Pages(kind.brand, meetings, self._recordings, options.base)
        meetings.on_end = self._ended
        self._recordings.on_publish = self._callbacks.published if kind.callbacks else _nothing
        self.faults = Faults(self._answer)

    @property
    def secret(self) -> str:
        """The shared secret; a new one holds at once, and the old one no more."""
        return self._options.secret

    @secret.setter
    def secret(self, secret: str) -> None:
        self._options.secret = secret

    @property
    def meetings(self) -> dict[str, Meeting]:
        """Meetings that haven't ended, by meeting ID."""
        return self._calls.meetings.current

    @property
    def ended(self) -> list[Meeting]:
        """Meetings that ended or were removed, oldest first (the last 1,000)."""
        self._calls.meetings.end_what_is_over()
        return list(self._calls.meetings.ended)

    @property
    def recordings(self) -> Recordings:
        """To look at, and to add to."""
        self._calls.meetings.end_what_is_over()
        return self._recordings

    @property
    def callbacks(self) -> list[Callback]:
        """What was sent so far, oldest first (the last 1,000)."""
        return list(self._callbacks.sender.sent)

    def settle(self, timeout: float = 10.0) -> None:
        """Return when all callbacks that are due were sent.

        Raises TimeoutError after ``timeout`` seconds.
        """
        self._calls.meetings.end_what_is_over()
        self._callbacks.sender.settle(timeout)

    def url_for(self, server: Server) -> str:
        """The API's address as a settings file has it: calls go to ``{url}api/NAME``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(self.base):
            return Response("Not Found", status=404)(environ, start_response)
        rest = path.removeprefix(self.base)
        request = Request.of(environ, rest.removeprefix("api/"))
        with self._calls.meetings.lock:
            self._calls.meetings.end_what_is_over()
            if rest.startswith("api/"):
                response = self._calls.answer(request)
            else:
                response = self._pages.answer(request, rest)
        return response(environ, start_response)

    def _created(self, meeting: Meeting) -> None:
        if self.kind.callbacks:
            self._callbacks.created(meeting)

    def _ended(self, meeting: Meeting) -> None:
        if self.kind.callbacks:
            self._callbacks.ended(meeting)
        if "getRecordings" in self.kind.calls:
            self._recordings.add_from(meeting)


class _Calls:
    """Lets only calls with a good checksum through; turns refusals into XML, or JSON."""

    def __init__(
        self,
        kind: Kind,
        options: Options,
        meetings: Meetings,
        recordings: Recordings,
        on_create: Callable[[Meeting], None],
    ) -> None:
        self.meetings = meetings
        self._kind = kind
        self._options = options
        about_meetings = MeetingCalls(kind, meetings, options.base, options.left_time, on_create)
        about_recordings = RecordingCalls(kind, recordings, options.base)
        self._handlers = {**about_meetings.handlers, **about_recordings.handlers}

    def answer(self, request: Request) -> Response:
        """HTTP errors for what isn't a call at all, else the API's own answers."""
        if len(request.query) > _LONGEST_QUERY:
            return Response("URI Too Long", status=414)
        call = self._kind.calls.get(request.call)
        if call is None:
            return elements.failed(RemoteRejected(_UNSUPPORTED, code="unsupportedRequest"))
        if request.method not in call.methods:
            allow = {"Allow": ", ".join(call.methods)}
            return Response("Method Not Allowed", status=405, headers=allow)
        if len(request.body) > _LARGEST_BODY:
            return Response("Content Too Large", status=413)
        try:
            return self._signed(call, request)
        except RemoteRejected as refusal:
            return json_failed(refusal) if call.answers_json else elements.failed(refusal)

    def _signed(self, call: Call, request: Request) -> Response:
        if call.answers_json and not query.has_checksum(request):
            raise RemoteRejected(_NO_CHECKSUM, code="paramError")
        raw = query.signed_parameters(request, self._options.secret, self._options.checksums)
        if request.body and request.mimetype not in call.bodies:
            raise RemoteRejected(_CONTENT_TYPE, code="unsupportedContentType")
        given = query.parameters(raw)
        parameters.check(request.call, call, given, strict=self._options.strict)
        parameters.require(call, given)
        return self._handlers[request.call](given, request)


def _nothing(_: object) -> None:
    """Services without callbacks."""
