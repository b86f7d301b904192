"""Meetings: made once with everything ``create`` needs, and who may call ``create`` just now."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, func, or_, select, update

from lti_bridge.store.rooms import PLAIN, Room, room_from
from lti_bridge.store.tables import ConnectionRow, CourseRow, MeetingRow, UserRow
from lti_bridge.store.upsert import Insert, insert

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting's row; ``create`` is a pure function of it."""

    id: int
    course_id: int
    service: str
    meeting_id: str
    """As the service knows it."""
    name: str
    attendee_password: str
    moderator_password: str
    logout_url: str
    record: bool
    wait_for_moderator: bool
    meets_course_id: int | None
    meets_connection: int
    lti_context_id: str
    create_time: int | None
    """UNIX milliseconds, the service's own."""
    remote_id: str
    """The service's own number of it, or empty."""
    moderator_ms: int | None
    """When a moderator last went in, where the service can't say so itself."""
    confirmed_ms: int
    host_id: int | None = None
    """Whose class it is, once a moderator came."""
    link_token: str | None = None
    """What links placed by deep linking name it by."""
    named_by_link_id: str | None = None
    """The link that does, or that names its series, as a launch said."""
    title: str = ""
    """As a teacher called it; empty: its link's title, within ``name``."""
    text: str = ""
    own_service: str | None = None
    """As of :class:`NewMeeting`."""
    group_id: int | None = None
    """The group of the course whose own meeting this is."""
    line_item_url: str = ""
    """The gradebook's column that belongs to its link, where launches name one."""
    series_id: int | None = None
    """What it is a class of; None for a standing meeting. So with the next three."""
    occurrence_ms: int | None = None
    """When it was to begin by its series' rule, wherever it was moved since."""
    begins_ms: int | None = None
    ends_ms: int | None = None
    opens_early: int = 0
    """Minutes before its beginning from which on people may go in."""
    cancelled_ms: int | None = None
    changed: bool = False
    """It was changed alone: what its series says doesn't hold for it."""
    sequence: int = 0
    graded_with_id: int | None = None
    """The meeting whose column of the gradebook its attendance counts for; None: its own."""
    room: Room = PLAIN
    came_from: str = ""
    """The service that it was on before it moved to this one."""

    @property
    def opens_ms(self) -> int | None:
        """From when on people may go in; None for a standing meeting: at any time."""
        return None if self.begins_ms is None else self.begins_ms - self.opens_early * MINUTE_MS

    def __repr__(self) -> str:
        """No passwords: a meeting may be printed."""
        return f"Meeting(id={self.id}, meeting_id={self.meeting_id!r})"


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What a standing meeting is made from: when the first person comes by its link, or when it
    is picked to be linked.
    """

    course_id: int
    resource_link_id: str | None
    """None where links name it by ``link_token``."""
    service: str
    name: str
    logout_url: str
    meets_course_id: int | None
    meets_connection: int
    lti_context_id: str
    record: bool = False
    wait_for_moderator: bool = False
    own_service: str | None = None
    """Where the link itself names a service; the meeting stays there then."""
    link_token: str | None = None
    group_id: int | None = None
    title: str = ""
    text: str = ""
    room: Room = PLAIN


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to call ``create`` for a meeting, until it runs out."""

    meeting: int
    token: str


