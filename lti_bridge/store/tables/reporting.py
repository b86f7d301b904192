"""Who may read reports, how far long work has come, and Meet & Engage's rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_bridge.store.tables.base import Base, RowId


class ApiTokenRow(Base):
    """A token of the reporting API; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    """What it is for, in the admin's words."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, in hexadecimal, of 256 random bits: no salt is needed."""
    permissions: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list of MEETS' permission names."""
    connections: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list of the only ``meetsIdConnection`` it may see; empty: all."""
    per_minute: Mapped[int | None] = mapped_column(Integer)
    """Calls that it may make in a minute; None: as many as it likes."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int | None] = mapped_column(BigInteger)
    revoked_ms: Mapped[int | None] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When it was last used, to the minute."""


class CheckpointRow(Base):
    """How far a long piece of work has come, so that it goes on from there."""

    __tablename__ = "checkpoints"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[str] = mapped_column(Text, server_default="")
    """Where to go on; empty: it is done, and begins anew the next time."""
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Things done in this round, or in the last one where it is over."""
    at_ms: Mapped[int] = mapped_column(BigInteger)


class CallSlotRow(Base):
    """When one of the last calls to a service with a limit was made, by any of our processes."""

    __tablename__ = "call_slots"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(BigInteger)


class ServiceLoadRow(Base):
    """What a conferencing service carried at some moment."""

    __tablename__ = "service_loads"

    service: Mapped[str] = mapped_column(String(255), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)
    meetings: Mapped[int] = mapped_column(Integer)
    """That were running, of all its clients."""
    people: Mapped[int | None] = mapped_column(Integer)
    """That were in them; None: it doesn't say."""
    own_meetings: Mapped[int] = mapped_column(Integer)
    """Of those, the ones of our courses …"""
    own_people: Mapped[int | None] = mapped_column(Integer)
    """… and who was in them."""


class WeekRow(Base):
    """What was held in a week, over all courses: numbers that name nobody."""

    __tablename__ = "weeks"

    begins_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its Monday, 0:00 UTC."""
    classes: Mapped[int] = mapped_column(Integer)
    """That somebody was in; what is used on several days counts once for each."""
    people: Mapped[int] = mapped_column(Integer)
    """That were in any of them."""
    counted_ms: Mapped[int] = mapped_column(BigInteger)


class EngagementDayRow(Base):
    """A day (UTC) of Meet & Engage's data, and when it was fetched."""

    __tablename__ = "engagement_days"

    account: Mapped[str] = mapped_column(String(255), primary_key=True)
    method: Mapped[str] = mapped_column(String(255), primary_key=True)
    """``data_method``."""
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Days since 1970-01-01."""
    fetched_ms: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(Integer)


class EngagementRow(Base):
    """A row of a day, as it came."""

    __tablename__ = "engagement_rows"
    __table_args__ = (
        Index("ix_engagement_rows_day", "account", "method", "day", "ordinal", unique=True),
        Index("ix_engagement_rows_email_folded", "email_folded"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account: Mapped[str] = mapped_column(String(255))
    method: Mapped[str] = mapped_column(String(255))
    day: Mapped[int] = mapped_column(Integer)
    ordinal: Mapped[int] = mapped_column(Integer)
    """Its place in the day's answer: rows have no ID of their own."""
    email_folded: Mapped[str] = mapped_column(String(320), server_default="")
    """Case-folded; empty where none is given, or the institution doesn't allow the joining."""
    data: Mapped[str] = mapped_column(Text)
    """The JSON object, whatever its columns."""
