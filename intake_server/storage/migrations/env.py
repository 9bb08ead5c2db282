"""Alembic's entry: it is given a connection that is in a transaction already."""

from alembic import context

from intake_server.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
