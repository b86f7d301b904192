"""What of people is held, table by table and column by column; :mod:`.nobody` has all other tables.

What a column holds is either given out (``shown``), or not (``aside``: secrets, other people, and
the bridge's own bookkeeping). Rows go, or lose what names the person (``emptied``), or are read as
JSON and lose what is within (``within``). A test fails for a table or column that is in neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, false, func, or_, select

from lti_bridge.store import tables as t
from lti_bridge.store.invitations import address_of
from lti_bridge.store.persons import inside

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql.expression import SQLColumnExpression

    from lti_bridge.store.persons.values import Who

Erasing = Literal["row", "emptied", "within"]
NO_VALUES: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table holds of somebody."""

    section: str
    """Where it stands in the document."""
    table: type[t.Base]
    of: Callable[[Who], ColumnElement[bool]]
    """Which rows; of ``within`` and with ``sure``, those among which theirs are."""
    shown: str
    """Columns that are given out."""
    aside: str = ""
    """Columns that aren't."""
    erased: Erasing = "row"
    emptied: Mapping[str, Any] = field(default_factory=lambda: NO_VALUES)
    sure: Callable[[Mapping[str, Any], Who], bool] | None = None
    """Whether a row is theirs, where SQL can't tell."""


def _user(column: InstrumentedAttribute[Any]) -> Callable[[Who], ColumnElement[bool]]:
    return lambda who: column == who.id


def _meetings(who: Who) -> Any:
    return (
        select(t.MeetingRow.id)
        .join(t.CourseRow, t.CourseRow.id == t.MeetingRow.course_id)
        .where(t.CourseRow.connection_id == who.connection_id)
    )


def _events(who: Who) -> Any:
    return (
        select(t.MeetsEventRow.id)
        .join(t.CourseRow, t.CourseRow.id == t.MeetsEventRow.course_id)
        .where(t.CourseRow.connection_id == who.connection_id)
    )


def _is_address(column: InstrumentedAttribute[Any], who: Who) -> ColumnElement[bool]:
    return and_(column != "", func.lower(column) == who.email)


def _stays(who: Who) -> ColumnElement[bool]:
    """Theirs by their row; of rows that say nobody's, by number, address or name in their LMS."""
    row = t.AttendanceRow
    by_words = or_(
        row.attendee.in_([*who.numbers, *(name[:255] for name in who.names)]),
        row.name.in_(who.names),
        _is_address(row.email, who),
    )
    nobodys = and_(row.user_id.is_(None), row.meeting_id.in_(_meetings(who)), by_words)
    return or_(row.user_id == who.id, nobodys)


def _stays_at_meets(who: Who) -> ColumnElement[bool]:
    row = t.MeetsAttendanceRow
    nameless = and_(row.email == "", row.name.in_(who.names))
    return and_(row.event_id.in_(_events(who)), or_(_is_address(row.email, who), nameless))


def holds(
    column: SQLColumnExpression[Any], parts: tuple[str, ...], whole: tuple[str, ...] = ()
) -> ColumnElement[bool]:
    """Whether a text, or the JSON in it, may hold one of ``parts``, or one of ``whole`` as a value
    of its own. Capitals of A to Z don't count, so that more may be found than is meant.
    """
    wanted = [each for text in parts if text for each in inside.spellings(text)]
    wanted += [f'"{each}"' for text in whole if text for each in inside.spellings(text)]
    lower = func.lower(column)
    found = (lower.contains(_lower(each), autoescape=True) for each in wanted)
    return or_(false(), *found)


def _lower(text: str) -> str:
    """As SQLite has it, which knows no other letters."""
    return "".join(each.lower() if each.isascii() else each for each in text)


def _launches(who: Who) -> ColumnElement[bool]:
    """Theirs; and those that nobody came through by, of which their LMS said that it was they."""
    row = t.LaunchRow
    parts = (*who.names, who.email)
    said = or_(
        holds(row.claims, parts, (who.lti_user_id,)), holds(row.detail, (*parts, who.lti_user_id))
    )
    return or_(row.user_id == who.id, and_(row.user_id.is_(None), said))


