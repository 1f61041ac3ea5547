"""Settings: one frozen value, read once from the environment and handed down. Nothing else reads the environment."""

import re
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import SettingsError

MIB = 1024 * 1024
LOCAL_CHECKPOINT_SECONDS = 10
PAID_CHECKPOINT_SECONDS = 600
LOCAL_LOOK_SECONDS = 0.5
PAID_LOOK_SECONDS = 5.0

_BLOB_KEY = re.compile(r"[0-9a-fA-F]{64}")
_POSTGRESQL = ("postgresql", "postgresql+psycopg")


class Settings(BaseSettings):
    """Everything that can be set, each by `ORIGINMARK_<NAME>`. URLs may hold passwords, so `repr` masks them."""

    model_config = SettingsConfigDict(
        env_prefix="ORIGINMARK_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("originmark"),
        description="Where the database, the embedded chain, tiles and keys live.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="A PostgreSQL URL; SQLite in the data directory where it isn't set."
    )
    rpc_url: SecretStr | None = Field(
        default=None,
        description="An EVM JSON-RPC endpoint, or several with commas between; the embedded chain where it isn't set.",
    )
    contract: Annotated[str | None, Field(pattern=r"^0x[0-9a-fA-F]{40}$")] = Field(
        default=None, description="A CheckpointLog deployed already; a new registry deploys its own where it isn't set."
    )
    most_gwei: int = Field(default=200, ge=1, description="The most that a unit of gas may cost, in gwei.")
    final_depth: int = Field(
        default=64, ge=1, description="Blocks on top of one that make it final, on chains that don't say so themselves."
    )
    blob_url: Annotated[
        str | None,
        Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$"),
    ] = Field(
        default=None,
        description="A bucket for blobs, what is kept of works' files; a folder in the data directory if not set.",
    )
    blob_key: SecretStr | None = Field(
        default=None,
        description="The key to the blobs; several with commas between: the first encrypts, each decrypts.",
    )
    s3_endpoint: Annotated[str | None, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$")] = Field(
        default=None, description="Where the bucket is served; AWS in its region where it isn't set."
    )
    s3_region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] = Field(
        default="us-east-1", description="The bucket's region, as requests are signed for it."
    )
    s3_access_key_id: SecretStr | None = Field(default=None, description="The id of the key to the bucket.")
    s3_secret_access_key: SecretStr | None = Field(default=None, description="The key to the bucket.")
    checkpoint_entries: int = Field(default=10_000, ge=1, description="A checkpoint after this many new entries…")
    checkpoint_seconds: int | None = Field(
        default=None,
        ge=1,
        description="…or when the oldest has waited this long: 10 s on the embedded chain, 600 s on another.",
    )
    media_workers: int | None = Field(default=None, ge=1, le=64, description="Processes that read pictures; the cores.")
    max_body_bytes: int = Field(default=64 * MIB, ge=1024, description="The largest request body that is taken.")

    @model_validator(mode="after")
    def _only_known_databases(self) -> Self:
        if self.database_url is not None:
            scheme, _, rest = self.database_url.get_secret_value().partition("://")
            if scheme not in _POSTGRESQL or not rest:
                raise ValueError("ORIGINMARK_DATABASE_URL must begin with postgresql://")
        return self

    @field_validator("data_dir")
    @classmethod
    def _fit_for_a_url(cls, data_dir: Path) -> Path:
        if "?" in str(data_dir):
            raise ValueError("the path may hold no question mark")
        return data_dir

    @field_validator("rpc_url")
    @classmethod
    def _at_least_one_endpoint(cls, urls: SecretStr | None) -> SecretStr | None:
        if urls is not None and not urls.get_secret_value().replace(",", "").strip():
            raise ValueError("an endpoint's URL, or several with commas between")
        return urls

    @field_validator("blob_key")
    @classmethod
    def _keys_of_32_bytes(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None and not all(_BLOB_KEY.fullmatch(key.strip()) for key in keys.get_secret_value().split(",")):
            raise ValueError("each key has 64 hex digits, and commas stand between them")
        return keys

    @property
    def blob_keys(self) -> tuple[bytes, ...]:
        """The keys that blobs are encrypted with, the one for new blobs first; none where they aren't set."""
        if self.blob_key is None:
            return ()
        return tuple(bytes.fromhex(key) for key in self.blob_key.get_secret_value().split(","))

    @property
    def embedded(self) -> bool:
        """Whether the chain is the embedded one."""
        return self.rpc_url is None

    @property
    def rpc_urls(self) -> tuple[str, ...]:
        """The JSON-RPC endpoints; none where the chain is the embedded one."""
        if self.rpc_url is None:
            return ()
        return tuple(url for each in self.rpc_url.get_secret_value().split(",") if (url := each.strip()))

    @property
    def look_seconds(self) -> float:
        """How often the anchor worker looks at its chain: a node that is paid by the request is asked less."""
        return LOCAL_LOOK_SECONDS if self.embedded else PAID_LOOK_SECONDS

    @property
    def checkpoint_wait(self) -> int:
        """The longest that an entry waits for its checkpoint, in seconds."""
        if self.checkpoint_seconds is not None:
            return self.checkpoint_seconds
        return LOCAL_CHECKPOINT_SECONDS if self.embedded else PAID_CHECKPOINT_SECONDS

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL for SQLAlchemy, with the driver named."""
        if self.database_url is None:
            return f"sqlite:///{sqlite_path(self.data_dir)}"
        _, _, rest = self.database_url.get_secret_value().partition("://")
        return f"postgresql+psycopg://{rest}"


def sqlite_path(data_dir: Path) -> Path:
    """Where the database is, if it's SQLite."""
    return data_dir / "registry.sqlite"


def read_settings(data_dir: Path | None = None) -> Settings:
    """The settings of this process; `data_dir` given on the command line wins over the environment's."""
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        first = error.errors()[0]
        name = (
            "ORIGINMARK_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "The environment"
        )
        raise SettingsError(f"{name}: {first['msg']}.", remedy="docs/configuration.md lists every setting.") from error
