"""What teachers do with grades from attendance: switch them on, look at them, have the last word.

Nothing here asks the LMS: the ``grades`` job does, within five minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, g, request
from flask_babel import LazyString, lazy_gettext

from lti_bridge.directory.text import clean
from lti_bridge.errors import NotAllowed
from lti_bridge.reports import GradeReports, missing_offer
from lti_bridge.reports.held import minutes
from lti_bridge.reports.spreadsheets import csv_lines
from lti_bridge.security.sessions import require_moderator
from lti_bridge.store import GradingRules
from lti_bridge.web.asking import number_field
from lti_bridge.web.elsewhere import file_headers, utc
from lti_bridge.web.times import Span, span_of

if TYPE_CHECKING:
    from lti_bridge.reports import GradeLine, GradeReport
    from lti_bridge.security.sessions import FrameSession
    from lti_bridge.store import Gradebook, GradedMeeting
    from lti_bridge.web.pages import Pages

MOST_POINTS: Final = 1000
LONGEST_LABEL: Final = 255
HEADS: Final = (
    "name",
    "e-mail",
    "minutes in class",
    "minutes of class",
    "measured %",
    "corrected %",
    "excused",
    "score",
    "points",
    "sent (UTC)",
    "answer",
    "corrected by",
    "corrected (UTC)",
)

ReadSession = Callable[[str], "FrameSession"]

NOT_UNDERSTOOD: Final = lazy_gettext("Not saved: a number isn’t within its limits.")
PROBLEMS: Final = {
    "not_offered": lazy_gettext(
        "Your learning platform doesn’t let this tool send grades here. Ask its support team to"
        " allow it, then open the class from the course again."
    ),
    "no_column": lazy_gettext(
        "Your learning platform lets this tool send grades, but not make a column in the gradebook."
        " Ask its support team to allow it, or to give this link a grade."
    ),
    "column_gone": lazy_gettext(
        "The column was deleted in the gradebook. “Send now” makes it anew; or switch grading off."
    ),
    "score_stale": lazy_gettext("The gradebook says it has newer grades. We try again by and by."),
    "rate_limited": lazy_gettext("Your learning platform asked us to wait. We try again later."),
}
REFUSED: Final = lazy_gettext("Your learning platform refuses the grades. Tell its support team:")
TROUBLE: Final = lazy_gettext(
    "Your learning platform isn’t answering just now. We keep trying; for its support team:"
)
NOT_THERE: Final = lazy_gettext("The gradebook has no such person (any more)")
NO_GRADE: Final = lazy_gettext("The gradebook takes no grade for this person")
NEWER: Final = lazy_gettext("The gradebook has a newer grade; we try again")
NOT_TAKEN: Final = lazy_gettext("The gradebook didn’t take it")
_ANSWERS: Final = {
    "http_403": NO_GRADE,
    "http_404": NOT_THERE,
    "http_410": NOT_THERE,
    "score_stale": NEWER,
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A learner, as the page shows them."""

    line: GradeLine
    minutes: int
    percent: str
    """Measured; empty: nothing is known of them."""
    corrected: str
    said: Span | None
    """When a teacher said otherwise."""
    sent: Span | None
    answer: LazyString | None
    """What went wrong with it, in words."""
    code: str


@dataclass(frozen=True, slots=True)
class GradingViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    gradebook: Gradebook

    def show(self) -> Response:
        """``POST /course/grading``: the page; teachers only. ``as=csv``: a file."""
        session, meeting = self._enter("grading")
        if request.form.get("as") != "csv":
            return self._page(session, meeting)
        report = GradeReports(self.gradebook).of(meeting, _now_ms())
        lines = csv_lines(HEADS, (_row(report, line) for line in report.lines))
        body = "\ufeff" + "".join(f"{line}\r\n" for line in lines)
        name = f"{meeting.rules.label or meeting.name}.csv"
        return Response(body, headers=file_headers("text/csv; charset=utf-8", name))

    def save(self) -> Response:
        """``POST /course/grading/rules``: whether and how attendance is graded."""
        session, meeting = self._enter("grading rules")
        rules = _rules(meeting, session)
        if rules is None:
            return self._page(session, meeting, wrong=NOT_UNDERSTOOD)
        self.gradebook.set_rules(meeting.id, rules, _now_ms())
        return self._page(session, self._meeting(session), saved=True)

    def send(self) -> Response:
        """``POST /course/grading/send``: what isn't sent is due at once."""
        session, meeting = self._enter("grading send")
        self.gradebook.send_now(meeting.id)
        return self._page(session, self._meeting(session), marked=True)

    def person(self) -> Response:
        """``POST /course/grading/person``: a teacher's own word on one person's grade."""
        session, meeting = self._enter("grading person")
        person = _whole("person", 1, 10**18)
        corrected = _thousandths(request.form.get("percent", ""))
        if corrected is None:
            return self._page(session, meeting, wrong=NOT_UNDERSTOOD)
        excused = request.form.get("excused") == "true"
        value = None if corrected < 0 else corrected
        done = person is not None and self.gradebook.judge(
            meeting.id,
            person,
            value,
            excused=excused,
            by=session.user_id,
            now_ms=_now_ms(),
        )
        if not done:
            raise NotAllowed(
                "Nobody of this course is graded by that number.",
                remedy="Open the link in the course again.",
                code="not_yours",
            )
        return self._page(session, self._meeting(session), saved=True)

    def _enter(self, step: str) -> tuple[FrameSession, GradedMeeting]:
        session = self.session(step)
        require_moderator(session)
        g.retry = ("course.grading", {})
        g.visit.outcome = "grading"
        return session, self._meeting(session)

    def _meeting(self, session: FrameSession) -> GradedMeeting:
        meeting = self.gradebook.of_meeting(number_field("meeting") or session.meeting)
        if meeting is None or meeting.course_id != session.course_id:
            raise NotAllowed(
                "There is no such meeting any more.",
                remedy="Open the link in the course again.",
                code="open_from_course",
            )
        return meeting

    def _page(
        self,
        session: FrameSession,
        meeting: GradedMeeting,
        *,
        saved: bool = False,
        marked: bool = False,
        wrong: LazyString | None = None,
    ) -> Response:
        report = GradeReports(self.gradebook).of(meeting, _now_ms())
        problem, code = _problem(meeting)
        return self.pages.grading(
            session,
            meeting=meeting,
            label=meeting.rules.label or _usual_label(session, meeting),
            coupled=bool(meeting.coupled_url) and not meeting.line_item_told,
            problem=problem,
            code=code,
            classes=len(report.measured.held),
            minutes=minutes(report.measured.length_ms),
            lines=[_shown(line) for line in report.lines],
            saved=saved,
            marked=marked,
            wrong=wrong,
        )


