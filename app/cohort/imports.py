"""Importing a list: the dry run and the import, which share one plan; one transaction, wholly there or not at all."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.casing import open_cases
from app.cohort.errors import ListChanged
from app.cohort.interpreting import fingerprinter, read_records
from app.cohort.known import load_known
from app.cohort.mappings import saved_headers
from app.cohort.models import Authorisation, ListImport, ListRow, Patient, Study
from app.cohort.pausing import collector_paused
from app.cohort.planning import Plan, plan
from app.cohort.reading import ListFile, open_list
from app.cohort.refreshing import refresh_patients
from app.cohort.report import FIGURES, ImportReport, difference_of
from app.cohort.rules import ListRules
from app.cohort.storing import Store
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.vault import Vault

Mapped = Mapping[str, str] | Path | None


def check_list(
    session: Session,
    vault: Vault,
    study: Study,
    rules: ListRules,
    path: Path,
    mapping: Mapped = None,
    *,
    now: datetime,
    name: str | None = None,
) -> ImportReport:
    """The dry run: what would become of every row. Nothing is written; `now` is the import's would-be time.

    Raises NotAList, HostileFile, NoKeyColumn or BadMapping.
    """
    with collector_paused():
        file = open_list(path, name)
        made = _plan(session, vault, study, rules, file, mapping)
        return _foreseen(session, study, file, made)


def _foreseen(session: Session, study: Study, file: ListFile, made: Plan) -> ImportReport:
    kept = [row for row in made.stored if row.fate == "kept"]
    patients = {
        id(person) for row in kept if (person := made.person_of(row)) is not None and person.key is None
    }
    centres = {
        id(entry) for row in kept if (entry := made.entry_of(row)) is not None and entry.centre_id is None
    }
    reused = {
        entry.centre_id for row in kept if (entry := made.entry_of(row)) is not None and entry.centre_id
    }
    return ImportReport(
        file.name,
        made,
        patients=_patients(session, study) + len(patients),
        centres=len(_centres(session, study) | reused) + len(centres),
        difference=difference_of(made),
    )


def import_list(
    session: Session,
    vault: Vault,
    study: Study,
    rules: ListRules,
    path: Path,
    mapping: Mapped = None,
    *,
    actor: Actor,
    now: datetime,
    name: str | None = None,
    expected: str | None = None,
) -> ImportReport:
    """Imports a list inside the caller's transaction and journals it; rows already known add nothing.

    `expected` are a dry run's figures (`ImportReport.figures`): anything else raises ListChanged. Raises NotAList,
    HostileFile, NoKeyColumn or BadMapping, having written nothing.
    """
    # Two imports into one study wait for each other: codes and row ids are given in order.
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    with collector_paused():
        file = open_list(path, name)
        made = _plan(session, vault, study, rules, file, mapping)
    if expected is not None:
        _expect(expected, _foreseen(session, study, file, made).figures())
    with collector_paused():
        store, difference = Store(session, vault, study, rules, now), difference_of(made)
        import_id = _store(session, vault, study, rules, file, made, store, actor, now) if made.stored else None
    report = ImportReport(
        file.name,
        made,
        patients=_patients(session, study),
        centres=len(_centres(session, study)),
        difference=difference,
        import_id=import_id,
        codes=store.codes,
    )
    if import_id is not None:
        _record(session, study, report, file, actor, now)
    return report


def _expect(expected: str, figures: str) -> None:
    if expected != figures:
        before, after = _figures(expected), _figures(figures)
        changed = [name for name, count in after.items() if before.get(name) != count]
        moved = {name: f"{before.get(name, '–')} → {after[name]}" for name in changed}
        raise ListChanged(
            changes_fr=", ".join(f"{FIGURES[name]['fr']} {moved[name]}" for name in changed),
            changes_en=", ".join(f"{FIGURES[name]['en']} {moved[name]}" for name in changed),
        )


def _figures(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split() if "=" in part)


def _plan(
    session: Session, vault: Vault, study: Study, rules: ListRules, file: ListFile, mapping: Mapped
) -> Plan:
    headers = saved_headers(session, study, mapping)
    # The fingerprints' key differs by study and never leaves this process.
    key = bytes.fromhex(vault.index("list_row", study.code))
    records = read_records(file, rules, headers, fingerprinter(key))
    return plan(records, load_known(session, vault, study), rules)


def _store(
    session: Session,
    vault: Vault,
    study: Study,
    rules: ListRules,
    file: ListFile,
    made: Plan,
    store: Store,
    actor: Actor,
    now: datetime,
) -> int:
    listed = ListImport(
        study_id=study.id,
        file_name=file.name,
        sha256=file.sha256,
        imported_at=now,
        imported_by=actor.name,
        counts="{}",
    )
    session.add(listed)
    session.flush()
    store.store(made, listed)
    open_cases(session, study, rules, made, listed.id, now)
    refresh_patients(session, vault, study, store.joined, rules.new_course)
    return listed.id


def _record(
    session: Session, study: Study, report: ImportReport, file: ListFile, actor: Actor, now: datetime
) -> None:
    counts = orjson.dumps(report.counts()).decode()
    session.get_one(ListImport, report.import_id).counts = counts
    record(
        session,
        actor=actor,
        at=now,
        action="list.imported",
        subject_type="list_import",
        subject_id=str(report.import_id),
        study=study.code,
        new=counts,
        reason=f"sha256 {file.sha256}",
    )


def _patients(session: Session, study: Study) -> int:
    query = select(func.count()).where(
        Patient.study_id == study.id, Patient.merged_into_id.is_(None), Patient.enrolled.is_(False)
    )
    return session.scalar(query) or 0


def _centres(session: Session, study: Study) -> set[int | None]:
    query = (
        select(Authorisation.centre_id)
        .join(ListRow, ListRow.id == Authorisation.id)
        .where(Authorisation.study_id == study.id, ListRow.fate == "kept")
        .distinct()
    )
    return set(session.scalars(query))
