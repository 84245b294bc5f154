"""Patients, agenda, VSM, documents, correspondents, DMP states, outbox and trace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What no statement may change afterwards, and in which columns ("" means any).
FROZEN = {
    "part": "",
    "vsm": "",
    "trace": "",
    "share": "",
    "delivery": "id, share_id, channel, destination, label, wire_id, created_at",
    "document": "unique_id, patient_id, set_id, version, replaces, content, sha256, pdf",
}


def upgrade() -> None:
    op.create_table(
        "correspondent",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("speciality", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_correspondent"),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ipp", sa.String(), nullable=False),
        sa.Column("birth_name", sa.String(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth_place", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("matricule", sa.String(), nullable=True),
        sa.Column("ins_oid", sa.String(), nullable=True),
        sa.Column("used_name", sa.String(), nullable=False),
        sa.Column("used_given_name", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("phones", sa.Text(), nullable=False),
        sa.Column("important", sa.Text(), nullable=False),
        sa.Column("opposed_to_dmp", sa.Boolean(), nullable=False),
        sa.Column("opposition_by", sa.String(), nullable=True),
        sa.Column("opposition_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("ipp", name="uq_patient_ipp"),
    )
    op.create_index("ix_patient_matricule", "patient", ["matricule"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_appointment_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
    )
    op.create_index("ix_appointment_day", "appointment", ["day"], unique=False)
    op.create_index("ix_appointment_patient_id", "appointment", ["patient_id"], unique=False)
    op.create_table(
        "dmp_state",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("existence", sa.String(), nullable=False),
        sa.Column("authorisation", sa.String(), nullable=False),
        sa.Column("treating_doctor", sa.Boolean(), nullable=False),
        sa.Column("attached_to_mes", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_dmp_state_patient_id"),
        sa.PrimaryKeyConstraint("patient_id", name="pk_dmp_state"),
    )
    op.create_table(
        "document",
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("type_label", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mime_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_document_patient_id"),
        sa.PrimaryKeyConstraint("unique_id", name="pk_document"),
    )
    op.create_index("ix_document_patient_id", "document", ["patient_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("done", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_event_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_patient_id", "event", ["patient_id"], unique=False)
    op.create_table(
        "patient_name",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_name_patient_id"),
        sa.PrimaryKeyConstraint("key", "patient_id", name="pk_patient_name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_patient_name_patient_id", "patient_name", ["patient_id"], unique=False)
    op.create_table(
        "trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("structure", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_trace_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trace"),
    )
    op.create_index("ix_trace_patient_id", "trace", ["patient_id"], unique=False)
    op.create_table(
        "vsm",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_vsm_patient_id"),
        sa.PrimaryKeyConstraint("patient_id", "number", name="pk_vsm"),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.unique_id"], name="fk_share_document_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_share_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_share"),
    )
    op.create_index("ix_share_document_id", "share", ["document_id"], unique=False)
    op.create_index("ix_share_patient_id", "share", ["patient_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("wire_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.String(), nullable=True),
        sa.Column("next_try", sa.String(), nullable=True),
        sa.Column("content_left", sa.Boolean(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("reason_kind", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name="fk_delivery_share_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_share_id", "delivery", ["share_id"], unique=False)
    op.create_index("ix_delivery_state", "delivery", ["state"], unique=False)
    op.create_index(
        "ix_delivery_wire_id", "delivery", ["wire_id"], unique=True, sqlite_where=sa.text("wire_id <> ''")
    )
    op.create_table(
        "part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_part_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_part"),
        sa.UniqueConstraint("delivery_id", "name", name="uq_part_delivery_id"),
    )
    for table, columns in FROZEN.items():
        of = f" OF {columns}" if columns else ""
        for verb in (f"UPDATE{of}", "DELETE"):
            name = f"frozen_{table}_{verb.split()[0].lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'frozen'); END"
            )


def downgrade() -> None:
    op.drop_table("part")
    op.drop_index("ix_delivery_wire_id", table_name="delivery", sqlite_where=sa.text("wire_id <> ''"))
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.drop_index("ix_delivery_share_id", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_share_patient_id", table_name="share")
    op.drop_index("ix_share_document_id", table_name="share")
    op.drop_table("share")
    op.drop_table("vsm")
    op.drop_index("ix_trace_patient_id", table_name="trace")
    op.drop_table("trace")
    op.drop_index("ix_patient_name_patient_id", table_name="patient_name")
    op.drop_table("patient_name")
    op.drop_index("ix_event_patient_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_document_patient_id", table_name="document")
    op.drop_table("document")
    op.drop_table("dmp_state")
    op.drop_index("ix_appointment_patient_id", table_name="appointment")
    op.drop_index("ix_appointment_day", table_name="appointment")
    op.drop_table("appointment")
    op.drop_index("ix_patient_matricule", table_name="patient")
    op.drop_table("patient")
    op.drop_table("correspondent")
