"""Tables of the staff: accounts, their sessions, failed sign-ins, and files waiting for a confirmation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.roles import ROLES, Role
from app.kernel.tables import Base, RandomKey, UtcDateTime, enum_check, intpk

SESSION_ENDS = ("signed_out", "disabled", "password", "role", "replaced")


class Staff(Base):
    """One person of the sponsor. The e-mail is canonical (lower case, ASCII), so that no twin can exist."""

    __tablename__ = "staff"
    __table_args__ = (enum_check("role", ROLES),)

    id: Mapped[intpk]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    one_time_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One sign-in, kept by the hash of its random token so that a stolen database opens nothing."""

    __tablename__ = "staff_session"
    __table_args__ = (enum_check("end_reason", SESSION_ENDS), Index("ix_staff_session_staff_id", "staff_id"))

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(16))


class LoginFailure(Base):
    """One refused sign-in: a fingerprint of the mailbox and the network it came from, kept for a day."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_at", "at"),)

    id: Mapped[intpk]
    mailbox: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldFile(Base):
    """A file somebody uploaded and has not confirmed yet; its bytes lie in the home under the random id."""

    __tablename__ = "held_file"
    __table_args__ = (Index("ix_held_file_expires_at", "expires_at"),)

    id: Mapped[RandomKey]
    session_hash: Mapped[str] = mapped_column(ForeignKey("staff_session.token_hash"))
    study: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    suffix: Mapped[str] = mapped_column(String(8))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityView(Base):
    """That somebody asked, in this session, to see the identities of a study: screens then show them."""

    __tablename__ = "identity_view"

    session_hash: Mapped[str] = mapped_column(ForeignKey("staff_session.token_hash"), primary_key=True)
    study: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
