"""Well-formed records of CSV at full speed: pyarrow reads their columns and joins them to rows."""

import codecs
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

WINDOW = 2 << 20
"""The longest block that is read at once, in bytes."""

_WIDEST = 5_000  # columns; with many more pyarrow takes minutes, and gigabytes
_ESCAPES = ((b"\\", rb"\\"), (b'"', rb"\""), (b"\n", rb"\n"), (b"\r", rb"\r"), (b"\t", rb"\t"), (b"\1", b'"'))
_CONTROLS = [bytes((code,)) for code in range(32) if code not in b"\t\n\r"]


class Columns:
    """The columns of one file."""

    def __init__(self, names: list[str], header: bytes, delimiter: str) -> None:
        # each row repeats the names: without this, long ones over short cells would fill the memory
        self.window = min(WINDOW, 16 * WINDOW // (16 + len(header) // len(names)))
        self.window *= not any(control in header for control in _CONTROLS) and len(names) <= _WIDEST
        self._names, self._header = names, header
        columns = [str(number) for number in range(len(names))]
        self._options = (
            csv.ReadOptions(use_threads=False, block_size=WINDOW + 1, column_names=columns),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string())),
        )

    def rows(self, block: bytes) -> list[bytes] | None:
        """The rows of at most `window` bytes of whole records, as JSON; None if any of them needs judgement."""
        if block.startswith(codecs.BOM_UTF8) or any(control in block for control in _CONTROLS):
            return None  # pyarrow drops a byte order mark anywhere
        try:
            table = csv.read_csv(pa.BufferReader(block), *self._options)  # type: ignore[arg-type] # its stub is narrow
        except pa.ArrowInvalid:
            return None
        # quotes and line ends of ours are told from those in cells by other bytes, until the latter are escaped
        is_plain = not any(c in block or c in self._header for c in (b'"', b"\\", b"\t"))
        quote, line_end = ('"', "\n") if is_plain else ("\1", "\2")
        heads = [f"{quote},{quote}{name}{quote}:{quote}" for name in self._names]
        heads[0] = "{" + heads[0][2:]
        pieces = [piece for pair in zip(heads, table.columns, strict=True) for piece in pair]
        joined: Any = pc.binary_join_element_wise(*pieces, f"{quote}}}{line_end}", "")  # type: ignore[call-overload]
        text = b"".join(chunk.buffers()[2] for chunk in joined.chunks)
        if not is_plain:
            for raw, escaped in _ESCAPES:
                text = text.replace(raw, escaped)
        return text.split(line_end.encode())[:-1]
