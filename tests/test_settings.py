"""Settings: read once, masked, and refused in words that name the variable."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from registry.errors import SettingsError
from registry.settings import Settings, read_settings

NAMES = sorted(f"ORIGINMARK_{name.upper()}" for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_without_an_environment_everything_is_local(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings.data_dir == tmp_path
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path}/registry.sqlite"
    assert settings.embedded
    assert settings.checkpoint_wait == 10
    assert read_settings().data_dir.name == "originmark"


def test_the_environment_is_read_and_the_command_line_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINMARK_DATA_DIR", "/elsewhere")
    monkeypatch.setenv("ORIGINMARK_RPC_URL", "http://node:8545")
    monkeypatch.setenv("ORIGINMARK_CONTRACT", "0x" + "aB" * 20)
    assert read_settings().data_dir == Path("/elsewhere")
    settings = read_settings(tmp_path)
    assert settings.data_dir == tmp_path
    assert not settings.embedded
    assert settings.checkpoint_wait == 600
    monkeypatch.setenv("ORIGINMARK_CHECKPOINT_SECONDS", "30")
    assert read_settings().checkpoint_wait == 30


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_is_as_good_as_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert read_settings() == Settings()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_postgresql_url_gets_its_driver(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINMARK_DATABASE_URL", f"{scheme}://me:p%40ss@db:5433/works?sslmode=require")
    url = make_url(read_settings().sqlalchemy_url)
    assert (url.drivername, url.username, url.password) == ("postgresql+psycopg", "me", "p@ss")
    assert (url.host, url.port, url.database, dict(url.query)) == ("db", 5433, "works", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:hunter2@db/works"),
        ("DATABASE_URL", "sqlite:///hunter2"),
        ("DATABASE_URL", "postgresqlite://hunter2"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "hunter2"),
        ("BLOB_URL", "works"),
        ("BLOB_URL", "https://works/hunter2"),
        ("BLOB_URL", "s3://"),
        ("BLOB_URL", "s3://WORKS"),
        ("BLOB_URL", "s3://id:hunter2@works"),
        ("BLOB_URL", "s3://works/../hunter2"),
        ("BLOB_URL", "s3://works?key=hunter2"),
        ("BLOB_KEY", "hunter2"),
        ("BLOB_KEY", "ab" * 31),
        ("BLOB_KEY", "ab" * 32 + ","),
        ("BLOB_KEY", "ab" * 32 + " " + "cd" * 32),
        ("BLOB_KEY", "zz" * 32),
        ("S3_ENDPOINT", "minio:9000"),
        ("S3_ENDPOINT", "ftp://minio"),
        ("S3_ENDPOINT", "https://id:hunter2@minio"),
        ("S3_REGION", "no region"),
        ("CONTRACT", "0x1234"),
        ("CONTRACT", "ab" * 20),
        ("CHECKPOINT_ENTRIES", "0"),
        ("CHECKPOINT_SECONDS", "soon"),
        ("MEDIA_WORKERS", "0"),
        ("MEDIA_WORKERS", "65"),
        ("MAX_BODY_BYTES", "12"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_by_the_variables_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ORIGINMARK_{name}", value)
    with pytest.raises(SettingsError, match=f"ORIGINMARK_{name}") as refused:
        read_settings()
    assert refused.value.remedy
    assert "hunter2" not in f"{refused.value} {refused.value.__cause__}"


def test_passwords_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINMARK_DATABASE_URL", "postgresql://me:hunter2@db/works")
    monkeypatch.setenv("ORIGINMARK_RPC_URL", "https://node/hunter2")
    settings = read_settings()
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "hunter2" not in shown
        assert "**" in shown


def test_blob_keys_are_read_in_their_order_and_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().blob_keys == ()
    monkeypatch.setenv("ORIGINMARK_BLOB_KEY", "ab" * 32 + ", " + "CD" * 32)
    monkeypatch.setenv("ORIGINMARK_S3_ACCESS_KEY_ID", "hunter2")
    monkeypatch.setenv("ORIGINMARK_S3_SECRET_ACCESS_KEY", "hunter2")
    settings = read_settings()
    assert settings.blob_keys == (b"\xab" * 32, b"\xcd" * 32)
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        for secret in ("hunter2", "abab", "CDCD"):
            assert secret not in shown


@pytest.mark.parametrize("url", ["s3://works", "s3://works/", "s3://my.works-1/a/pre_fix.1"])
def test_a_bucket_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINMARK_BLOB_URL", url)
    monkeypatch.setenv("ORIGINMARK_S3_ENDPOINT", "https://minio.example:9000/s3")
    assert read_settings().blob_url == url


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        read_settings(tmp_path).data_dir = Path("/elsewhere")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith((".", "…"))


def test_several_nodes_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGINMARK_RPC_URL", "http://one:8545, http://two:8545,")
    assert read_settings().rpc_urls == ("http://one:8545", "http://two:8545")
    assert read_settings().look_seconds > Settings(rpc_url=None).look_seconds
    monkeypatch.setenv("ORIGINMARK_RPC_URL", " , ")
    with pytest.raises(SettingsError, match="ORIGINMARK_RPC_URL"):
        read_settings()
