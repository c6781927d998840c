"""Tables of outreach: who is reached (identities apart and sealed), by which link, with which mail.

Tokens are nowhere: a link keeps the hash of its token only, and a mail is rendered when it leaves.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts import models as accounts  # the tables that these ones point at
from app.cohort import models as cohort
from app.kernel.tables import Base, RandomKey, UtcDateTime, enum_check, intpk
from app.outreach.words import (
    CHASE_STATUSES,
    MAIL_KINDS,
    MAIL_STATES,
    OUTCOMES,
    SOURCES,
    STOP_REASONS,
)

__all__ = [
    "Call",
    "Campaign",
    "Chase",
    "Contact",
    "Entry",
    "Link",
    "Mail",
    "MailCopy",
    "Mailbox",
    "Mandate",
    "MessageText",
    "Query",
    "Respondent",
    "RespondentIdentity",
    "Wave",
    "Worker",
    "accounts",
    "cohort",
]


class Mailbox(Base):
    """One e-mail address, known by its keyed fingerprint; its budget of mails counts over all studies."""

    __tablename__ = "mailbox"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_mail_id: Mapped[str | None] = mapped_column(String(32))
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("(bounced_at IS NULL) = (bounce_reason IS NULL)", name="bounce_has_reason"),
        CheckConstraint("(last_started_at IS NULL) = (last_mail_id IS NULL)", name="start_has_mail"),
    )


class Respondent(Base):
    """A person at a centre whom the study asks; stopped means that no mail goes there any more."""

    __tablename__ = "respondent"

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    mailbox: Mapped[str] = mapped_column(String(64), ForeignKey("mailbox.id"), index=True)
    function: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    source: Mapped[str] = mapped_column(String(20))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("respondent.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accept_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaces: Mapped[bool] = mapped_column(default=False)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_reason: Mapped[str | None] = mapped_column(String(20))

    identity: Mapped["RespondentIdentity"] = relationship(back_populates="respondent")
    link: Mapped["Link"] = relationship(back_populates="respondent")
    centre: Mapped[cohort.Centre] = relationship(foreign_keys=[centre_id])
    box: Mapped[Mailbox] = relationship()

    __table_args__ = (
        UniqueConstraint("centre_id", "mailbox", name="uq_respondent_centre_mailbox"),
        CheckConstraint("(stopped_at IS NULL) = (stop_reason IS NULL)", name="stop_has_reason"),
        enum_check("language", ("fr", "en")),
        enum_check("source", SOURCES),
        enum_check("stop_reason", STOP_REASONS),
    )

    @property
    def active(self) -> bool:
        """Whether mails may go to this person, as far as the person is concerned."""
        return self.stopped_at is None


class RespondentIdentity(Base):
    """Name, address and telephone of a respondent, each sealed in the vault."""

    __tablename__ = "respondent_identity"

    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), primary_key=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    telephone: Mapped[bytes | None] = mapped_column(LargeBinary)

    respondent: Mapped[Respondent] = relationship(back_populates="identity")


class Link(Base):
    """The keyed link of one respondent; its token is derived, never stored."""

    __tablename__ = "link"

    id: Mapped[RandomKey]
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), unique=True)
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    respondent: Mapped[Respondent] = relationship(back_populates="link")

    __table_args__ = (
        CheckConstraint("generation >= 1", name="generation"),
        CheckConstraint("(revoked_at IS NULL) = (token_hash IS NOT NULL)", name="revoked_has_no_token"),
    )


class Entry(Base):
    """One person who pressed the button behind a link and said who they are: this is "opened"."""

    __tablename__ = "entry"

    id: Mapped[RandomKey]
    link_id: Mapped[str] = mapped_column(String(32), ForeignKey("link.id"), index=True)
    generation: Mapped[int]
    person_name: Mapped[str] = mapped_column(String(200))
    person_function: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    link: Mapped[Link] = relationship()


class Campaign(Base):
    """The calendar and the budget of one study's mails; without a row the defaults of campaigns.py hold."""

    __tablename__ = "campaign"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    announced_on: Mapped[date | None]
    invited_on: Mapped[date | None]
    first_reminder_on: Mapped[date | None]
    return_by: Mapped[date | None]
    closes_on: Mapped[date | None]
    reminder_days: Mapped[int]
    quiet_days: Mapped[int]
    cap_nothing: Mapped[int]
    cap_partial: Mapped[int]
    cap_query: Mapped[int]
    monthly_ceiling: Mapped[int]
    contact: Mapped[str] = mapped_column(String(400))
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("reminder_days BETWEEN 1 AND 90", name="reminder_days"),
        CheckConstraint("quiet_days BETWEEN 0 AND 60", name="quiet_days"),
        CheckConstraint(
            "cap_nothing BETWEEN 0 AND 5 AND cap_partial BETWEEN 0 AND 5 AND cap_query BETWEEN 0 AND 5",
            name="caps",
        ),
        CheckConstraint("monthly_ceiling BETWEEN 1 AND 10", name="monthly_ceiling"),
        CheckConstraint(
            "announced_on IS NULL OR invited_on IS NULL OR announced_on < invited_on", name="order_1"
        ),
        CheckConstraint(
            "invited_on IS NULL OR first_reminder_on IS NULL OR invited_on < first_reminder_on",
            name="order_2",
        ),
        CheckConstraint(
            "first_reminder_on IS NULL OR return_by IS NULL OR first_reminder_on < return_by", name="order_3"
        ),
        CheckConstraint("return_by IS NULL OR closes_on IS NULL OR return_by < closes_on", name="order_4"),
    )


