"""Registries that are backed up and restored, and how to tell that two are the same."""

from pathlib import Path

from registry.archive.file import Archive
from registry.assemble import open_registry
from registry.backup import BackedUp, back_up
from registry.blobs.safe import Purpose
from registry.clock import system_clock
from registry.restore import restore
from registry.settings import Settings
from registry.works import Description
from tests.journeys.pictures import Picture


def nobody(_what: str, _done: int, _total: int) -> None:
    """Nobody is told."""


def settings_in(data: Path, database_url: str | None = None) -> Settings:
    url = None if database_url is None else database_url.replace("postgresql+psycopg", "postgresql")
    return Settings(data_dir=data, database_url=url, media_workers=1)


def backed_up(settings: Settings, target: Path, *, with_keys: bool = True) -> BackedUp:
    return back_up(settings, target, with_keys=with_keys, version="1", clock=system_clock, progress=nobody)


def restored(settings: Settings, path: Path) -> None:
    with Archive(path) as archive:
        restore(settings, archive, nobody)


def filled(settings: Settings, seeds: range) -> None:
    """Works in the settings' registry, anchored."""
    with open_registry(settings) as registry:
        owner = registry.access.account_or_default(None)
        for seed in seeds:
            registry.registering.register(Picture(seed, (96, 72)).png(), Description(f"Work {seed}"), owner)
        with registry.anchoring() as anchoring:
            anchoring.step(flush=True)


def must_be_the_same(one: Settings, other: Settings) -> None:
    """Two registries have the same works, blobs, log and checkpoints."""
    with open_registry(one) as a, open_registry(other) as b:
        works = a.catalogue.page(account=None, after=0, limit=100)
        assert works
        assert works == b.catalogue.page(account=None, after=0, limit=100)
        assert (a.identity, a.ledger.size()) == (b.identity, b.ledger.size())
        assert a.ledger.entries(0, 100) == b.ledger.entries(0, 100)
        assert a.ledger.last_anchored() == b.ledger.last_anchored()
        for work in works:
            assert work.raster is not None
            raster = a.safe.read(work.raster, Purpose.RASTER, work.id)
            assert raster == b.safe.read(work.raster, Purpose.RASTER, work.id)
            assert a.catalogue.claim(work.id) == b.catalogue.claim(work.id)
            assert a.certification.certificate(work) == b.certification.certificate(work)
            assert a.catalogue.thumbnail(work.id) == b.catalogue.thumbnail(work.id)
