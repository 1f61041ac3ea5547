"""The migrations: they lead to the tables that the program uses, and back."""

from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import registry.store.database
from registry.errors import StoreError
from registry.store.database import HEAD_REVISION, Database

_SCRIPTS = Path(registry.store.database.__file__).parent / "migrations"


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def test_the_newest_script_is_the_revision_that_the_program_knows() -> None:
    scripts = ScriptDirectory(str(_SCRIPTS))
    assert scripts.get_heads() == [HEAD_REVISION]
    # Revisions are compared as text to tell a newer database from an older one.
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
    assert {len(number) for number in numbers} == {4}


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert _differences(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX ix_works_sha256",
        "ALTER TABLE works ADD COLUMN colour VARCHAR",
        "DROP TABLE thumbnails",
        "ALTER TABLE checks DROP COLUMN listing",
    ],
)
def test_the_comparison_notices(database: Database, change: str) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql(change)
        assert _differences(connection) != []


def test_constraints_are_those_of_the_models(database: Database) -> None:
    """In words, since what alembic leaves out of its comparison depends on the database."""
    with database.engine.connect() as connection:
        found = inspect(connection)
        for name, table in SQLModel.metadata.tables.items():
            assert found.get_pk_constraint(name)["constrained_columns"] == [key.name for key in table.primary_key]
            assert {
                (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
                for key in found.get_foreign_keys(name)
            } == {
                (tuple(key.column_keys), key.referred_table.name, tuple(one.column.name for one in key.elements))
                for key in table.foreign_key_constraints
            }
            nullable = {column["name"]: column["nullable"] for column in found.get_columns(name)}
            assert nullable == {column.name: column.nullable for column in table.columns}
        uniques = {
            (name, tuple(sorted(unique["column_names"])))
            for name in SQLModel.metadata.tables
            for unique in found.get_unique_constraints(name)
        }
    assert uniques == {
        ("accounts", ("name",)),
        ("works", ("log_index",)),
        ("withdrawals", ("log_index",)),
        ("transactions", ("hash",)),
    }


def test_an_account_has_the_same_bytes_standing_once(database: Database) -> None:
    with database.engine.connect() as connection:
        index = next(one for one in inspect(connection).get_indexes("works") if one["name"] == "uq_works_standing")
    assert index["unique"]
    assert index["column_names"] == ["account", "sha256"]


def test_a_database_from_before_the_first_release_is_refused(database: Database, database_url: str) -> None:
    with database.engine.connect().execution_options(originmark_write=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreError, match="before the first release"):
        Database(database_url)


def test_there_and_back_again(database: Database, database_url: str) -> None:
    with database.engine.connect().execution_options(originmark_write=True) as connection, connection.begin():
        command.downgrade(_config(connection), "base")
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 0
    with closing(Database(database_url)) as again, again.engine.connect() as connection:
        assert _differences(connection) == []


def test_an_upgrade_that_is_interrupted_leaves_nothing(database: Database, database_url: str) -> None:
    with database.engine.connect().execution_options(originmark_write=True) as connection:
        command.downgrade(_config(connection), "base")
        connection.commit()
        command.upgrade(_config(connection), "head")
        assert _differences(connection) == []
        connection.rollback()
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    Database(database_url).close()
