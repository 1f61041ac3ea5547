"""Witness: somebody else remembers a log's checkpoints, and signs only what goes on from them.

1. the log's newest checkpoint, signed by the registry that is expected
2. the last one that this witness cosigned, from its own file, held to both signatures
3. the newer is at least as large, of the same root where it is as large, and consistent with the older: a proof made of
   the log's tiles, which nobody needs to believe
4. cosigned with the time, and kept, before anybody sees it: crash here, and the next run goes on from it
   otherwise: nothing is signed, and both notes are kept side by side. Two notes of one key that don't fit are a proof

A split view is two histories shown to two people. Whoever asks for a witness's cosignature on what he is shown sees the
history that the witness saw. The first checkpoint is taken as it is: from then on nothing can be taken back.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout

from registry.clock import Clock, Seconds
from registry.errors import Busy, InvalidInput, PublicLogRefused, PublicLogUnavailable, StoreError
from registry.log.cosignature import cosign, cosigned_at
from registry.log.head import read_head
from registry.log.names import TILE_HEIGHT, TILE_WIDTH
from registry.log.public import PublicLog
from registry.proof import merkle
from registry.proof.certificate import Checkpoint
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Genesis

MAX_STATE_BYTES = 65_536
MOST_EVIDENCE = 1_000


class Refusal(StrEnum):
    """Why a checkpoint isn't cosigned."""

    SMALLER = "smaller"
    SPLIT = "split view"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The note with this witness's line, now its last; `before` is None for the first it saw."""

    note: str
    checkpoint: Checkpoint
    before: Checkpoint | None
    time: Seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """The log shows another history than before; `evidence` is the file with both notes."""

    why: Refusal
    says: str
    seen: Checkpoint
    shown: Checkpoint
    evidence: Path


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness of one log: its name, its key, and the file in which it remembers."""

    name: str
    key: Ed25519PrivateKey
    state: Path
    clock: Clock

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key (32 bytes) that its cosignatures are checked with."""
        return self.key.public_key().public_bytes_raw()

    def witness(self, public: PublicLog, log: bytes) -> Cosigned | Refused:
        """Cosigns the newest checkpoint of the log of this id (32 bytes), or refuses it.

        Raises PublicLogUnavailable and PublicLogRefused where the log can't be read or isn't that one, StoreError where
        the state can't be read, written or trusted, and Busy where another run of this witness is at it.
        """
        try:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.state}.lock", blocking=False):
                return self._witness(public, log)
        except Timeout as error:
            raise Busy("Another run of this witness is at this log.", remedy="Try again in a moment.") from error
        except OSError as error:
            raise StoreError(
                f"The witness can't keep what it saw in {self.state}: {error.strerror}.",
                remedy="Choose another file with --state.",
            ) from error

    def _witness(self, public: PublicLog, log: bytes) -> Cosigned | Refused:
        # 1. the log's newest checkpoint
        genesis, _ = public.genesis(log)
        note = public.head()
        shown = read_head(note, log, genesis.registry_key, _valid(genesis.registry_key))
        # 2. the last one that this witness cosigned
        seen_note = self._remembered()
        seen = None if seen_note is None else self._read(seen_note, genesis)
        # 3. the newer goes on from the older
        if seen_note is not None and seen is not None:
            refusal = _refusal(public, seen, shown)
            if refusal is not None:
                why, says = refusal
                return Refused(why, says, seen, shown, self._keep_evidence(seen_note, note, f"{why}: {says}"))
        # 4. cosigned with the time, and kept, before anybody sees it
        now = self.clock()
        cosigned = cosign(note, name=self.name, public_key=self.public_key, sign=self.key.sign, time=now)
        _write(self.state, cosigned)
        return Cosigned(cosigned, shown, seen, now)

    def _remembered(self) -> str | None:
        try:
            with self.state.open("rb") as file:
                return file.read(MAX_STATE_BYTES).decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise self._damaged("it is not UTF-8") from error

    def _read(self, note: str, genesis: Genesis) -> Checkpoint:
        """What it says; held to both signatures, so that a damaged or foreign file isn't taken for a memory."""
        try:
            cosigned_at(note, name=self.name, public_key=self.public_key, verify=_valid(self.public_key))
            return read_head(note, genesis.log, genesis.registry_key, _valid(genesis.registry_key))
        except (InvalidInput, PublicLogRefused) as error:
            raise self._damaged(error.message) from error

    def _damaged(self, why: str) -> StoreError:
        return StoreError(
            f"The witness's file {self.state} isn't what this witness kept of this log: {why}",
            remedy="Give another --state for another log or key. Without its memory it vouches for nothing older.",
        )

    def _keep_evidence(self, seen: str, shown: str, why: str) -> Path:
        """Both notes in a file of their own, the same ones once."""
        text = f"{why}\n\n--- cosigned before\n{seen}\n--- shown now\n{shown}"
        for number in range(1, MOST_EVIDENCE):
            path = self.state.with_name(f"{self.state.name}.evidence-{number}.txt")
            if not path.exists():
                _write(path, text)
                return path
            if path.read_text("utf-8") == text:
                return path
        raise StoreError(f"There are {MOST_EVIDENCE:,} pieces of evidence beside {self.state} already.")


def _refusal(public: PublicLog, seen: Checkpoint, shown: Checkpoint) -> tuple[Refusal, str] | None:
    if shown.size < seen.size:
        return Refusal.SMALLER, f"the log shows {shown.size:,} entries, and had {seen.size:,}"
    if shown.size == seen.size:
        if shown.root == seen.root:
            return None
        return Refusal.SPLIT, (
            f"two roots for {shown.size:,} entries, both signed by the registry: {seen.root.hex()} "
            f"and {shown.root.hex()}"
        )
    try:
        proof = merkle.consistency_path(seen.size, shown.size, _subtrees(public, shown.size)) if seen.size else []
    except _Missing as missing:
        raise PublicLogUnavailable(
            f"The log doesn't give `{missing}`, without which its {shown.size:,} entries can't be held against "
            f"the {seen.size:,} that were seen."
        ) from missing
    if seen.size and not merkle.check_consistency(seen.size, seen.root, shown.size, shown.root, proof):
        return Refusal.INCONSISTENT, (
            f"the log's {shown.size:,} entries don't begin with the {seen.size:,} that were seen: it was rewritten, or "
            f"its tiles are not those of its checkpoint"
        )
    return None


class _Missing(Exception):
    pass


def _subtrees(public: PublicLog, size: int) -> merkle.SubtreeHash:
    """Hashes of ranges of leaves, from the tiles of the tree of `size`; none of them believed."""
    tiles: dict[tuple[int, int], list[bytes]] = {}

    def node(height: int, position: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        index, offset = divmod(position << within, TILE_WIDTH)
        if (level, index) not in tiles:
            width = min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
            found = public.tile(level, index, width)
            if found is None:
                raise _Missing(f"tile/{level}, number {index}")
            tiles[level, index] = found
        return merkle.tree_root(tiles[level, index][offset : offset + (1 << within)])

    def subtree(start: int, end: int) -> bytes:
        span = end - start
        if span & (span - 1) == 0:
            # RFC 6962 splits leave a range of 2^h leaves only where it is aligned to 2^h.
            height = span.bit_length() - 1
            return node(height, start >> height)
        middle = start + merkle.split_point(span)
        return merkle.node_hash(subtree(start, middle), subtree(middle, end))

    return subtree


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _valid(key: bytes) -> Callable[[bytes, bytes], bool]:
    return lambda signature, message: ed25519_valid(key, signature, message)
