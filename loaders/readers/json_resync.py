"""Where good data goes on after a broken document, or after garbage.

After a fault, which `{` begins a record, and which is a part of the broken one? What can be known:

- valid JSON has no `{` right behind a value, so a record begins there;
- a string cannot hold `{"key":` with bare quotes, so a string that ends in `{"` before anything but `,` `:`
  `}` or `]` was never closed and has swallowed the start of a record;
- an object before `,` `:` `}` or `]` is a part of another one, but for `,` and `]` in a top-level array;
- where a value may stand, as behind a `:`, only the keys tell a part from a record that follows a document
  cut off there: the records of a stream begin alike, their parts do not;
- a document that is broken but balanced ends with its last bracket.

The work is linear whatever the input. Each byte is lexed once. A candidate is parsed once and is good data,
or a part that is stepped over, or breaks off at a fault before which no record can begin. Only candidates
where a value may stand can lie inside each other, and not more than _OVERLAPS of them are tried.
"""

import re
from contextlib import suppress

import msgspec

from loaders.readers.json_values import BLANK, END, STRING_REST, TRUNCATED, Window, pass_separators
from loaders.readers.reject import RAW_LIMIT, Reject

CUT = 64 * 1024  # what is kept of anything longer than RAW_LIMIT

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_OVERLAPS = 8
_FIRST_KEY = re.compile(rb'\{\s*+"[^"\\]*+(?:\\.[^"\\]*+)*+"\s*+:', re.DOTALL)
_OBJECT = rb'\{\s*+(?:\}|\Z|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:\\?\Z|"\s*+(?::|\Z)))'
_START = re.compile(_OBJECT + rb"|\[\s*+(?:[{\]]|\Z)", re.DOTALL)  # as much of one as there is at the end
_REST = re.compile(STRING_REST, re.DOTALL)
_TOKEN = re.compile(rb'\{+(?=\{)|\[+(?=\[)|[{}\[\]]|"' + STRING_REST, re.DOTALL)
_BRACE, _BRACKET, _UNBRACKET, _QUOTE, _COLON, _COMMA = b'{[]":,'
_INSIDE = frozenset(b",:}]")  # what follows a value inside a document
_STARTS = (END, _BRACE, _BRACKET)
_ON, _FOUND, _WAIT = range(3)  # go on lexing; good data begins here; more of the input is needed


