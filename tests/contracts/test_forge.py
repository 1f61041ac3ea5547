"""The contract's own tests, in Solidity: unit, fuzz, invariants, and what each call costs.

Each run compiles into a directory of its own, so that parallel workers don't share forge's cache.
"""

from pathlib import Path

from tests.contracts.toolchain import Toolchain


def _forge(toolchain: Toolchain, work: Path, *command: str) -> str:
    done = toolchain.run("forge", *command, "--out", work / "out", "--cache-path", work / "cache")
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def test_solidity_tests_pass(toolchain: Toolchain, tmp_path: Path) -> None:
    output = _forge(toolchain, tmp_path, "test")
    # Forge is content with a directory in which it finds no tests.
    for suite in ("CheckpointLogTest", "CheckpointLogInvariants", "CheckpointLogGas"):
        assert f":{suite}\n" in output


def test_gas_is_what_the_snapshot_says(toolchain: Toolchain, tmp_path: Path) -> None:
    # After a change that is meant: python -m tests.contracts.toolchain forge snapshot --match-contract CheckpointLogGas
    _forge(toolchain, tmp_path, "snapshot", "--match-contract", "CheckpointLogGas", "--check")
