"""What people see: the class at the end of a join URL, the guests' wait, the playback page.

::

    GET  client/<token>                 the class, kept fresh by a small script
    POST client/<token>/leave           303 to the meeting's logoutURL
    POST client/<token>/end             the same, for everybody; moderators only
    POST client/<token>/approve, /deny  of the waiting ``guest``; moderators only
    GET  client/class.css, client/class.js
    GET  playback/<recordID>            200 where it is published
    GET  playback/<recordID>/thumbnails/<number>
    GET  textTrack/<recordID>/<kind>_<language>.vtt
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti_bridge.settings import resource
from lti_bridge.simulators.bigbluebutton.answers import dial_number

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant
    from lti_bridge.simulators.bigbluebutton.meetings import Meetings
    from lti_bridge.simulators.bigbluebutton.query import Request
    from lti_bridge.simulators.bigbluebutton.recordings import Recordings

_ASSETS = {"class.css": "text/css; charset=utf-8", "class.js": "text/javascript; charset=utf-8"}
_ACTIONS = {"leave", "end", "approve", "deny"}
_FOR_MODERATORS = {"end", "approve", "deny"}
_TONES = 8
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " img-src data:; base-uri 'none'"
    ),
}


class Pages:
    """Answers everything that isn't the API; the caller holds the meetings' lock."""

    def __init__(self, brand: str, meetings: Meetings, recordings: Recordings, base: str) -> None:
        """``base`` is the path before ``client/``, with slashes around it."""
        self._meetings = meetings
        self._recordings = recordings
        self._base = base
        self._folder = resource("templates") / "simulators" / "meetingz"
        self._templates = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals |= {"client": f"{base}client/", "brand": brand}
        self._templates.filters["initials"] = initials
        self._templates.filters["tone"] = tone

    def answer(self, request: Request, path: str) -> Response:
        """``path`` is what follows the base."""
        folder, _, rest = path.partition("/")
        if folder == "client":
            return self._client(request, rest)
        if folder == "playback" and request.method == "GET":
            return self._playback(*rest.partition("/")[::2])
        if folder == "textTrack" and request.method == "GET":
            return self._track(*rest.partition("/")[::2])
        return Response("Not Found", status=404)

    def _client(self, request: Request, rest: str) -> Response:
        if request.method == "GET" and rest in _ASSETS:
            return self._asset(rest)
        token, _, action = rest.partition("/")
        found = self._meetings.session(token)
        if found is None or action not in {"", *_ACTIONS}:
            return self._over("This link is no longer good", status=404)
        if request.method != ("POST" if action else "GET"):
            return Response("Method Not Allowed", status=405)
        meeting, participant = found
        if action:
            return self._act(action, request, meeting, participant)
        return self._class(meeting, participant)

    def _act(
        self, action: str, request: Request, meeting: Meeting, participant: Participant
    ) -> Response:
        moderates = participant.role == "MODERATOR" and participant.standing == "in"
        if action in _FOR_MODERATORS and not moderates:
            return self._over("Only moderators can do that", status=403)
        home = f"{self._base}client/{participant.token}"
        if action in {"approve", "deny"}:
            guest_id = parse_qs(request.body.decode("latin-1")).get("guest", [""])[0]
            self._meetings.decide(meeting, guest_id, approve=action == "approve")
            return redirect(home, 303, Response)
        if action == "end" and not meeting.ended:
            self._meetings.end(meeting)
        if not participant.left:
            self._meetings.leave(meeting, participant)
        return redirect(_way_out(meeting, participant) or home, 303, Response)

    def _class(self, meeting: Meeting, participant: Participant) -> Response:
        title = _why_out(meeting, participant)
        if title:
            return self._over(title, logout_url=_way_out(meeting, participant))
        template = "class.html" if participant.standing == "in" else "waiting.html"
        return self._page(
            template,
            name=meeting.name,
            me=participant,
            people=meeting.participants,
            waiting=meeting.waiting,
            slides=meeting.slides,
            recorded=meeting.recorded,
            welcome=_welcome(meeting),
        )

    def _playback(self, record_id: str, format_type: str) -> Response:
        recording = self._recordings.get(record_id)
        if recording is None or not recording.published:
            return self._over("This recording can't be watched", status=404)
        types = [one.type for one in recording.formats]
        folder, _, number = format_type.partition("/")
        if folder == "thumbnails" and number.isdigit():
            return _picture(int(number))
        if format_type and format_type not in types:
            return self._over("This recording has no such format", status=404)
        return self._page("playback.html", recording=recording, type=format_type)

    def _track(self, record_id: str, file_name: str) -> Response:
        recording = self._recordings.get(record_id)
        for track in recording.tracks.values() if recording else ():
            if track.file_name == file_name:
                return Response(track.content, content_type="text/vtt; charset=utf-8")
        return Response("Not Found", status=404)

    def _over(self, title: str, *, status: int = 200, logout_url: str = "") -> Response:
        return self._page("over.html", status, title=title, logout_url=logout_url)

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        page = self._templates.get_template(template).render(values)
        return Response(page, status, _HEADERS, content_type="text/html; charset=utf-8")

    def _asset(self, name: str) -> Response:
        body = (self._folder / name).read_bytes()
        return Response(body, 200, {"Cache-Control": "no-cache"}, content_type=_ASSETS[name])


def _picture(number: int) -> Response:
    """A slide that says its number."""
    hue = number * 67 % 360
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="176" height="136" viewBox="0 0 176 136">'
        f'<rect width="176" height="136" fill="hsl({hue} 45% 88%)"/>'
        f'<rect x="16" y="18" width="96" height="12" rx="3" fill="hsl({hue} 45% 35%)"/>'
        '<g fill="#8a94a3"><rect x="16" y="46" width="140" height="6" rx="3"/>'
        '<rect x="16" y="62" width="124" height="6" rx="3"/>'
        '<rect x="16" y="78" width="132" height="6" rx="3"/></g>'
        f'<text x="148" y="122" font-size="16" fill="#55606f">{number % 1000}</text></svg>'
    )
    return Response(drawn, content_type="image/svg+xml")


def initials(name: str) -> str:
    """First letters of the first and the last word, as far as there are letters."""
    words = ("".join(filter(str.isalnum, word)) for word in name.split())
    firsts = [word[0].upper() for word in words if word]
    # The zero-width non-joiner keeps Persian and Arabic letters from growing together.
    return "\u200c".join(firsts[:1] + firsts[1:][-1:]) or "?"


def tone(name: str) -> int:
    """A colour's number, the same for the same name."""
    return zlib.crc32(name.encode()) % _TONES


def _why_out(meeting: Meeting, participant: Participant) -> str:
    if meeting.ended:
        return "The class has ended"
    if participant.left:
        return "You have left the class"
    if participant.standing == "denied":
        return "A moderator has not let you in"
    return ""


def _way_out(meeting: Meeting, participant: Participant) -> str:
    return participant.logout_url or meeting.logout_url


def _welcome(meeting: Meeting) -> str:
    text = meeting.parameters.get("welcome", "")
    for word, value in (
        ("%%CONFNAME%%", meeting.name),
        ("%%CONFNUM%%", meeting.voice_bridge),
        ("%%DIALNUM%%", dial_number(meeting)),
    ):
        text = text.replace(word, value)
    # Welcome texts may hold HTML; only its words are shown.
    return Markup(text).striptags()  # noqa: S704 - tags are removed, the template escapes the rest
