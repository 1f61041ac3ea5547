"""Tools are found on a machine with Node and on one without."""

import subprocess
from pathlib import Path

import pytest

from tests.contracts.toolchain import LEAST_NODE, Toolchain, find_node, install


def _fake(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("version", [None, "v18.20.0", "nonsense"])
def test_node_of_the_wheel_takes_the_place_of_one_that_will_not_do(tmp_path: Path, version: str | None) -> None:
    if version is not None:
        _fake(tmp_path / "node", version)
        _fake(tmp_path / "npm", "10.0.0")
    node, npm = find_node(str(tmp_path))
    assert tmp_path not in node.parents
    for command in ([str(node)], npm):
        told = subprocess.run([*command, "--version"], text=True, capture_output=True, check=True).stdout
        assert int(told.strip().removeprefix("v").partition(".")[0]) >= 10


def test_node_of_the_machine_is_used_when_it_will_do(tmp_path: Path) -> None:
    _fake(tmp_path / "node", f"v{LEAST_NODE}.0.0")
    _fake(tmp_path / "npm", "10.0.0")
    assert find_node(str(tmp_path)) == (tmp_path / "node", [str(tmp_path / "npm")])


def test_node_without_npm_is_passed_over(tmp_path: Path) -> None:
    _fake(tmp_path / "node", f"v{LEAST_NODE}.0.0")
    assert find_node(str(tmp_path))[0] != tmp_path / "node"


def test_second_install_finds_the_first(toolchain: Toolchain) -> None:
    assert install() == toolchain
    for tool in ("node", "forge", "anvil", toolchain.solc):
        assert toolchain.run(tool, "--version").returncode == 0
