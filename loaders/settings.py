"""Settings: from the environment, then from `.env`. Every variable is described in .env.example."""

import getpass
import os
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.environment import read_env, with_defaults
from loaders.errors import ConfigurationError

REMOTE = ("s3", "snowflake", "redshift")
"""The targets of profiles.example.yml whose lake must be in a bucket."""

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

    target: str = ""
    """The dbt target; the profile's default if it is empty."""

    duckdb: str = ""
    """The DuckDB file; by default `headwater.duckdb` in the project."""

    _exports: dict[str, str] = PrivateAttr(default_factory=dict)
    _in_file: list[str] = PrivateAttr(default_factory=list)

    @property
    def lake_url(self) -> str:
        """Where the lake is."""
        url = self.lake or (f"s3://{self.bucket}/headwater/{user()}" if self.bucket else "lake")
        if self.target in REMOTE and not url.startswith("s3://"):
            raise ConfigurationError(
                f"HEADWATER_TARGET={self.target} reads the lake from a bucket, and it is {url!r}; "
                "set HEADWATER_BUCKET, or HEADWATER_LAKE=s3://bucket/prefix"
            )
        if url.startswith("s3://") and "?" in url:
            raise ConfigurationError(
                f"HEADWATER_LAKE={url} has a `?`, behind which DuckDB reads options; expected s3://bucket/prefix"
            )
        return url

    @property
    def names_in_file(self) -> list[str]:
        """The names that `.env` sets."""
        return self._in_file

    @property
    def exports(self) -> str:
        """What dbt must see and the environment did not have, for a shell to evaluate."""
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in self._exports.items())


def load_settings() -> Settings:
    """The settings, with `.env` put into the environment, where dbt and boto3 look for theirs."""
    values = read_env(Path(".env"))
    in_file = [*values]
    # DuckDB's extension for S3 is a package: it need not be downloaded
    package = find_spec("duckdb_extension_httpfs")
    for extension in Path(package.origin).parent.rglob("*.duckdb_extension") if package and package.origin else ():
        values.setdefault("HEADWATER_HTTPFS", str(extension))
    exports = with_defaults(values)
    for name, value in os.environ.items():
        if name.startswith("AWS_ENDPOINT_URL") and "@" in value:
            raise ConfigurationError(
                f"{name} holds a user or a password, which dbt and DuckDB print in their errors; expected http:// or "
                "https:// and a host; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are for the rest"
            )
    settings = Settings()
    settings._exports, settings._in_file = exports, in_file
    os.environ["HEADWATER_LAKE"] = settings.lake_url
    if (wrong := set(settings.duckdb) & set("?#")) and not settings.duckdb.startswith("md:"):
        raise ConfigurationError(
            f"HEADWATER_DUCKDB={settings.duckdb} has a `{min(wrong)}`, where dbt ends the path; expected a path "
            "without one, such as headwater.duckdb, which is in the project wherever that is"
        )
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