def _now_ms() -> int:
    return int(time.time() * 1000)


def _usual_label(session: FrameSession, meeting: GradedMeeting) -> str:
    own = session.link_title or session.course_title
    title = own if meeting.id == session.meeting else meeting.name
    attendance = str(lazy_gettext("Attendance"))
    return clean(f"{attendance}: {title}" if title else attendance, LONGEST_LABEL)


def _rules(meeting: GradedMeeting, session: FrameSession) -> GradingRules | None:
    """What the form says; None where it says something that can't be."""
    threshold, points = _whole("threshold", 1, 100), _whole("points", 1, MOST_POINTS)
    mode = request.form.get("mode", "share")
    if threshold is None or points is None or mode not in {"share", "presence"}:
        return None
    label = clean(request.form.get("label", meeting.rules.label), LONGEST_LABEL).strip()
    return GradingRules(
        enabled=request.form.get("enabled") == "true",
        mode="presence" if mode == "presence" else "share",
        threshold=threshold,
        points=points,
        label=label or _usual_label(session, meeting),
    )


def _whole(name: str, least: int, most: int) -> int | None:
    """A whole number of the form, in any script's digits; None where it isn't one within limits."""
    text = request.form.get(name, "").strip()
    if not text.isdecimal() or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if least <= number <= most else None


def _thousandths(text: str) -> int | None:
    """Percent with up to one decimal as thousandths; −1 for nothing; None where it isn't that."""
    whole, _, rest = text.strip().replace("٫", ".").replace(",", ".").partition(".")
    if not whole and not rest:
        return -1
    if (
        not whole.isdecimal()
        or len(whole) > 3
        or (rest and (not rest.isdecimal() or len(rest) > 1))
    ):
        return None
    value = int(whole) * 10 + int(rest or "0")
    return value if value <= 1000 else None


def _problem(meeting: GradedMeeting) -> tuple[LazyString | None, str]:
    """What stands in the way of grades, in words, with a code for the support team."""
    missing = missing_offer(meeting)
    code = missing or (meeting.problem if meeting.rules.enabled else "")
    if not code or (not missing and code in {"not_offered", "no_column"}):
        return None, ""
    if code in PROBLEMS:
        return PROBLEMS[code], ""
    refused = code.startswith(("http_4", "invalid_", "unauth"))
    return (REFUSED if refused else TROUBLE), code


def _shown(line: GradeLine) -> ShownLine:
    learner = line.learner
    trouble = learner.wanted and learner.answer not in {"", "ok"} and learner.wanted != learner.sent
    return ShownLine(
        line=line,
        minutes=minutes(line.time_ms),
        percent=_percent(line.share),
        corrected=_percent(learner.corrected),
        said=span_of(learner.corrected_ms, None),
        sent=span_of(learner.sent_ms, None),
        answer=_ANSWERS.get(learner.answer, NOT_TAKEN) if trouble else None,
        code="" if learner.answer in _ANSWERS else learner.answer,
    )


def _percent(thousandths: int | None) -> str:
    return "" if thousandths is None else f"{thousandths / 10:g}"


def _row(report: GradeReport, line: GradeLine) -> tuple[object, ...]:
    learner, score = line.learner, line.score
    return (
        learner.name,
        learner.email,
        minutes(line.time_ms),
        minutes(report.measured.length_ms),
        _percent(line.share),
        _percent(learner.corrected),
        learner.excused,
        "" if score is None or score.given is None else score.given,
        report.meeting.rules.points,
        utc(learner.sent_ms),
        learner.answer,
        learner.corrected_by,
        utc(learner.corrected_ms),
    )
