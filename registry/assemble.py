"""Settings become the running registry: the only place where parts meet.

The first start founds the registry on its chain. After that the chain is opened only by whoever anchors, and a process
that registers, checks or certifies needs none.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.access import Access
from registry.anchor import Anchoring, Policy
from registry.archive.note import RESTORING
from registry.blobs.opening import open_blobs
from registry.blobs.safe import Safe
from registry.blobs.vault import Vault
from registry.certify import Certification
from registry.chains import client_of, embedded_endpoint, founded, reading
from registry.check import Checking
from registry.clock import Clock, system_clock
from registry.errors import LedgerError, SettingsError
from registry.evidence import Showing
from registry.export import Exporting
from registry.intake.desk import IntakeDesk
from registry.intake.taken import CODES_VERSION
from registry.keyring import RESTORE, Keyring, open_keyring
from registry.ledger.proof_keeping import ProofKeeping
from registry.ledger.reader import JsonRpcReader, http_json_rpc
from registry.ledger.rpc import EmbeddedEndpoint
from registry.log.files import TileFiles
from registry.log.log import Log
from registry.matching.closer import CloserLook
from registry.matching.stages import Stages
from registry.refingerprint import Refingerprinting
from registry.register import Registering
from registry.search.exact import ExactIndex
from registry.search.follow import Follower
from registry.search.index import Index
from registry.settings import Settings, sqlite_path
from registry.standing import Watch, watch
from registry.store.access import Accounts
from registry.store.block_proofs import BlockProofs
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.store.database import Database
from registry.store.departures import Departures
from registry.store.feed import CodeFeed, FeatureFeed
from registry.store.lease import Leases
from registry.store.ledger import Identity, LedgerStore
from registry.store.outbox import Outbox
from registry.store.recoding import Recoding
from registry.store.registration import Registrations
from registry.tidy import Tidying
from registry.withdraw import Withdrawing

if TYPE_CHECKING:
    from registry.matching.known import KnownParts


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that runs. Safe to share between threads; close it when done."""

    settings: Settings
    clock: Clock
    identity: Identity
    database: Database
    keyring: Keyring
    desk: IntakeDesk
    safe: Safe
    access: Access
    catalogue: Catalogue
    follower: Follower[Index]
    parts_follower: "Follower[KnownParts]"
    stages: Stages
    log: Log
    ledger: LedgerStore
    registering: Registering
    checking: Checking
    showing: Showing
    certification: Certification
    withdrawing: Withdrawing
    refingerprinting: Refingerprinting
    proof_keeping: ProofKeeping
    tidying: Tidying
    leases: Leases
    exporting: Exporting
    standing: Watch
    endpoint: EmbeddedEndpoint | None

    @contextmanager
    def anchoring(self) -> Iterator[Anchoring]:
        """The anchor worker, for as long as the block lasts; raises LedgerHeld where another process has it.

        Raises ChainAhead where the chain knows more than the database.
        """
        # web3 takes a second to import, and only whoever anchors needs it.
        from registry.ledger.founding import check_chain, check_contract  # noqa: PLC0415
        from registry.ledger.sender import Sender  # noqa: PLC0415
        from registry.ledger.watcher import Watcher  # noqa: PLC0415

        with self.leases.held() as fence, client_of(self.settings, self.keyring, self.clock) as client:
            readers = [JsonRpcReader(http_json_rpc(url)) for url in self.settings.rpc_urls]
            readers = readers or [JsonRpcReader(client.request)]
            outbox = Outbox(self.database, fence)
            try:
                check_chain(self.identity, readers)
                check_contract(self.identity, client)
                # Who may not append may not anchor either: a checkpoint of an old database would be another history.
                self.standing.ask()
                self.standing.must_be_level()
            except LedgerError as error:
                # As the worker tells what it meets with later.
                outbox.tell(error.message, self.clock())
                raise
            yield Anchoring(
                identity=self.identity,
                store=self.ledger,
                outbox=outbox,
                log=self.log,
                client=client,
                sender=Sender(outbox, client, self.clock, self.settings.most_gwei),
                watcher=Watcher(self.ledger, outbox, self.identity, client.writer, readers, self.settings.final_depth),
                policy=Policy(entries=self.settings.checkpoint_entries, seconds=self.settings.checkpoint_wait),
                clock=self.clock,
            )

    def close(self) -> None:
        """Lets go of processes, files and connections."""
        self.desk.close()
        if self.endpoint is not None:
            self.endpoint.close()
        self.database.close()


