"""Works, receipts and identities to fill a database with. The bytes are random; nothing here looks inside them."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from registry.accounts import Account, AccountId
from registry.ids import new_id
from registry.proof.receipt import Receipt
from registry.proof.statement import Genesis
from registry.store.access import Accounts
from registry.store.database import Database
from registry.store.lease import LEASE_SECONDS, Fence
from registry.store.ledger import LedgerStore
from registry.store.outbox import Outbox
from registry.store.registration import Draft, Registrations
from registry.store.tables import WorkerRow
from registry.works import (
    Codes,
    Description,
    Detail,
    Ground,
    Kind,
    Part,
    PartKind,
    TakenPart,
    Visibility,
    Work,
    WorkId,
)

NOW = 1_764_000_000


def some_genesis(chain_id: int = 31337) -> Genesis:
    """An identity of its own."""
    return Genesis(
        registry_key=os.urandom(32),
        recovery_key=os.urandom(32),
        chain_id=chain_id,
        chain_genesis=os.urandom(32),
        contract=os.urandom(20),
        writer=os.urandom(20),
    )


def founded(database: Database, name: str = "studio") -> Account:
    """Founds the registry in this database and adds an account."""
    LedgerStore(database).found(some_genesis(), NOW)
    return added_account(database, name)


def added_account(database: Database, name: str) -> Account:
    """An account that stands in the database."""
    account = Account(id=AccountId(new_id("acc")), name=name, created=NOW)
    assert Accounts(database).add(account)
    return account


def some_part(
    number: int = 0, *, grounds: tuple[Ground, ...] = (Ground.OPAQUE,), detail: Detail = Detail.DISTINCT
) -> TakenPart:
    """A part with codes, features and a thumbnail."""
    kind, name = (PartKind.WHOLE, "") if number == 0 else (PartKind.PAGE, f"page {number + 1}")
    return TakenPart(
        part=Part(number, kind, name, 640, 480, detail),
        fingerprints=(),
        codes={ground: Codes(pdq=os.urandom(32), phash=os.urandom(8)) for ground in grounds},
        thumbnail=os.urandom(500),
        features=os.urandom(900),
    )


def some_draft(
    account: AccountId,
    *,
    sha256: bytes | None = None,
    previous: WorkId | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    detail: Detail = Detail.DISTINCT,
    grounds: tuple[Ground, ...] = (Ground.OPAQUE,),
    raster: str | None = None,
) -> Draft:
    """A work that nobody registered yet."""
    return Draft(
        id=WorkId(new_id("wrk")),
        account=account,
        description=Description("A draft of a coat", kind=Kind.DESIGN, visibility=visibility, previous=previous),
        sha256=sha256 or os.urandom(32),
        size=12_345,
        media_type="image/png",
        width=640,
        height=480,
        detail=detail,
        codes_version=1,
        parts=(some_part(grounds=grounds, detail=detail),),
        raster=raster,
        original=None,
        statement=os.urandom(300),
        manifest=os.urandom(100),
        manifest_salt=os.urandom(32),
        entry=os.urandom(32),
        registered=NOW + 5,
    )


def seal(index: int) -> Receipt:
    """A receipt that tells its index by its signature; what it says of log and entry is not stored."""
    return Receipt(
        log=bytes(32),
        entry=bytes(32),
        index=index,
        received=NOW + 5,
        anchor_by=NOW + 86_400,
        key=b"k" * 32,
        signature=index.to_bytes(64, "big"),
    )


def add(registrations: Registrations, draft: Draft, seal: Callable[[int], Receipt]) -> Work:
    """Adds one draft."""
    (work,) = registrations.add_all([draft], lambda _, index: seal(index))
    return work


def outbox_of(database: Database) -> Outbox:
    """The outbox of a worker that took the lease and will not give it back."""
    with database.write() as session:
        row = session.get(WorkerRow, 1) or WorkerRow(token=0, expires=0, locked=False)
        row.token, row.expires = row.token + 1, NOW + LEASE_SECONDS
        session.add(row)
        return Outbox(database, Fence(row.token))


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """What these calls return, all made at the same moment."""
    barrier = threading.Barrier(len(calls))

    def wait_and_call(call: Callable[[], object]) -> object:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and_call, calls))
