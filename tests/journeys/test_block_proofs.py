"""A certificate that outlives its node's memory: the proof of its block is kept when the anchor is final."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from registry.assemble import Registry, open_registry
from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.proof_keeping import AGAIN, ProofKeeping
from registry.ledger.reader import JsonRpcReader, embedded_json_rpc
from registry.proof.block_proof import BlockProof
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.verify import Anchored, Finality, No, verify
from registry.settings import Settings
from registry.store.block_proofs import BlockProofs
from registry.store.ledger import Anchored as Placed
from registry.works import Description, Work
from tests.journeys.pictures import Picture

FILE = Picture(1).png()


class World:
    """A registry on its embedded chain, a keeper of proofs, and a node that forgets on request."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.now, self.trouble, self.asked = registry, registry.clock(), "", 0
        assert registry.endpoint is not None
        self._honest = embedded_json_rpc(registry.endpoint)
        self.proofs = BlockProofs(registry.database)
        self.keep = ProofKeeping(
            identity=registry.identity, proofs=self.proofs, request=self.request, clock=lambda: self.now
        )

    def request(self, method: str, params: Sequence[Any]) -> Any:
        self.asked += 1
        if self.trouble == "silent":
            raise RpcUnavailable("no answer")
        if self.trouble == "refusing":
            raise RpcRefused("pruned history unavailable", code=4444)
        if self.trouble == "forgetful" and "Receipt" in method:
            return None
        return self._honest(method, params)

    def register(self, number: int) -> Work:
        account = self.registry.access.account_or_default(None)
        return self.registry.registering.register(Picture(number).png(), Description("A poster"), account).work

    def anchor(self) -> Placed:
        with self.registry.anchoring() as anchoring:
            (anchored,) = anchoring.step(flush=True)
        return anchored

    def settle(self) -> None:
        """The worker looks again, and finds the anchors final."""
        with self.registry.anchoring() as anchoring:
            anchoring.step()

    def certificate(self, work: Work) -> Certificate:
        made = self.registry.certification.certificate(work)
        assert isinstance(made, Certificate)
        return made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_registry(Settings(data_dir=tmp_path, media_workers=1)) as registry:
        yield World(registry)


def _carried(certificate: Certificate) -> list[BlockProof]:
    return [witness for witness in certificate.witnesses if isinstance(witness, BlockProof)]


def test_the_certificate_outlives_the_nodes_memory(world: World) -> None:
    work = world.register(1)
    anchored = world.anchor()
    assert world.keep() == 0, "not before it is final"
    world.settle()
    assert _carried(world.certificate(work)) == []
    assert world.keep() == 1
    assert world.keep() == 0
    certificate = parse_certificate(encode_certificate(world.certificate(work)))
    (proof,) = _carried(certificate)
    assert proof == world.proofs.of(anchored)

    log, hashed = world.registry.identity.log, anchored.anchor.block_hash
    offline = verify(certificate, FILE, None, log, keccak=keccak, block_hash=hashed)
    assert offline.accepted
    assert isinstance(offline.anchored, Anchored)
    assert (offline.anchored.finality, offline.anchored.time) == (Finality.LOCAL, anchored.anchor.block_time)
    world.trouble = "forgetful"
    assert verify(certificate, FILE, JsonRpcReader(world.request), log, keccak=keccak).accepted
    bare = replace(certificate, witnesses=())
    assert isinstance(verify(bare, FILE, JsonRpcReader(world.request), log, keccak=keccak).anchored, No)


def test_a_silent_node_is_asked_again_and_a_forgetful_one_after_a_day(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        world.register(number)
        world.anchor()
        world.settle()
    world.trouble = "silent"
    with pytest.raises(RpcUnavailable):
        world.keep()
    for world.trouble in ("forgetful", "refusing"):
        assert world.keep() == 0
    assert [record.levelname for record in caplog.records if "no proof of the block" in record.message] == [
        "WARNING"
    ] * 2
    world.trouble, asked = "", world.asked
    assert world.keep() == 0, "both were refused"
    assert world.asked == asked, "and the node is left alone"
    world.now += AGAIN
    assert world.keep() == 2


def test_the_proof_of_another_block_is_not_carried_and_is_made_anew(world: World) -> None:
    work = world.register(1)
    anchored = world.anchor()
    world.settle()
    world.keep()
    (proof,) = _carried(world.certificate(work))
    elsewhere = replace(anchored, anchor=replace(anchored.anchor, block_hash=bytes(32)))
    world.proofs.keep(elsewhere, proof)
    assert _carried(world.certificate(work)) == []
    world.now += AGAIN
    assert world.keep() == 1
    assert _carried(world.certificate(work)) == [proof]


def test_tidying_keeps_them(world: World) -> None:
    work = world.register(1)
    world.anchor()
    world.settle()
    world.registry.tidying()
    assert len(_carried(world.certificate(work))) == 1