def beginning(document: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Give what the records of a stream have in common: the first key as text, the first two keys."""
    first = _FIRST_KEY.match(document)
    keys: tuple[str, ...] = ()
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        keys = tuple(_keys(document))[:2]
    return first[0] if first else b"", keys


class Damage:
    """A broken document or garbage, from its first byte on, while its end is looked for.

    fault: what is known at its start; like: the beginning() of a good record of the same input or, before
    there is one, of the broken one.
    """

    def __init__(self, fault: Reject, like: tuple[bytes, tuple[str, ...]], in_array: bool) -> None:
        self._fault, self._in_array = fault, in_array
        self._head, self._keys = like
        self._raw, self._size, self._solid = bytearray(), 0, 0
        self._open, self._arrays = bytearray(), 0  # the brackets that are open, and how many of them are `[`
        self._inside = False  # a string
        self._before = 0  # the last byte that is not blank
        self._plain = fault.reason == "not_json"  # garbage with no trace of a document in it
        self._blank = BLANK + b"," if in_array and self._plain else BLANK
        self._parsed_to = self._overlaps = 0

    def take(self, piece: bytes) -> None:
        """Count the next bytes in."""
        self._raw += piece
        self._size += len(piece)
        if kept := len(piece.rstrip(self._blank)):
            self._solid = self._size - len(piece) + kept
        if self._size > RAW_LIMIT:
            del self._raw[CUT:]

    def reject(self, reason: str = "", detail: str = "") -> Reject:
        """Report what was counted in, less the blanks at its end."""
        raw = bytes(self._raw[: self._solid])
        known = self._fault
        return Reject(known.position, reason or known.reason, detail or known.detail, raw, self._solid)

    def search(self, window: Window, at: int) -> tuple[int, bool]:
        """Go on from `at`: give how far the damage reaches, and whether good data begins there."""
        data, state = window.data, _ON
        while state == _ON:
            token = _REST.match(data, at) if self._inside else _TOKEN.search(data, at)
            gap = b"" if self._inside else data[at : token.start() if token else None].rstrip(BLANK)
            if gap:
                self._plain = self._plain and not self._is_headless(gap)
                self._before = gap[-1]
            if not token:
                return len(data), False
            at, end = token.span()
            if self._inside or data[at] == _QUOTE:
                at, state = self._string(window, at, end, closed=bool(token[1]))
            elif data[at] in b"}]":
                at, state = self._closer(window, at)
            elif start := _START.match(data, at):
                at, state = self._start(window, at, start.end())
            else:
                at = self._push(data, at, end)
        return at, state == _FOUND

    def _is_headless(self, gap: bytes) -> bool:
        """Tell the rest of a document that has lost its beginning from mere garbage or a stray comma."""
        stray = self._before in b"\0," and not gap.strip(BLANK + b"\0,")
        return b":" in gap or (b"," in gap and not stray)

    def _push(self, data: bytes, at: int, end: int) -> int:
        if len(self._open) < RAW_LIMIT:
            self._open += data[at:end]
            self._arrays += data.count(b"[", at, end)
        self._before = data[at]
        return end

    def _string(self, window: Window, begin: int, end: int, *, closed: bool) -> tuple[int, int]:
        """Pass a string, or go back to the start of a record that it has swallowed for want of a quote."""
        data = window.data
        self._plain = False
        brace = data.rfind(b"{", begin, end)
        swallows = brace >= 0 and not data[brace + 1 : end - closed].strip(BLANK)
        text = data[begin:brace].rstrip(BLANK) if swallows else b""
        opening = begin + len(text) - 1 if text.endswith(b"[") and not self._in_array else brace
        if not closed:
            self._inside = True
            keep = opening if swallows and end - opening < CUT else end
            return len(data) if window.final else keep, _WAIT
        following = window.follow(end)
        swallows = swallows and following not in _INSIDE and following != END
        start = _START.match(data, brace) if swallows else None
        if following is None or (start and window.breaks_off(begin, start.end())):
            return begin, _WAIT
        self._inside, self._before = False, 0 if start else _QUOTE
        return opening if start else end, _ON

    def _start(self, window: Window, at: int, end: int) -> tuple[int, int]:
        """Find that good data begins here, or pass the bracket, or the whole value if that is a part."""
        if self._plain:
            return at, _WAIT if window.breaks_off(at, end) else _FOUND
        end, state = self._candidate(window, at)
        if state != _ON:
            return at, state
        if end == at:
            return self._push(window.data, at, at + 1), _ON
        self._before = window.data[end - 1]
        return end, _ON

    def _candidate(self, window: Window, at: int) -> tuple[int, int]:
        """Judge a possible start: _FOUND, _WAIT, or _ON with the end of a whole value, with `at` if none."""
        top = self._open[-1] if self._open else 0
        legal = self._before == _COLON if top == _BRACE else self._before in b",[" and top == _BRACKET
        if window.data[at] == _BRACKET and (legal or self._in_array):
            return at, _ON
        if legal:
            head = window.data[at : at + len(self._head)]
            if head != self._head and self._head.startswith(head) and not window.final:
                return at, _WAIT
            tried = self._overlaps == _OVERLAPS and window.offset + at < self._parsed_to
            if not head or head != self._head or tried:
                return at, _ON
        end, problem = window.parse(at)
        if problem == TRUNCATED and window.breaks_off(at, end):
            return at, _WAIT
        if problem:
            overlaps = window.offset + at < self._parsed_to
            self._overlaps = self._overlaps + 1 if overlaps else 0
            self._parsed_to = max(self._parsed_to, window.offset + end)
            return at, _ON
        stands = self._stands(window, at, end, legal)
        return end, _WAIT if stands is None else _FOUND if stands else _ON

    def _stands(self, window: Window, at: int, end: int, legal: bool) -> bool | None:
        """Tell whether a value is a record of its own; None when that takes more of the input."""
        apart = self._is_apart(window, end)
        uncertain = legal or (self._in_array and (self._before == 0 or self._open.endswith(b"[")))
        if not (apart and uncertain):
            return apart
        head, keys = beginning(window.mended(at)[at:end])
        return head == self._head != b"" and keys[: len(self._keys)] == self._keys

    def _is_apart(self, window: Window, end: int) -> bool | None:
        """Tell whether what follows a value can follow a record; None when that takes more of the input."""
        following = window.follow(end)
        if not self._in_array or following not in (_COMMA, _UNBRACKET):
            return None if following is None else following not in _INSIDE
        after = window.follow(pass_separators(window.data, end) + 1)
        if after is None:
            return None
        return after == _BRACE if following == _COMMA else after in _STARTS

    def _closer(self, window: Window, at: int) -> tuple[int, int]:
        """Pass a closing bracket and what was left open inside it, or find the end of the damage."""
        byte, apart = window.data[at], self._is_apart(window, at + 1)
        if apart is None:
            return at, _WAIT
        self._before = byte
        if not (self._arrays if byte == _UNBRACKET else len(self._open) - self._arrays):
            ends_array = byte == _UNBRACKET and self._in_array and window.follow(at + 1) in _STARTS
            return (at, _FOUND) if ends_array else (at + 1, _ON)
        depth = self._open.rfind(b"[" if byte == _UNBRACKET else b"{")
        self._arrays -= self._open.count(b"[", depth)
        del self._open[depth:]
        return at + 1, _FOUND if apart and depth == 0 else _ON
