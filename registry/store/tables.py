"""The tables. Times are seconds since 1970; hashes, keys and codes are raw bytes.

    identity     1 row: which log this database keeps
    accounts     who declares and asks          api_keys   their keys, hashed
    works        what was registered            claims     the statement, its salts and the receipt of each
    parts        a work's pictures              withdrawals   the same of those that were taken back
    codes        a part's codes, for each ground            features   what else a part is recognised by
    thumbnails   a part's small picture
    erasures     what is still to be wiped of works that were erased
    log_entries  the log itself, dense from 0   log_head   1 row: its size and the feed's, locked last
    code_feed    what search indexes follow     checks, asked_pictures, sightings
    checkpoints  (size, root)                   transactions   the outbox: saved, then sent
    anchors      where a checkpoint was found   block_proofs   its block's header and receipt, for when nodes forget

The entry in the log outlives everything else of a work: it is 32 bytes that mean nothing without the claim.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, text
from sqlmodel import Field, SQLModel

BigInt = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both; SQLite needs the name INTEGER to make a primary key its row id."""


class IdentityRow(SQLModel, table=True):
    """Which log this database keeps: the genesis statement's bytes and the id they hash to."""

    __tablename__ = "identity"
    id: int = Field(default=1, primary_key=True)
    log: bytes
    genesis: bytes
    founded: int = Field(sa_type=BigInteger)


class AccountRow(SQLModel, table=True):
    """An account."""

    __tablename__ = "accounts"
    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    created: int = Field(sa_type=BigInteger)


class ApiKeyRow(SQLModel, table=True):
    """An API key: the secret's SHA-256, and scopes separated by spaces."""

    __tablename__ = "api_keys"
    id: str = Field(primary_key=True)
    account: str = Field(foreign_key="accounts.id", index=True)
    secret_sha256: bytes
    scopes: str
    created: int = Field(sa_type=BigInteger)
    expires: int | None = Field(default=None, sa_type=BigInteger)
    revoked: int | None = Field(default=None, sa_type=BigInteger)


class WorkRow(SQLModel, table=True):
    """A work; an account has the same bytes registered once, or again after it withdrew them.

    `codes_version` is which set of schemes its codes are of; `raster` and `original` name blobs.
    """

    __tablename__ = "works"
    __table_args__ = (
        Index(
            "uq_works_standing",
            "account",
            "sha256",
            unique=True,
            sqlite_where=text("withdrawn IS NULL"),
            postgresql_where=text("withdrawn IS NULL"),
        ),
        Index("ix_works_account_log_index", "account", "log_index"),  # for the pages of one account's works
    )
    id: str = Field(primary_key=True)
    account: str = Field(foreign_key="accounts.id")
    title: str
    kind: str
    visibility: str
    role: str
    previous: str | None = Field(default=None, foreign_key="works.id", index=True)
    sha256: bytes = Field(index=True)
    size: int = Field(sa_type=BigInteger)
    media_type: str
    width: int
    height: int
    detail: str
    codes_version: int = Field(index=True)
    raster: str | None = Field(default=None, index=True)
    original: str | None = Field(default=None, index=True)
    entry: bytes
    log_index: int = Field(sa_type=BigInteger, unique=True, foreign_key="log_entries.log_index")
    registered: int = Field(sa_type=BigInteger)
    withdrawn: int | None = Field(default=None, sa_type=BigInteger)


class PartRow(SQLModel, table=True):
    """One picture of a work; number 0 stands for the work."""

    __tablename__ = "parts"
    work: str = Field(primary_key=True, foreign_key="works.id")
    number: int = Field(primary_key=True)
    kind: str
    name: str
    width: int
    height: int
    detail: str


class ClaimRow(SQLModel, table=True):
    """What a certificate is made of, apart from the log: statement, manifest, its salt, and the receipt's own facts."""

    __tablename__ = "claims"
    work: str = Field(primary_key=True, foreign_key="works.id")
    statement: bytes
    manifest: bytes
    manifest_salt: bytes
    received: int = Field(sa_type=BigInteger)
    anchor_by: int = Field(sa_type=BigInteger)
    key: bytes
    signature: bytes


class WithdrawalRow(SQLModel, table=True):
    """The statement that took a work back, its place in the log, and the receipt's own facts."""

    __tablename__ = "withdrawals"
    work: str = Field(primary_key=True, foreign_key="works.id")
    statement: bytes
    entry: bytes
    log_index: int = Field(sa_type=BigInteger, unique=True, foreign_key="log_entries.log_index")
    received: int = Field(sa_type=BigInteger)
    anchor_by: int = Field(sa_type=BigInteger)
    key: bytes
    signature: bytes


class CodesRow(SQLModel, table=True):
    """The codes of a part of a work over one ground: 32 bytes of PDQ and 8 of pHash."""

    __tablename__ = "codes"
    work: str = Field(primary_key=True, foreign_key="works.id")
    part: int = Field(primary_key=True)
    ground: str = Field(primary_key=True)
    pdq: bytes
    phash: bytes


