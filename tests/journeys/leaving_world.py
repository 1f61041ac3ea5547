"""A registry whose clock is set by hand, with a work that says much about itself, and a reader of all its files."""

import re
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from registry.accounts import Account, Viewer
from registry.assemble import Registry, open_registry
from registry.blobs.safe import Purpose
from registry.chains import open_chain
from registry.clock import Seconds
from registry.intake.taken import CODES_VERSION
from registry.listings import Listing
from registry.proof.certificate import Certificate
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Claim, encode_statement, parse_statement
from registry.proof.verify import verify
from registry.settings import Settings
from registry.store.feed import CodeFeed, FeatureFeed
from registry.withdraw import FORGOTTEN_WITHIN
from registry.works import Added, Description, Keeping, Work
from tests.journeys.pictures import Picture, saved
from tests.media.psd_writer import document, drawn_layer

START: Seconds = 1_790_000_000
TITLE = "Das Sommerkleid, Entwurf für niemand sonst"
LAYERS = "Hintergrundfigur", "Verborgenes Motiv"
WINDOW, MOST_PIECES = 24, 30
JPEG_TABLES = 700
"""So many bytes at the beginning say the same in every JPEG."""
FEATURES_HEAD = 30
"""So many bytes at the beginning of features say the same of every picture of that size."""
STRANGER = Viewer(account=None)


class HandSet:
    """A clock that can be put forward. It runs: the embedded chain waits for the next second to begin."""

    def __init__(self) -> None:
        self._started, self._moved = time.monotonic(), 0

    def __call__(self) -> Seconds:
        return START + int(time.monotonic() - self._started) + self._moved

    def move(self, seconds: Seconds) -> None:
        """Puts it forward."""
        self._moved += seconds


@dataclass
class House:
    """A registry and the clock on its wall."""

    registry: Registry
    clock: HandSet

    def register(self, data: bytes, title: str, account: Account, keeping: Keeping | None = None) -> Work:
        keeping = keeping or Keeping()
        return self.registry.registering.register(data, Description(title), account, keeping).work

    @property
    def directory(self) -> Path:
        return self.registry.settings.data_dir

    def erase(self, work: Work) -> None:
        """Erases, and holds the journey to its stated time."""
        begun = self.clock()
        by = self.registry.withdrawing.erase(work.id, work.account)
        assert begun + FORGOTTEN_WITHIN <= by <= self.clock() + FORGOTTEN_WITHIN

    def anchor(self) -> None:
        """Anchors all that is in the log; a minute passes."""
        self.clock.move(60)
        with self.registry.anchoring() as anchoring:
            anchoring.step(flush=True)
        last = self.registry.ledger.last_anchored()
        assert last is not None
        assert last.checkpoint.size == self.registry.ledger.size()

    def certificate(self, work: Work) -> Certificate:
        made = self.registry.certification.certificate(work)
        assert isinstance(made, Certificate)
        return made

    def proves(self, certificate: Certificate, file: bytes) -> bool:
        """Whether it convinces somebody who asks the chain and nobody else."""
        with open_chain(self.registry.settings) as chain:
            return verify(certificate, file, chain, self.registry.identity.log, signatures=ed25519_valid).accepted

    def shown_in(self, data: bytes) -> set[str]:
        """The works that a stranger's picture is told to show."""
        check = self.registry.checking.check(data, Listing(), STRANGER)
        kept = self.registry.checking.kept(check.id)
        assert kept is not None
        return set(self.registry.checking.works_of(kept))


def opened(directory: Path, clock: HandSet) -> AbstractContextManager[Registry]:
    """The registry in this directory, in this process or as if in another."""
    return open_registry(Settings(data_dir=directory, media_workers=1), clock=clock)


def layered(seed: int) -> bytes:
    """A drawing of two layers that have names."""
    ground, motif = Picture(seed, (400, 300)).image(), Picture(seed + 1000, (300, 220)).image()
    whole = ground.copy()
    whole.paste(motif, (50, 40))
    layers = [drawn_layer(ground, LAYERS[0]), drawn_layer(motif, LAYERS[1], 40, 50)]
    return document(whole, layers).to_bytes()


def seen_as(seed: int) -> bytes:
    """The same drawing as a JPEG, which anybody may find somewhere."""
    ground, motif = Picture(seed, (400, 300)).image(), Picture(seed + 1000, (300, 220)).image()
    ground.paste(motif, (50, 40))
    return saved(ground, "JPEG", quality=80)


