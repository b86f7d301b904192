"""The recordings of a course: watched by its people; shown, hidden, named and deleted by teachers.

The list is our own rows. An address of a recording is in no page of ours: it is given to a browser
when somebody goes there, after looking once more whether they may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from flask import Response, g, request
from flask_babel import LazyString, lazy_gettext

from lti_bridge.conferencing import Capability, TextTrack
from lti_bridge.directory.text import clean
from lti_bridge.errors import CapabilityMissing, MalformedRequest, RemoteError, ServiceMissing
from lti_bridge.reports.recordings import LONGEST_NAME
from lti_bridge.security import Redirect
from lti_bridge.security.sessions import require_moderator
from lti_bridge.store import Onlooker
from lti_bridge.web.asking import asked_meeting, number_field
from lti_bridge.web.times import clock, span_of

if TYPE_CHECKING:
    from lti_bridge.conferencing.recordings import TrackKind
    from lti_bridge.reports import RecordingBook, ShownRecording
    from lti_bridge.scheduling import Entrance, GroupBook
    from lti_bridge.security.sessions import FrameSession
    from lti_bridge.web.pages import Pages

LARGEST_CAPTIONS: Final = 1_000_000
"""Bytes: those of a whole day are less."""
FORMATS: Final[Mapping[str, LazyString]] = MappingProxyType({
    "presentation": lazy_gettext("Presentation"),
    "presentation_video": lazy_gettext("Video"),
    "video": lazy_gettext("Video"),
    "onstream": lazy_gettext("Video"),
    "screenshare": lazy_gettext("Screen sharing"),
    "deskshare": lazy_gettext("Screen sharing"),
    "podcast": lazy_gettext("Audio"),
    "notes": lazy_gettext("Shared notes"),
    "statistics": lazy_gettext("Statistics"),
})  # fmt: skip  # a format a line
"""What services call ways to watch a recording, in people's words; others stand for themselves."""
LANGUAGES: Final = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "pt-BR", "ro",
    "ru", "sk", "sl", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip  # as a list
"""What captions may be in (RFC 5646)."""
KINDS: Final = frozenset({"captions", "subtitles"})
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_CAPTIONS: Final = re.compile(r"\A\s*(WEBVTT\b|\[Script Info\]|.*?\d\s*-->\s*\d)", re.DOTALL)
_MEGABYTE: Final = 1_000_000

DONE: Final[Mapping[str, LazyString]] = MappingProxyType({
    "shown": lazy_gettext("Students can see the recording now."),
    "hidden": lazy_gettext("Students don’t see the recording any more."),
    "renamed": lazy_gettext("The recording has its new name."),
    "deleted": lazy_gettext("The recording is deleted."),
    "captions": lazy_gettext("The captions are sent. They appear within some minutes."),
    "no_captions": lazy_gettext("The captions are taken away."),
})  # fmt: skip  # a line each
NOT_DONE: Final[Mapping[str, LazyString]] = MappingProxyType({
    "remote": lazy_gettext(
        "The service that keeps the recordings didn’t do it. Nothing was changed: wait a moment,"
        " then try again."
    ),
    "cannot": lazy_gettext("The service that keeps this recording can’t do that."),
    "name": lazy_gettext("Give the recording a name."),
    "file": lazy_gettext("Choose a file with captions."),
    "large": lazy_gettext("This file is too large for captions."),
    "format": lazy_gettext("Captions come as WebVTT, SRT or SSA, saved as UTF-8."),
    "language": lazy_gettext("Choose the language of the captions."),
})  # fmt: skip  # a line each

ReadSession = Callable[[str, int], "FrameSession"]


class _Wrong(Exception):
    """Something in a form that its sender can mend; a key of ``NOT_DONE``."""


