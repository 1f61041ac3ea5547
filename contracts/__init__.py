"""The compiled checkpoint log, as it ships: what to deploy, and how to talk to it.

`CheckpointLog.json` is written by `tools/compile.mjs` from `src/`; its words are in `src/ICheckpointLog.sol`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

__all__ = ["Artefact", "checkpoint_log"]


@dataclass(frozen=True)
class Artefact:
    """One compiled contract.

    `bytecode` is what a deploying transaction carries, `deployed_bytecode` what then stands at the contract's address
    (there are no constructor arguments and no immutables, so both are the same on every chain).
    `sources` maps each source's path to the SHA-256 of its text, in lower-case hexadecimal.
    """

    abi: Sequence[Mapping[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    compiler: str
    sources: Mapping[str, str]


@cache
def checkpoint_log() -> Artefact:
    """The artefact of `CheckpointLog`."""
    stored = json.loads(files(__name__).joinpath("CheckpointLog.json").read_text(encoding="utf-8"))
    return Artefact(
        abi=tuple(stored["abi"]),
        bytecode=bytes.fromhex(stored["bytecode"].removeprefix("0x")),
        deployed_bytecode=bytes.fromhex(stored["deployedBytecode"].removeprefix("0x")),
        compiler=stored["compiler"],
        sources=MappingProxyType(stored["sources"]),
    )
