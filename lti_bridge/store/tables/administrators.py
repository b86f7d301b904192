"""Who looks after the bridge: accounts, their sessions, and what they changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_bridge.store.tables.base import Base, RowId


class AdminAccountRow(Base):
    """Somebody who may sign in to the admin pages."""

    __tablename__ = "admin_accounts"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    """What they type, in lower case; of single sign-on, their e-mail or name there."""
    subject: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of issuer and subject at the identity provider; None: a local account."""
    password_hash: Mapped[str] = mapped_column(String(255), server_default="")
    """argon2id; empty: no password lets them in."""
    permissions: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list, in MEETS' own names."""
    totp_sealed: Mapped[str | None] = mapped_column(Text)
    """The secret of their authenticator (RFC 6238); None: no second step."""
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The last step of 30 s whose code was used: none counts twice."""
    recovery_hashes: Mapped[str] = mapped_column(Text, server_default="[]")
    """JSON list of SHA-256 of the recovery codes that are left."""
    zone: Mapped[str] = mapped_column(String(64), server_default="")
    """IANA name, as they chose it; empty: where their browser is."""
    created_ms: Mapped[int] = mapped_column(BigInteger)
    signed_in_ms: Mapped[int | None] = mapped_column(BigInteger)
    disabled_ms: Mapped[int | None] = mapped_column(BigInteger)


class AdminSessionRow(Base):
    """A browser that is signed in; only the hash of its token is kept."""

    __tablename__ = "admin_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256, in hexadecimal, of 256 random bits: no salt is needed."""
    account_id: Mapped[int] = mapped_column(
        ForeignKey("admin_accounts.id", ondelete="CASCADE"), index=True
    )
    created_ms: Mapped[int] = mapped_column(BigInteger)
    seen_ms: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """One thing that an administrator did. Rows are added only: a trigger refuses all else."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    who: Mapped[str] = mapped_column(String(255))
    """Name of the account, or the user of the machine who ran a command."""
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(255), server_default="")
    """What it was done to, in words."""
    before: Mapped[str] = mapped_column(Text, server_default="{}")
    """JSON object, without secrets."""
    after: Mapped[str] = mapped_column(Text, server_default="{}")


__all__ = ["AdminAccountRow", "AdminSessionRow", "AuditRow"]
