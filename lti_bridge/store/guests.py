"""Invitations for people without an account in the LMS: into one meeting, or a series' classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from lti_bridge.store.links import new_token
from lti_bridge.store.tables import GuestLinkRow, MeetingRow, SeriesRow

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

    from lti_bridge.store.engine import Database

DAY_MS: Final = 24 * 3_600_000
CLEARED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NewGuestLink:
    """What a teacher asks for."""

    meeting_id: int | None
    """The meeting it lets into …"""
    series_id: int | None
    """… or the series."""
    label: str
    passcode_hash: str = field(repr=False)
    created_by: int | None
    expires_ms: int | None
    """None: a day after the class's end, or the series' last one's, wherever they are moved."""


@dataclass(frozen=True, slots=True)
class GuestLink:
    """An invitation."""

    id: int
    course_id: int
    meeting_id: int | None
    series_id: int | None
    token: str = field(repr=False)
    label: str
    passcode_hash: str = field(repr=False)
    created_ms: int
    expires_ms: int
    """Also of one that goes by its class."""
    by_class: bool
    """It ends with its class, not on a day of its own."""
    revoked_ms: int | None
    used: int
    used_ms: int | None

    def holds(self, now_ms: int) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_ms is None and now_ms < self.expires_ms


class GuestLinks:
    """Queries on invitations."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def add(self, new: NewGuestLink, now_ms: int) -> GuestLink:
        """Make it."""
        token = new_token()
        statement = insert(GuestLinkRow).values(
            meeting_id=new.meeting_id,
            series_id=new.series_id,
            token=token,
            label=new.label,
            passcode_hash=new.passcode_hash,
            created_by=new.created_by,
            created_ms=now_ms,
            expires_ms=new.expires_ms,
        )
        self._database.write_statement(lambda c: c.execute(statement))
        made = self.find(token)
        if made is None:  # pragma: no cover - would mean it was deleted in this very moment
            raise LookupError(new.label)
        return made

    def find(self, token: str) -> GuestLink | None:
        """The invitation with that token, whether or not it still holds."""
        row = self._database.read(lambda c: c.execute(_BY_TOKEN, {"token": token}).first())
        return _link(row) if row else None

    def of_meeting(self, meeting: int, series: int | None) -> list[GuestLink]:
        """Those into a meeting and into its series, the newest first; ended ones too."""
        values = {"meeting": meeting, "series": series}
        rows = self._database.read(lambda c: c.execute(_OF_MEETING, values).all())
        return [_link(row) for row in rows]

    def all(self, course: int | None = None) -> list[GuestLink]:
        """Every one, or those of a course; the newest first."""
        statement = _LINK.order_by(GuestLinkRow.id.desc())
        if course is not None:
            statement = statement.where(_course_id == course)
        return [_link(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def revoke(self, link: int, now_ms: int, *, course: int | None = None) -> str | None:
        """Let it hold no more; its token, or None where there is none that wasn't revoked.

        ``course``: only one of this course.
        """
        meetings = select(MeetingRow.id).where(MeetingRow.course_id == course)
        series = select(SeriesRow.id).where(SeriesRow.course_id == course)
        own = or_(GuestLinkRow.meeting_id.in_(meetings), GuestLinkRow.series_id.in_(series))
        statement = (
            update(GuestLinkRow)
            .where(GuestLinkRow.id == link, GuestLinkRow.revoked_ms.is_(None))
            .values(revoked_ms=now_ms)
            .returning(GuestLinkRow.token)
        )
        if course is not None:
            statement = statement.where(own)
        return self._database.write_statement(lambda c: c.execute(statement).scalar())

    def used(self, link: int, now_ms: int) -> None:
        """Somebody went in by it."""
        statement = (
            update(GuestLinkRow)
            .where(GuestLinkRow.id == link)
            .values(used=GuestLinkRow.used + 1, used_ms=now_ms)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def clear(self, before_ms: int) -> int:
        """Forget some that were revoked, or ended, before that; how many."""
        old = (
            _LINK.with_only_columns(GuestLinkRow.id)
            .where(or_(GuestLinkRow.revoked_ms < before_ms, _ends_ms < before_ms))
            .limit(CLEARED_AT_ONCE)
        )
        statement = delete(GuestLinkRow).where(GuestLinkRow.id.in_(old))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


def _link(row: Row[Any]) -> GuestLink:
    return GuestLink(
        id=row.id,
        course_id=row.course_id,
        meeting_id=row.meeting_id,
        series_id=row.series_id,
        token=row.token,
        label=row.label,
        passcode_hash=row.passcode_hash,
        created_ms=row.created_ms,
        expires_ms=row.ends_ms,
        by_class=row.by_class,
        revoked_ms=row.revoked_ms,
        used=row.used,
        used_ms=row.used_ms,
    )


_LAST_CLASS: Final = (
    select(func.max(MeetingRow.ends_ms))
    .where(MeetingRow.series_id == GuestLinkRow.series_id, MeetingRow.cancelled_ms.is_(None))
    .correlate(GuestLinkRow)
    .scalar_subquery()
)
_course_id: Final = func.coalesce(MeetingRow.course_id, SeriesRow.course_id)
_ends_ms: Final = func.coalesce(
    GuestLinkRow.expires_ms,
    MeetingRow.ends_ms + DAY_MS,
    _LAST_CLASS + DAY_MS,
    GuestLinkRow.created_ms + 7 * DAY_MS,
)
_LINK: Final[Select[*tuple[Any, ...]]] = (
    select(
        GuestLinkRow.id,
        GuestLinkRow.meeting_id,
        GuestLinkRow.series_id,
        GuestLinkRow.token,
        GuestLinkRow.label,
        GuestLinkRow.passcode_hash,
        GuestLinkRow.created_ms,
        GuestLinkRow.revoked_ms,
        GuestLinkRow.used,
        GuestLinkRow.used_ms,
        _course_id.label("course_id"),
        _ends_ms.label("ends_ms"),
        GuestLinkRow.expires_ms.is_(None).label("by_class"),
    )
    .outerjoin(MeetingRow, MeetingRow.id == GuestLinkRow.meeting_id)
    .outerjoin(SeriesRow, SeriesRow.id == GuestLinkRow.series_id)
)
_BY_TOKEN: Final = _LINK.where(GuestLinkRow.token == bindparam("token"))
_OF_MEETING: Final = _LINK.where(
    or_(
        GuestLinkRow.meeting_id == bindparam("meeting"),
        GuestLinkRow.series_id == bindparam("series"),
    )
).order_by(GuestLinkRow.id.desc())
