"""What the bridge keeps of its dealings with LMSs: registration, roster, groups, grades, 1.1."""

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

from lti_bridge.store.tables.base import IDENTIFIER, Base, RowId


class RegistrationInviteRow(Base):
    """An admin's one-time invitation to register an LMS; only its hash is kept."""

    __tablename__ = "registration_invites"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, in hexadecimal, of 256 random bits: no salt is needed."""
    name: Mapped[str] = mapped_column(String(255), server_default="")
    """What the LMS is to be called here; empty: what it calls itself."""
    preset: Mapped[str] = mapped_column(String(16), server_default="")
    meets_connection: Mapped[int | None] = mapped_column(BigInteger)
    conferencing: Mapped[str] = mapped_column(String(255), server_default="")
    hosts: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list: the only hosts whose configuration is fetched; empty: any public one."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)
    revoked_ms: Mapped[int | None] = mapped_column(BigInteger)


class RegistrationRow(Base):
    """A registration that an LMS answered: in force, or waiting for the admin's yes."""

    __tablename__ = "registrations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    invite_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration_invites.id", ondelete="SET NULL"), index=True
    )
    connection_id: Mapped[int | None] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), index=True
    )
    """The platform that it made, or would change."""
    issuer: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(8))
    """``done``, ``waiting`` (it would change a platform that is there) or ``refused``."""
    platform: Mapped[str] = mapped_column(Text)
    """JSON object: the platform's values, as they hold or would hold."""
    answer: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: the tool as the LMS registered it, without tokens and secrets."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    decided_ms: Mapped[int | None] = mapped_column(BigInteger)


class CourseServicesRow(Base):
    """Where an LMS answers for a course, as its last launch said, and when it was asked."""

    __tablename__ = "course_services"
    __table_args__ = (Index("ix_course_services_roster_due_ms", "roster_due_ms"),)

    course_id: Mapped[int] = mapped_column(
        ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True
    )
    memberships_url: Mapped[str] = mapped_column(Text, server_default="")
    """Names and Role Provisioning Services 2.0; empty: not offered."""
    line_items_url: Mapped[str] = mapped_column(Text, server_default="")
    """Assignment and Grade Services 2.0; empty: not offered."""
    grade_scopes: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list: the scopes that the launch named for it."""
    groups_url: Mapped[str] = mapped_column(Text, server_default="")
    """Course Groups Service 1.0; empty: not offered."""
    group_sets_url: Mapped[str] = mapped_column(Text, server_default="")
    updated_ms: Mapped[int] = mapped_column(BigInteger)
    roster_due_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When roster and groups are to be asked for (again); None: nobody looks at this course."""
    roster_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the roster last came whole."""
    groups_ms: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    """In a row; the pauses grow with them."""
    problem: Mapped[str] = mapped_column(String(60), server_default="")
    """Code of the last failure; empty: it went well."""


class CourseGroupRow(Base):
    """A group of a course, as the LMS has it."""

    __tablename__ = "course_groups"
    __table_args__ = (UniqueConstraint("course_id", "lti_group_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    lti_group_id: Mapped[str] = mapped_column(String(IDENTIFIER))
    name: Mapped[str] = mapped_column(Text, server_default="")
    set_name: Mapped[str] = mapped_column(Text, server_default="")
    """Of the set that it belongs to; empty: none."""
    seen_ms: Mapped[int] = mapped_column(BigInteger)
    gone: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """The LMS has it no more; its meeting's recordings stay."""


