"""Recover: claimants' certificates and receipts fill the hole that an old backup left between database and chain.

1. the chain is asked for every checkpoint that the database may not know
2. each file is proven: a certificate by its path to a checkpoint that the chain has, a receipt by our own signature
3. what no file tells is looked for in the bundles of an exported log or a mirror
4. is anything missing still: then its indices are told, and nothing is written
5. the entries, old and new, must give the root of every checkpoint on the chain
6. one transaction: entries, the works that certificates tell of, checkpoints, anchors and their transactions
7. tiles are built up to the chain's last checkpoint

Only step 6 writes. Receipts beyond the chain's last checkpoint are promises that were not kept yet: they are taken in
too, as long as no place before them is empty, and the anchor worker anchors them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.clock import Clock
from registry.errors import Conflict
from registry.ids import new_id
from registry.keyring import Keyring
from registry.ledger.events import Found, anchored_since
from registry.ledger.reader import JsonRpc, JsonRpcReader
from registry.log.edge import Edge
from registry.log.log import Log
from registry.log.promise import promise
from registry.proof.certificate import Certificate
from registry.proof.chain import ChainReader
from registry.proof.merkle import leaf_hash
from registry.proof.receipt import Receipt
from registry.recover.proven import Proven, Refused, prove
from registry.store.database import Database
from registry.store.ledger import Identity, LedgerStore
from registry.store.outbox import Signed
from registry.store.recovery import Entry, Reanchored, Recovered, Recoveries
from registry.works import WorkId

_AT_ONCE = 8_192

Bundles = Callable[[int, int], Mapping[int, bytes]]
"""Gives those of the entries `[start, end)` that an exported log has, by index; not to be believed."""

Progress = Callable[[str, int, int], None]
"""Told (what is being done, so much so far, so much in all)."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing was written. `missing` are the places that nothing fills, as ranges."""

    size: int
    chain: int
    missing: tuple[range, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Complete:
    """The log is whole: it had `before` entries and has `size`, and `chain` of them are anchored.

    `left` are works whose record could not be given back, since their account holds the same bytes under another.
    """

    before: int
    size: int
    chain: int
    works: tuple[Recovered, ...]
    left: tuple[Recovered, ...]
    refused: tuple[Refused, ...]


class Recovering:
    """The journey of recovering. `found` are the checkpoints on the chain that the database may not know."""

    def __init__(
        self,
        *,
        identity: Identity,
        signer: Ed25519PrivateKey,
        ledger: LedgerStore,
        recoveries: Recoveries,
        log: Log,
        chain: ChainReader,
        found: Sequence[Found],
        signed: Callable[[bytes], Signed],
        clock: Clock,
    ) -> None:
        self._identity, self._signer, self._ledger, self._recoveries = identity, signer, ledger, recoveries
        self._log, self._chain, self._found, self._signed, self._clock = log, chain, found, signed, clock
        last = ledger.last_anchored()
        sizes = [one.checkpoint.size for one in found]
        self._anchored = max(sizes, default=0 if last is None else last.checkpoint.size)

    def recover(
        self, files: Iterable[tuple[str, bytes]], bundles: Bundles, *, anchored_only: bool, progress: Progress
    ) -> Complete | Incomplete:
        """Takes in what the files prove, all of it or nothing.

        `anchored_only` leaves out receipts beyond the chain's last checkpoint. Raises Conflict where the database holds
        something else than what is proven, or the entries don't give an anchored root, and LedgerError where the chain
        can't be asked.
        """
        size = self._ledger.size()
        # 2. each file is proven
        proven: dict[int, Proven] = {}
        refused: list[Refused] = []
        for name, data in files:
            held = prove(name, data, self._identity, self._chain)
            if isinstance(held, Refused):
                refused.append(held)
            elif not (anchored_only and held.index >= max(size, self._anchored)):
                self._take(proven, held, size)
        # 3. what no file tells is looked for in bundles
        hole = range(size, self._anchored)
        offered = bundles(hole.start, hole.stop) if hole else {}
        entries = {index: entry for index, entry in offered.items() if index in hole}
        entries |= {index: one.entry for index, one in proven.items()}
        # 4. is anything missing still
        end = max([self._anchored, size, *(index + 1 for index in entries)])
        missing = _ranges(index for index in range(size, end) if index not in entries)
        if missing:
            return Incomplete(size, self._anchored, missing, tuple(refused))
        # 5. the entries must give every root on the chain
        new = [entries[index] for index in range(size, end)]
        self._must_give_the_roots(size, new, progress)
        # 6. one transaction
        works = [self._work(one, one.certificate) for one in proven.values() if one.certificate is not None]
        anchors = [self._reanchored(one) for one in self._unknown_anchors()]
        kept = [self._entry(index, entry, proven.get(index)) for index, entry in enumerate(new, start=size)]
        left = self._recoveries.fill(size, kept, works, anchors, self._clock())
        # Crash here: all of it is there, and the next process builds the tiles.
        # 7. tiles are built
        last = self._ledger.last_anchored()
        if last is not None:
            self._log.extend(last.checkpoint.size, expected=last.checkpoint.root)
        given = tuple(work for work in works if work not in left)
        return Complete(size, end, self._anchored, given, tuple(left), tuple(refused))

    def _take(self, proven: dict[int, Proven], held: Proven, size: int) -> None:
        """Adds a proven file. What the chain proves goes before what was only promised."""
        if held.index < size:
            (there,) = self._ledger.entries(held.index, held.index + 1)
            if there != held.entry:
                raise Conflict(
                    f"The database has another entry at {held.index:,} than {held.name} proves.",
                    remedy="Works were registered after the backup was restored, in places that were promised to "
                    "others. Restore the backup anew, recover first, and register these again.",
                )
            return
        other = proven.setdefault(held.index, held)
        if held.certificate is not None and other.certificate is None:
            proven[held.index] = held
        elif other.entry != held.entry and other.certificate is None:
            raise Conflict(
                f"{other.name} and {held.name} were both promised the place {held.index:,}.",
                remedy="Both are signed with this registry's key: find out how, before anything is recovered.",
            )

    def _must_give_the_roots(self, size: int, new: list[bytes], progress: Progress) -> None:
        roots = {one.checkpoint.size: one.checkpoint.root for one in self._found}
        edge, good = Edge(), 0
        for leaves in self._leaves(size, new, sorted(roots)):
            edge, _ = edge.grown(leaves)
            progress("roots", edge.size, size + len(new))
            if edge.size in roots:
                if edge.root() != roots[edge.size]:
                    raise Conflict(
                        f"The first {edge.size:,} entries don't give the root that is anchored for them: one of the "
                        f"entries {good:,} to {edge.size - 1:,} is wrong.",
                        remedy="Nothing was written. Take another mirror for --tiles, or fewer receipts.",
                    )
                good = edge.size

    def _leaves(self, size: int, new: list[bytes], stops: list[int]) -> Iterator[list[bytes]]:
        """The leaf hashes of old and new entries, ending a stretch at each of the stops."""
        start, end = 0, size + len(new)
        while start < end:
            stop = min([start + _AT_ONCE, end, *(stop for stop in stops if stop > start)])
            old = self._ledger.entries(start, min(stop, size)) if start < size else []
            yield [leaf_hash(entry) for entry in [*old, *new[max(start - size, 0) : max(stop - size, 0)]]]
            start = stop

    def _entry(self, index: int, entry: bytes, held: Proven | None) -> Entry:
        """When it was received: as the receipt says, else by the time of the block that anchors it."""
        if held is not None and held.received is not None:
            return Entry(index, entry, held.received)
        times = [one.anchor.block_time for one in self._found if one.checkpoint.size > index]
        return Entry(index, entry, min(times, default=self._clock()))

    def _work(self, held: Proven, certificate: Certificate) -> Recovered:
        claim, disclosure = certificate.claim, certificate.disclosure
        # Ed25519 signs the same promise with the same signature, and a claim is received when it's declared: so this
        # is the very receipt that the claimant was given.
        receipt: Receipt = promise(
            self._signer, log=self._identity.log, entry=held.entry, index=held.index, received=claim.declared
        )
        return Recovered(
            id=WorkId(new_id("wrk")),
            claim=claim,
            statement=certificate.statement,
            manifest=b"" if disclosure is None else disclosure.manifest,
            manifest_salt=b"" if disclosure is None else disclosure.salt,
            receipt=receipt,
        )

    def _unknown_anchors(self) -> list[Found]:
        last = self._ledger.last_anchored()
        done = 0 if last is None else last.checkpoint.size
        return [one for one in self._found if one.checkpoint.size > done]

    def _reanchored(self, one: Found) -> Reanchored:
        return Reanchored(checkpoint=one.checkpoint, anchor=one.anchor, sent=self._signed(one.anchor.transaction))


class Running(Protocol):
    """What is needed of a registry that runs."""

    @property
    def identity(self) -> Identity: ...  # noqa: D102
    @property
    def keyring(self) -> Keyring: ...  # noqa: D102
    @property
    def database(self) -> Database: ...  # noqa: D102
    @property
    def log(self) -> Log: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102


def open_recovery(request: JsonRpc, registry: Running, progress: Progress) -> Recovering:
    """Asks the chain, and gives the journey on this registry. Raises LedgerError where the chain can't be asked."""
    # rlp and keccak are needed for this alone.
    from registry.ledger.signed import signed_bytes  # noqa: PLC0415

    reader, ledger, identity = JsonRpcReader(request), LedgerStore(registry.database), registry.identity
    # 1. the chain is asked for every checkpoint that the database may not know
    last = ledger.last_anchored()
    first = 0 if last is None else last.anchor.block_number
    blocks = partial(progress, "blocks")
    return Recovering(
        identity=identity,
        signer=registry.keyring.signer,
        ledger=ledger,
        recoveries=Recoveries(registry.database),
        log=registry.log,
        chain=reader,
        found=list(anchored_since(request, reader, identity.genesis, first, blocks)),
        signed=lambda transaction: signed_bytes(request, transaction),
        clock=registry.clock,
    )


def _ranges(indices: Iterable[int]) -> tuple[range, ...]:
    """Indices in ascending order, as ranges without gaps."""
    found: list[range] = []
    for index in indices:
        if found and found[-1].stop == index:
            found[-1] = range(found[-1].start, index + 1)
        else:
            found.append(range(index, index + 1))
    return tuple(found)
