"""The LMS's gradebook, as Assignment and Grade Services 2.0 has it: columns, scores, results.

What may be in a line item (3.2.9) and in a score (3.4), and what a score does to a result (3.3),
written from the specification and held to it strictly. A tool sees only its own columns (3.2.1).
"""

from __future__ import annotations

import itertools
import math
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from lti_bridge.simulators.lms import roles
from lti_bridge.simulators.lms.tokens import Scope

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Campus, Course, Link, Tool

SCOPES = (Scope.LINE_ITEMS, Scope.LINE_ITEMS_READ, Scope.RESULTS, Scope.SCORES)
CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"

ACTIVITY = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})
GradesFault = Literal["down", "slow", "html", "busy"]


class Refused(Exception):
    """A request that isn't done; ``status`` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        """``message`` says why, in a sentence."""
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column."""

    number: int
    course_id: str
    client_id: str
    label: str
    score_maximum: float
    resource_id: str = ""
    resource_link_id: str = ""
    tag: str = ""
    dates: Mapping[str, str] = field(default_factory=dict)
    """``startDateTime`` and ``endDateTime``, where they were given."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a learner's cell says now."""

    user_id: str
    score: float | None
    """Of the column's maximum; None: there is no score."""
    comment: str
    timestamp: datetime
    sent: Mapping[str, Any]
    """The score as it came last."""


class Gradebook:
    """The columns and results of every course. Thread-safe."""

    def __init__(self, campus: Campus) -> None:
        """Empty, but for the columns of links that have one of their own."""
        self._campus = campus
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._items: dict[int, LineItem] = {}
        self._results: dict[tuple[int, str], Result] = {}
        self.scopes: Sequence[str] = [scope.value for scope in SCOPES]
        """What launches offer a tool; none: no grades at all."""
        self.offers_line_items = True
        """Whether launches name the course's columns."""
        self.fault: GradesFault | None = None
        """How it misbehaves: 503, late by ``delay`` seconds, HTML, or 429 with Retry-After."""
        self.delay = 2.0
        self.retry_after = 120
        self.page_size = 10
        """Most of anything on one page, however many are asked for."""
        self.lag = 0
        """So many columns are made without an answer: it is lost on its way."""
        self.calls: Counter[str] = Counter()
        """What was asked for, by name: ``list``, ``create``, ``score``, …"""
        self.scores: list[Mapping[str, Any]] = []
        """Every score that was taken, in order."""
        self.gone: set[str] = set()
        """People who left: their scores are refused."""

    # What launches say.

    def claim(self, issuer: str, tool: Tool, course: Course, link: Link) -> dict[str, Any]:
        """The ``endpoint`` claim (3.1), by its full name; nothing where nothing is offered."""
        scopes = [scope for scope in self.scopes if scope in tool.scopes]
        if not scopes:
            return {}
        claim: dict[str, Any] = {"scope": scopes}
        if self.offers_line_items:
            claim["lineitems"] = items_url(issuer, course.id)
        if link.graded:
            claim["lineitem"] = item_url(issuer, self.coupled(tool, course, link))
        return {CLAIM: claim}

    def coupled(self, tool: Tool, course: Course, link: Link) -> LineItem:
        """The column that the LMS made for a link by itself."""
        with self._lock:
            for item in self._items.values():
                if (item.client_id, item.resource_link_id) == (tool.client_id, link.id):
                    return item
            return self._add(_columns_own(tool, course, link))

    # Columns.

    def items(self, client_id: str, course_id: str, filters: Mapping[str, str]) -> list[LineItem]:
        """A tool's columns of a course, filtered by the names of 3.2.5."""
        with self._lock:
            return [
                item
                for item in self._items.values()
                if (item.client_id, item.course_id) == (client_id, course_id)
                and all(getattr(item, name) == value for name, value in filters.items())
            ]

    def item(self, client_id: str, course_id: str, number: int) -> LineItem:
        """A column; refused with 404 where it isn't there, or isn't this tool's."""
        item = self._items.get(number)
        if item is None or (item.client_id, item.course_id) != (client_id, course_id):
            raise Refused(404, "There is no such line item.")
        return item

    def create(self, client_id: str, course: Course, body: Any) -> LineItem:
        """A new column (3.2.4)."""
        with self._lock:
            return self._add(_line_item(body, LineItem(0, course.id, client_id, "", 0), course))

    def change(self, item: LineItem, course: Course, body: Any) -> LineItem:
        """A column as a PUT wants it (3.2.6): all that may change is replaced."""
        bare = LineItem(item.number, item.course_id, item.client_id, "", 0)
        changed = _line_item(body, bare, course)
        if changed.resource_link_id != item.resource_link_id:
            raise Refused(400, "resourceLinkId can't be changed.")
        with self._lock:
            self._items[item.number] = changed
        return changed

    def delete(self, item: LineItem) -> None:
        """The column and its results."""
        with self._lock:
            self._items.pop(item.number, None)
            for key in [key for key in self._results if key[0] == item.number]:
                del self._results[key]

    def _add(self, item: LineItem) -> LineItem:
        item = replace(item, number=next(self._numbers))
        self._items[item.number] = item
        return item

    # Scores and results.

    def score(self, item: LineItem, course: Course, body: Any) -> None:
        """Take a score (3.4); refused as the specification says."""
        score = _score(body)
        user_id, at = score["userId"], _moment(score["timestamp"], "timestamp")
        if user_id not in course.roles or user_id in self.gone:
            raise Refused(404, "There is no such user in this course.")
        if roles.LEARNER not in course.roles[user_id]:
            raise Refused(403, "Only learners have grades.")
        with self._lock:
            before = self._results.get((item.number, user_id))
            if before is not None and at <= before.timestamp:
                raise Refused(409, "The timestamp isn't newer than that of the last score.")
            given = score.get("scoreGiven")
            value = None if given is None else given * item.score_maximum / score["scoreMaximum"]
            if score["gradingProgress"] not in {"FullyGraded", "PendingManual"}:
                value = before.score if before else None  # 3.4.7: it may be ignored, and here is
            comment = score.get("comment", "")
            self._results[item.number, user_id] = Result(user_id, value, comment, at, score)
            self.scores.append(score)

    def results(self, item: LineItem, user_id: str | None = None) -> list[Result]:
        """What a column's cells say (3.3)."""
        with self._lock:
            found = [one for (number, _), one in self._results.items() if number == item.number]
        return [one for one in found if user_id in {None, one.user_id}]

    def cell(self, item: LineItem, user_id: str) -> Result | None:
        """One person's cell."""
        return self._results.get((item.number, user_id))

    def columns(self, course: Course) -> list[LineItem]:
        """All columns of a course, for the LMS's own pages."""
        with self._lock:
            return [item for item in self._items.values() if item.course_id == course.id]


