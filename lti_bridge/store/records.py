"""Recordings and attendance of our meetings: which to collect, and what was found."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from sqlalchemy import and_, func, or_, select, update

from lti_bridge.store.gradebook import attendance_changed
from lti_bridge.store.numbering import by_meets, number
from lti_bridge.store.tables import (
    AttendanceRow,
    CourseRow,
    MeetingRow,
    MembershipRow,
    NoticeRow,
    RecordingRow,
    UserRow,
)
from lti_bridge.store.taking import chosen
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.marks import Marks

AttendanceSource = Literal["service", "callback"]
MINUTE_MS: Final = 60_000
SETTLED_MS: Final = 5 * MINUTE_MS
"""Nobody asks of a meeting that was just opened: nothing is left of it yet."""
SOON_MS: Final = 30 * MINUTE_MS
DAY_MS: Final = 24 * 60 * MINUTE_MS
OFTEN_MS: Final = 2 * DAY_MS
"""So long after its last use it is asked for every half hour, then …"""
LAST_MS: Final = 14 * DAY_MS
"""… once a day, up to here: recordings may take days."""


@dataclass(frozen=True, slots=True)
class Collectable:
    """A meeting whose leavings are to be asked for."""

    id: int
    meeting_id: str
    """As the service knows it."""
    service: str
    elsewhere: tuple[str, ...] = ()
    """Other services that have something of it: it was there before it moved to this one."""
    has_left: bool = False
    """That service is such another one."""
    remote_id: str = ""
    """The service's own number of it, where it is now."""


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A recording, as its service tells of it now."""

    record_id: str
    name: str = field(repr=False)
    state: str
    started_ms: int | None
    ended_ms: int | None
    length_ms: int | None
    participants: int | None
    formats: str = field(repr=False)
    """JSON."""


@dataclass(frozen=True, slots=True)
class FoundStay:
    """Somebody's time in a meeting, as its service tells of it."""

    user_number: str
    """As ``join`` said it, which is the number by which we know the person; or the service's."""
    name: str = field(repr=False)
    joined_ms: int
    left_ms: int | None


class _Somebody(Protocol):
    @property
    def user_number(self) -> str: ...

    @property
    def name(self) -> str: ...


_T = TypeVar("_T", bound=_Somebody)


class Records:
    """Queries on recordings and attendance."""

    def __init__(self, database: Database, marks: Marks) -> None:
        """Queries run in transactions of ``database``; ``marks`` tell who was erased of late."""
        self._database = database
        self._marks = marks

    def take_due(self, now_ms: int, *, limit: int = 200) -> list[Collectable]:
        """Meetings to ask for, noted as asked in the same moment: no two workers get the same.

        Those that were used of late, and those of which a service told something since.
        """
        told = (
            select(NoticeRow.meeting_id)
            .join(MeetingRow, MeetingRow.id == NoticeRow.meeting_id)
            .where(NoticeRow.at_ms > func.coalesce(MeetingRow.collected_ms, 0))
        )
        asked = MeetingRow.collected_ms
        used_of_late = and_(
            MeetingRow.used_ms > now_ms - LAST_MS,
            or_(
                and_(asked.is_(None), MeetingRow.used_ms <= now_ms - SETTLED_MS),
                and_(asked <= now_ms - SOON_MS, MeetingRow.used_ms > now_ms - OFTEN_MS),
                asked <= now_ms - DAY_MS,
            ),
        )
        return self._take(or_(used_of_late, MeetingRow.id.in_(told)), now_ms, limit)

    def take_kept(self, now_ms: int, *, limit: int = 200) -> list[Collectable]:
        """Meetings of long ago that left recordings, to see once a day whether those are still
        there; taken as by :meth:`take_due`.
        """
        recorded = select(RecordingRow.meeting_id).where(RecordingRow.gone.is_(False))
        long_ago = and_(
            MeetingRow.used_ms <= now_ms - LAST_MS,
            or_(MeetingRow.collected_ms.is_(None), MeetingRow.collected_ms <= now_ms - DAY_MS),
            MeetingRow.id.in_(recorded),
        )
        return self._take(long_ago, now_ms, limit)

    def _take(self, condition: ColumnElement[bool], now_ms: int, limit: int) -> list[Collectable]:
        due = select(MeetingRow.id).where(condition).order_by(MeetingRow.used_ms).limit(limit)
        take = (
            update(MeetingRow)
            .where(MeetingRow.id.in_(chosen(due)))
            .values(collected_ms=now_ms)
            .returning(
                MeetingRow.id,
                MeetingRow.meeting_id,
                MeetingRow.service,
                MeetingRow.came_from,
                MeetingRow.remote_id,
            )
        )
        return self._database.write(lambda c: _with_places(c, c.execute(take).all()))

    def give_back(self, meetings: Collection[int]) -> None:
        """Nothing came of asking for these: the next run asks again."""
        statement = update(MeetingRow).where(MeetingRow.id.in_(meetings)).values(collected_ms=None)
        self._database.write_statement(lambda c: c.execute(statement))

    def look_again(self, service: str, record_ids: Collection[str]) -> None:
        """Something was done with these recordings at their service: the next run asks."""
        theirs = select(RecordingRow.meeting_id).where(
            RecordingRow.service == service, RecordingRow.record_id.in_(record_ids)
        )
        statement = update(MeetingRow).where(MeetingRow.id.in_(theirs)).values(collected_ms=None)
        self._database.write_statement(lambda c: c.execute(statement))

    def save_recordings(
        self, meeting: int, service: str, found: Sequence[FoundRecording], now_ms: int
    ) -> None:
        """All that a service has of a meeting; one that was there and isn't found is gone."""
        self._database.write(lambda c: _save_recordings(c, meeting, service, found, now_ms))

    def save_attendance(
        self,
        meeting: int,
        source: AttendanceSource,
        stays: Sequence[FoundStay],
        *,
        is_final: bool | None,
    ) -> None:
        """What a source says of a meeting's sessions; what it said of others stays.

        ``is_final``: whether that is all of the last session; None: of earlier ones.
        """

        def save(connection: Connection) -> None:
            people = people_by_number(connection, meeting, {one.user_number for one in stays})
            there = without_erased(connection, self._marks, stays, people)
            _save_attendance(connection, meeting, source, there, people, is_final)

        self._database.write(save)

    def attendance_told(self, meeting: int) -> list[str]:
        """What a service sent by itself of a meeting (JSON), oldest first."""
        statement = (
            select(NoticeRow.data)
            .where(NoticeRow.meeting_id == meeting, NoticeRow.kind == "attendance")
            .order_by(NoticeRow.at_ms, NoticeRow.id)
        )
        return list(self._database.read(lambda c: c.execute(statement).scalars()))


