"""An operator with the database open in an editor, who changes one claim and mends everything that he can reach.

He rewrites the claim, its entry, the checkpoints' roots and the tiles, so that the registry itself finds nothing wrong.
He can't rewrite the chain.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from registry.assemble import open_registry
from registry.proof.certificate import Certificate, encode_certificate
from registry.proof.merkle import leaf_hash, tree_root
from registry.settings import Settings
from registry.works import Description, Work, WorkId
from tests.api.house import served
from tests.cli.cli_world import CommandLine
from tests.journeys.leaving_world import found, traces_of
from tests.journeys.pictures import Picture

FIRST, ALL = 4, 6
"""What was anchored: the genesis statement with three works, then two more."""

CHANGED = 2
"""The entry that he changes, or where he begins to."""


@dataclass(frozen=True)
class Original:
    """A registry as it was, for each test to take a copy of: its works by index, and their certificates."""

    directory: Path
    works: dict[int, Work]
    certificates: dict[int, bytes]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    directory = tmp_path_factory.mktemp("original")
    works: dict[int, Work] = {}
    certificates: dict[int, bytes] = {}
    with open_registry(Settings(data_dir=directory, media_workers=1)) as registry:
        studio = registry.access.create_account("studio")
        for index in range(1, ALL):
            made = registry.registering.register(Picture(index).png(), Description(f"work {index}"), studio)
            works[index] = made.work
            if index + 1 in (FIRST, ALL):
                with registry.anchoring() as anchoring:
                    while not (last := registry.ledger.last_anchored()) or last.checkpoint.size <= index:
                        anchoring.step(flush=True)
        for index, work in works.items():
            certificate = registry.certification.certificate(work)
            assert isinstance(certificate, Certificate)
            certificates[index] = encode_certificate(certificate)
    return Original(directory, works, certificates)


@pytest.fixture
def data(original: Original, tmp_path: Path) -> Path:
    shutil.copytree(original.directory, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def originmark(data: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(data, capsys)


@contextmanager
def editor(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "registry.sqlite")) as database, database:
        yield database


def rewrite(database: sqlite3.Connection, index: int, change: Callable[[bytes], bytes]) -> None:
    """Another statement for the claim at this index, and the entry that goes with it."""
    work, statement = database.execute(
        "SELECT work, statement FROM claims JOIN works ON id = work WHERE log_index = ?", (index,)
    ).fetchone()
    changed = change(statement)
    assert changed != statement
    entry = sha256(b"originmark/v1\0" + changed).digest()
    database.execute("UPDATE claims SET statement = ? WHERE work = ?", (changed, work))
    database.execute("UPDATE works SET entry = ? WHERE id = ?", (entry, work))
    database.execute("UPDATE log_entries SET entry = ? WHERE log_index = ?", (entry, index))


def edit(database: sqlite3.Connection) -> None:
    """It was somebody else who declared it."""
    rewrite(database, CHANGED, lambda statement: statement.replace(b'"studio"', b'"thief!"'))


def back_date(database: sqlite3.Connection) -> None:
    """It was declared years earlier."""
    rewrite(database, CHANGED, lambda statement: re.sub(rb'"declared":(\d)\d', rb'"declared":\g<1>0', statement))


def drop(database: sqlite3.Connection) -> None:
    """It was never there: what came after takes its place."""
    (work,) = database.execute("SELECT id FROM works WHERE log_index = ?", (CHANGED,)).fetchone()
    for table in ("claims", "codes", "features", "thumbnails", "parts"):
        database.execute(f"DELETE FROM {table} WHERE work = ?", (work,))
    database.execute("DELETE FROM works WHERE id = ?", (work,))
    database.execute("DELETE FROM log_entries WHERE log_index = ?", (CHANGED,))
    for index in range(CHANGED + 1, ALL):
        for table in ("log_entries", "works"):
            database.execute(f"UPDATE {table} SET log_index = ? WHERE log_index = ?", (index - 1, index))
    database.execute("UPDATE log_head SET size = size - 1")


def reorder(database: sqlite3.Connection) -> None:
    """It came after the one that came after it."""
    away = 1_000_000
    for table in ("log_entries", "works"):
        for old, new in ((CHANGED, away), (CHANGED + 1, CHANGED), (away, CHANGED + 1)):
            database.execute(f"UPDATE {table} SET log_index = ? WHERE log_index = ?", (new, old))


def drop_the_last(database: sqlite3.Connection) -> None:
    """The newest was never there."""
    (work,) = database.execute("SELECT id FROM works WHERE log_index = ?", (ALL - 1,)).fetchone()
    database.execute("DELETE FROM claims WHERE work = ?", (work,))
    database.execute("DELETE FROM works WHERE id = ?", (work,))
    database.execute("DELETE FROM log_entries WHERE log_index = ?", (ALL - 1,))
    database.execute("UPDATE log_head SET size = size - 1")


def cover_up(data: Path, database: sqlite3.Connection) -> None:
    """Roots for the checkpoints that fit what is there now; the tiles are built anew by themselves."""
    leaves = [leaf_hash(entry) for (entry,) in database.execute("SELECT entry FROM log_entries ORDER BY log_index")]
    for table in ("anchors", "checkpoints"):
        database.execute(f"DELETE FROM {table} WHERE size > ?", (len(leaves),))
    for (size,) in database.execute("SELECT size FROM checkpoints").fetchall():
        database.execute("UPDATE checkpoints SET root = ? WHERE size = ?", (tree_root(leaves[:size]), size))
    shutil.rmtree(data / "log")


TAMPERED = [edit, back_date, drop, reorder]


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_an_operator_who_changes_one_claim_is_caught_by_an_audit_of_what_he_exports(
    originmark: CommandLine, data: Path, tmp_path: Path, change: Callable[[sqlite3.Connection], None]
) -> None:
    with editor(data) as database:
        change(database)
        cover_up(data, database)
    assert originmark("log", "export", tmp_path / "public").code == 0, "his own program finds nothing wrong"
    ran = originmark("log", "audit", tmp_path / "public", "--json")
    assert ran.code == 1
    told = ran.line
    assert (told["honest"], told["kind"], told["entries"], told["checkpoint"]) == (
        False,
        "entries",
        [0, FIRST - 1],
        FIRST,
    )
    assert isinstance(told["block"], int)
    said = originmark("log", "audit", tmp_path / "public")
    assert said.code == 1
    assert f"entries 0 to {FIRST - 1}" in said.out


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_an_operator_who_changes_one_claim_is_caught_by_whoever_verifies_its_certificate(
    originmark: CommandLine,
    data: Path,
    tmp_path: Path,
    original: Original,
    change: Callable[[sqlite3.Connection], None],
) -> None:
    (tmp_path / "before.json").write_bytes(original.certificates[CHANGED])
    assert originmark("verify", tmp_path / "before.json").code == 0
    with editor(data) as database:
        change(database)
        cover_up(data, database)
        (touched,) = database.execute("SELECT id FROM works WHERE log_index = ?", (CHANGED,)).fetchone()
    made = originmark("certificate", WorkId(touched), "-o", tmp_path / "after.json")
    assert made.code == 0, "his own program certifies it"
    ran = originmark("verify", tmp_path / "after.json", "--json")
    assert ran.code == 1
    answers = {answer["question"]: answer["answer"] for answer in ran.line["answers"]}
    assert answers["anchored"] == "no"
    assert originmark("verify", tmp_path / "before.json").code == 0, "what was certified before holds"


def test_an_operator_who_drops_the_newest_claim_is_caught(originmark: CommandLine, data: Path, tmp_path: Path) -> None:
    with editor(data) as database:
        drop_the_last(database)
        cover_up(data, database)
    assert originmark("log", "export", tmp_path / "public").code == 0
    ran = originmark("log", "audit", tmp_path / "public", "--json")
    assert ran.code == 1
    assert (ran.line["kind"], ran.line["checkpoint"]) == ("entries", ALL)
    assert "kept back" in ran.line["says"]


def test_an_operator_who_back_dates_an_anchor_is_caught(originmark: CommandLine, data: Path, tmp_path: Path) -> None:
    with editor(data) as database:
        database.execute("UPDATE anchors SET block_time = block_time - 86400 WHERE size = ?", (FIRST,))
        (work,) = database.execute("SELECT id FROM works WHERE log_index = ?", (CHANGED,)).fetchone()
    assert originmark("log", "export", tmp_path / "public").code == 0
    ran = originmark("log", "audit", tmp_path / "public", "--json")
    assert (ran.code, ran.line["kind"], ran.line["checkpoint"]) == (1, "anchors", FIRST)
    assert originmark("certificate", work, "-o", tmp_path / "after.json").code == 0
    assert originmark("verify", tmp_path / "after.json").code == 1


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_an_operator_who_mends_nothing_isn_t_even_served_by_his_own_program(
    originmark: CommandLine, data: Path, tmp_path: Path, change: Callable[[sqlite3.Connection], None]
) -> None:
    with editor(data) as database:
        change(database)
    ran = originmark("log", "export", tmp_path / "public")
    assert ran.code == 2
    assert not (tmp_path / "public" / "checkpoint").exists()


def test_a_served_log_is_audited_and_witnessed_like_a_folder(
    originmark: CommandLine, data: Path, tmp_path: Path, original: Original
) -> None:
    from api import create_app

    with open_registry(Settings(data_dir=data, media_workers=1)) as registry, served(create_app(registry)) as address:
        log = registry.identity.log.hex()
        for rpc in ([], ["--rpc", f"{address}/rpc"]):
            ran = originmark("log", "audit", f"{address}/log", "--registry", log, *rpc, "--json")
            assert (ran.code, ran.line["honest"], ran.line["checkpoints"]) == (0, True, 2), ran
        seen = originmark("log", "witness", f"{address}/log/", "--key", tmp_path / "w.key", "--json")
        assert (seen.code, seen.line["size"]) == (0, ALL)
        # Changed behind its back: the server itself contradicts the tiles it has.
        with editor(data) as database:
            edit(database)
        ran = originmark("log", "audit", f"{address}/log", "--json")
        assert (ran.code, ran.line["kind"]) == (1, "malformed")
        assert "contradicts itself" in ran.line["says"]


def test_nothing_private_gets_out(data: Path, tmp_path: Path, original: Original) -> None:
    with open_registry(Settings(data_dir=data, media_workers=1)) as registry:
        registry.exporting.export(tmp_path / "public")
        for work in original.works.values():
            traces = traces_of(registry, work)
            assert found(data, traces), "they are found where they are"
            assert found(tmp_path / "public", traces) == {}
        statements = [
            statement
            for (statement,) in sqlite3.connect(data / "registry.sqlite").execute("SELECT statement FROM claims")
        ]
    bundle = (tmp_path / "public" / "tile" / "entries" / f"000.p/{ALL}").read_bytes()
    held = {bundle[at + 2 : at + 34] for at in range(0, len(bundle), 34)}
    assert {sha256(b"originmark/v1\0" + statement).digest() for statement in statements} < held
    assert {sha256(statement).digest() for statement in statements}.isdisjoint(held)
