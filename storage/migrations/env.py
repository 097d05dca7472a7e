"""How does Alembic meet our connection? Called by storage.migrate, never by a command line."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by copying the table
    transactional_ddl=True,  # on SQLite too: our BEGIN is real (storage.engine)
)
with context.begin_transaction():
    context.run_migrations()
