"""Records from JSON documents that stand one behind the other, byte for byte.

Amazon Data Firehose concatenates the records of a stream without a delimiter; producers and its processor
AppendDelimiterToRecord may add one, and a template that escapes it twice adds a backslash and an n instead.
Documents may be pretty-printed or be the elements of top-level arrays, all mixed in one object.
"""

import re
from codecs import BOM_UTF8, utf_8_decode
from collections.abc import Callable, Iterable, Iterator

import msgspec

from loaders.readers.compression import UnreadableInput
from loaders.readers.json_resync import CUT, Damage, beginning
from loaders.readers.json_values import (
    END,
    MAX_DEPTH,
    SHALLOW,
    TOO_DEEP,
    TRUNCATED,
    Window,
    is_too_deep,
    is_utf8,
    may_be_deep,
    mend,
    pass_separators,
)
from loaders.readers.reject import RAW_LIMIT, Reject

BLOCK = 1024 * 1024

_decode = msgspec.json.Decoder(msgspec.Raw).decode
_JOINT = re.compile(rb"\}[ \t\r\n]*+(?:\\n[ \t\r\n]*+)*+\{")
_NOT_FINITE = re.compile(rb"NaN|Infinity")
_WHAT = {
    "invalid_utf8": "A document has bytes that are not UTF-8",
    "malformed_json": "A document is not JSON",
    "not_an_object": "A record must be an object {...}, this is another value",
    "not_finite_number": "NaN and Infinity are not JSON",
    "not_json": "These bytes are outside of any document",
    "too_deep": f"A document is nested deeper than {MAX_DEPTH} levels",
    "too_large": f"A document is longer than {RAW_LIMIT} bytes",
    "truncated": "The input ends inside a document or array",
}


class Repaired(bytes):
    r"""A document whose lone surrogate escapes became \ufffd; `verbatim` has it as it came, on one line."""

    verbatim: bytes


Document = bytes | memoryview


def read_documents(chunks: Iterable[bytes], reject: Callable[[Reject], None]) -> Iterator[list[Document]]:
    """Yield the records of a decompressed input, which comes in pieces of any size, in batches.

    A document is verbatim but for the raw line breaks between its tokens, so that it is one line. What is no
    record goes to `reject` and takes no neighbour along; an UnreadableInput out of `chunks` ends the input.
    """
    reader, blocks = _Reader(reject), _blocks(chunks)
    held, final, failure = b"", False, None
    while not final:
        # Twice as much as before, or a value over many blocks would cost its square.
        parts, size, wanted = [held], len(held), min(2 * len(held), RAW_LIMIT + 1)
        held = b""
        while len(parts) == 1 or (size < wanted and not final):
            block, final, failure = next(blocks)
            reader.check(block)
            parts.append(block)
            size += len(block)
        window = Window(b"".join(parts), reader.offset, final)
        del parts, block
        documents, end = reader.read(window)
        if documents:
            yield documents
        held = window.data[end:]
        del window, documents  # before the next is joined: the two could be RAW_LIMIT each
    reader.finish(failure)


def _blocks(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool, UnreadableInput | None]]:
    """Cut the input into equal blocks, so that the size of its pieces cannot matter; the last is shorter."""
    parts, size, failure = list[bytes](), 0, None
    try:
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= BLOCK:
                whole = b"".join(parts)
                size %= BLOCK
                parts = [whole[len(whole) - size :]]
                for at in range(0, len(whole) - size, BLOCK):
                    yield whole[at : at + BLOCK], False, None
    except UnreadableInput as error:
        failure = error
    yield b"".join(parts), True, failure