class Mandate(Base):
    """A manager's word that reminders may leave by the calendar: for how many people, and the day it was last used."""

    __tablename__ = "mandate"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True, autoincrement=False)
    people: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(200))
    ran_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("people >= 1", name="people"),)


class Wave(Base):
    """One sending of a study: its kind and its rank within that kind (reminder_nothing 2)."""

    __tablename__ = "wave"

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("study_id", "kind", "number", name="uq_wave_study_kind_number"),
        CheckConstraint("number >= 1", name="number"),
        enum_check("kind", MAIL_KINDS),
    )


class Mail(Base):
    """A row of the outbox. Its text is made when it leaves, so that no token and no name is kept here."""

    __tablename__ = "mail"

    id: Mapped[RandomKey]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    mailbox: Mapped[str] = mapped_column(String(64), ForeignKey("mailbox.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    worker: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str | None] = mapped_column(String(300))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(200))

    wave: Mapped[Wave] = relationship()
    respondent: Mapped[Respondent] = relationship()

    __table_args__ = (
        UniqueConstraint("study_id", "wave_id", "mailbox", name="uq_mail_study_wave_mailbox"),
        Index("ix_mail_state_due_at", "state", "due_at"),
        enum_check("kind", MAIL_KINDS),
        enum_check("state", MAIL_STATES),
        CheckConstraint(
            "state NOT IN ('suppressed', 'failed', 'bounced') OR reason IS NOT NULL", name="ending_has_reason"
        ),
        CheckConstraint(
            "state NOT IN ('started', 'sent', 'bounced') OR started_at IS NOT NULL OR resolved_at IS NOT NULL",
            name="sent_was_started",
        ),
        CheckConstraint("(sent_at IS NOT NULL) = (state IN ('sent', 'bounced'))", name="sent_has_time"),
        CheckConstraint("state NOT IN ('leased', 'started') OR worker IS NOT NULL", name="lease_has_worker"),
        CheckConstraint("attempts BETWEEN 0 AND 6", name="attempts"),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved_by_someone"),
    )


class MailCopy(Base):
    """What a mail said when it last began to leave, sealed: envelope, subject, both parts; its links' tokens masked."""

    __tablename__ = "mail_copy"

    mail_id: Mapped[str] = mapped_column(String(32), ForeignKey("mail.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Query(Base):
    """A data manager's question on one answer of a handed-in response, until it is answered and closed."""

    __tablename__ = "query"

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    patient_id: Mapped[str] = mapped_column(String(32), ForeignKey("patient.id"), index=True)
    address: Mapped[str] = mapped_column(String(128))
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(200))
    reply: Mapped[str | None] = mapped_column(Text)
    corrected: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(500))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (reply IS NULL)", name="answer_has_reply"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_someone"),
    )


class Worker(Base):
    """A running delivery process and its last sign of life; the leases of a silent one are taken back."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MessageText(Base):
    """A message as this study words it, instead of the shipped one."""

    __tablename__ = "message_text"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (enum_check("kind", MAIL_KINDS), enum_check("language", ("fr", "en")))


class Chase(Base):
    """Where the telephone desk stands with one centre."""

    __tablename__ = "chase"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    next_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (enum_check("status", CHASE_STATUSES),)


class Contact(Base):
    """One call or other contact with a centre, as the desk noted it."""

    __tablename__ = "contact"

    id: Mapped[intpk]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    respondent_id: Mapped[int | None] = mapped_column(ForeignKey("respondent.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)

    __table_args__ = (enum_check("outcome", OUTCOMES),)


class Call(Base):
    """A telephone call in which staff type what a person of a centre says: who types, who says it, until when.

    Centre, time and the name of the account are those of the call's note.
    """

    __tablename__ = "call"

    id: Mapped[RandomKey]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    person_name: Mapped[str] = mapped_column(String(200))
    person_function: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    contact: Mapped[Contact] = relationship()
