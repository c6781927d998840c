"""Respondents, links, entries, the outbox with its rule of one mail per mailbox and day, the chase."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WHEN = sa.DateTime(timezone=True)
# Made in this order, removed in the other.
TABLES = (
    *("mailbox", "respondent", "respondent_identity", "link", "entry", "campaign", "wave", "mail"),
    *("query", "worker", "message_text", "chase", "contact"),
)
LANGUAGES = ("fr", "en")
SOURCES = ("import", "colleague", "desk")
STOP_REASONS = (
    *("unsubscribed", "left", "wrong_address", "handed_over", "bounced", "opposed", "by_hand"),
    "not_accepted",
)
KINDS = ("announcement", "invitation", "reminder_nothing", "reminder_partial", "reminder_query", "colleague")
STATES = ("planned", "suppressed", "leased", "started", "sent", "uncertain", "failed", "bounced")
CHASE_STATUSES = ("open", "called", "call_back", "promised", "refused", "closed")
OUTCOMES = ("reached", "no_answer", "call_back", "wrong_person", "promised", "refused", "note")
MARK = "UPDATE mailbox SET last_started_at = NEW.started_at, last_mail_id = NEW.id"
TOO_SOON = "one mail per mailbox and day"


def upgrade() -> None:
    """Creates the tables, then the rule that no mailbox gets two mails within 24 hours."""
    _mailbox()
    _respondent()
    _respondent_identity()
    _link()
    _entry()
    _campaign()
    _wave()
    _mail()
    _query()
    _worker()
    _message_text()
    _chase()
    _contact()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def downgrade() -> None:
    """Removes outreach."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION mail_start_counts()")
        op.execute("DROP FUNCTION mailbox_one_mail_a_day()")


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=f"ck_{table}_{name}")


def _guard_sqlite() -> None:
    # Starting a mail marks its mailbox; marking refuses another mail within 24 hours.
    # A retry of the same mail may pass.
    for name, event in (("mail_start_counts", "UPDATE OF started_at"), ("mail_start_counts_new", "INSERT")):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON mail WHEN NEW.started_at IS NOT NULL BEGIN "
            f"{MARK} WHERE id = NEW.mailbox; END"
        )
    op.execute(
        "CREATE TRIGGER mailbox_one_mail_a_day BEFORE UPDATE OF last_started_at ON mailbox "
        "WHEN OLD.last_mail_id <> NEW.last_mail_id "
        "AND julianday(NEW.last_started_at) < julianday(OLD.last_started_at) + 1 - 0.000001 "
        f"BEGIN SELECT RAISE(ABORT, '{TOO_SOON}'); END"
    )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION mail_start_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{MARK} WHERE id = NEW.mailbox; "
        "RETURN NULL; END $$"
    )
    for name, event in (("mail_start_counts", "UPDATE OF started_at"), ("mail_start_counts_new", "INSERT")):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON mail FOR EACH ROW WHEN (NEW.started_at IS NOT NULL) "
            "EXECUTE FUNCTION mail_start_counts()"
        )
    op.execute(
        "CREATE FUNCTION mailbox_one_mail_a_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{TOO_SOON}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER mailbox_one_mail_a_day BEFORE UPDATE OF last_started_at ON mailbox FOR EACH ROW "
        "WHEN (OLD.last_mail_id <> NEW.last_mail_id "
        "AND NEW.last_started_at < OLD.last_started_at + INTERVAL '24 hours') "
        "EXECUTE FUNCTION mailbox_one_mail_a_day()"
    )


