"""What is planned for a course: series of classes, their slides, guests and calendars; who waits,
what was corrected, and how the background jobs fare.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_bridge.store.tables.base import Base, RowId


class SeriesRow(Base):
    """What a teacher scheduled: one class, or many by a rule. Each is a meeting of its own."""

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_course_id", "course_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    """Calendars know it by this for good (RFC 5545, 3.8.4.7)."""
    link_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    """What links placed by deep linking name it by; they lead to its class that is now or next."""
    title: Mapped[str] = mapped_column(Text, server_default="")
    text: Mapped[str] = mapped_column(Text, server_default="")
    zone: Mapped[str] = mapped_column(String(64))
    """IANA name: in this zone its classes keep their hour across daylight saving."""
    starts: Mapped[str] = mapped_column(String(19))
    """Of the first class, on the clocks of ``zone``: ``2026-10-05T10:00:00``."""
    minutes: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str] = mapped_column(Text, server_default="")
    """An RRULE's value (RFC 5545, 3.3.10) with COUNT or UNTIL; empty: a single class."""
    opens_early: Mapped[int] = mapped_column(Integer, server_default="10")
    """Minutes before its beginning from which on people may go in."""
    own_service: Mapped[str | None] = mapped_column(String(255))
    """The service that its teacher chose; None: the course's."""
    record: Mapped[bool] = mapped_column(Boolean, server_default=false())
    wait_for_moderator: Mapped[bool] = mapped_column(Boolean, server_default=false())
    room: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: further settings of the room, as :class:`lti_bridge.store.rooms.Room`."""
    sequence: Mapped[int] = mapped_column(Integer, server_default="0")
    """Grows with each change that calendars have to know of (RFC 5545, 3.8.7.4)."""
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)
    cancelled_ms: Mapped[int | None] = mapped_column(BigInteger)


class SlideRow(Base):
    """A file that is in class from the beginning."""

    __tablename__ = "slides"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE"), index=True
    )
    """For all classes of a series …"""
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), index=True
    )
    """… or for one meeting alone."""
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Part of the address at which services fetch it."""
    filename: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(120))
    """As its content shows, not as its sender said."""
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    downloadable: Mapped[bool] = mapped_column(Boolean, server_default=false())
    created_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class GuestLinkRow(Base):
    """An invitation for people without an account in the LMS."""

    __tablename__ = "guest_links"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), index=True
    )
    """The meeting it lets into …"""
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE"), index=True
    )
    """… or the series, of which it lets into the class that is now or next."""
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Signed, it stands in the link."""
    label: Mapped[str] = mapped_column(Text, server_default="")
    """Whom it is for, in a teacher's words."""
    passcode_hash: Mapped[str] = mapped_column(String(255), server_default="")
    """Salted and slow; empty: none is asked for."""
    created_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int | None] = mapped_column(BigInteger)
    revoked_ms: Mapped[int | None] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(Integer, server_default="0")
    """How many joinings."""
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class CalendarFeedRow(Base):
    """A calendar's address that nobody can guess: of a person, or of one course for them."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index("ix_calendar_feeds_user_id_course_id", "user_id", "course_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose it is: what they may see, it shows."""
    course_id: Mapped[int | None] = mapped_column(
        ForeignKey("courses.id", ondelete="CASCADE"), index=True
    )
    """None: all courses of theirs."""
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Signed, it stands in the address."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    fetched_ms: Mapped[int | None] = mapped_column(BigInteger)
    revoked_ms: Mapped[int | None] = mapped_column(BigInteger)


class ReminderRow(Base):
    """That somebody was reminded of a class, or is being reminded just now."""

    __tablename__ = "reminders"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    begins_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)
    """As it was to begin then: of one that was moved they are reminded once more."""
    at_ms: Mapped[int] = mapped_column(BigInteger)


class MeetingStatusRow(Base):
    """What the service last said of a meeting, shared by all processes and nodes."""

    __tablename__ = "meeting_statuses"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    asked_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """When somebody last went to ask: nobody else does for some seconds."""
    status: Mapped[str] = mapped_column(Text, server_default="")
    """JSON of the answer; empty: there was none."""
    answered_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")


class AttendanceCorrectionRow(Base):
    """What a teacher says of somebody in a class, beside what was measured."""

    __tablename__ = "attendance_corrections"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    held_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """When that class began: a standing meeting holds many; of a scheduled one, its beginning."""
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    mark: Mapped[str] = mapped_column(String(12))
    """``present``, ``late``, ``left_early``, ``absent`` or ``excused``."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    corrected_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    at_ms: Mapped[int] = mapped_column(BigInteger)


class JobRunRow(Base):
    """How a background job fares, over all nodes."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When a run last ended well."""
    outcome: Mapped[str] = mapped_column(String(60), server_default="")
    """``ok``, or a code."""
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How many things the last run did."""
    runs: Mapped[int] = mapped_column(BigInteger, server_default="0")
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    """In a row."""
    failed_ms: Mapped[int | None] = mapped_column(BigInteger)
    claim: Mapped[str | None] = mapped_column(String(32))
    """Who runs it just now …"""
    claim_until_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """… and until when others leave it to them."""


__all__ = [
    "AttendanceCorrectionRow",
    "CalendarFeedRow",
    "GuestLinkRow",
    "JobRunRow",
    "MeetingStatusRow",
    "ReminderRow",
    "SeriesRow",
    "SlideRow",
]
