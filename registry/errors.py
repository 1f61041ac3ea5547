"""Every error that Originmark raises on purpose.

    OriginmarkError
    ├── MediaError                  a file that can't be taken in; the others of the same run go on
    │   ├── UnsupportedMedia          its bytes are of no format we read
    │   ├── MalformedMedia            its bytes break the rules of their own format
    │   ├── MediaTooLarge             bytes, pixels, frames, pages, layers or nodes over the budget
    │   ├── MediaTooDeep              groups within groups, objects within objects
    │   ├── MediaTooSlow              over the wall clock or the CPU time of one job
    │   ├── MediaTooHungry            over the memory of one job
    │   └── WorkerDied                the process that read it died, and took only this file with it
    ├── InvalidInput                a value that doesn't mean anything here
    ├── AccessDenied                who asks, and what for
    │   ├── KeyMissing                no API key where one is needed
    │   ├── KeyRefused                unknown, expired or revoked: told alike, so that nothing leaks
    │   ├── ScopeMissing              a good key without the scope
    │   └── OriginRefused             a browser page of another site used the local session
    ├── NotFound                    no such work, check, account or key, or not yours to see
    ├── Conflict                    it is there already, and differs
    ├── Busy                        true now, not later: try again
    │   ├── IndexBehind               the search index can't reach the log's head
    │   ├── LedgerHeld                another process owns the embedded chain, or anchors
    │   │   └── LeaseLost               this one stood still, and another anchors now
    │   └── ClockBehind               this machine's clock stands before the embedded chain's last block
    ├── LedgerError                 the chain
    │   ├── RpcUnavailable            no answer from the endpoint
    │   ├── RpcRefused                an answer that is an error
    │   │   └── ExecutionReverted       a contract undid what was asked of it
    │   ├── NoBlockProof              the endpoint's data don't give the block's own hash or roots, or are gone
    │   ├── ChainAhead                the chain has checkpoints that this database doesn't know: an old backup?
    │   ├── WrongChain                another chain id, genesis or contract than this registry's
    │   ├── OutOfFunds                the writer can't pay for a transaction
    │   ├── Underpriced               a node doesn't take it at these fees
    │   ├── FeeCapReached             the chain asks for more than is allowed
    │   ├── NonceSpent                a node says that a nonce was used, and shows nothing of ours
    │   ├── NodeBehind                a node knows less than was known
    │   └── NodesDisagree             two nodes tell of different blocks
    ├── StoreError                  the database: newer than this program, or not reachable; and the blobs beside it
    │   ├── FeedBroken                the code feed skips, repeats or contradicts itself
    │   ├── LogDiverged               its entries no longer give the root that was published
    │   ├── BackupDamaged             a backup isn't what was written, or none at all
    │   ├── BlobMissing               the store has no blob of this id
    │   ├── BlobDamaged               its bytes are not those that were stored, or were sealed for another work
    │   ├── BlobLocked                it was sealed with a key that isn't here
    │   ├── BlobStoreUnavailable      no answer from the place where blobs are kept, or no room there
    │   └── BlobStoreRefused          an answer, and it is no: not with these keys, not in this bucket
    ├── PublicLogError              a public log that is read from outside
    │   ├── PublicLogUnavailable      no answer from where it is kept, or no such folder
    │   └── PublicLogRefused          what it says can't be believed, or doesn't fit what was seen of it before
    └── SettingsError               a setting that can't be used

Errors carry facts and a remedy, in words that a person can act on. They know nothing of HTTP or terminals: `api.errors`
and `registry.cli` translate them. `registry.proof` has its own, since it must be importable alone.
"""

from collections.abc import Mapping


class OriginmarkError(Exception):
    """The base: a sentence that says what is wrong, and a remedy that says what to do next."""

    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if remedy is not None:
            self.remedy = remedy


class MediaError(OriginmarkError):
    """A file that can't be taken in."""

    remedy = "Export the picture again as PNG or JPEG and try once more."


class UnsupportedMedia(MediaError):
    """The bytes are of no format we read, whatever the file's name says."""

    remedy = "Send a JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, HEIC, SVG, PDF or PSD."


class MalformedMedia(MediaError):
    """The bytes begin like a format we read and then break its rules, a truncated file for one."""


class MediaTooLarge(MediaError):
    """`what` (`"bytes"`, `"pixels"`, `"pages"`, `"layers"`…) is `actual`, and at most `limit` is taken."""

    def __init__(self, *, what: str, limit: int, actual: int) -> None:
        super().__init__(
            f"The file has {actual:,} {what}; at most {limit:,} are taken.",
            remedy=f"Send a smaller version, with at most {limit:,} {what}.",
        )
        self.what, self.limit, self.actual = what, limit, actual

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_too_large, (self.what, self.limit, self.actual)


def _rebuild_too_large(what: str, limit: int, actual: int) -> MediaTooLarge:
    return MediaTooLarge(what=what, limit=limit, actual=actual)


