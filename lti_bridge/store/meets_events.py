"""The events of MEETS in our courses: what the course page shows, and what is to be asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, delete, func, or_, select, update

from lti_bridge.store.attendance.meets import same_classes
from lti_bridge.store.gradebook import attendance_changed, course_changed
from lti_bridge.store.tables import (
    CourseRow,
    MeetsAttendanceRow,
    MeetsEventRow,
    MeetsRecordingRow,
)
from lti_bridge.store.taking import chosen
from lti_bridge.store.text import storable
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from lti_bridge.store.engine import Database
    from lti_bridge.store.marks import Marks

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
FRESH_MS: Final = 5 * MINUTE_MS
"""A page that is looked at has its events asked for again after that."""
WATCHED_MS: Final = 7 * DAY_MS
"""So long after somebody looked at its page, a course is kept fresh …"""
KEPT_FRESH_MS: Final = 6 * HOUR_MS
"""… by asking that often."""
HELD_MS: Final = 15 * MINUTE_MS
"""A worker that died with an event's attendance in its hands is made good after that."""
AT_ONCE: Final = 500
MOST_SHOWN: Final = 200
"""Events of a course's page: the last ones held, and the next."""


@dataclass(frozen=True, slots=True)
class MeetsRecording:
    """A recording of an event at MEETS."""

    id: int
    """Our row; a page names it by this."""
    meets_id: int
    type: str
    """``original`` or ``converted``."""
    added_ms: int | None


