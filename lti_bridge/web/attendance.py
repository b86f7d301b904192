"""What teachers do with attendance: see a class and the term, and say who was there; and what each
student sees of their own.

Nothing here asks a service: what the jobs collected is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from lti_bridge.conferencing.capabilities import TELLING
from lti_bridge.directory.text import clean
from lti_bridge.errors import MalformedRequest, NotAllowed
from lti_bridge.reports.attendance import ClassReport, Limits, Roll, classes_of, lines_of
from lti_bridge.reports.held import minutes
from lti_bridge.reports.sources import PAUSE_MS
from lti_bridge.reports.spreadsheets import csv_lines
from lti_bridge.reports.terms import in_term
from lti_bridge.scheduling.opening import gone
from lti_bridge.security.sessions import require_moderator
from lti_bridge.store import MARKS
from lti_bridge.web import attendance_shown as shown
from lti_bridge.web.asking import asked_meeting, number_field
from lti_bridge.web.elsewhere import file_headers
from lti_bridge.web.times import clock, tell_for

if TYPE_CHECKING:
    from lti_bridge.reports.attendance import PersonLine
    from lti_bridge.reports.terms import Terms
    from lti_bridge.scheduling import Entrance, GroupBook, MeetsClasses
    from lti_bridge.security.sessions import FrameSession
    from lti_bridge.store import Attendances, AttendedMeeting
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.rights import PoliciesOf

MOST_CLASSES: Final = 60
"""Classes of a page: a term of a daily course has more."""
PAGE: Final = 30
"""People of a page: each has a form, and a page stays small."""
LONGEST_NOTE: Final = 500
LINES_AT_ONCE: Final = 100
"""Of a file, in a piece."""
FOREVER_MS: Final = 2**62

ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class AttendanceViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    book: Attendances
    entrance: Entrance
    groups: GroupBook
    classes: MeetsClasses
    policies: PoliciesOf
    terms: Terms

    def term(self) -> Response:
        """``POST /course/attendance/term``: all classes so far, teachers only (``as=csv``: a
        file); to students their own.
        """
        session = self._enter("attendance term")
        begun = self.book.begun(session.course_id, _now_ms())
        if session.role != "moderator":
            return self._own(session, begun)
        limits = self._limits(session)
        report = self.terms.of_course(session.course_id, _now_ms(), limits)
        if request.form.get("as") == "csv":
            name = f"{session.course_title or 'attendance'}.csv"
            return _file(name, shown.TERM_HEADS, shown.term_rows(report))
        there = self.classes.of_course(session.course_id, session.role)
        ours = self.book.events_of_classes(session.course_id, begun)
        others = [one for one in (there.events if there else ()) if one.id not in ours]
        events = shown.shown_events(others, _now_ms())
        lines = [*map(shown.shown_class, report.classes), *events]
        start = min(number_field("start") or 0, len(report.people))
        later = min(number_field("later") or 0, len(lines))
        latest = sorted(lines, key=lambda one: -one.held_ms)
        return self.pages.show(
            "course/attendance_term.html",
            session,
            classes=latest[later:][:MOST_CLASSES],
            newer=max(0, later - MOST_CLASSES) if later else None,
            earlier=later + MOST_CLASSES if later + MOST_CLASSES < len(lines) else None,
            picture=shown.term_picture(report),
            limits=limits,
            people=[(one, shown.shown_share(one)) for one in report.people[start:][:PAGE]],
            turns=_turns(start, len(report.people)),
        )

    def person(self) -> Response:
        """``POST /course/attendance/person``: one person's classes; teachers only."""
        session = self._enter("attendance person")
        require_moderator(session)
        return self._own(
            session, self.book.begun(session.course_id, _now_ms()), number_field("person") or 0
        )

    def of_class(self) -> Response:
        """``POST /course/attendance/class``: who was in a class, teachers only (``as=csv``: a
        file); to students whether they were.
        """
        session = self._enter("attendance class")
        meeting = self._meeting(session)
        if session.role != "moderator":
            return self._own(session, [meeting.id])
        reports, place = self._classes(session, meeting)
        if request.form.get("as") == "csv" and reports:
            name = f"{meeting.title or meeting.name} {clock().day(reports[place].held.begins_ms)}"
            return _file(f"{name}.csv", shown.CLASS_HEADS, shown.class_rows(reports[place]))
        return self._class_page(session, meeting, reports, place)

    def mark(self) -> Response:
        """``POST /course/attendance/mark``: a teacher's word on somebody in a class."""
        session = self._enter("attendance mark")
        require_moderator(session)
        meeting = self._meeting(session)
        reports, place = self._classes(session, meeting)
        if not reports:
            raise _no_class()
        held, chosen = reports[place].held, request.form.get("mark", "")
        if chosen and chosen not in MARKS:
            raise MalformedRequest(
                "The form's field 'mark' is none of the marks.",
                remedy="Open the link in the course again.",
                code="form_field",
            )
        reach = (0, FOREVER_MS) if held.scheduled else (held.begins_ms - PAUSE_MS, held.ends_ms)
        done = self.book.correct(
            meeting.id,
            (held.begins_ms, *reach),
            number_field("person") or 0,
            chosen or None,
            note=clean(request.form.get("note", ""), LONGEST_NOTE).strip(),
            by=session.user_id,
            now_ms=_now_ms(),
        )
        if not done:
            raise _nobody()
        reports, place = self._classes(session, self._meeting(session))
        return self._class_page(session, meeting, reports, place, saved=True)

    def _enter(self, step: str) -> FrameSession:
        session = self.session(step)
        tell_for(session)
        g.retry = ("course.attendance_term", {})
        g.visit.outcome = "attendance"
        return session

    def _meeting(self, session: FrameSession) -> AttendedMeeting:
        """The one that the form names; of a group, only to its people."""
        meeting = asked_meeting(self.entrance, self.groups, session)
        attended = self.book.of_meeting(meeting.id)
        if attended is None:
            raise gone()
        return attended

    def _roll(self, session: FrameSession) -> Roll:
        return Roll.of(self.book, session.course_id)

    def _limits(self, session: FrameSession) -> Limits:
        said = self.policies(session.platform_id)
        return Limits(said.late_minutes, said.left_early_minutes)

    def _is_silent(self, meeting: int) -> bool:
        """Whether its service is one that never tells who was in class."""
        can = self.entrance.capabilities(meeting)
        return bool(can) and not can & TELLING

    def _classes(
        self, session: FrameSession, meeting: AttendedMeeting
    ) -> tuple[list[ClassReport], int]:
        """The meeting's classes, and which of them the form means: the latest unless it says so."""
        reports = classes_of(meeting, self._roll(session), _now_ms(), self._limits(session))
        held_ms = number_field("held")
        if held_ms is None or not reports:
            return reports, len(reports) - 1
        # News may have moved its beginning since the page was made.
        near = [abs(one.held.begins_ms - held_ms) for one in reports]
        return reports, near.index(min(near))

    def _class_page(
        self,
        session: FrameSession,
        meeting: AttendedMeeting,
        reports: Sequence[ClassReport],
        place: int,
        *,
        saved: bool = False,
    ) -> Response:
        silent = self._is_silent(meeting.id)
        if not reports:
            return self.pages.show(
                "course/attendance_class.html", session, meeting=meeting, silent=silent
            )
        report = reports[place]
        start = min(number_field("start") or 0, len(report.lines))
        lines = report.lines[start:][:PAGE]
        return self.pages.show(
            "course/attendance_class.html",
            session,
            meeting=meeting,
            silent=silent and not report.held.measured,
            with_meets=report.meeting.with_meets,
            one=shown.shown_class(in_term(report)),
            minutes=minutes(report.held.length_ms),
            people=[shown.shown_person(line, running=report.running) for line in lines],
            others=[shown.shown_other(one) for one in report.others],
            picture=shown.class_picture(report, lines),
            words=shown.WORDS,
            limits=self._limits(session),
            marks=MARKS,
            in_utc=bool(clock().unknown),
            start=start,
            turns=_turns(start, len(report.lines)),
            before=reports[place - 1].held.begins_ms if place > 0 else None,
            after=reports[place + 1].held.begins_ms if place + 1 < len(reports) else None,
            saved=number_field("person") if saved else None,
        )

    def _own(
        self, session: FrameSession, meetings: Sequence[int], person: int | None = None
    ) -> Response:
        """One person's classes: their own, or for teachers that of ``person``."""
        user_id = session.user_id if person is None else person
        learners = [
            one for one in self.book.learners(session.course_id) if one.user_id == user_id
        ]  # fmt: skip
        if person is not None and not learners:
            raise _nobody()
        limits = self._limits(session)
        lines: list[tuple[ClassReport, PersonLine]] = []
        if user_id is not None and learners:
            lines = lines_of(
                user_id, self.book.each(meetings), self._roll(session), _now_ms(), limits
            )
        return self.pages.show(
            "course/attendance_own.html",
            session,
            who=learners[0].name if person is not None else None,
            person=person,
            classes=[shown.own_class(*one) for one in reversed(lines)],
            picture=shown.person_picture(lines),
            limits=limits,
            in_utc=bool(clock().unknown),
        )


def _now_ms() -> int:
    return int(time.time() * 1000)


def _turns(start: int, count: int) -> tuple[int | None, int | None]:
    """Where the page before begins, and the next."""
    return max(0, start - PAGE) if start else None, start + PAGE if start + PAGE < count else None


def _file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table for spreadsheets, sent as it is written."""
    lines = csv_lines(heads, rows)

    def pieces() -> Iterator[str]:
        yield "\ufeff"
        while some := [*islice(lines, LINES_AT_ONCE)]:
            yield "".join(f"{line}\r\n" for line in some)

    return Response(pieces(), headers=file_headers("text/csv; charset=utf-8", name))


def _no_class() -> NotAllowed:
    return NotAllowed(
        "No class of this meeting was held so far.",
        remedy="Open the link in the course again.",
        code="open_from_course",
    )


def _nobody() -> NotAllowed:
    return NotAllowed(
        "Nobody who learns in this course has that number.",
        remedy="Open the link in the course again.",
        code="not_yours",
    )
