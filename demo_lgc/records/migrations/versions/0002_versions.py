"""A version of a document stands once in a record."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # No file can break it: until now every document was the first version of its own set.
    op.create_index("ix_document_set_id", "document", ["set_id", "patient_id", "version"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_document_set_id", table_name="document")
