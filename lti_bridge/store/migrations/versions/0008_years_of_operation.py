"""What running for years needs: services' loads, launches' claims, and who has a recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Loads, claims, the links that name meetings, and the service of each recording, as far as its
    meeting knows it.
    """
    op.create_table(
        "service_loads",
        sa.Column("service", sa.String(length=255), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer()),
        sa.Column("own_meetings", sa.Integer(), nullable=False),
        sa.Column("own_people", sa.Integer()),
        sa.PrimaryKeyConstraint("service", "at_ms", name=op.f("pk_service_loads")),
    )
    op.create_index(op.f("ix_service_loads_at_ms"), "service_loads", ["at_ms"])
    op.create_table(
        "weeks",
        sa.Column("begins_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("begins_ms", name=op.f("pk_weeks")),
    )
    op.add_column("services", sa.Column("failed_ms", sa.BigInteger()))
    op.add_column("services", sa.Column("failure", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "admin_accounts",
        sa.Column("zone", sa.String(length=64), server_default="", nullable=False),
    )
    with op.batch_alter_table("scores") as scores:
        scores.add_column(
            sa.Column(
                "corrected_by",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                sa.ForeignKey("users.id", name=op.f("fk_scores_corrected_by"), ondelete="SET NULL"),
                nullable=True,
            )
        )
        scores.add_column(sa.Column("corrected_ms", sa.BigInteger(), nullable=True))
        scores.create_index("ix_scores_corrected_by", ["corrected_by"])
    op.add_column("connections", sa.Column("other_secret_sealed", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("other_secret_until_ms", sa.BigInteger(), nullable=True))
    op.add_column("meetings", sa.Column("named_by_link_id", sa.String(length=255), nullable=True))
    op.add_column("launches", sa.Column("claims", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "recordings",
        sa.Column("service", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "meetings",
        sa.Column("came_from", sa.String(length=255), server_default="", nullable=False),
    )
    meetings = sa.table("meetings", sa.column("id"), sa.column("service"))
    recordings = sa.table("recordings", sa.column("meeting_id"), sa.column("service"))
    service = (
        sa.select(meetings.c.service).where(meetings.c.id == recordings.c.meeting_id)
    ).scalar_subquery()
    op.execute(sa.update(recordings).values(service=service))
    if op.get_bind().dialect.name == "sqlite":
        _number_people_for_good()


def _number_people_for_good() -> None:
    """SQLite gives the number of the last row to the next one, once that row was deleted. A person
    who was erased must leave theirs to nobody: pages of theirs may be open for hours yet, and
    reports were written against it. PostgreSQL's sequences never go back.
    """
    names = (
        "id connection_id lti_user_id name given_name family_name email meets_id pending asked_ms"
        " unknown_times created_ms language zone browser_zone calendar remind_minutes"
        " remind_language"
    )
    anew = op.create_table(
        "users_for_good",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("lti_user_id", sa.String(length=255), nullable=False),
        *(
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("name", "given_name", "family_name", "email")
        ),
        sa.Column("meets_id", sa.BigInteger(), nullable=True),
        sa.Column("pending", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=True),
        sa.Column("unknown_times", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.String(length=length), server_default="", nullable=False)
            for name, length in (
                ("language", 12), ("zone", 64), ("browser_zone", 64), ("calendar", 10)
            )
        ),
        sa.Column("remind_minutes", sa.Integer(), nullable=True),
        sa.Column("remind_language", sa.String(length=12), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_users_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "connection_id", "lti_user_id", name=op.f("uq_users_connection_id_lti_user_id")
        ),
        sqlite_autoincrement=True,
    )  # fmt: skip  # a column a line where it says something
    before = sa.table("users", *(sa.column(name) for name in names.split()))
    op.execute(sa.insert(anew).from_select(names.split(), sa.select(before)))
    op.drop_table("users")
    op.rename_table("users_for_good", "users")
    number = sa.text("coalesce(meets_id, id + 1000000000000)")
    op.create_index("ix_users_pending", "users", ["pending", "asked_ms"])
    op.create_index("ix_users_connection_id_id", "users", ["connection_id", "id"])
    op.create_index("ix_users_meets_id", "users", ["meets_id"])
    op.create_index("ix_users_number", "users", [number])
    op.create_index("ix_users_connection_id_number", "users", ["connection_id", number])
    op.create_index("ix_users_email_lower", "users", [sa.text("lower(email)")])