def _is_launch(row: Mapping[str, Any], who: Who) -> bool:
    if row["user_id"] == who.id:
        return True
    if row["connection_id"] not in {who.connection_id, None}:
        return False
    return inside.names(inside.parsed(row["claims"]), who) or inside.mentions(row["detail"], who)


def _engagement(who: Who) -> ColumnElement[bool]:
    row = t.EngagementRow
    by_address = and_(row.email_folded != "", row.email_folded == who.email.casefold())
    return or_(by_address, holds(row.data, (who.email,), who.names))


def _is_engagement(row: Mapping[str, Any], who: Who) -> bool:
    by_address = bool(who.email) and row["email_folded"] == who.email.casefold()
    return by_address or inside.is_of(inside.parsed(row["data"]), who)


def _told(who: Who) -> ColumnElement[bool]:
    row = t.NoticeRow
    named = holds(row.data, (), (*who.numbers, *who.names))
    return and_(row.kind == "attendance", row.meeting_id.in_(_meetings(who)), named)


def _in_class(who: Who) -> ColumnElement[bool]:
    row = t.MeetingStatusRow
    named = holds(row.status, (), (*who.numbers, *who.names))
    return and_(row.meeting_id.in_(_meetings(who)), named)


def _said_of(column: InstrumentedAttribute[str]) -> Callable[[Who], ColumnElement[bool]]:
    """Words of others, with their name or address in them."""

    def of(who: Who) -> ColumnElement[bool]:
        return holds(column, (*who.names, who.email))

    return of


def _is_said(column: str) -> Callable[[Mapping[str, Any], Who], bool]:
    return lambda row, who: inside.mentions(row[column], who)


def _invited(who: Who) -> ColumnElement[bool]:
    own = t.InvitationRow.email == address_of(who.id)
    if not who.email:
        return own
    return or_(own, func.lower(t.InvitationRow.email) == who.email)


def _alias(who: Who) -> ColumnElement[bool]:
    return and_(t.AliasRow.kind == "user", t.AliasRow.row_id == who.id)


