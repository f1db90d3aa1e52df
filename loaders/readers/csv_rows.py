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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from loaders.readers.compression import UnreadableInput
from loaders.readers.csv_columns import Columns
from loaders.readers.csv_dialect import FAULTS, OPEN, SIGHT, Dialect, LineCounter
from loaders.readers.csv_headers import Expected
from loaders.readers.encodings import Utf8Input
from loaders.readers.json_documents import Document, Repaired
from loaders.readers.json_values import is_utf8, mend
from loaders.readers.reject import RAW_LIMIT, Reject

BLOCK = 1 << 20
FAST = 1 << 14  # below this, calling pyarrow costs more than it saves
HEADER_LIMIT = 1 << 20
"""The longest header, in bytes: each row repeats its names."""
HEADER_KEPT = 1 << 14
"""The longest header that the reject of a row repeats, in bytes: with longer ones each would fill an object."""

_BLANK = re.compile(rb"(?:\r?\n)*+")


def read_rows(  # noqa: PLR0913 # they describe the file
    chunks: Iterable[bytes],
    reject: Callable[[Reject], None],
    *,
    delimiter: str | Sequence[str] = ",",
    encoding: str | Sequence[str] = "utf-8",
    expected: Expected = Expected(),  # noqa: B008 # it is frozen
    ends_with_delimiter: bool = False,
    warn: Callable[[str], None] = lambda _: None,
    starts: list[int] | None = None,
) -> Iterator[list[Document]]:
    """Yields the rows of a decompressed input, which comes in pieces of any size, in batches.

    A row is `{"<column>":"<cell>",...}` in the order of the header, an empty cell "". What is no row goes to `reject`;
    a header that cannot be used makes one reject of the whole input, with the number of its rows. Positions and raw
    bytes are those of the input in UTF-8, but for an input that is in none of the encodings. An UnreadableInput out of
    `chunks` ends the input: it is the reason of the reject for what it cut.

    Of several delimiters it is the first with which the header has any required column; of encodings see Utf8Input.
    ends_with_delimiter: header and rows may end with one that separates nothing, each or not.
    `warn` hears of a header without rows and of mixed encodings; an input that is empty, or blank lines, gives nothing
    at all. Raises LookupError for an encoding that Python does not know.

    starts: is given the physical line, from 1, on which each row begins; that takes ten times as long.
    """
    text = Utf8Input(chunks, [encoding] if isinstance(encoding, str) else encoding, warn)
    dialects = [Dialect(one, may_end=ends_with_delimiter) for one in delimiter]
    reader = _Reader(reject, dialects, text, expected, starts)
    failure: UnreadableInput | None = None
    parts, size = list[bytes](), 0
    try:
        for chunk in text:
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


