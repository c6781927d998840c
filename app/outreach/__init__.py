"""Reaching the centres: respondents, links, messages, the outbox, its delivery and the reminders."""
