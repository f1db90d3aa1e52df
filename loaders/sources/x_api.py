"""The `x_api` loader: posts, users and partial errors of X, by searches and timelines, as the X_* variables say."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.declarations import ApiStream
from loaders.errors import ConfigurationError
from loaders.lake import Store
from loaders.log import Commit, Log
from loaders.settings import settings_of

USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
"""What X takes for a username."""


class XStream(ApiStream):
    """Posts, users or partial errors of X; one crawl feeds all three, and all read what `posts` leaves out."""

    name: Literal["posts", "users", "errors"]


class XSettings(BaseSettings):
    """X_* variables; .env.example says what each is for."""

    model_config = SettingsConfigDict(env_prefix="X_")

    bearer_token: SecretStr = SecretStr("")
    queries: str = ""
    usernames: str = ""
    api_url: str = "https://api.x.com"
    timeline_posts: int = Field(default=200, ge=5, le=3200)
    query_length: int = Field(default=512, ge=1, le=4096)

    @property
    def asked_queries(self) -> list[str]:
        """Each query once, in the order of the variable."""
        return list(dict.fromkeys(query for part in self.queries.split(";") if (query := part.strip())))

    @property
    def asked_usernames(self) -> list[str]:
        """Each name once, without @."""
        names = (part.strip().removeprefix("@") for part in self.usernames.split(","))
        return list({name.lower(): name for name in names if name}.values())


def lacks(_: Sequence[XStream]) -> str:
    """What must be set up first, empty if nothing."""
    if settings_of(XSettings).bearer_token.get_secret_value():
        return ""
    return "X_BEARER_TOKEN is not set; .env.example says what it is, `headwater load --demo` asks a stand-in"


def load(lake: Store, streams: Sequence[XStream], since: datetime | None, until: datetime | None) -> Iterator[Commit]:
    """Lands what is new for every query and account. With a period, lands what is of it, known or not."""
    settings = settings_of(XSettings)
    if not (settings.asked_queries or settings.asked_usernames):
        raise ConfigurationError("nothing to ask X for; set X_QUERIES or X_USERNAMES, which .env.example describes")
    return _load(lake, streams, settings, since=since, until=until)


def load_timeline(lake: Store, streams: Sequence[XStream], username: str, posts: int) -> Iterator[Commit]:
    """Lands the last posts of an account as they are now, known or not; later loads go on as if it had not been."""
    settings = settings_of(XSettings).model_copy(update={"queries": "", "usernames": username, "timeline_posts": posts})
    return _load(lake, streams, settings, anew=True)


def _load(lake: Store, streams: Sequence[XStream], settings: XSettings, **how: Any) -> Iterator[Commit]:
    # imported when asked for: requests takes 0.3 s that no other source need pay
    from loaders.http import Api
    from loaders.sources.x_landing import Landing
    from loaders.sources.x_load import XLoad

    if missing := {"posts", "users", "errors"} - {stream.name for stream in streams}:
        raise ConfigurationError(
            f"the source lacks {', '.join(sorted(missing))}; one crawl feeds posts, users and errors"
        )
    token = settings.bearer_token.get_secret_value()
    load = XLoad(
        api=Api(settings.api_url, token, exhausted=("UsageCapExceeded", "usage-capped")),
        landing=Landing(lake, streams),
        queries=settings.asked_queries,
        usernames=settings.asked_usernames,
        most=settings.timeline_posts,
        longest=settings.query_length,
        leave=next(stream.leave for stream in streams if stream.name == "posts"),
        **how,
    )
    return load.load()


def preview(lake: Store, streams: Sequence[XStream], since: datetime | None, until: datetime | None) -> str:
    """What `load` would ask for, in words; asking costs quota."""
    settings = settings_of(XSettings)
    newest = Log(lake, streams[0].source, "posts").newest()
    tasks = newest.state.get("tasks", {}) if newest else {}
    asked = f"{len(settings.asked_queries)} queries and {len(settings.asked_usernames)} timelines"
    known = [f"{key} behind post {task['newest_id']}" for key, task in tasks.items() if task["newest_id"]]
    return "; ".join([asked, *known])
