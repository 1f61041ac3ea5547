"""Certifying: a real certificate, from the embedded chain over `/rpc` and from anvil, before its two verifiers."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from api import create_app
from registry.assemble import Registry, open_registry
from registry.certify import Pending, compare_codes
from registry.chains import open_chain
from registry.keyring import open_keyring
from registry.ledger.connect import remote_client
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.errors import ProofError
from registry.proof.receipt import ed25519_valid
from registry.proof.verify import Anchored, Finality, No, NotChecked, Yes, verify
from registry.settings import Settings
from registry.works import Description
from tests.anvil import started
from tests.api.house import served
from tests.certificate_cases import Case, forgeries
from tests.contracts.toolchain import Toolchain
from tests.journeys.pictures import Picture
from tests.ledger.ledger_world import fund
from tests.sceptic import judge

FILE = Picture(1).png()


@dataclass
class Proof:
    """A certificate, and where a sceptic may ask for its chain."""

    registry: Registry
    certificate: bytes
    rpc: str
    finality: Finality

    @property
    def log(self) -> bytes:
        return self.registry.identity.log

    def holds(self, certificate: bytes, file: bytes, log: bytes | None = None) -> bool:
        """Whether `registry.proof` accepts it, asking over HTTP."""
        try:
            parsed = parse_certificate(certificate)
        except ProofError:
            return False
        with open_chain(self.registry.settings, self.rpc) as chain:
            return verify(parsed, file, chain, log or self.log, signatures=ed25519_valid).accepted


@pytest.fixture(scope="module", params=["/rpc", "anvil"])
def proof(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    data = tmp_path_factory.mktemp("registry")
    if request.param == "/rpc":
        with open_registry(Settings(data_dir=data, media_workers=1)) as registry, served(create_app(registry)) as url:
            yield Proof(registry, encode_certificate(certified(registry)), f"{url}/rpc", Finality.LOCAL)
        return
    toolchain: Toolchain = request.getfixturevalue("toolchain")
    with started(toolchain.anvil, slots_in_an_epoch=4) as anvil:
        with remote_client([anvil.url], open_keyring(data / "keys").writer_secret) as client:
            fund(anvil, client)
        settings = Settings.model_validate({"data_dir": data, "rpc_url": anvil.url, "media_workers": 1})
        with open_registry(settings) as registry:
            certificate = encode_certificate(certified(registry))
            anvil.mine(12)
            yield Proof(registry, certificate, anvil.url, Finality.FINAL)


def certified(registry: Registry) -> Certificate:
    """A certificate for FILE, from a log of several entries."""
    account = registry.access.account_or_default(None)
    registry.registering.register(Picture(2).png(), Description("Another"), account)
    work = registry.registering.register(FILE, Description("A poster"), account).work
    registry.registering.register(Picture(3).png(), Description("A third"), account)
    assert isinstance(registry.certification.certificate(work), Pending)
    with registry.anchoring() as anchoring:
        anchored, give_up = anchoring.step(flush=True), time.monotonic() + 30
        while not anchored and time.monotonic() < give_up:  # anvil takes a moment to mine
            time.sleep(0.02)
            anchored = anchoring.step()
        assert [one.checkpoint.size for one in anchored] == [4]
    made = registry.certification.certificate(work)
    assert isinstance(made, Certificate)
    return made


def test_it_holds_for_the_room_and_for_the_sceptic(proof: Proof, tmp_path: Path) -> None:
    assert proof.holds(proof.certificate, FILE)
    judgement = judge(tmp_path, proof.certificate, FILE, log=proof.log, rpc=proof.rpc)
    assert judgement.verified, judgement


def test_forgeries_are_refused_by_both(proof: Proof, tmp_path: Path) -> None:
    cases = list(forgeries(proof.certificate, FILE))
    assert [case.name for case in cases if proof.holds(case.certificate, case.file)] == []
    for case in chosen(cases):
        judgement = judge(tmp_path, case.certificate, case.file, log=proof.log, rpc=proof.rpc)
        assert not judgement.verified, case.name


def chosen(cases: list[Case]) -> list[Case]:
    """The script is tried on every case elsewhere; here it's the real chains' turn, on one case of each sort."""
    names = {
        "another file",
        "one bit of the path",
        "one bit of the root",
        "one bit of the block's hash",
        "the block before",
        "a second earlier",
        "the claim for another log",
        "another writer",
        "an event later",
    }
    found = [case for case in cases if case.name in names]
    assert len(found) == len(names)
    return found


def test_another_registry_is_refused_by_both(proof: Proof, tmp_path: Path) -> None:
    other = sha256(b"another registry").digest()
    assert not proof.holds(proof.certificate, FILE, other)
    assert not judge(tmp_path, proof.certificate, FILE, log=other, rpc=proof.rpc).verified


def test_finality_is_told_as_the_chain_tells_it(proof: Proof) -> None:
    with open_chain(proof.registry.settings, proof.rpc) as chain:
        answer = verify(parse_certificate(proof.certificate), FILE, chain, proof.log).anchored
    assert isinstance(answer, Anchored)
    assert answer.finality is proof.finality
    assert ("no independent trust" in answer.says) == (proof.finality is Finality.LOCAL)


def test_an_altered_copy_looks_alike_where_fingerprints_are_disclosed(proof: Proof) -> None:
    registry = proof.registry
    codes = compare_codes(registry.desk.look_at)
    digest = sha256(FILE).digest()
    (work,) = registry.catalogue.with_digests({digest})[digest]
    hidden, shown = (registry.certification.certificate(work, with_fingerprints=choice) for choice in (False, True))
    assert isinstance(hidden, Certificate)
    assert isinstance(shown, Certificate)
    copy = Picture(1).mirrored()
    answers = verify(shown, copy, None, proof.log, codes=codes)
    assert isinstance(answers.same_bytes, No)
    assert isinstance(answers.looks_alike, Yes)
    assert isinstance(verify(shown, Picture(9).png(), None, proof.log, codes=codes).looks_alike, No)
    assert isinstance(verify(hidden, copy, None, proof.log, codes=codes).looks_alike, NotChecked)
