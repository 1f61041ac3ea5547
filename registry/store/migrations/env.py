"""Alembic's way in: `Database` hands over an open connection in a transaction, which it commits itself."""

from alembic import context
from sqlmodel import SQLModel

import registry.store.tables  # noqa: F401  the metadata is filled by importing the tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transaction_per_migration=False,
    # Alembic takes SQLite's DDL to be non-transactional, since Python's driver commits before it. Ours doesn't.
    transactional_ddl=True,
)
context.run_migrations()
