"""Rejects that go out to be mended, and come back as a load of their own.

A file of them has a JSON object a line: `stream`, `record` (`<object>#<row>`, as marts.rejects has it), what is told
of it for whoever mends it, and the record itself: `raw`, text that a reader is to try again, under `header` if it was a
row of CSV, or `value`, a document that was read but did not cast. Bytes of `raw` that are no text are shown as U+FFFD.
What comes back unchanged is left alone; what was mended keeps the key, version and params of the input that it was a
part of.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from loaders.declarations import Stream
from loaders.errors import ConfigurationError, NotFoundError
from loaders.lake import Store
from loaders.landing import begin
from loaders.log import Commit, Log
from loaders.readers.compression import decompress
from loaders.readers.json_documents import Document, read_documents
from loaders.readers.reject import Reject
from loaders.seeds import SEEDS, WITHDRAWN, read_seed
from loaders.sources.drop import FileDrop
from loaders.sources.files import read_input
from loaders.writers import RecordKeys, repeats

_RECORD = re.compile(r"(?:raw|rejects)/[^#]+/load_seq=(\d{1,12})/[^#]+#([1-9]\d{0,17})", re.ASCII)
_NO_TEXT = "\ufffd"
_NOTHING = msgspec.Raw(b"null")


class Mended(msgspec.Struct, omit_defaults=True):
    """A line of such a file. Whatever is told beside these fields is passed over when it comes back."""

    stream: str
    record: str
    input: str = ""
    line: int | None = None
    field: str | None = None
    reason: str = ""
    expected: str | None = None
    header: str | None = None
    raw: str | None = None
    value: msgspec.Raw = _NOTHING


class _Envelope(msgspec.Struct):
    row: int = msgspec.field(name="_row")
    input: int = msgspec.field(name="_input")
    value: msgspec.Raw


class _Rejected(msgspec.Struct):
    raw: str
    encoding: str
    size: int
    record: int | None = None
    header: str | None = None
    path: str | None = None

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.raw) if self.encoding == "base64" else self.raw.encode()

    @property
    def text(self) -> str:
        """What an export shows of the data."""
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Origin:
    """The input that a record was a part of, as its commit tells it."""

    key: str
    version: str
    params: dict[str, str]
    value: bytes = b""  # the record itself, if it was read but did not cast
    header: str | None = None  # of a record that was not read
    raw: str = ""  # as an export shows it
    own_marks: int = 0  # how many U+FFFD of that were in the input
    is_cut: bool = False  # whether the lake has only its beginning
    is_headless: bool = False  # a row of CSV whose header was too long to be kept with it
    is_element: bool = False  # of an answer, whose other records it is not to bring again


def export(lake: Store, told: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The lines for rejects that the warehouse tells of: stream, record, input, line, field, reason, expected."""
    rejects = {one["record"]: Mended(**one) for one in told}  # a record is mended as a whole, whatever is wrong with it
    for record, envelope in _envelopes(lake, rejects):
        mended = rejects[record]
        if record.startswith("rejects/"):
            rejected = msgspec.json.decode(envelope.value, type=_Rejected)
            mended.header, mended.raw = rejected.header, rejected.text
        else:
            mended.value = envelope.value
        yield msgspec.json.encode(mended) + b"\n"


