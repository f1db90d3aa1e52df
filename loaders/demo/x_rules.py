"""Which requests the stand-in of X API v2 takes, and what it says of the others: rules and messages of the vendor.

Sources: the published OpenAPI document of X API v2, and messages seen on the live service.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from loaders.demo import x_objects as objects
from loaders.demo.x_paging import Page, Window, read
from loaders.demo.x_posts import Post
from loaders.demo.x_problems import Invalid
from loaders.demo.x_queries import matcher
from loaders.demo.x_users import snowflake

OTHER_FIELDS = {
    "media.fields": (
        *("alt_text", "duration_ms", "height", "media_key", "preview_image_url", "public_metrics", "type", "url"),
        *("variants", "width"),
    ),
    "poll.fields": ("duration_minutes", "end_datetime", "id", "options", "voting_status"),
    "place.fields": ("contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"),
}
SHAPES = ("tweet.fields", "post.fields", "user.fields", "expansions", *OTHER_FIELDS)
BOUNDS = ("since_id", "until_id", "start_time", "end_time", "max_results", "pagination_token")
SEARCH = ("query", *BOUNDS, "next_token", "sort_order", *SHAPES)
TIMELINE = ("id", *BOUNDS, "exclude", *SHAPES)
USERS = ("usernames", *SHAPES[:4])
USER = ("username", *SHAPES[:4])
POSTS = ("ids", *SHAPES)
LONGEST_QUERY, LISTED = 512, 100
FIRST_MS = 1_289_001_600_000  # 2010-11-06, before which no timeline goes


class Parameters:
    """The parameters of one request; every complaint about them is kept until done()."""

    def __init__(self, given: Mapping[str, str], known: Sequence[str], now_ms: int) -> None:
        self.given, self.now_ms, self.errors = given, now_ms, list[dict[str, Any]]()
        for name in given:
            if name not in known:
                self.refuse(f"The query parameter [{name}] is not one of [{','.join(known)}]", name)

    def refuse(self, message: str, *names: str) -> None:
        """Note a complaint about some of the parameters."""
        told = {name: [self.given[name]] if name in self.given else [] for name in names}
        self.errors.append({"parameters": told, "message": message})

    def done(self) -> None:
        """Raises Invalid if there is a complaint."""
        if self.errors:
            raise Invalid(self.errors)

    def wrong(self, name: str, must: str) -> None:
        """Complain of a value."""
        self.refuse(f"The `{name}` query parameter value [{self.given[name]}] {must}", name)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        text = self.given.get(name, str(default))
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            self.wrong(name, f"is not between {low} and {high}")
            return default
        return int(text)

    def listed(self, name: str, accepted: Iterable[str]) -> list[str]:
        """A list separated by commas, each of the accepted values."""
        values, known = [v for v in self.given.get(name, "").split(",") if v], list(accepted)
        for value in values:
            if value not in known:
                self.refuse(f"The `{name}` query parameter value [{value}] is not one of [{','.join(known)}]", name)
        return values

    def few(self, name: str, values: Sequence[str]) -> None:
        """Complain of more values in a list than are taken at a time."""
        if len(values) > LISTED:
            told = f"The number of values in the `{name}` query parameter list [{len(values)}]"
            self.refuse(f"{told} is not between 1 and {LISTED}", name)

    def _id(self, name: str) -> int | None:
        text = self.given.get(name)
        if text is not None and not re.fullmatch(r"\d{1,19}", text, re.ASCII):
            self.wrong(name, "does not match ^[0-9]{1,19}$")
            return None
        return None if text is None else int(text)

    def _time(self, name: str) -> int | None:
        text = self.given.get(name)
        if text is None:
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII):
                raise ValueError
            ms = int(datetime.fromisoformat(text).timestamp()) * 1000
        except ValueError:
            self.wrong(name, "is not a time as YYYY-MM-DDTHH:mm:ssZ")
            return None
        return ms

    def _span(self, first_ms: int) -> tuple[int | None, int | None]:
        start, end = self._time("start_time"), self._time("end_time")
        if start is not None and start < first_ms:
            told = f"Invalid 'start_time':'{_minute(start)}'. 'start_time' must be on or after {_minute(first_ms)}"
            self.refuse(told, "start_time")
        if end is not None and end > self.now_ms - 10_000:
            must = "must be a minimum of 10 seconds prior to the request time."
            self.refuse(f"Invalid 'end_time':'{_minute(end)}'. 'end_time' {must}", "end_time")
        if start is not None and end is not None and start >= end:
            told = f"Invalid 'start_time':'{_minute(start)}'. 'start_time' must be before 'end_time'"
            self.refuse(told, "start_time", "end_time")
        return start, end

    def window(self, first_ms: int, *, is_search: bool) -> Window:
        """The ids that are asked for; first_ms: before which there is nothing. Ids take precedence over times."""
        since, until, (start, end) = self._id("since_id"), self._id("until_id"), self._span(first_ms)
        ids, times = ([n for n in names if n in self.given] for names in (BOUNDS[:2], BOUNDS[2:4]))
        if is_search and ids and times:
            told = "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."
            self.refuse(told, *ids, *times)
        first = snowflake(first_ms)
        for name, value in (("since_id", since), ("until_id", until)):
            if is_search and value is not None and value <= first:
                told = f"'{name}' must be a tweet id created after {_minute(first_ms)}. "
                self.refuse(told + f"Please use a '{name}' that is larger than {first}", name)
        floor = since if since is not None else snowflake(start) - 1 if start is not None else None
        last = self.now_ms - 30_000 if is_search else self.now_ms + 1
        below = until if until is not None else snowflake(end if end is not None else last)
        return Window(first - 1 if floor is None else floor, below, floor or 0)

    def page(self, scope: str) -> Page | None:
        """What the token of the request says; scope: what the token must have been given for."""
        for name in ("next_token", "pagination_token"):
            if name in self.given:
                page = read(self.given[name], scope)
                if page is None:
                    self.wrong(name, "is not a valid token.")
                return page
        return None

    def asked(self, of_users: bool = False) -> objects.Asked:
        """Fields and expansions, whichever of the two vocabularies the request uses."""
        expansions = objects.USER_EXPANSIONS if of_users else objects.EXPANSIONS
        words = {word for word in ("tweet", "post") if f"{word}.fields" in self.given}
        for name, known in (("expansions", expansions), ("user.fields", objects.USER_FIELDS)):
            given, spelt = set(self.given.get(name, "").split(",")), [n for n in known if "tweet" in n]
            words |= {word for word in ("tweet", "post") for n in spelt if objects.spelt(n, word) in given}
        if len(words) > 1:
            self.refuse("The vocabularies of tweets and posts cannot be used in one request.", *SHAPES[:2])
            raise Invalid(self.errors)
        word = "post" if words == {"post"} else "tweet"

        def chosen(name: str, known: Sequence[str]) -> set[str]:
            by_name = {objects.spelt(n, word): n for n in known}
            return {by_name[value] for value in self.listed(name, by_name) if value in by_name}

        for name, accepted in OTHER_FIELDS.items():
            self.listed(name, accepted)
        posts, users = chosen(f"{word}.fields", objects.POST_FIELDS), chosen("user.fields", objects.USER_FIELDS)
        posts, users = posts | objects.DEFAULTS[0], users | objects.DEFAULTS[1]
        return objects.Asked(word, frozenset(posts), frozenset(users), frozenset(chosen("expansions", expansions)))

    def query(self) -> Callable[[Post], bool]:
        """Which posts the query is for."""
        text = self.given.get("query", "")
        if not text.strip():
            self.refuse("The `query` query parameter can not be empty", "query")
            return lambda post: False
        if len(text) > LONGEST_QUERY:
            told = f"The `query` query parameter length [{len(text)}] is not between 1 and {LONGEST_QUERY}"
            self.refuse(told, "query")
        try:
            return matcher(text)
        except ValueError as error:
            self.refuse(f"There were errors processing your request: {error}", "query")
            return lambda post: False


def _minute(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"
