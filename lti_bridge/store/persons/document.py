"""Rows as the person whose they are can read them: times with their zone, courses by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from lti_bridge.store.persons import inside
from lti_bridge.store.tables import (
    ConnectionRow,
    CourseGroupRow,
    CourseRow,
    MeetingRow,
    MeetsEventRow,
    SeriesRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.persons.inventory import Holding
    from lti_bridge.store.persons.values import Who

JSON: Final = frozenset({"data", "claims"})


class Document:
    """Turns rows into plain values; what they refer to is looked up once."""

    def __init__(self, connection: Connection, who: Who) -> None:
        """Within a transaction."""
        self._connection = connection
        self._who = who
        self._known: dict[tuple[str, int], Any] = {}
        self._looks: Mapping[str, tuple[str, Callable[[int], Any]]] = {
            "connection_id": ("platform", self._platform),
            "course_id": ("course", self._course),
            "group_id": ("group", self._group),
            "meeting_id": ("class", self._class),
            "series_id": ("series", self._series),
            "event_id": ("event", self._event),
        }

    def of(self, holding: Holding, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows of a holding, without what isn't given out."""
        columns = holding.shown.split()
        return [dict(self._cell(name, row[name]) for name in columns) for row in rows]

    def _cell(self, name: str, value: Any) -> tuple[str, Any]:
        if name.endswith("_ms"):
            return name.removesuffix("_ms"), self.moment(value)
        if name in JSON:
            return name, self._within(inside.parsed(value))
        if name in self._looks:
            what, look = self._looks[name]
            return what, None if value is None else self._referred(what, value, look)
        return name, value

    def _within(self, value: Any) -> Any:
        """Of what a service told of a class, only what it told of them."""
        stays = inside.stays_of(value, self._who)
        if not stays:
            return value
        return [{key: _moments(key, each) for key, each in stay.items()} for stay in stays]

    def _referred(self, what: str, number: int, look: Callable[[int], Any]) -> Any:
        key = (what, number)
        if key not in self._known:
            self._known[key] = look(number)
        return self._known[key]

    @staticmethod
    def moment(unix_ms: int | None) -> str | None:
        """ISO 8601 in UTC; None where there is none, or it isn't a time."""
        if unix_ms is None:
            return None
        try:
            moment = datetime.fromtimestamp(unix_ms / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return None
        return moment.isoformat(timespec="milliseconds")

    def _row(self, table: Any, number: int) -> Row[Any] | None:
        return self._connection.execute(select(table.__table__).where(table.id == number)).first()

    def _platform(self, number: int) -> dict[str, Any]:
        row = self._row(ConnectionRow, number)
        return {"number": number, "name": row.name if row else ""}

    def _course(self, number: int) -> dict[str, Any]:
        row = self._row(CourseRow, number)
        return {"number": number, "title": row.title if row else ""}

    def _group(self, number: int) -> dict[str, Any]:
        row = self._row(CourseGroupRow, number)
        course = self._course(row.course_id) if row else None
        return {"number": number, "name": row.name if row else "", "course": course}

    def _class(self, number: int) -> dict[str, Any]:
        row = self._row(MeetingRow, number)
        if row is None:
            return {"number": number}
        return {
            "number": number,
            "title": row.title or row.name,
            "begins": self.moment(row.begins_ms),
            "course": self._course(row.course_id),
        }

    def _series(self, number: int) -> dict[str, Any]:
        row = self._row(SeriesRow, number)
        course = self._course(row.course_id) if row else None
        return {"number": number, "title": row.title if row else "", "course": course}

    def _event(self, number: int) -> dict[str, Any]:
        row = self._row(MeetsEventRow, number)
        if row is None:
            return {"number": number}
        return {
            "number": row.meets_id,
            "name": row.name,
            "begins": self.moment(row.begins_ms),
            "course": self._course(row.course_id),
        }


def _moments(key: str, value: Any) -> Any:
    return Document.moment(value) if key.endswith("_ms") and isinstance(value, int) else value
