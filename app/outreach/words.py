"""The closed vocabularies of this room: what a mail, a respondent or a centre's chase can be. Words only."""

from typing import Literal, get_args

MailKind = Literal[
    "announcement",
    "invitation",
    "reminder_nothing",
    "reminder_partial",
    "reminder_query",
    "colleague",
    "newcomer",
]
MAIL_KINDS: tuple[MailKind, ...] = get_args(MailKind)

Family = Literal["reminder_nothing", "reminder_partial", "reminder_query"]
FAMILIES: tuple[Family, ...] = get_args(Family)

MailState = Literal["planned", "suppressed", "leased", "started", "sent", "uncertain", "failed", "bounced"]
MAIL_STATES: tuple[MailState, ...] = get_args(MailState)

Source = Literal["import", "colleague", "desk"]
SOURCES: tuple[Source, ...] = get_args(Source)

StopReason = Literal[
    "unsubscribed", "left", "wrong_address", "handed_over", "bounced", "opposed", "by_hand", "not_accepted"
]
STOP_REASONS: tuple[StopReason, ...] = get_args(StopReason)

ChaseStatus = Literal["open", "called", "call_back", "promised", "refused", "closed"]
CHASE_STATUSES: tuple[ChaseStatus, ...] = get_args(ChaseStatus)

Outcome = Literal["reached", "no_answer", "call_back", "wrong_person", "promised", "refused", "note"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