def _mailbox() -> None:
    op.create_table(
        "mailbox",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("last_started_at", WHEN),
        sa.Column("last_mail_id", sa.String(32)),
        sa.Column("bounced_at", WHEN),
        sa.Column("bounce_reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
        _rule("mailbox", "bounce_has_reason", "(bounced_at IS NULL) = (bounce_reason IS NULL)"),
        _rule("mailbox", "start_has_mail", "(last_started_at IS NULL) = (last_mail_id IS NULL)"),
    )


def _respondent() -> None:
    op.create_table(
        "respondent",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("centre_id", sa.Integer, nullable=False),
        sa.Column("moved_from_id", sa.Integer),
        sa.Column("mailbox", sa.String(64), nullable=False),
        sa.Column("function", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("added_by_id", sa.Integer),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("accept_by", WHEN),
        sa.Column("accepted_at", WHEN),
        sa.Column("replaces", sa.Boolean, nullable=False),
        sa.Column("stopped_at", WHEN),
        sa.Column("stop_reason", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_respondent"),
        sa.ForeignKeyConstraint(["added_by_id"], ["respondent.id"], name="fk_respondent_added_by_id"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_respondent_centre_id"),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name="fk_respondent_mailbox"),
        sa.ForeignKeyConstraint(["moved_from_id"], ["centre.id"], name="fk_respondent_moved_from_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_respondent_study_id"),
        _one_of("respondent", "language", LANGUAGES),
        _one_of("respondent", "source", SOURCES),
        _rule("respondent", "stop_has_reason", "(stopped_at IS NULL) = (stop_reason IS NULL)"),
        _one_of("respondent", "stop_reason", STOP_REASONS),
        sa.UniqueConstraint("centre_id", "mailbox", name="uq_respondent_centre_mailbox"),
    )
    op.create_index("ix_respondent_centre_id", "respondent", ["centre_id"])
    op.create_index("ix_respondent_mailbox", "respondent", ["mailbox"])
    op.create_index("ix_respondent_study_id", "respondent", ["study_id"])


def _respondent_identity() -> None:
    op.create_table(
        "respondent_identity",
        sa.Column("respondent_id", sa.Integer, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("email", sa.LargeBinary, nullable=False),
        sa.Column("telephone", sa.LargeBinary),
        sa.PrimaryKeyConstraint("respondent_id", name="pk_respondent_identity"),
        sa.ForeignKeyConstraint(
            ["respondent_id"], ["respondent.id"], name="fk_respondent_identity_respondent_id"
        ),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("respondent_id", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("revoked_at", WHEN),
        sa.Column("expires_at", WHEN),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.ForeignKeyConstraint(["respondent_id"], ["respondent.id"], name="fk_link_respondent_id"),
        _rule("link", "generation", "generation >= 1"),
        _rule("link", "revoked_has_no_token", "(revoked_at IS NULL) = (token_hash IS NOT NULL)"),
        sa.UniqueConstraint("respondent_id", name="uq_link_respondent_id"),
        sa.UniqueConstraint("token_hash", name="uq_link_token_hash"),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("link_id", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("person_name", sa.String(200), nullable=False),
        sa.Column("person_function", sa.String(200), nullable=False),
        sa.Column("entered_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_entry_link_id"),
    )
    op.create_index("ix_entry_link_id", "entry", ["link_id"])


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("announced_on", sa.Date),
        sa.Column("invited_on", sa.Date),
        sa.Column("first_reminder_on", sa.Date),
        sa.Column("return_by", sa.Date),
        sa.Column("closes_on", sa.Date),
        sa.Column("reminder_days", sa.Integer, nullable=False),
        sa.Column("quiet_days", sa.Integer, nullable=False),
        sa.Column("cap_nothing", sa.Integer, nullable=False),
        sa.Column("cap_partial", sa.Integer, nullable=False),
        sa.Column("cap_query", sa.Integer, nullable=False),
        sa.Column("monthly_ceiling", sa.Integer, nullable=False),
        sa.Column("contact", sa.String(400), nullable=False),
        sa.Column("paused_at", WHEN),
        sa.PrimaryKeyConstraint("study_id", name="pk_campaign"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_campaign_study_id"),
        _rule(
            "campaign",
            "caps",
            "cap_nothing BETWEEN 0 AND 5 AND cap_partial BETWEEN 0 AND 5 AND cap_query BETWEEN 0 AND 5",
        ),
        _rule("campaign", "monthly_ceiling", "monthly_ceiling BETWEEN 1 AND 10"),
        _rule(
            "campaign", "order_1", "announced_on IS NULL OR invited_on IS NULL OR announced_on < invited_on"
        ),
        _rule(
            "campaign",
            "order_2",
            "invited_on IS NULL OR first_reminder_on IS NULL OR invited_on < first_reminder_on",
        ),
        _rule(
            "campaign",
            "order_3",
            "first_reminder_on IS NULL OR return_by IS NULL OR first_reminder_on < return_by",
        ),
        _rule("campaign", "order_4", "return_by IS NULL OR closes_on IS NULL OR return_by < closes_on"),
        _rule("campaign", "quiet_days", "quiet_days BETWEEN 0 AND 60"),
        _rule("campaign", "reminder_days", "reminder_days BETWEEN 1 AND 90"),
    )


def _wave() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wave"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_wave_study_id"),
        _one_of("wave", "kind", KINDS),
        _rule("wave", "number", "number >= 1"),
        sa.UniqueConstraint("study_id", "kind", "number", name="uq_wave_study_kind_number"),
    )


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("wave_id", sa.Integer, nullable=False),
        sa.Column("respondent_id", sa.Integer, nullable=False),
        sa.Column("mailbox", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("queued_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("worker", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_tried_at", WHEN),
        sa.Column("started_at", WHEN),
        sa.Column("sent_at", WHEN),
        sa.Column("reply", sa.String(300)),
        sa.Column("resolved_at", WHEN),
        sa.Column("resolved_by", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name="fk_mail_mailbox"),
        sa.ForeignKeyConstraint(["respondent_id"], ["respondent.id"], name="fk_mail_respondent_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_mail_study_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name="fk_mail_wave_id"),
        _rule("mail", "attempts", "attempts BETWEEN 0 AND 6"),
        _rule(
            "mail",
            "ending_has_reason",
            "state NOT IN ('suppressed', 'failed', 'bounced') OR reason IS NOT NULL",
        ),
        _one_of("mail", "kind", KINDS),
        _rule("mail", "lease_has_worker", "state NOT IN ('leased', 'started') OR worker IS NOT NULL"),
        _rule("mail", "resolved_by_someone", "(resolved_at IS NULL) = (resolved_by IS NULL)"),
        _rule("mail", "sent_has_time", "(sent_at IS NOT NULL) = (state IN ('sent', 'bounced'))"),
        _rule(
            "mail",
            "sent_was_started",
            "state NOT IN ('started', 'sent', 'bounced') OR started_at IS NOT NULL OR resolved_at IS NOT NULL",
        ),
        _one_of("mail", "state", STATES),
        sa.UniqueConstraint("study_id", "wave_id", "mailbox", name="uq_mail_study_wave_mailbox"),
    )
    op.create_index("ix_mail_mailbox", "mail", ["mailbox"])
    op.create_index("ix_mail_respondent_id", "mail", ["respondent_id"])
    op.create_index("ix_mail_state_due_at", "mail", ["state", "due_at"])


def _query() -> None:
    op.create_table(
        "query",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("address", sa.String(128), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("reply", sa.Text),
        sa.Column("corrected", sa.Boolean, nullable=False),
        sa.Column("answered_at", WHEN),
        sa.Column("answered_by", sa.String(500)),
        sa.Column("closed_at", WHEN),
        sa.Column("closed_by", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_query"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_query_patient_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_query_study_id"),
        _rule("query", "answer_has_reply", "(answered_at IS NULL) = (reply IS NULL)"),
        _rule("query", "closed_by_someone", "(closed_at IS NULL) = (closed_by IS NULL)"),
    )
    op.create_index("ix_query_patient_id", "query", ["patient_id"])
    op.create_index("ix_query_study_id", "query", ["study_id"])


def _worker() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("beat_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )


def _message_text() -> None:
    op.create_table(
        "message_text",
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "kind", "language", name="pk_message_text"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_message_text_study_id"),
        _one_of("message_text", "kind", KINDS),
        _one_of("message_text", "language", LANGUAGES),
    )


def _chase() -> None:
    op.create_table(
        "chase",
        sa.Column("centre_id", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("next_on", sa.Date),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", name="pk_chase"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_chase_centre_id"),
        _one_of("chase", "status", CHASE_STATUSES),
    )


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("centre_id", sa.Integer, nullable=False),
        sa.Column("moved_from_id", sa.Integer),
        sa.Column("respondent_id", sa.Integer),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_contact_centre_id"),
        sa.ForeignKeyConstraint(["moved_from_id"], ["centre.id"], name="fk_contact_moved_from_id"),
        sa.ForeignKeyConstraint(["respondent_id"], ["respondent.id"], name="fk_contact_respondent_id"),
        _one_of("contact", "outcome", OUTCOMES),
    )
    op.create_index("ix_contact_centre_id", "contact", ["centre_id"])