@dataclass(frozen=True, slots=True)
class RecordingViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    groups: GroupBook
    book: RecordingBook

    def listed(self) -> Response:
        """``POST /course/recordings``: all of the course, or those of the field ``meeting``."""
        return self._list(self._session())

    def watch(self) -> Response:
        """``POST /course/recording/watch``: to where it plays."""
        session = self._session("watch")
        url = self.book.playback(_whose(session), _recording(), number_field("format") or 0)
        return Redirect(url, ("Referrer-Policy", "no-referrer"))

    def publish(self) -> Response:
        """``POST /course/recording/publish``: show it to students, or hide it; teachers only."""
        session, published = self._teachers(), request.form.get("published") == "true"
        with _telling(session) as outcome:
            self.book.publish(_whose(session), _recording(), published=published)
            outcome.done = "shown" if published else "hidden"
        return self._list(session, outcome)

    def rename(self) -> Response:
        """``POST /course/recording/rename``: give it a name; teachers only."""
        session = self._teachers()
        with _telling(session) as outcome:
            name = clean(" ".join(request.form.get("name", "").split()), LONGEST_NAME)
            if not name:
                raise _Wrong("name")
            self.book.rename(_whose(session), _recording(), name)
            outcome.done = "renamed"
        return self._list(session, outcome)

    def delete(self) -> Response:
        """``POST /course/recording/delete``: asks once more, unless ``sure`` is ``yes``; teachers
        only.
        """
        session = self._teachers()
        if request.form.get("sure") != "yes":
            return self._show(session, "course/recording_delete.html", _recording())
        with _telling(session) as outcome:
            self.book.delete(_whose(session), _recording())
            outcome.done = "deleted"
        return self._list(session, outcome)

    def captions(self) -> Response:
        """``POST /course/recording/captions``: those it has, and room for more; teachers only."""
        session = self._teachers()
        return self._captions(session, _Outcome())

    def add_captions(self) -> Response:
        """``POST /course/recording/captions/add``: the field ``file``, in ``lang``."""
        session = self._teachers(LARGEST_CAPTIONS + 64 * 1024)
        with _telling(session) as outcome:
            content = _file()
            tag = request.form.get("lang", "")
            if tag not in LANGUAGES:
                raise _Wrong("language")
            track = TextTrack("captions", tag, _own_name(tag))
            self.book.put_captions(_whose(session), _recording(), track, content)
            outcome.done = "captions"
        return self._captions(session, outcome)

    def remove_captions(self) -> Response:
        """``POST /course/recording/captions/remove``: those of ``kind`` and ``lang``."""
        session = self._teachers()
        kind, tag = request.form.get("kind", ""), request.form.get("lang", "")
        if kind not in KINDS or len(tag) > 40 or not _TAG.fullmatch(tag):
            raise MalformedRequest(
                "The form names no captions.",
                remedy="Open the link in the course again.",
                code="form_field",
            )
        with _telling(session) as outcome:
            track = TextTrack(cast("TrackKind", kind), tag)  # one of KINDS
            self.book.put_captions(_whose(session), _recording(), track, None)
            outcome.done = "no_captions"
        return self._captions(session, outcome)

    def _session(self, step: str = "recordings", largest: int = 64 * 1024) -> FrameSession:
        session = self.session(step, largest)
        g.retry = ("course.recordings", {})
        g.visit.outcome = "recordings"
        return session

    def _teachers(self, largest: int = 64 * 1024) -> FrameSession:
        session = self._session(largest=largest)
        require_moderator(session)
        return session

    def _list(self, session: FrameSession, outcome: _Outcome | None = None) -> Response:
        outcome = outcome or _Outcome()
        meeting = None
        if "meeting" in request.form:
            meeting = asked_meeting(self.entrance, self.groups, session)
        page = self.book.page(
            _whose(session),
            meeting=None if meeting is None else meeting.id,
            start=number_field("start") or 0,
        )
        lines = [_line(one) for one in page.recordings]
        origins = {picture.origin for one in page.recordings for picture in one.pictures}
        answer = self.pages.show(
            "course/recordings.html",
            session,
            images=sorted(origins),
            page=page,
            lines=lines,
            meeting=meeting,
            start=number_field("start") or 0,
            changed=number_field("recording"),
            outcome=outcome,
            capability=Capability,
        )
        answer.status_code = outcome.status
        return answer

    def _captions(self, session: FrameSession, outcome: _Outcome) -> Response:
        answers: list[Sequence[TextTrack]] = []
        with _telling(session, outcome):
            answers.append(self.book.captions(_whose(session), _recording()))
        if not answers:
            return self._list(session, outcome)
        answer = self._show(
            session,
            "course/recording_captions.html",
            _recording(),
            tracks=[(one, _in_words(one.lang)) for one in answers[0]],
            languages=sorted(((tag, _in_words(tag)) for tag in LANGUAGES), key=lambda o: o[1]),
            usual=_usual(session.locale),
            outcome=outcome,
        )
        answer.status_code = outcome.status
        return answer

    def _show(
        self, session: FrameSession, template: str, recording: int, **values: Any
    ) -> Response:
        line = _line(self.book.find(_whose(session), recording))
        return self.pages.show(
            template,
            session,
            line=line,
            meeting=number_field("meeting"),
            start=number_field("start") or 0,
            **values,
        )