class _Reader:
    """What is known from one block to the next: `_data` begins at `_offset`, behind what was told before."""

    _bad: Reject | None = None  # which goes on until a good record begins
    _refusal: Reject | None = None

    def __init__(
        self,
        reject: Callable[[Reject], None],
        dialects: Sequence[Dialect],
        text: Utf8Input,
        expected: Expected,
        starts: list[int] | None,
    ) -> None:
        self.wanted = BLOCK
        self._reject, self._text, self._expected, self._starts = reject, text, expected, starts
        self._dialect, self._dialects = dialects[0], dialects
        self._data, self._offset, self._line, self._record = b"", 0, 1, 0
        self._names, self._header, self._is_final, self._is_end = list[str](), "", False, False
        self._unkept = ""  # what is said of a header that is too long to be repeated
        self._has_returns = False
        self._whole, self._size = bytearray(), 0  # the input, as long as its header may be refused
        self._lines = LineCounter()
        self._bad_raw, self._bad_size, self._in_line = bytearray(), 0, False
        self._doubt = self._slow = 0  # up to here, a record went wrong; pyarrow would refuse
        self._rows, self._ready = list[Document](), 0

    def read(self, parts: list[bytes], *, is_final: bool = False, is_cut: bool = False) -> Iterator[list[Document]]:
        """Yields the rows that are complete with these parts. is_cut: the input is final because it broke off."""
        for part in () if self._names else parts:
            self._size += len(part)
            self._whole += part[: RAW_LIMIT - len(self._whole)]
            self._lines.add(part)
        if self._text.problem and not self._refusal:
            self._refusal = Reject(0, "wrong_encoding", self._text.problem, b"", 0, 1)
        data = self._data = b"" if self._refusal else b"".join((self._data, *parts))
        self._is_final, self._is_end = is_final, is_final and not is_cut
        self._has_returns = b"\r" in data
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
            rows = max(self._lines.count - (self._refusal.reason != "no_header"), 0)
            self._reject(replace(self._refusal, raw=bytes(self._whole), size=self._size, rows=rows))
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

    def _judge(self, at: int) -> tuple[int, str, str]:
        """What the dialect says of a record, and a sentence about it."""
        in_doubt = bool(self._bad) or self._offset + at < self._doubt
        end, fault = self._dialect.judge(self._data, at, is_end=self._is_end, in_doubt=in_doubt)
        return end, fault, f"{FAULTS[fault]} (at byte {self._offset + end:,})" if fault in FAULTS else ""

    def _begin(self, at: int) -> int:
        """Passes the header, or refuses the input for it."""
        if blank := _BLANK.match(self._data, at):
            at = self._pass(at, blank.end())
        for dialect in (*self._dialects, self._dialects[0]):
            self._dialect = dialect
            end, fault, detail = self._judge(at)
            if at == len(self._data) or fault == OPEN:
                return at
            if end - at > HEADER_LIMIT:
                break
            if not fault and self._expected.fits(dialect.cells(self._data[at:end].decode(errors="replace"))):
                break
        reason, text = "malformed_header", self._data[at:end]
        if not fault and end - at > HEADER_LIMIT:
            detail = f"the header takes {end - at:,} bytes, expected at most {HEADER_LIMIT:,}, as each row repeats it"
        elif not fault:
            try:
                self._header = text.decode()
            except UnicodeDecodeError:
                detail = f"bytes of the header are invalid in {self._text.encoding}, expected text in it"
            else:
                reason, detail = self._expected.problem(self._header, self._dialect)
        if reason:
            self._refusal = Reject(0, reason, detail, b"", 0, 1)
            return end
        self._names, self._whole = self._dialect.names(self._header), bytearray()
        if len(text) > HEADER_KEPT:
            self._header, self._unkept = "", f"; its header of {len(text):,} bytes is kept in the file alone"
        self._columns = Columns(self._names, text, self._dialect.delimiter)
        self._step = self._columns.window
        return self._pass(at, end)

    def _next(self, at: int) -> int:
        """Passes rows, or a line that is none; stays where more of the input must be seen first."""
        if self._in_line:
            return self._add_rest(at)
        if self._starts is None and not self._bad and self._offset + at >= max(self._doubt, self._slow):
            stop = min(len(self._data), at + self._step)
            end = self._dialect.run(self._data, at, stop, has_returns=self._has_returns)
            if end - at >= FAST and (rows := self._columns.rows(self._data[at:end])) is not None:
                self._rows += rows
                self._record += len(rows)
                self._ready += sum(map(len, rows))
                self._step = min(2 * self._step, self._columns.window)
                return self._pass(at, end)
            if end - at > 2 * FAST:  # most of it is good, and the other way takes ten times as long
                self._step = (end - at) // 2
                return self._next(at)
            self._slow, self._step = self._offset + end, min(2 * self._step + 1, self._columns.window)
        return self._one(at)

    def _one(self, at: int) -> int:
        """Passes one row, blank lines, or a line that is no row."""
        data = self._data
        if (blank := _BLANK.match(data, at)) and blank.end() > at:
            return self._add(at, blank.end())
        end, fault, detail = self._judge(at)
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
        if fault == OPEN or not (first or is_full or self._is_end):
            return at
        self._in_line = is_full and not first
        if not self._bad:
            self._begin_bad(at, *(("too_large", FAULTS["too_large"]) if self._in_line else (fault, detail)))
        seen = at + SIGHT if fault in ("too_large", "unterminated_quote") else end + 1
        self._doubt = max(self._doubt, self._offset + seen)
        return self._add_rest(at) if self._in_line else self._add(at, first or len(data))

    def _land(self, text: bytes) -> tuple[str, str]:
        """Collects one well-formed record, or tells why it is no row."""
        cells = self._dialect.row(text.decode("utf-8", "surrogateescape"), self._names)
        if len(cells) != len(self._names):
            return "wrong_column_count", f"{len(cells):,} cells, expected {len(self._names):,}"
        if not is_utf8(text):
            return (
                "invalid_encoding",
                f"bytes of the row are invalid in {self._text.encoding}, expected text in it",
            )
        self._end_bad()
        self._record += 1
        if self._starts is not None:
            self._starts.append(self._line)
        document = mended = msgspec.json.encode(dict(zip(self._names, cells, strict=True)))
        if rb"\u0000" in document and (mended := mend(document, 0)) is not document:
            mended = Repaired(mended)
            mended.verbatim = document
        self._rows.append(mended)
        self._ready += len(document)
        return "", ""

    def _begin_bad(self, at: int, reason: str, detail: str) -> None:
        self._record += 1
        detail += self._unkept
        self._bad = Reject(self._offset + at, reason, detail, b"", 0, self._line, self._record, self._header or None)
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
