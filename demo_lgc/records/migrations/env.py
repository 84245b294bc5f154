"""Run the migrations on the connection the store gives."""

from __future__ import annotations

from alembic import context

from demo_lgc.records.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