@dataclass(slots=True)
class _Outcome:
    """What became of what somebody wanted."""

    done: str = ""
    wrong: str = ""
    status: int = 200

    @property
    def words(self) -> LazyString | str:
        """For the page."""
        return NOT_DONE[self.wrong] if self.wrong else DONE.get(self.done, "")


@dataclass(frozen=True, slots=True)
class _Line:
    """A recording, in words."""

    one: ShownRecording
    name: str
    when: str
    span: object
    length: str
    size: str
    formats: tuple[tuple[int, LazyString | str], ...]


@contextmanager
def _telling(session: FrameSession, outcome: _Outcome | None = None) -> Iterator[_Outcome]:
    """What goes wrong with the service, or is wrong in the form, is said on the page.

    Within a course page people read what they can do now; the log has the reason.
    """
    outcome = _Outcome() if outcome is None else outcome
    g.frame_session = session
    try:
        yield outcome
    except _Wrong as wrong:
        outcome.wrong, outcome.status = str(wrong), 400
    except CapabilityMissing as error:
        _note(outcome, "cannot", error.code)
    except ServiceMissing as error:
        _note(outcome, "remote", error.code)
    except RemoteError as error:
        _note(outcome, "remote", f"remote:{error.code}", error.message)


def _note(outcome: _Outcome, wrong: str, reason: str, detail: str = "") -> None:
    outcome.wrong, outcome.status = wrong, 503
    g.visit.outcome, g.visit.reason, g.visit.detail = "refused", reason, detail


def _whose(session: FrameSession) -> Onlooker:
    return Onlooker(session.course_id, session.user_id, leads=session.role == "moderator")


def _recording() -> int:
    found = number_field("recording")
    if found is None:
        raise MalformedRequest(
            "The form names no recording.",
            remedy="Open the link in the course again.",
            code="form_field",
        )
    return found


def _file() -> bytes:
    file = request.files.get("file")
    content = file.read(LARGEST_CAPTIONS + 1) if file else b""
    if not content:
        raise _Wrong("file")
    if len(content) > LARGEST_CAPTIONS:
        raise _Wrong("large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Wrong("format") from None
    if "\x00" in text or not _CAPTIONS.match(text):
        raise _Wrong("format")
    return content


def _line(one: ShownRecording) -> _Line:
    day = clock().day(one.kept.began_ms)
    return _Line(
        one=one,
        name=one.name or f"{one.kept.class_title} · {day}",
        when=day,
        span=span_of(one.kept.began_ms, None),
        length=_length(one.length_ms),
        size=_size(one.size_bytes),
        formats=tuple((each.place, FORMATS.get(each.type, each.type)) for each in one.playbacks),
    )


def _length(ms: int | None) -> str:
    if ms is None:
        return ""
    locale = clock().locale
    hours, minutes = divmod(max(1, round(ms / 60_000)), 60)
    parts = [(hours, "duration-hour"), (minutes, "duration-minute")]
    told = (format_unit(number, unit, "short", locale=locale) for number, unit in parts if number)
    return " ".join(told)


def _size(size: int | None) -> str:
    if size is None:
        return ""
    megabytes = max(0.1, round(size / _MEGABYTE, 1 if size < 10 * _MEGABYTE else None))
    return format_unit(megabytes, "digital-megabyte", "short", locale=clock().locale)


def _in_words(tag: str) -> str:
    """A language by its name in the page's; a tag that isn't known stands for itself."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(clock().locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def _usual(locale: str) -> str:
    """Which of ``LANGUAGES`` a page's reader most likely has captions in."""
    tag = locale.replace("_", "-")
    return tag if tag in LANGUAGES else tag.partition("-")[0]


def _own_name(tag: str) -> str:
    """A language by its own name: what players list."""
    return Locale.parse(tag, sep="-").get_display_name() or tag
