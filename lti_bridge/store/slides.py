"""Slides: files that are in class from the beginning, of a series or of one meeting.

Their content is in the database, so that every node can hand it to a service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.links import new_token
from lti_bridge.store.tables import MeetingRow, SeriesRow, SlideRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from lti_bridge.store.engine import Database

CLEARED_AT_ONCE: Final = 20
"""Files are large: a bite is soon eaten."""
LOCK_KEY: Final = 7_361_004
"""Of PostgreSQL's advisory lock: two who add at once would both find room for one."""


@dataclass(frozen=True, slots=True)
class NewSlide:
    """A file that was looked at."""

    meeting_id: int | None
    """The meeting it is for …"""
    series_id: int | None
    """… or the series."""
    filename: str
    media_type: str
    content: bytes = field(repr=False)
    downloadable: bool = False


@dataclass(frozen=True, slots=True)
class StoredSlide:
    """A file, without its content."""

    id: int
    meeting_id: int | None
    series_id: int | None
    token: str = field(repr=False)
    filename: str
    media_type: str
    size: int
    downloadable: bool


class Slides:
    """Queries on slides."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def add(
        self, new: NewSlide, now_ms: int, *, most_files: int, most_bytes: int
    ) -> StoredSlide | None:
        """Keep it, behind the others of its meeting or series; None where there is no room."""
        size = len(new.content)
        own = _of(new.meeting_id, new.series_id)
        there = select(
            func.count(),
            func.coalesce(func.sum(SlideRow.size), 0),
            func.coalesce(func.max(SlideRow.position), 0),
        ).where(own)

        def change(connection: Connection) -> StoredSlide | None:
            one_at_a_time(connection, LOCK_KEY)
            count, total, last = connection.execute(there).one()
            if count >= most_files or total + size > most_bytes:
                return None
            statement = insert(SlideRow).values(
                meeting_id=new.meeting_id,
                series_id=new.series_id,
                token=new_token(),
                filename=new.filename,
                media_type=new.media_type,
                size=size,
                content=new.content,
                position=last + 1,
                downloadable=new.downloadable,
                created_ms=now_ms,
            )
            row = connection.execute(statement.returning(*_FACTS)).one()
            return _slide(row)

        return self._database.write(change)

    def of_meeting(self, meeting: int, series: int | None) -> list[StoredSlide]:
        """Those of a meeting's series, then its own; each in their order."""
        values = {"meeting": meeting, "series": series}
        rows = self._database.read(lambda c: c.execute(_OF_MEETING, values).all())
        return [_slide(row) for row in rows]

    def content(self, token: str) -> tuple[StoredSlide, bytes] | None:
        """The file of that token, whole."""
        row = self._database.read(lambda c: c.execute(_BY_TOKEN, {"token": token}).first())
        return (_slide(row), bytes(row.content)) if row else None

    def remove(self, slide: int, course: int) -> bool:
        """Delete a file of a course; False where it has none such."""
        statement = delete(SlideRow).where(SlideRow.id == slide, _of_course(course))
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def set_downloadable(self, slide: int, course: int, *, downloadable: bool) -> bool:
        """Whether people in class may keep it; False where the course has no such file."""
        statement = (
            update(SlideRow)
            .where(SlideRow.id == slide, _of_course(course))
            .values(downloadable=downloadable)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def move_up(self, slide: int, course: int) -> bool:
        """Let it change places with the one before it; False where the course has no such file."""
        found = select(SlideRow.meeting_id, SlideRow.series_id).where(
            SlideRow.id == slide, _of_course(course)
        )

        def change(connection: Connection) -> bool:
            one_at_a_time(connection, LOCK_KEY)
            owner = connection.execute(found).first()
            if owner is None:
                return False
            own = select(SlideRow.id).where(_of(owner.meeting_id, owner.series_id))
            order = list(connection.execute(own.order_by(SlideRow.position, SlideRow.id)).scalars())
            place = order.index(slide)
            if place:
                order[place - 1], order[place] = order[place], order[place - 1]
            for position, one in enumerate(order, 1):
                connection.execute(
                    update(SlideRow).where(SlideRow.id == one).values(position=position)
                )
            return True

        return self._database.write(change)

    def clear(self, before_ms: int) -> int:
        """Delete some whose last class was before that; how many.

        A standing meeting's last class is when it was last used.
        """
        last_class = (
            select(func.max(MeetingRow.ends_ms))
            .where(MeetingRow.series_id == SlideRow.series_id)
            .correlate(SlideRow)
            .scalar_subquery()
        )
        last = func.coalesce(MeetingRow.ends_ms, last_class, MeetingRow.used_ms, 0)
        old = (
            select(SlideRow.id)
            .outerjoin(MeetingRow, MeetingRow.id == SlideRow.meeting_id)
            .where(SlideRow.created_ms < before_ms, last < before_ms)
            .limit(CLEARED_AT_ONCE)
        )
        statement = delete(SlideRow).where(SlideRow.id.in_(old))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


def _of(meeting: int | None, series: int | None) -> ColumnElement[bool]:
    if series is not None:
        return SlideRow.series_id == series
    return SlideRow.meeting_id == meeting


def _of_course(course: int) -> ColumnElement[bool]:
    meetings = select(MeetingRow.id).where(MeetingRow.course_id == course)
    series = select(SeriesRow.id).where(SeriesRow.course_id == course)
    return or_(SlideRow.meeting_id.in_(meetings), SlideRow.series_id.in_(series))


def _slide(row: Row[*tuple[Any, ...]]) -> StoredSlide:
    return StoredSlide(
        id=row.id,
        meeting_id=row.meeting_id,
        series_id=row.series_id,
        token=row.token,
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        downloadable=row.downloadable,
    )


_FACTS: Final[tuple[Any, ...]] = (
    SlideRow.id,
    SlideRow.meeting_id,
    SlideRow.series_id,
    SlideRow.token,
    SlideRow.filename,
    SlideRow.media_type,
    SlideRow.size,
    SlideRow.downloadable,
)
_OF_MEETING: Final = (
    select(*_FACTS)
    .where(
        or_(SlideRow.meeting_id == bindparam("meeting"), SlideRow.series_id == bindparam("series"))
    )
    .order_by(SlideRow.series_id.is_(None), SlideRow.position, SlideRow.id)
)
_BY_TOKEN: Final = select(*_FACTS, SlideRow.content).where(SlideRow.token == bindparam("token"))
