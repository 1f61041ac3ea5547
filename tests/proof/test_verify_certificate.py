"""The sceptic's script, run as they would: another process, a bare interpreter, a node behind JSON-RPC."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.proof.certificate import encode_certificate
from registry.proof.chain import Event
from tests.certificate_cases import Case, forgeries
from tests.certified import FILE, Certified, certified
from tests.chain_server import served
from tests.fake_chain import FakeChain
from tests.sceptic import SCRIPT, Judgement, judge

CASES = list(forgeries(encode_certificate(certified().certificate), FILE))
IMPORTS = {"argparse", "hashlib", "json", "pathlib", "sys", "urllib.request"}


class FailingChain(FakeChain):
    """Its transactions are mined, and fail."""

    def send(self, *events: Event, succeeded: bool = False) -> bytes:
        """A transaction that will fail."""
        return super().send(*events, succeeded=succeeded)


@pytest.fixture
def world() -> Certified:
    """The certificate that the cases are made of, on its chain."""
    return certified()


@pytest.fixture
def url(world: Certified) -> Iterator[str]:
    """A node of that chain."""
    with served(world.chain) as address:
        yield address


def _judge(folder: Path, world: Certified, url: str) -> Judgement:
    return judge(folder, encode_certificate(world.certificate), FILE, log=world.log, rpc=url)


def test_it_is_short_and_imports_the_standard_library_only() -> None:
    source = SCRIPT.read_text("utf-8")
    assert len(source.splitlines()) < 80
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert imported == IMPORTS


@pytest.mark.parametrize(("size", "index"), [(2, 1), (3, 2), (8, 3), (9, 8), (11, 6)])
def test_it_verifies(tmp_path: Path, size: int, index: int) -> None:
    world = certified(size=size, index=index)
    with served(world.chain) as url:
        judgement = _judge(tmp_path, world, url)
    time = world.certificate.anchor.block_time
    says = f'(chain 11155111): "Zo\\xeb O\'Hara" declared it by Unix time {time}'
    assert judgement == Judgement(verified=True, says=says)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_refuses_forgeries(tmp_path: Path, world: Certified, url: str, case: Case) -> None:
    assert not judge(tmp_path, case.certificate, case.file, log=world.log, rpc=url).verified


def test_it_refuses_another_registry(tmp_path: Path, world: Certified, url: str) -> None:
    judgement = judge(tmp_path, encode_certificate(world.certificate), FILE, log=bytes(32), rpc=url)
    assert judgement == Judgement(verified=False, says="it's from another log")


@pytest.mark.parametrize("chain", [FakeChain(chain_id=1), FakeChain(seed="another")], ids=["id", "genesis"])
def test_it_refuses_another_chain(tmp_path: Path, world: Certified, chain: FakeChain) -> None:
    with served(chain) as url:
        judgement = _judge(tmp_path, world, url)
    assert judgement == Judgement(verified=False, says="the endpoint serves another chain")


def test_it_refuses_a_block_that_was_reorganised_away(tmp_path: Path, world: Certified, url: str) -> None:
    world.chain.reorg(depth=5, again=True)
    world.chain.mine()
    assert _judge(tmp_path, world, url) == Judgement(verified=False, says="it isn't in this block")


def test_it_refuses_a_failed_transaction(tmp_path: Path) -> None:
    world = certified(FailingChain())
    with served(world.chain) as url:
        judgement = _judge(tmp_path, world, url)
    assert judgement == Judgement(verified=False, says="no such event on the chain")


def test_it_says_when_the_node_is_silent(tmp_path: Path, world: Certified, url: str) -> None:
    world.chain.available = False
    judgement = _judge(tmp_path, world, url)
    assert not judgement.verified
    assert "503" in judgement.says


@pytest.mark.parametrize(
    "certificate",
    [b"", b"[]", b"{}", b"null", b'{"statement":"1"}', b"[" * 100_000, b"\xff"],
    ids=["nothing", "a list", "an object", "null", "a number", "deep", "not UTF-8"],
)
def test_it_refuses_what_is_no_certificate(tmp_path: Path, url: str, certificate: bytes) -> None:
    assert not judge(tmp_path, certificate, FILE, log=bytes(32), rpc=url).verified
