"""How busy the conferencing services are and were, as a job asks them once a minute.

Each minute is kept for some days; of an hour before that, the most there was at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from lti_bridge.store.tables import MeetingRow, ServiceLoadRow, ServiceRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

HOUR_MS: Final = 3_600_000
HOURS_AT_ONCE: Final = 24
ROWS_AT_ONCE: Final = 500
IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Load:
    """What a service carried at some moment, or at the most within an hour."""

    service: str
    at_ms: int
    """Of an hour: its beginning."""
    meetings: int
    """That ran, of all its clients."""
    people: int | None
    """That were in them; None: it doesn't say."""
    own_meetings: int
    """Of those, the ones of our courses …"""
    own_people: int | None
    """… and who was in them."""


@dataclass(frozen=True, slots=True)
class ServiceFailure:
    """That a service didn't tell, and why."""

    at_ms: int
    words: str


class Loads:
    """Queries on loads."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def ours(self, meeting_ids: Collection[str]) -> set[str]:
        """Which of a service's meetings are of our courses."""
        wanted = list(meeting_ids)

        def read(connection: Connection) -> set[str]:
            found: set[str] = set()
            for start in range(0, len(wanted), IDS_AT_ONCE):
                some = wanted[start : start + IDS_AT_ONCE]
                statement = select(MeetingRow.meeting_id).where(MeetingRow.meeting_id.in_(some))
                found.update(connection.execute(statement).scalars())
            return found

        return self._database.read(read) if wanted else set()

    def note(self, load: Load) -> None:
        """Keep what a service told; what is there of that moment stays."""
        statement = insert(self._database, ServiceLoadRow).values(asdict(load))
        self._database.write_statement(lambda c: c.execute(statement.on_conflict_do_nothing()))

    def failed(self, service: str, words: str, now_ms: int) -> None:
        """A service didn't tell."""
        statement = (
            update(ServiceRow)
            .where(ServiceRow.name == service)
            .values(failed_ms=now_ms, failure=words)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def failures(self) -> dict[str, ServiceFailure]:
        """The last one of each service that ever failed."""
        statement = select(ServiceRow.name, ServiceRow.failed_ms, ServiceRow.failure).where(
            ServiceRow.failed_ms.is_not(None)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return {row.name: ServiceFailure(row.failed_ms, row.failure) for row in rows}

    def latest(self, since_ms: int) -> dict[str, Load]:
        """What each service told last, since then."""
        last = (
            select(ServiceLoadRow.service, func.max(ServiceLoadRow.at_ms).label("at_ms"))
            .where(ServiceLoadRow.at_ms >= since_ms)
            .group_by(ServiceLoadRow.service)
            .subquery()
        )
        statement = select(*_COLUMNS).join(
            last,
            (last.c.service == ServiceLoadRow.service) & (last.c.at_ms == ServiceLoadRow.at_ms),
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return {row.service: Load(*row) for row in rows}

    def hourly(self, since_ms: int) -> list[Load]:
        """The most of each service within each hour (UTC) since then, oldest first."""
        statement = _by_hour().where(ServiceLoadRow.at_ms >= since_ms).order_by(_HOUR)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [_of_hour(row) for row in rows]

    def thin(self, before_ms: int) -> int:
        """Of some hours that were over by then keep the most there was; how many rows went.

        Call it until nothing goes. Twice at once does no harm.
        """
        full = (
            _by_hour()
            .where(ServiceLoadRow.at_ms < before_ms // HOUR_MS * HOUR_MS)
            .having(func.count() > 1)
            .limit(HOURS_AT_ONCE)
        )
        # Looking for them takes longer than the rest, and holds up no launch.
        hours = [_of_hour(row) for row in self._database.read(lambda c: c.execute(full).all())]
        return self._database.write(lambda c: _thin(c, hours)) if hours else 0

    def forget(self, before_ms: int) -> int:
        """Forget some of what was told before then; how many rows. Call it until nothing goes."""
        some = (
            select(ServiceLoadRow.service, ServiceLoadRow.at_ms)
            .where(ServiceLoadRow.at_ms < before_ms)
            .order_by(ServiceLoadRow.at_ms)
            .limit(ROWS_AT_ONCE)
            .subquery()
        )
        last = select(func.max(some.c.at_ms)).scalar_subquery()
        statement = delete(ServiceLoadRow).where(ServiceLoadRow.at_ms <= last)
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


_COLUMNS: Final[tuple[Any, ...]] = tuple(getattr(ServiceLoadRow, name) for name in Load.__slots__)
_HOUR: Final[Any] = ServiceLoadRow.at_ms // HOUR_MS


def _by_hour() -> Any:
    most = [func.max(getattr(ServiceLoadRow, name)) for name in Load.__slots__[2:]]
    return select(ServiceLoadRow.service, _HOUR, *most).group_by(ServiceLoadRow.service, _HOUR)


def _of_hour(row: Any) -> Load:
    service, hour, *most = row
    return Load(service, hour * HOUR_MS, *most)


def _thin(connection: Connection, hours: Sequence[Load]) -> int:
    gone = 0
    for load in hours:
        values = asdict(load)
        connection.execute(
            insert(connection, ServiceLoadRow)
            .values(values)
            .on_conflict_do_update(index_elements=["service", "at_ms"], set_=values)
        )
        rest = delete(ServiceLoadRow).where(
            ServiceLoadRow.service == load.service,
            ServiceLoadRow.at_ms > load.at_ms,
            ServiceLoadRow.at_ms < load.at_ms + HOUR_MS,
        )
        gone += connection.execute(rest).rowcount
    return gone
