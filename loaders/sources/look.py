"""Which objects of a drop are new.

That is never judged by the last key: Firehose delivers up to a day late, and the hour in a key is that of its oldest
record. A look lists the keys of the look-back window and takes those that are not known by key and version. What it
passes over is counted, with an example, and warned of.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from loaders.errors import ConfigurationError, UnreadableError
from loaders.lake import Denied, Entry, Store
from loaders.sources.drop import FileDrop
from loaders.sources.key_patterns import (
    PART,
    TIME_PARTS,
    folder_regex,
    key_period,
    may_be_below,
    regex,
    render,
    time_run,
)

_ERROR_FOLDER = re.compile(
    r"(processing|format-conversion|http-endpoint|splunk|elasticsearch|iceberg|snowflake|Amazon\w*Service)-failed/"
)
"""Firehose's error output types. A static prefix may be glued in front of them, without a slash."""

DAY = timedelta(days=1)
"""So far ahead of the clock, and of the time at which its object was written, may a key be dated."""

_OF_A_FOLDER, _FOLDERS = 1_000, 100
"""Of what lies outside the window, so many keys of a folder and so many folders are listed: enough to warn."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object that matches the declaration, with the named parts of its key."""

    entry: Entry
    params: dict[str, str]
    is_left: bool = False
    """Whether an earlier load had to leave it, so that it comes out of the order of keys."""


@dataclass(slots=True)
class Passed:
    """Keys that share a reason: how many, or at least how many, and the first of them."""

    count: int = 0
    first: str = ""
    is_least: bool = False

    def add(self, key: str) -> None:
        self.first, self.count = self.first or key, self.count + 1

    def warning(self, reason: str, advice: str = "") -> list[str]:
        """`<n> keys <reason>, such as <the first>; <advice>`, or nothing where there is none."""
        least, then = "at least " * self.is_least, f"; {advice}" * bool(advice)
        return [f"{least}{self.count} keys {reason}, such as {self.first!r}{then}"] if self.count else []


