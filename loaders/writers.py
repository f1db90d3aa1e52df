"""Data objects of the lake: records in their envelope, as JSON lines or as Parquet.

Every record wears the same envelope, whatever its source. JSON: a line
`{"_row": 1, "_part": 1, "_input": 0, "value": <the document, byte for byte>}`; Parquet: the same names as columns,
`value` as JSON text. `_row` counts from 1 within an object, so `<object>#<row>` names a record for ever; `_part` says
which of the load's objects this is, to warehouses that load several at once and do not tell; `_input` says which of the
load's inputs it came from. Two more appear only where they are needed: `_hash`, of a document whose natural
key has no text, and `_verbatim`, the original bytes of a document that had to be repaired to be read at all.
"""

import hashlib
import json
from array import array
from collections.abc import Callable, Collection, Container, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from isal import isal_zlib

from loaders.manifests import copied_size
from loaders.readers.answers import members
from loaders.readers.json_documents import Document, Repaired

BLANKS = " \t\r\n"
"""What the models take off both ends of a text (macro trimmed): a text of nothing else is no text to them."""


class Writer(Protocol):
    """Builds one object in a file."""

    suffix: str
    rows: int
    size: int
    """Bytes in the file so far, to know when it is full."""
    longest_line: int
    """Bytes of the longest value so far, or of the longest JSON line as COPY counts them (copied_size)."""

    def write(self, documents: Sequence[Document], source_input: int) -> list[Document]:
        """Appends documents that came from one input; gives back, unwritten, those that repeat their natural key."""

    def close(self) -> None:
        """Completes the file."""


def hash_of(document: bytes) -> str:
    """The fall-back key of a record: BLAKE2b-128 of its bytes, in hex."""
    return hashlib.blake2b(document, digest_size=16).hexdigest()


class _Any:
    """A value of any kind. Values of kinds that msgspec does not know are given to a hook, each time a key comes."""


class RecordKeys:
    """Looks at the natural keys of documents. name: of the key; None if records have none."""

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._found = list[Any]()  # the values that the last documents had at the key
        some = _Any()

        def found(_: type[Any], value: Any) -> _Any:
            self._found.append(value)
            return some

        self._decode: Callable[[Document], Any] | None = None
        with suppress(ValueError):  # for a name that has a quote in it
            keyed = msgspec.defstruct("Keyed", [("key", _Any, msgspec.field(name=name, default=None))])
            self._decode = msgspec.json.Decoder(keyed, dec_hook=found).decode

    def judge(self, documents: Sequence[Document]) -> tuple[Container[int], Collection[int]]:
        """The places of documents that have no text at the key, and of those that repeat it.

        No text is one that is missing, null, empty or blank. Numbers are texts, as they are to the models, which read
        texts; so are objects and lists. Keys of objects further down do not count.
        """
        if self._name is None:
            return range(len(documents)), ()
        if self._decode:
            self._found.clear()
            try:
                keys = [self._decode(document).key for document in documents]
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                keys = [None]
            if len(self._found) == len(documents) and all(keys):  # each has the key once
                return {place for place, value in enumerate(self._found) if _is_no_text(value)}, ()
        values = [self._values(document) for document in documents]
        lacking = {place for place, found in enumerate(values) if all(map(_is_no_text, found))}
        return lacking, [place for place, found in enumerate(values) if len(found) > 1]

    def _values(self, document: Document) -> list[Any]:
        """What the document has at the key, as often as it has it; a value that cannot be decoded is some text."""
        self._found.clear()
        try:
            if self._decode:
                self._decode(document)
                return [*self._found]
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        except RecursionError:  # too deep to look into from here; a hash that is not needed does no harm
            return []
        whole = bytes(document)
        spans = [(first, last) for name, first, last in members(whole, 0) if name == self._name]
        return [_decoded(whole[first:last]) for first, last in spans]


def _decoded(value: bytes) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "?"


def _is_no_text(value: Any) -> bool:
    return value is None or (type(value) is str and not value.strip(BLANKS))


def repeats(record_key: str | None) -> str:
    """What is wrong with a document that repeats its natural key."""
    return f"the document has {record_key!r} more than once; expected it once, to tell records apart by"