HOLDINGS: Final[tuple[Holding, ...]] = (
    # The rows that others refer to come last, since they take others with them.
    Holding(
        "earlier_identifiers", t.AliasRow, _alias, "connection_id lti_id at_ms", "kind row_id"
    ),
    Holding(
        "courses", t.MembershipRow, _user(t.MembershipRow.user_id),
        "course_id role standing since_ms roster_ms left_ms", "user_id",
    ),
    Holding("groups", t.GroupMemberRow, _user(t.GroupMemberRow.user_id), "group_id", "user_id"),
    Holding(
        "attendance", t.AttendanceRow, _stays,
        "meeting_id source attendee joined_ms left_ms was_host name email ip browser", "id user_id",
    ),
    Holding(
        "attendance_corrections", t.AttendanceCorrectionRow,
        _user(t.AttendanceCorrectionRow.user_id),
        "meeting_id held_ms mark note at_ms", "user_id corrected_by",
    ),
    Holding(
        "corrections_made", t.AttendanceCorrectionRow,
        _user(t.AttendanceCorrectionRow.corrected_by),
        "meeting_id held_ms mark note at_ms", "user_id corrected_by",
        "emptied", {"corrected_by": None},
    ),
    Holding(
        "notes_about_them", t.AttendanceCorrectionRow, _said_of(t.AttendanceCorrectionRow.note),
        "meeting_id held_ms note", "user_id corrected_by",
        "emptied", {"note": ""}, _is_said("note"),
    ),
    Holding(
        "attendance_told", t.NoticeRow, _told, "meeting_id kind at_ms data", "id subject", "within",
        sure=lambda row, who: bool(inside.stays_of(inside.parsed(row["data"]), who)),
    ),
    Holding(
        "in_class_now", t.MeetingStatusRow, _in_class,
        "meeting_id asked_ms", "answered_ms status",
        sure=lambda row, who: inside.is_in(inside.parsed(row["status"]), who),
    ),
    Holding(
        "attendance_at_meets", t.MeetsAttendanceRow, _stays_at_meets,
        "event_id joined_ms left_ms was_host name email ip browser", "id",
    ),
    Holding(
        "classes_led_at_meets", t.MeetsEventRow,
        lambda who: and_(
            t.MeetsEventRow.id.in_(_events(who)), t.MeetsEventRow.host_name.in_(who.names)
        ),
        "course_id meets_id name service host_name begins_ms ends_ms",
        "id shows_recordings attendance_ms attendance_final attendees attendance_due_ms",
        "emptied", {"host_name": ""},
    ),
    Holding(
        "scores", t.ScoreRow, _user(t.ScoreRow.user_id),
        "meeting_id share corrected excused corrected_ms wanted sent refused timestamp_ms sent_ms"
        " answer",
        "user_id corrected_by",
    ),
    Holding(
        "grades_corrected", t.ScoreRow, _user(t.ScoreRow.corrected_by),
        "meeting_id corrected excused corrected_ms",
        "user_id corrected_by share wanted sent refused timestamp_ms sent_ms answer",
        "emptied", {"corrected_by": None},
    ),
    Holding(
        "graded_links", t.LinkMemberRow, _user(t.LinkMemberRow.user_id),
        "meeting_id seen_ms", "user_id",
    ),
    Holding(
        "grade_places", t.OutcomeLinkRow, _user(t.OutcomeLinkRow.user_id),
        "meeting_id service_url sourced_id updated_ms", "user_id",
    ),
    Holding(
        "reminders", t.ReminderRow, _user(t.ReminderRow.user_id), "meeting_id begins_ms at_ms",
        "user_id",
    ),
    Holding(
        "calendar_feeds", t.CalendarFeedRow, _user(t.CalendarFeedRow.user_id),
        "course_id created_ms fetched_ms revoked_ms", "id user_id token",
    ),
    Holding(
        "guest_links_made", t.GuestLinkRow, _user(t.GuestLinkRow.created_by),
        "meeting_id series_id label created_ms expires_ms revoked_ms used used_ms",
        "id token passcode_hash created_by", "emptied", {"created_by": None},
    ),
    Holding(
        "guest_links_for_them", t.GuestLinkRow, _said_of(t.GuestLinkRow.label),
        "meeting_id series_id label created_ms", "id token passcode_hash created_by",
        "emptied", {"label": ""}, _is_said("label"),
    ),
    Holding(
        "classes_planned", t.SeriesRow, _user(t.SeriesRow.created_by),
        "course_id title text starts zone minutes rule created_ms updated_ms cancelled_ms",
        "id uid link_token opens_early own_service record wait_for_moderator room sequence"
        " created_by", "emptied", {"created_by": None},
    ),
    Holding(
        "classes_led", t.MeetingRow, _user(t.MeetingRow.host_id),
        "course_id name title text begins_ms ends_ms used_ms created_ms",
        "id resource_link_id link_token group_id line_item_url service own_service meeting_id"
        " attendee_password_sealed moderator_password_sealed logout_url record wait_for_moderator"
        " meets_course_id meets_connection lti_context_id create_time remote_id moderator_ms"
        " confirmed_ms host_id series_id occurrence_ms opens_early cancelled_ms changed sequence"
        " room graded_with_id reminded_ms collected_ms attendance_final claim claim_until_ms"
        " named_by_link_id came_from",
        "emptied", {"host_id": None},
    ),
    Holding(
        "invitations", t.InvitationRow, _invited, "service session_id email role created_ms",
        "service_user_id link_sealed",
    ),
    Holding(
        "launches", t.LaunchRow, _launches,
        "reference at_ms connection_id course_id meeting_id role outcome reason detail step"
        " milliseconds claims", "id user_id", sure=_is_launch,
    ),
    Holding(
        "engagement", t.EngagementRow, _engagement, "account method day data",
        "id ordinal email_folded", sure=_is_engagement,
    ),
    Holding(
        "person", t.UserRow, _user(t.UserRow.id),
        "id connection_id lti_user_id name given_name family_name email meets_id asked_ms language"
        " zone browser_zone calendar remind_minutes remind_language created_ms",
        "pending unknown_times",
    ),
)  # fmt: skip  # one line of a table each, as far as may be
"""In the order in which they are erased."""
