r"""Rows of a CSV file as JSON objects whose every value is a string.

Format: RFC 4180 with a header. Where we differ: a record ends with LF or CRLF, the delimiter is any ASCII character,
blank lines are no records, and a quote in a cell that does not begin with one is data (5" disk).

What breaks a record may be a quote that was lost lines away, so a faulty record costs its first line, and the lines
behind it that begin no good record. Up to where the fault showed, no quote is taken for data: a rest of the broken
record is no row then. It makes the work linear, too: of two readings of a line that see each quote as one, only one is
inside quotes at its end, so a second one never goes far. Lines of a broken cell that look like rows do become rows.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from loaders.readers.compression import UnreadableInput
from loaders.readers.json_documents import Document, Repaired
from loaders.readers.json_values import is_utf8, mend
from loaders.readers.reject import RAW_LIMIT, Reject

BLOCK = 1 << 20
FAST = 1 << 14  # below this, calling pyarrow costs more than it saves
SIGHT = RAW_LIMIT + 2  # what is looked at to judge a record: one that may be landed, with its line end

_WHAT = {
    "text_after_quote": "text follows the quote that closes a cell",
    "stray_quote": "a quote stands inside a cell, close behind a record that went wrong",
    "unterminated_quote": "a quote is opened and not closed before the input ends",
    "bare_carriage_return": "a carriage return outside quotes is followed by no line feed",
    "too_large": f"the record is longer than {RAW_LIMIT:,} bytes, or a quote is not closed",
}
_OPEN = "open"  # all is well as far as the input is in sight
_BLANK = re.compile(rb"(?:\r?\n)*+")
_ESCAPES = ((b"\\", rb"\\"), (b'"', rb"\""), (b"\n", rb"\n"), (b"\r", rb"\r"), (b"\t", rb"\t"), (b"\1", b'"'))
_CONTROLS = [bytes((code,)) for code in range(32) if code not in b"\t\n\r"]


def _keep_unknown(error: UnicodeError) -> tuple[str, int]:
    """Makes half surrogates of bytes that an encoding does not know: they are invalid in UTF-8, and so is their row."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("headwater-unknown", _keep_unknown)