def read_mended(data: bytes, name: str) -> list[Mended]:
    """The lines of a file that comes back. Raises ConfigurationError, naming the line."""
    mended = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            one = msgspec.json.decode(line, type=Mended)
            if (one.raw is None) == (bytes(one.value) == b"null"):
                raise ValueError("it has both `raw` and `value`, or neither")
        except (ValueError, RecursionError) as error:
            hint = "expected an object with stream, record, and raw or value, as `headwater rejects --export` writes it"
            raise ConfigurationError(f"{name}, line {number}: {error}; {hint}") from error
        mended.append(one)
    return mended


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the lines of one stream that were not refused. commit: None if none was mended."""

    commit: Commit | None
    mended: int
    unchanged: int


def withdrawn_inputs(seed: Path, stream: Stream) -> set[tuple[str, int]]:
    """The versions of a stream's inputs that seeds/withdrawn_inputs.csv takes back, as Log.current_versions wants them.

    None where there is no such file. Raises ConfigurationError where it is not that seed.
    """
    if not seed.exists():
        return set()
    found = set[tuple[str, int]]()
    for row in read_seed(seed, SEEDS[WITHDRAWN]):
        if not row["load_seq"].strip().isdecimal():
            told = f"load_seq {row['load_seq']!r} of {row['input_key']!r}"
            raise ConfigurationError(f"{seed}: {told}; expected the number of a load, as marts.rejects has it")
        if row["stream"] == f"{stream.source}.{stream.name}":
            found.add((row["input_key"], int(row["load_seq"])))
    return found


def replay(
    lake: Store,
    stream: Stream,
    mended: Sequence[Mended],
    refuse: Callable[[str], object],
    withdrawn: Collection[tuple[str, int]] = (),
) -> Replayed:
    """Lands what was mended and can be read now, in one commit that names what it resolves.

    refuse: called with a sentence for each record that was changed and is not landed, and why; withdrawn: see
    withdrawn_inputs.
    """
    log = Log(lake, stream.source, stream.name)
    newest = log.newest()  # first, so that what is committed while the log is read makes this load lose
    versions, resolved = log.current_versions(withdrawn), {line["record"] for line in log.lines("resolved")}
    found = origins(log, [one.record for one in mended])
    groups: dict[str, list[tuple[str, list[Document]]]] = defaultdict(list)
    unchanged = 0
    for one in mended:
        origin = found.get(one.record)
        documents, why = list[Document](), ""
        if one.record in resolved:
            why = "it is resolved by an earlier replay"
        elif origin is None:
            why = f"{stream.source}.{stream.name} has no such record; expected one that `headwater rejects` lists"
        elif origin.version not in versions.get(origin.key, ()):
            told = "has come again since, as a whole, or is withdrawn"
            why = f"{origin.key!r} {told}; see what `headwater rejects` lists of that"
        elif origin.is_cut and isinstance(stream, FileDrop) and stream.format == "csv":  # whose rest may hold rows
            why = f"the lake has only its beginning; correct {origin.key!r} itself, and load it again"
        elif _is_unchanged(one, origin):
            unchanged += 1
            continue
        elif one.raw is not None and one.raw.count(_NO_TEXT) > origin.own_marks:
            why = f"it still has {_NO_TEXT} for bytes that are no text; write what should stand there"
        else:
            documents, why = _read(stream, one, origin)
        if why or origin is None:
            refuse(f"{one.record}: {why}")
            continue
        groups[origin.key].append((one.record, documents))
        resolved.add(one.record)
    count = sum(map(len, groups.values()))
    if not groups:
        return Replayed(None, 0, unchanged)
    with begin(lake, stream, log, newest) as landing:
        for key, records in groups.items():
            origin = found[records[0][0]]
            landing.begin_input(key, origin.version, origin.params, replays=len(records))
            for record, documents in records:
                landing.land(documents)
                landing.resolved.append(record)
        return Replayed(landing.commit(dict(newest.state) if newest else {}), count, unchanged)


def _is_unchanged(one: Mended, origin: Origin) -> bool:
    if one.raw is None:
        return _compact(one.value) == _compact(origin.value)
    return (one.raw, one.header) == (origin.raw, origin.header)


def _compact(document: bytes) -> bytes:
    """The same JSON without the blanks that an editor may have put between its parts."""
    return msgspec.json.format(bytes(document), indent=-1)


def _read(stream: Stream, one: Mended, origin: Origin) -> tuple[list[Document], str]:
    """The records of a line, or why it cannot be read. A document of another stream can, and has none."""
    faults: list[Reject] = []
    if one.raw is None or not isinstance(stream, FileDrop):
        text = bytes(one.value) if one.raw is None else one.raw.encode()
        batches = list(read_documents([text], faults.append))
    elif origin.is_headless and one.header is None:
        return [], f"its header is too long to be kept with it; add it as `header`, or correct {origin.key!r} itself"
    else:
        raw = "\n".join(part for part in (one.header, one.raw) if part is not None).encode()
        records = () if origin.is_element else stream.records
        drop = stream.model_copy(update={"encoding": ("utf-8",), "records": records})
        answers = drop.answers()
        others = {*answers.others} if answers else set()
        own = replace(answers, others=(), owns=True) if answers else None
        batches = list(read_input(drop, [raw], faults.append, answers=own))
        if own and (lost := sorted(others & own.unread.keys())):
            way = f"replay what is {stream.source}.{stream.name}'s, and put the document into the drop for the rest"
            return [], f"it has records of other streams, at {', '.join(lost)}, that a replay would lose; {way}"
    if faults:
        return [], f"it still cannot be read: {faults[0].reason}, {faults[0].detail}"
    documents = [document for batch in batches for document in batch]
    if RecordKeys(stream.record_key).judge(documents)[1]:
        return [], f"it still cannot be read: repeated_key, {repeats(stream.record_key)}"
    return documents, "" if batches else "it holds no record"


def origins(log: Log, records: Iterable[str]) -> dict[str, Origin]:
    """Where records come from; those that no commit of the stream lists are left out."""
    numbers = {record: int(match[1]) for record in records if (match := _RECORD.fullmatch(record))}
    objects: dict[str, dict[int, Origin]] = {}
    for load_seq in {*numbers.values()}:
        with suppress(NotFoundError):
            told, decode = log.commit_lines(load_seq, "input"), msgspec.json.decode
            inputs = {line["input"]: Origin(line["key"], line["version"], decode(line["params"])) for line in told}
            objects |= {line["object"]: inputs for line in log.commit_lines(load_seq, "added")}
    found = {}
    for record, envelope in _envelopes(log.store, (r for r in numbers if r.partition("#")[0] in objects)):
        found[record] = replace(objects[record.partition("#")[0]][envelope.input], value=bytes(envelope.value))
        if record.startswith("rejects/"):
            rejected = msgspec.json.decode(envelope.value, type=_Rejected)
            found[record] = replace(
                found[record],
                header=rejected.header,
                raw=rejected.text,
                own_marks=rejected.data.decode(errors="ignore").count(_NO_TEXT),
                is_cut=len(rejected.data) < rejected.size,
                is_element=rejected.path is not None,
                is_headless=rejected.record is not None and rejected.header is None,
            )
    return found


def _envelopes(lake: Store, records: Iterable[str]) -> Iterator[tuple[str, _Envelope]]:
    """The records of the lake that are asked for and are there, each object being read once."""
    rows: dict[str, set[int]] = defaultdict(set)
    for record in records:
        if found := _RECORD.fullmatch(record):
            rows[record.partition("#")[0]].add(int(found[2]))
    for key, wanted in rows.items():
        try:
            read = _parquet_rows if key.endswith(".parquet") else _json_rows
            for envelope in read(lake, key, wanted):
                yield f"{key}#{envelope.row}", envelope
        except NotFoundError:
            continue


def _json_rows(lake: Store, key: str, wanted: set[int]) -> Iterator[_Envelope]:
    """Row n is line n: only such lines are held."""
    decode = msgspec.json.Decoder(_Envelope).decode
    number, left, line = 1, set(wanted), bytearray()
    for piece in decompress(lake.chunks(key), key):
        *ends, rest = piece.split(b"\n")
        for end in ends:
            if number in left:
                yield decode(line + end)
                left.remove(number)
                if not left:
                    return
            number, line = number + 1, bytearray()
        if number in left:
            line += rest


def _parquet_rows(lake: Store, key: str, wanted: set[int]) -> Iterator[_Envelope]:
    """Reads the groups of rows that hold any of those wanted."""
    with lake.open(key) as file:
        parquet, first = pq.ParquetFile(file), 1
        for group in range(parquet.num_row_groups):
            size = parquet.metadata.row_group(group).num_rows
            places = [number - first for number in sorted(wanted) if first <= number < first + size]
            if places:
                table = parquet.read_row_group(group, columns=["_row", "_input", "value"])
                for row in table.take(pa.array(places, pa.int64())).to_pylist():
                    yield _Envelope(row["_row"], row["_input"], msgspec.Raw(row["value"].encode()))
            first += size


def beginnings(lake: Store, records: Iterable[str], size: int = 200) -> dict[str, str]:
    """The first characters of records that were read, by their names, to know them by."""
    return {
        record: bytes(envelope.value)[:size].decode(errors="replace")
        for record, envelope in _envelopes(lake, records)
        if record.startswith("raw/")
    }