Traces = dict[str, list[bytes]]
"""What to look for, by name: pieces that aren't found anywhere by chance."""


def pieces(data: bytes) -> list[bytes]:
    """Pieces of this: itself if it's short, since whatever is longer may be cut where a page of a file ends."""
    if len(data) <= 2 * WINDOW:
        return [data]
    step = max(WINDOW, len(data) // MOST_PIECES)
    return [data[start : start + WINDOW] for start in range(0, len(data) - WINDOW, step)]


def traces_of(registry: Registry, work: Work) -> Traces:
    """What the registry's files say of this work, as it is now."""
    claim, catalogue = registry.catalogue.claim(work.id), registry.catalogue
    assert claim is not None
    statement = parse_statement(claim.statement)
    assert isinstance(statement, Claim)
    traces = {
        "work id": pieces(work.id.encode()),
        "title": pieces(work.description.title.encode()),
        "SHA-256": [work.sha256],
        "SHA-256 in hex": [work.sha256.hex().encode()],
        "statement": [piece for piece in pieces(claim.statement) if piece not in _said_by_all(statement)],
        "salt in hex": [statement.salt.hex().encode()],
        "manifest": [piece for piece in pieces(claim.manifest) if re.fullmatch(rb"[0-9a-f]*", piece)],
        "manifest's salt": [claim.manifest_salt],
        "receipt's signature": pieces(claim.signature),
    }
    for part in catalogue.parts([work.id])[work.id]:
        picture = catalogue.thumbnail(work.id, part.number)
        assert picture is not None
        traces[f"thumbnail {part.number}"] = pieces(picture[JPEG_TABLES:])
        if part.name:
            traces[f"name of part {part.number}"] = [part.name.encode()]
    for number, (pdq, phash) in enumerate(codes_of(registry, work)):
        traces[f"PDQ {number}"], traces[f"pHash {number}"] = [pdq], [phash]
        traces[f"PDQ {number} in hex"], traces[f"pHash {number} in hex"] = [pdq.hex().encode()], [phash.hex().encode()]
    for part, packed in features_of(registry, work):
        traces[f"features of part {part}"] = pieces(packed[FEATURES_HEAD:])
    for name, blob in (("raster", work.raster), ("original", work.original)):
        if blob is not None:
            traces[f"name of the blob of the {name}"] = [blob.encode()]
            traces[f"blob of the {name}"] = pieces(registry.safe.store.get(blob))
    return traces


def _said_by_all(claim: Claim) -> bytes:
    """What every statement of this account says."""
    none = bytes(32)
    return encode_statement(
        replace(claim, file_sha256=none, fingerprints=none, salt=none, previous=None, file_size=0, media_type="-")
    )


def codes_of(registry: Registry, work: Work) -> list[tuple[bytes, bytes]]:
    """The PDQ and pHash of each part."""
    feed = CodeFeed(registry.database, CODES_VERSION)
    for event in feed.since(0, feed.head().feed_position):
        if isinstance(event, Added) and event.work == work.id:
            return [(codes.pdq, codes.phash) for _, codes in event.codes]
    return []


def features_of(registry: Registry, work: Work) -> tuple[tuple[int, bytes], ...]:
    """What regional matching knows of each part, packed."""
    feed = FeatureFeed(registry.database, CODES_VERSION)
    for event in feed.since(0, feed.head().feed_position):
        if isinstance(event, Added) and event.work == work.id:
            return event.features
    return ()


def never_written(registry: Registry, work: Work, file: bytes) -> Traces:
    """What no file of the registry may hold at any time: pictures that aren't encrypted."""
    traces = {"the file": pieces(file)}
    if work.raster is not None:
        picture = registry.catalogue.thumbnail(work.id)
        assert picture is not None
        raster = registry.safe.read(work.raster, Purpose.RASTER, work.id)
        traces["the raster"] = [piece for piece in pieces(raster) if piece not in picture[:JPEG_TABLES]]
    return traces


def found(directory: Path, traces: Traces) -> dict[str, float]:
    """The share of each trace's pieces that stand in any file under this directory; those without any left out."""
    everything = [path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()]
    names = "\n".join(str(path) for path in directory.rglob("*")).encode()
    shares = {
        name: sum(any(piece in data for data in (*everything, names)) for piece in some) / len(some)
        for name, some in traces.items()
    }
    return {name: share for name, share in shares.items() if share}
