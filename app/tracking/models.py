"""Counters of the study's progress, kept by triggers in the transaction of every change (migrations 0007, 0013).

Dashboards read these few rows and never an answer, so that their cost does not grow with the patients.
No code writes them.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.tables import Base


class CentreCount(Base):
    """One centre's patients, each in exactly one of: answered, disposed, started, or nothing yet.

    `version` grows with every change, so that a page drawn from these rows knows when it is out of date.
    """

    __tablename__ = "centre_count"
    __table_args__ = (
        CheckConstraint(
            "asked >= 0 AND answered >= 0 AND disposed >= 0 AND started >= 0 AND entries >= 0",
            name="positive",
        ),
        Index("ix_centre_count_study_id", "study_id", "version"),
    )

    centre_id: Mapped[int] = mapped_column(
        ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    asked: Mapped[int]
    answered: Mapped[int]
    disposed: Mapped[int]
    started: Mapped[int]
    entries: Mapped[int]
    version: Mapped[int]


class DayCount(Base):
    """How many questionnaires of a study were handed in on one day in Paris."""

    __tablename__ = "day_count"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    answered: Mapped[int]
