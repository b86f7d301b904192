"""What people do with classes held by way of MEETS: see them, their recordings, who was in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response, g, request

from lti_bridge.errors import NotAllowed, RemoteMalformed, RemoteUnavailable
from lti_bridge.meets_api import Redirect as Elsewhere
from lti_bridge.reports.spreadsheets import csv_lines
from lti_bridge.security import Redirect
from lti_bridge.security.sessions import require_moderator
from lti_bridge.web.times import moment

if TYPE_CHECKING:
    from lti_bridge.meets_api import File
    from lti_bridge.scheduling import MeetsClasses
    from lti_bridge.security.sessions import FrameSession
    from lti_bridge.store import Presence
    from lti_bridge.web.pages import Pages

MOST_DOWNLOADS: Final = 8
"""Files that pass through a process at once; the other threads let people into class."""
HARMLESS_TYPES: Final = re.compile(r"(?:audio|video)/[\w.+-]+", re.ASCII)
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|\u202a-\u202e\u2066-\u2069]+')
_LONGEST_NAME: Final = 120
HEADS: Final = ("name", "e-mail", "host", "joined (UTC)", "left (UTC)", "address", "browser")

ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class ElsewhereViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    classes: MeetsClasses
    allow_http: bool
    _downloads: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_DOWNLOADS)
    )

    def listed(self) -> Response:
        """``POST /course/classes``: the list alone, for a page that is open."""
        session = self.session("classes")
        g.visit.outcome = "status"
        return self.pages.classes(session)

    def attendance(self) -> Response:
        """``POST /course/attendance``: who was in an event; teachers only. ``as=csv``: a file."""
        session = self.session("attendance")
        require_moderator(session)
        event, stays = self.classes.attendance(_number("event"), session.course_id)
        g.visit.outcome = "attendance"
        if request.form.get("as") != "csv":
            return self.pages.attendance(session, event, stays)
        lines = csv_lines(HEADS, map(_row, stays))
        body = "\ufeff" + "".join(f"{line}\r\n" for line in lines)
        return Response(
            body, headers=file_headers("text/csv; charset=utf-8", f"{event.name or event.id}.csv")
        )

    def download(self) -> Response:
        """``POST /course/recordings/download``: a redirect to it, or the file.

        What MEETS is asked with never leaves for anywhere else: the browser goes there by itself.
        """
        session = self.session("download")
        recording = _number("recording")
        g.retry = ("course.download", {"recording": str(recording)})
        if not self._downloads.acquire(blocking=False):
            raise RemoteUnavailable(
                "Too many downloads pass through.",
                remedy="Try again in a few minutes.",
                code="downloads_busy",
            )
        try:
            found = self.classes.download(recording, session.course_id, session.role)
            g.visit.outcome = "download"
            if isinstance(found, Elsewhere):
                answer: Response = Redirect(
                    self._location(found), ("Referrer-Policy", "no-referrer")
                )
            else:
                answer = _handed_on(found, recording)
        except BaseException:
            self._downloads.release()
            raise
        answer.call_on_close(self._downloads.release)
        return answer

    def _location(self, found: Elsewhere) -> str:
        schemes = ("https://", "http://") if self.allow_http else ("https://",)
        for location in found.locations:
            if location.lower().startswith(schemes):
                return location
        raise RemoteMalformed(
            "The recording is at an address without TLS.", service="MEETS", code="no_tls"
        )


def _handed_on(file: File, recording: int) -> Response:
    def pieces() -> Iterator[bytes]:
        with closing(file.chunks):
            yield from file.chunks

    kind = file.content_type.partition(";")[0].strip()
    headers = file_headers(
        kind if HARMLESS_TYPES.fullmatch(kind) else "application/octet-stream",
        file.file_name or f"recording-{recording}",
    )
    if file.length is not None:
        headers["Content-Length"] = str(file.length)
    response = Response(pieces(), headers=headers)
    response.call_on_close(file.chunks.close)
    return response


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotAllowed(
            f"The form names no {name}.",
            remedy="Open the link in the course again.",
            code="open_from_course",
        )
    return int(text)


def file_headers(content_type: str, name: str) -> dict[str, str]:
    """Of a file that is stored, never shown: whatever is in it can do nothing here (RFC 6266)."""
    stem, dot, suffix = _UNSAFE.sub("_", name).strip(" ._").rpartition(".")
    safe = f"{stem[:_LONGEST_NAME]}{dot}{suffix[:_LONGEST_NAME]}" or "download"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "Content-Type": content_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }


def _row(stay: Presence) -> tuple[object, ...]:
    return (
        stay.name,
        stay.email,
        stay.was_host,
        utc(stay.joined_ms),
        utc(stay.left_ms),
        stay.ip,
        stay.browser,
    )


def utc(unix_ms: int | None) -> str:
    """A moment for tables; empty where it isn't known."""
    return "" if unix_ms is None else f"{moment(unix_ms):%Y-%m-%d %H:%M:%S}"
