"""Who meets where: connections, courses, people, meetings, services; and what a launch leaves."""

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
    func,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_bridge.store.tables.base import IDENTIFIER, Base, RowId


class ConnectionRow(Base):
    """A platform connection: one LMS, as MEETS calls it."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("issuer", "client_id"), UniqueConstraint("consumer_key"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(8))
    issuer: Mapped[str | None] = mapped_column(String(2000))
    client_id: Mapped[str | None] = mapped_column(String(IDENTIFIER))
    auth_login_url: Mapped[str | None] = mapped_column(Text)
    auth_token_url: Mapped[str | None] = mapped_column(Text)
    auth_audience: Mapped[str | None] = mapped_column(Text)
    key_set_url: Mapped[str | None] = mapped_column(Text)
    key_set: Mapped[str | None] = mapped_column(Text)
    """The last good key set (JSON), so that a restart while the LMS is down locks nobody out."""
    key_set_ms: Mapped[int | None] = mapped_column(BigInteger)
    preset: Mapped[str] = mapped_column(String(16), server_default="")
    """What this LMS is known to do differently: ``canvas``, ``moodle``, …; empty: nothing known."""
    policies: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: what people may do here, where it differs from what is usual."""
    consumer_key: Mapped[str | None] = mapped_column(String(IDENTIFIER))
    shared_secret_sealed: Mapped[str | None] = mapped_column(Text)
    """The one that the LMS signed with when it was last heard of."""
    other_secret_sealed: Mapped[str | None] = mapped_column(Text)
    """Another that counts, too: the next one, or for a while the former …"""
    other_secret_until_ms: Mapped[int | None] = mapped_column(BigInteger)
    """… until then; NULL: the next one, which waits until the LMS signs with it."""
    meets_connection: Mapped[int] = mapped_column(BigInteger)
    conferencing: Mapped[str] = mapped_column(String(255))
    """Name of the conferencing service its courses meet on."""
    hosts: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list: further host names of the LMS that browsers see."""
    roles: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: role → moderator or attendee, where it differs from the usual table."""
    new_deployments: Mapped[str] = mapped_column(String(8), server_default="queue")
    managed_by: Mapped[str] = mapped_column(String(8))
    """``file`` or ``admin``: who may change it."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=true())
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class DeploymentRow(Base):
    """A deployment of the tool in a platform; ``waiting`` ones let nobody in yet."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("connection_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(IDENTIFIER))
    state: Mapped[str] = mapped_column(String(8))
    """``allowed``, ``waiting`` (for the admin's yes) or ``refused``."""
    first_seen_ms: Mapped[int] = mapped_column(BigInteger)


