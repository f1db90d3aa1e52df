"""The `files` loader: lands the new objects of a drop. The state of a stream is

listed_at    when the last complete look began, or the newest object that it saw was written, whichever is first: what
             the keys date before it, less the look-back, is done
crawl        only between two commits of one look: when it began, and the last key it took
known        the checkpoint: `known`, {key: version} of the window, or of the whole drop where the look-back is `all`,
             and `left`, the keys of objects and folders that could not be read, however old they are, or null where
             such a list was lost, until all keys were listed again
known_from   the date of keys from which on `known` is complete; a look that goes further back reads the log
left         how many keys were left, at least 1 while their list is lost
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import IO, Annotated, Any, NotRequired, TypedDict

import msgspec

from loaders.errors import NotFoundError
from loaders.lake import Entry, Store, open_store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.answers import Answers
from loaders.readers.compression import decompress
from loaders.readers.csv_rows import read_rows
from loaders.readers.guard import guarded
from loaders.readers.json_documents import Document, read_documents
from loaders.readers.reject import Reject
from loaders.sources.drop import FileDrop
from loaders.sources.fetching import Left
from loaders.sources.look import DAY, Found, Look

CHUNK = 1 << 20
COMMIT_INPUTS, COMMIT_BYTES = 5_000, 4 << 30
"""A backfill commits after so many objects or stored bytes, so that it can be killed without losing much."""

KEPT = 1 << 20
"""The largest object that is kept in the reject of a reader that failed, in bytes."""

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Crawl(TypedDict):
    began: _Moment
    after: str


class State(TypedDict):
    """The state of a stream; times are ISO 8601."""

    watermark: _Moment
    known: str
    listed_at: NotRequired[_Moment | None]
    crawl: NotRequired[_Crawl | None]
    known_from: NotRequired[_Moment | None]
    left: NotRequired[int]


def load(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> Iterator[Commit]:
    """Lands what is new, in one commit or, for a backfill, in several. With a period, lands what is new in it."""
    source, log = open_store(drop.url), Log(lake, drop.source, drop.name)
    newest = log.newest()
    look, left = _look(log, drop, newest, since, until)
    found = _found(source, look, left)
    before = {*left.keys}
    first, last = next(found, None), look.after
    if first is None and not left.failures:
        if newest is None:
            look.check_place(source)
        log.seen(look.warnings)
    while first is not None or (newest and left.keys - before):
        with begin(lake, drop, log, newest) as landing:
            last, times = _land_some(landing, source, look, left, chain([first] if first else [], found), last)
            first = None if left.broken else next(found, None)
            landing.warnings += [*look.warnings, *left.warnings]
            if landing.inputs or (newest and left.keys != before):
                open_at = last if first or left.broken else None
                newest = landing.commit(_state(landing, look, left, newest, times, open_at))
                yield newest
                before = {*left.keys}
            elif not (left.failures or left.broken):
                log.seen(landing.warnings)
    left.check()


def _found(source: Store, look: Look, left: Left) -> Iterator[Found]:
    """What to load: first what earlier loads had to leave, which a window may not reach, then what is new."""
    for entry in left.entries(source) if not (look.since or look.until) else ():
        if found := look.left(entry):
            yield found
        else:
            left.keys.discard(entry.key)
    yield from (found for found in look.new(source) if found.entry.key not in left.failures)


def _land_some(  # noqa: PLR0913, PLR0917
    landing: Load, source: Store, look: Look, left: Left, found: Iterable[Found], last: str
) -> tuple[str, list[datetime]]:
    """Lands as much as one commit may hold. last: the key behind which the look goes on; gives back the next such, and
    the times that the keys say."""
    size, times = 0, list[datetime]()
    for item in found:
        if got := left.fetch(source, item.entry, landing.store.scratch, landing.warnings.append):
            entry, whole = got
            with whole:
                landing.begin_input(entry.key, entry.version, item.params)
                _land(landing, look.drop, entry, whole)
            look.known[entry.key] = entry.version
            times += [at] if (at := look.time_of(Found(entry, item.params))) else []
        if left.broken:
            break
        last, size = last if item.is_left else item.entry.key, size + item.entry.size
        if len(landing.inputs) >= COMMIT_INPUTS or size >= COMMIT_BYTES:
            break
    return last, times


def _state(  # noqa: PLR0913, PLR0917
    landing: Load, look: Look, left: Left, before: Commit | None, times: list[datetime], open_at: str | None
) -> dict[str, Any]:
    """The state after a load. times: of what was landed; open_at: the last key, if the look goes on behind it."""
    state, is_open = dict(before.state) if before else {}, open_at is not None
    if state and (watermark := datetime.fromisoformat(state["watermark"])) <= look.began + DAY:
        times = [*times, watermark]
    state["watermark"] = max(times, default=look.listed_at).isoformat()
    if not look.is_backfill:
        state["crawl"] = {"began": look.began.isoformat(), "after": open_at} if is_open else None
        state["listed_at"] = state.get("listed_at") if is_open else look.listed_at.isoformat()
    following = {**state, "listed_at": look.listed_at.isoformat()}
    known_from = look.window_start(following)
    # a list that is lost stays so until a look has been everywhere
    left.is_lost = left.is_lost and (look.is_backfill or is_open)
    kept = None if left.is_lost else sorted(left.keys)
    state["known"] = landing.checkpoint({"known": look.still_known(following), "left": kept})
    state["known_from"] = known_from and known_from.isoformat()
    state["left"] = max(len(left.keys), int(left.is_lost))
    return state


def preview(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> str:
    """What `load` would load, in words."""
    log = Log(lake, drop.source, drop.name)
    look, left = _look(log, drop, log.newest(), since, until)
    sizes = [found.entry.size for found in _found(open_store(drop.url), look, left)]
    return "; ".join([f"{len(sizes):,} objects, {sum(sizes):,} bytes stored", *look.warnings, *left.warnings])


def _look(
    log: Log, drop: FileDrop, newest: Commit | None, since: datetime | None, until: datetime | None
) -> tuple[Look, Left]:
    state = log.state(newest, State)
    known, keys = _checkpoint(log, state)
    left = Left(keys or set(), is_lost=keys is None and bool(state.get("left")))
    is_backfill = bool(until or (since and newest))
    look = Look(drop, datetime.now(UTC), since, until, known={}, is_backfill=is_backfill, denied=left.leave)
    if not (since or until):
        look.doubts = _doubts(state, look.began)
        if left.is_lost:
            look.doubts.append("the list of objects that earlier loads could not read is gone; all keys are listed")
        if not look.doubts:  # else all is listed
            look.low = look.window_start(state)
            if crawl := state.get("crawl"):
                look.began, look.after = datetime.fromisoformat(crawl["began"]), crawl["after"]
    known_from, low = state.get("known_from"), look.low or since
    # a folder that was left holds objects of any time
    if low is None or any(key.endswith("/") for key in left.keys):
        low = datetime.min.replace(tzinfo=UTC)
    if known is None or (known_from and low < datetime.fromisoformat(known_from)):
        known = log.inputs()
    look.known = known
    return look, left


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


def _checkpoint(log: Log, state: dict[str, Any]) -> tuple[dict[str, str] | None, set[str] | None]:
    """What is known, and the keys that were left; None if that is gone or damaged: it only saves a look at all."""
    if not state:
        return {}, set()
    try:
        content = json.loads(gzip.decompress(b"".join(log.store.chunks(state["known"]))))
        if isinstance(left := content.get("left", ""), list | None):
            return content["known"], None if left is None else {*left}
        return content, set()  # of an older loader
    except (NotFoundError, AttributeError, EOFError, KeyError, OSError, TypeError, ValueError, zlib.error):
        return None, None


def _land(landing: Load, drop: FileDrop, entry: Entry, whole: IO[bytes]) -> None:
    """Lands one object."""

    def content() -> bytes:
        """It as it is stored, if it is small."""
        whole.seek(0)
        return whole.read() if entry.size <= KEPT else b""

    told, is_empty, chunks = list[str](), True, iter(partial(whole.read, CHUNK), b"")
    answers = drop.answers()
    owns = not answers or answers.owns
    batches = read_input(drop, decompress(chunks, entry.key, drop.format), landing.reject, told.append, answers)
    for documents in guarded(batches, landing.reject if owns else lambda _: None, entry.size, content):
        landing.land(documents)
        is_empty = False  # even if its documents hold no record of this stream
    if answers:
        landing.count_answers(answers)
    is_empty = is_empty and not (told or landing.inputs[-1].rejects)
    if is_empty and drop.may_be_empty:
        told.append("holds nothing")
    elif is_empty and owns:
        expected = "a header" if drop.format == "csv" else "at least one JSON document"
        landing.reject(Reject(0, "empty_input", f"the object holds nothing; expected {expected}", b"", 0, rows=0))
    landing.warnings += [f"{entry.key!r} {warning}" for warning in told]


def read_input(  # noqa: PLR0913
    drop: FileDrop,
    chunks: Iterable[bytes],
    reject: Callable[[Reject], None],
    warn: Callable[[str], None] = lambda _: None,
    answers: Answers | None = None,
    *,
    starts: list[int] | None = None,
) -> Iterator[list[Document]]:
    """The records of a decompressed input in the drop's format, in batches; see the readers.

    answers: what counts the documents of saved answers, if somebody asks; starts: see read_rows.
    """
    if drop.format == "json":
        return read_documents(chunks, reject, answers or drop.answers())
    return read_rows(
        chunks,
        reject,
        delimiter=drop.delimiter,
        encoding=drop.encoding,
        expected=drop.expected,
        ends_with_delimiter=drop.ends_with_delimiter,
        warn=warn,
        starts=starts,
    )
