r"""One JSON value in a buffer: where it ends, what is wrong with it, and where good data goes on behind a broken one.

msgspec is fast and changes no byte, but it passes over invalid UTF-8, takes a lone surrogate escape for a fault, and
goes as deep as the interpreter does. What it leaves open is settled here. No function looks at `stop` or beyond.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, islice

import msgspec

MAX_DEPTH = 500
TRUNCATED, TOO_DEEP = "truncated", "too_deep"

_decode = msgspec.json.Decoder(msgspec.Raw).decode
_FAULT = re.compile(r"(?:JSON is malformed: )?(.*) \(byte (\d+)\)")
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(_HIGH + _LOW + b"|(" + _HIGH + b"|" + _LOW + rb"|\\u0000)|\\(?s:.)")
_TEXT = rb'[^"\\]*+(?:\\(?s:.)[^"\\]*+)*+'
_TEXT_TOKEN = re.compile(b'"' + _TEXT + b'"')
_TEXT_END = re.compile(_TEXT + b'("?)')
_BRACES_OR_QUOTE = re.compile(rb'"|\{++|\}++')
_NO_BRACKETS = re.compile(rb'[^{}\[\]"]++|"' + _TEXT + b'"')
_OBJECT = re.compile(rb'\{[ \t\r\n]*+"')  # {} may as well be in a text, which cannot hold a bare quote
_GARBAGE = re.compile(rb'(?:[^{":,]++|\{(?![ \t\r\n]*+["}]))*+')
_GAP = re.compile(rb"(?:[ \t\r\n]++|\\n)*+")
_PART = re.compile(_GAP.pattern + rb"[,:}\]]")
_ELEMENT_PART = re.compile(_GAP.pattern + rb"(?:[:}]|,\s*+(?!\{|\Z)|\]\s*+(?![,\[{]|\Z))")
_BEHIND_ELEMENT = re.compile(_GAP.pattern + rb"(?:,\s*+|(?=\]|\Z))")
_KEY = rb'\s*+("' + _TEXT + rb'")\s*+:'
_KEYS = re.compile(rb"\{" + _KEY + rb'(?:\s*+(?:"' + _TEXT + rb'"|[^\s"{}\[\],]++)\s*+,' + _KEY + b")?")


def parse(data: bytes, start: int, stop: int) -> tuple[int, str]:
    """Reads one value: its end and "", or the place of its fault and what that is (TRUNCATED: all is well so far)."""
    try:
        _decode(memoryview(data)[start:stop])
        end = stop
    except RecursionError:  # which does not tell where; not before this
        return min(start + MAX_DEPTH, stop), TOO_DEEP
    except msgspec.DecodeError as error:
        fault = _FAULT.match(str(error))
        end = start + int(fault[2]) if fault else stop
        if not fault or fault[1] != "trailing characters":
            return (end, fault[1]) if fault and end < stop else (stop, TRUNCATED)
        end -= 1  # this message counts from 1, the others from 0
    return start + len(data[start:end].rstrip()), ""


def mend(data: bytes, start: int) -> bytes:
    r"""Puts \ufffd for each escape that no warehouse takes: \u0000 and half a surrogate pair. No offset changes."""
    if not any(data.find(escape, start) >= 0 for escape in (b"\\ud", b"\\uD", b"\\u0000")):
        return data
    mended = bytearray(data)
    for escape in _ESCAPE.finditer(data, start):  # all, as in `\\ud800` the first backslash escapes the second
        if escape[1]:
            mended[escape.start() : escape.end()] = rb"\ufffd"
    return data if mended == data else bytes(mended)


def longest_text(document: bytes, over: int) -> int:
    """Bytes of the longest text, keys included, in a valid document; 0 if none has more than `over`."""
    long = (text[0] for text in _TEXT_TOKEN.finditer(document) if len(text[0]) - 2 > over)
    return max((len(json.loads(text).encode()) for text in long), default=0)


def is_utf8(text: bytes | memoryview) -> bool:
    """Whether the text is UTF-8."""
    try:
        str(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_too_deep(data: bytes, start: int, end: int) -> bool:
    """Whether a valid value has more than MAX_DEPTH levels."""
    if data.count(b"{", start, end) + data.count(b"[", start, end) <= MAX_DEPTH:
        return False
    brackets = _NO_BRACKETS.sub(b"", data[start:end])
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in brackets)) > MAX_DEPTH


def balance(data: bytes, at: int, stop: int, state: tuple[int, bytes]) -> tuple[int | None, tuple[int, bytes]]:
    r"""Follows the braces of a document, whatever else is wrong with it: where the last one closes, if it does.

    state: how many are open, and what of a string is: nothing, `"` or `"\`; begin with (0, b"").
    """
    level, inside = state
    at += inside == b'"\\'
    while at < stop:
        if inside:
            rest = _TEXT_END.match(data, at, stop)
            if not rest or not rest[1]:
                return None, (level, b'"\\' if rest and rest.end() < stop else b'"')
            at, inside = rest.end(), b""
        token = _BRACES_OR_QUOTE.search(data, at, stop)
        if not token:
            break
        at = token.end()
        if token[0] == b'"':
            inside = b'"'
        elif token[0].startswith(b"{"):
            level += len(token[0])
        elif len(token[0]) >= level:
            return token.start() + level, (0, b"")
        else:
            level -= len(token[0])
    return None, (level, inside)


def next_record(data: bytes, start: int, fault: int, stop: int, *, in_list: bool) -> int:
    """Where good data goes on behind the broken document, or the garbage, at start; `stop` if nowhere.

    A broken document ends where its braces close, with the quotes as they are or as if the one before the fault were
    missing; else where a record begins: an object that is not where an object can be a part of another one. The work
    is linear in what is passed: steps double, and of objects that can be a part none is looked at inside another.
    """
    is_object, part = data.startswith(b"{", start), _ELEMENT_PART if in_list else _PART
    first = _GARBAGE.match(data, start, stop)
    if first and not is_object and data.startswith(b"{", first.end(), stop):
        return first.end()
    if is_object:
        for at in _near(data, start, fault, in_list=in_list):
            if data.startswith(b"{", at, stop):
                parsed, problem = parse(data, at, stop)
                if problem == TRUNCATED or not (problem or part.match(data, parsed, stop)):
                    return at
    return _Search(data, start, fault, stop, in_list, is_object).next_record()


class _Search:
    """Looks for the end of a broken document, in steps that double."""

    def __init__(self, data: bytes, start: int, fault: int, stop: int, in_list: bool, is_object: bool) -> None:  # noqa: PLR0913, PLR0917
        self._data, self._start, self._fault, self._stop = data, start, fault, stop
        self._in_list, self._is_object = in_list, is_object
        self._part = _ELEMENT_PART if in_list else _PART
        self._keys = _KEYS.match(data, start, stop) if is_object and in_list else None
        self._alike = self._parsed = 0
        """A neighbour, if neither way to read the quotes leads to an end; how far objects were looked at."""

    def next_record(self) -> int:
        data, stop, step, done = self._data, self._stop, 1 << 10, self._fault
        as_it_is, flipped = _States(data, self._start, self._fault), _States(data, self._start, self._fault, flip=True)
        while True:
            limit = min(stop, done + step)
            if self._is_object:
                flipped.follow(limit)
                if flipped.closed and not self._ends_here(flipped.closed):
                    flipped.state = None
            for found in _OBJECT.finditer(data, done, min(stop, limit + 64)):
                at = found.start()
                if at >= limit:
                    break
                if end := self._end_before(at, as_it_is, flipped):
                    return end
                if self._begins_here(at):
                    return at
            if end := self._end_before(limit, as_it_is, flipped):
                return end
            if limit == stop or (self._alike and limit - self._start > 8 * (self._alike - self._start) + 4096):
                return self._alike or data.find(b"\n{", self._fault if limit == stop else limit, stop) + 1 or stop
            done, step = limit, 2 * step

    def _end_before(self, at: int, as_it_is: "_States", flipped: "_States") -> int:
        """Where the document ends, if that is before `at`; else 0."""
        if not self._is_object:
            return 0
        as_it_is.follow(at)
        other = flipped.closed if flipped.state and flipped.closed <= at else 0
        if as_it_is.closed and not (other and (other < as_it_is.closed or not self._ends_here(as_it_is.closed))):
            return as_it_is.closed
        return other

    def _ends_here(self, at: int) -> bool:
        """Whether what follows shows that a document has ended: nothing, the end of a list, or a good object."""
        behind = _BEHIND_ELEMENT.match(self._data, at, self._stop) if self._in_list else _GAP.match(self._data, at)
        if not behind or behind.end() >= self._stop:
            return behind is not None
        if self._in_list and self._data.startswith(b"]", behind.end()):
            return True
        if not self._data.startswith(b"{", behind.end(), self._stop):
            return False
        return parse(self._data, behind.end(), self._stop)[1] in ("", TRUNCATED)

    def _begins_here(self, at: int) -> bool:
        """Whether a record begins at this object."""
        before = self._data[max(self._start, at - 1000) : at].rstrip()
        can_be_part = before.endswith((b":", b",", b"["))
        if can_be_part and self._is_object:
            if self._keys and not self._alike and at >= self._parsed and before[:-1].rstrip().endswith(b"}"):
                self._look_alike(at)
            return False
        if can_be_part and at < self._parsed:
            return False
        self._parsed, problem = parse(self._data, at, self._stop)
        return problem == TRUNCATED or not (problem or self._part.match(self._data, self._parsed, self._stop))

    def _look_alike(self, at: int) -> None:
        own, keys = _KEYS.match(self._data, at, self._stop), self._keys
        if own and keys and own[1] == keys[1]:
            self._parsed, problem = parse(self._data, at, self._stop)
            if not (problem or self._part.match(self._data, self._parsed, self._stop)):
                self._alike = at


class _States:
    """The braces of a document as they are followed, from its start on or, flipped, as if a quote were missing."""

    def __init__(self, data: bytes, start: int, fault: int, *, flip: bool = False) -> None:
        self._data, self._at, self.closed = data, start, 0
        self.state: tuple[int, bytes] | None = (0, b"")
        if flip:
            self.follow(fault)
            is_outside = self.state and not self.state[1] and not self.closed
            self.state = (self.state[0], b'"') if self.state and is_outside else None
            self.closed = 0

    def follow(self, to: int) -> None:
        """Goes on to there, or to where the last brace closes: `closed`."""
        if self.state and not self.closed and to > self._at:
            closed, self.state = balance(self._data, self._at, to, self.state)
            self.closed, self._at = closed or 0, to


def records_in(region: bytes, few: int = 1 << 12) -> int:
    """How many records a broken region may hold: objects that begin as it does; 1 if it is as short as one may be."""
    begin = _KEYS.match(region)
    return max(1, region.count(region[: begin.end(1)])) if begin and len(region) > few else 1


def _near(data: bytes, start: int, fault: int, *, in_list: bool) -> Iterator[int]:
    """Where a record that follows a document that was cut may begin, as the fault shows."""
    # Cut where a value could stand, it took the record for that, up to the fault. The records of a stream begin alike.
    keys = _KEYS.match(data, start, fault)
    if keys and data[max(start, fault - 1000) : fault].rstrip().endswith((b"}", b"]")):
        alike = _KEYS.finditer(data, start + 1, fault)
        for own in islice(alike, 100) if in_list else deque(alike, 100):
            if own[1] == keys[1] and keys[2] in (None, own[2]):
                yield own.start()
    # Cut in a string, it took the first quote of the record for the end of that.
    at = data.rfind(b"{", start + 1, fault)
    if at > 0 and data[at + 1 : fault].strip() in (b"", b'"'):
        yield at
    if gap := _GAP.match(data, fault):
        yield gap.end()
        if in_list and data.startswith(b",", gap.end()) and (gap := _GAP.match(data, gap.end() + 1)):
            yield gap.end()