class Meetings:
    """Queries on meetings."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the meetings' passwords."""
        self._database = database
        self._vault = vault

    def standing(self, course_id: int, resource_link_id: str) -> Meeting | None:
        """The standing meeting of a course and resource link."""
        return self._one(_STANDING, {"course": course_id, "link": resource_link_id})

    def by_id(self, meeting: int) -> Meeting | None:
        """The meeting by its row."""
        return self._one(_BY_ID, {"meeting": meeting})

    def _one(self, statement: Select[Any], key: dict[str, Any]) -> Meeting | None:
        row = self._database.read(lambda c: c.execute(statement, key).first())
        return meeting_from(row, self._vault) if row else None

    def add_standing(self, new: NewMeeting, now_ms: int) -> Meeting:
        """Make it, or give the one that another thread or process just made.

        It meets on the service that its link names, or else its course, or else ``new.service``.
        """
        statement = insertion(self._database, self._vault, new, now_ms).on_conflict_do_nothing(
            index_elements=["course_id", "resource_link_id"]
        )
        self._database.write_statement(lambda c: c.execute(statement))
        made = self.standing(new.course_id, new.resource_link_id or "")
        if made is None:  # pragma: no cover - would mean it was deleted in this very moment
            raise LookupError(new.resource_link_id)
        return made

    def set_waiting(self, meeting: int, *, wait_for_moderator: bool) -> None:
        """Whether attendees wait until a moderator is in."""
        statement = (
            update(MeetingRow)
            .where(MeetingRow.id == meeting)
            .values(wait_for_moderator=wait_for_moderator)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def claim(
        self, meeting: int, *, now_ms: int, confirmed_before_ms: int, hold_ms: int
    ) -> Claim | None:
        """The right to call ``create``: for one caller, and only if nobody did of late.

        One UPDATE decides, across threads, processes and nodes.
        """
        token = secrets.token_hex(8)
        values = {
            "meeting": meeting,
            "now": now_ms,
            "before": confirmed_before_ms,
            "token": token,
            "until": now_ms + hold_ms,
        }
        taken = self._database.write_statement(lambda c: c.execute(_CLAIM, values).rowcount)
        return Claim(meeting, token) if taken else None

    def confirmed(self, claim: Claim, create_time: int | None, remote_id: str, now_ms: int) -> None:
        """``create`` succeeded; everybody may join."""
        values = {
            "create_time": create_time,
            "remote_id": remote_id,
            "confirmed_ms": now_ms,
            "used_ms": now_ms,
        }
        self._end(claim, values)

    def ended(self, meeting: int, now_ms: int) -> None:
        """It isn't there any more: the next who comes makes it anew."""
        statement = (
            update(MeetingRow)
            .where(MeetingRow.id == meeting)
            .values(confirmed_ms=None, moderator_ms=None, used_ms=now_ms)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def moderator_came(self, meeting: int, now_ms: int) -> None:
        """A moderator goes in; for services that don't say who is in."""
        statement = update(MeetingRow).where(MeetingRow.id == meeting).values(moderator_ms=now_ms)
        self._database.write_statement(lambda c: c.execute(statement))

    def hosted(self, meeting: int, user_id: int) -> None:
        """Whose class it is, unless that is known already or the person is gone."""
        user = select(UserRow.id).where(UserRow.id == user_id).scalar_subquery()
        statement = (
            update(MeetingRow)
            .where(MeetingRow.id == meeting, MeetingRow.host_id.is_(None))
            .values(host_id=user)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def coupled(self, meeting: int, line_item_url: str) -> None:
        """The gradebook's column that belongs to its link, as a launch says."""
        statement = (
            update(MeetingRow).where(MeetingRow.id == meeting).values(line_item_url=line_item_url)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def named_by(self, meeting: int, resource_link_id: str) -> None:
        """The link that names it, as a launch says; of a series it leads to every class."""
        series = select(MeetingRow.series_id).where(MeetingRow.id == meeting).scalar_subquery()
        statement = (
            update(MeetingRow)
            .where(or_(MeetingRow.id == meeting, MeetingRow.series_id == series))
            .values(named_by_link_id=resource_link_id)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def by_meeting_id(self, meeting_id: str) -> Meeting | None:
        """The meeting by the ID that services know it by."""
        return self._one(_BY_MEETING_ID, {"meeting_id": meeting_id})

    def released(self, claim: Claim) -> None:
        """``create`` failed; the next may try."""
        self._end(claim, {})

    def _end(self, claim: Claim, values: dict[str, Any]) -> None:
        statement = (
            update(MeetingRow)
            .where(MeetingRow.id == claim.meeting, MeetingRow.claim == claim.token)
            .values(claim=None, claim_until_ms=0, **values)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def follow_platforms(self, configured: Sequence[str], confirmed_before_ms: int) -> int:
        """Let meetings meet on the service that is meant for them; how many moved: the standing
        ones, and of the scheduled ones those that nobody opened yet.

        That is the one their link names, or else their course, or else their platform, of those
        that are ``configured``. An operator who names another means the courses that are there,
        too. A meeting that may be running stays where it is, unless its service isn't configured
        any more: then nobody could join it at all.
        """
        own = case((MeetingRow.own_service.in_(configured), MeetingRow.own_service))
        courses = case((CourseRow.conferencing.in_(configured), CourseRow.conferencing))
        wanted = (
            select(func.coalesce(own, courses, ConnectionRow.conferencing))
            .join(CourseRow, CourseRow.connection_id == ConnectionRow.id)
            .where(CourseRow.id == MeetingRow.course_id)
            .scalar_subquery()
        )
        statement = (
            update(MeetingRow)
            .where(
                or_(MeetingRow.begins_ms.is_(None), MeetingRow.used_ms.is_(None)),
                MeetingRow.service != wanted,
                or_(
                    MeetingRow.service.not_in(configured),
                    MeetingRow.confirmed_ms.is_(None),
                    MeetingRow.confirmed_ms < confirmed_before_ms,
                ),
            )
            .values(
                service=wanted,
                came_from=MeetingRow.service,
                create_time=None,
                remote_id="",
                confirmed_ms=None,
                moderator_ms=None,
            )
        )
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)

    def adopt_course_ids(self, confirmed_before_ms: int) -> int:
        """Let meetings say the MEETS course ID that became known since; how many changed.

        Only where nobody can be inside, and nobody is just opening it: a second ``create`` with
        other parameters would fail.
        """
        known = (
            select(CourseRow.meets_id).where(CourseRow.id == MeetingRow.course_id).scalar_subquery()
        )
        statement = (
            update(MeetingRow)
            .where(
                MeetingRow.meets_course_id.is_(None),
                MeetingRow.claim.is_(None),
                known.is_not(None),
                or_(
                    MeetingRow.confirmed_ms.is_(None),
                    MeetingRow.confirmed_ms < confirmed_before_ms,
                ),
            )
            .values(meets_course_id=known)
        )
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


def insertion(database: Database, vault: Vault, new: NewMeeting, now_ms: int) -> Insert:
    """The statement that makes a meeting, with an ID and passwords of its own."""
    courses = select(CourseRow.conferencing).where(CourseRow.id == new.course_id).scalar_subquery()
    return insert(database, MeetingRow).values(
        **meeting_values(vault, new, now_ms),
        service=func.coalesce(new.own_service, courses, new.service),
    )


def meeting_values(vault: Vault, new: NewMeeting, now_ms: int) -> dict[str, Any]:
    """The row of a new meeting, its service apart; each time with another ID and passwords."""
    return {
        "course_id": new.course_id,
        "resource_link_id": new.resource_link_id,
        "link_token": new.link_token,
        "group_id": new.group_id,
        "title": new.title,
        "text": new.text,
        "own_service": new.own_service,
        "meeting_id": f"lti-{secrets.token_hex(16)}",
        "name": new.name,
        "attendee_password_sealed": vault.seal(secrets.token_hex(12)),
        "moderator_password_sealed": vault.seal(secrets.token_hex(12)),
        "logout_url": new.logout_url,
        "record": new.record,
        "wait_for_moderator": new.wait_for_moderator,
        "meets_course_id": new.meets_course_id,
        "meets_connection": new.meets_connection,
        "lti_context_id": new.lti_context_id,
        "room": new.room.to_json(),
        "created_ms": now_ms,
    }


def meeting_from(row: Row[Any], vault: Vault) -> Meeting:
    """A whole row, its passwords opened."""
    return Meeting(
        **{name: getattr(row, name) for name in _PLAIN},
        attendee_password=vault.open(row.attendee_password_sealed),
        moderator_password=vault.open(row.moderator_password_sealed),
        confirmed_ms=row.confirmed_ms or 0,
        room=room_from(row.room),
    )


_PLAIN: Final = (
    "id",
    "course_id",
    "service",
    "meeting_id",
    "name",
    "logout_url",
    "record",
    "wait_for_moderator",
    "meets_course_id",
    "meets_connection",
    "lti_context_id",
    "create_time",
    "remote_id",
    "moderator_ms",
    "host_id",
    "link_token",
    "named_by_link_id",
    "title",
    "text",
    "own_service",
    "group_id",
    "line_item_url",
    "series_id",
    "occurrence_ms",
    "begins_ms",
    "ends_ms",
    "opens_early",
    "cancelled_ms",
    "changed",
    "sequence",
    "graded_with_id",
    "came_from",
)

_MEETING: Final = select(MeetingRow.__table__)
_BY_ID: Final = _MEETING.where(MeetingRow.id == bindparam("meeting"))
_BY_MEETING_ID: Final = _MEETING.where(MeetingRow.meeting_id == bindparam("meeting_id"))
_STANDING: Final = _MEETING.where(
    MeetingRow.course_id == bindparam("course"), MeetingRow.resource_link_id == bindparam("link")
)
_CLAIM: Final = (
    update(MeetingRow)
    .where(
        MeetingRow.id == bindparam("meeting"),
        MeetingRow.claim_until_ms <= bindparam("now"),
        or_(MeetingRow.confirmed_ms.is_(None), MeetingRow.confirmed_ms <= bindparam("before")),
    )
    .values(claim=bindparam("token"), claim_until_ms=bindparam("until"))
)
