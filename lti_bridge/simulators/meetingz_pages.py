"""The class as people see it: what stands at the end of a join URL of the simulated Meetingz.

::

    GET  client/<token>        the class, kept fresh by a small script
    POST client/<token>/leave  303 to the meeting's logoutURL
    POST client/<token>/end    the same, for everybody; moderators only
    GET  client/class.css, client/class.js
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti_bridge.settings import resource

if TYPE_CHECKING:
    from lti_bridge.simulators.meetingz_meetings import Meeting, Meetings, Participant

_ASSETS = {"class.css": "text/css; charset=utf-8", "class.js": "text/javascript; charset=utf-8"}
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


class ClassPages:
    """Answers everything below ``client/``."""

    def __init__(self, meetings: Meetings, base: str) -> None:
        """``base`` is the path before ``client/``, with slashes around it."""
        self._meetings = meetings
        self._base = base
        self._folder = resource("templates") / "simulators" / "meetingz"
        self._templates = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals["client"] = f"{base}client/"
        self._templates.filters["initials"] = initials
        self._templates.filters["tone"] = tone

    def answer(self, method: str, rest: str) -> Response:
        """``rest`` is the path behind ``client/``; the caller holds the meetings' lock."""
        if method == "GET" and rest in _ASSETS:
            return self._asset(rest)
        token, _, action = rest.partition("/")
        found = self._meetings.session(token)
        if found is None or action not in {"", "leave", "end"}:
            return self._page("over.html", 404, title="This link is no longer good", logout_url="")
        if method != ("POST" if action else "GET"):
            return Response("Method Not Allowed", status=405)
        meeting, participant = found
        if action:
            return self._act(action, meeting, participant)
        return self._class(meeting, participant)

    def _act(self, action: str, meeting: Meeting, participant: Participant) -> Response:
        if action == "end" and participant.role != "MODERATOR":
            return self._page("over.html", 403, title="Only moderators can do that", logout_url="")
        if action == "end" and not meeting.ended:
            self._meetings.end(meeting)
        if not participant.left:
            self._meetings.leave(meeting, participant)
        home = f"{self._base}client/{participant.token}"
        return redirect(meeting.logout_url or home, 303, Response)

    def _class(self, meeting: Meeting, participant: Participant) -> Response:
        if meeting.ended or participant.left:
            title = "The class has ended" if meeting.ended else "You have left the class"
            return self._page("over.html", title=title, logout_url=meeting.logout_url)
        return self._page(
            "class.html",
            name=meeting.parameters["name"],
            me=participant,
            people=meeting.participants,
            recorded=meeting.parameters.get("record") == "true",
            welcome=_welcome(meeting),
        )

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        page = self._templates.get_template(template).render(values)
        return Response(page, status, _HEADERS, content_type="text/html; charset=utf-8")

    def _asset(self, name: str) -> Response:
        body = (self._folder / name).read_bytes()
        return Response(body, 200, {"Cache-Control": "no-cache"}, content_type=_ASSETS[name])


def initials(name: str) -> str:
    """First letters of the first and the last word, as far as there are letters."""
    words = ("".join(filter(str.isalnum, word)) for word in name.split())
    firsts = [word[0].upper() for word in words if word]
    # The zero-width non-joiner keeps Persian and Arabic letters from growing together.
    return "\u200c".join(firsts[:1] + firsts[1:][-1:]) or "?"


def tone(name: str) -> int:
    """A colour's number, the same for the same name."""
    return zlib.crc32(name.encode()) % _TONES


def _welcome(meeting: Meeting) -> str:
    text = meeting.parameters.get("welcome", "")
    for word, value in (
        ("%%CONFNAME%%", meeting.parameters["name"]),
        ("%%CONFNUM%%", meeting.voice_bridge),
        ("%%DIALNUM%%", meeting.parameters.get("dialNumber", "")),
    ):
        text = text.replace(word, value)
    # Welcome texts may hold HTML; only its words are shown.
    return Markup(text).striptags()  # noqa: S704 - tags are removed, the template escapes the rest
