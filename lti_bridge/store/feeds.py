"""Calendars' addresses: whose they are, and what they show."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from lti_bridge.store.series import Series
from lti_bridge.store.series.values import series_from
from lti_bridge.store.tables import (
    CalendarFeedRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    MembershipRow,
    SeriesRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from lti_bridge.store.engine import Database

    _Row = Row[*tuple[Any, ...]]
    _Found = Select[*tuple[Any, ...]]

TOKEN_BYTES: Final = 24
NOTED_EVERY_MS: Final = 3_600_000
"""How exactly it is known when a calendar was last fetched: programs do it again and again."""
MOST_CLASSES: Final = 5000


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar's address."""

    id: int
    user_id: int
    course_id: int | None
    """None: all courses of theirs."""
    token: str = field(repr=False)
    created_ms: int
    fetched_ms: int | None
    revoked_ms: int | None
    language: str = ""
    """What its person chose; empty: nothing."""


@dataclass(frozen=True, slots=True)
class FeedCourse:
    """A course whose classes are shown."""

    id: int
    title: str
    lms: str
    """The kind of its LMS, such as ``Moodle``."""
    lti_context_id: str


@dataclass(frozen=True, slots=True)
class FeedClass:
    """A class, as far as a calendar shows it."""

    id: int
    course_id: int
    series_id: int | None
    title: str
    text: str
    begins_ms: int
    ends_ms: int
    occurrence_ms: int | None
    cancelled_ms: int | None
    sequence: int
    logout_url: str = field(repr=False)
    """Back into the LMS, as a launch said; may hold what is nobody else's business."""
    made_ms: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody's calendar shows."""

    courses: Sequence[FeedCourse]
    series: Sequence[Series]
    classes: Sequence[FeedClass]


class Feeds:
    """Queries on calendars' addresses."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def by_token(self, token: str) -> Feed | None:
        """Also one that was taken back."""
        row = self._database.read(lambda c: c.execute(_BY_TOKEN, {"token": token}).first())
        return Feed(*row) if row else None

    def of(self, user_id: int, course_id: int | None, now_ms: int) -> Feed:
        """Somebody's address for a course, or for all of theirs; made if there is none yet."""
        known = self._database.read(lambda c: _current(c, user_id, course_id))
        if known is not None:
            return Feed(*known)
        return self._database.write(
            lambda c: Feed(
                *(_current(c, user_id, course_id) or _new(c, user_id, course_id, now_ms))
            )
        )

    def take_back(self, user_id: int, course_id: int | None, now_ms: int) -> Feed:
        """Let the address that there was lead nowhere from now on; the new one."""
        theirs = update(CalendarFeedRow).where(
            CalendarFeedRow.user_id == user_id,
            CalendarFeedRow.course_id.is_not_distinct_from(course_id),
            CalendarFeedRow.revoked_ms.is_(None),
        )

        def change(connection: Connection) -> Feed:
            connection.execute(theirs.values(revoked_ms=now_ms))
            return Feed(*_new(connection, user_id, course_id, now_ms))

        return self._database.write(change)

    def fetched(self, feed: Feed, now_ms: int) -> None:
        """Note that a program asked for it; a write an hour at the most."""
        if feed.fetched_ms is not None and feed.fetched_ms > now_ms - NOTED_EVERY_MS:
            return
        note = update(CalendarFeedRow).where(CalendarFeedRow.id == feed.id)
        self._database.write_statement(lambda c: c.execute(note.values(fetched_ms=now_ms)))

    def shown(self, feed: Feed, since_ms: int) -> Shown:
        """The courses that the feed's person is in now, and their classes: every series that
        goes on after ``since_ms``, whole.
        """

        def look(connection: Connection) -> Shown:
            values = {"user": feed.user_id}
            mine = (
                _COURSES
                if feed.course_id is None
                else _COURSES.where(CourseRow.id == feed.course_id)
            )
            courses = [FeedCourse(*row) for row in connection.execute(mine, values)]
            window = {"courses": [course.id for course in courses], "since": since_ms}
            series = [series_from(row) for row in connection.execute(_SERIES, window)]
            own = {**window, "series": [one.id for one in series]}
            classes = [FeedClass(*row) for row in connection.execute(_CLASSES, own)]
            return Shown(courses, series, classes)

        return self._database.read(look)

    def one(self, meeting: int) -> tuple[FeedCourse, FeedClass, Series | None] | None:
        """A scheduled class alone, with its course and what it is one of."""

        def look(connection: Connection) -> tuple[FeedCourse, FeedClass, Series | None] | None:
            found = connection.execute(_ONE, {"meeting": meeting}).first()
            if found is None:
                return None
            one = FeedClass(*found)
            course = connection.execute(_COURSE, {"course": one.course_id}).one()
            rows = connection.execute(_ITS_SERIES, {"series": one.series_id}).all()
            return FeedCourse(*course), one, series_from(rows[0]) if rows else None

        return self._database.read(look)


