"""Merkle-Patricia proofs: those of py-trie hold, and no other."""

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from registry.proof.errors import Malformed
from registry.proof.rlp import decode
from registry.proof.trie import value_in_trie

# Short values make nodes that stand in their parents; keys of one beginning make extensions and branches with values.
tries = st.dictionaries(
    st.binary(max_size=4) | st.binary(max_size=3).map(lambda end: b"begins alike" + end),
    st.binary(min_size=1, max_size=40),
    min_size=1,
    max_size=30,
)


def _proof(content: dict[bytes, bytes], key: bytes) -> tuple[bytes, list[bytes]]:
    trie = HexaryTrie({})
    for name, value in content.items():
        trie[name] = value
    nodes = [rlp.encode(node) for node in trie.get_proof(key)]
    return trie.root_hash, [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]


@given(tries, st.data())
def test_what_the_library_proves_holds(content: dict[bytes, bytes], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(content)))
    root, nodes = _proof(content, key)
    assert value_in_trie(root, key, nodes, keccak) == content[key]
    # And its own verifier takes the nodes as we do.
    assert HexaryTrie.get_from_proof(root, key, [rlp.decode(node) for node in nodes]) == content[key]


@given(tries, st.binary(max_size=5))
def test_what_is_not_there_has_no_proof(content: dict[bytes, bytes], key: bytes) -> None:
    content.pop(key, None)
    if content:
        root, nodes = _proof(content, key)
        with pytest.raises(Malformed):
            value_in_trie(root, key, nodes, keccak)


@given(tries, st.data())
@settings(max_examples=50)
def test_every_changed_byte_is_caught(content: dict[bytes, bytes], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(content)))
    root, nodes = _proof(content, key)
    change = data.draw(st.integers(1, 255))
    for which, node in enumerate(nodes):
        for place in range(len(node)):
            edited = bytearray(node)
            edited[place] ^= change
            with pytest.raises(Malformed):
                value_in_trie(root, key, [*nodes[:which], bytes(edited), *nodes[which + 1 :]], keccak)
    for which in range(len(nodes)):
        with pytest.raises(Malformed):
            value_in_trie(root, key, [*nodes[:which], *nodes[which + 1 :]], keccak)
        with pytest.raises(Malformed):
            value_in_trie(root, key, [*nodes[: which + 1], *nodes[which:]], keccak)


@given(tries, st.data())
def test_a_proof_is_for_its_key_only(content: dict[bytes, bytes], data: st.DataObject) -> None:
    key, other = data.draw(st.sampled_from(sorted(content))), data.draw(st.binary(max_size=5))
    root, nodes = _proof(content, key)
    if other != key:
        try:
            found = value_in_trie(root, other, nodes, keccak)
        except Malformed:
            return
        assert found == content[other], "two keys of one branch may share their nodes"


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ([b"a"], "has 1 items"),
        ([b"\x40", b"value"], "hex-prefix"),
        ([b"", b"value"], "hex-prefix"),
        ([b"\x21", b"value"], "hex-prefix"),
        ([b"\x20\x01", [b"no", b"value"]], "is a list"),
        ([b"\x00\x01", [b"\x20", b"v" * 40]], "ought to be named"),
        (b"not a list", "not a list"),
        ([b""] * 17, "not the one that its parent names"),
        ([b"\x20\x01", b""], "no value"),
    ],
)
def test_nodes_that_break_the_rules(node: list[bytes], why: str) -> None:
    data = rlp.encode(node)
    with pytest.raises(Malformed, match=why):
        value_in_trie(keccak(data), b"\x01", [data], keccak)
    assert decode(data) == node


def test_no_nodes_prove_nothing() -> None:
    with pytest.raises(Malformed, match="not the trie's root"):
        value_in_trie(bytes(32), b"\x01", [], keccak)
