"""An old backup on a chain that has gone on: read-only, until claimants' proofs or a mirror have filled the hole."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from registry.archive.file import Archive
from registry.assemble import Registry, open_registry
from registry.backup import back_up
from registry.chains import open_json_rpc
from registry.clock import system_clock
from registry.errors import ChainAhead, Conflict
from registry.ledger.copying import copied_beside
from registry.listings import Listing
from registry.log.bundles import entries_in
from registry.log.names import BundleName
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.receipt import encode_receipt
from registry.recover.journey import Complete, Incomplete, open_recovery
from registry.restore import restore
from registry.settings import Settings
from registry.works import Description
from tests.cli.cli_world import CommandLine
from tests.journeys.leaving_world import STRANGER
from tests.journeys.pictures import Picture


def nobody(*_: object) -> None:
    """Nobody is told."""


@dataclass
class Lost:
    """A registry whose database is two checkpoints and one promise behind, and what others hold of it.

    Entries 1 and 2 are in the backup, 3 to 5 are anchored since, and 6 was only promised.
    """

    settings: Settings
    certificates: dict[int, bytes]
    receipts: dict[int, bytes]
    tiles: Path
    roots: dict[int, bytes]


def register(registry: Registry, *seeds: int) -> None:
    owner = registry.access.account_or_default(None)
    for seed in seeds:
        registry.registering.register(Picture(seed, (96, 72)).png(), Description(f"Work {seed}"), owner)


def anchor(registry: Registry) -> None:
    with registry.anchoring() as anchoring:
        anchoring.step(flush=True)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """What everybody holds, and the directory `lost`, to be copied by each test."""
    place = tmp_path_factory.mktemp("original")
    settings = Settings(data_dir=place / "data", media_workers=1)
    with open_registry(settings) as registry:
        register(registry, 1, 2)
        anchor(registry)
        back_up(settings, place / "b.zip", with_keys=True, version="1", clock=system_clock, progress=nobody)
        register(registry, 3, 4)
        anchor(registry)
        register(registry, 5)
        anchor(registry)
        register(registry, 6)
        works = registry.catalogue.page(account=None, after=0, limit=100)
        certificates = {}
        for work in works[:5]:
            made = registry.certification.certificate(work, with_fingerprints=work.index == 3)
            assert isinstance(made, Certificate)
            certificates[work.index] = encode_certificate(made)
        receipts = {work.index: encode_receipt(registry.catalogue.receipt(work)) for work in works}
        registry.log.extend(6)
        bundle = place / "tiles" / BundleName(0, 6).path
        bundle.parent.mkdir(parents=True)
        bundle.write_bytes(registry.log.entry_bundle(0, 6))
        roots = {size: registry.log.root(size) for size in (3, 5, 6)}
    with Archive(place / "b.zip") as archive:
        restore(Settings(data_dir=place / "lost", media_workers=1), archive, nobody)
    # The chain has gone on: it is a file here only because it's embedded.
    (place / "lost/chain.sqlite").unlink()
    with copied_beside(place / "data/chain.sqlite", lambda: None) as chain:
        chain.write(place / "lost/chain.sqlite", nobody)
    return Lost(Settings(data_dir=place / "lost", media_workers=1), certificates, receipts, place / "tiles", roots)


@pytest.fixture
def lost(original: Lost, tmp_path: Path) -> Lost:
    shutil.copytree(original.settings.data_dir, tmp_path / "data")
    settings = Settings(data_dir=tmp_path / "data", media_workers=1)
    return Lost(settings, original.certificates, original.receipts, original.tiles, original.roots)


def recovered(
    registry: Registry, files: dict[str, bytes], tiles: Path | None = None, *, anchored_only: bool = False
) -> Complete | Incomplete:
    with registry.leases.held(), open_json_rpc(registry.settings) as request:
        return open_recovery(request, registry, nobody).recover(
            files.items(),
            lambda start, end: {} if tiles is None else entries_in(tiles, start, end),
            anchored_only=anchored_only,
            progress=nobody,
        )


def files_of(lost: Lost, *, certificates: tuple[int, ...] = (), receipts: tuple[int, ...] = ()) -> dict[str, bytes]:
    return {
        **{f"certificate {index}": lost.certificates[index] for index in certificates},
        **{f"receipt {index}": lost.receipts[index] for index in receipts},
    }


def must_be_level(registry: Registry, size: int) -> None:
    """The log has this size, goes on, and gives the anchored roots."""
    assert registry.ledger.size() == size
    registry.standing.must_be_level()
    register(registry, 70)
    anchor(registry)
    last = registry.ledger.last_anchored()
    assert last is not None
    assert last.checkpoint.size == size + 1
    assert registry.log.extend(size + 1, expected=last.checkpoint.root) == last.checkpoint.root


def test_an_old_backup_reads_and_checks_and_registers_nothing(lost: Lost) -> None:
    with open_registry(lost.settings) as registry:
        (first, second) = registry.catalogue.page(account=None, after=0, limit=10)
        owner = registry.access.account_or_default(None)
        with pytest.raises(ChainAhead) as refused:
            register(registry, 70)
        assert (refused.value.chain, refused.value.known) == (6, 3)
        with pytest.raises(ChainAhead):
            registry.withdrawing.withdraw(first.id, owner.id)
        with pytest.raises(ChainAhead), registry.anchoring():
            pass
        again = registry.registering.register(Picture(1, (96, 72)).png(), Description("Work 1"), owner)
        assert (again.new, again.work.id) == (False, first.id)
        check = registry.checking.check(Picture(2, (96, 72)).jpeg(), Listing(), STRANGER)
        kept = registry.checking.kept(check.id)
        assert kept is not None
        assert second.id in registry.checking.works_of(kept)
        assert isinstance(registry.certification.certificate(second), Certificate)
        assert registry.ledger.size() == 3


def test_http_says_so_and_what_to_do(lost: Lost) -> None:
    from registry.accounts import Scope

    with open_registry(lost.settings) as registry:
        key = registry.access.create_key(registry.access.account_or_default(None), [Scope.REGISTER]).token
        client = TestClient(create_app(registry), base_url="http://127.0.0.1:8000")
        answer = client.post(
            "/v1/works",
            files={"file": ("a.png", Picture(70, (96, 72)).png())},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/read-only")
        assert (answer.json()["chain"], answer.json()["known"]) == (6, 3)
        assert "originmark recover" in answer.json()["remedy"]
        told = client.get("/readyz").json()["parts"]["registering"]
        assert told["state"] == "degraded"
        assert "originmark recover" in told["told"]


def test_what_is_known_holds_while_the_chain_can_t_be_asked(lost: Lost) -> None:
    with open_registry(lost.settings) as registry:
        registry.standing.ask()
    chain = lost.settings.data_dir / "chain.sqlite"
    chain.rename(chain.with_name("away"))
    with open_registry(lost.settings) as registry, pytest.raises(ChainAhead):
        register(registry, 70)
    (lost.settings.data_dir / "chain-head.json").write_text("{}")
    with open_registry(lost.settings) as registry:
        register(registry, 70)  # nothing was ever known, so a chain that is away keeps nobody from registering


def test_certificates_alone_make_it_whole(lost: Lost) -> None:
    with open_registry(lost.settings) as registry:
        outcome = recovered(registry, files_of(lost, certificates=(3, 4, 5)))
        assert isinstance(outcome, Complete)
        assert (outcome.before, outcome.size, outcome.chain) == (3, 6, 6)
        works = {work.index: work for work in registry.catalogue.page(account=None, after=2, limit=10)}
        assert set(works) == {3, 4, 5} == {work.receipt.index for work in outcome.works}
        for index, work in works.items():
            # The certificate that the recovered registry writes is the one that the claimant holds.
            again = registry.certification.certificate(work, with_fingerprints=index == 3)
            assert isinstance(again, Certificate)
            assert encode_certificate(again) == lost.certificates[index]
            assert encode_receipt(registry.catalogue.receipt(work)) == lost.receipts[index]
        assert {size: registry.log.root(size) for size in lost.roots} == lost.roots
        must_be_level(registry, 6)


def test_receipts_and_a_mirror_fill_the_rest_and_promises_are_kept(lost: Lost) -> None:
    with open_registry(lost.settings) as registry:
        outcome = recovered(registry, files_of(lost, certificates=(4,), receipts=(3, 6)), lost.tiles)
        assert isinstance(outcome, Complete)
        assert (outcome.size, outcome.chain) == (7, 6)
        assert [work.receipt.index for work in outcome.works] == [4]
        promised = parse_certificate(lost.certificates[3])
        assert registry.ledger.received(3) == promised.claim.declared
        must_be_level(registry, 7)


def test_what_is_missing_is_told_exactly_and_nothing_is_written(lost: Lost) -> None:
    with open_registry(lost.settings) as registry:
        outcome = recovered(registry, files_of(lost, certificates=(4,), receipts=(6,)))
        assert isinstance(outcome, Incomplete)
        assert outcome.missing == (range(3, 4), range(5, 6))
        assert registry.ledger.size() == 3
        assert registry.catalogue.count() == 2
        with pytest.raises(ChainAhead):
            register(registry, 70)


def test_forged_and_foreign_files_prove_nothing(lost: Lost, original: Lost) -> None:
    third = lost.certificates[3]
    claim = parse_certificate(third).claim
    forged = {
        "claim": third.replace(claim.file_sha256.hex().encode(), bytes(32).hex().encode()),
        "receipt": lost.receipts[4].replace(b'"index":4', b'"index":5'),
        "nonsense": b"{}",
        "no json": b"\xff\x00",
    }
    assert all(data not in (third, lost.receipts[4]) for data in forged.values())
    with open_registry(lost.settings) as registry:
        outcome = recovered(registry, forged)
        assert isinstance(outcome, Incomplete)
        assert [one.name for one in outcome.refused] == list(forged)
        assert outcome.missing == (range(3, 6),)


def test_a_lying_mirror_is_found_out_by_the_anchored_root(lost: Lost, tmp_path: Path) -> None:
    shutil.copytree(lost.tiles, tmp_path / "lies")
    bundle = tmp_path / "lies" / BundleName(0, 6).path
    data = bytearray(bundle.read_bytes())
    data[4 * 34 + 10] ^= 1
    bundle.write_bytes(bytes(data))
    with open_registry(lost.settings) as registry:
        with pytest.raises(Conflict, match="entries 3 to 4 is wrong"):
            recovered(registry, {}, tmp_path / "lies")
        assert registry.ledger.size() == 3
        assert isinstance(recovered(registry, files_of(lost, receipts=(3, 4)), tmp_path / "lies"), Complete)


def test_a_database_that_went_on_by_itself_is_told(lost: Lost) -> None:
    chain = lost.settings.data_dir / "chain.sqlite"
    chain.rename(chain.with_name("away"))
    with open_registry(lost.settings) as registry:
        register(registry, 70)
    chain.with_name("away").rename(chain)
    with open_registry(lost.settings) as registry, pytest.raises(Conflict, match="another entry at 3"):
        recovered(registry, files_of(lost, certificates=(3, 4, 5)))


def test_the_commands(lost: Lost, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    originmark = CommandLine(lost.settings.data_dir, capsys)
    assert "originmark recover" in originmark("status", "--json").line["registering"]
    (tmp_path / "proofs").mkdir()
    for index in (3, 5):
        (tmp_path / "proofs" / f"{index}.json").write_bytes(lost.certificates[index])
    some = originmark("recover", "--json", tmp_path / "proofs")
    assert (some.code, some.line["missing"]) == (1, [[4, 4]])
    assert originmark("recover", tmp_path / "proofs").out == "missing 4\n"
    whole = originmark("recover", "--json", tmp_path / "proofs", "--tiles", lost.tiles)
    assert (whole.code, whole.line["recovered"], whole.line["entries"]) == (0, 3, 6)
    assert originmark("status", "--json").line["registering"] == "open"
    again = originmark("recover", "--json")
    assert (again.code, again.line["recovered"]) == (0, 0)
    made = originmark("backup", "--json", tmp_path)
    assert (made.code, made.line["entries"], made.line["keys"]) == (0, 6, False)
    assert originmark("backup", made.line["path"]).code == 2
    there = CommandLine(tmp_path / "there", capsys)
    told = there("restore", tmp_path)
    assert told.code == 0
    assert "has no keys" in told.err
    assert there("restore", tmp_path).code == 2
