"""What teachers do with the schedule of their course. Each view checks who may do it, and where."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import time
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from babel.dates import get_day_names
from flask import Response, g, request
from flask_babel import get_locale

from lti_bridge.errors import BridgeError, MalformedRequest
from lti_bridge.reports.cities import cities, city, is_zone
from lti_bridge.scheduling.picking import Place
from lti_bridge.scheduling.planning import Scope
from lti_bridge.scheduling.recurrence import DAYS, RuleError
from lti_bridge.store import GradingRules
from lti_bridge.web.asking import asked_meeting
from lti_bridge.web.planned import (
    LOCKS,
    NTH,
    RULES,
    Choices,
    PlanForm,
    form_from,
    form_of,
    next_hour,
)
from lti_bridge.web.times import clock, span_of

if TYPE_CHECKING:
    from lti_bridge.conferencing import Capability, Services
    from lti_bridge.scheduling import Entrance, GroupBook
    from lti_bridge.scheduling.planning import Planner, Subject
    from lti_bridge.scheduling.recurrence import Time
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting, Plan
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.rights import Rights
    from lti_bridge.web.times import Span

SHOWN: Final = 10
"""Dates of a series before the rest is folded away."""
TOKEN_LENGTH: Final = 32
SATURDAY: Final = 5
FROM_SATURDAY: Final = frozenset({"ar", "fa"})
"""Languages where weeks begin then; a language without its country doesn't say."""

ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class PlanViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    rights: Rights
    entrance: Entrance
    groups: GroupBook
    planner: Planner
    services: Services
    platform_service: Callable[[int], str]
    """Where a platform's courses meet; empty where the platform isn't there."""

    def show(self) -> Response:
        """``POST /course/plan``: an empty form, or ``like=last`` one that is filled in."""
        session = self._enter("plan")
        zone = self._zone(session)
        starts = next_hour(zone, time())
        last = self.planner.like_last_time(session.course_id)
        if request.form.get("like") == "last" and last is not None:
            form = form_of(last, None, graded=False)
            form.values = {
                **form.values,
                "date": starts.date().isoformat(),
                "host": str(session.user_id or ""),
            }
            return self._form(session, form)
        values = {
            "title": "",
            "date": starts.date().isoformat(),
            "time": starts.strftime("%H:%M"),
            "minutes": "60",
            "zone": zone,
            "early": "10",
            "host": str(session.user_id or ""),
        }
        return self._form(session, PlanForm(values))

    def save(self) -> Response:
        """``POST /course/plan/save``: the form again with its dates, or the classes made."""
        session = self._enter("plan save")
        form = form_from(request.form, request.form.getlist("day"))
        settled = self._settled(session, form, None)
        if settled is None or request.form.get("do") != "save":
            return self._form(session, form, settled=settled)
        plan, every = settled
        grading = None
        if form.is_on("graded"):
            grading = GradingRules(enabled=True, label=plan.title)
        series = self.planner.schedule(
            self._place(session),
            plan,
            every,
            token=_token(),
            by=session.user_id,
            grading=grading,
        )
        return self._done(session, self.planner.classes(series.id), plan, every)

    def edit(self) -> Response:
        """``POST /course/plan/edit``: the form, filled in with a class, or those from it on."""
        session, subject = self._subject("plan edit")
        rule = subject.rule
        if subject.alone and subject.onward:  # one form for both: how the others are repeated
            rule = self.planner.subject(subject.meeting, subject.onward).rule
        form = form_of(subject.plan, rule, graded=subject.graded)
        return self._form(session, form, subject)

    def change(self) -> Response:
        """``POST /course/plan/change``: the form again with its dates, or the change made."""
        session, subject = self._subject("plan change")
        form = form_from(request.form, request.form.getlist("day"))
        settled = self._settled(session, form, subject)
        if settled is None or request.form.get("do") != "save":
            return self._form(session, form, subject, settled=settled)
        plan, every = settled
        place = self._place(session)
        graded = form.is_on("graded")
        series = self.planner.change(place, subject, plan, every, graded=graded)
        return self._done(
            session, self.planner.classes(series.id), plan, every, subject, changed=True
        )

    def cancel(self) -> Response:
        """``POST /course/plan/cancel``: asks once more; with ``do=cancel`` it is done."""
        session, subject = self._subject("plan cancel")
        sure = request.form.get("do") == "cancel"
        if sure:
            self.planner.cancel(subject)
        return self.pages.show(
            "course/plan_cancel.html",
            session,
            subject=subject,
            meeting=subject.meeting,
            span=span_of(subject.meeting.begins_ms, subject.meeting.ends_ms, weekday=True),
            sure=sure,
        )

    def restore(self) -> Response:
        """``POST /course/plan/restore``: a cancelled class takes place after all."""
        session = self._enter("plan restore")
        meeting = asked_meeting(self.entrance, self.groups, session)
        self.planner.restore(meeting)
        return self.pages.of_meeting(session, g.visit)

    def _enter(self, step: str) -> FrameSession:
        session = self.session(step)
        self.rights.require_edit(session)
        g.visit.outcome = "plan"
        return session

    def _subject(self, step: str) -> tuple[FrameSession, Subject]:
        session = self._enter(step)
        meeting = asked_meeting(self.entrance, self.groups, session)
        scope = request.form.get("scope", "this")
        if scope not in get_args(Scope):
            raise _malformed("scope")
        return session, self.planner.subject(meeting, cast("Scope", scope))

    def _settled(
        self, session: FrameSession, form: PlanForm, subject: Subject | None
    ) -> tuple[Plan, Sequence[Time]] | None:
        """What the form says, with all its dates; None where something is wrong with it."""
        read = form.read(
            self._choices(session, form, subject), repeats=not (subject and subject.alone)
        )
        if read is None:
            return None
        try:
            return self.planner.settled(*read)
        except RuleError as error:
            form.refuse(error)
            return None

    def _choices(self, session: FrameSession, form: PlanForm, subject: Subject | None) -> Choices:
        policies = self.rights.of(session.platform_id)
        names = tuple(self.services.names())
        able = {name: self._able(name) for name in names}
        able[""] = self._able(self._service(session))
        hosts = self.planner.hosts(session.course_id)
        if not policies.teachers_schedule_others:
            hosts = [(row, name) for row, name in hosts if row == session.user_id]
        return Choices(
            able=able,
            chosen=form.value("service"),
            services=names if len(names) > 1 else (),
            hosts=tuple(hosts),
            students_host=policies.students_host,
            graded=not (subject and subject.alone and not subject.onward),
        )

    def _able(self, service: str) -> frozenset[Capability]:
        try:
            return self.services.service_for(service).capabilities
        except BridgeError:  # it isn't there any more, or not yet
            return frozenset()

    def _form(
        self,
        session: FrameSession,
        form: PlanForm,
        subject: Subject | None = None,
        *,
        settled: tuple[Plan, Sequence[Time]] | None = None,
    ) -> Response:
        zone = form.value("zone")
        zones = list(cities(get_locale()))
        if is_zone(zone) and zone not in {name for name, _ in zones}:
            zones.insert(0, (zone, zone))
        return self.pages.show(
            "course/plan.html",
            session,
            form=form,
            subject=subject,
            choices=self._choices(session, form, subject),
            zones=zones,
            days=_week(),
            nth=NTH,
            locks=LOCKS,
            rules=RULES,
            form_token=request.form.get("form_token") or secrets.token_hex(TOKEN_LENGTH // 2),
            like_last=subject is None and self.planner.like_last_time(session.course_id),
            **self._preview(session, settled, subject),
        )

    def _preview(
        self,
        session: FrameSession,
        settled: tuple[Plan, Sequence[Time]] | None,
        subject: Subject | None,
    ) -> dict[str, Any]:
        if settled is None:
            return {"dates": None, "clashes": []}
        plan, every = settled
        clashes = self.planner.conflicts(session.course_id, plan, every, subject)
        return {
            "dates": _dates(plan, every),
            "where": city(plan.zone, get_locale()),
            "shown": SHOWN,
            "clashes": _spans(clashes),
        }

    def _done(
        self,
        session: FrameSession,
        classes: Sequence[Meeting],
        plan: Plan,
        every: Sequence[Time],
        subject: Subject | None = None,
        *,
        changed: bool = False,
    ) -> Response:
        clashes = self.planner.conflicts(session.course_id, plan, every, subject)
        own = {one.id for one in classes}
        return self.pages.show(
            "course/planned.html",
            session,
            plan=plan,
            dates=_dates(plan, every),
            where=city(plan.zone, get_locale()),
            shown=SHOWN,
            clashes=_spans(one for one in clashes if one.id not in own),
            meeting=classes[0] if classes else None,
            series=classes[0].series_id if classes else None,
            changed=changed,
        )

    def _place(self, session: FrameSession) -> Place:
        """The course, by the meeting of its that the page is about."""
        base = self.entrance.meeting(session.meeting)
        return Place(
            course_id=session.course_id,
            course_title=session.course_title,
            lti_context_id=base.lti_context_id,
            meets_course_id=base.meets_course_id,
            meets_connection=base.meets_connection,
            service=self._service(session),
            logout_url=base.logout_url,
        )

    def _service(self, session: FrameSession) -> str:
        base = self.entrance.meeting(session.meeting)
        return self.platform_service(session.platform_id) or base.service

    def _zone(self, session: FrameSession) -> str:
        said = request.form.get("zone") or session.zone
        return said if is_zone(said) else "UTC"


def _dates(plan: Plan, every: Sequence[Time]) -> list[str]:
    """In words, on the clocks of the zone in which they are scheduled."""
    there = replace(clock(), zone=plan.zone)
    length_ms = plan.minutes * 60_000
    return [there.span(one.ms, one.ms + length_ms, weekday=True) for one in every]


def _week() -> list[tuple[str, str]]:
    """The days, with their names, from that on which weeks begin where the language is spoken."""
    locale = get_locale()
    names = get_day_names("wide", locale=locale)
    first = SATURDAY if locale.language in FROM_SATURDAY else locale.first_week_day
    days = [(day, names[number]) for number, day in enumerate(DAYS)]
    return [*days[first:], *days[:first]]


def _spans(meetings: Iterable[Meeting]) -> list[tuple[str, Span | None]]:
    return [(one.title or one.name, span_of(one.begins_ms, one.ends_ms)) for one in meetings]


def _token() -> str:
    """The form's own, by which it makes its classes once however often it is sent."""
    token = request.form.get("form_token", "")
    if len(token) != TOKEN_LENGTH or not token.isalnum() or not token.isascii():
        raise _malformed("form_token")
    return token


def _malformed(name: str) -> MalformedRequest:
    return MalformedRequest(
        f"The form's field {name!r} isn't as the page has it.",
        remedy="Open the link in the course again.",
        code="form_field",
    )
