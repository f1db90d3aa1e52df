"""Settings: from the environment, then from `.env`. Every variable is described in .env.example."""

import getpass
import os
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.errors import ConfigurationError

S = TypeVar("S", bound=BaseSettings)


def user() -> str:
    """The developer's name, fit for a schema or a prefix."""
    try:
        name = os.environ.get("HEADWATER_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        name = f"user_{os.getuid()}"
    return re.sub(r"[^a-z0-9_]", "_", name.lower())


class Settings(BaseSettings):
    """HEADWATER_* variables."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_")

    lake: str = ""
    """Directory or s3:// address of the lake; by default `lake/`, or a prefix of one's own in `bucket`."""

    bucket: str = ""
    """A shared bucket in which every developer has a lake of their own."""

    glue_database: str = ""
    """Where published marts are registered in AWS Glue; nowhere if it is empty."""

    _exports: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def lake_url(self) -> str:
        """Where the lake is."""
        return self.lake or (f"s3://{self.bucket}/headwater/{user()}" if self.bucket else "lake")

    @property
    def exports(self) -> str:
        """What dbt must see and the environment did not have, for a shell to evaluate."""
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in self._exports.items())


def load_settings() -> Settings:
    """The settings, with `.env` put into the environment, where dbt and boto3 look for theirs."""
    try:
        values = dict(dotenv_values(".env"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env: {error}; .env.example shows what may stand in it") from error
    # DuckDB's extension for S3 is a package: it need not be downloaded
    package = find_spec("duckdb_extension_httpfs")
    for extension in Path(package.origin).parent.rglob("*.duckdb_extension") if package and package.origin else ():
        values.setdefault("HEADWATER_HTTPFS", str(extension))
    exports = {name: value for name, value in values.items() if value is not None and name not in os.environ}
    os.environ.update(exports)
    settings = Settings()
    settings._exports = exports
    os.environ["HEADWATER_LAKE"] = settings.lake_url
    os.environ.setdefault("HEADWATER_USER", user())
    return settings


def settings_of(kind: type[S]) -> S:
    """The settings of a source. Raises ConfigurationError, naming the variables."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        told = "; ".join(f"{prefix}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"{told}; .env.example describes these variables") from None
