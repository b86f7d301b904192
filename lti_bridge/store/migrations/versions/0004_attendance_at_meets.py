"""Attendance at MEETS."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Attendance at MEETS."""
    op.add_column("meets_events", sa.Column("attendance_due_ms", sa.BigInteger(), nullable=True))
    op.add_column(
        "meets_events", sa.Column("attendees", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index("ix_meets_events_attendance_due_ms", "meets_events", ["attendance_due_ms"])