def _current(connection: Connection, user_id: int, course_id: int | None) -> _Row | None:
    mine = _FEED.where(
        CalendarFeedRow.user_id == user_id,
        CalendarFeedRow.course_id.is_not_distinct_from(course_id),
        CalendarFeedRow.revoked_ms.is_(None),
    )
    return connection.execute(mine.order_by(CalendarFeedRow.id.desc()).limit(1)).first()


def _new(connection: Connection, user_id: int, course_id: int | None, now_ms: int) -> _Row:
    made = insert(CalendarFeedRow).values(
        user_id=user_id,
        course_id=course_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_ms=now_ms,
    )
    row = connection.execute(made.returning(CalendarFeedRow.id)).scalar_one()
    return connection.execute(_FEED.where(CalendarFeedRow.id == row)).one()


_FEED: Final[_Found] = select(
    CalendarFeedRow.id,
    CalendarFeedRow.user_id,
    CalendarFeedRow.course_id,
    CalendarFeedRow.token,
    CalendarFeedRow.created_ms,
    CalendarFeedRow.fetched_ms,
    CalendarFeedRow.revoked_ms,
    UserRow.language,
).join(UserRow, UserRow.id == CalendarFeedRow.user_id)

_BY_TOKEN: Final = _FEED.where(CalendarFeedRow.token == bindparam("token"))

_ANY_COURSE: Final = select(
    CourseRow.id, CourseRow.title, ConnectionRow.type, CourseRow.lti_context_id
).join(ConnectionRow, ConnectionRow.id == CourseRow.connection_id)

_COURSE: Final = _ANY_COURSE.where(CourseRow.id == bindparam("course"))

_COURSES: Final[_Found] = (
    _ANY_COURSE.join(MembershipRow, MembershipRow.course_id == CourseRow.id)
    .where(MembershipRow.user_id == bindparam("user"), MembershipRow.left_ms.is_(None))
    .order_by(CourseRow.id)
)

_SERIES: Final = (
    select(SeriesRow.__table__)
    .where(
        SeriesRow.course_id.in_(bindparam("courses", expanding=True)),
        select(MeetingRow.id)
        .where(MeetingRow.series_id == SeriesRow.id, MeetingRow.ends_ms > bindparam("since"))
        .exists(),
    )
    .order_by(SeriesRow.id)
)

_ITS_SERIES: Final = select(SeriesRow.__table__).where(SeriesRow.id == bindparam("series"))

_CLASS: Final[_Found] = select(
    MeetingRow.id,
    MeetingRow.course_id,
    MeetingRow.series_id,
    MeetingRow.title,
    MeetingRow.text,
    MeetingRow.begins_ms,
    MeetingRow.ends_ms,
    MeetingRow.occurrence_ms,
    MeetingRow.cancelled_ms,
    MeetingRow.sequence,
    MeetingRow.logout_url,
    MeetingRow.created_ms,
).where(MeetingRow.begins_ms.is_not(None), MeetingRow.ends_ms.is_not(None))

_ONE: Final = _CLASS.where(MeetingRow.id == bindparam("meeting"))

_CLASSES: Final = (
    _CLASS.where(
        MeetingRow.course_id.in_(bindparam("courses", expanding=True)),
        MeetingRow.group_id.is_(None),
        or_(
            MeetingRow.series_id.in_(bindparam("series", expanding=True)),
            MeetingRow.series_id.is_(None) & (MeetingRow.ends_ms > bindparam("since")),
        ),
    )
    .order_by(MeetingRow.begins_ms, MeetingRow.id)
    .limit(MOST_CLASSES)
)
