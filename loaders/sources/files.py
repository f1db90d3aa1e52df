"""The `files` loader: lands the new objects of a drop. The state of a stream is

listed_at    when the last complete look began, or the newest object that it saw was written, whichever is first: what
             the keys date before it, less the look-back, is done
crawl        only between two commits of one look: when it began, and the last key it took
known        the checkpoint {key: version} of the window, or of the whole drop where the look-back is `all`
known_from   the date of keys from which on it is complete; a look that goes further back reads the log
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from loaders.errors import NotFoundError
from loaders.lake import Entry, Store, open_store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.compression import decompress
from loaders.readers.csv_rows import read_rows
from loaders.readers.guard import guarded
from loaders.readers.json_documents import Document, read_documents
from loaders.readers.reject import Reject
from loaders.sources.drop import FileDrop
from loaders.sources.look import DAY, Found, Look

COMMIT_INPUTS, COMMIT_BYTES = 5_000, 4 << 30
"""A backfill commits after so many objects or stored bytes, so that it can be killed without losing much."""

KEPT = 1 << 20
"""The largest object that is kept in the reject of a reader that failed, in bytes."""


def load(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> Iterator[Commit]:
    """Lands what is new, in one commit or, for a backfill, in several. With a period, lands what is new in it."""
    source, log = open_store(drop.url), Log(lake, drop.source, drop.name)
    newest = log.newest()
    look = _look(log, drop, newest, since, until)
    found = look.new(source)
    first = next(found, None)
    if first is None:
        if newest is None:
            look.check_place(source)
        log.seen(look.warnings)
    while first is not None:
        with begin(lake, drop, log, newest) as landing:
            last, times = _land_some(landing, source, look, chain([first], found))
            first = next(found, None)
            landing.warnings += look.warnings
            if landing.inputs:
                newest = landing.commit(_state(landing, look, newest, times, last if first else None))
                yield newest
            else:
                log.seen(landing.warnings)


def _land_some(landing: Load, source: Store, look: Look, found: Iterable[Found]) -> tuple[str, list[datetime]]:
    """Lands as much as one commit may hold; gives back the last key, and the times that the keys say."""
    key, size, times = "", 0, list[datetime]()
    for item in found:
        if _land(landing, look.drop, source, item):
            look.known[item.entry.key] = item.entry.version
            times += [at] if (at := look.time_of(item)) else []
        key, size = item.entry.key, size + item.entry.size
        if len(landing.inputs) >= COMMIT_INPUTS or size >= COMMIT_BYTES:
            break
    return key, times


def _state(
    landing: Load, look: Look, before: Commit | None, times: list[datetime], open_at: str | None
) -> dict[str, Any]:
    """The state after a load. times: of what was landed; open_at: the last key, if the look goes on behind it."""
    state = dict(before.state) if before else {}
    if state and (watermark := datetime.fromisoformat(state["watermark"])) <= look.began + DAY:
        times = [*times, watermark]
    state["watermark"] = max(times, default=look.listed_at).isoformat()
    if not look.is_backfill:
        state["crawl"] = {"began": look.began.isoformat(), "after": open_at} if open_at else None
        state["listed_at"] = state.get("listed_at") if open_at else look.listed_at.isoformat()
    following = {**state, "listed_at": look.listed_at.isoformat()}
    known_from = look.window_start(following)
    state["known"] = landing.checkpoint(look.still_known(following))
    state["known_from"] = known_from and known_from.isoformat()
    return state


def preview(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> str:
    """What `load` would load, in words."""
    log = Log(lake, drop.source, drop.name)
    look = _look(log, drop, log.newest(), since, until)
    sizes = [found.entry.size for found in look.new(open_store(drop.url))]
    return "; ".join([f"{len(sizes):,} objects, {sum(sizes):,} bytes stored", *look.warnings])


def _look(log: Log, drop: FileDrop, newest: Commit | None, since: datetime | None, until: datetime | None) -> Look:
    state = newest.state if newest else {}
    look = Look(drop, datetime.now(UTC), since, until, known={}, is_backfill=bool(until or (since and newest)))
    if not (since or until):
        look.doubts = _doubts(state, look.began)
        if not look.doubts:  # else all is listed
            look.low = look.window_start(state)
            if crawl := state.get("crawl"):
                look.began, look.after = datetime.fromisoformat(crawl["began"]), crawl["after"]
    look.known = _known(log, state, look.low or since)
    return look


def _doubts(state: dict[str, Any], now: datetime) -> list[str]:
    """Times of a state that lie in the future: this clock or that of an earlier load is wrong."""
    crawl = state.get("crawl") or {}
    times = {
        "the last look": (state.get("listed_at"), now),
        "a look that was broken off": (crawl.get("began"), now),
        "the newest key": (state.get("watermark"), now + DAY),
    }
    late = [f"{name} at {at}" for name, (at, most) in times.items() if at and datetime.fromisoformat(at) > most]
    told = f"it is {now:%Y-%m-%dT%H:%M} UTC, and the state has {' and '.join(late)}"
    return [f"{told}; all keys are listed, as a clock was wrong; set this one if it is"] if late else []


def _known(log: Log, state: dict[str, Any], low: datetime | None) -> dict[str, str]:
    known_from = state.get("known_from")
    if known_from and (low is None or low < datetime.fromisoformat(known_from)):
        return log.inputs()
    try:
        known: dict[str, str] = json.loads(gzip.decompress(b"".join(log.store.chunks(state["known"])))) if state else {}
    except (NotFoundError, EOFError, OSError, ValueError, zlib.error):  # gone or damaged; it only saves reading the log
        return log.inputs()
    return known


def _land(landing: Load, drop: FileDrop, source: Store, found: Found) -> bool:
    """Lands one object; False if it has gone since it was listed."""
    entry = found.entry
    landing.begin_input(entry.key, entry.version, found.params)
    try:
        chunks = source.chunks(entry.key)
        opened = chain([next(chunks, b"")], chunks)
    except NotFoundError:
        landing.forget_input()
        landing.warnings.append(f"{entry.key!r} has gone since it was listed; it is loaded if it comes back")
        return False
    told, is_empty = list[str](), True
    batches = read_input(drop, decompress(opened, entry.key, drop.format), landing.reject, told.append)
    for documents in guarded(batches, landing.reject, entry.size, lambda: _content(source, entry)):
        landing.land(documents)
        is_empty = False  # even if its documents hold no record of this stream
    is_empty = is_empty and not (told or landing.inputs[-1].rejects)
    if is_empty and drop.may_be_empty:
        told.append("holds nothing")
    elif is_empty:
        expected = "a header" if drop.format == "csv" else "at least one JSON document"
        landing.reject(Reject(0, "empty_input", f"the object holds nothing; expected {expected}", b"", 0, rows=0))
    landing.warnings += [f"{entry.key!r} {warning}" for warning in told]
    return True


def _content(source: Store, entry: Entry) -> bytes:
    """An object as it is stored, if it is small."""
    return b"".join(source.chunks(entry.key)) if entry.size <= KEPT else b""


def read_input(
    drop: FileDrop,
    chunks: Iterable[bytes],
    reject: Callable[[Reject], None],
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[list[Document]]:
    """The records of a decompressed input in the drop's format, in batches; see the readers."""
    if drop.format == "json":
        return read_documents(chunks, reject, drop.records)
    return read_rows(
        chunks,
        reject,
        delimiter=drop.delimiter,
        encoding=drop.encoding,
        expected=drop.expected,
        ends_with_delimiter=drop.ends_with_delimiter,
        warn=warn,
    )
