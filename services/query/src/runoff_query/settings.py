"""Settings of the query service, read from the environment with the prefix `RUNOFF_`."""

from pydantic import Field, SecretStr

from runoff_runtime.settings import ServiceSettings

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE


class DatabaseSettings(ServiceSettings):
    """What bootstrap and projector need beyond the common settings."""

    postgres_dsn: SecretStr = SecretStr("postgresql://postgres@127.0.0.1:5432/postgres")
    """Holds a password, hence secret."""
    log_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of the event log; 3 where NATS runs on three servers or more."""


class ApiSettings(DatabaseSettings):
    """What the HTTP API needs beyond that."""

    allowed_hosts: str = ""
    """Names that the API may be called by besides loopback ones, separated by commas.

    A page of another site can make a browser call this API by a name that it points here; the
    `Host` header then gives it away. `*` allows every name: for a proxy that checks it itself.
    """
    max_dataset_bytes: int = Field(default=4 * GIBIBYTE, ge=1)
    """Of a folder that is uploaded as a tar file."""
    max_manifest_bytes: int = Field(default=256 * MEBIBYTE, ge=1)
    """Of a manifest without files."""
    max_predictions_bytes: int = Field(default=2 * GIBIBYTE, ge=1)
    """Of predictions that were made elsewhere."""
    max_json_bytes: int = Field(default=8 * MEBIBYTE, ge=1)
    """Of every other body."""
    max_model_bytes: int = Field(default=2 * GIBIBYTE, ge=1)
    upload_folder: str | None = None
    """Where uploads are held while they are read; the system's temporary folder where not set."""
    compared_cache_bytes: int = Field(default=256 * MEBIBYTE, ge=1)
    """Of tables of compared entries that are kept in memory while they are paged through."""
    web_url: str | None = None
    """Where people find the pages; commands name it to them."""
    pool_size: int = Field(default=10, ge=1, le=200)
    """Connections to Postgres."""
