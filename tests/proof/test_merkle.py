"""RFC 6962 held against its reference implementation, the textbook recursion, and a forger with one change to spend."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.proof import merkle
from tests.vectors import make_merkle

DATA: dict[str, Any] = json.loads(make_merkle.FILE.read_text("utf-8"))
LEAVES = [merkle.leaf_hash(b"leaf %d" % number) for number in range(600)]
sizes = st.integers(1, len(LEAVES))


def subtree_of(leaves: list[bytes]) -> merkle.SubtreeHash:
    return lambda start, end: merkle.tree_root(leaves[start:end])


def unhex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def textbook_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    middle = max(1 << power for power in range(len(leaves).bit_length()) if 1 << power < len(leaves))
    return sha256(b"\x01" + textbook_root(leaves[:middle]) + textbook_root(leaves[middle:])).digest()


class TestVectors:
    def test_file_is_what_its_script_writes(self) -> None:
        assert make_merkle.FILE.read_text("utf-8") == make_merkle.document()

    def test_roots_of_the_reference_implementation(self) -> None:
        leaves = [merkle.leaf_hash(entry) for entry in unhex(DATA["reference"]["entries"])]
        roots = [merkle.tree_root(leaves[:size]) for size in range(len(leaves) + 1)]
        assert roots == unhex(DATA["reference"]["roots"])
        assert roots[0] == merkle.EMPTY_ROOT

    def test_paths_of_the_reference_implementation(self) -> None:
        leaves = [merkle.leaf_hash(entry) for entry in unhex(DATA["reference"]["entries"])]
        roots = unhex(DATA["reference"]["roots"])
        for case in DATA["reference"]["inclusion"]:
            index, size, path = case["index"], case["size"], unhex(case["path"])
            assert merkle.inclusion_path(index, size, subtree_of(leaves)) == path
            assert merkle.check_inclusion(leaves[index], index, size, path, roots[size])
        for case in DATA["reference"]["consistency"]:
            old_size, size, path = case["old_size"], case["size"], unhex(case["path"])
            assert merkle.consistency_path(old_size, size, subtree_of(leaves)) == path
            assert merkle.check_consistency(old_size, roots[old_size], size, roots[size], path)

    @pytest.mark.parametrize("case", DATA["inclusion"], ids=lambda case: case["name"])
    def test_inclusion(self, case: dict[str, Any]) -> None:
        path = unhex(case["path"])
        leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
        assert merkle.check_inclusion(leaf, case["index"], case["size"], path, root) is case["good"]
        if case["good"]:
            leaves = [merkle.leaf_hash(entry) for entry in unhex(DATA["entries"])]
            assert merkle.inclusion_path(case["index"], case["size"], subtree_of(leaves)) == path

    @pytest.mark.parametrize("case", DATA["consistency"], ids=lambda case: case["name"])
    def test_consistency(self, case: dict[str, Any]) -> None:
        path = unhex(case["path"])
        old_root, root = bytes.fromhex(case["old_root"]), bytes.fromhex(case["root"])
        assert merkle.check_consistency(case["old_size"], old_root, case["size"], root, path) is case["good"]
        if case["good"]:
            leaves = [merkle.leaf_hash(entry) for entry in unhex(DATA["entries"])]
            assert merkle.consistency_path(case["old_size"], case["size"], subtree_of(leaves)) == path


class TestTheRfcsOwnExample:
    """RFC 6962 §2.1.3: seven leaves, and which nodes each path is of."""

    NODES: ClassVar = {
        "a": (0, 1), "b": (1, 2), "c": (2, 3), "d": (3, 4), "e": (4, 5), "f": (5, 6), "j": (6, 7),
        "g": (0, 2), "h": (2, 4), "i": (4, 6), "k": (0, 4), "l": (4, 7),
    }  # fmt: skip

    @staticmethod
    def name_of(start: int, end: int) -> bytes:
        return b"%d-%d" % (start, end)

    def named(self, letters: str) -> list[bytes]:
        return [self.name_of(*self.NODES[letter]) for letter in letters]

    @pytest.mark.parametrize(("index", "letters"), [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")])
    def test_audit_paths(self, index: int, letters: str) -> None:
        assert merkle.inclusion_path(index, 7, self.name_of) == self.named(letters)

    @pytest.mark.parametrize(("old_size", "letters"), [(3, "cdgl"), (4, "l"), (6, "ijk"), (7, "")])
    def test_consistency_paths(self, old_size: int, letters: str) -> None:
        assert merkle.consistency_path(old_size, 7, self.name_of) == self.named(letters)


@settings(deadline=None)
@given(st.integers(0, len(LEAVES)))
def test_root_is_the_textbook_one(size: int) -> None:
    assert merkle.tree_root(LEAVES[:size]) == textbook_root(LEAVES[:size])


@settings(deadline=None)
@given(sizes, st.data())
def test_inclusion_goes_round(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(index, size, subtree_of(LEAVES))
    assert merkle.check_inclusion(LEAVES[index], index, size, path, merkle.tree_root(LEAVES[:size]))


@settings(deadline=None)
@given(sizes, st.data())
def test_consistency_goes_round(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    path = merkle.consistency_path(old_size, size, subtree_of(LEAVES))
    roots = merkle.tree_root(LEAVES[:old_size]), merkle.tree_root(LEAVES[:size])
    assert merkle.check_consistency(old_size, roots[0], size, roots[1], path)


def test_every_path_of_small_trees() -> None:
    for size in range(1, 36):
        root = merkle.tree_root(LEAVES[:size])
        for index in range(size):
            path = merkle.inclusion_path(index, size, subtree_of(LEAVES))
            accepted = [at for at in range(size) if merkle.check_inclusion(LEAVES[index], at, size, path, root)]
            assert accepted == [index]
        for old_size in range(1, size + 1):
            path = merkle.consistency_path(old_size, size, subtree_of(LEAVES))
            accepted = [
                at
                for at in range(1, size + 1)
                if merkle.check_consistency(at, merkle.tree_root(LEAVES[:old_size]), size, root, path)
            ]
            assert accepted == [old_size]


def forgeries(path: list[bytes], at: int, bit: int) -> Iterator[list[bytes]]:
    """Each way to spend one change on a path: a bit flipped, a hash dropped, added, doubled, cut or swapped."""
    if path:
        at %= len(path)
        node = bytearray(path[at])
        node[bit // 8] ^= 1 << bit % 8
        yield [*path[:at], bytes(node), *path[at + 1 :]]
        yield [*path[:at], *path[at + 1 :]]
        yield [*path[:at], path[at], *path[at:]]
        yield [*path[:at], path[at][:-1], *path[at + 1 :]]
        for other in range(len(path)):
            if path[other] != path[at]:
                swapped = list(path)
                swapped[at], swapped[other] = path[other], path[at]
                yield swapped
    yield [*path, bytes(32)]
    yield [bytes(32), *path]


places = st.integers(0, 31)
bits = st.integers(0, 255)


@settings(deadline=None)
@given(sizes, st.data(), places, bits)
def test_no_forged_inclusion_path_passes(size: int, data: st.DataObject, at: int, bit: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = merkle.tree_root(LEAVES[:size])
    for path in forgeries(merkle.inclusion_path(index, size, subtree_of(LEAVES)), at, bit):
        assert not merkle.check_inclusion(LEAVES[index], index, size, path, root)


@settings(deadline=None)
@given(sizes, st.data(), places, bits)
def test_no_forged_consistency_path_passes(size: int, data: st.DataObject, at: int, bit: int) -> None:
    old_size = data.draw(st.integers(1, size))
    roots = merkle.tree_root(LEAVES[:old_size]), merkle.tree_root(LEAVES[:size])
    for path in forgeries(merkle.consistency_path(old_size, size, subtree_of(LEAVES)), at, bit):
        assert not merkle.check_consistency(old_size, roots[0], size, roots[1], path)


@settings(deadline=None)
@given(sizes, st.data(), bits)
def test_no_changed_leaf_or_root_passes(size: int, data: st.DataObject, bit: int) -> None:
    index, old_size = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = merkle.tree_root(LEAVES[:size]), merkle.tree_root(LEAVES[:old_size])

    def flip(node: bytes) -> bytes:
        return (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(32, "big")

    path = merkle.inclusion_path(index, size, subtree_of(LEAVES))
    assert not merkle.check_inclusion(flip(LEAVES[index]), index, size, path, root)
    assert not merkle.check_inclusion(LEAVES[index], index, size, path, flip(root))
    path = merkle.consistency_path(old_size, size, subtree_of(LEAVES))
    assert not merkle.check_consistency(old_size, flip(old_root), size, root, path)
    assert not merkle.check_consistency(old_size, old_root, size, flip(root), path)


@settings(deadline=None)
@given(st.integers(2, 200), st.data())
def test_a_changed_past_is_never_consistent(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old_size - 1))
    forked = [*LEAVES[:changed], merkle.leaf_hash(b"another"), *LEAVES[changed + 1 : size]]
    assume(forked[changed] != LEAVES[changed])
    old_root = merkle.tree_root(LEAVES[:old_size])
    for leaves in (LEAVES, forked):
        path = merkle.consistency_path(old_size, size, subtree_of(leaves))
        assert not merkle.check_consistency(old_size, old_root, size, merkle.tree_root(forked), path)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: merkle.inclusion_path(0, 0, subtree_of(LEAVES)),
        lambda: merkle.inclusion_path(7, 7, subtree_of(LEAVES)),
        lambda: merkle.inclusion_path(-1, 7, subtree_of(LEAVES)),
        lambda: merkle.consistency_path(0, 7, subtree_of(LEAVES)),
        lambda: merkle.consistency_path(8, 7, subtree_of(LEAVES)),
        lambda: merkle.consistency_path(-1, 7, subtree_of(LEAVES)),
    ],
)
def test_paths_that_cannot_be(ask: Callable[[], list[bytes]]) -> None:
    with pytest.raises(ValueError, match=r"no (leaf|consistency)"):
        ask()