@contextmanager
def open_registry(
    settings: Settings, *, clock: Clock = system_clock, wait: Callable[[float], None] = time.sleep
) -> Iterator[Registry]:
    """The registry in the settings' data directory, founded if it's new."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (settings.data_dir / RESTORING).exists():
        raise SettingsError(
            f"A backup is being restored into {settings.data_dir}, or that wasn't finished.",
            remedy="Run `originmark restore` with that backup again, or remove the directory.",
        )
    database = Database(settings.sqlalchemy_url)
    ledger = LedgerStore(database)
    identity, catalogue = ledger.identity(), Catalogue(database)
    keyring = open_keyring(
        settings.data_dir / "keys",
        founded=identity is not None,
        sealed=catalogue.keeps_blobs(),
        blob_keys=settings.blob_keys,
    )
    if identity is None:
        identity = founded(settings, keyring, database, ledger, clock, wait)
    if keyring.registry_public != identity.genesis.registry_key:
        raise SettingsError(
            f"The key in {settings.data_dir / 'keys'} is not the one that this registry was founded with.",
            remedy=RESTORE,
        )
    accounts = Accounts(database)
    safe = Safe(open_blobs(settings), Vault(keyring.blob_keys))
    follower: Follower[Index] = Follower(ExactIndex, CodeFeed(database, CODES_VERSION))
    parts_follower = Follower(_known_parts, FeatureFeed(database, CODES_VERSION))
    stages = Stages()
    log = Log(TileFiles(settings.data_dir / "log"), ledger.entries)
    endpoint = embedded_endpoint(settings) if settings.embedded else None
    request = reading(settings, endpoint)
    standing = watch(settings, identity, ledger, request, clock)
    desk = IntakeDesk(workers=settings.media_workers)
    withdrawing = Withdrawing(
        log=identity.log,
        signer=keyring.signer,
        catalogue=catalogue,
        departures=Departures(database),
        safe=safe,
        follower=follower,
        parts_follower=parts_follower,
        may_append=standing.must_be_level,
        clock=clock,
    )
    proofs = BlockProofs(database)
    proof_keeping = ProofKeeping(identity=identity, proofs=proofs, request=request, clock=clock)
    registry = Registry(
        settings=settings,
        clock=clock,
        identity=identity,
        database=database,
        keyring=keyring,
        desk=desk,
        safe=safe,
        access=Access(accounts, clock),
        catalogue=catalogue,
        follower=follower,
        parts_follower=parts_follower,
        stages=stages,
        log=log,
        ledger=ledger,
        registering=Registering(
            log=identity.log,
            signer=keyring.signer,
            take_in=desk.take_in_soon,
            safe=safe,
            catalogue=catalogue,
            registrations=Registrations(database),
            follower=follower,
            may_append=standing.must_be_level,
            clock=clock,
        ),
        checking=Checking(
            look_at=desk.look_at_soon,
            catalogue=catalogue,
            accounts=accounts,
            checks=Checks(database),
            follower=follower,
            closer=CloserLook(
                look_closer=desk.look_closer_soon, follower=parts_follower, parts=catalogue.parts, stages=stages
            ),
            stages=stages,
            clock=clock,
        ),
        showing=Showing(draw=desk.overlay_soon, catalogue=catalogue, checks=Checks(database)),
        certification=Certification(
            identity=identity,
            ledger=ledger,
            block_proofs=proofs,
            catalogue=catalogue,
            log=log,
            usual_wait=settings.checkpoint_wait,
        ),
        withdrawing=withdrawing,
        refingerprinting=Refingerprinting(
            recode=desk.recode_soon, recoding=Recoding(database), safe=safe, version=CODES_VERSION
        ),
        proof_keeping=proof_keeping,
        tidying=Tidying(
            sweep=withdrawing.sweep, keep_proofs=proof_keeping, catalogue=catalogue, safe=safe, clock=clock
        ),
        leases=Leases(database, clock),
        exporting=Exporting(identity=identity, ledger=ledger, log=log, signer=keyring.signer),
        standing=standing,
        endpoint=endpoint,
    )
    try:
        yield registry
    finally:
        registry.close()


def known_log(settings: Settings) -> bytes | None:
    """The id of the log that the settings' registry keeps; None where no registry was founded yet. Changes nothing."""
    if settings.database_url is None and not sqlite_path(settings.data_dir).exists():
        return None
    with closing(Database(settings.sqlalchemy_url)) as database:
        identity = LedgerStore(database).identity()
        return None if identity is None else identity.log


def _known_parts() -> "KnownParts":
    # OpenCV and faiss take a fifth of a second, and only whoever checks needs them.
    from registry.matching.known import KnownParts  # noqa: PLC0415

    return KnownParts()
