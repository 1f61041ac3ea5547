"""Our roots and proofs held against pymerkle, a library of others that shares no line with ours."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, InvalidProof, verify_consistency, verify_inclusion

from registry.log.edge import Edge
from registry.proof import merkle
from tests.log.seeded import ENTRIES, LEAVES, root_of

MOST = 700


@cache
def theirs() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[:MOST]:
        tree.append_entry(entry)
    return tree


def subtree(start: int, end: int) -> bytes:
    return merkle.tree_root(LEAVES[start:end])


def inclusion(index: int, size: int) -> InclusionProof:
    """Our path in the dress of their proof; its rule, left or right, is theirs."""
    shape = theirs().prove_inclusion(index + 1, size)
    path = [LEAVES[index], *merkle.inclusion_path(index, size, subtree)]
    return InclusionProof("sha256", True, size, index + 1, shape.rule, path)


@given(st.integers(1, MOST))
def test_their_roots_are_ours(size: int) -> None:
    assert theirs().get_root(size) == root_of(size) == Edge().grown(LEAVES[:size])[0].root()


@given(st.data())
def test_they_accept_our_inclusion_proofs(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    verify_inclusion(LEAVES[index], root_of(size), proof, index=index + 1, size=size, algorithm="sha256")
    assert proof.path == theirs().prove_inclusion(index + 1, size).path
    with pytest.raises(InvalidProof):
        verify_inclusion(LEAVES[index], root_of(size)[::-1], proof)


@given(st.integers(1, MOST - 1))
def test_they_accept_our_consistency_proofs_from_each_entry_to_the_next(old: int) -> None:
    """Their proofs take apart what is new; where that is one entry, they are made of the very hashes of ours."""
    shape = theirs().prove_consistency(old, old + 1)
    ours = merkle.consistency_path(old, old + 1, subtree)
    # RFC 6962 leaves the older root out where it is a node of the newer tree: the verifier has it.
    hashes = {*ours, root_of(old)} if old & (old - 1) == 0 else set(ours)
    proof = ConsistencyProof(
        "sha256", True, old + 1, old, shape.rule, shape.subset, [node for node in shape.path if node in hashes]
    )
    verify_consistency(root_of(old), root_of(old + 1), proof, prior_size=old, later_size=old + 1, algorithm="sha256")
    with pytest.raises(InvalidProof):
        verify_consistency(root_of(old)[::-1], root_of(old + 1), proof)


@given(st.data())
def test_what_they_prove_consistent_so_do_we(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    old = data.draw(st.integers(1, size))
    verify_consistency(root_of(old), root_of(size), theirs().prove_consistency(old, size), prior_size=old)
    ours = merkle.consistency_path(old, size, subtree)
    assert merkle.check_consistency(old, theirs().get_root(old), size, theirs().get_root(size), ours)