def _with_places(
    connection: Connection, rows: Sequence[Row[int, str, str, str, str]]
) -> list[Collectable]:
    kept = (
        select(RecordingRow.meeting_id, RecordingRow.service)
        .where(RecordingRow.meeting_id.in_([row.id for row in rows]), RecordingRow.gone.is_(False))
        .distinct()
    )
    places: dict[int, set[str]] = {row.id: {row.came_from} for row in rows}
    for meeting, service in connection.execute(kept) if rows else ():
        places[meeting].add(service)
    return [
        Collectable(
            row.id,
            row.meeting_id,
            row.service,
            tuple(sorted(places[row.id] - {row.service, ""})),
            remote_id=row.remote_id,
        )
        for row in rows
    ]


def _save_recordings(
    connection: Connection,
    meeting: int,
    service: str,
    found: Iterable[FoundRecording],
    now_ms: int,
) -> None:
    ids = []
    for one in found:
        values = {**asdict(one), "service": service, "seen_ms": now_ms, "gone": False}
        ids.append(values.pop("record_id"))
        connection.execute(
            insert(connection, RecordingRow)
            .values(meeting_id=meeting, record_id=ids[-1], added_ms=now_ms, **values)
            .on_conflict_do_update(index_elements=["meeting_id", "record_id"], set_=values)
        )
    connection.execute(
        update(RecordingRow)
        .where(
            RecordingRow.meeting_id == meeting,
            RecordingRow.service == service,
            RecordingRow.record_id.not_in(ids),
        )
        .values(gone=True)
    )


def _save_attendance(
    connection: Connection,
    meeting: int,
    source: AttendanceSource,
    stays: Sequence[FoundStay],
    people: Mapping[str, tuple[int, str, str]],
    is_final: bool | None,
) -> None:
    for one in stays:
        user_id, email, role = people.get(one.user_number, (None, "", ""))
        values = {
            "left_ms": one.left_ms,
            "name": one.name,
            "user_id": user_id,
            "email": email,
            "was_host": role == "moderator",
        }
        connection.execute(
            insert(connection, AttendanceRow)
            .values(
                meeting_id=meeting,
                source=source,
                attendee=(one.user_number or one.name)[:255],
                joined_ms=one.joined_ms,
                **values,
            )
            .on_conflict_do_update(
                index_elements=["meeting_id", "source", "attendee", "joined_ms"], set_=values
            )
        )
    if is_final is not None:
        connection.execute(
            update(MeetingRow).where(MeetingRow.id == meeting).values(attendance_final=is_final)
        )
    attendance_changed(connection, meeting)


def without_erased(
    connection: Connection, marks: Marks, found: Iterable[_T], people: Container[str]
) -> list[_T]:
    """Those who aren't somebody erased of late: whoever is known, and whom no mark is of."""
    found = list(found)
    unknown = [one for one in found if one.user_number not in people]
    texts = (text for one in unknown for text in (one.user_number, one.name))
    erased = marks.among(connection, texts)
    gone = {id(one) for one in unknown if {one.user_number, one.name} & erased}
    return [one for one in found if id(one) not in gone]


def people_by_number(
    connection: Connection, meeting: int, numbers: Collection[str]
) -> dict[str, tuple[int, str, str]]:
    """Row, e-mail and role in the course, by the number that a service was told."""
    given = {int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) < 19}
    if not given:
        return {}
    known_as = number(UserRow, by_meets(connection))
    statement = (
        select(UserRow.id, known_as.label("number"), UserRow.email, MembershipRow.role)
        .select_from(MeetingRow)
        .join(CourseRow, CourseRow.id == MeetingRow.course_id)
        .join(UserRow, UserRow.connection_id == CourseRow.connection_id)
        .outerjoin(
            MembershipRow,
            and_(MembershipRow.user_id == UserRow.id, MembershipRow.course_id == CourseRow.id),
        )
        .where(MeetingRow.id == meeting, known_as.in_(given))
    )
    return {
        str(row.number): (row.id, row.email, row.role or "")
        for row in connection.execute(statement)
    }
