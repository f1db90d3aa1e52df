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
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from isal import isal_zlib

from loaders.manifests import copied_size
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

    def write(self, documents: Sequence[Document], source_input: int) -> None:
        """Appends documents that came from one input."""

    def close(self) -> None:
        """Completes the file."""


def hash_of(document: bytes) -> str:
    """The fall-back key of a record: BLAKE2b-128 of its bytes, in hex."""
    return hashlib.blake2b(document, digest_size=16).hexdigest()


def lacks_text(record_key: str | None) -> Callable[[Document], bool]:
    """What says whether a document has no text at this key: where it is missing, null, empty or blank.

    Keys of objects further down do not count. Numbers are texts, as they are to the models, which read texts.
    """
    if record_key is None:
        return lambda _: True
    decode = _value_at(record_key)

    def lacks(document: Document) -> bool:
        try:
            key = decode(document)
        except (msgspec.DecodeError, UnicodeDecodeError):  # an object or a list, which have a text, too
            return False
        except RecursionError:  # too deep to look into from here; a hash that is not needed does no harm
            return True
        return key is None or (type(key) is str and not key.strip(BLANKS))

    return lacks


def _value_at(name: str) -> Callable[[Document], Any]:
    """What reads the value at a key; raises msgspec.DecodeError for an object or a list."""
    kind = str | int | float | bool | None
    try:
        keyed = msgspec.defstruct("Keyed", [("key", kind, msgspec.field(name=name, default=None))])
    except ValueError:  # a name that has a quote in it
        every, one = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode, msgspec.json.Decoder(kind).decode
        return lambda document: one(every(document).get(name, b"null"))
    decode: Callable[[Document], Any] = msgspec.json.Decoder(keyed).decode
    return lambda document: decode(document).key


class JsonLinesWriter:
    """Gzipped JSON lines. record_key: where a document without a `_hash` must have a text; None hashes every one."""

    suffix = ".json.gz"

    def __init__(self, path: Path, part: int, record_key: str | None) -> None:
        self.rows = self.size = self.longest_line = 0
        self._part = part
        self._lacks_key = lacks_text(record_key)
        self._file = path.open("wb")
        # level 2 of ISA-L compresses thirteen times as fast as level 6 of zlib, for a tenth more bytes
        self._gzip = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)

    def write(self, documents: Sequence[Document], source_input: int) -> None:
        head = b',"_part":%d,"_input":%d,"value":' % (self._part, source_input)
        lines, lacks = [], self._lacks_key
        for row, document in enumerate(documents, self.rows + 1):
            line = b'{"_row":%d%b%b}\n' % (row, head, document)  # type: ignore[str-format]
            if lacks(document) or type(document) is Repaired:
                line = self._with_extras(row, head, bytes(document), getattr(document, "verbatim", None))
            lines.append(line)
        self.rows += len(lines)
        self.longest_line = max(self.longest_line, copied_size(lines))
        self._append(self._gzip.compress(b"".join(lines)))

    def _with_extras(self, row: int, head: bytes, document: bytes, verbatim: bytes | None) -> bytes:
        extras = b""
        if self._lacks_key(document):
            extras += b',"_hash":"%b"' % hash_of(verbatim or document).encode()
        if verbatim is not None:
            extras += b',"_verbatim":%b' % json.dumps(verbatim.decode()).encode()
        return b'{"_row":%d%b%b%b}\n' % (row, extras, head, document)

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
        self._lacks_key = lacks_text(record_key)
        self._path = path
        self._writer = pq.ParquetWriter(path, self._SCHEMA, compression="snappy")
        self._documents: list[bytes] = []
        self._inputs: list[tuple[int, int]] = []  # (rows, input): most batches come from one input
        self._pending = 0

    def write(self, documents: Sequence[Document], source_input: int) -> None:
        self._documents += [d if type(d) is Repaired else bytes(d) for d in documents]
        self._inputs.append((len(documents), source_input))
        self._pending += sum(map(len, documents))
        if self._pending >= self._ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        documents, count = self._documents, len(self._documents)
        offsets = pa.py_buffer(array("q", accumulate(map(len, documents), initial=0)))
        columns = [
            pa.array(range(self.rows + 1, self.rows + count + 1), pa.int64()),
            pa.repeat(pa.scalar(self._part, pa.int32()), count),
            pa.concat_arrays([pa.repeat(pa.scalar(i, pa.int32()), n) for n, i in self._inputs]),
            pa.array([self._hash(d) for d in documents], pa.string()),
            pa.array([getattr(d, "verbatim", None) for d in documents], pa.string()),
            pa.LargeStringArray.from_buffers(count, offsets, pa.py_buffer(b"".join(documents))),
        ]
        self._writer.write_table(pa.table(columns, schema=self._SCHEMA))
        self.rows += count
        self.longest_line = max(self.longest_line, *map(len, documents))
        self.size = self._path.stat().st_size
        self._documents, self._inputs, self._pending = [], [], 0

    def _hash(self, document: bytes) -> str | None:
        return hash_of(getattr(document, "verbatim", document)) if self._lacks_key(document) else None

    def close(self) -> None:
        if self._documents:
            self._flush()
        self._writer.close()


WRITERS: dict[str, type[JsonLinesWriter] | type[ParquetWriter]] = {"json": JsonLinesWriter, "parquet": ParquetWriter}