class JsonLinesWriter:
    """Gzipped JSON lines. record_key: where a document without a `_hash` must have a text; None hashes every one."""

    suffix = ".json.gz"

    def __init__(self, path: Path, part: int, record_key: str | None) -> None:
        self.rows = self.size = self.longest_line = 0
        self._part = part
        self._keys = RecordKeys(record_key)
        self._file = path.open("wb")
        # level 2 of ISA-L compresses thirteen times as fast as level 6 of zlib, for a tenth more bytes
        self._gzip = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)

    def write(self, documents: Sequence[Document], source_input: int) -> list[Document]:
        lacking, repeated = self._keys.judge(documents)
        if repeated:
            self.write([document for place, document in enumerate(documents) if place not in repeated], source_input)
            return [documents[place] for place in repeated]
        head = b',"_part":%d,"_input":%d,"value":' % (self._part, source_input)
        lines, before = [], self.rows + 1
        for place, document in enumerate(documents):
            line = b'{"_row":%d%b%b}\n' % (before + place, head, document)  # type: ignore[str-format]
            if place in lacking or type(document) is Repaired:
                line = self._with_extras(before + place, head, document, is_keyed=place not in lacking)
            lines.append(line)
        self.rows += len(lines)
        self.longest_line = max(self.longest_line, copied_size(lines))
        self._append(self._gzip.compress(b"".join(lines)))
        return []

    def _with_extras(self, row: int, head: bytes, document: Document, *, is_keyed: bool) -> bytes:
        extras, verbatim = b"", getattr(document, "verbatim", None)
        if not is_keyed:
            extras += b',"_hash":"%b"' % hash_of(verbatim or bytes(document)).encode()
        if verbatim is not None:
            extras += b',"_verbatim":%b' % json.dumps(verbatim.decode()).encode()
        return b'{"_row":%d%b%b%b}\n' % (row, extras, head, bytes(document))

    def _append(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)

    def close(self) -> None:
        self._append(self._gzip.flush())
        self._file.close()


class ParquetWriter:
    """Parquet with one text column; snappy, which all warehouses read. Costs readers less than JSON lines do."""

    suffix = ".parquet"
    _ROW_GROUP = 16 << 20
    _COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
        ("_row", pa.int64()),
        ("_part", pa.int32()),
        ("_input", pa.int32()),
        ("_hash", pa.string()),
        ("_verbatim", pa.string()),
        ("value", pa.large_string()),
    )
    _SCHEMA = pa.schema(_COLUMNS)

    def __init__(self, path: Path, part: int, record_key: str | None) -> None:
        self.rows = self.size = self.longest_line = 0
        self._part = part
        self._keys = RecordKeys(record_key)
        self._path = path
        self._writer = pq.ParquetWriter(path, self._SCHEMA, compression="snappy")
        self._documents: list[bytes] = []
        self._hashes: list[str | None] = []
        self._inputs: list[tuple[int, int]] = []  # (rows, input): most batches come from one input
        self._pending = 0

    def write(self, documents: Sequence[Document], source_input: int) -> list[Document]:
        lacking, repeated = self._keys.judge(documents)
        if repeated:
            self.write([document for place, document in enumerate(documents) if place not in repeated], source_input)
            return [documents[place] for place in repeated]
        self._documents += [d if type(d) is Repaired else bytes(d) for d in documents]
        self._hashes += [
            hash_of(getattr(d, "verbatim", None) or bytes(d)) if place in lacking else None
            for place, d in enumerate(documents)
        ]
        self._inputs.append((len(documents), source_input))
        self._pending += sum(map(len, documents))
        if self._pending >= self._ROW_GROUP:
            self._flush()
        return []

    def _flush(self) -> None:
        documents, count = self._documents, len(self._documents)
        offsets = pa.py_buffer(array("q", accumulate(map(len, documents), initial=0)))
        columns = [
            pa.array(range(self.rows + 1, self.rows + count + 1), pa.int64()),
            pa.repeat(pa.scalar(self._part, pa.int32()), count),
            pa.concat_arrays([pa.repeat(pa.scalar(i, pa.int32()), n) for n, i in self._inputs]),
            pa.array(self._hashes, pa.string()),
            pa.array([getattr(d, "verbatim", None) for d in documents], pa.string()),
            pa.LargeStringArray.from_buffers(count, offsets, pa.py_buffer(b"".join(documents))),
        ]
        self._writer.write_table(pa.table(columns, schema=self._SCHEMA))
        self.rows += count
        self.longest_line = max(self.longest_line, *map(len, documents))
        self.size = self._path.stat().st_size
        self._documents, self._hashes, self._inputs, self._pending = [], [], [], 0

    def close(self) -> None:
        if self._documents:
            self._flush()
        self._writer.close()


WRITERS: dict[str, type[JsonLinesWriter] | type[ParquetWriter]] = {"json": JsonLinesWriter, "parquet": ParquetWriter}