class FeaturesRow(SQLModel, table=True):
    """What regional matching knows of a part of a work, packed."""

    __tablename__ = "features"
    work: str = Field(primary_key=True, foreign_key="works.id")
    part: int = Field(primary_key=True)
    packed: bytes


class ThumbnailRow(SQLModel, table=True):
    """A small re-encoded picture of a part of a work, without the metadata of the original."""

    __tablename__ = "thumbnails"
    work: str = Field(primary_key=True, foreign_key="works.id")
    part: int = Field(primary_key=True)
    picture: bytes


class LogEntryRow(SQLModel, table=True):
    """One entry of the log. Rows are dense from 0 and in commit order."""

    __tablename__ = "log_entries"
    log_index: int = Field(sa_column=Column(BigInt, primary_key=True, autoincrement=False))
    entry: bytes
    received: int = Field(sa_type=BigInteger)


class LogHeadRow(SQLModel, table=True):
    """The sizes of log and feed: one row, locked last by whoever appends."""

    __tablename__ = "log_head"
    id: int = Field(default=1, primary_key=True)
    size: int = Field(sa_type=BigInteger)
    feed: int = Field(sa_type=BigInteger)


class CodeFeedRow(SQLModel, table=True):
    """One event of the feed that search indexes follow, dense from 1: `add`, `remove`, or `pass` without a work."""

    __tablename__ = "code_feed"
    seq: int = Field(sa_column=Column(BigInt, primary_key=True, autoincrement=False))
    op: str
    work: str


class ErasureRow(SQLModel, table=True):
    """What erasing a work has left to do: blobs to delete, and events of the feed that still name it."""

    __tablename__ = "erasures"
    work: str = Field(primary_key=True)
    blobs: str
    erased: int = Field(sa_type=BigInteger)


class CheckRow(SQLModel, table=True):
    """A check with its answer; `verdict` is its kind and its JSON. `sha256` goes where the work it shows is erased."""

    __tablename__ = "checks"
    id: str = Field(primary_key=True)
    account: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    seller: str | None = None
    listing: str | None = None
    sha256: bytes | None = None
    verdict: str
    feed_position: int = Field(sa_type=BigInteger)
    log_size: int = Field(sa_type=BigInteger)
    checked: int = Field(sa_type=BigInteger)


class AskedPictureRow(SQLModel, table=True):
    """A small re-encoded copy of a picture that was checked and showed a work; it goes with the last of these works."""

    __tablename__ = "asked_pictures"
    id: str = Field(primary_key=True, foreign_key="checks.id")
    picture: bytes


class SightingRow(SQLModel, table=True):
    """A private work that somebody's picture showed: told to its owner, and to nobody else."""

    __tablename__ = "sightings"
    id: int | None = Field(default=None, sa_column=Column(BigInt, primary_key=True))
    work: str = Field(foreign_key="works.id", index=True)
    decision: str
    seen: int = Field(sa_type=BigInteger)


class CheckpointRow(SQLModel, table=True):
    """A checkpoint that was made, and is anchored or will be."""

    __tablename__ = "checkpoints"
    size: int = Field(sa_column=Column(BigInt, primary_key=True, autoincrement=False))
    root: bytes
    made: int = Field(sa_type=BigInteger)


class WorkerRow(SQLModel, table=True):
    """Who anchors: the fencing token, until when it holds, whether its holder has the lock; and what troubles it."""

    __tablename__ = "worker"
    id: int = Field(default=1, primary_key=True)
    token: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)
    locked: bool
    trouble: str | None = None
    troubled: int | None = Field(default=None, sa_type=BigInteger)


class TransactionRow(SQLModel, table=True):
    """The outbox: signed bytes, stored before they are sent. What a purpose needs may be tried again at other fees.

    Fees are in wei a unit of gas, as decimals; `tip` is None on chains without a base fee. `cost` is what a mined one
    took from the account, in wei.
    """

    __tablename__ = "transactions"
    id: int | None = Field(default=None, sa_column=Column(BigInt, primary_key=True))
    purpose: str = Field(index=True)
    nonce: int = Field(sa_type=BigInteger)
    hash: bytes = Field(unique=True)
    raw: bytes
    most: str
    tip: str | None = None
    saved: int = Field(sa_type=BigInteger)
    cost: str | None = None


class AnchorRow(SQLModel, table=True):
    """Where a checkpoint was found on the chain, and how final it was when it was last looked at: `mined` and on."""

    __tablename__ = "anchors"
    size: int = Field(sa_column=Column(BigInt, ForeignKey("checkpoints.size"), primary_key=True, autoincrement=False))
    writer: bytes
    transaction_hash: bytes
    event_index: int
    block_number: int = Field(sa_type=BigInteger)
    block_hash: bytes
    block_time: int = Field(sa_type=BigInteger)
    finality: str = Field(index=True)


class BlockProofRow(SQLModel, table=True):
    """What shows a checkpoint in its block without a node: the witness's fields in canonical JSON."""

    __tablename__ = "block_proofs"
    size: int = Field(sa_column=Column(BigInt, ForeignKey("checkpoints.size"), primary_key=True, autoincrement=False))
    block_hash: bytes
    proof: bytes
