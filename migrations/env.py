"""Alembic's environment: it migrates over the connection that `app.kernel.migrating` hands it."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=False, render_as_batch=False)
context.run_migrations()
