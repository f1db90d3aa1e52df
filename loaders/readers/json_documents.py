r"""Records out of JSON documents that stand one behind the other, byte for byte.

Amazon Data Firehose concatenates the records of a stream without a delimiter; producers and its processor
AppendDelimiterToRecord may add one, and a template that escapes it twice adds a backslash and an n instead. Documents
may be pretty-printed, or elements of top-level arrays, all mixed in one object. Format: RFC 8259, strictly.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

import msgspec

from loaders.readers.answers import Answers, Kind, Step, Walk
from loaders.readers.compression import UnreadableInput
from loaders.readers.json_values import (
    MAX_DEPTH,
    TOO_DEEP,
    TRUNCATED,
    balance,
    is_too_deep,
    is_utf8,
    mend,
    next_record,
    parse,
    records_in,
)
from loaders.readers.reject import RAW_LIMIT, Reject

BLOCK = 1 << 20

_decode = msgspec.json.Decoder(msgspec.Raw).decode
_SEPARATORS = re.compile(rb"(?:[ \t\r\n,\[\]]++|\\n)*+")
_JOINT = re.compile(rb"\}[ \t\r\n]*+(?:\\n[ \t\r\n]*+)*+\{")
_NOT_FINITE = re.compile(rb".?-?(?:NaN|Infinity)", re.DOTALL)
_TOKEN = re.compile(rb"[^\s,\[\]{}]++")
_WHAT = {
    "invalid_utf8": "the document has bytes that are not UTF-8",
    "malformed_json": "the document is not JSON",
    "not_declared": "no path that the stream's declaration names leads to a record in this document",
    "not_finite_number": "NaN and Infinity are not JSON",
    "not_json": "these bytes belong to no document; expected objects",
    "too_deep": f"the document is nested deeper than {MAX_DEPTH} levels",
    "too_large": f"the document is longer than {RAW_LIMIT:,} bytes",
    "truncated": "the input ends inside the document",
}


_BROKEN = ("malformed_json", "not_finite_number", "truncated")  # which may have taken neighbours along


class Repaired(bytes):
    r"""A document in which escapes that are no text became \ufffd; `verbatim` has it as it came, on one line."""

    verbatim: bytes


Document = bytes | memoryview


def read_documents(
    chunks: Iterable[bytes], reject: Callable[[Reject], None], answers: Answers | None = None
) -> Iterator[list[Document]]:
    """Yields the records of a decompressed input, which comes in pieces of any size, in batches.

    A document is verbatim but for the raw line breaks between its tokens, so that it is one line. What is no record
    goes to `reject`. An UnreadableInput out of `chunks` ends the input: it is the reason of the reject for what it cut.

    answers: where documents have their records, each of which is read as if it stood alone; a document that has none
    counts as one that says so, or is a reject. Where documents were read and had no record, a batch is empty.
    """
    if answers and not answers.owns:
        reject = partial(_reject_element, reject)
    splitter = _Splitter(reject, answers)
    failure: UnreadableInput | None = None
    parts, size = list[bytes](), 0
    try:
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= splitter.wanted:
                if (documents := splitter.split(parts)) or splitter.has_answers:
                    yield documents
                parts, size = [], 0
    except UnreadableInput as error:
        failure = error
    if (documents := splitter.split(parts, final=True)) or splitter.has_answers:
        yield documents
    cut = splitter.cut or splitter.open_array
    if failure:
        cut = replace(cut or Reject(splitter.offset, "", "", b"", 0), reason=failure.reason, detail=failure.detail)
    if cut:
        reject(cut)


def _reject_element(reject: Callable[[Reject], None], one: Reject) -> None:
    """Leaves what is no element of a list to the stream that owns the documents."""
    if one.path is not None:
        reject(one)


class _Splitter:
    """What is known from one block to the next: `_data` begins at `offset`, behind what was told before."""

    def __init__(self, reject: Callable[[Reject], None], answers: Answers | None) -> None:
        self.offset, self.wanted = 0, BLOCK
        self.cut: Reject | None = None  # the document that the end of the input cut
        self.has_answers = False  # which may hold no record
        self._reject = reject
        self._answers = answers
        self._path: str | None = None  # of the record that is being read
        self._walk: Walk | None = None  # through the answer that is being read value by value
        self._data = b""
        self._in_list = False
        self._opened = False  # whether an array has just begun
        self._open_arrays = 0
        self._rejected_to = 0  # where the last reject ended
        self._large: Reject | None = None
        self._parts: list[bytes] = []  # of a document that is too large to hold
        self._large_at = 0
        self._open = (0, b"")  # the braces and the string that are open in it

    def split(self, parts: list[bytes], *, final: bool = False) -> list[Document]:
        """Gives the documents that are complete with these parts."""
        data = self._data = b"".join((self._data, *parts))
        # half a surrogate pair does not parse, and is mended then; \u0000 parses everywhere but in warehouses
        self._sound = mend(data, 0) if rb"\u0000" in data else data
        self._is_mended, self._final = self._sound is not data, final
        self._is_utf8 = is_utf8(memoryview(data)[: data.rfind(b"}") + 1])  # behind that, a character may be cut
        self._has_breaks = b"\n" in data or b"\r" in data
        self._joint = 0  # before this, no joint helps
        documents: list[Document] = []
        at, going = 3 if self.offset == 0 and data.startswith(b"\xef\xbb\xbf") else 0, True
        if self._large:
            at = self._skip(self._large, at)
        while going:
            if self._walk:
                at, going = self._within(self._walk, at, documents)
                continue
            start = self._separators(at)
            at = self._ordinary(start, documents)
            at = self._one(start, documents) if at == start < len(data) else at
            going = at > start
            self._opened = self._opened and not going
        self.offset += at
        self._data, self._sound = data[at:], b""
        # twice as much as before, or a value over many blocks would cost its square
        self.wanted = max(BLOCK, min(len(data) - at, RAW_LIMIT - len(data) + at))
        return documents

    def _within(self, walk: Walk, at: int, documents: list[Document]) -> tuple[int, bool]:
        """Reads on in an answer: how far, and whether there is more to read now."""
        stop = min(len(self._sound), at + RAW_LIMIT + 1)
        step, after = walk.step(self._sound, at, stop, is_final=self._final)
        if step is Step.FAULT and not self._is_mended:
            self._sound, self._is_mended = mend(self._data, at), True
            return at, True
        self.has_answers = True
        if step in (Step.RECORD, Step.SINGLE):
            passed = self._record(walk, after, documents, is_single=step is Step.SINGLE)
            return (passed, True) if passed > after else (at, False)
        if step in (Step.END, Step.FAULT):  # behind a fault, what is left is rejected as what belongs to no document
            walk.finish()
            self._walk, self._in_list = None, False
            if step is Step.FAULT and not self._data[after:].strip(b" \t\r\n,") and not self.cut:
                self.cut = Reject(self.offset + after, TRUNCATED, _WHAT[TRUNCATED], b"", 0)
        return after, step is not Step.MORE

    def _record(self, walk: Walk, start: int, documents: list[Document], *, is_single: bool) -> int:
        """Passes one record of an answer, whatever is wrong with it; stays where more must be seen first."""
        data, self._path, self._in_list = self._sound, walk.path, not is_single
        at = start
        if data.startswith(b"{", start):
            at = self._one(start, documents)
        else:
            stop = min(len(data), start + RAW_LIMIT + 1)
            end, problem = parse(data, start, stop)
            if problem != TRUNCATED or self._final or stop - start > RAW_LIMIT:
                token = _TOKEN.match(data, start, stop)
                at = end if not problem else max(start + 1, token.end() if token else 0)
                self._tell(start, at, "not_json")
        self._path = None
        if at > start and walk.path is not None:
            walk.found.add(walk.path)
            walk.path = None if is_single else walk.path
            walk.may_follow = data[start:at].rstrip().endswith(b",")
        return at

    @property
    def open_array(self) -> Reject | None:
        """What to reject if the input ended inside an array and no other reject says so."""
        if not self._open_arrays or self._rejected_to == self.offset:
            return None
        return Reject(self.offset, TRUNCATED, "the input ends inside an array", b"", 0)

    def _separators(self, at: int) -> int:
        passed = _SEPARATORS.match(self._data, at)
        end = passed.end() if passed else at
        if marks := self._data[at:end].translate(None, b" \t\r\n\\n"):
            if self._answers:
                self._count_empty_arrays(at, end, marks)
            self._in_list = marks[-1] in b"[,"
            for mark in marks.replace(b",", b""):
                self._open_arrays = max(0, self._open_arrays + (1 if mark == 0x5B else -1))
        return end

    def _count_empty_arrays(self, at: int, end: int, marks: bytes) -> None:
        """An array without elements stands for a document that says that there is nothing, if the stream says so."""
        for _ in range(marks.count(b"[]") + (self._opened and marks.startswith(b"]"))):
            self.has_answers = True
            if self._answers and not self._answers.empty_array():
                self._tell(at, end, "not_declared")
        self._opened = marks.endswith(b"[")

    def _ordinary(self, at: int, documents: list[Document]) -> int:
        """Collects documents at full speed, and stops before the first that needs any judgement.

        From the start of a document, the first `}` before a `{` up to which all is valid is its end.
        """
        data, view, decode, breaks = self._data, memoryview(self._sound), _decode, self._has_breaks
        is_special = self._sound is not data or not self._is_utf8 or self._answers
        if at < self._joint or not data.startswith(b"{", at):
            return at
        for joint in _JOINT.finditer(data, at):
            end = joint.start() + 1
            try:
                decode(view[at:end])
            except (msgspec.DecodeError, RecursionError):
                self._joint = end
                return at
            has_break = breaks and (data.find(b"\n", at, end) >= 0 or data.find(b"\r", at, end) >= 0)
            if has_break or end - at > 2 * MAX_DEPTH or is_special:
                self._land(at, end, documents)
            else:
                documents.append(view[at:end])
            at = joint.end() - 1
        self._joint = len(view)
        return at

    def _one(self, start: int, documents: list[Document]) -> int:  # noqa: PLR0911
        """Passes one document, or one fault; stays where more of the input must be seen first."""
        data = self._sound
        # A judgement looks at so much and no more, so that it does not depend on where the blocks end.
        stop = min(len(data), start + RAW_LIMIT + 1)
        is_object = data.startswith(b"{", start)
        end, problem = parse(data, start, stop) if is_object else (start, "no object")
        if problem and not self._is_mended:  # from here on, which is once for all later faults
            self._sound, self._is_mended = mend(data, start), True
            return self._one(start, documents)
        if not problem:
            self._land(start, end, documents)
            return end
        may_grow = len(data) - start <= RAW_LIMIT and not self._final
        if problem == TRUNCATED and may_grow:
            return start
        if self._answers and self._path is None and is_object and problem != TOO_DEEP:
            self._walk = Walk.into(self._answers, data, start, stop)
            if self._walk:
                return start + 1
        if problem == TRUNCATED and stop - start > RAW_LIMIT:
            self._open = (0, b"")
            self._large_at = self.offset + start
            return self._skip(
                Reject(self.offset + start, "too_large", _WHAT["too_large"], b"", 0, path=self._path), start
            )
        after = next_record(data, start, end, stop, in_list=self._in_list)
        behind = _SEPARATORS.match(data, parse(data, after, stop)[0], stop)
        if may_grow and behind and behind.end() > stop - 2:
            return start  # what the judgement rests on is not all in sight
        reason = "malformed_json" if is_object else "not_json"
        if problem in _WHAT and (problem != TRUNCATED or after == len(data)):
            reason = problem
        elif is_object and _NOT_FINITE.match(data, end - 1):
            reason = "not_finite_number"
        self._tell(start, after, reason, f" (at byte {self.offset + end}: {problem})")
        return after

    def _skip(self, large: Reject, at: int) -> int:
        """Passes a document that is too large to hold, and rejects it in parts of RAW_LIMIT bytes.

        The first counts as one record; the last as many as begin alike, if the document has no end.
        """
        end, self._open = balance(self._data, at, len(self._data), self._open)
        after = len(self._data) if end is None else end
        self._parts.append(self._data[at:after])
        is_last = end is not None or self._final
        while sum(map(len, self._parts)) > RAW_LIMIT or (is_last and any(self._parts)):
            whole = b"".join(self._parts)
            raw, rest = whole[:RAW_LIMIT], whole[RAW_LIMIT:]
            self._parts = [rest] if rest else []
            detail = _WHAT["too_large"] + (
                f"; it began at byte {self._large_at:,}" if large.position > self._large_at else ""
            )
            rows = large.rows + (records_in(raw) if is_last and not rest and end is None else 0)
            self._reject(replace(large, raw=raw, size=len(raw), detail=detail, rows=rows))
            large = replace(large, position=large.position + len(raw), rows=0)
        self._large = None if is_last else large
        self._rejected_to = self.offset + after
        return after

    def _land(self, start: int, end: int, documents: list[Document]) -> None:
        """Collects the records of one valid document."""
        if end - start > RAW_LIMIT:
            self._tell(start, end, "too_large")
            return
        if not self._answers or self._path is not None:
            self._take(start, end, documents, self._path)
            return
        try:
            kind, lists = self._answers.read(self._sound[start:end])
        except RecursionError:  # in what was read from a frame less deep
            self._tell(start, end, "too_deep")
            return
        if kind is Kind.RECORD:
            self._take(start, end, documents)
            return
        self.has_answers = True
        if kind is Kind.UNDECLARED:
            self._tell(start, end, "not_declared")
        for path, spans in lists:
            for first, last in spans:
                self._take(start + first, start + last, documents, path)

    def _take(self, start: int, end: int, documents: list[Document], path: str | None = None) -> None:
        """Collects one valid value, or tells why it is no record. path: of the list that it is an element of."""
        if self._is_foreign(path):
            return
        if not self._data.startswith(b"{", start):
            self._tell(start, end, "not_json", path=path)
        elif not (self._is_utf8 or is_utf8(self._data[start:end])):
            self._tell(start, end, "invalid_utf8", path=path)
        elif is_too_deep(self._data, start, end):
            self._tell(start, end, "too_deep", path=path)
        else:
            line = self._sound[start:end].translate(None, b"\r\n" if self._has_breaks else b"")
            if self._sound is not self._data and self._sound[start:end] != self._data[start:end]:
                line = Repaired(line)
                line.verbatim = self._data[start:end].translate(None, b"\r\n")
            documents.append(line)

    def _is_foreign(self, path: str | None) -> bool:
        """Whether a value is an element of a list that another stream reads, and judges."""
        return path is not None and self._answers is not None and path not in self._answers.records

    def _tell(self, start: int, end: int, reason: str, where: str = "", path: str | None = None) -> None:
        path = path or self._path
        self._rejected_to = self.offset + end
        if self._is_foreign(path):
            return
        raw = self._data[start:end].rstrip(b" \t\r\n")
        rows = records_in(raw) if reason in _BROKEN else 1
        reject = Reject(self.offset + start, reason, _WHAT[reason] + where, raw, len(raw), path=path, rows=rows)
        if reason != TRUNCATED:
            self._reject(reject)
        else:
            self.cut = reject
