"""The script that needs no node, run as a sceptic would: another process, a bare interpreter, a block's hash."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from registry.proof.certificate import Certificate, encode_certificate
from tests.block_proofs import FAILED, NUMBER, TIME, proven
from tests.certificate_cases import Case, forgeries
from tests.certified import FILE

SCRIPT = Path(__file__).parents[1] / "verify_offline.py"
IT = proven()
CASES = list(forgeries(encode_certificate(IT.certificate), FILE))


def _judge(
    folder: Path,
    certificate: bytes,
    *,
    file: bytes = FILE,
    log: bytes = IT.world.log,
    block_hash: bytes = IT.block_hash,
) -> tuple[bool, str]:
    """Whether it verifies, and its one line."""
    (folder / "certificate.json").write_bytes(certificate)
    (folder / "file").write_bytes(file)
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(folder / "certificate.json"), str(folder / "file")]
    done = subprocess.run(
        [*command, "--registry", log.hex(), "--block-hash", block_hash.hex()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1), done
    said = done.stdout if done.returncode == 0 else done.stderr
    assert said.startswith("VERIFIED" if done.returncode == 0 else "NOT VERIFIED: "), done
    assert said.count("\n") == 1
    return done.returncode == 0, said


@pytest.mark.parametrize(("receipts", "index"), [(1, 0), (2, 1), (130, 0), (130, 127), (130, 128), (300, 299)])
@pytest.mark.parametrize("kind", [0, 2])
def test_it_verifies(tmp_path: Path, receipts: int, index: int, kind: int) -> None:
    it = proven(receipts=receipts, index=index, kind=kind)
    verified, says = _judge(tmp_path, encode_certificate(it.certificate), block_hash=it.block_hash)
    assert verified
    assert f"block {NUMBER} of chain 11155111" in says
    assert f"by Unix time {TIME}" in says


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_refuses_forgeries(tmp_path: Path, case: Case) -> None:
    assert not _judge(tmp_path, case.certificate, file=case.file)[0]


def _with(**fields: Any) -> Certificate:
    return replace(IT.certificate, witnesses=(replace(IT.proof, **fields),))


@pytest.mark.parametrize(
    "certificate",
    [
        replace(IT.certificate, witnesses=()),
        replace(IT.certificate, witnesses=(IT.proof, IT.proof)),
        _with(index=1),
        _with(nodes=()),
        _with(nodes=IT.proof.nodes[:-1]),
        _with(nodes=(*IT.proof.nodes, b"\xc0")),
        _with(nodes=(*IT.proof.nodes[:-1], IT.proof.nodes[-1][:-1])),
        _with(header=IT.proof.header + b"\0"),
        _with(header=b""),
        proven(status=FAILED).certificate,
    ],
)
def test_it_refuses_what_shows_nothing(tmp_path: Path, certificate: Certificate) -> None:
    assert not _judge(tmp_path, encode_certificate(certificate), block_hash=certificate.anchor.block_hash)[0]


def test_it_refuses_another_block_and_another_registry(tmp_path: Path) -> None:
    data = encode_certificate(IT.certificate)
    assert "another block" in _judge(tmp_path, data, block_hash=bytes(32))[1]
    assert "another log" in _judge(tmp_path, data, log=bytes(32))[1]


def _functions() -> dict[str, Any]:
    """The script's functions, without its last part, which reads arguments."""
    names: dict[str, Any] = {}
    exec(SCRIPT.read_text("utf-8").split("parser = argparse")[0], names)  # noqa: S102
    return names


@given(st.binary(max_size=600) | st.integers(130, 140).map(bytes))
def test_its_keccak_is_keccak(data: bytes) -> None:
    assert FUNCTIONS["keccak"](data) == keccak(data)


FUNCTIONS = _functions()


def test_it_stays_short() -> None:
    assert len(SCRIPT.read_text("utf-8").splitlines()) < 150
