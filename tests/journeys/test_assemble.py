"""Opening a registry: founded once, found again, and never under another's keys."""

import secrets
import shutil
from pathlib import Path

import pytest

from registry.assemble import known_log, open_registry
from registry.errors import LedgerHeld, SettingsError
from registry.settings import Settings
from registry.works import Description
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(data_dir=tmp_path_factory.mktemp("data"), media_workers=1)
    assert known_log(made) is None
    with open_registry(made) as registry:
        registry.registering.register(Picture(1).png(), Description("First"), registry.access.account_or_default(None))
        with registry.anchoring() as anchoring:
            anchoring.step(flush=True)
    return made


def test_a_second_start_finds_works_log_and_chain(settings: Settings) -> None:
    with open_registry(settings) as registry:
        assert known_log(settings) == registry.identity.log
        (work,) = registry.catalogue.page(account=None, after=0, limit=10)
        assert work.description.title == "First"
        last = registry.ledger.last_anchored()
        assert last is not None
        assert last.checkpoint.size == 2
        assert registry.log.extend(2, expected=last.checkpoint.root) == last.checkpoint.root


def test_one_process_anchors_at_a_time(settings: Settings) -> None:
    with (
        open_registry(settings) as one,
        open_registry(settings) as other,
        one.anchoring(),
        pytest.raises(LedgerHeld),
        other.anchoring(),
    ):
        pass


def test_another_key_is_refused(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.data_dir, tmp_path / "data")
    (tmp_path / "data/keys/registry.key").write_text(secrets.token_hex(32))
    with pytest.raises(SettingsError, match="not the one"), open_registry(Settings(data_dir=tmp_path / "data")):
        pass
    (tmp_path / "data/keys/registry.key").unlink()
    with pytest.raises(SettingsError, match="missing"), open_registry(Settings(data_dir=tmp_path / "data")):
        pass


def test_secrets_and_data_are_for_their_owner_only(settings: Settings) -> None:
    keys = settings.data_dir / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in keys.iterdir()} == dict.fromkeys(
        ("registry.key", "recovery.key", "recovery.pub", "writer.key", "blob.key"), 0o600
    )
