"""Which objects of a drop are new.

That is never judged by the last key: Firehose delivers up to a day late, and the hour in a key is that of its oldest
record. A look lists the keys of the look-back window and takes those that are not known by key and version.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from loaders.lake import Entry, Store
from loaders.sources.drop import FileDrop
from loaders.sources.key_patterns import key_time, regex, render, time_run

_ERROR_FOLDER = re.compile(
    r"(processing|format-conversion|http-endpoint|splunk|elasticsearch|iceberg|snowflake|Amazon\w*Service)-failed/"
)
"""Firehose's error output types. A static prefix may be glued in front of them, without a slash."""


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
        patterns = f"{self.drop.keys} nor any other stream's keys" if self.drop.neighbours else self.drop.keys
        told = f"{len(self.unmatched)} keys do not match {patterns}, such as"
        return [f"{told} {self.unmatched[0]!r}"] if self.unmatched else []

    def new(self, store: Store) -> Iterator[Found]:
        """The objects to load, in the order of their keys."""
        pattern = re.compile(regex(self.drop.keys))
        for entry in self._entries(store):
            if bool(_ERROR_FOLDER.search(entry.key)) != self.drop.error_objects:
                continue
            if match := pattern.fullmatch(entry.key):
                if self._asked(match.groupdict()) and self.known.get(entry.key) != entry.version:
                    yield Found(entry, match.groupdict())
            elif self._is_strange(entry.key):
                self.unmatched.append(entry.key)

    def _is_strange(self, key: str) -> bool:
        neighbours = self.drop.neighbours
        return neighbours is not None and not any(re.fullmatch(neighbour, key) for neighbour in neighbours)

    def _asked(self, params: dict[str, str]) -> bool:
        at = key_time(params)
        return at is None or not ((self.since and at < self.since) or (self.until and at >= self.until))

    def _entries(self, store: Store) -> Iterator[Entry]:
        if self.drop.look_back == "all":
            return store.entries()
        return self._window(store, "", self.drop.keys.split("/"))

    def _window(self, store: Store, prefix: str, segments: list[str]) -> Iterator[Entry]:
        """Lists the window and nothing else: below any folders of other parts, keys sort by the time they carry."""
        if run := time_run(segments):
            low = self.low or self.since
            # not from `began`: a look that was broken off long ago must still come to what is new
            high = prefix + render(run, self.until or datetime.now(UTC) + timedelta(days=1))
            for entry in store.entries(prefix, max(prefix + render(run, low) if low else "", self.after)):
                if entry.key[: len(high)] > high:
                    return
                yield entry
        else:
            pattern = re.compile(re.escape(prefix) + regex(segments[0]) + "/")
            for folder in store.folders(prefix):
                if pattern.fullmatch(folder):
                    yield from self._window(store, folder, segments[1:])

    def time_of(self, params: dict[str, str]) -> str:
        """When the key says its object dates from, or when it was looked for, as ISO 8601."""
        return (key_time(params) or self.began).isoformat()

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
        start, pattern = self.window_start(state), re.compile(regex(self.drop.keys))
        if start is None:
            return self.known
        low = start - timedelta(days=1)  # keys may tell no more than the day
        times = ((k, v, key_time(m.groupdict())) for k, v in self.known.items() if (m := pattern.fullmatch(k)))
        return {key: version for key, version, time in times if time is None or time >= low}