@dataclass
class Look:
    """One look at a drop.

    since, until: the period a user asked for; low: the time from which keys are listed, else all are; after: the key
    behind which a look goes on that was broken off; is_backfill: it says nothing of what is new; denied: called with
    folders that cannot be listed and may hold what this stream asks for; written_at: when the newest object that was
    listed was written, by the store's clock.
    """

    drop: FileDrop
    began: datetime
    since: datetime | None
    until: datetime | None
    known: dict[str, str]
    is_backfill: bool
    denied: Denied
    low: datetime | None = None
    after: str = ""
    written_at: datetime | None = None
    doubts: list[str] = field(default_factory=list)
    """Why the state of the last look was not gone by."""
    unmatched: Passed = field(default_factory=Passed)
    ahead: Passed = field(default_factory=Passed)
    undated: Passed = field(default_factory=Passed)
    misdated: Passed = field(default_factory=Passed)
    misdated_outside: Passed = field(default_factory=Passed)

    def __post_init__(self) -> None:
        self._pattern = re.compile(regex(self.drop.keys))
        self._closed: set[str] = set()

    @property
    def warnings(self) -> list[str]:
        """What a user should hear about the look."""
        patterns = f"{self.drop.keys} nor any other stream's keys" if self.drop.neighbours else self.drop.keys
        dating = "/".join(f"{{{part}}}" for part in PART.findall(self.drop.keys) if part in TIME_PARTS)
        calendar = f"name a time that does not exist in {dating}"
        return [
            *self.doubts,
            *self.unmatched.warning(f"do not match {patterns}"),
            *self.ahead.warning("are dated after tomorrow", "they are loaded when that day comes"),
            *self.misdated.warning(calendar, "loaded without a time; rename them if it matters"),
            *self.misdated_outside.warning(calendar, "not loaded; rename them"),
            *self.undated.warning(
                "name no time", "not loaded, as a period was given; `headwater load` without one takes them"
            ),
        ]

    @property
    def listed_at(self) -> datetime:
        """When the look began, but not after the newest object that it saw: a clock that is ahead hides nothing."""
        return min(self.began, self.written_at or self.began)

    def left(self, entry: Entry) -> Found | None:
        """What an earlier load had to leave, if it is this stream's and not landed since."""
        match = None if self._is_other_kind(entry.key) else self._pattern.fullmatch(entry.key)
        is_new = self.known.get(entry.key) != entry.version
        return Found(entry, match.groupdict(), is_left=True) if match and is_new else None

    def new(self, store: Store) -> Iterator[Found]:
        """The objects to load, in the order of their keys."""
        for entry in self._entries(store):
            if self._is_other_kind(entry.key):
                continue
            self.written_at = max(entry.modified_at, self.written_at or entry.modified_at)
            if match := self._pattern.fullmatch(entry.key):
                if self._asked(entry.key, match.groupdict()) and self.known.get(entry.key) != entry.version:
                    yield Found(entry, match.groupdict())
            else:
                self._note_unmatched(entry.key)

    def check_place(self, store: Store) -> None:
        """Raises ConfigurationError where there are objects and none is of this stream or of another at this place.

        For a first load that found nothing: an address or a pattern that is wrong looks like a drop without news.
        """
        strange = ""
        patterns = [re.compile(pattern) for pattern in self.drop.patterns]
        for entry in self._skim(store, "", self._list(store), Passed()):
            if self._is_other_kind(entry.key):
                continue
            if any(pattern.fullmatch(entry.key) for pattern in patterns) and not self._is_outside(entry.key):
                return
            strange = strange or entry.key
        if strange:
            raise ConfigurationError(
                f"{self.drop.url}: nothing of it is this stream's, though objects exist, such as {strange!r}; expected "
                f"keys like {self.drop.keys}, dated no later than tomorrow; correct {self.drop.variable} or the "
                "stream's `location`, which may be a level too high or too low, or its `keys`"
            )

    def _list(self, store: Store, prefix: str = "", after: str = "") -> Iterator[Entry]:
        return store.entries(prefix, after, self._note_closed)

    def _note_closed(self, folder: str, error: UnreadableError) -> None:
        """Notes a folder that cannot be listed, once."""
        if folder in self._closed or (self._is_other_kind(folder) and not self.drop.error_objects):
            return
        self._closed.add(folder)
        if may_be_below(folder, self.drop.keys):
            self.denied(folder, error)
        else:
            self._note_unmatched(folder)

    def _level(self, store: Store, prefix: str) -> Iterator[str]:
        try:
            yield from store.level(prefix)
        except UnreadableError as error:
            self._note_closed(prefix, error)

    def _is_other_kind(self, key: str) -> bool:
        return bool(_ERROR_FOLDER.search(key)) != self.drop.error_objects

    def _is_outside(self, key: str) -> bool:
        """Whether a key is of this stream, and no load without a period would take it as yet."""
        match = self._pattern.fullmatch(key)
        if match is None or self.since or self.until or self.drop.look_back == "all":
            return False
        period = self._period(match.groupdict())
        return period is None or period[0] > self.began + DAY

    def _note_unmatched(self, key: str) -> None:
        neighbours = self.drop.neighbours
        if neighbours is not None and not any(re.fullmatch(neighbour, key) for neighbour in neighbours):
            self.unmatched.add(key)

    def _note_outside(self, key: str) -> None:
        if self._is_other_kind(key):
            return
        if match := self._pattern.fullmatch(key):
            (self.ahead if self._period(match.groupdict()) else self.misdated_outside).add(key)
        else:
            self._note_unmatched(key)

    def _period(self, params: Mapping[str, str]) -> tuple[datetime, datetime] | None:
        return key_period(params, self.drop.dated_by)

    def _asked(self, key: str, params: dict[str, str]) -> bool:
        period = self._period(params)
        if period is None and "year" in params:
            self.misdated.add(key)
        if not (self.since or self.until) or not PART.search(self.drop.keys):
            return True  # one file, of whatever time, goes with every period
        if period is None:
            self.undated.add(key)
            return False
        return not ((self.since and period[1] <= self.since) or (self.until and period[0] >= self.until))

    def _entries(self, store: Store) -> Iterator[Entry]:
        if self.drop.look_back == "all":
            return self._list(store)
        return self._window(store, "", self.drop.keys.split("/"))

    def _window(self, store: Store, prefix: str, segments: list[str]) -> Iterator[Entry]:
        """Lists the window: below any folders of other parts, keys sort by the time they carry."""
        run = time_run(segments)
        if not run:
            pattern = re.compile(re.escape(prefix) + regex(segments[0]) + "/")
            yield from self._below(store, prefix, pattern, segments[1:])
            return
        low = self.low or self.since
        start = prefix + render(run, low) if low else ""
        # not from `began`: a look that was broken off long ago must still come to what is new
        high = prefix + render(run, self.until or datetime.now(UTC) + DAY)
        entries = self._list(store, prefix, max(start, self.after))
        for entry in entries:
            if entry.key[: len(high)] > high:
                break
            yield entry
        else:
            entry = None
        if self.since or self.until:
            return
        if entry:
            for outside in self._skim(store, prefix, chain([entry], entries), self.unmatched):
                self._note_outside(outside.key)
        if start and "{hour}" not in run[0]:  # of hours there would be too many folders
            self._note_folders(store, prefix, re.compile(re.escape(prefix) + folder_regex(run[0])), start)

    def _below(self, store: Store, prefix: str, pattern: re.Pattern[str], segments: list[str]) -> Iterator[Entry]:
        for folder in self._level(store, prefix):
            if pattern.fullmatch(folder):
                yield from self._window(store, folder, segments)
        self._note_folders(store, prefix, pattern)

    def _note_folders(self, store: Store, prefix: str, pattern: re.Pattern[str], before: str = "") -> None:
        """Notes keys beside the folders, and one of each that does not match, where no listing of a window comes by."""
        every = (name for name in self._level(store, prefix) if not before or name < before)
        folders = 0
        for name in every:
            if not name.endswith("/"):
                self._note_outside(name)
            elif not pattern.fullmatch(name) and folders < _FOLDERS:
                folders += 1
                try:
                    if key := store.first(name):
                        self._note_outside(key)
                except UnreadableError as error:
                    self._note_closed(name, error)

    def _skim(self, store: Store, prefix: str, entries: Iterator[Entry], passed: Passed) -> Iterator[Entry]:
        """Some of these entries: of each folder below prefix the first thousand, of at most a hundred folders.

        So that a drop with millions of foreign keys costs a few requests. passed: is told where some were left out.
        """
        for _ in range(_FOLDERS):
            folder, count = "", 0
            for entry in entries:
                top, slash, _ = entry.key[len(prefix) :].partition("/")
                count = count + 1 if top + slash == folder else 1
                folder = top + slash
                if count > _OF_A_FOLDER:
                    break
                yield entry
            else:
                return
            passed.is_least = True
            entries = self._list(store, prefix, f"{prefix}{folder}\U0010ffff")

    def time_of(self, found: Found) -> datetime | None:
        """When the key says its object dates from, or else when it was looked for.

        None where it says a time long after the object was written: that is some key's mistake.
        """
        period = self._period(found.params)
        at = period[0] if period else self.began
        return at if at <= found.entry.modified_at + DAY else None

    def window_start(self, state: Mapping[str, Any]) -> datetime | None:
        """How far a look goes back that follows this state; None where it takes in everything.

        From the watermark, not only from the last look: a drop that lags behind the clock has a window all the same.
        """
        if not isinstance(self.drop.look_back, timedelta) or not state.get("listed_at"):
            return None
        last = min(datetime.fromisoformat(state[name]) for name in ("listed_at", "watermark"))
        return last - self.drop.look_back

    def still_known(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What must stay known for the next look, which follows this state."""
        start = self.window_start(state)
        if start is None:
            return self.known
        low = start - DAY  # keys may tell no more than the day
        matches = ((k, v, m) for k, v in self.known.items() if (m := self._pattern.fullmatch(k)))
        times = ((k, v, self._period(m.groupdict())) for k, v, m in matches)
        return {key: version for key, version, period in times if period is None or period[0] >= low}
