"""The append-only audit trail: what was recorded, in order, and whether it still holds together."""
