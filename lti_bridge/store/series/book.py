"""Queries on series and their meetings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, update

from lti_bridge.store.links import new_token
from lti_bridge.store.meetings import meeting_from
from lti_bridge.store.series import cancelling, changes, making, splitting
from lti_bridge.store.series.statements import (
    BY_ID,
    CURRENT,
    CURRENT_NAMED,
    LAST,
    NAMED,
    OF_SERIES,
    SERIES,
    STAMP,
    in_window,
    paged,
)
from lti_bridge.store.series.values import (
    LONGEST_CLASS_MS,
    OVERTIME_MS,
    OneClass,
    Plan,
    Series,
    Stays,
    series_from,
)
from lti_bridge.store.tables import SeriesRow

if TYPE_CHECKING:
    from sqlalchemy import Select

    from lti_bridge.store.engine import Database
    from lti_bridge.store.gradebook import GradingRules
    from lti_bridge.store.meetings import Meeting, NewMeeting
    from lti_bridge.store.vault import Vault

RUNS_ON_MS: Final = 60 * 60_000
"""A class whose end has passed is taken to go on for so long after somebody was last let in."""
CANDIDATES: Final = 12
PAGE: Final = 100
MOST_OF_A_SERIES: Final = 400


class SeriesBook:
    """Queries on series and their meetings."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the meetings' passwords."""
        self._database = database
        self._vault = vault

    # What there is.

    def by_id(self, series: int) -> Series | None:
        """The series by its row."""
        return self._one(BY_ID, {"series": series})

    def latest(self, course_id: int) -> Series | None:
        """The one that was scheduled last in a course: the next may be like it."""
        query = SERIES.where(SeriesRow.course_id == course_id).order_by(SeriesRow.id.desc())
        return self._one(query.limit(1), {})

    def of_courses(self, courses: Sequence[int]) -> list[Series]:
        """Every series of these courses, for their calendars, in the order in which they came."""
        query = SERIES.where(SeriesRow.course_id.in_(list(courses))).order_by(SeriesRow.id)
        rows = self._database.read(lambda c: c.execute(query).all())
        return [series_from(row) for row in rows]

    def stamp(self, course_id: int) -> str:
        """Something else after each change of a course's schedule; costs one small query."""
        row = self._database.read(lambda c: c.execute(STAMP, {"course": course_id}).one())
        return "-".join(str(one or 0) for one in row)

    def choices(self, course_id: int) -> list[Series]:
        """Those that links of a course may lead to, the latest first."""
        query = (
            SERIES.where(SeriesRow.course_id == course_id, SeriesRow.cancelled_ms.is_(None))
            .order_by(SeriesRow.id.desc())
            .limit(PAGE)
        )
        rows = self._database.read(lambda c: c.execute(query).all())
        return [series_from(row) for row in rows]

    def named(self, course_id: int, token: str) -> Series | None:
        """The series that a link's token means, of this or another course of the same LMS."""
        return self._one(NAMED, {"course": course_id, "token": token})

    def of_course(
        self,
        course_id: int,
        from_ms: int | None,
        until_ms: int | None,
        *,
        limit: int = PAGE,
        latest_first: bool = False,
        after: tuple[int, int] | None = None,
        cancelled: bool = True,
    ) -> list[Meeting]:
        """The scheduled meetings of a course that go on at some moment from ``from_ms`` until
        ``until_ms``, by their beginning; None: since or for ever.

        ``after``: ``begins_ms`` and ``id`` of the last one of the page before; ``cancelled``:
        also those that don't take place.
        """
        found = in_window(from_ms, until_ms, cancelled=cancelled, besides=None)
        query = paged(found, limit=limit, latest_first=latest_first, after=after)
        return self._meetings(query, {"courses": [course_id]})

    def in_courses(
        self, courses: Sequence[int], from_ms: int, until_ms: int, *, limit: int = 5000
    ) -> list[Meeting]:
        """The same of several courses, cancelled ones too: what their people's calendars show."""
        found = in_window(from_ms, until_ms, cancelled=True, besides=None)
        query = paged(found, limit=limit, latest_first=False, after=None)
        return self._meetings(query, {"courses": list(courses)})

    def of_series(self, series: int) -> list[Meeting]:
        """Every meeting of a series, by its beginning."""
        return self._meetings(OF_SERIES, {"series": series})

    def current(self, series: int, now_ms: int) -> Meeting | None:
        """The class of a series that is now, or else next, or else the last; what links and
        invitations to the series lead to.
        """
        values = {"series": series, "since": now_ms - LONGEST_CLASS_MS, "most": CANDIDATES}
        near = self._meetings(CURRENT, values)
        return _current(near, now_ms) or next(iter(self._meetings(LAST, {"series": series})), None)

    def current_named(self, course_id: int, token: str, now_ms: int) -> Meeting | None:
        """The same of the series that a link's token means, of this or another course of the same
        LMS; None also where all its classes are past. In one query: launches ask it.
        """
        values: dict[str, Any] = {"since": now_ms - LONGEST_CLASS_MS, "most": CANDIDATES}
        values |= {"course": course_id, "token": token}
        return _current(self._meetings(CURRENT_NAMED, values), now_ms)

    def conflicts(
        self, course_id: int, spans: Sequence[tuple[int, int]], *, besides: int | None = None
    ) -> list[Meeting]:
        """Meetings of the course that overlap one of these spans (from, until), by their
        beginning; but for those of the series ``besides``.
        """
        if not spans:
            return []
        first, last = min(one for one, _ in spans), max(one for _, one in spans)
        query = paged(
            in_window(first, last, cancelled=False, besides=besides),
            limit=2 * MOST_OF_A_SERIES,
            latest_first=False,
            after=None,
        )
        return [
            one
            for one in self._meetings(query, {"courses": [course_id]})
            if any(
                (one.begins_ms or 0) < until and (one.ends_ms or 0) > since
                for since, until in spans
            )
        ]

    # What teachers do.

    def add(
        self,
        template: NewMeeting,
        plan: Plan,
        times: Sequence[int],
        *,
        uid: str,
        created_by: int | None,
        now_ms: int,
        grading: GradingRules | None = None,
    ) -> Series:
        """Make a series with its meetings, or give the one of that ``uid`` that is there already.

        ``template``: what a meeting of the course is made from; what it says of the class itself
        is the plan's. ``times``: when each begins, by the rule. ``grading``: all count for one
        column of the gradebook, the first one's.
        """
        return self._database.write(
            lambda c: making.add(
                c,
                self._vault,
                template,
                plan,
                times,
                uid=uid,
                created_by=created_by,
                now_ms=now_ms,
                grading=grading,
            )
        )

    def name(self, series: int) -> str:
        """The token that links name the series by; it is given one if it has none yet."""
        statement = (
            update(SeriesRow)
            .where(SeriesRow.id == series)
            .values(link_token=func.coalesce(SeriesRow.link_token, new_token()))
            .returning(SeriesRow.link_token)
        )
        return str(self._database.write(lambda c: c.execute(statement).scalar_one()))

    def change_one(self, meeting: int, template: NewMeeting, said: OneClass, at: Stays) -> bool:
        """Change one class of a series alone; False where it stays as it is: it was held, or may
        be running.

        ``template``: as for :meth:`add`; its name and, where ``said`` names none, its service.
        """
        return self._database.write(lambda c: changes.change_one(c, meeting, template, said, at))

    def change(
        self,
        series: int,
        template: NewMeeting,
        plan: Plan,
        times: Sequence[int] | None,
        at: Stays,
    ) -> bool:
        """Change what is still to come of a series; False where there is no such series.

        ``times``: by its new rule, which may only say something else where none of its meetings
        stays as it is (see :meth:`split`); None: they are as they were. Classes that were changed
        or cancelled alone keep what was said of them.
        """
        return self._database.write(
            lambda c: changes.change(c, self._vault, series, template, plan, times, at)
        )

    def split(
        self, series: int, from_ms: int, kept: str, rest: Plan, *, uid: str, at: Stays
    ) -> int:
        """Let the classes from ``from_ms`` on, by the rule, be a series of their own; its row.

        ``kept``: the rule of those before; ``rest``: the plan of the others. Links and
        invitations to the series lead to the new one. The same one however often it is asked for.
        """
        return self._database.write(
            lambda c: splitting.split(c, series, from_ms, kept, rest, uid=uid, at=at)
        )

    def cancel_one(self, meeting: int, at: Stays) -> bool:
        """Let one class not take place; False where it was held, or may be running."""
        return self._database.write(lambda c: cancelling.cancel_one(c, meeting, at))

    def restore_one(self, meeting: int, at: Stays) -> bool:
        """Let it take place after all; False where it wasn't cancelled."""
        return self._database.write(lambda c: cancelling.restore_one(c, meeting, at))

    def cancel(self, series: int, from_ms: int | None, at: Stays) -> int:
        """Let no class that is still to come take place, from ``from_ms`` on by the rule, or at
        all; how many that are.
        """
        return self._database.write(lambda c: cancelling.cancel(c, series, from_ms, at))

    def grade(self, series: int, grading: GradingRules, now_ms: int) -> int:
        """Let all classes of a series count for one column of the gradebook; the row of the
        meeting whose column it is.
        """
        return self._database.write(lambda c: making.grade(c, series, grading, now_ms))

    def _one(self, query: Select[Any], values: dict[str, Any]) -> Series | None:
        row = self._database.read(lambda c: c.execute(query, values).first())
        return series_from(row) if row else None

    def _meetings(self, query: Select[Any], values: dict[str, Any]) -> list[Meeting]:
        rows = self._database.read(lambda c: c.execute(query, values).all())
        return [meeting_from(row, self._vault) for row in rows]


def _current(near: Sequence[Meeting], now_ms: int) -> Meeting | None:
    """Of those by their beginning that aren't cancelled: one that has opened and isn't over, or
    the next, unless an older one seems to go on.
    """
    coming = [one for one in near if (one.ends_ms or 0) + OVERTIME_MS > now_ms]
    opened = [one for one in coming if (one.opens_ms or 0) <= now_ms]
    if opened:  # of two that follow each other at once: the one that begins, once it has begun
        begun = [one for one in opened if (one.begins_ms or 0) <= now_ms < (one.ends_ms or 0)]
        return (begun or opened)[-1 if begun else 0]
    going_on = [one for one in near if one.confirmed_ms > now_ms - RUNS_ON_MS]
    return next(iter(going_on or coming), None)


__all__ = ["SeriesBook"]
