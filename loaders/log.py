"""The commit log of a stream: the only thing that makes landed objects visible.

    log/<source>/<stream>/<999999999999 - load_seq>.json    one commit, create-only; the newest sorts first
    log/<source>/<stream>/_seen.json                        the last load that found nothing (heartbeat)
    log/<source>/<stream>/_failed.json                      the last load that failed

A commit is JSON lines, each with the load's number: the load, then a line for each input that was read, each object
that was added, each key that was removed and each reject that was resolved, and a closing line (`end`), which repeats
how many lines there are. Data and state move in this one atomic step; numbers have no gaps, so a reader that knows the
last number also knows the only key that the next can have.
"""

import json
import re
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, takewhile
from typing import Any

import msgspec

from loaders.declarations import Stream
from loaders.errors import (
    ConcurrentLoadError,
    DamagedCommitError,
    ExpiredLoadError,
    HeadwaterError,
    NotFoundError,
    UnavailableError,
)
from loaders.foreign import printable
from loaders.identity import identify
from loaders.lake import Store

COMMIT_WITHIN = timedelta(hours=12)
"""A load older than this may not commit, so that `clean`, which waits twice as long, never removes what it wrote."""

_NEWEST_FIRST = 999_999_999_999


@dataclass(frozen=True, slots=True)
class Input:
    """Something that was read: an object of a drop, or a page of an API. rows and rejects count what it gave.

    replays: how many rejects of an earlier load it mends, under the key and version that they came from; 0 if it was
    read as a whole. rejected_rows: how many records its rejects are thought to hold. Where a stream declares `records`,
    documents: how many top-level documents were read, empties: how many of them said that there is nothing, unread: how
    many values were at paths that the declaration does not name; else 0.
    """

    input: int
    key: str
    version: str
    params: dict[str, str]
    rows: int
    rejects: int
    replays: int = 0
    documents: int = 0
    empties: int = 0
    unread: int = 0
    rejected_rows: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """An object of the lake. content: `records`, `rejects`, `file` or `manifest`; bytes and sha256: as it is stored.

    part: what its rows call it in `_part`. longest_line: bytes, as Redshift's COPY counts them (manifests.copied_size).
    longest_text: bytes, known only of long lines (else 0). input: whose file it is, or whose record, if it holds a
    single one that some warehouse may be unable to hold.
    """

    object: str
    content: str
    part: int
    rows: int
    bytes: int
    longest_line: int
    longest_text: int
    sha256: str
    input: int | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One load, as its commit tells it. Totals run over all loads of the stream up to this one."""

    source: str
    stream: str
    load_seq: int
    load_id: str
    started_at: str
    committed_at: str
    landed: int
    rejected: int
    landed_total: int
    rejected_total: int
    state: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    lines: int = 0
    """How many lines the commit has; 0 in commits of older loaders, which have no closing line."""


class _AddedLine(msgspec.Struct):
    object: str
    content: str
    rows: int
    bytes: int
    sha256: str


class _InputLine(msgspec.Struct):
    key: str
    version: str


class _RemovedLine(msgspec.Struct):
    object: str


class _ResolvedLine(msgspec.Struct):
    record: str


class _EndLine(msgspec.Struct):
    lines: int


_SHAPES: dict[str, type[msgspec.Struct]] = {
    "added": _AddedLine,
    "input": _InputLine,
    "removed": _RemovedLine,
    "resolved": _ResolvedLine,
    "end": _EndLine,
}


class _Note(msgspec.Struct):
    at: datetime


class Log:
    """The log of one stream in one lake."""

    def __init__(self, store: Store, source: str, stream: str) -> None:
        self.store, self.source, self.stream = store, source, stream
        self._folder = f"log/{source}/{stream}/"

    def newest(self) -> Commit | None:
        """The last commit, or None: a listing of one key and one read, however long the log."""
        first = self.store.first(self._folder)
        return read_commit(self.store, first)[0] if first and not first.startswith(f"{self._folder}_") else None

    def state(self, commit: Commit | None, shape: type[Any]) -> dict[str, Any]:
        """A copy of the state of a commit, empty without one. Raises DamagedCommitError where it has another shape."""
        if commit is None:
            return {}
        try:
            msgspec.convert(commit.state, shape)
        except (msgspec.ValidationError, RecursionError) as error:
            raise _damaged(self.store, self._key(commit.load_seq), f"its state: {error}") from error
        return dict(commit.state)

    def check(self, newest: int = 100) -> None:
        """Raises DamagedCommitError where a number is missing, or one of so many newest commits is damaged."""
        keys = list(self._keys())
        check_numbers(self.store, self._folder, keys)
        for key in keys[:newest]:
            read_commit(self.store, key)

    def inputs(self) -> dict[str, str]:
        """The newest version of every input that was ever loaded, by its key. Reads the whole log."""
        newest: dict[str, str] = {}
        for line in self.lines("input"):
            if not line.get("replays"):  # which the commits of older loaders do not say
                newest.setdefault(line["key"], line["version"])
        return newest

    def current_versions(self, withdrawn: Collection[tuple[str, int]] = ()) -> dict[str, set[str]]:
        """The versions of every input that no later one has superseded, by its key: the newest and, where nothing of
        that could be read, the newest of which anything could. macros/read_stream/input_versions.sql has the same
        rule. Reads the whole log.

        withdrawn: keys of inputs and numbers of the loads that read them which are taken back.
        """
        lines = [line for line in self.lines("input") if (line["key"], line["load_seq"]) not in withdrawn]
        rows: Counter[tuple[str, str]] = Counter()
        for line in lines:  # a replay mends a version
            rows[line["key"], line["version"]] += line["rows"]
        current: dict[str, set[str]] = {}
        settled: set[str] = set()
        for line in lines:
            key, version = line["key"], line["version"]
            if line.get("replays") or key in settled:
                continue
            is_readable = rows[key, version] > 0 or not line["rejects"]
            if is_readable or key not in current:
                current.setdefault(key, set()).add(version)
            if is_readable:
                settled.add(key)
        return current

    def lines(self, kind: str) -> Iterator[dict[str, Any]]:
        """The lines of one kind of all commits, the newest first. Reads the whole log."""
        return (line for key in self._keys() for line in read_commit(self.store, key)[1] if line["kind"] == kind)

    def commit_lines(self, load_seq: int, kind: str) -> list[dict[str, Any]]:
        """The lines of one kind of one commit."""
        return [line for line in read_commit(self.store, self._key(load_seq))[1] if line["kind"] == kind]

    def _key(self, load_seq: int) -> str:
        return f"{self._folder}{_NEWEST_FIRST - load_seq:012}.json"

    def _keys(self) -> Iterator[str]:
        keys = (entry.key for entry in self.store.entries(self._folder))
        return takewhile(lambda key: not key.startswith(f"{self._folder}_"), keys)  # notes sort behind all numbers

    def commit(  # noqa: PLR0913
        self,
        *,
        after: Commit | None,
        load_id: str,
        started_at: datetime,
        inputs: Sequence[Input],
        added: Sequence[Added],
        removed: Sequence[str] = (),
        resolved: Sequence[str] = (),
        state: dict[str, Any],
        warnings: Sequence[str] = (),
    ) -> Commit:
        """Makes a load visible as the successor of `after`.

        Raises ConcurrentLoadError if another load took the number, ExpiredLoadError if this one took too long.
        Either way the lake is as before, but for objects that nobody sees. Raises UnavailableError if nobody can say
        whether the commit stands, or is yet to appear: then nothing that it lists may be removed.
        """
        now = datetime.now(UTC)
        if now - started_at > COMMIT_WITHIN:
            raise ExpiredLoadError(
                f"{self.source}.{self.stream}: the load began {started_at:%Y-%m-%d %H:%M} UTC, over "
                f"{COMMIT_WITHIN} ago, and was not committed; run `headwater load {self.source}` again"
            )
        landed, rejected = (sum(a.rows for a in added if a.content == c) for c in ("records", "rejects"))
        commit = Commit(
            source=self.source,
            stream=self.stream,
            load_seq=after.load_seq + 1 if after else 1,
            load_id=load_id,
            started_at=started_at.isoformat(),
            committed_at=now.isoformat(),
            landed=landed,
            rejected=rejected,
            landed_total=landed + (after.landed_total if after else 0),
            rejected_total=rejected + (after.rejected_total if after else 0),
            state=state,
            warnings=_within(warnings),
            lines=2 + len(inputs) + len(added) + len(removed) + len(resolved),
        )
        records: list[tuple[str, Commit | Input | Added]] = [("load", commit)]
        records += [*(("input", i) for i in inputs), *(("added", a) for a in added)]
        lines = [_line(kind, commit.load_seq, _fields(record)) for kind, record in records]
        lines += [_line("removed", commit.load_seq, {"object": key}) for key in removed]
        lines += [_line("resolved", commit.load_seq, {"record": record}) for record in resolved]
        lines.append(_end(commit))
        key = self._key(commit.load_seq)
        identify(self.store)  # first: a lake with a commit and no identity could be taken for another
        try:
            # the answer to a create that succeeded may have been lost, and its retry refused
            if self.store.create(key, "\n".join(lines).encode() + b"\n") or self._holder(key) == load_id:
                return commit
        except HeadwaterError as error:
            raise UnavailableError(
                f"{self.source}.{self.stream}: the commit of load {commit.load_seq} was not confirmed and may still "
                f"appear, so nothing was removed: {error}; then run `headwater load {self.source}` again"
            ) from error
        raise ConcurrentLoadError(
            f"{self.source}.{self.stream}: another load committed number {commit.load_seq} first; "
            f"this one changed nothing; run `headwater load {self.source}` again"
        )

    def _holder(self, key: str) -> str:
        """The load id of the commit that has the key. Raises HeadwaterError if it cannot be read."""
        return read_commit(self.store, key)[0].load_id

    def seen(self, warnings: Sequence[str] = ()) -> None:
        """Records that a load looked and found nothing new."""
        identify(self.store)
        self._note("_seen", {"warnings": list(warnings)})

    def failed(self, error: Exception) -> None:
        """Records why a load failed. The message is one of our own errors, which never carry a secret."""
        self._note("_failed", {"error": type(error).__name__, "message": printable(error, 2000)})

    def _note(self, name: str, content: dict[str, Any]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(), **content})
        self.store.put(f"{self._folder}{name}.json", line.encode())

    def note(self, name: str) -> dict[str, Any] | None:
        """The last heartbeat (`_seen`: at, warnings) or failure (`_failed`: at, error, message), if it can be read."""
        try:
            content: dict[str, Any] = json.loads(b"".join(self.store.chunks(f"{self._folder}{name}.json")))
            msgspec.convert(content, _Note)
        except (NotFoundError, ValueError):
            return None
        return content


def newest_commits(store: Store, streams: Iterable[Stream]) -> dict[str, tuple[int, str]]:
    """Number and load id of the newest commit of each stream that has one: what staging must know of the lake."""
    logs = (Log(store, stream.source, stream.name) for stream in streams)
    newest = (commit for log in logs if (commit := log.newest()))
    return {f"{c.source}.{c.stream}": (c.load_seq, c.load_id) for c in newest}


def heartbeats(store: Store, streams: Iterable[Stream]) -> dict[str, str]:
    """When a load last looked at each stream and found nothing new, as ISO 8601; without those where none ever did."""
    notes = {f"{s.source}.{s.name}": Log(store, s.source, s.name).note("_seen") for s in streams}
    return {stream: seen["at"] for stream, seen in notes.items() if seen}


def read_commit(store: Store, key: str) -> tuple[Commit, list[dict[str, Any]]]:
    """A commit and the lines below it. Raises DamagedCommitError where the object is none, or not all of one."""
    try:
        load, *lines = (json.loads(line) for line in b"".join(store.chunks(key)).splitlines())
        load["warnings"] = json.loads(load["warnings"])
        fields = {name: value for name, value in load.items() if name != "kind"}
        commit = Commit(**fields)
        msgspec.convert(fields, Commit)
        for text in (commit.started_at, commit.committed_at):
            datetime.fromisoformat(text)
        for line in lines:
            msgspec.convert(line, _SHAPES[line["kind"]])
        _check_whole(commit, key, lines)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(store, key, str(error)) from error
    return commit, lines


def _check_whole(commit: Commit, key: str, lines: Sequence[dict[str, Any]]) -> None:
    """Raises ValueError where a commit contradicts its key, its lines or itself."""
    number, place = number_of(key), f"log/{commit.source}/{commit.stream}/"
    if number != commit.load_seq or not key.startswith(place):
        raise ValueError(f"it is load {commit.load_seq} of {place}, and its key that of another")
    if any(line["load_seq"] != commit.load_seq for line in lines):
        raise ValueError(f"a line of it is not of load {commit.load_seq}")
    if commit.lines and (len(lines) + 1 != commit.lines or lines[-1] != json.loads(_end(commit))):
        raise ValueError(f"it was written with {commit.lines} lines, a closing one the last, and has {len(lines) + 1}")
    for content, count in (("records", commit.landed), ("rejects", commit.rejected)):
        rows = sum(line["rows"] for line in lines if line["kind"] == "added" and line["content"] == content)
        if rows != count:
            raise ValueError(f"it counts {count:,} {content}, and its objects {rows:,}")


def number_of(key: str) -> int | None:
    """The number of the load whose commit has this key; None where it is no commit's."""
    name = key.rpartition("/")[2].removesuffix(".json")
    return _NEWEST_FIRST - int(name) if re.fullmatch(r"[0-9]{12}", name) else None


