"""What MEETS has of our courses, kept so that no page waits for it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_bridge.store.tables.base import Base, RowId


class MeetsEventRow(Base):
    """A conferencing event of MEETS in a course of ours; in several courses it has several rows."""

    __tablename__ = "meets_events"
    __table_args__ = (
        UniqueConstraint("course_id", "meets_id"),
        Index("ix_meets_events_attendance_due_ms", "attendance_due_ms"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    meets_id: Mapped[int] = mapped_column(BigInteger)
    """``meetsIdConferencingEvent``."""
    name: Mapped[str] = mapped_column(Text, server_default="")
    service: Mapped[str] = mapped_column(String(64), server_default="")
    """``zoom``, ``webexmeetingcenter``, … as MEETS names them."""
    host_name: Mapped[str] = mapped_column(Text, server_default="")
    begins_ms: Mapped[int | None] = mapped_column(BigInteger)
    ends_ms: Mapped[int | None] = mapped_column(BigInteger)
    shows_recordings: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """MEETS' setting ``featureRecordings`` of the connection: whether students see them."""
    attendance_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When its attendance was last fetched."""
    attendance_final: Mapped[bool] = mapped_column(Boolean, server_default=false())
    attendees: Mapped[int] = mapped_column(Integer, server_default="0")
    """How many people were in, as far as is known."""
    attendance_due_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When to ask for it (again); None: not any more."""


class MeetsRecordingRow(Base):
    """A recording of such an event."""

    __tablename__ = "meets_recordings"
    __table_args__ = (UniqueConstraint("event_id", "meets_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("meets_events.id", ondelete="CASCADE"))
    meets_id: Mapped[int] = mapped_column(BigInteger)
    """``meetsIdConferenceRecording``."""
    type: Mapped[str] = mapped_column(String(16), server_default="")
    """``original`` or ``converted``."""
    added_ms: Mapped[int | None] = mapped_column(BigInteger)


class MeetsAttendanceRow(Base):
    """Somebody's time in such an event, as MEETS has it from the service."""

    __tablename__ = "meets_attendances"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("meets_events.id", ondelete="CASCADE"), index=True
    )
    was_host: Mapped[bool] = mapped_column(Boolean, server_default=false())
    name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    ip: Mapped[str] = mapped_column(String(45), server_default="")
    browser: Mapped[str] = mapped_column(Text, server_default="")
    joined_ms: Mapped[int | None] = mapped_column(BigInteger)
    left_ms: Mapped[int | None] = mapped_column(BigInteger)