def read_rows(  # noqa: PLR0913 # they describe the file
    chunks: Iterable[bytes],
    reject: Callable[[Reject], None],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    required_columns: Sequence[str] = (),
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[list[Document]]:
    """Yields the rows of a decompressed input, which comes in pieces of any size, in batches.

    A row is `{"<column>":"<cell>",...}` in the order of the header, an empty cell "". What is no row goes to `reject`;
    a header that cannot be used makes one reject of the whole input. Positions and raw bytes are those of the input in
    UTF-8. An UnreadableInput out of `chunks` ends the input: it is the reason of the reject for what it cut.

    `warn` hears of a header without rows; an input that is empty, or blank lines, gives nothing at all.
    Raises LookupError for an encoding that Python does not know.
    """
    name = codecs.lookup(encoding).name
    reader = _Reader(reject, _Dialect(delimiter), name, required_columns)
    failure: UnreadableInput | None = None
    parts, size = list[bytes](), 0
    try:
        for chunk in chunks if name == "utf-8" else _in_utf8(chunks, encoding):
            parts.append(chunk)
            size += len(chunk)
            if size >= reader.wanted:
                yield from reader.read(parts)
                parts, size = [], 0
    except UnreadableInput as error:
        failure = error
    yield from reader.read(parts, is_final=True, is_cut=failure is not None)
    if reader.finish(failure):
        warn("holds a header and no rows")


def _in_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("headwater-unknown")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


class _Dialect:
    """The patterns of one delimiter. Those of records and runs match something everywhere, without a step back."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter, d = delimiter, re.escape(delimiter)
        text, quoted = '[^"]*+', '"[^"]*+(?:""[^"]*+)*+"'
        cells = (rf'(?:{quoted}|(?:[^"{d}\r\n][^{d}\r\n]*+)?+)', rf'(?:{quoted}|[^"{d}\r\n]*+)')
        self.record, self.clean_record = (re.compile(f"{cell}(?:{d}{cell})*+".encode("ascii")) for cell in cells)
        texts = (text, r'[^"\r]*+(?:\r\n[^"\r]*+)*+')  # the second takes twice the time
        whole = rf"(?<![^{d}\n]){quoted}(?={d}|\r?\n)"
        self.run, self.run_with_returns = (re.compile(f"{text}(?:{whole}{text})*+".encode("ascii")) for text in texts)
        self._cell = re.compile(f'{d}(?:"([^"]*+(?:""[^"]*+)*+)"|([^{d}]*+))')

    def cells(self, record: str) -> list[str]:
        """The cells of a record that has no fault."""
        if '"' not in record:
            return record.split(self.delimiter)
        return [quoted.replace('""', '"') or text for quoted, text in self._cell.findall(self.delimiter + record)]


def _header_problem(names: list[str], header: str, required: Sequence[str], delimiter: str) -> tuple[str, str]:
    """Why the input cannot be read with this header: a reason and a sentence, or "" and ""."""
    missing = [name for name in required if name not in names]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if required and len(missing) == len(required):
        fitting = (other for other in ",;\t|" if not set(required).isdisjoint(_Dialect(other).cells(header)))
        hint = "".join(f"; it has them with {other!r} as the delimiter, which is {delimiter!r}" for other in fitting)
        return "no_header", f"the first record is {_listed(names)}, expected a header with {_listed(required)}{hint}"
    if twice:
        return "duplicate_header", f"the header has {_listed(twice)} more than once"
    return ("missing_columns", f"the header lacks {_listed(missing)}; it has {_listed(names)}") if missing else ("", "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:100]) for name in names[:20]) + ", ..." * (len(names) > 20)


class _Reader:
    """What is known from one block to the next: `_data` begins at `_offset`, behind what was told before."""

    _bad: Reject | None = None  # which goes on until a good record begins
    _refusal: Reject | None = None

    def __init__(
        self, reject: Callable[[Reject], None], dialect: _Dialect, encoding: str, required: Sequence[str]
    ) -> None:
        self.wanted = BLOCK
        self._reject, self._dialect, self._encoding, self._required = reject, dialect, encoding, required
        self._data, self._offset, self._line, self._record = b"", 0, 1, 0
        self._names, self._header, self._is_final, self._is_end = list[str](), "", False, False
        self._whole, self._size = bytearray(), 0  # the input, as long as its header may be refused
        self._bad_raw, self._bad_size, self._in_line = bytearray(), 0, False
        self._doubt = self._slow = 0  # up to here, a record went wrong; pyarrow would refuse
        self._rows, self._ready = list[Document](), 0

    def read(self, parts: list[bytes], *, is_final: bool = False, is_cut: bool = False) -> Iterator[list[Document]]:
        """Yields the rows that are complete with these parts. is_cut: the input is final because it broke off."""
        for part in () if self._names else parts:
            self._size += len(part)
            self._whole += part[: RAW_LIMIT - len(self._whole)]
        data = self._data = b"" if self._refusal else b"".join((self._data, *parts))
        self._is_final, self._is_end = is_final, is_final and not is_cut
        self._run_pattern = self._dialect.run_with_returns if b"\r" in data else self._dialect.run
        at, before = 3 if self._offset == 0 and data.startswith(codecs.BOM_UTF8) else 0, -1
        while before < at < len(data) and not self._refusal:
            before, at = at, self._next(at) if self._names else self._begin(at)
            if self._ready >= BLOCK or (self._rows and (at == before or at == len(data))):
                yield self._rows
                self._rows, self._ready = [], 0
        self._offset += at
        self._data = data[at:]
        # twice as much as before, or a record over many blocks would cost its square
        self.wanted = max(BLOCK, min(len(data) - at, SIGHT - len(data) + at))

    def finish(self, failure: UnreadableInput | None) -> bool:
        """Tells what is left; whether there was a header and nothing else."""
        if self._refusal:
            self._reject(replace(self._refusal, raw=bytes(self._whole), size=self._size))
            return False
        self._end_bad()
        if failure:
            cut = Reject(self._offset, failure.reason, failure.detail, self._data[:RAW_LIMIT], len(self._data))
            record = self._record + 1 if self._data else None
            self._reject(replace(cut, line=self._line, record=record, header=self._header or None))
        return not failure and bool(self._names) and not self._record

    def _pass(self, at: int, to: int) -> int:
        self._line += self._data.count(b"\n", at, to)
        return to

    def _scan(self, at: int) -> tuple[int, str, str]:
        """The end of a record's text, or the place of its fault; what that is, and a sentence about it.

        It looks no further than SIGHT, so that no judgement depends on where the blocks end.
        """
        data, stop = self._data, at + SIGHT
        in_doubt = self._bad or self._offset + at < self._doubt
        found = (self._dialect.clean_record if in_doubt else self._dialect.record).match(data, at, stop)
        end = found.end() if found else at
        behind, is_end, fault = data[end : min(end + 2, stop)], self._is_end and stop > len(data), _OPEN
        if behind[:1] == b"\n" or behind == b"\r\n" or (is_end and not behind):
            fault = "" if end - at <= RAW_LIMIT else "too_large"
        elif behind[:1] == b'"' and end > at and data[end - 1] != ord(self._dialect.delimiter):
            fault = "stray_quote"
        elif behind[:1] == b'"' and is_end:
            fault = "unterminated_quote"
        elif behind[:1] == b"\r" and (len(behind) == 2 or is_end):
            fault = "bare_carriage_return"
        elif behind[:1] not in (b"", b'"', b"\r"):
            fault = "text_after_quote"
        fault = "too_large" if fault == _OPEN and stop <= len(data) else fault
        return end, fault, f"{_WHAT[fault]} (at byte {self._offset + end:,})" if fault in _WHAT else ""

    def _begin(self, at: int) -> int:
        """Passes the header, or refuses the input for it."""
        if blank := _BLANK.match(self._data, at):
            at = self._pass(at, blank.end())
        end, fault, detail = self._scan(at)
        if at == len(self._data) or fault == _OPEN:
            return at
        reason, text, names = "malformed_header", self._data[at:end], list[str]()
        if not fault:
            try:
                self._header = text.decode()
            except UnicodeDecodeError:
                detail = f"the header has bytes that are not {self._encoding}"
            else:
                names = self._dialect.cells(self._header)
                reason, detail = _header_problem(names, self._header, self._required, self._dialect.delimiter)
        if reason:
            self._refusal = Reject(0, reason, detail, b"", 0, 1)
            return end
        self._names, self._whole = names, bytearray()
        # each row repeats the names: without this, long ones over short cells would fill the memory
        self._window = min(2 * BLOCK, 32 * BLOCK // (16 + len(text) // len(names)))
        self._window *= not any(control in text for control in _CONTROLS)
        self._step = self._window
        columns = [str(number) for number in range(len(names))]
        self._options = (
            csv.ReadOptions(use_threads=False, block_size=2 * BLOCK + 1, column_names=columns),
            csv.ParseOptions(delimiter=self._dialect.delimiter, newlines_in_values=True),
            csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string())),
        )
        return self._pass(at, end)

    def _next(self, at: int) -> int:
        """Passes rows, or a line that is none; stays where more of the input must be seen first."""
        if self._in_line:
            return self._add_rest(at)
        if not self._bad and self._offset + at >= max(self._doubt, self._slow):
            end = self._run(at)
            if end - at >= FAST and (rows := self._vectorised(self._data[at:end])) is not None:
                self._rows += rows
                self._record += len(rows)
                self._ready += end - at
                self._step = min(2 * self._step, self._window)
                return self._pass(at, end)
            if end - at > 2 * FAST:  # most of it is good, and the other way takes ten times as long
                self._step = (end - at) // 2
                return self._next(at)
            self._slow, self._step = self._offset + end, min(2 * self._step + 1, self._window)
        return self._one(at)

    def _run(self, at: int) -> int:
        """The end of the last record before the first that is not simply well-formed."""
        data, stop = self._data, min(len(self._data), at + self._step)
        found = self._run_pattern.match(data, at, stop)
        end, quotes = found.end() if found else at, 0
        while (line_end := data.rfind(b"\n", at, end)) >= 0:
            quotes += data.count(b'"', line_end, end)
            if quotes % 2 == 0:
                return line_end + 1
            end = line_end
        return at

    def _vectorised(self, block: bytes) -> list[bytes] | None:
        """The rows of well-formed records at full speed; None if any of them needs judgement."""
        if block.startswith(codecs.BOM_UTF8) or any(control in block for control in _CONTROLS):
            return None  # pyarrow drops a byte order mark anywhere
        try:
            table = csv.read_csv(pa.BufferReader(block), *self._options)  # type: ignore[arg-type] # its stub is narrow
        except pa.ArrowInvalid:
            return None
        # quotes and line ends of ours are told from those in cells by other bytes, until the latter are escaped
        is_plain = not any(c in block or c.decode() in self._header for c in (b'"', b"\\", b"\t"))
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

    def _one(self, at: int) -> int:
        """Passes one row, blank lines, or a line that is no row."""
        data = self._data
        if (blank := _BLANK.match(data, at)) and blank.end() > at:
            return self._add(at, blank.end())
        end, fault, detail = self._scan(at)
        is_record = not fault
        if is_record:
            fault, detail = self._land(data[at:end])
        to = end + (data.startswith(b"\r", end) + (end < len(data)) if is_record else 0)
        if not fault:
            return self._pass(at, to)
        if is_record and (fault == "invalid_encoding" or not (self._bad or b"\n" in data[at:end])):
            self._end_bad()
            self._begin_bad(at, fault, detail)
            self._add(at, to)
            self._end_bad()
            return to
        first, is_full = data.find(b"\n", at, at + SIGHT) + 1, at + SIGHT <= len(data)
        if fault == _OPEN or not (first or is_full or self._is_end):
            return at
        self._in_line = is_full and not first
        if not self._bad:
            self._begin_bad(at, *(("too_large", _WHAT["too_large"]) if self._in_line else (fault, detail)))
        seen = at + SIGHT if fault in ("too_large", "unterminated_quote") else end + 1
        self._doubt = max(self._doubt, self._offset + seen)
        return self._add_rest(at) if self._in_line else self._add(at, first or len(data))

    def _land(self, text: bytes) -> tuple[str, str]:
        """Collects one well-formed record, or tells why it is no row."""
        cells = self._dialect.cells(text.decode("utf-8", "surrogateescape"))
        if len(cells) != len(self._names):
            return "wrong_column_count", f"{len(cells):,} cells, expected {len(self._names):,}"
        if not is_utf8(text):
            return "invalid_encoding", f"the row has bytes that are not {self._encoding}"
        self._end_bad()
        self._record += 1
        document = mended = msgspec.json.encode(dict(zip(self._names, cells, strict=True)))
        if rb"\u0000" in document and (mended := mend(document, 0)) is not document:
            mended = Repaired(mended)
            mended.verbatim = document
        self._rows.append(mended)
        self._ready += len(document)
        return "", ""

    def _begin_bad(self, at: int, reason: str, detail: str) -> None:
        self._record += 1
        self._bad = Reject(self._offset + at, reason, detail, b"", 0, self._line, self._record, self._header)
        self._bad_raw, self._bad_size = bytearray(), 0

    def _add(self, at: int, to: int) -> int:
        """Passes a line, or a part of one, that belongs to the reject that is open, if one is."""
        if self._bad:
            self._bad_raw += self._data[at : min(to, at + RAW_LIMIT - len(self._bad_raw))]
            line_end = 2 if self._data.endswith(b"\r\n", at, to) else self._data.endswith(b"\n", at, to)
            if not _BLANK.fullmatch(self._data, at, to):
                self._bad_size = self._offset + to - line_end - self._bad.position
        return self._pass(at, to)

    def _add_rest(self, at: int) -> int:
        line_end = self._data.find(b"\n", at) + 1
        self._in_line = not line_end
        is_open = self._data.endswith(b"\r") and not self._is_final  # which may be half a line end
        return self._add(at, line_end or len(self._data) - is_open)

    def _end_bad(self) -> None:
        if self._bad:
            self._reject(replace(self._bad, raw=bytes(self._bad_raw[: self._bad_size]), size=self._bad_size))
            self._bad = None
