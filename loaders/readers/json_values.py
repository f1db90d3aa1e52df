"""One JSON value in a window of the input: where it ends, what is wrong with it, what follows it.

msgspec is fast and changes no byte, but it passes over invalid UTF-8, takes a lone surrogate for a cut
string, and goes as deep as the interpreter does. What it leaves open is settled here. Format: RFC 8259.
"""

import re
from itertools import accumulate

import msgspec

from loaders.readers.reject import RAW_LIMIT

BLANK = b" \t\r\n"
END = -1  # stands where a byte would
MAX_DEPTH = 500
SHALLOW = 2 * MAX_DEPTH  # a value of so many bytes has no room to be nested too deeply
STRING_REST = rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)'
TRUNCATED = "it is not complete"
TOO_DEEP = "it is nested too deeply"

_decode = msgspec.json.Decoder(msgspec.Raw).decode
_BACKSLASH = ord("\\")
_SEPARATORS = re.compile(rb"(?:[ \t\r\n]++|\\n)*+")  # backslash, n: a delimiter that was escaped twice
_FAULT = re.compile(r"(?:JSON is malformed: )?(.*) \(byte (\d+)\)")
_NO_BRACKETS = re.compile(rb'[^{}\[\]"]++|"' + STRING_REST, re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(_HIGH + _LOW + b"|(" + _HIGH + b"|" + _LOW + rb")|\\.", re.DOTALL)


class Window:
    """The input from byte `offset` on, as far as it is read; `final` when it ends there."""

    def __init__(self, data: bytes, offset: int, final: bool) -> None:
        self.data, self.offset, self.final = data, offset, final
        self.view = memoryview(data)
        self.has_breaks = b"\n" in data or b"\r" in data
        self._mended = (len(data), b"")

    def parse(self, start: int) -> tuple[int, str]:
        """Read one value: its end and no problem, or its fault and what it is (TRUNCATED: none so far)."""
        end, problem = _parse(self.view, start)
        if problem and _SURROGATE.search(self.data, start, end):
            return _parse(memoryview(self.mended(start)), start)
        return end, problem

    def mended(self, start: int) -> bytes:
        """Give the data with what follows `start` mended, which is done once for all later starts."""
        if start < self._mended[0]:
            self._mended = start, self.data[:start] + mend(self.data[start:])
        return self._mended[1]

    def follow(self, at: int) -> int | None:
        """Give the next byte that separates nothing, END, or None when it is not read yet."""
        after = pass_separators(self.data, at)
        rest = len(self.data) - after
        if rest > 1 or (rest == 1 and (self.final or self.data[after] != _BACKSLASH)):
            return self.data[after]
        return END if self.final or after - at > RAW_LIMIT else None

    def breaks_off(self, start: int, end: int) -> bool:
        """Tell whether what was read from `start` to `end` can, and may, go on in the next window."""
        return end == len(self.data) and not self.final and end - start <= RAW_LIMIT


def _parse(view: memoryview, start: int) -> tuple[int, str]:
    end = len(view)
    try:
        _decode(view[start:])
    except RecursionError:
        return end, TOO_DEEP
    except msgspec.DecodeError as error:
        if not (fault := _FAULT.match(str(error))):
            return end, TRUNCATED
        at, problem = start + int(fault[2]), fault[1]
        if problem != "trailing characters":
            return (at, problem) if at < end else (end, TRUNCATED)  # a fault at the end, as of `{"a":-`
        end = at - 1  # this message counts from 1, the others from 0
    while view[end - 1] in BLANK:
        end -= 1
    return end, ""


def pass_separators(data: bytes, at: int) -> int:
    """Give the offset of the next byte that separates nothing."""
    return _SEPARATORS.match(data, at).end()  # type: ignore[union-attr] # it matches the empty string


def mend(text: bytes) -> bytes:
    r"""Put \ufffd in place of each lone surrogate escape: JSON, but no character. No offset changes."""
    if not _SURROGATE.search(text):
        return text
    mended = bytearray(text)
    for escape in _ESCAPE.finditer(text):  # all, as in `\\ud800` the first backslash escapes the second
        if escape[1]:
            mended[escape.start() : escape.end()] = rb"\ufffd"
    return bytes(mended)


def is_utf8(text: bytes) -> bool:
    """Tell whether the text is UTF-8."""
    try:
        str(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def may_be_deep(data: bytes, at: int, end: int) -> bool:
    """Tell, at little cost, whether there are enough brackets to be nested too deeply."""
    return end - at > SHALLOW and data.count(b"{", at, end) + data.count(b"[", at, end) > MAX_DEPTH


def is_too_deep(value: bytes) -> bool:
    """Tell whether a value has more than MAX_DEPTH levels."""
    if not may_be_deep(value, 0, len(value)):
        return False
    brackets = _NO_BRACKETS.sub(b"", value)
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in brackets)) > MAX_DEPTH
