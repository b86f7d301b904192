"""Scheduling classes, changing and cancelling them: one, those that follow, or all to come.

Who may is the caller's check, and that a meeting is of the course that is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling.opening import STAYS_SECONDS, gone
from lti_bridge.scheduling.recurrence import (
    Rule,
    RuleError,
    Time,
    begins,
    rule_from,
    split_at,
    times,
)
from lti_bridge.scheduling.standing import meeting_name
from lti_bridge.store import GradingRules, NewMeeting, OneClass, Plan, Stays

if TYPE_CHECKING:
    from lti_bridge.scheduling.picking import Place
    from lti_bridge.scheduling.standing import MeetingBook
    from lti_bridge.store import CourseRoster, Gradebook, Meeting, Series, SeriesBook

Scope = Literal["this", "following", "all"]

MINUTE_MS: Final = 60_000
MOST_HOSTS: Final = 100
UNTIMELY: Final = "untimely"
"""What :class:`RuleError` says where all of it is past."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is changed, or cancelled: a class or what there is from it on, and how it stands."""

    series: Series
    meeting: Meeting
    """The class itself, or the first one of those."""
    scope: Scope
    scopes: tuple[Scope, ...]
    """What could be meant instead; only one for a single class."""
    onward: Scope | None
    """How the same form may mean the class and those after it; None where none follow it."""
    plan: Plan
    rule: Rule | None
    graded: bool

    @property
    def alone(self) -> bool:
        """Whether it is one of several, apart from its series."""
        return self.scope == "this" and len(self.scopes) > 1


