"""Reports of classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports of classes."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.Text(), server_default="[]", nullable=False),
        sa.Column("connections", sa.Text(), server_default="[]", nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_table(
        "call_slots",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_call_slots")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "engagement_days",
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("method", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fetched_ms", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "method", "day", name=op.f("pk_engagement_days")),
    )
    op.create_table(
        "engagement_rows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("method", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("email_folded", sa.String(length=320), server_default="", nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_rows")),
    )
    with op.batch_alter_table("engagement_rows", schema=None) as batch_op:
        batch_op.create_index(
            "ix_engagement_rows_day", ["account", "method", "day", "ordinal"], unique=True
        )
        batch_op.create_index("ix_engagement_rows_email_folded", ["email_folded"], unique=False)

    op.create_table(
        "meets_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("meets_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("service", sa.String(length=64), server_default="", nullable=False),
        sa.Column("host_name", sa.Text(), server_default="", nullable=False),
        sa.Column("begins_ms", sa.BigInteger(), nullable=True),
        sa.Column("ends_ms", sa.BigInteger(), nullable=True),
        sa.Column("shows_recordings", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attendance_ms", sa.BigInteger(), nullable=True),
        sa.Column("attendance_final", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses.id"],
            name=op.f("fk_meets_events_course_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meets_events")),
        sa.UniqueConstraint(
            "course_id", "meets_id", name=op.f("uq_meets_events_course_id_meets_id")
        ),
    )
    op.create_table(
        "attendances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("attendee", sa.String(length=255), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_ms", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("was_host", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", sa.String(length=45), server_default="", nullable=False),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_attendances_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_attendances_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint(
            "meeting_id",
            "source",
            "attendee",
            "joined_ms",
            name=op.f("uq_attendances_meeting_id_source_attendee_joined_ms"),
        ),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_user_id"), ["user_id"], unique=False)

    op.create_table(
        "meets_attendances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("was_host", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", sa.String(length=45), server_default="", nullable=False),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=True),
        sa.Column("left_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["meets_events.id"],
            name=op.f("fk_meets_attendances_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meets_attendances")),
    )
    with op.batch_alter_table("meets_attendances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meets_attendances_event_id"), ["event_id"], unique=False
        )

    op.create_table(
        "meets_recordings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meets_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=16), server_default="", nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["meets_events.id"],
            name=op.f("fk_meets_recordings_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meets_recordings")),
        sa.UniqueConstraint(
            "event_id", "meets_id", name=op.f("uq_meets_recordings_event_id_meets_id")
        ),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("record_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="published", nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("length_ms", sa.BigInteger(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("formats", sa.Text(), server_default="[]", nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_recordings_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint(
            "meeting_id", "record_id", name=op.f("uq_recordings_meeting_id_record_id")
        ),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index("ix_recordings_added_ms", ["added_ms"], unique=False)

    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("events_wanted_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("events_asked_ms", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_courses_connection_id_id", ["connection_id", "id"], unique=False)
        batch_op.create_index("ix_courses_meets_id", ["meets_id"], unique=False)
        batch_op.create_index("ix_courses_events_wanted_ms", ["events_wanted_ms"], unique=False)

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("begins_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("used_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ends_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("collected_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("attendance_final", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index("ix_meetings_used_ms", ["used_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_host_id"), ["host_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_meetings_host_id"), "users", ["host_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standing", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index("ix_users_connection_id_id", ["connection_id", "id"], unique=False)
        batch_op.create_index("ix_users_meets_id", ["meets_id"], unique=False)

    op.execute("UPDATE meetings SET used_ms = confirmed_ms")

    # By expression: autogenerate doesn't see these (lti_bridge.store.tables.core).
    number = "coalesce(meets_id, id + 1000000000000)"
    for table in ("courses", "users"):
        op.create_index(f"ix_{table}_number", table, [sa.text(number)], unique=False)
        op.create_index(
            f"ix_{table}_connection_id_number", table, ["connection_id", sa.text(number)]
        )
    op.create_index("ix_users_email_lower", "users", [sa.text("lower(email)")], unique=False)
