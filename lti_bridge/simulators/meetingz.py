"""A stand-in of Meetingz (and of Mconf-Live, BigBlueButton 0.9, which it is like).

::

    {base}api/NAME        create, join, isMeetingRunning, getMeetingInfo, getMeetings, end
    {base}client/<token>  the class itself, where join leads

Meetingz API, whole; its answers as the Mconf-Live API prints them. Recordings, which Meetingz
announces only, answer unsupportedRequest. Calls are GET only, as in the document's examples.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators import meetingz_answers as answers
from lti_bridge.simulators import meetingz_query as queries
from lti_bridge.simulators.faults import Faults
from lti_bridge.simulators.meetingz_meetings import Meetings, is_moderator_password
from lti_bridge.simulators.meetingz_pages import ClassPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.meetingz_meetings import Meeting
    from lti_bridge.simulators.serving import Server

_LONGEST_QUERY = 8000

_CHECKSUM = "You did not pass the checksum security check"
_UNSUPPORTED = "This request is not supported."
_PASSWORD = "You must supply the moderator password for this call."
_DUPLICATE = "This conference was already in existence and may currently be in progress."
_NONE = "no meetings were found on this server"
_ENDING = (
    "A request to end the meeting was sent. Please wait a few seconds, and then use the"
    " getMeetingInfo or isMeetingRunning API calls to verify that it was ended."
)


def create_meetingz(
    *,
    base: str = "/KEY/",
    secret: str,
    checksum: str = "sha1",
    strict: bool = True,
    roles: bool = False,
    clock: Callable[[], float] = time.time,
    unused_after: float = 300.0,
    empty_after: float = 60.0,
    away_after: float = 75.0,
) -> MeetingzSimulator:
    """A service whose calls go to ``{base}api/NAME``, signed with ``secret`` by ``checksum``.

    ``strict`` refuses parameters a call doesn't know. ``roles`` takes ``role`` in place of
    ``password`` at join, as later BigBlueButtons do. ``clock`` gives UNIX seconds. Seconds until
    a meeting is removed: ``unused_after`` where nobody ever joined, ``empty_after`` the last one
    left; ``away_after`` those without which a page that isn't refreshed counts as closed (more
    than the minute that browsers give a hidden page between two turns of its script).
    Raises ValueError for a ``base`` without slashes around it or an unknown ``checksum``.
    """
    if not (base.startswith("/") and base.endswith("/")):
        raise ValueError("base must start and end with a slash")
    if checksum not in queries.CHECKSUMS:
        raise ValueError(f"checksum must be one of {', '.join(queries.CHECKSUMS)}")
    meetings = Meetings(clock, unused_after, empty_after, away_after)
    calls = _Calls(meetings, base, strict=strict, roles=roles)
    return MeetingzSimulator(_Signed(calls, secret, checksum), ClassPages(meetings, base))


class MeetingzSimulator:
    """The WSGI application; ``faults`` stands in front of it."""

    def __init__(self, signed: _Signed, pages: ClassPages) -> None:
        """Use :func:`create_meetingz`."""
        self._signed = signed
        self._pages = pages
        self._calls = signed.calls
        self.base = signed.calls.base
        self.faults = Faults(self._answer)

    @property
    def meetings(self) -> dict[str, Meeting]:
        """Meetings that haven't ended, by meeting ID."""
        return self._calls.meetings.current

    @property
    def ended(self) -> list[Meeting]:
        """Meetings that ended or were removed, oldest first (the last 1,000)."""
        self._calls.meetings.end_what_is_over()
        return list(self._calls.meetings.ended)

    def url_for(self, server: Server) -> str:
        """The API's address as a settings file has it: calls go to ``{url}api/NAME``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        api, client = f"{self.base}api/", f"{self.base}client/"
        with self._calls.meetings.lock:
            if path.startswith(client):
                response = self._pages.answer(method, path.removeprefix(client))
            elif not path.startswith(api):
                response = Response("Not Found", status=404)
            elif method != "GET":
                response = Response("Method Not Allowed", status=405, headers={"Allow": "GET"})
            else:
                response = self._signed.answer(path.removeprefix(api), environ)
        return response(environ, start_response)


class _Signed:
    """Lets only calls with a good checksum through; turns refusals into XML."""

    def __init__(self, calls: _Calls, secret: str, checksum: str) -> None:
        self.calls = calls
        self._secret = secret
        self._checksum = checksum

    def answer(self, call: str, environ: WSGIEnvironment) -> Response:
        query = environ["QUERY_STRING"]
        if len(query) > _LONGEST_QUERY:
            return Response("URI Too Long", status=414)
        try:
            self._let_through(call, query)
            return self.calls.answer(call, queries.parameters(query), _origin(environ))
        except RemoteRejected as refusal:
            return answers.failed(refusal)

    def _let_through(self, call: str, query: str) -> None:
        if call not in queries.PARAMETERS:
            raise RemoteRejected(_UNSUPPORTED, code="unsupportedRequest")
        if not queries.is_signed(call, query, self._secret, self._checksum):
            raise RemoteRejected(_CHECKSUM, code="checksumError")


class _Calls:
    """The six calls, behind the checksum. All may raise RemoteRejected with the messageKey."""

    def __init__(self, meetings: Meetings, base: str, *, strict: bool, roles: bool) -> None:
        self.meetings = meetings
        self.base = base
        self._strict = strict
        self._roles = roles

    def answer(self, call: str, given: dict[str, str], origin: str) -> Response:
        known = queries.PARAMETERS[call]
        if call == "join" and self._roles:
            known |= {"role"}
        queries.check(call, given, known, strict=self._strict)
        if call == "join":
            return self._join(given, origin)
        by_name = {
            "create": self._create,
            "isMeetingRunning": self._is_meeting_running,
            "getMeetingInfo": self._get_meeting_info,
            "getMeetings": self._get_meetings,
            "end": self._end,
        }
        return by_name[call](given)

    def _create(self, given: dict[str, str]) -> Response:
        queries.require(given, "meetingID", "name")
        meeting, is_new = self.meetings.create(given)
        fields = answers.created(meeting)
        if is_new:
            return answers.succeeded(fields)
        return answers.succeeded(fields, "duplicateWarning", _DUPLICATE)

    def _join(self, given: dict[str, str], origin: str) -> Response:
        by_role = self._roles and "role" in given
        if not by_role:
            given.pop("role", None)
        queries.require(given, "fullName", "meetingID", *([] if by_role else ["password"]))
        participant = self.meetings.join(given)
        return redirect(f"{origin}{self.base}client/{participant.token}", 302, Response)

    def _is_meeting_running(self, given: dict[str, str]) -> Response:
        queries.require(given, "meetingID")
        meeting = self.meetings.current.get(given["meetingID"])
        return answers.running(meeting is not None and meeting.running)

    def _get_meeting_info(self, given: dict[str, str]) -> Response:
        queries.require(given, "meetingID")
        meeting = self.meetings.get(given["meetingID"])
        # Older clients send the moderator password; nobody asks for it, but a wrong one is wrong.
        if "password" in given:
            _need_moderator(meeting, given)
        return answers.succeeded(answers.detailed(meeting))

    def _get_meetings(self, _given: dict[str, str]) -> Response:
        meetings = self.meetings.current.values()
        listed: answers.Fields = [("meeting", answers.listed(meeting)) for meeting in meetings]
        fields: answers.Fields = [("meetings", listed)]
        return answers.succeeded(fields, *(() if listed else ("noMeetings", _NONE)))

    def _end(self, given: dict[str, str]) -> Response:
        queries.require(given, "meetingID", "password")
        meeting = self.meetings.get(given["meetingID"])
        _need_moderator(meeting, given)
        self.meetings.end(meeting)
        return answers.succeeded([], "sentEndMeetingRequest", _ENDING)


def _need_moderator(meeting: Meeting, given: dict[str, str]) -> None:
    if not is_moderator_password(meeting, given["password"]):
        raise RemoteRejected(_PASSWORD, code="invalidPassword")


def _origin(environ: WSGIEnvironment) -> str:
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"