def items_url(issuer: str, course_id: str) -> str:
    """Of a course's columns: with a query, which tools must keep."""
    return f"{issuer}/lti/courses/{quote(course_id, safe='')}/lineitems?type_id=7"


def item_url(issuer: str, item: LineItem) -> str:
    """Of a column: ``{lineitem}/scores`` goes before the query (3.1.4)."""
    course = quote(item.course_id, safe="")
    return f"{issuer}/lti/courses/{course}/lineitems/{item.number}/lineitem?type_id=7"


def _columns_own(tool: Tool, course: Course, link: Link) -> LineItem:
    """A link's column: as its tool wanted it when it was picked, or of 100 points."""
    wanted = link.line_item
    return LineItem(
        0,
        course.id,
        tool.client_id,
        str(wanted.get("label") or link.title),
        float(str(wanted.get("scoreMaximum", 100))),
        resource_id=str(wanted.get("resourceId", "")),
        resource_link_id=link.id,
        tag=str(wanted.get("tag", "")),
    )


def _line_item(body: Any, bare: LineItem, course: Course) -> LineItem:
    if not isinstance(body, dict):
        raise Refused(400, "A line item is a JSON object.")
    label = body.get("label")
    if not isinstance(label, str) or not label.strip():
        raise Refused(400, "label is missing.")
    texts = {name: body.get(name, "") for name in ("resourceId", "resourceLinkId", "tag")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise Refused(400, f"{name} is a string.")
    if texts["resourceLinkId"] and texts["resourceLinkId"] not in {x.id for x in course.links}:
        raise Refused(404, "There is no such resource link in this course.")
    dates = {name: body[name] for name in ("startDateTime", "endDateTime") if body.get(name)}
    for name, value in dates.items():
        _moment(value, name)
    return replace(
        bare,
        label=label,
        score_maximum=_number(body, "scoreMaximum", least=0, above=True),
        resource_id=texts["resourceId"],
        resource_link_id=texts["resourceLinkId"],
        tag=texts["tag"],
        dates=dates,
    )


def _score(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refused(400, "A score is a JSON object.")
    for name in ("userId", "timestamp", "activityProgress", "gradingProgress"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused(400, f"{name} is missing.")
    if body["activityProgress"] not in ACTIVITY or body["gradingProgress"] not in GRADING:
        raise Refused(400, "activityProgress or gradingProgress isn't one of the vocabulary.")
    if body.get("scoreGiven") is not None:
        _number(body, "scoreGiven", least=0)  # more than scoreMaximum is extra credit (3.4.3)
        _number(body, "scoreMaximum", least=0, above=True)
    if not isinstance(body.get("comment", ""), str):
        raise Refused(400, "comment is a string.")
    submission = body.get("submission", {})
    if not isinstance(submission, dict):
        raise Refused(400, "submission is an object.")
    moments = [
        _moment(submission[name], name)
        for name in ("startedAt", "submittedAt")
        if name in submission
    ]
    if moments != sorted(moments):
        raise Refused(400, "It was submitted before it was started.")
    return body


def _number(body: Mapping[str, Any], name: str, *, least: float, above: bool = False) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(400, f"{name} is a number.")
    number = float(value)
    if number < least or (above and number == least):
        raise Refused(400, f"{name} is too small.")
    return number


def _moment(text: Any, name: str) -> datetime:
    """ISO 8601 with a time zone (3.4.4)."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused(400, f"{name} isn't a time as ISO 8601 has it.") from None
    if moment.tzinfo is None:
        raise Refused(400, f"{name} has no time zone.")
    if name == "timestamp" and "." not in text:
        raise Refused(400, "timestamp has no fraction of a second.")
    return moment
