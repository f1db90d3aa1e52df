"""The `files` loader: lands the new objects of a drop. The state of a stream is

listed_at    when the last complete look began: what the keys date before it, less the look-back, is done
crawl        only between two commits of one look: when it began, and the last key it took
known        the checkpoint {key: version} of the window, or of the whole drop where the look-back is `all`
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from loaders.errors import NotFoundError
from loaders.lake import Store, open_store
from loaders.landing import Load, begin
from loaders.log import Commit, Log
from loaders.readers.compression import decompress
from loaders.readers.json_documents import read_documents
from loaders.readers.reject import Reject
from loaders.sources.drop import FileDrop, Found, Look

COMMIT_INPUTS, COMMIT_BYTES = 5_000, 4 << 30
"""A backfill commits after so many objects or stored bytes, so that it can be killed without losing much."""


def load(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> Iterator[Commit]:
    """Lands what is new, in one commit or, for a backfill, in several. With a period, lands what is new in it."""
    drop_store, log = open_store(drop.url), Log(lake, drop.source, drop.name)
    after = log.newest()
    look, backfill = (
        _look(lake, drop, after, since, until),
        until is not None or (since is not None and after is not None),
    )
    found = look.new(drop_store)
    first = next(found, None)
    if first is None:
        log.seen()
    while first is not None:
        with begin(lake, drop, log, after) as load:
            last, size = first, 0
            for item in chain([first], found):
                if _land(load, drop_store, item):
                    look.remember(item)
                last, size = item, size + item.entry.size
                if len(load.inputs) >= COMMIT_INPUTS or size >= COMMIT_BYTES:
                    break
            first = next(found, None)
            if look.unmatched:
                load.warnings.append(
                    f"{len(look.unmatched)} keys do not match {drop.keys}, such as {look.unmatched[0]}"
                )
            state = dict(after.state) if after else {}
            if not backfill:
                state["crawl"] = {"began": look.began.isoformat(), "after": last.entry.key} if first else None
                state["listed_at"] = state.get("listed_at") if first else look.began.isoformat()
            anchor = state.get("listed_at") if backfill else look.began.isoformat()
            known = look.window(datetime.fromisoformat(anchor) if anchor else None)
            state["known"] = load.checkpoint(known)
            state["watermark"] = max(state.get("watermark", ""), *(look.time_of(i.params) for i in load.inputs))
            after = load.commit(state)
            yield after


def preview(lake: Store, drop: FileDrop, since: datetime | None, until: datetime | None) -> str:
    """What `load` would load, in words."""
    newest = Log(lake, drop.source, drop.name).newest()
    sizes = [found.entry.size for found in _look(lake, drop, newest, since, until).new(open_store(drop.url))]
    return f"{len(sizes):,} objects, {sum(sizes):,} bytes stored"


def _look(lake: Store, drop: FileDrop, newest: Commit | None, since: datetime | None, until: datetime | None) -> Look:
    state = newest.state if newest else {}
    known = json.loads(gzip.decompress(b"".join(lake.chunks(state["known"])))) if state else {}
    crawl = state.get("crawl") if not (since or until) else None
    began = datetime.fromisoformat(crawl["began"]) if crawl else datetime.now(UTC)
    low = None
    if state.get("listed_at") and not (since or until) and drop.look_back != "all":
        low = datetime.fromisoformat(state["listed_at"]) - drop.look_back
    # a look at everything compares everything; the crawl's key only saves listing where known is a window
    after = crawl["after"] if crawl and drop.look_back != "all" else ""
    return Look(drop, began, low, since, until, known, after)


def _land(load: Load, store: Store, found: Found) -> bool:
    """Lands one object; False if it has gone since it was listed."""
    entry = found.entry
    load.begin_input(entry.key, entry.version, found.params)
    try:
        chunks = store.chunks(entry.key)
        opened = chain([next(chunks, b"")], chunks)
    except NotFoundError:
        load.forget_input()
        load.warnings.append(f"{entry.key} has gone since it was listed; it is loaded if it comes back")
        return False
    for documents in read_documents(decompress(opened, entry.key), load.reject):
        load.land(documents)
    if not load.inputs[-1].rows + load.inputs[-1].rejects:
        load.reject(Reject(0, "empty_input", "the object holds nothing; expected at least one JSON document", b"", 0))
    return True