class _Reader:
    """What has to be known from one window to the next."""

    def __init__(self, reject: Callable[[Reject], None]) -> None:
        self.offset = 0
        self._reject = reject
        self._checked = self._not_utf8_before = 0
        self._partial = b""
        self._damage: Damage | None = None
        self._like: tuple[bytes, tuple[str, ...]] = (b"", ())
        self._in_array = self._after_element = False

    def check(self, block: bytes) -> None:
        """Note whether a block is UTF-8, at once for all its documents: msgspec.Raw does not look."""
        self._checked += len(block)
        try:
            text = self._partial + block
            self._partial = text[utf_8_decode(text, "strict", False)[1] :]
        except UnicodeDecodeError:
            self._not_utf8_before, self._partial = self._checked, b""

    def read(self, window: Window) -> tuple[list[Document], int]:
        """Give the documents of a window, and where what needs the next window begins."""
        documents = list[Document]()
        at = len(BOM_UTF8) if self.offset == 0 and window.data.startswith(BOM_UTF8) else 0
        going = True
        while going:
            at, going = self._go_on(window, at, documents)
        self.offset += at
        if documents:
            self._like = beginning(bytes(documents[-1]))
        return documents, at

    def finish(self, failure: UnreadableInput | None) -> None:
        """Tell, once, what the end of the input has cut."""
        if self._damage:
            cut = (failure.reason, failure.detail) if failure else ()
            self._reject(self._damage.reject(*cut))
        elif failure:
            self._reject(Reject(self.offset, failure.reason, failure.detail, b"", 0))
        elif self._in_array:
            self._tell("truncated", self.offset)

    def _tell(self, reason: str, at: int, raw: bytes = b"") -> None:
        kept = raw[: CUT if len(raw) > RAW_LIMIT else None]
        self._reject(Reject(at, reason, f"{_WHAT[reason]} (at byte {at}).", kept, len(raw)))

    def _go_on(self, window: Window, at: int, documents: list[Document]) -> tuple[int, bool]:
        """Pass one value or separator, or all ordinary documents; give where, and whether to go on."""
        data = window.data
        if self._damage:
            end, found = self._damage.search(window, at)
            self._damage.take(data[at:end])
            if found:
                self._reject(self._damage.reject())
                self._damage = None
            return end, found
        at = pass_separators(data, at)
        if at == len(data):
            return at, False
        byte = data[at : at + 1]
        if self._in_array and byte in b",]":
            self._in_array, self._after_element = byte == b",", False
            return at + 1, True
        if byte == b"[" and (self._after_element or not self._in_array):
            if self._in_array:  # no comma: the array before has not been closed
                self._tell("truncated", window.offset + at)
            self._in_array, self._after_element = True, False
            return at + 1, True
        if byte == b"{" and not self._in_array and window.offset >= self._not_utf8_before:
            at = _ordinary_documents(window, at, documents)
        return self._value(window, at, documents)

    def _value(self, window: Window, at: int, documents: list[Document]) -> tuple[int, bool]:
        data = window.data
        end, problem = window.parse(at)
        if data[at] not in b"{[":
            following = window.follow(end)
            if following is None and len(data) - at <= RAW_LIMIT:
                return at, False
            if not (problem or self._stands_alone(following, pass_separators(data, end) > end)):
                problem = "no record, a value with more behind it"
        if problem == TRUNCATED and window.breaks_off(at, end):
            return at, False
        if problem:
            like = beginning(bytes(documents[-1])) if documents else self._like
            like = like if like[0] else beginning(data[at:end])
            reason = _reason(data, at, end, problem, window.final)
            detail = f"{_WHAT[reason]} ({problem}, at byte {window.offset + end})."
            self._damage = Damage(Reject(window.offset + at, reason, detail, b"", 0), like, self._in_array)
            return at, True
        self._after_element = True
        self._land(data[at:end], window.offset + at, documents)
        return end, True

    def _stands_alone(self, following: int | None, apart: bool) -> bool:
        """Tell a scalar from the rest of a document that has lost its beginning, as `"a":1}` has."""
        if following in (*b",]",):
            return self._in_array
        return following not in (*b":}",) and (apart or following in (END, *b"{["))

    def _land(self, document: bytes, at: int, documents: list[Document]) -> None:
        """Collect one valid value, or tell why it is no record."""
        if not document.startswith(b"{"):
            self._tell("not_an_object", at, document)
        elif len(document) > RAW_LIMIT:
            self._tell("too_large", at, document)
        elif self.offset < self._not_utf8_before and not is_utf8(document):
            self._tell("invalid_utf8", at, document)
        elif is_too_deep(document):
            self._tell("too_deep", at, document)
        else:
            line = document.translate(None, b"\r\n")
            if (mended := mend(line)) != line:
                repaired = Repaired(mended)
                repaired.verbatim, line = line, repaired
            documents.append(line)


def _ordinary_documents(window: Window, at: int, documents: list[Document]) -> int:
    """Collect documents at full speed, and stop before the first one that needs any judgement.

    From the start of a document, the first `}` before a `{` up to which all is valid is its end.
    """
    data, view, breaks, decode, add = window.data, window.view, window.has_breaks, _decode, documents.append
    for joint in _JOINT.finditer(data, at):
        end = joint.start() + 1
        document = view[at:end]
        try:
            decode(document)
        except (msgspec.DecodeError, RecursionError):
            break
        if end - at > SHALLOW and (end - at > RAW_LIMIT or may_be_deep(data, at, end)):
            break
        if breaks and (data.find(b"\n", at, end) >= 0 or data.find(b"\r", at, end) >= 0):
            break
        add(document)
        at = joint.end() - 1
    return at


def _reason(data: bytes, at: int, end: int, problem: str, final: bool) -> str:
    if data[at] not in b"{[":
        return "not_json"
    if problem == TRUNCATED:
        return "truncated" if final else "too_large"
    if problem == TOO_DEEP:
        return "too_deep"
    return "not_finite_number" if _NOT_FINITE.match(data, end) else "malformed_json"
