"""Cohort: studies, centres and spellings, patients, list rows, authorisations, review cases, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Creates the cohort."""
    _create_centres_and_patients()
    _create_lists()
    _create_review()


def _create_centres_and_patients() -> None:
    _create_study()
    _create_centre()
    _create_centre_alias()
    _create_patient()
    _create_patient_identity()


def _create_lists() -> None:
    _create_list_import()
    _create_list_row()
    _create_list_row_identity()
    _create_authorisation()
    _create_list_mapping()


def _create_review() -> None:
    _create_review_case()
    _create_decision()


def _create_study() -> None:
    op.create_table(
        "study",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("title_fr", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("code_prefix", sa.String(8), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_study"),
        sa.UniqueConstraint("code", name="uq_study_code"),
    )


def _create_centre() -> None:
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("city", sa.Text),
        sa.Column("postcode", sa.String(5)),
        sa.Column("department", sa.String(3)),
        sa.Column("finess", sa.String(9)),
        sa.Column("legal_body", sa.String(32)),
        sa.Column("patients_coded", sa.Integer, nullable=False),
        sa.Column("merged_into_id", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_centre"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["centre.id"], name="fk_centre_merged_into_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_centre_study_id"),
        sa.UniqueConstraint("study_id", "number", name="uq_centre_study_id_number"),
    )
    op.create_index("ix_centre_merged_into_id", "centre", ["merged_into_id"])


def _create_centre_alias() -> None:
    op.create_table(
        "centre_alias",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("centre_id", sa.Integer, nullable=False),
        sa.Column("spelling_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("postcode", sa.String(16), nullable=False),
        sa.Column("finess", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_centre_alias"),
        sa.CheckConstraint("origin IN ('list', 'typo', 'decided', 'given')", name="ck_centre_alias_origin"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_centre_alias_centre_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_centre_alias_study_id"),
        sa.UniqueConstraint("study_id", "spelling_key", name="uq_centre_alias_study_id_spelling_key"),
    )
    op.create_index("ix_centre_alias_centre_id", "centre_alias", ["centre_id"])


def _create_patient() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("centre_id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("first_grant_on", sa.Date),
        sa.Column("last_grant_on", sa.Date),
        sa.Column("incident", sa.Boolean),
        sa.Column("incident_decided", sa.Boolean, nullable=False),
        sa.Column("sex", sa.SmallInteger),
        sa.Column("enrolled", sa.Boolean, nullable=False),
        sa.Column("merged_into_id", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_patient_centre_id"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["patient.id"], name="fk_patient_merged_into_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_patient_study_id"),
        sa.UniqueConstraint("study_id", "code", name="uq_patient_study_id_code"),
    )
    op.create_index("ix_patient_study_id_centre_id", "patient", ["study_id", "centre_id"])


def _create_patient_identity() -> None:
    op.create_table(
        "patient_identity",
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name="pk_patient_identity"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_identity_patient_id"),
    )


def _create_list_import() -> None:
    op.create_table(
        "list_import",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_import"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_list_import_study_id"),
    )
    op.create_index("ix_list_import_study_id_sha256", "list_import", ["study_id", "sha256"])


def _create_list_row() -> None:
    op.create_table(
        "list_row",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("source_row", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("number_index", sa.String(32)),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_row"),
        sa.CheckConstraint(
            "fate IN ('kept', 'duplicate', 'refused', 'other_product', 'other_indication', "
            "'outside_window', 'review')",
            name="ck_list_row_fate",
        ),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name="fk_list_row_import_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_list_row_study_id"),
    )
    op.create_index("ix_list_row_study_id_import_id", "list_row", ["study_id", "import_id"])


def _create_list_row_identity() -> None:
    op.create_table(
        "list_row_identity",
        sa.Column("row_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_list_row_identity"),
        sa.ForeignKeyConstraint(["row_id"], ["list_row.id"], name="fk_list_row_identity_row_id"),
    )


def _create_authorisation() -> None:
    op.create_table(
        "authorisation",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("patient_id", sa.String(32)),
        sa.Column("centre_id", sa.Integer),
        sa.Column("auth_kind", sa.String(16), nullable=False),
        sa.Column("request_type", sa.String(8)),
        sa.Column("request_type_inferred", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(16)),
        sa.Column("granted_on", sa.Date),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("duration_days", sa.Integer),
        sa.Column("product", sa.String(64)),
        sa.Column("strength", sa.String(32)),
        sa.Column("sex", sa.SmallInteger),
        sa.Column("in_window", sa.Boolean),
        sa.Column("course_no", sa.Integer),
        sa.Column("link_rule", sa.String(8)),
        sa.PrimaryKeyConstraint("id", name="pk_authorisation"),
        sa.CheckConstraint(
            "auth_kind IN ('atu_nominative', 'atu_cohorte', 'aac', 'aap', 'rtu')",
            name="ck_authorisation_auth_kind",
        ),
        sa.CheckConstraint(
            "link_rule IN ('first', 'a', 'b', 'c', 'decided')", name="ck_authorisation_link_rule"
        ),
        sa.CheckConstraint("request_type IN ('initial', 'renewal')", name="ck_authorisation_request_type"),
        sa.CheckConstraint(
            "status IN ('granted', 'refused', 'cancelled', 'pending')", name="ck_authorisation_status"
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_authorisation_centre_id"),
        sa.ForeignKeyConstraint(["id"], ["list_row.id"], name="fk_authorisation_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_authorisation_patient_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_authorisation_study_id"),
    )
    op.create_index("ix_authorisation_patient_id", "authorisation", ["patient_id"])


def _create_review_case() -> None:
    op.create_table(
        "review_case",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("import_id", sa.Integer),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("probability", sa.Double),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_case"),
        sa.CheckConstraint(
            "kind IN ('patient', 'centre', 'row', 'number', 'changed', 'withdrawn')",
            name="ck_review_case_kind",
        ),
        sa.CheckConstraint("state IN ('open', 'decided', 'settled')", name="ck_review_case_state"),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name="fk_review_case_import_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_review_case_study_id"),
    )
    op.create_index("ix_review_case_study_id_state", "review_case", ["study_id", "state"])


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer),
        sa.Column("mutation_id", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("undone_by", sa.Text),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name="fk_decision_case_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_decision_study_id"),
        sa.UniqueConstraint("mutation_id", name="uq_decision_mutation_id"),
    )
    op.create_index("ix_decision_case_id", "decision", ["case_id"])
    op.create_index("ix_decision_study_id", "decision", ["study_id"])


def _create_list_mapping() -> None:
    op.create_table(
        "list_mapping",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_mapping"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_list_mapping_study_id"),
        sa.UniqueConstraint("study_id", "name", name="uq_list_mapping_study_id_name"),
    )


def downgrade() -> None:
    """Drops the cohort."""
    op.drop_table("list_mapping")
    op.drop_table("decision")
    op.drop_table("review_case")
    op.drop_table("authorisation")
    op.drop_table("list_row_identity")
    op.drop_table("list_row")
    op.drop_table("list_import")
    op.drop_table("patient_identity")
    op.drop_table("patient")
    op.drop_table("centre_alias")
    op.drop_table("centre")
    op.drop_table("study")
