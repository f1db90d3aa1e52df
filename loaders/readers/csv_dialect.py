"""Where a record of CSV ends, what is wrong with it, and what its cells are; see csv_rows for the format."""

import re
from collections.abc import Sequence

from loaders.readers.reject import RAW_LIMIT

SIGHT = RAW_LIMIT + 2
"""What is looked at to judge a record: one that may be landed, with its line end."""

FAULTS = {
    "text_after_quote": "text follows the quote that closes a cell, expected a delimiter or the end of the line",
    "stray_quote": "a quote is inside a cell, close behind a broken record; expected a cell without quotes",
    "unterminated_quote": "a quote is opened, expected one that closes it before the input ends",
    "bare_carriage_return": "a carriage return outside quotes ends no line, expected LF or CRLF",
    "too_large": f"the record is too long, expected at most {RAW_LIMIT:,} bytes; perhaps a quote is not closed",
}
OPEN = "open"
"""No fault: all is well as far as the input is in sight."""


class Dialect:
    """The patterns of one delimiter. Those of records and runs match something everywhere, without a step back.

    may_end: whether a delimiter may end a record, too, with no cell behind it.
    """

    def __init__(self, delimiter: str, *, may_end: bool = False) -> None:
        self.delimiter, self._may_end, d = delimiter, may_end, re.escape(delimiter)
        text, quoted = '[^"]*+', '"[^"]*+(?:""[^"]*+)*+"'
        cells = (rf'(?:{quoted}|(?:[^"{d}\r\n][^{d}\r\n]*+)?+)', rf'(?:{quoted}|[^"{d}\r\n]*+)')
        self._record, self._clean = (re.compile(f"{cell}(?:{d}{cell})*+".encode("ascii")) for cell in cells)
        texts = (text, r'[^"\r]*+(?:\r\n[^"\r]*+)*+')  # the second takes twice the time
        whole = rf"(?<![^{d}\n]){quoted}(?={d}|\r?\n)"
        self._run, self._returns = (re.compile(f"{text}(?:{whole}{text})*+".encode("ascii")) for text in texts)
        self._cell = re.compile(f'{d}(?:"([^"]*+(?:""[^"]*+)*+)"|([^{d}]*+))')

    def cells(self, record: str) -> list[str]:
        """The cells of a record that has no fault."""
        if '"' not in record:
            return record.split(self.delimiter)
        return [quoted.replace('""', '"') or text for quoted, text in self._cell.findall(self.delimiter + record)]

    def names(self, header: str) -> list[str]:
        """The names in a header. A last one that is empty is one, unless it makes two."""
        names = self.cells(header)
        return names[:-1] if self._may_end and not names[-1] and "" in names[:-1] else names

    def row(self, record: str, names: Sequence[str]) -> list[str]:
        """The cells of a record that has no fault, as many as names if no more than a last delimiter stands between.

        One that is too short and ends with a delimiter is short of a cell, nobody knows which.
        """
        cells = self.cells(record)
        more = len(cells) - len(names)
        if not self._may_end or more not in (1, -1) or (cells[-1] if more > 0 else names[-1] or not cells[-1]):
            return cells
        return cells[:-1] if more > 0 else [*cells, ""]

    def run(self, data: bytes, at: int, stop: int, *, has_returns: bool) -> int:
        """The end of the last record, line end included, before the first that is not simply well-formed."""
        found = (self._returns if has_returns else self._run).match(data, at, stop)
        end, quotes = found.end() if found else at, 0
        while (line_end := data.rfind(b"\n", at, end)) >= 0:
            quotes += data.count(b'"', line_end, end)
            if quotes % 2 == 0:
                return line_end + 1
            end = line_end
        return at

    def judge(self, data: bytes, at: int, *, is_end: bool, in_doubt: bool) -> tuple[int, str]:
        """The end of a record's text and "", or the place of its fault and which of FAULTS, or OPEN, that is.

        It looks no further than SIGHT, so that no judgement depends on where the blocks end. is_end: the input ends
        with the data. in_doubt: a quote that does not begin a cell is a fault.
        """
        stop = at + SIGHT
        found = (self._clean if in_doubt else self._record).match(data, at, stop)
        end = found.end() if found else at
        behind, is_end, fault = data[end : min(end + 2, stop)], is_end and stop > len(data), OPEN
        if behind[:1] == b"\n" or behind == b"\r\n" or (is_end and not behind):
            fault = "" if end - at <= RAW_LIMIT else "too_large"
        elif behind[:1] == b'"' and end > at and data[end - 1] != ord(self.delimiter):
            fault = "stray_quote"
        elif behind[:1] == b'"' and is_end:
            fault = "unterminated_quote"
        elif behind[:1] == b"\r" and (len(behind) == 2 or is_end):
            fault = "bare_carriage_return"
        elif behind[:1] not in (b"", b'"', b"\r"):
            fault = "text_after_quote"
        return end, "too_large" if fault == OPEN and stop <= len(data) else fault


_LINE = re.compile(rb"[^\r\n]++")


class LineCounter:
    """How many records an input that is not read seems to hold, header included: its lines but blank ones.

    Lines within quotes are no records of their own, unless the last quote is never closed.
    """

    def __init__(self) -> None:
        self._lines, self._records, self._is_quoted = _Lines(), _Lines(), False

    def add(self, data: bytes) -> None:
        """Counts what comes next of the input."""
        data = data.replace(b"\0", b"")  # as of UTF-16, whose line ends are two bytes
        self._lines.add(data)
        parts = data.split(b'"')
        self._records.add(b'"'.join(parts[self._is_quoted :: 2]))
        self._is_quoted ^= len(parts) % 2 == 0

    @property
    def count(self) -> int:
        """The records so far."""
        return (self._lines if self._is_quoted else self._records).count


class _Lines:
    def __init__(self) -> None:
        self.count, self._is_open = 0, False

    def add(self, data: bytes) -> None:
        self.count += sum(1 for _ in _LINE.finditer(data)) - (self._is_open and data[:1] not in (b"", b"\r", b"\n"))
        self._is_open = data[-1:] not in (b"\r", b"\n") if data else self._is_open
