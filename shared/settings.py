"""Settings of a process: read once from TIANWEI_* (or TIANWEI_*_FILE for secrets), typed, printable without secrets."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "TIANWEI_"


def _from_files(fields: Iterable[str]) -> dict[str, str]:
    """TIANWEI_X_FILE=/run/secrets/x gives setting x; a value given directly wins."""
    found: dict[str, str] = {}
    for field in fields:
        path = os.environ.get(f"{PREFIX}{field.upper()}_FILE")
        if path and f"{PREFIX}{field.upper()}" not in os.environ:
            found[field] = Path(path).read_text(encoding="utf-8").strip()
    return found


def rereader(field: str) -> Callable[[], str] | None:
    """Reads a setting anew that was given as a file; None where its value was given directly, or not at all."""
    path = os.environ.get(f"{PREFIX}{field.upper()}_FILE")
    if not path or f"{PREFIX}{field.upper()}" in os.environ:
        return None
    return lambda: Path(path).read_text(encoding="utf-8").strip()


class ProcessSettings(BaseSettings):
    """What every process of the house is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    home: Path = Path(".run")
    log_level: str = "INFO"
    heartbeat_file: Path | None = None
    county_code: str = "640521000000"
    # A drill's clock (shared/clock.py); a house with real cases leaves it unset.
    training_clock: Path | None = None

    def __init__(self, **values: Any) -> None:
        super().__init__(**{**_from_files(type(self).model_fields), **values})

    def printable(self) -> dict[str, str]:
        """Every setting as text; secrets only say whether they are set."""
        return {name: str(getattr(self, name)) for name in type(self).model_fields}


class BusSettings(ProcessSettings):
    bus_url: SecretStr
    principal_public_key: str = ""
    max_workers: int = 16
    # Of the hash chain over the log: SM3 where the 密评 asks for it.
    log_digest: Literal["sha256", "sm3"] = "sha256"
    # Days for which entries of the audit are kept; the database itself lets none go before 183.
    audit_days: Annotated[int, Field(ge=183, le=36_500)] = 366


class BlobSettings(ProcessSettings):
    """Of every process that reads or writes files. blob_dir: of the folder store; default `blobs` in home.

    s3_endpoint: like https://minio.county.local:9000; plain http only by that word. s3_key_id, s3_key: of an account
    that may read and write objects of the bucket, and nothing else.
    """

    blob_dir: Path | None = None
    blob_store: Literal["folder", "s3"] = "folder"
    s3_endpoint: str = ""
    s3_bucket: str = "tianwei"
    s3_region: str = "us-east-1"
    s3_key_id: SecretStr = SecretStr("")
    s3_key: SecretStr = SecretStr("")

    @property
    def blobs(self) -> Path:
        return self.blob_dir or self.home / "blobs"
