"""On which line of its file a row of CSV begins that was read and did not cast.

A landed row does not know its line: it would be one more column of every object, for the few that anybody looks at. The
drop has the file, as long as nobody has replaced it there, and is read once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

from loaders.declarations import Stream
from loaders.errors import HeadwaterError
from loaders.lake import Entry, Store, open_store
from loaders.log import Log
from loaders.readers.compression import decompress
from loaders.rejects import origins
from loaders.sources.drop import FileDrop
from loaders.sources.files import read_input

MOST = 32 << 20
"""So many stored bytes of files are read again for their lines: row by row takes ten times as long as a load."""


def lines_of(lake: Store, streams: Iterable[Stream], rejects: Iterable[tuple[str, str]]) -> dict[str, list[int]]:
    """The lines of records, by their names: several where rows are alike, none where the file is not what it was.

    rejects: the stream, `<source>.<stream>`, and the record, `<object>#<row>`, of each.
    """
    drops = {f"{s.source}.{s.name}": s for s in streams if isinstance(s, FileDrop) and s.format == "csv"}
    wanted: dict[str, list[str]] = defaultdict(list)
    for place, record in rejects:
        if place in drops and record.startswith("raw/"):
            wanted[place].append(record)
    found, unspent = dict[str, list[int]](), MOST
    for place, records in wanted.items():
        drop = drops[place]
        with suppress(HeadwaterError):  # whatever else is wrong is no reason to keep from what is wrong with the row
            source = open_store(drop.url)
            for entry, values in _unchanged(lake, drop, source, records):
                if entry.size <= unspent:
                    unspent -= entry.size
                    found |= _lines(drop, source, entry, values)
    return found


def _unchanged(
    lake: Store, drop: FileDrop, source: Store, records: Sequence[str]
) -> Iterator[tuple[Entry, dict[str, bytes]]]:
    """The files that are what they were when these records were loaded, and the bytes of their records."""
    files: dict[tuple[str, str], dict[str, bytes]] = defaultdict(dict)
    for record, origin in origins(Log(lake, drop.source, drop.name), records).items():
        files[origin.key, origin.version][record] = origin.value
    for version, values in files.items():
        entry = next(source.entries(version[0]), None)
        if entry and (entry.key, entry.version) == version:
            yield entry, values


def _lines(drop: FileDrop, source: Store, entry: Entry, values: dict[str, bytes]) -> dict[str, list[int]]:
    lines: dict[bytes, list[int]] = {value: [] for value in values.values()}
    starts = list[int]()
    chunks = decompress(source.chunks(entry.key, entry), entry.key, drop.format)
    rows = chain.from_iterable(read_input(drop, chunks, lambda _: None, starts=starts))
    for number, document in enumerate(rows):
        if (at := lines.get(bytes(document))) is not None:
            at.append(starts[number])
    return {record: lines[value] for record, value in values.items()}
