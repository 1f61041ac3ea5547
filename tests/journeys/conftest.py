"""A whole registry for each test module: SQLite, the embedded chain, real sandboxed workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.accounts import Account
from registry.assemble import Registry, open_registry
from registry.settings import Settings
from tests.journeys.backup_world import backed_up, filled, settings_in
from tests.journeys.leaving_world import HandSet, House, opened
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("registry"), media_workers=1)
    with open_registry(settings) as opened:
        yield opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A registry of the test's own, with a clock that is set by hand."""
    clock = HandSet()
    with opened(tmp_path, clock) as registry:
        yield House(registry, clock)


@pytest.fixture
def studio(house: House) -> Account:
    return house.registry.access.create_account("studio")


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """A picture of the test's own."""
    return Picture(sum(request.node.nodeid.encode()))


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = settings_in(tmp_path_factory.mktemp("source"))
    filled(made, range(1, 4))
    return made


@pytest.fixture(scope="session")
def backup(source: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return backed_up(source, tmp_path_factory.mktemp("backups")).path
