"""A whole registry for each test module: SQLite, the embedded chain, real sandboxed workers."""

from collections.abc import Iterator

import pytest

from registry.assemble import Registry, open_registry
from registry.settings import Settings
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("registry"), media_workers=1)
    with open_registry(settings) as opened:
        yield opened


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """A picture of the test's own."""
    return Picture(sum(request.node.nodeid.encode()))