class GroupMemberRow(Base):
    """A person in a group of their course."""

    __tablename__ = "group_members"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("course_groups.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class GradingRow(Base):
    """That and how attendance of a meeting is graded, and the column that it has in the LMS."""

    __tablename__ = "gradings"
    __table_args__ = (Index("ix_gradings_due_ms", "due_ms"),)

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    enabled: Mapped[bool] = mapped_column(Boolean)
    mode: Mapped[str] = mapped_column(String(8))
    """``share`` (of the time) or ``presence`` (all or nothing, by the threshold)."""
    threshold: Mapped[int] = mapped_column(Integer, server_default="50")
    """Percent of the class from which on somebody was present."""
    points: Mapped[int] = mapped_column(Integer, server_default="100")
    """``scoreMaximum``."""
    label: Mapped[str] = mapped_column(Text, server_default="")
    line_item_url: Mapped[str] = mapped_column(Text, server_default="")
    """Empty until the column was found or made."""
    line_item_told: Mapped[str] = mapped_column(Text, server_default="")
    """Points and label as the LMS has them from us; empty: the column isn't ours to change."""
    claim: Mapped[str | None] = mapped_column(String(32))
    """Who works on it just now: finds or makes the column, sends scores …"""
    claim_until_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """… and until when others leave it to them."""
    due_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When scores are to be worked out and sent (again); None: nothing to do. While somebody works
    on it, ``claim_until_ms``, unless it became due anew meanwhile."""
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    problem: Mapped[str] = mapped_column(String(60), server_default="")
    """Code of what stopped it last; empty: nothing did."""
    updated_ms: Mapped[int] = mapped_column(BigInteger)
    link_asked_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the LMS was last asked who may see the meeting's link; None: never."""
    link_roster_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Of when what it said is; None: it says nothing of links, so that the course's roster holds.
    """


class LinkMemberRow(Base):
    """Somebody who may see a graded meeting's link, as the LMS says (NRPS 2.0, 3.2)."""

    __tablename__ = "link_members"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("gradings.meeting_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_ms: Mapped[int] = mapped_column(BigInteger)


class ScoreRow(Base):
    """Somebody's score for a meeting: what it is, and what the LMS was told of it."""

    __tablename__ = "scores"
    __table_args__ = (
        Index("ix_scores_user_id", "user_id"),
        Index("ix_scores_corrected_by", "corrected_by"),
    )

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("gradings.meeting_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    share: Mapped[int | None] = mapped_column(Integer)
    """Measured: thousandths of the class that they were in; None: nothing is known of them."""
    corrected: Mapped[int | None] = mapped_column(Integer)
    """Thousandths as a teacher set them, beside the measured value."""
    excused: Mapped[bool] = mapped_column(Boolean, server_default=false())
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """Who said so, of either of the two …"""
    corrected_ms: Mapped[int | None] = mapped_column(BigInteger)
    """… and when; None: it is as measured, or was said before that was noted."""
    wanted: Mapped[str] = mapped_column(String(80), server_default="")
    """What the LMS is to be told, in one line; it is due while ``sent`` says something else."""
    sent: Mapped[str] = mapped_column(String(80), server_default="")
    """What it took last."""
    refused: Mapped[str] = mapped_column(String(80), server_default="")
    """What it wouldn't take: that isn't sent again unless a teacher says so."""
    timestamp_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Of the last score that was begun to be sent: the next one's is newer (AGS 2.0, 3.4.4)."""
    sent_ms: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(String(60), server_default="")
    """What the LMS said of the last: ``ok``, or a code."""


class OutcomeLinkRow(Base):
    """Where LTI 1.1 takes one person's grade for one link (Basic Outcomes)."""

    __tablename__ = "outcome_links"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    service_url: Mapped[str] = mapped_column(Text)
    sourced_id: Mapped[str] = mapped_column(Text)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class AliasRow(Base):
    """An identifier of before, of the same person, course or link: a course moved to LTI 1.3."""

    __tablename__ = "aliases"
    __table_args__ = (Index("ix_aliases_kind_row_id", "kind", "row_id"),)

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    """``course``, ``user`` or ``meeting``."""
    lti_id: Mapped[str] = mapped_column(String(2 * IDENTIFIER + 1), primary_key=True)
    """The context's or user's ID; of a meeting ``course row/resource link``."""
    row_id: Mapped[int] = mapped_column(BigInteger)
    """The row that it means now."""
    at_ms: Mapped[int] = mapped_column(BigInteger)
