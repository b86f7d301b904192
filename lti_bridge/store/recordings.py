"""Recordings as the people of a course see them: which there are for whom, and what they change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, or_, select, update

from lti_bridge.store.tables import GroupMemberRow, MeetingRow, RecordingRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Select

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who asks for the recordings of a course."""

    course_id: int
    user_id: int | None
    leads: bool
    """A moderator sees all; others what is published, and of groups only of their own."""


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording that its service has, as it last told of it."""

    id: int
    meeting: int
    """Its meeting's row."""
    service: str
    """That has it, wherever its meeting is by now."""
    record_id: str
    """The service's own."""
    name: str = field(repr=False)
    """As the service has it."""
    class_name: str
    """As the service was told to call the meeting: what it calls a recording by itself."""
    class_title: str
    """As people know the class."""
    state: str
    began_ms: int
    """When it was recorded; where nobody says so, when we first knew of it."""
    length_ms: int | None
    formats: str = field(repr=False)
    """JSON, as in the table."""


class CourseRecordings:
    """Queries on the recordings of courses."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def listed(
        self, whose: Onlooker, *, meeting: int | None = None, start: int = 0, limit: int
    ) -> list[KeptRecording]:
        """Those that somebody may see, newest first; of one ``meeting`` by its row."""
        statement = _seen_by(whose).order_by(_BEGAN.desc(), RecordingRow.id.desc())
        if meeting is not None:
            statement = statement.where(RecordingRow.meeting_id == meeting)
        page = statement.offset(start).limit(limit)
        return [_kept(row) for row in self._database.read(lambda c: c.execute(page).all())]

    def count(self, whose: Onlooker, *, meeting: int | None = None) -> int:
        """How many somebody may see."""
        statement = _seen_by(whose)
        if meeting is not None:
            statement = statement.where(RecordingRow.meeting_id == meeting)
        counted = select(func.count()).select_from(statement.subquery())
        return self._database.read(lambda c: c.execute(counted).scalar_one())

    def find(self, whose: Onlooker, recording: int) -> KeptRecording | None:
        """One that somebody may see; None also where it is another course's, or gone."""
        statement = _seen_by(whose).where(RecordingRow.id == recording)
        row = self._database.read(lambda c: c.execute(statement).first())
        return None if row is None else _kept(row)

    def set_published(self, recording: int, *, published: bool) -> None:
        """What its service was just told."""
        self._set(recording, state="published" if published else "unpublished")

    def rename(self, recording: int, name: str) -> None:
        """What its service was just told."""
        self._set(recording, name=name)

    def gone(self, recording: int, now_ms: int) -> None:
        """Its service has it no more."""
        self._set(recording, gone=True, seen_ms=now_ms)

    def _set(self, recording: int, **values: Any) -> None:
        statement = update(RecordingRow).where(RecordingRow.id == recording).values(values)
        self._database.write_statement(lambda c: c.execute(statement))


_BEGAN: Final = func.coalesce(RecordingRow.started_ms, RecordingRow.added_ms)
_COLUMNS: Final[tuple[Any, ...]] = (
    RecordingRow.id,
    RecordingRow.meeting_id,
    RecordingRow.service,
    RecordingRow.record_id,
    RecordingRow.name,
    MeetingRow.name.label("class_name"),
    MeetingRow.title,
    RecordingRow.state,
    _BEGAN.label("began_ms"),
    RecordingRow.length_ms,
    RecordingRow.formats,
)


def _seen_by(whose: Onlooker) -> Select[Any]:
    statement = (
        select(*_COLUMNS)
        .join(MeetingRow, MeetingRow.id == RecordingRow.meeting_id)
        .where(MeetingRow.course_id == whose.course_id, RecordingRow.gone.is_(False))
    )
    if whose.leads:
        return statement
    return statement.where(RecordingRow.state == "published", _theirs(whose.user_id))


def _theirs(user_id: int | None) -> ColumnElement[bool]:
    """The whole course's meetings, and those of the groups that somebody is in now."""
    if user_id is None:
        return MeetingRow.group_id.is_(None)
    member = select(GroupMemberRow.group_id).where(
        and_(GroupMemberRow.group_id == MeetingRow.group_id, GroupMemberRow.user_id == user_id)
    )
    return or_(MeetingRow.group_id.is_(None), member.exists())


def _kept(row: Row[Any]) -> KeptRecording:
    return KeptRecording(
        id=row.id,
        meeting=row.meeting_id,
        service=row.service,
        record_id=row.record_id,
        name=row.name,
        class_name=row.class_name,
        class_title=row.title or row.class_name,
        state=row.state,
        began_ms=row.began_ms,
        length_ms=row.length_ms,
        formats=row.formats,
    )
