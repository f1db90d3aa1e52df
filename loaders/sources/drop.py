"""A drop: objects that appear under a prefix of a bucket or in a directory, and which of them are new.

That is never judged by the last key: Firehose delivers up to a day late, and the hour in a key is that of its oldest
record. A look lists the keys of the look-back window and takes those that are not known by key and version.
"""

import codecs
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from loaders.declarations import Stream
from loaders.lake import Entry, Store
from loaders.periods import as_look_back

_ERROR_FOLDER = re.compile(
    r"(processing|format-conversion|http-endpoint|splunk|elasticsearch|iceberg|snowflake|Amazon\w*Service)-failed/"
)
"""Firehose's error output types. A static prefix may be glued in front of them, without a slash."""

_TIME_PARTS = ("year", "month", "day", "hour")
_PART = re.compile(r"\{(\w+)\}")


class FileDrop(Stream):
    """Objects that appear under a prefix."""

    location: str = Field(min_length=1)
    """A directory or an s3:// address. <SOURCE>_<STREAM>_URL or <SOURCE>_URL in the environment go before it."""

    format: Literal["json", "csv"]
    keys: str
    """The keys' pattern below the location: `{name}` stands for a part without a slash, which goes into `_params`."""

    look_back: Annotated[Literal["all"] | timedelta, BeforeValidator(as_look_back)] = "all"
    """How late an object may appear, as `26h` or `2d`, where year, month, day and hour of the keys say its time; they
    must then be padded with zeros. `all` compares the whole listing instead: for small drops and restated files."""

    error_objects: bool = False
    """Whether this stream takes Firehose's error objects (any key with a folder such as `processing-failed`), which
    may lie beside the data; every other stream leaves them."""

    records: tuple[Annotated[str, Field(pattern=r"^(\.|[^.]+(\.[^.]+)*)$")], ...] = ()
    """Where answers of an API that were saved as JSON have their records: paths of lists, such as `includes.tweets`.
    A document that has none of them is of another stream or, if `.` is one of the paths, a record itself."""

    delimiter: str = Field(",", pattern=r"^[^\"\r\n]$")
    """Between the cells of CSV."""

    encoding: str = "utf-8"
    """Of CSV, as Python names it: utf-8, windows-1252, iso-8859-1, …"""

    required_columns: tuple[str, ...] = ()
    """What the header of CSV must name, for the file not to be another table's or to lack its header."""

    @model_validator(mode="before")
    @classmethod
    def _rows_are_parquet(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {"land_as": "parquet", **fields} if fields.get("format") == "csv" else fields

    @field_validator("records")
    @classmethod
    def _are_in_json(cls, records: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if records and info.data.get("format") == "csv":
            raise ValueError("only documents of JSON have paths; leave it out for csv")
        if len({*records}) < len(records):
            raise ValueError("expected each path once")
        return records

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, encoding: str) -> str:
        try:
            return codecs.lookup(encoding).name
        except LookupError as error:
            raise ValueError("expected an encoding that Python knows, such as utf-8 or windows-1252") from error

    @field_validator("keys")
    @classmethod
    def _is_pattern(cls, keys: str) -> str:
        parts = _PART.findall(keys)
        if len({*parts}) < len(parts) or set("{}") & {*_PART.sub("", keys)} or not all(map(str.isidentifier, parts)):
            raise ValueError("expected a pattern such as {year}/{month}/{object}, each name once")
        return keys

    @field_validator("look_back")
    @classmethod
    def _fits_keys(cls, look_back: timedelta | str, info: ValidationInfo) -> timedelta | str:
        segments = info.data.get("keys", "{year}").split("/")
        runs = (_PART.findall("/".join(_time_run(segments[at:]))) for at in range(len(segments)))
        run = tuple(next(filter(None, runs), ()))
        if look_back != "all" and (not run or run != _TIME_PARTS[: len(run)]):
            raise ValueError("needs keys with folders of {year}, {month}, {day}, {hour}, in this order; or say `all`")
        return look_back

    _neighbours: tuple[str, ...] | None = PrivateAttr(())
    """Patterns of other streams at this place, whose keys are no strangers; None where one of those tells of them."""

    @property
    def url(self) -> str:
        """Where the drop is."""
        names = (f"{self.source}_{self.name}_URL".upper(), f"{self.source}_URL".upper())
        return next((os.environ[name] for name in names if os.environ.get(name)), self.location)


def introduce(streams: Iterable[Stream]) -> None:
    """Has streams that read one place know of each other, so that a key that none of them knows is told of once."""
    places: dict[tuple[str, bool], list[FileDrop]] = {}
    for drop in streams:
        if isinstance(drop, FileDrop):
            places.setdefault((drop.url, drop.error_objects), []).append(drop)
    for first, *others in places.values():
        first._neighbours = tuple(_regex(other.keys) for other in others)
        for other in others:
            other._neighbours = None


@dataclass(frozen=True, slots=True)
class Found:
    """An object that matches the declaration, with the named parts of its key."""

    entry: Entry
    params: dict[str, str]


@dataclass
class Look:
    """One look at a drop.

    since, until: the period a user asked for; low: the time from which keys are listed, else all are; after: the key
    behind which a look goes on that was broken off; is_backfill: it says nothing of what is new.
    """

    drop: FileDrop
    began: datetime
    since: datetime | None
    until: datetime | None
    known: dict[str, str]
    is_backfill: bool
    low: datetime | None = None
    after: str = ""
    unmatched: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        """What a user should hear about the look."""
        patterns = f"{self.drop.keys} nor any other stream's keys" if self.drop._neighbours else self.drop.keys
        told = f"{len(self.unmatched)} keys do not match {patterns}, such as"
        return [f"{told} {self.unmatched[0]!r}"] if self.unmatched else []

    def new(self, store: Store) -> Iterator[Found]:
        """The objects to load, in the order of their keys."""
        pattern = re.compile(_regex(self.drop.keys))
        for entry in self._entries(store):
            if bool(_ERROR_FOLDER.search(entry.key)) != self.drop.error_objects:
                continue
            if match := pattern.fullmatch(entry.key):
                if self._asked(match.groupdict()) and self.known.get(entry.key) != entry.version:
                    yield Found(entry, match.groupdict())
            elif self._is_strange(entry.key):
                self.unmatched.append(entry.key)

    def _is_strange(self, key: str) -> bool:
        neighbours = self.drop._neighbours
        return neighbours is not None and not any(re.fullmatch(neighbour, key) for neighbour in neighbours)

    def _asked(self, params: dict[str, str]) -> bool:
        at = _key_time(params)
        return at is None or not ((self.since and at < self.since) or (self.until and at >= self.until))

    def _entries(self, store: Store) -> Iterator[Entry]:
        if self.drop.look_back == "all":
            return store.entries()
        return self._window(store, "", self.drop.keys.split("/"))

    def _window(self, store: Store, prefix: str, segments: list[str]) -> Iterator[Entry]:
        """Lists the window and nothing else: below any folders of other parts, keys sort by the time they carry."""
        if run := _time_run(segments):
            low = self.low or self.since
            # not from `began`: a look that was broken off long ago must still come to what is new
            high = prefix + _render(run, self.until or datetime.now(UTC) + timedelta(days=1))
            for entry in store.entries(prefix, max(prefix + _render(run, low) if low else "", self.after)):
                if entry.key[: len(high)] > high:
                    return
                yield entry
        else:
            pattern = re.compile(re.escape(prefix) + _regex(segments[0]) + "/")
            for folder in store.folders(prefix):
                if pattern.fullmatch(folder):
                    yield from self._window(store, folder, segments[1:])

    def time_of(self, params: dict[str, str]) -> str:
        """When the key says its object dates from, or when it was looked for, as ISO 8601."""
        return (_key_time(params) or self.began).isoformat()

    def window_start(self, state: Mapping[str, Any]) -> datetime | None:
        """How far a look goes back that follows this state; None where it takes in everything.

        From the watermark, not only from the last look: a drop that lags behind the clock has a window all the same.
        A watermark in the future is some key's mistake and moves nothing.
        """
        if not isinstance(self.drop.look_back, timedelta) or not state.get("listed_at"):
            return None
        return datetime.fromisoformat(min(state["listed_at"], state["watermark"])) - self.drop.look_back

    def still_known(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What must stay known for the next look, which follows this state."""
        start, pattern = self.window_start(state), re.compile(_regex(self.drop.keys))
        if start is None:
            return self.known
        low = start - timedelta(days=1)  # keys may tell no more than the day
        times = ((k, v, _key_time(m.groupdict())) for k, v in self.known.items() if (m := pattern.fullmatch(k)))
        return {key: version for key, version, time in times if time is None or time >= low}


def _regex(pattern: str) -> str:
    return "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(_PART.split(pattern)))


def _time_run(segments: list[str]) -> list[str]:
    """The leading segments that hold nothing but time."""
    run = []
    for segment in segments:
        parts = _PART.findall(segment)
        if not parts or not set(parts) <= set(_TIME_PARTS):
            break
        run.append(segment)
    return run


def _render(run: list[str], at: datetime) -> str:
    values = {"year": f"{at:%Y}", "month": f"{at:%m}", "day": f"{at:%d}", "hour": f"{at:%H}"}
    return "/".join(run).format(**values)


def _key_time(params: dict[str, str]) -> datetime | None:
    values = [params[part] for part in takewhile(params.__contains__, _TIME_PARTS)]
    if not values:
        return None
    try:
        year, month, day, hour = (int(v) for v in (*values, *("1", "1", "0")[len(values) - 1 :]))
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
