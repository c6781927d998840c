"""All tables of a study in the order of the workbook, and how they are read: one pass for answers, one each for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.anchoring import Anchor, anchor_of
from app.extraction.centres import centres_table
from app.extraction.changes import changes_table
from app.extraction.feeding import Feed, Progress, Reading
from app.extraction.flow import flow_steps, flow_table
from app.extraction.front import Cited, opening_table
from app.extraction.layout import STATE_SHEET
from app.extraction.listed import authorisations_table
from app.extraction.models import Cut
from app.extraction.proposals import proposals_table, proposes_anything
from app.extraction.queries import asks_anything, queries_table
from app.extraction.reading import Filters
from app.extraction.times import utc
from app.kernel.vault import Vault
from exports.codebook import codes, dictionary
from exports.limits import measured
from exports.tables import Pass, Table, Written, single
from exports.workbook import Front


@dataclass(frozen=True)
class Wishes:
    """What was asked of an extraction."""

    labels: bool = False
    submitted_only: bool = False
    since: Cut | None = None


class Extraction:
    """One study, read once to learn and once to write, inside the snapshot of ``session``."""

    def __init__(
        self, session: Session, vault: Vault, study: Study, wishes: Wishes, progress: Progress = lambda done: None
    ) -> None:
        self.session, self.study, self.wishes = session, study, wishes
        self.reading = Reading(session, vault, study, Filters(wishes.submitted_only), progress)

    @cached_property
    def feed(self) -> Feed:
        """The sheets of answers."""
        return Feed(self.reading, labels=self.wishes.labels)

    @cached_property
    def anchor(self) -> Anchor:
        """Where the data stand in the journal."""
        return anchor_of(self.session, self.study)

    @cached_property
    def data_sha256(self) -> str:
        """Fingerprint of all that was read: answers in their order, rows of the list, centres, queries, proposals."""
        census = self.reading.census
        census.add(self._authorisations.rows())
        census.add(self._centres.rows())
        for table in self._discussed:
            census.add(table.rows())
        return census.sha256

    @cached_property
    def _authorisations(self) -> Table:
        return authorisations_table(self.session, self.study)

    @cached_property
    def _centres(self) -> Table:
        return measured(centres_table(self.session, self.study))

    @cached_property
    def _discussed(self) -> Sequence[Table]:
        """What is discussed with centres, once there is any: questions on answers, proposals against the list."""
        reading, found = self.reading, []
        union, filters = reading.layout.union, reading.filters
        if asks_anything(self.session, self.study):
            found.append(queries_table(self.session, self.study, union, filters))
        if proposes_anything(self.session, self.study):
            found.append(proposals_table(self.session, reading.vault, self.study, union, filters))
        return [measured(table) for table in found]

    @cached_property
    def tables(self) -> Sequence[Table]:
        """Every table but ``lisez_moi``, in the order of the workbook."""
        answers = dict(self.feed.tables)
        states = answers.pop(STATE_SHEET)
        flow = flow_table(lambda: flow_steps(self.session, self.study, self.reading.outcomes))
        data = [*answers.values(), self._authorisations, self._centres, flow, states, *self._discussed]
        changed = [self._changes(self.wishes.since)] if self.wishes.since else []
        book = [measured(dictionary([*data, *changed])), measured(codes([*data, *changed]))]
        return [*data, *book, *changed]

    def _changes(self, since: Cut) -> Table:
        return measured(changes_table(self.session, self.study, since, self.reading.layout.union, self.reading.filters))

    def passes(self) -> list[Pass]:
        """The readings that fill the tables; the answers come first, so that the flow knows the outcomes."""
        own = set(self.feed.tables)
        return [self.feed.as_pass(), *(single(table) for table in self.tables if table.name not in own)]

    def opening(self, written: Written, cut: str | None = None) -> Table:
        """``lisez_moi``."""
        since = f"n° {self.wishes.since.number}" if self.wishes.since else None
        cited = Cited(self.reading, self.anchor, self.data_sha256, self.tables, cut, since)
        return opening_table(cited, written)

    def front(self, cut: str | None = None) -> Front:
        """The frame of the workbook."""
        at = utc(self.anchor.at)
        assert at is not None
        return Front([table.name for table in self.tables], lambda written: self.opening(written, cut), at,
                     f"{self.study.code} : {self.study.title_fr}")
