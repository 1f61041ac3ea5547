"""The committed artefact is what the sources compile to."""

import hashlib
import json

import contracts
from contracts import Artefact, checkpoint_log
from tests.contracts.toolchain import CONTRACTS, Toolchain


def test_sources_compile_to_the_committed_bytes(toolchain: Toolchain) -> None:
    done = toolchain.run("node", "tools/compile.mjs", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_artefact_reads_back_what_the_file_says() -> None:
    stored = json.loads((CONTRACTS / "CheckpointLog.json").read_text())
    artefact = checkpoint_log()
    assert json.loads(json.dumps(artefact.abi)) == stored["abi"]
    assert "0x" + artefact.bytecode.hex() == stored["bytecode"]
    assert "0x" + artefact.deployed_bytecode.hex() == stored["deployedBytecode"]
    assert artefact.compiler == stored["compiler"]


def test_sources_are_named_with_their_hashes() -> None:
    hashed = {f"src/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in CONTRACTS.glob("src/*.sol")}
    assert dict(checkpoint_log().sources) == hashed


def test_compiler_is_the_pinned_one() -> None:
    pinned = json.loads((CONTRACTS / "package.json").read_text())["devDependencies"]["solc"]
    assert checkpoint_log().compiler.startswith(f"{pinned}+commit.")


def test_surface_is_exactly_what_was_decided() -> None:
    """A function more, an owner's for one, would be a way in; an event's other shape, another topic."""
    surface = {
        f"{part['type']} {part['name']}({','.join(value['type'] for value in part['inputs'])})"
        for part in checkpoint_log().abi
    }
    assert surface == {
        "function open(bytes32)",
        "function checkpoint(bytes32,uint64,bytes32)",
        "function handOver(bytes32,address)",
        "function head(bytes32)",
        "event Opened(bytes32,address,bytes32)",
        "event Checkpointed(bytes32,address,uint64,bytes32)",
        "event HandedOver(bytes32,address,address)",
        "error AlreadyOpen(bytes32)",
        "error NotWriter(bytes32,address)",
        "error NotGrowing(bytes32,uint64,uint64)",
        "error NoWriter(bytes32)",
    }
    assert not any(part.get("stateMutability") == "payable" for part in checkpoint_log().abi)


def test_package_exports_two_names() -> None:
    assert contracts.__all__ == ["Artefact", "checkpoint_log"]
    assert isinstance(checkpoint_log(), Artefact)
