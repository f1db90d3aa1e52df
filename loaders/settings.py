"""Settings: from the environment, then from `.env`. Every variable is described in .env.example."""

import getpass
import os
import re

from dotenv import load_dotenv
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.errors import ConfigurationError


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

    @property
    def lake_url(self) -> str:
        """Where the lake is."""
        return self.lake or (f"s3://{self.bucket}/headwater/{user()}" if self.bucket else "lake")


def load_settings() -> Settings:
    """The settings, with `.env` put into the environment, where dbt and boto3 look for theirs."""
    try:
        load_dotenv(".env")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env: {error}; .env.example shows what may stand in it") from error
    settings = Settings()
    os.environ["HEADWATER_LAKE"] = settings.lake_url
    os.environ.setdefault("HEADWATER_USER", user())
    return settings