class Planner:
    """The schedules of courses."""

    def __init__(
        self,
        series: SeriesBook,
        book: MeetingBook,
        gradebook: Gradebook,
        roster: CourseRoster,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        """``book`` forgets what is changed; ``now``: UNIX seconds."""
        self._series = series
        self._book = book
        self._gradebook = gradebook
        self._roster = roster
        self._now = now

    def like_last_time(self, course_id: int) -> Series | None:
        """What the course's next class may be like."""
        return self._series.latest(course_id)

    def hosts(self, course_id: int) -> list[tuple[int, str]]:
        """Row and name of everybody who may lead a class of the course."""
        members, _ = self._roster.page(course_id, limit=MOST_HOSTS)  # who leads comes first
        return [(one.user_id, one.profile.name) for one in members if one.role == "moderator"]

    def settled(self, plan: Plan, rule: Rule | None) -> tuple[Plan, list[Time]]:
        """The plan as it is kept, beginning with its first class, and when each of them is.

        Raises :class:`RuleError`; :data:`UNTIMELY` where the first one would be over by now.
        """
        first = begins(datetime.fromisoformat(plan.starts), rule)
        every = times(first, plan.zone, rule)
        if every[0].ms + plan.minutes * MINUTE_MS <= self._now_ms():
            raise RuleError(UNTIMELY)
        text = rule.text(first, plan.zone) if rule else ""
        return replace(plan, starts=first.isoformat(timespec="seconds"), rule=text), every

    def conflicts(
        self, course_id: int, plan: Plan, every: Sequence[Time], subject: Subject | None = None
    ) -> list[Meeting]:
        """Other classes of the course at the same time: of a changed series, but its own."""
        spans = [(one.ms, one.ms + plan.minutes * MINUTE_MS) for one in every]
        if subject is not None and subject.alone:
            found = self._series.conflicts(course_id, spans)
            return [one for one in found if one.id != subject.meeting.id]
        own = subject.series.id if subject else None
        return self._series.conflicts(course_id, spans, besides=own)

    def schedule(
        self,
        place: Place,
        plan: Plan,
        every: Sequence[Time],
        *,
        token: str,
        by: int | None,
        grading: GradingRules | None = None,
        link_token: str | None = None,
    ) -> Series:
        """Make the classes of a settled plan; once, however often the form of ``token`` comes."""
        return self._series.add(
            replace(_template(place, plan), link_token=link_token),
            plan,
            [one.ms for one in every],
            uid=_derived(place.course_id, token),
            created_by=by,
            now_ms=self._now_ms(),
            grading=grading,
        )

    def subject(self, meeting: Meeting, scope: Scope) -> Subject:
        """What a change of that class, and of those that follow or all to come, begins from.

        Raises :class:`NotAllowed` where it is no scheduled class.
        """
        series = meeting.series_id and self._series.by_id(meeting.series_id)
        if not series:
            raise gone()
        classes = self._series.of_series(series.id)
        coming = [one for one in classes if (one.begins_ms or 0) > self._now_ms()]
        scopes = _scopes(meeting, classes, coming)
        if scope not in scopes:
            scope = scopes[0]
        if scope == "all" and len(classes) > 1:
            meeting = coming[0]
            scopes = _scopes(meeting, classes, coming)
        plan, rule = _from_one(series, meeting), None
        if scope != "this" and series.rule:
            plan, rule = _from_rule(series, meeting)
        graded = self._gradebook.of_meeting(classes[0].graded_with_id or classes[0].id)
        is_graded = graded is not None and graded.rules.enabled
        onward = _onward(meeting, scopes, coming)
        return Subject(series, meeting, scope, scopes, onward, plan, rule, is_graded)

    def change(
        self, place: Place, subject: Subject, plan: Plan, every: Sequence[Time], *, graded: bool
    ) -> Series:
        """Let it be as the settled plan says; the series that it belongs to then.

        Raises :class:`NotAllowed` where a single class was held, or may be running.
        """
        if subject.alone:
            self._change_one(place, subject, plan, every[0].ms)
            return subject.series
        series = self._cut(subject)
        same = _timing(plan) == _timing(subject.plan)
        moments = None if same else [one.ms for one in every]
        self._series.change(series, _template(place, plan), plan, moments, self._at())
        if graded != subject.graded:
            self._grade(series, plan, graded=graded)
        self._forget(series)
        return self._series.by_id(series) or subject.series

    def cancel(self, subject: Subject) -> None:
        """Let it not take place. Raises :class:`NotAllowed` as :meth:`change`."""
        if subject.scope == "this" or len(subject.scopes) == 1:
            if not self._series.cancel_one(subject.meeting.id, self._at()):
                raise held()
        else:
            since = subject.meeting.occurrence_ms if subject.scope == "following" else None
            self._series.cancel(subject.series.id, since, self._at())
        self._forget(subject.series.id)

    def restore(self, meeting: Meeting) -> None:
        """Let a cancelled class take place after all."""
        self._series.restore_one(meeting.id, self._at())
        self._book.forget(meeting.id)

    def classes(self, series: int) -> list[Meeting]:
        """Those of a series, by their beginning."""
        return self._series.of_series(series)

    def _change_one(self, place: Place, subject: Subject, plan: Plan, begins_ms: int) -> None:
        said = OneClass(
            title=plan.title,
            text=plan.text,
            opens_early=plan.opens_early,
            own_service=plan.own_service,
            record=plan.record,
            wait_for_moderator=plan.wait_for_moderator,
            room=plan.room,
            host_id=plan.host_id,
            begins_ms=begins_ms,
            ends_ms=begins_ms + plan.minutes * MINUTE_MS,
        )
        template = _template(place, plan)
        if not self._series.change_one(subject.meeting.id, template, said, self._at()):
            raise held()
        self._book.forget(subject.meeting.id)

    def _cut(self, subject: Subject) -> int:
        """The series of the classes that are changed: cut off from those before them."""
        series, from_ms = subject.series, subject.meeting.occurrence_ms
        old = rule_from(series.rule, series.zone)
        first = datetime.fromisoformat(series.starts)
        halves = split_at(first, series.zone, old, from_ms) if old and from_ms else None
        if halves is None or from_ms is None:
            return series.id
        kept = halves[0].text(first, series.zone)
        uid = _derived(series.course_id, f"{series.uid} {from_ms}")
        rest = subject.plan
        return self._series.split(series.id, from_ms, kept, rest, uid=uid, at=self._at())

    def _grade(self, series: int, plan: Plan, *, graded: bool) -> None:
        head = self._series.of_series(series)[0]
        there = self._gradebook.of_meeting(head.graded_with_id or head.id)
        rules = there.rules if there else GradingRules()
        wanted = replace(rules, enabled=graded, label=rules.label or plan.title)
        self._series.grade(series, wanted, self._now_ms())

    def _forget(self, series: int) -> None:
        for one in self._series.of_series(series):
            self._book.forget(one.id)

    def _at(self) -> Stays:
        now_ms = self._now_ms()
        return Stays(now_ms, now_ms - int(STAYS_SECONDS * 1000))

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _scopes(
    meeting: Meeting, classes: Sequence[Meeting], coming: Sequence[Meeting]
) -> tuple[Scope, ...]:
    if len(classes) == 1:
        return ("all",)
    follow = any(one.id == meeting.id for one in coming) and coming[-1].id != meeting.id
    first = bool(coming) and coming[0].id == meeting.id
    following: tuple[Scope, ...] = ("following",) if follow and not first else ()
    every: tuple[Scope, ...] = ("all",) if coming else ()
    return ("this", *following, *every)


def _onward(meeting: Meeting, scopes: Sequence[Scope], coming: Sequence[Meeting]) -> Scope | None:
    if "following" in scopes:
        return "following"
    return "all" if len(coming) > 1 and coming[0].id == meeting.id else None


def _from_one(series: Series, meeting: Meeting) -> Plan:
    """The plan of a single class, as it is now."""
    begins_ms, ends_ms = meeting.begins_ms or 0, meeting.ends_ms or 0
    wall = datetime.fromtimestamp(begins_ms // 1000, UTC).astimezone(ZoneInfo(series.zone))
    return Plan(
        title=meeting.title,
        text=meeting.text,
        opens_early=meeting.opens_early,
        own_service=meeting.own_service,
        record=meeting.record,
        wait_for_moderator=meeting.wait_for_moderator,
        room=meeting.room,
        host_id=meeting.host_id,
        zone=series.zone,
        starts=wall.replace(tzinfo=None).isoformat(timespec="seconds"),
        minutes=(ends_ms - begins_ms) // MINUTE_MS,
    )


def _from_rule(series: Series, meeting: Meeting) -> tuple[Plan, Rule | None]:
    """The plan of a series from one of its classes on, by its rule."""
    rule = rule_from(series.rule, series.zone)
    first = datetime.fromisoformat(series.starts)
    halves = split_at(first, series.zone, rule, meeting.occurrence_ms or 0) if rule else None
    if halves is not None:
        _, first, rule = halves
    plan = Plan(
        title=series.title,
        text=series.text,
        opens_early=series.opens_early,
        own_service=series.own_service,
        record=series.record,
        wait_for_moderator=series.wait_for_moderator,
        room=series.room,
        host_id=meeting.host_id,
        zone=series.zone,
        starts=first.isoformat(timespec="seconds"),
        minutes=series.minutes,
        rule=rule.text(first, series.zone) if rule else "",
    )
    return plan, rule


def _timing(plan: Plan) -> tuple[str, str, int, str]:
    return plan.zone, plan.starts, plan.minutes, plan.rule


def _template(place: Place, plan: Plan) -> NewMeeting:
    return NewMeeting(
        course_id=place.course_id,
        resource_link_id=None,
        service=place.service,
        name=meeting_name(place.course_title, plan.title),
        logout_url=place.logout_url,
        meets_course_id=place.meets_course_id,
        meets_connection=place.meets_connection,
        lti_context_id=place.lti_context_id,
    )


def _derived(course_id: int, name: str) -> str:
    """A calendar's name for a series; nobody makes another course's by guessing a token."""
    return hashlib.sha256(f"{course_id} {name}".encode()).hexdigest()[:32]


def held() -> NotAllowed:
    """Why a class stays as it is."""
    return NotAllowed(
        "This class was held, or may be running.",
        remedy="Wait until it has ended; one that was held stays as it was.",
        code="class_held",
    )
