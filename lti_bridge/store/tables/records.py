"""What classes leave behind: recordings, and who was in."""

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


class RecordingRow(Base):
    """A recording of a meeting, as its service last told of it."""

    __tablename__ = "recordings"
    __table_args__ = (
        UniqueConstraint("meeting_id", "record_id"),
        Index("ix_recordings_added_ms", "added_ms"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    record_id: Mapped[str] = mapped_column(String(255))
    """The service's own."""
    service: Mapped[str] = mapped_column(String(255), server_default="")
    """The service that has it: its meeting may have moved to another one since."""
    name: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(String(16), server_default="published")
    """``processing``, ``processed``, ``published`` or ``unpublished``."""
    started_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    length_ms: Mapped[int | None] = mapped_column(BigInteger)
    participants: Mapped[int | None] = mapped_column(Integer)
    formats: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list: type, url, length_minutes, size_bytes, thumbnails."""
    added_ms: Mapped[int] = mapped_column(BigInteger)
    """When we first knew of it."""
    seen_ms: Mapped[int] = mapped_column(BigInteger)
    gone: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """The service has it no more."""


class AttendanceRow(Base):
    """Somebody's time in a meeting, from one joining to one leaving."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("meeting_id", "source", "attendee", "joined_ms"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(16))
    """Who says so: ``service`` (asked), ``callback`` (told by itself), ``sampled`` (seen by us)."""
    attendee: Mapped[str] = mapped_column(String(255))
    """How that source tells people apart: its user ID, or a name where it has none."""
    joined_ms: Mapped[int] = mapped_column(BigInteger)
    left_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None while they are in, or where nobody knows."""
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    was_host: Mapped[bool] = mapped_column(Boolean, server_default=false())
    name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    ip: Mapped[str] = mapped_column(String(45), server_default="")
    browser: Mapped[str] = mapped_column(Text, server_default="")
