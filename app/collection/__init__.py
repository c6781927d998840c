"""The answers: one response a patient, saved, submitted, corrected or explained away. It draws no page."""