class MediaTooDeep(MediaError):
    """`what` is nested deeper than `limit` levels; None where only the reader's own depth gave out."""

    remedy = "Flatten the file's groups, or export it as PNG, and try once more."

    def __init__(self, *, what: str, limit: int | None) -> None:
        deeper = "too deep to be followed" if limit is None else f"deeper than {limit:,} levels"
        super().__init__(f"The file's {what} are nested {deeper}.")
        self.what, self.limit = what, limit

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_too_deep, (self.what, self.limit)


def _rebuild_too_deep(what: str, limit: int | None) -> MediaTooDeep:
    return MediaTooDeep(what=what, limit=limit)


class MediaTooSlow(MediaError):
    """Reading the file took longer than one job may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Reading the file took longer than {seconds:g} s.")
        self.seconds = seconds

    def __reduce__(self) -> tuple[object, ...]:
        return MediaTooSlow, (self.seconds,)


class MediaTooHungry(MediaError):
    """Reading the file took more memory than one job may; `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Reading the file took more than {limit >> 20:,} MiB of memory.")
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        return MediaTooHungry, (self.limit,)


class WorkerDied(MediaError):
    """The process that read the file died; nothing else was lost."""


class InvalidInput(OriginmarkError):
    """A value that doesn't mean anything here; `field` names it."""

    def __init__(self, message: str, *, field: str, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


class AccessDenied(OriginmarkError):
    """Who asks may not do this."""


class KeyMissing(AccessDenied):
    """No API key where one is needed."""

    remedy = "Send `Authorization: Bearer <key>`; `originmark keys create` makes one."

    def __init__(self) -> None:
        super().__init__("This needs an API key.")


class KeyRefused(AccessDenied):
    """The key is unknown, expired or revoked; which of them is not told."""

    remedy = "Make a new key with `originmark keys create`."

    def __init__(self) -> None:
        super().__init__("The API key is not valid (any more).")


class ScopeMissing(AccessDenied):
    """A good key, without the scope that this needs."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"The API key lacks the scope `{scope}`.",
            remedy=f"Make a key that has it: `originmark keys create --scope {scope}`.",
        )
        self.scope = scope


class OriginRefused(AccessDenied):
    """The local page's session was used from another site or host name."""

    remedy = "Open the page at the address that `originmark serve` printed."


class NotFound(OriginmarkError):
    """Nothing of this `noun` has this name, or it is not yours to see; which of them is not told."""

    def __init__(self, noun: str, name: str, *, remedy: str | None = None) -> None:
        super().__init__(f"There is no {noun} `{name}` here.", remedy=remedy)
        self.noun, self.name = noun, name


class Conflict(OriginmarkError):
    """It is there already, and differs: `differences` maps a field to (stored, given)."""

    def __init__(
        self, message: str, *, differences: Mapping[str, tuple[str, str]] | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.differences = dict(differences or {})


class Busy(OriginmarkError):
    """True now, not later; `retry_after` is in seconds."""

    retry_after = 1


class IndexBehind(Busy):
    """The search index can't reach the head of the code feed: no answer is better than a false `clear`."""

    remedy = "Try again in a moment."

    def __init__(self, *, position: int, head: int) -> None:
        super().__init__(f"The search index stands at {position:,} of {head:,}.")
        self.position, self.head = position, head


class LedgerHeld(Busy):
    """Another process owns the embedded chain, or the anchor worker's lease."""

    remedy = "The running `originmark serve` or `worker` does the anchoring; nothing is lost."


class LeaseLost(LedgerHeld):
    """This process stood still for so long that another one anchors now; nothing it writes counts any more."""


class ClockBehind(Busy):
    """The clock stands `seconds` before the embedded chain's last block, and a block's time is never made up."""

    remedy = "Set this machine's clock right; what waits to be anchored is anchored then."

    def __init__(self, seconds: int) -> None:
        super().__init__(f"This machine's clock stands {seconds:,} s before the last block of the embedded chain.")
        self.seconds = seconds


class LedgerError(OriginmarkError):
    """Something about the chain."""


class RpcUnavailable(LedgerError):
    """No answer from the JSON-RPC endpoint; what it did with the request is not known."""

    remedy = "Check ORIGINMARK_RPC_URL and that the node is running; registrations go on and are anchored later."


class RpcRefused(LedgerError):
    """The endpoint answered with an error; `code` is JSON-RPC's."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class ExecutionReverted(RpcRefused):
    """A contract refused: `data` is what it said, an ABI-encoded error for the most part."""

    def __init__(self, message: str, *, data: bytes) -> None:
        super().__init__(message, code=3)
        self.data = data


class NoBlockProof(LedgerError):
    """What the endpoint has of a block is no proof: it forgot, or the chain makes its hashes in a way of its own."""

    remedy = "Certificates are good without it, as long as nodes remember the transaction. An archive node may have it."


class WrongChain(LedgerError):
    """The endpoint serves another chain or contract than the one this registry was opened on."""

    remedy = "Point ORIGINMARK_RPC_URL at the chain this registry was opened on, or use another data directory."


class ChainAhead(LedgerError):
    """The chain's last checkpoint has `chain` entries, the newest that the database knows `known`: some are missing.

    Nothing is registered, withdrawn or anchored meanwhile, since that would take the places of what is missing.
    """

    remedy = (
        "Was an old backup restored? `originmark recover` fills the hole with claimants' certificates and receipts; "
        "checks and reading go on."
    )

    def __init__(self, *, chain: int, known: int) -> None:
        super().__init__(
            f"The registry is read-only: its chain has a checkpoint of {chain:,} entries, and the newest that the "
            f"database knows has {known:,}."
        )
        self.chain, self.known = chain, known


class OutOfFunds(LedgerError):
    """The writer's account can't pay for a transaction."""

    remedy = "Send funds to the writer's address; `originmark status` shows it."


class Underpriced(LedgerError):
    """The node doesn't take a transaction at these fees; it is signed again at higher ones."""


class FeeCapReached(LedgerError):
    """The chain asks for more than ORIGINMARK_MOST_GWEI allows."""

    remedy = "Wait for lower fees, or raise ORIGINMARK_MOST_GWEI; what is registered is anchored then."


class NonceSpent(LedgerError):
    """The node says that this nonce was used, and shows none of our transactions for it."""

    remedy = (
        "Use the writer's key nowhere else. If nobody does, the node is behind or wrong: this clears up by itself, "
        "or the transaction is signed again once the other one is final."
    )


class NodeBehind(LedgerError):
    """A node knows less of the chain than was known before."""

    remedy = "Let the node catch up, or name another in ORIGINMARK_RPC_URL; nothing is called final meanwhile."


class NodesDisagree(LedgerError):
    """Two nodes tell of different blocks at one height."""

    remedy = "Find out which of the nodes in ORIGINMARK_RPC_URL is wrong; nothing is called final meanwhile."


class StoreError(OriginmarkError):
    """The database is newer than this program, or not reachable; or something about the blobs kept beside it."""


class FeedBroken(StoreError):
    """The code feed skips, repeats or contradicts itself: an index that went on would answer from part of the works."""

    remedy = "Start the server again: the index is rebuilt from the database. If it happens again, check the database."


class LogDiverged(StoreError):
    """The database's entries don't give a root that is known to be right: some were changed, lost or reordered."""

    remedy = (
        "Restore the database from a backup; publish no further checkpoint before its entries give this root again."
    )

    def __init__(self, *, what: str, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"The entries in the database give {actual.hex()} as the root of {what}, not {expected.hex()}."
        )
        self.what, self.expected, self.actual = what, expected, actual


class BackupDamaged(StoreError):
    """A backup isn't what was written, or none at all; nothing was restored from it."""

    remedy = "Take another copy of this backup, or an older one."


class BlobMissing(StoreError):
    """The place where blobs are kept has none of this id."""

    remedy = "Restore it from a backup of the blobs; what the log says of the work holds without it."

    def __init__(self, blob: str) -> None:
        super().__init__(f"The blob {blob} is not where blobs are kept.")
        self.blob = blob


class BlobDamaged(StoreError):
    """The blob's bytes are not those that were stored, or were sealed for another work or another purpose."""

    remedy = "Restore it from a backup of the blobs; what the log says of the work holds without it."

    def __init__(self, blob: str) -> None:
        super().__init__(f"The blob {blob} doesn't hold what was stored under this name.")
        self.blob = blob


class BlobLocked(StoreError):
    """The blob was sealed with a key that isn't here; `key` is that key's name, 16 hex digits, and no secret."""

    remedy = (
        "Restore the file `blob.key` from your backup, or add the key to ORIGINMARK_BLOB_KEY behind the present one."
    )

    def __init__(self, blob: str, *, key: str) -> None:
        super().__init__(f"The blob {blob} was sealed with the key {key}, which isn't here.")
        self.blob, self.key = blob, key


class BlobStoreUnavailable(StoreError):
    """No answer from the place where blobs are kept, or no room there; what was to be stored may be there or not."""

    remedy = "Check the blob folder's disk, or ORIGINMARK_S3_ENDPOINT and that it can be reached; then try again."


class BlobStoreRefused(StoreError):
    """The place where blobs are kept answered, and refused: the keys, the bucket, or what they may do there."""

    remedy = "Check ORIGINMARK_BLOB_URL, the S3 region and keys, and that the bucket's policy lets them read and write."


class PublicLogError(OriginmarkError):
    """A public log, read from outside: another registry's, or one's own as others see it."""


class PublicLogUnavailable(PublicLogError):
    """The log can't be read there; what it holds is not known."""

    remedy = "Check the log's address: its prefix as C2SP has it (…/log for a server), or the folder of an export."


class PublicLogRefused(PublicLogError):
    """What stands there is not the log that was asked for, or is none."""

    remedy = "Ask the registry's operator for the log's address, and check the registry id that you expect."


class SettingsError(OriginmarkError):
    """A setting that can't be used."""
