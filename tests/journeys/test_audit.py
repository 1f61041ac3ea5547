"""An auditor held against an operator who changes what he once anchored, in each way that there is."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.audit import Honest, audit
from registry.errors import LedgerError, PublicLogRefused, PublicLogUnavailable, RpcUnavailable, WrongChain
from registry.log.head import signed_head
from registry.log.lies import Lie, LieKind
from registry.log.names import BundleName, TileName
from registry.log.public import FolderPrefix, PublicLog
from registry.proof.certificate import Checkpoint
from tests.log.public_world import SIGNER, SUCCESSOR, WRITER, PublicWorld, hash_of

SIZES = (2, 3, 200, 256, 600, 777)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PublicWorld]:
    made = PublicWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def folder(world: PublicWorld, tmp_path: Path) -> Path:
    world.grown(*SIZES)
    world.export(tmp_path / "public")
    return tmp_path / "public"


def audited(world: PublicWorld, folder: Path, **options: int) -> Honest | Lie:
    return audit(PublicLog(FolderPrefix(folder)), world.node, world.log_id, **options)


def lie(world: PublicWorld, folder: Path) -> Lie:
    found = audited(world, folder)
    assert isinstance(found, Lie), found
    assert found.says
    return found


def overwrite(path: Path, at: int, data: bytes) -> None:
    held = bytearray(path.read_bytes())
    held[at : at + len(data)] = data
    path.write_bytes(held)


def sign(world: PublicWorld, folder: Path, checkpoint: Checkpoint) -> None:
    note = signed_head(world.log_id, checkpoint, world.identity.genesis.registry_key, SIGNER.sign)
    (folder / "checkpoint").write_text(note)


def test_an_honest_log_is_found_honest(world: PublicWorld, folder: Path) -> None:
    found = audited(world, folder)
    assert isinstance(found, Honest)
    assert (found.head.size, found.checkpoints, found.writers, found.unanchored) == (777, len(SIZES), 1, 0)
    assert (found.block, found.local) == (world.node.height, False)


def test_progress_tells_blocks_and_entries_to_the_end(world: PublicWorld, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    audit(PublicLog(FolderPrefix(folder)), world.node, world.log_id, progress=lambda *step: told.append(step))
    assert ("blocks", world.node.height + 1, world.node.height + 1) in told
    assert ("entries", 777, 777) in told


def test_each_file_is_read_once(world: PublicWorld, folder: Path) -> None:
    read: list[str] = []

    class Counted(FolderPrefix):
        def read(self, name: str, most: int) -> bytes | None:
            read.append(name)
            return super().read(name, most)

    assert isinstance(audit(PublicLog(Counted(folder)), world.node, world.log_id), Honest)
    assert len(read) == len(set(read))
    assert set(read) == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {
        # An older head's partial tile, which nothing needs any more.
        TileName(1, 0, 1).path,
        TileName(1, 0, 2).path,
    }


def test_a_handed_over_log_is_honest_when_the_new_writer_writes(world: PublicWorld, folder: Path) -> None:
    world.hand_over(SUCCESSOR)
    world.grown(800)
    world.export(folder)
    found = audited(world, folder)
    assert isinstance(found, Honest)
    assert found.writers == 2


def test_entries_beyond_the_last_anchor_are_no_lie(world: PublicWorld, folder: Path) -> None:
    world.node.events.pop()
    (folder / "anchors.jsonl").unlink()
    found = audited(world, folder)
    assert isinstance(found, Honest)
    assert found.unanchored == 777 - 600


@pytest.mark.parametrize("index", [1, 2, 199, 255, 256, 700, 776])
def test_one_changed_entry_is_found_between_its_checkpoints(world: PublicWorld, folder: Path, index: int) -> None:
    bundle, at = divmod(index, 256)
    width = 256 if bundle < 3 else 777 % 256
    overwrite(folder / BundleName(bundle, width).path, at * 34 + 2, b"another entry".ljust(32))
    found = lie(world, folder)
    if found.kind is LieKind.TILES:
        # The tile told first: it comes before the next checkpoint.
        assert (found.first, found.last) == (bundle * 256, bundle * 256 + 255)
        return
    assert found.first is not None
    assert found.last is not None
    assert found.first <= index <= found.last
    assert found.size in SIZES
    if found.kind is LieKind.ENTRIES:
        assert found.block == 7 + SIZES.index(found.size) + 1


def test_a_changed_genesis_entry_is_named(world: PublicWorld, folder: Path) -> None:
    overwrite(folder / BundleName(0).path, 2, b"x" * 32)
    assert lie(world, folder).kind is LieKind.GENESIS


def test_a_changed_tile_is_named(world: PublicWorld, folder: Path) -> None:
    for name, first, last in (
        (TileName(0, 1), 256, 511),
        (TileName(0, 3, 9), 768, 776),
        (TileName(1, 0, 3), 0, 767),
    ):
        held = (folder / name.path).read_bytes()
        overwrite(folder / name.path, 40, b"\0\1\2\3")
        found = lie(world, folder)
        assert (found.kind, found.first, found.last) == (LieKind.TILES, first, last)
        (folder / name.path).unlink()
        assert lie(world, folder).kind is LieKind.TILES
        (folder / name.path).write_bytes(held)
    assert isinstance(audited(world, folder), Honest)


def test_entries_that_are_kept_back_are_named(world: PublicWorld, folder: Path) -> None:
    (folder / BundleName(1).path).unlink()
    found = lie(world, folder)
    assert (found.kind, found.first, found.size, found.block) == (LieKind.ENTRIES, 256, 600, 12)
    assert "kept back" in found.says


def test_a_log_that_ends_before_its_last_anchor_keeps_entries_back(world: PublicWorld, folder: Path) -> None:
    world.grown(779)
    found = lie(world, folder)
    assert (found.kind, found.size, found.block) == (LieKind.ENTRIES, 779, world.node.height)


def test_a_head_of_another_tree_is_a_lie(world: PublicWorld, folder: Path) -> None:
    for size in (777, 700, 600):
        sign(world, folder, Checkpoint(size, b"r" * 32))
        found = lie(world, folder)
        assert (found.kind, found.size) == (LieKind.HEAD, size)


def test_an_older_head_of_the_same_tree_is_none(world: PublicWorld, folder: Path) -> None:
    """A server finds its anchor a moment after it was mined; it has the entries."""
    log = world.log
    log.extend(777)
    sign(world, folder, Checkpoint(700, log.root(700)))
    assert isinstance(audited(world, folder), Honest)


@pytest.mark.parametrize(
    "change", [lambda note: note.replace("777", "778"), lambda note: note[:-6] + "AAAA=\n", str.upper]
)
def test_a_head_that_the_registry_didn_t_sign_is_a_lie(
    world: PublicWorld, folder: Path, change: Callable[[str], str]
) -> None:
    path = folder / "checkpoint"
    path.write_text(change(path.read_text()))
    assert lie(world, folder).kind is LieKind.MALFORMED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("block_time", 1_700_000_000),
        ("block", 3),
        ("size", 201),
        ("root", "00" * 32),
        ("transaction", "00" * 32),
        ("block_hash", "00" * 32),
    ],
)
def test_an_anchor_that_is_back_dated_or_made_up_is_a_lie(
    world: PublicWorld, folder: Path, field: str, value: object
) -> None:
    path = folder / "anchors.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[2][field] = value
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = lie(world, folder)
    assert (found.kind, found.size) == (LieKind.ANCHORS, 200)


def test_an_anchor_too_many_is_a_lie_and_one_too_few_is_none(world: PublicWorld, folder: Path) -> None:
    path = folder / "anchors.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert isinstance(audited(world, folder), Honest)
    path.write_text("".join([*lines, lines[-1].replace("777", "778")]))
    assert lie(world, folder).kind is LieKind.ANCHORS
    path.write_text("".join(lines[1:]))
    assert lie(world, folder).kind is LieKind.ANCHORS


@pytest.mark.parametrize("line", ["{}", "[", "[" * 900, "null", '{"size":' + "9" * 2_000 + "}", "\udcff"])
def test_a_list_of_anchors_that_can_t_be_read_is_told(world: PublicWorld, folder: Path, line: str) -> None:
    (folder / "anchors.jsonl").write_bytes(line.encode("utf-8", "surrogateescape") + b"\n")
    assert lie(world, folder).kind is LieKind.MALFORMED


def test_a_writer_that_the_chain_never_named_is_told(world: PublicWorld, folder: Path) -> None:
    world.checkpointed(Checkpoint(800, b"r" * 32), writer=SUCCESSOR)
    found = lie(world, folder)
    assert (found.kind, found.block) == (LieKind.CHAIN, world.node.height)
    assert WRITER.hex() in found.says


@pytest.mark.parametrize("size", [1, 777])
def test_sizes_that_don_t_grow_are_told(world: PublicWorld, folder: Path, size: int) -> None:
    world.checkpointed(Checkpoint(size, b"r" * 32))
    assert lie(world, folder).kind is LieKind.CHAIN


def test_a_log_that_was_never_opened_or_opened_otherwise_is_told(world: PublicWorld, folder: Path) -> None:
    opened = world.node.events.pop(0)
    assert lie(world, folder).kind is LieKind.CHAIN
    world.node.events.insert(0, {**opened, "data": "0x" + "11" * 32})
    assert lie(world, folder).kind is LieKind.CHAIN
    world.node.events.clear()
    assert lie(world, folder).kind is LieKind.CHAIN


def test_a_search_may_begin_where_the_log_was_opened_and_not_later(world: PublicWorld, folder: Path) -> None:
    assert isinstance(audited(world, folder, first_block=7), Honest)
    for first in (8, world.node.height, world.node.height + 9):
        with pytest.raises(LedgerError, match="wasn't opened"):
            audited(world, folder, first_block=first)


def test_another_registry_s_log_is_refused(world: PublicWorld, folder: Path) -> None:
    with pytest.raises(PublicLogRefused, match="another registry"):
        audit(PublicLog(FolderPrefix(folder)), world.node, hash_of("another log"))


def test_another_chain_is_refused(world: PublicWorld, folder: Path) -> None:
    def elsewhere(method: str, params: object) -> object:
        return "0x1" if method == "eth_chainId" else world.node(method, params)

    with pytest.raises(WrongChain):
        audit(PublicLog(FolderPrefix(folder)), elsewhere, world.log_id)


def test_a_folder_that_is_none_and_a_folder_without_a_log_are_errors(world: PublicWorld, tmp_path: Path) -> None:
    with pytest.raises(PublicLogUnavailable):
        FolderPrefix(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PublicLogUnavailable):
        audited(world, tmp_path / "empty")


@pytest.mark.parametrize("name", ["genesis.json", "checkpoint", TileName(0, 1).path, BundleName(1).path])
def test_files_of_any_other_length_are_never_taken(world: PublicWorld, folder: Path, name: str) -> None:
    held = (folder / name).read_bytes()
    for data in (held + bytes(1 << 20), held[:-1], b""):
        (folder / name).write_bytes(data)
        if name == "genesis.json":
            with pytest.raises(PublicLogRefused):
                audited(world, folder)
        else:
            assert lie(world, folder).kind is LieKind.MALFORMED


def test_a_block_that_is_replaced_during_the_audit_is_no_lie(world: PublicWorld, folder: Path) -> None:
    def reorganised(method: str, params: list[object]) -> object:
        answer = world.node(method, params)
        if method == "eth_getBlockByNumber" and params[0] == hex(9):
            answer["hash"] = "0x" + base64.b16encode(b"z" * 32).decode()
        return answer

    with pytest.raises(RpcUnavailable, match="replaced"):
        audit(PublicLog(FolderPrefix(folder)), reorganised, world.log_id)


@pytest.mark.parametrize("size", [2, 256, 600])
def test_a_whole_history_that_fits_itself_and_not_the_chain_is_a_lie(
    world: PublicWorld, folder: Path, tmp_path: Path, size: int
) -> None:
    """Entries, tiles, and a head with the registry's own signature: all of it rewritten from one checkpoint on."""
    (tmp_path / "rewritten").mkdir()
    rewritten = PublicWorld(tmp_path / "rewritten")
    rewritten.grown(*(each for each in SIZES if each < size))
    last = rewritten.store.size()
    rewritten.seed = "rewritten"
    rewritten.grown(*(each for each in SIZES if each >= size))
    rewritten.export(tmp_path / "history")
    rewritten.close()
    for name in ("anchors.jsonl", None):
        found = lie(world, tmp_path / "history")
        assert (found.kind, found.first, found.last, found.size) == (
            LieKind.ENTRIES,
            0 if size == SIZES[0] else last,
            size - 1,
            size,
        )
        assert found.block == 8 + SIZES.index(size)
        if name is not None:
            (tmp_path / "history" / name).unlink()