@dataclass(frozen=True, slots=True)
class MeetsEvent:
    """An event of MEETS in a course."""

    id: int
    """Our row."""
    meets_id: int
    name: str = field(repr=False)
    service: str
    """As MEETS names it."""
    host_name: str = field(repr=False)
    begins_ms: int | None
    ends_ms: int | None
    shows_recordings: bool
    """Whether students see recordings too."""
    attendance_final: bool
    attendees: int
    """People of whom it is known that they were in; 0 also where nothing is known."""
    recordings: tuple[MeetsRecording, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseEvents:
    """What is known of a course's events."""

    asked: bool
    """Whether MEETS was ever asked; else an empty list says nothing."""
    events: tuple[MeetsEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A course whose events are to be asked for."""

    course: int
    meets_id: int


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event, as MEETS tells of it now."""

    meets_id: int
    name: str = field(repr=False)
    service: str
    host_name: str = field(repr=False)
    begins_ms: int | None
    ends_ms: int | None
    shows_recordings: bool
    recordings: tuple[tuple[int, str, int | None], ...] = ()
    """Number, type, when it was added, of each."""


@dataclass(frozen=True, slots=True)
class AttendanceDue:
    """An event whose attendance is to be asked for."""

    id: int
    meets_id: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody's time in an event, as MEETS has it from the service."""

    was_host: bool
    name: str = field(repr=False)
    email: str = field(repr=False)
    ip: str = field(repr=False)
    browser: str = field(repr=False)
    joined_ms: int | None
    left_ms: int | None


class MeetsEvents:
    """Queries on what MEETS has of our courses."""

    def __init__(self, database: Database, marks: Marks) -> None:
        """Queries run in transactions of ``database``; ``marks`` tell who was erased of late."""
        self._database = database
        self._marks = marks

    def of_course(self, course: int, now_ms: int) -> CourseEvents:
        """The course's events by time, those nearest to now, with their recordings."""
        return self._database.read(lambda c: _of_course(c, course, now_ms))

    def want(self, course: int, now_ms: int) -> None:
        """Somebody looks at the course's page: its events are to be fresh."""
        change = update(CourseRow).where(CourseRow.id == course).values(events_wanted_ms=now_ms)
        self._database.write_statement(lambda c: c.execute(change))

    def want_all(self, now_ms: int) -> int:
        """Every course that MEETS knows is to be asked for today; how many there are."""
        today_ms = now_ms - WATCHED_MS + DAY_MS
        wanted = CourseRow.events_wanted_ms
        change = (
            update(CourseRow)
            .where(CourseRow.meets_id.is_not(None))
            .values(
                events_wanted_ms=case((wanted > today_ms, wanted), else_=today_ms),
                events_asked_ms=None,
            )
        )
        return self._database.write_statement(lambda c: c.execute(change).rowcount)

    def take_due(self, now_ms: int, *, limit: int = 50) -> list[Wanted]:
        """Courses to ask for, noted as asked in the same moment: no two workers get the same."""
        wanted, asked = CourseRow.events_wanted_ms, CourseRow.events_asked_ms
        due = (
            select(CourseRow.id)
            .where(
                wanted > now_ms - WATCHED_MS,
                CourseRow.meets_id.is_not(None),
                or_(
                    asked.is_(None),
                    and_(wanted > asked, asked <= now_ms - FRESH_MS),
                    asked <= now_ms - KEPT_FRESH_MS,
                ),
            )
            .order_by(wanted.desc())
            .limit(limit)
        )
        take = (
            update(CourseRow)
            .where(CourseRow.id.in_(chosen(due)))
            .values(events_asked_ms=now_ms)
            .returning(CourseRow.id, CourseRow.meets_id)
        )
        rows = self._database.write(lambda c: c.execute(take).all())
        return [Wanted(row.id, row.meets_id) for row in rows]

    def give_back(self, courses: Collection[int]) -> None:
        """Nothing came of asking for these: the next run asks again."""
        change = update(CourseRow).where(CourseRow.id.in_(courses)).values(events_asked_ms=None)
        self._database.write_statement(lambda c: c.execute(change))

    def replace(self, course: int, found: Sequence[FoundEvent]) -> None:
        """All events that MEETS has of a course; what it has no more goes, with all that it had."""
        self._database.write(lambda c: _replace(c, course, found))

    def take_attendance_due(self, now_ms: int, *, limit: int = 100) -> list[AttendanceDue]:
        """Events to ask the attendance of, latest first; put off so that no two workers get one."""
        due_ms = MeetsEventRow.attendance_due_ms
        due = select(MeetsEventRow.id).where(due_ms <= now_ms).order_by(due_ms.desc()).limit(limit)
        take = (
            update(MeetsEventRow)
            .where(MeetsEventRow.id.in_(chosen(due)))
            .values(attendance_due_ms=now_ms + HELD_MS)
            .returning(
                MeetsEventRow.id,
                MeetsEventRow.meets_id,
                func.coalesce(MeetsEventRow.ends_ms, MeetsEventRow.begins_ms, 0).label("ends_ms"),
            )
        )
        rows = self._database.write(lambda c: c.execute(take).all())
        return [AttendanceDue(*row) for row in rows]

    def put_off(self, events: Collection[int], due_ms: int | None) -> None:
        """Ask for their attendance then; never, where it is None."""
        change = (
            update(MeetsEventRow)
            .where(MeetsEventRow.id.in_(events))
            .values(attendance_due_ms=due_ms)
        )
        self._database.write_statement(lambda c: c.execute(change))

    def save_attendance(
        self,
        event: int,
        entries: Sequence[Presence],
        *,
        is_final: bool,
        now_ms: int,
        due_ms: int | None,
    ) -> None:
        """Who was in an event, all of it; ``due_ms``: when to ask again."""
        told = (
            update(MeetsEventRow)
            .where(MeetsEventRow.id == event)
            .values(
                attendance_ms=now_ms,
                attendance_final=is_final,
                attendance_due_ms=due_ms,
                attendees=len({(one.name, one.email) for one in entries}),
            )
            .returning(MeetsEventRow.id)
        )

        def change(connection: Connection) -> None:
            if connection.execute(told).first() is None:
                return  # it went meanwhile
            connection.execute(
                delete(MeetsAttendanceRow).where(MeetsAttendanceRow.event_id == event)
            )
            texts = (text for one in entries for text in (one.name, one.email))
            erased = self._marks.among(connection, texts)
            there = [one for one in entries if not {one.name, one.email} & erased]
            if there:
                rows = [{"event_id": event, **_presence(one)} for one in there]
                connection.execute(insert(connection, MeetsAttendanceRow), rows)
            for meeting in same_classes(connection, MeetsEventRow.id == event).values():
                attendance_changed(connection, meeting)

        self._database.write(change)

    def event(self, event: int, course: int) -> MeetsEvent | None:
        """An event of that course, by its row, without its recordings."""
        statement = _events(course).where(MeetsEventRow.id == event)
        row = self._database.read(lambda c: c.execute(statement).mappings().first())
        return _event(row) if row else None

    def attendance(self, event: int) -> list[Presence]:
        """Who was in, by the time they came."""
        rows = MeetsAttendanceRow
        statement = (
            select(
                rows.was_host, rows.name, rows.email, rows.ip, rows.browser,
                rows.joined_ms, rows.left_ms,
            )
            .where(rows.event_id == event)
            .order_by(rows.joined_ms, rows.id)
        )  # fmt: skip  # a select of seven
        found = self._database.read(lambda c: c.execute(statement).all())
        return [Presence(*row) for row in found]

    def recording(self, recording: int, course: int) -> tuple[MeetsRecording, MeetsEvent] | None:
        """A recording of that course, by its row, with its event."""
        row = MeetsRecordingRow
        columns = (row.id, row.meets_id, row.type, row.added_ms)

        def query(connection: Connection) -> tuple[MeetsRecording, MeetsEvent] | None:
            wanted = select(*columns, row.event_id).where(row.id == recording)
            found = connection.execute(wanted).first()
            if found is None:
                return None
            event = _events(course).where(MeetsEventRow.id == found.event_id)
            of = connection.execute(event).mappings().first()
            own = MeetsRecording(found.id, found.meets_id, found.type, found.added_ms)
            return (own, _event(of)) if of else None

        return self._database.read(query)

    def forget_recording(self, recording: int) -> None:
        """MEETS has it no more."""
        change = delete(MeetsRecordingRow).where(MeetsRecordingRow.id == recording)
        self._database.write_statement(lambda c: c.execute(change))

    def clear(self, before_ms: int, *, limit: int = 20) -> int:
        """Forget the events of some courses that nobody looked at since; of how many."""
        left = (
            select(CourseRow.id)
            .where(CourseRow.events_wanted_ms < before_ms)
            .order_by(CourseRow.events_wanted_ms)
            .limit(limit)
        )

        def change(connection: Connection) -> int:
            courses = list(connection.execute(left).scalars())
            connection.execute(delete(MeetsEventRow).where(MeetsEventRow.course_id.in_(courses)))
            connection.execute(
                update(CourseRow)
                .where(CourseRow.id.in_(courses))
                .values(events_wanted_ms=None, events_asked_ms=None)
            )
            return len(courses)

        return self._database.write(change)


def _events(course: int) -> Any:
    columns = MeetsEventRow.__table__.c
    return select(
        columns.id, columns.meets_id, columns.name, columns.service, columns.host_name,
        columns.begins_ms, columns.ends_ms, columns.shows_recordings, columns.attendance_final,
        columns.attendees,
    ).where(columns.course_id == course)  # fmt: skip  # a select of ten


def _event(row: RowMapping, recordings: tuple[MeetsRecording, ...] = ()) -> MeetsEvent:
    return MeetsEvent(**row, recordings=recordings)


def _of_course(connection: Connection, course: int, now_ms: int) -> CourseEvents:
    asked = connection.execute(
        select(CourseRow.events_asked_ms).where(CourseRow.id == course)
    ).scalar()
    nearest = func.abs(func.coalesce(MeetsEventRow.begins_ms, 0) - now_ms)
    events = (
        connection.execute(_events(course).order_by(nearest).limit(MOST_SHOWN)).mappings().all()
    )
    recordings = _recordings(connection, [row.id for row in events])
    shown = (_event(row, tuple(recordings.get(row.id, ()))) for row in events)
    by_time = sorted(shown, key=lambda one: (one.begins_ms or 0, one.id))
    return CourseEvents(asked is not None, tuple(by_time))


def _recordings(connection: Connection, events: Collection[int]) -> dict[int, list[MeetsRecording]]:
    own = MeetsRecordingRow
    statement = (
        select(own.event_id, own.id, own.meets_id, own.type, own.added_ms)
        .where(own.event_id.in_(events))
        .order_by(own.added_ms, own.id)
    )
    found: dict[int, list[MeetsRecording]] = {}
    for row in connection.execute(statement):
        one = MeetsRecording(row.id, row.meets_id, row.type, row.added_ms)
        found.setdefault(row.event_id, []).append(one)
    return found


def _replace(connection: Connection, course: int, found: Sequence[FoundEvent]) -> None:
    # FOR NO KEY UPDATE: launches, whose rows refer to the course's, go on meanwhile.
    own = select(CourseRow.id).where(CourseRow.id == course).with_for_update(key_share=True)
    if connection.execute(own).first() is None:
        return
    before = _attended_at(connection, course)
    for one in found:
        _replace_recordings(connection, _upsert(connection, course, one), one.recordings)
    known = select(MeetsEventRow.meets_id).where(MeetsEventRow.course_id == course)
    there = {one.meets_id for one in found}
    gone = [one for one in connection.execute(known).scalars() if one not in there]
    for some in batched(gone):
        connection.execute(
            delete(MeetsEventRow).where(
                MeetsEventRow.course_id == course, MeetsEventRow.meets_id.in_(some)
            )
        )
    if _attended_at(connection, course) != before:
        course_changed(connection, course)


def _attended_at(connection: Connection, course: int) -> set[tuple[Any, ...]]:
    """When people were in: other times may make an event another class, or none of ours."""
    events = select(MeetsEventRow.id, MeetsEventRow.begins_ms, MeetsEventRow.ends_ms)
    which = events.where(MeetsEventRow.course_id == course, MeetsEventRow.attendees > 0)
    return {tuple(row) for row in connection.execute(which)}


def batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as a statement takes at once."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _upsert(connection: Connection, course: int, one: FoundEvent) -> int:
    values = {
        "name": storable(one.name),
        "service": storable(one.service, 64),
        "host_name": storable(one.host_name),
        "begins_ms": one.begins_ms,
        "ends_ms": one.ends_ms,
        "shows_recordings": one.shows_recordings,
    }
    due_ms = _first_asked_ms(one)
    new = insert(connection, MeetsEventRow).values(
        course_id=course, meets_id=one.meets_id, attendance_due_ms=due_ms, **values
    )
    # One that was moved is asked for after its new end; any other keeps its turn.
    moved = MeetsEventRow.ends_ms.is_distinct_from(new.excluded.ends_ms)
    turn = case((moved, new.excluded.attendance_due_ms), else_=MeetsEventRow.attendance_due_ms)
    upsert = new.on_conflict_do_update(
        index_elements=["course_id", "meets_id"], set_={**values, "attendance_due_ms": turn}
    )
    return int(connection.execute(upsert.returning(MeetsEventRow.id)).scalar_one())


def _first_asked_ms(one: FoundEvent) -> int | None:
    """A quarter of an hour after its end; services take a while."""
    ends_ms = one.ends_ms if one.ends_ms is not None else one.begins_ms
    return None if ends_ms is None else ends_ms + HELD_MS


def _replace_recordings(
    connection: Connection, event: int, recordings: Sequence[tuple[int, str, int | None]]
) -> None:
    for meets_id, kind, added_ms in recordings:
        values = {"type": storable(kind, 16), "added_ms": added_ms}
        connection.execute(
            insert(connection, MeetsRecordingRow)
            .values(event_id=event, meets_id=meets_id, **values)
            .on_conflict_do_update(index_elements=["event_id", "meets_id"], set_=values)
        )
    connection.execute(
        delete(MeetsRecordingRow).where(
            MeetsRecordingRow.event_id == event,
            MeetsRecordingRow.meets_id.not_in([one[0] for one in recordings]),
        )
    )


def _presence(one: Presence) -> dict[str, Any]:
    texts = {"name": 1000, "email": 1000, "ip": 45, "browser": 1000}
    return {
        name: storable(value, texts[name]) if name in texts else value
        for name, value in asdict(one).items()
    }
