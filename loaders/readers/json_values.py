r"""One JSON value in a buffer: where it ends, what is wrong with it, and where good data goes on behind a broken one.

msgspec is fast and changes no byte, but it passes over invalid UTF-8, takes a lone surrogate escape for a fault, and
goes as deep as the interpreter does. What it leaves open is settled here. No function looks at `stop` or beyond.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, chain, islice

import msgspec

MAX_DEPTH = 500
TRUNCATED, TOO_DEEP = "truncated", "too_deep"
TRIES = 100_000  # so many objects are looked at for the sake of one fault

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

    A broken document ends where its braces close or, if a quote or a brace is missing, where a record begins: an object
    that does not stand where an object can be a part of another one. The work is linear: such objects overlap only in
    strings, and of those that can be a part none is looked at inside another.
    """
    is_object, part = data.startswith(b"{", start), _ELEMENT_PART if in_list else _PART
    first = _GARBAGE.match(data, start, stop)
    if first and not is_object and data.startswith(b"{", first.end(), stop):
        return first.end()
    near = [at for at in _near(data, start, fault) if data.startswith(b"{", at, stop)] if is_object else []
    at, done, state, parsed = fault, start, (0, b""), 0
    objects = (found.start() for found in islice(_OBJECT.finditer(data, fault, stop), TRIES))
    for at in chain(near, objects):
        if at not in near:
            can_be_part = data[max(start, at - 1000) : at].rstrip().endswith((b":", b",", b"["))
            if can_be_part and (is_object or at < parsed):
                continue
            closed, state = balance(data, done, at, state) if is_object else (None, state)
            done = at
            if closed:
                return closed
        parsed, problem = parse(data, at, stop)
        if problem == TRUNCATED or not (problem or part.match(data, parsed, stop)):
            return at
    closed = balance(data, done, stop, state)[0] if is_object else None
    return closed or data.find(b"\n{", at, stop) + 1 or stop


def _near(data: bytes, start: int, fault: int) -> Iterator[int]:
    """Where a record that follows a document that was cut may begin, as the fault shows."""
    # Cut where a value could stand, it took the record for that, up to the fault. The records of a stream begin alike.
    keys = _KEYS.match(data, start, fault)
    if keys and data[max(start, fault - 1000) : fault].rstrip().endswith(b"}"):
        for own in deque(_KEYS.finditer(data, start + 1, fault), 100):
            if own[1] == keys[1] and keys[2] in (None, own[2]):
                yield own.start()
    # Cut in a string, it took the first quote of the record for the end of that.
    at = data.rfind(b"{", start + 1, fault)
    if at > 0 and data[at + 1 : fault].strip() in (b"", b'"'):
        yield at
    if gap := _GAP.match(data, fault):
        yield gap.end()