def check_numbers(store: Store, folder: str, keys: Iterable[str]) -> None:
    """Raises DamagedCommitError where the keys of a stream's commits are not those of all numbers from 1 on."""
    numbers = {number_of(key): key for key in keys}
    if None in numbers:
        raise _damaged(store, numbers[None], "its name is no commit's")
    for number in range(1, max((n for n in numbers if n), default=0)):
        if number not in numbers:
            raise _damaged(store, f"{folder}{_NEWEST_FIRST - number:012}.json", "it is missing, and later ones exist")


def _damaged(store: Store, key: str, why: str) -> DamagedCommitError:
    hint = "restore it as it was written; without it the stream cannot go on"
    return DamagedCommitError(f"{store.url}/{key}: not a commit ({why}); {hint}")


def new_load_id(at: datetime) -> str:
    """A name for a load that sorts by time."""
    return f"{at:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"


def _fields(record: Input | Added | Commit) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _within(warnings: Sequence[str], limit: int = 60_000) -> list[str]:
    """As many warnings as a text in a warehouse can hold (bytes), and how many more there were."""
    sizes = accumulate(len(_json(warning).encode()) + 1 for warning in warnings)
    kept = sum(size <= limit for size in sizes)
    return [*warnings[:kept], *([f"and {len(warnings) - kept:,} more"] if kept < len(warnings) else [])]


def _line(kind: str, load_seq: int, fields: dict[str, Any]) -> str:
    # what the warehouses keep as JSON text is text here, so that none of them can spell it differently
    texts = {name: _json(fields[name]) for name in ("params", "warnings") if name in fields}
    return json.dumps({"kind": kind, "load_seq": load_seq, **fields, **texts}, ensure_ascii=False)


def _end(commit: Commit) -> str:
    return _line("end", commit.load_seq, {"lines": commit.lines})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