class CourseRow(Base):
    """A course of a connection: an LTI context, or a link of a launch that names no context."""

    __tablename__ = "courses"
    __table_args__ = (
        UniqueConstraint("connection_id", "lti_context_id", "lone_link_id"),
        Index("ix_courses_pending", "pending", "asked_ms"),
        Index("ix_courses_connection_id_id", "connection_id", "id"),
        Index("ix_courses_meets_id", "meets_id"),
        Index("ix_courses_events_wanted_ms", "events_wanted_ms"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    lti_context_id: Mapped[str] = mapped_column(String(IDENTIFIER))
    """Empty where launches name no context; then ``lone_link_id`` tells them apart."""
    lone_link_id: Mapped[str] = mapped_column(String(IDENTIFIER), server_default="")
    title: Mapped[str] = mapped_column(Text, server_default="")
    conferencing: Mapped[str | None] = mapped_column(String(255))
    """The service this course meets on; None: the one that its platform names."""
    meets_id: Mapped[int | None] = mapped_column(BigInteger)
    """MEETS' own number, remembered for good (its manual, "from")."""
    pending: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """MEETS has still to be asked for it (again)."""
    asked_ms: Mapped[int | None] = mapped_column(BigInteger)
    unknown_times: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often MEETS was asked again and didn't know; the pauses grow with it."""
    events_wanted_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When its page was last looked at: its events at MEETS are collected for that."""
    events_asked_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When a worker last went for them."""
    created_ms: Mapped[int] = mapped_column(BigInteger)


class UserRow(Base):
    """A person of a connection, by the LTI ``sub``."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("connection_id", "lti_user_id"),
        Index("ix_users_pending", "pending", "asked_ms"),
        Index("ix_users_connection_id_id", "connection_id", "id"),
        Index("ix_users_meets_id", "meets_id"),
        # Who comes after somebody who was erased never gets their number.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    lti_user_id: Mapped[str] = mapped_column(String(IDENTIFIER))
    name: Mapped[str] = mapped_column(Text, server_default="")
    given_name: Mapped[str] = mapped_column(Text, server_default="")
    family_name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    meets_id: Mapped[int | None] = mapped_column(BigInteger)
    pending: Mapped[bool] = mapped_column(Boolean, server_default=false())
    asked_ms: Mapped[int | None] = mapped_column(BigInteger)
    unknown_times: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often MEETS was asked again and didn't know; the pauses grow with it."""
    language: Mapped[str] = mapped_column(String(12), server_default="")
    """As they chose it themselves; empty: as their LMS says. So with the next two."""
    zone: Mapped[str] = mapped_column(String(64), server_default="")
    """IANA name; empty: as their browser says."""
    browser_zone: Mapped[str] = mapped_column(String(64), server_default="")
    """… as which it last did."""
    calendar: Mapped[str] = mapped_column(String(10), server_default="")
    """``gregorian`` or ``jalali``; empty: as the language has it."""
    remind_minutes: Mapped[int | None] = mapped_column(Integer)
    """So long before a class they want an e-mail; None: none."""
    remind_language: Mapped[str] = mapped_column(String(12), server_default="")
    """That of the page on which they asked for it."""
    created_ms: Mapped[int] = mapped_column(BigInteger)


LOCAL_NUMBERS = 10**12
"""Where MEETS numbers people and courses, those that it doesn't know have numbers above this."""

for _row in (CourseRow, UserRow):
    _number = func.coalesce(_row.meets_id, _row.id + text(str(LOCAL_NUMBERS)))
    Index(f"ix_{_row.__tablename__}_number", _number)
    Index(f"ix_{_row.__tablename__}_connection_id_number", _row.connection_id, _number)
Index("ix_users_email_lower", func.lower(UserRow.email))


class MembershipRow(Base):
    """A person in a course, as the last launch or the LMS's roster had them."""

    __tablename__ = "memberships"

    course_id: Mapped[int] = mapped_column(
        ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(12))
    """``moderator`` or ``attendee``."""
    standing: Mapped[int] = mapped_column(Integer, server_default="0")
    """What MEETS calls the roles, added up: 1 administrator, 2 teacher, 4 student, 8 none of them;
    0 in rows that are older than this column, where ``role`` says it."""
    since_ms: Mapped[int] = mapped_column(BigInteger)
    roster_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the LMS's roster last named them; None: it never did, they came by a launch."""
    left_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the roster named them no more, or as inactive."""


class MeetingRow(Base):
    """A meeting of a course. Everything ``create`` sends is here, and made once."""

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("course_id", "resource_link_id"),
        Index("ix_meetings_group_id", "group_id", unique=True),
        Index("ix_meetings_link_token", "link_token", unique=True),
        Index("ix_meetings_used_ms", "used_ms"),
        Index("ix_meetings_series_id_occurrence_ms", "series_id", "occurrence_ms", unique=True),
        Index("ix_meetings_course_id_begins_ms", "course_id", "begins_ms"),
        Index("ix_meetings_begins_ms", "begins_ms"),
        Index("ix_meetings_graded_with_id", "graded_with_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    resource_link_id: Mapped[str | None] = mapped_column(String(IDENTIFIER))
    """The link whose standing meeting this is."""
    link_token: Mapped[str | None] = mapped_column(String(32))
    """What links placed by deep linking name it by, in their custom parameter ``meeting``."""
    named_by_link_id: Mapped[str | None] = mapped_column(String(IDENTIFIER))
    """The link that leads here by such a name, or to its series, as the last launch from another
    one said."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("course_groups.id", ondelete="CASCADE"))
    """The group of the course whose own meeting this is."""
    title: Mapped[str] = mapped_column(Text, server_default="")
    """As a teacher called it; empty: its link's title, within ``name``."""
    text: Mapped[str] = mapped_column(Text, server_default="")
    """What it is about, in a teacher's words."""
    line_item_url: Mapped[str] = mapped_column(Text, server_default="")
    """The gradebook's column that belongs to its link, as a launch said; empty: there is none."""
    service: Mapped[str] = mapped_column(String(255))
    own_service: Mapped[str | None] = mapped_column(String(255))
    """The service that its link names; None: it follows its course, or else its platform."""
    came_from: Mapped[str] = mapped_column(String(255), server_default="")
    """The service that it was on before it moved; what classes left there is collected there."""
    meeting_id: Mapped[str] = mapped_column(String(64), unique=True)
    """The service's meeting ID: ASCII letters, digits, - and _ only; random, names nobody."""
    name: Mapped[str] = mapped_column(Text)
    attendee_password_sealed: Mapped[str] = mapped_column(Text)
    moderator_password_sealed: Mapped[str] = mapped_column(Text)
    logout_url: Mapped[str] = mapped_column(Text, server_default="")
    record: Mapped[bool] = mapped_column(Boolean, server_default=false())
    wait_for_moderator: Mapped[bool] = mapped_column(Boolean, server_default=false())
    meets_course_id: Mapped[int | None] = mapped_column(BigInteger)
    """As ``create`` says it; changes only while nobody can be in the meeting."""
    meets_connection: Mapped[int] = mapped_column(BigInteger)
    lti_context_id: Mapped[str] = mapped_column(String(IDENTIFIER))
    create_time: Mapped[int | None] = mapped_column(BigInteger)
    """``createTime`` as the service gave it (UNIX milliseconds), sent back with ``join``."""
    remote_id: Mapped[str] = mapped_column(String(255), server_default="")
    """The service's own number of it; empty until a ``create`` gave one."""
    moderator_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When a moderator last went in, where the service doesn't say who is in."""
    confirmed_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When a ``create`` last succeeded; None once it ended."""
    used_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When it was last opened, or ended: what is left of it is collected for that."""
    host_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    """Whose class it is: the first moderator who came by its link."""
    begins_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When it is to begin; None for a standing meeting."""
    ends_ms: Mapped[int | None] = mapped_column(BigInteger)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    """What it is a class of; None for a standing meeting."""
    occurrence_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When it was to begin by its series' rule, wherever it was moved since (RFC 5545, 3.8.4.4)."""
    opens_early: Mapped[int] = mapped_column(Integer, server_default="0")
    """Minutes before its beginning from which on people may go in."""
    cancelled_ms: Mapped[int | None] = mapped_column(BigInteger)
    changed: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """It was changed alone: what its series says doesn't hold for it any more."""
    sequence: Mapped[int] = mapped_column(Integer, server_default="0")
    """As of the series, for its own changes."""
    room: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: further settings of the room, as :class:`lti_bridge.store.rooms.Room`."""
    graded_with_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetings.id", ondelete="SET NULL")
    )
    """The meeting whose column of the gradebook its attendance counts for; None: its own."""
    reminded_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When people were reminded of it."""
    collected_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When its recordings and attendance were last asked for."""
    attendance_final: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """The service said so of the last session; a new one begins anew."""
    claim: Mapped[str | None] = mapped_column(String(32))
    """Who is calling ``create`` just now …"""
    claim_until_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """… and until when others wait for that."""
    created_ms: Mapped[int] = mapped_column(BigInteger)


class ServiceRow(Base):
    """A conferencing service: of the settings file (there, only its name and rest), or our own."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    managed_by: Mapped[str] = mapped_column(String(8))
    """``file`` or ``admin``: whose settings hold."""
    settings: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object: the keys of a ``[[conferencing]]`` table but the secret ones; empty for
    ``file``, whose settings are each process's own."""
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    """The shared secret, or the account's password."""
    resting: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """No new meetings; those that run go on."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=true())
    failed_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When it last failed to tell how busy it is …"""
    failure: Mapped[str] = mapped_column(Text, server_default="")
    """… and how, in words."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class InvitationRow(Base):
    """A person's own way into a session of a service that keeps a list of who may come."""

    __tablename__ = "invitations"

    service: Mapped[str] = mapped_column(String(255), primary_key=True)
    session_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(255), primary_key=True)
    """The address that we made up for them; of others whom the service names, their own."""
    service_user_id: Mapped[str] = mapped_column(String(64))
    role: Mapped[int] = mapped_column(Integer)
    link_sealed: Mapped[str] = mapped_column(Text)
    """Empty: it isn't known, or none of ours."""
    created_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class NoticeRow(Base):
    """What a service told us by a callback, once it was found to be true."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("meeting_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    """``ended``, ``recording`` or ``attendance``."""
    subject: Mapped[str] = mapped_column(String(255), server_default="")
    """The recording's ID, or which of the meeting's sessions it is about."""
    data: Mapped[str] = mapped_column(Text, server_default="")
    """JSON of what was told, where it can't be asked for again."""
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class NonceRow(Base):
    """A nonce that came back in a valid token, kept until the token can't be valid any more."""

    __tablename__ = "nonces"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(44))
    """Of the token it came in: the same form sent again by a double click has the same."""
    used_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class LaunchRow(Base):
    """A launch as the admin's list shows it: no name, no token, no secret."""

    __tablename__ = "launches"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), index=True)
    """The short number on the refusal page and in the log."""
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    connection_id: Mapped[int | None] = mapped_column(BigInteger)
    course_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    meeting_id: Mapped[int | None] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(12), server_default="")
    outcome: Mapped[str] = mapped_column(String(16))
    """``joined``, ``page``, ``waiting`` or ``refused``."""
    reason: Mapped[str] = mapped_column(String(60), server_default="")
    detail: Mapped[str] = mapped_column(Text, server_default="")
    step: Mapped[str] = mapped_column(String(40), server_default="")
    """The last step it reached."""
    milliseconds: Mapped[int] = mapped_column(Integer)
    claims: Mapped[str] = mapped_column(Text, server_default="")
    """JSON of what the LMS said, secrets, tokens and personal words masked; empty: none kept."""


class ToolKeyRow(Base):
    """The bridge's own key pairs; the newest whose time has come signs, all are published."""

    __tablename__ = "tool_keys"

    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """1, 2, …: two processes that make the first key at once collide here, and one wins."""
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    private_key_sealed: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    signs_from_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Published before, so that every platform has read it by then."""
    published_until_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: it is the newest, or the one before has not been followed yet."""
