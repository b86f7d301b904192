"""Meetings that links name by a token (deep linking), and the copies that copied courses get.

An LMS that copies a course copies its links with their custom parameters: the copy's links still
name the old course's meeting. They never lead there. The copied course gets a meeting of its own,
whose token follows from the course and the token that the link names, so that of two people who
arrive at once both come to the same one, and nothing has to be remembered besides.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, literal, or_, select, update

from lti_bridge.store.meetings import insertion, meeting_from
from lti_bridge.store.tables import CourseRow, GradingRow, MeetingRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.meetings import Meeting, NewMeeting
    from lti_bridge.store.vault import Vault

TOKEN_LENGTH: Final = 32
MOST_CHOICES: Final = 100
"""Meetings that a picker offers; those that were used last come first."""
MOST_ANCESTORS: Final = 20


def new_token() -> str:
    """A name for a meeting that nobody can guess."""
    return secrets.token_hex(TOKEN_LENGTH // 2)


def copys_token(token: str, course_id: int) -> str:
    """The token of a course's own copy of the meeting that ``token`` names in another course."""
    return hashlib.sha256(f"{course_id} {token}".encode()).hexdigest()[:TOKEN_LENGTH]


@dataclass(frozen=True, slots=True)
class Named:
    """What a token means in a course."""

    own: Meeting | None
    """The course's own meeting of that name, itself or the copy."""
    origin: Meeting | None
    """The other course's, of the same LMS: only to be copied from."""


class MeetingLinks:
    """Queries on meetings by what links say of them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the meetings' passwords."""
        self._database = database
        self._vault = vault

    def named(self, course_id: int, token: str) -> Named:
        """What the token means in this course; of another LMS's meetings nothing is told."""
        own = (token, copys_token(token, course_id))
        values = {"course": course_id, "tokens": own}
        rows = self._database.read(lambda c: c.execute(_NAMED, values).all())
        found = {row.link_token: meeting_from(row, self._vault) for row in rows}
        here = [one for name in own if (one := found.get(name)) and one.course_id == course_id]
        return Named(here[0] if here else None, found.get(token))

    def nearest_copy(self, course_id: int, token: str, contexts: Sequence[str]) -> Meeting | None:
        """Of the courses that this one was copied from, the nearest one's copy of that name."""
        values = {"course": course_id, "contexts": list(contexts[:MOST_ANCESTORS])}

        def look(connection: Connection) -> list[Any]:
            courses = {row.lti_context_id: row.id for row in connection.execute(_ANCESTORS, values)}
            tokens = [copys_token(token, courses[one]) for one in contexts if one in courses]
            rows = connection.execute(_NAMED, {"course": course_id, "tokens": tokens}).all()
            return sorted(rows, key=lambda row: tokens.index(row.link_token))

        rows = self._database.read(look) if contexts else []
        return meeting_from(rows[0], self._vault) if rows else None

    def standing_of(self, course_id: int, links: Sequence[str]) -> Meeting | None:
        """The standing meeting of the first of these resource links of the same LMS that has one.

        ``links``: those that a link was copied from, the nearest first.
        """
        wanted = list(links[:MOST_ANCESTORS])
        values = {"course": course_id, "links": wanted}
        rows = self._database.read(lambda c: c.execute(_BY_LINKS, values).all()) if wanted else []
        nearest = sorted(rows, key=lambda row: wanted.index(row.resource_link_id))
        return meeting_from(nearest[0], self._vault) if nearest else None

    def of_course(self, course_id: int) -> list[Meeting]:
        """The standing meetings that links of this course may lead to."""
        rows = self._database.read(lambda c: c.execute(_CHOICES, {"course": course_id}).all())
        return [meeting_from(row, self._vault) for row in rows]

    def name(self, meeting: int) -> str:
        """The meeting's token; it is given one if it has none yet."""
        statement = (
            update(MeetingRow)
            .where(MeetingRow.id == meeting)
            .values(link_token=func.coalesce(MeetingRow.link_token, new_token()))
            .returning(MeetingRow.link_token)
        )
        return str(self._database.write(lambda c: c.execute(statement).scalar_one()))

    def add(self, new: NewMeeting, now_ms: int, *, like: int | None = None) -> Meeting:
        """Make the meeting of ``new.link_token``, or give the one that was just made.

        ``like``: the meeting whose settings of grading it takes over; no score and no column of
        the gradebook comes along.
        """
        make = insertion(self._database, self._vault, new, now_ms).on_conflict_do_nothing(
            index_elements=["link_token"]
        )

        def change(connection: Connection) -> Any:
            connection.execute(make)
            made = connection.execute(_BY_TOKEN, {"token": new.link_token}).one()
            if like is not None:
                connection.execute(self._grading_like(like, made.id, now_ms))
            return made

        return meeting_from(self._database.write(change), self._vault)

    def grade_like(self, meeting: int, like: int, now_ms: int) -> None:
        """Let a meeting be graded as another one is, unless it has settings of its own."""
        statement = self._grading_like(like, meeting, now_ms)
        self._database.write(lambda c: c.execute(statement))

    def _grading_like(self, like: int, meeting: int, now_ms: int) -> Any:
        taken = ("enabled", "mode", "threshold", "points", "label")
        values = select(
            literal(meeting), literal(now_ms), *(getattr(GradingRow, name) for name in taken)
        ).where(GradingRow.meeting_id == like)
        return (
            insert(self._database, GradingRow)
            .from_select(["meeting_id", "updated_ms", *taken], values)
            .on_conflict_do_nothing()
        )


_ROW: Final = select(MeetingRow.__table__).join(CourseRow, CourseRow.id == MeetingRow.course_id)
_SAME_LMS: Final = (
    select(CourseRow.connection_id).where(CourseRow.id == bindparam("course")).scalar_subquery()
)
_NAMED: Final = _ROW.where(
    MeetingRow.link_token.in_(bindparam("tokens", expanding=True)),
    CourseRow.connection_id == _SAME_LMS,
)
_ANCESTORS: Final = select(CourseRow.id, CourseRow.lti_context_id).where(
    CourseRow.connection_id == _SAME_LMS,
    CourseRow.lone_link_id == "",
    CourseRow.lti_context_id.in_(bindparam("contexts", expanding=True)),
)
_BY_LINKS: Final = _ROW.where(
    MeetingRow.resource_link_id.in_(bindparam("links", expanding=True)),
    CourseRow.connection_id == _SAME_LMS,
    CourseRow.id != bindparam("course"),
)
_BY_TOKEN: Final = select(MeetingRow.__table__).where(MeetingRow.link_token == bindparam("token"))
_CHOICES: Final = (
    select(MeetingRow.__table__)
    .where(
        MeetingRow.course_id == bindparam("course"),
        MeetingRow.begins_ms.is_(None),
        or_(MeetingRow.resource_link_id.is_not(None), MeetingRow.link_token.is_not(None)),
    )
    .order_by(func.coalesce(MeetingRow.used_ms, MeetingRow.created_ms).desc(), MeetingRow.id.desc())
    .limit(MOST_CHOICES)
)
