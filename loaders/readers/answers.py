"""Answers of APIs: where in a JSON document the records are, and what else is in it.

An answer is an object that has a list, or a single record, at one or more of the paths that are asked for, such as
`data` or `includes.tweets`: names of keys with dots between them. A key that comes twice counts twice.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec
import pyarrow as pa

from loaders.readers.json_values import TRUNCATED, mend, parse
from loaders.readers.reject import RAW_LIMIT

Span = tuple[int, int]
"""Where a value begins and ends."""

_KEY = re.compile(rb'[\s{,]*+("[^"\\]*+(?:\\(?s:.)[^"\\]*+)*+")\s*+:\s*+')
_WITHIN = re.compile(rb"[ \t\r\n,]*+")
_LONGEST_KEY = 1 << 16
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Kind(Enum):
    """What a document is to the stream that reads it."""

    ANSWER = "it has records of the stream"
    RECORD = "it is a record itself"
    NOTHING = "it says that there is nothing"
    OTHER = "it has records of another stream only"
    UNDECLARED = "no declared path leads to anything in it"


@dataclass(slots=True)
class Answers:
    """What a stream declares of saved answers, and what was found in the documents of one input.

    records: paths of records, and `.` if a document may be one itself. nothing: what a document has that says that
    nothing was found, as a path that leads to anything (`errors`), a path and the JSON value there (`data=null`), or
    `[]` for an empty array in place of a document; an empty list at a path of records needs no mention. leave: paths
    that are left out on purpose. others: paths whose records other streams take. owns: whether documents without any
    record are this stream's to count and reject.
    """

    records: Sequence[str] = ()
    nothing: Sequence[str] = ()
    leave: Sequence[str] = ()
    others: Sequence[str] = ()
    owns: bool = True
    documents: int = 0
    """Documents of this stream: those with its records, empty ones, and those that are rejected."""
    empties: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    """Values that were neither read nor left out on purpose, by their paths."""
    _paths: set[str] = field(init=False)
    _signs: dict[str, list[Any]] = field(init=False)
    _names: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._paths = {*self.records, *self.others} - {"."}
        self._signs = {}
        for sign in self.nothing:
            path, is_equal, value = sign.partition("=")
            self._signs.setdefault(path, []).append(msgspec.json.decode(value) if is_equal else ...)
        self._names = {path.partition(".")[0] for path in (*self._paths, *self._signs)}

    def read(self, document: bytes) -> tuple[Kind, list[tuple[str, list[Span]]]]:
        """What a valid document is, and its records of this stream, in the order of the paths.

        Raises RecursionError where it is nested too deep to be taken apart.
        """
        if "." in self.records and not self._names & _top(document, self._names):
            self.documents += self.owns
            return Kind.RECORD, []
        found: dict[str, list[Span]] = {}
        unread = Counter[str]()
        is_nothing = is_said = False  # by an empty list of records, by another sign
        for path, first, last in self._walk(document, 0, ""):
            value = document[first:last]
            is_said = is_said or _is_sign(value, self._signs.get(path))
            if path not in self._paths:
                unread[path] += self.is_unread(path, value)
            elif value != b"null":
                found.setdefault(path, []).extend(spans_of(document, first, last))
                is_nothing = is_nothing or (value[:1] == b"[" and not found[path])
        own = [(path, found[path]) for path in self.records if path in found]
        kind = Kind.UNDECLARED
        if any(found.values()):
            kind = Kind.ANSWER if any(spans for _, spans in own) else Kind.OTHER
        elif is_nothing or (is_said and not ("." in self.records and +unread)):
            kind = Kind.NOTHING
        elif "." in self.records:
            kind = Kind.RECORD
        self.count(kind, +unread)
        return kind, own

    def count(self, kind: Kind, unread: Counter[str]) -> None:
        """Counts a document and what was not read of it."""
        if self.owns:
            self.documents += kind is not Kind.OTHER
            self.empties += kind is Kind.NOTHING
            if kind is not Kind.RECORD:  # whose keys are for the models to read
                self.unread += unread

    def add(self, other: "Answers") -> None:
        """Adds what was counted of another document of the same input."""
        self.documents += other.documents
        self.empties += other.empties
        self.unread += other.unread

    def empty_array(self) -> bool:
        """Counts an empty array in place of documents; whether that is a way to say that there is nothing."""
        kind = Kind.NOTHING if "[]" in self._signs else Kind.UNDECLARED
        self.count(kind, Counter())
        return kind is Kind.NOTHING

    def leads_on(self, path: str) -> bool:
        """Whether an object at this path is no record, but what a declared path leads through."""
        through = self._paths if path in self._paths else {*self._paths, *self._signs, *self.leave}
        return any(longer.startswith(f"{path}.") for longer in through)

    def is_declared(self, path: str) -> bool:
        """Whether there are records at this path, of this stream or of another."""
        return path in self._paths

    def is_unread(self, path: str, value: bytes) -> bool:
        """Whether a value that is no record should be counted: it says something, and is not left out on purpose."""
        is_left = any(path == left or path.startswith(f"{left}.") for left in self.leave)
        return not is_left and path not in self._signs and not _is_empty(value)

    def _walk(self, document: bytes, start: int, above: str) -> Iterator[tuple[str, int, int]]:
        """The values at the keys of an object, and of the objects in it that a declared path leads through."""
        for key, first, last in members(document, start):
            path = f"{above}{key}"
            if document[first : first + 1] == b"{" and self.leads_on(path):
                yield from self._walk(document, first, f"{path}.")
            else:
                yield path, first, last


class Step(Enum):
    """What a walk through an answer comes to."""

    PASSED = "something that is no record"
    RECORD = "an element of a list of records"
    SINGLE = "a record that is in no list"
    END = "the end of the answer"
    MORE = "what cannot be judged before more of the input is seen"
    FAULT = "what does not belong there"


@dataclass(slots=True)
class Walk:
    """An answer that is too large to hold, or damaged, as it is read value by value from behind its first brace."""

    answers: Answers
    levels: list[str] = field(default_factory=lambda: [""])
    """Of each object that is open what its paths begin with."""
    path: str | None = None
    """The path of the records that are next."""
    may_follow: bool = False
    """Whether a record may follow without a comma: the list has just begun, or a reject took the comma along."""
    found: set[str] = field(default_factory=set)
    """Paths at which there was a record."""
    is_empty: bool = False
    unread: Counter[str] = field(default_factory=Counter)

    def step(self, data: bytes, at: int, stop: int, *, is_final: bool) -> tuple["Step", int]:
        """What is next from here, and up to where it is passed. Before a record its path is set."""
        gap = _WITHIN.match(data, at, stop)
        here = gap.end() if gap else at
        if here >= stop:
            return (Step.FAULT if is_final else Step.MORE), at
        if self.path is not None:
            return self._element(data, at, here)
        if data[here : here + 1] == b"}":
            self.levels.pop()
            return (Step.PASSED if self.levels else Step.END), here + 1
        key = _KEY.match(data, here, stop)
        if not key or key.end() >= stop:
            return (Step.FAULT if is_final or stop - here > _LONGEST_KEY else Step.MORE), at
        return self._value(data, at, key, stop, is_final=is_final)

    def _element(self, data: bytes, at: int, here: int) -> tuple["Step", int]:
        if data[here : here + 1] == b"]":
            self.is_empty = self.is_empty or self.path not in self.found
            self.path = None
            return Step.PASSED, here + 1
        # without a comma before it, it is another document: this one was cut
        return (Step.RECORD, here) if self.may_follow or b"," in data[at:here] else (Step.FAULT, at)

    def _value(self, data: bytes, at: int, key: re.Match[bytes], stop: int, *, is_final: bool) -> tuple["Step", int]:
        path, first, start = f"{self.levels[-1]}{name_of(key[1])}", data[key.end() : key.end() + 1], key.end()
        if first == b"{" and self.answers.leads_on(path):
            self.levels.append(f"{path}.")
            return Step.PASSED, start + 1
        if first == b"[" and self.answers.is_declared(path):
            self.path, self.may_follow = path, True
            return Step.PASSED, start + 1
        end, problem = parse(data, start, stop)
        if problem == TRUNCATED or (not problem and end >= stop):
            return (Step.FAULT if is_final or stop - at > RAW_LIMIT else Step.MORE), at
        if problem:
            return Step.FAULT, at
        if self.answers.is_declared(path) and data[start:end] != b"null":
            self.path = path
            return Step.SINGLE, start
        self.unread[path] += self.answers.is_unread(path, data[start:end])
        return Step.PASSED, end

    @classmethod
    def into(cls, answers: Answers, data: bytes, start: int, stop: int) -> "Walk | None":
        """A walk through the object at start, if a record is reached before anything is wrong with it."""
        walk, at, step = cls(answers), start + 1, Step.PASSED
        while step is Step.PASSED and walk.path is None:
            step, at = walk.step(data, at, stop, is_final=True)
        return cls(answers) if walk.path is not None else None

    def finish(self) -> None:
        """Counts the answer."""
        own = self.found & {*self.answers.records}
        kind = Kind.ANSWER if own else Kind.OTHER if self.found else Kind.NOTHING
        self.answers.count(kind, +self.unread)


def members(document: bytes, start: int) -> Iterator[tuple[str, int, int]]:
    """The keys of a valid object that begins at start, and where their values are. Raises RecursionError."""
    at = document.index(b"{", start)
    while key := _KEY.match(document, at):
        end, problem = parse(document, key.end(), len(document))
        if problem:
            raise RecursionError
        yield name_of(key[1]), key.end(), end
        at = _after(document, end)


def _after(document: bytes, at: int) -> int:
    while document[at : at + 1].isspace():
        at += 1
    return at if document[at : at + 1] == b"," else len(document)


def name_of(key: bytes) -> str:
    """A key without its quotes and escapes."""
    try:
        return msgspec.json.decode(key, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):  # bytes that are no text, or half a surrogate pair
        return key[1:-1].decode(errors="replace")


def _top(document: bytes, otherwise: set[str]) -> set[str]:
    try:
        return {*_keys(document)}
    except (msgspec.DecodeError, UnicodeDecodeError):  # a key that is no text
        return otherwise


def _is_empty(value: bytes) -> bool:
    return value in (b"null", b'""') or (value[:1] in b"[{" and not value[1:-1].strip())


def _is_sign(value: bytes, expected: list[Any] | None) -> bool:
    if not expected:
        return False
    if ... in expected and not _is_empty(value):
        return True
    try:
        return msgspec.json.decode(value) in [one for one in expected if one is not ...]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def unread_warning(unread: Counter[str], most: int = 20) -> str:
    """A sentence that names the paths of values that were not read, the most frequent first."""
    told = [f"{path[:100]!r} ({count:,})" for path, count in unread.most_common(most)]
    told += [f"and {len(unread) - most:,} more"] if len(unread) > most else []
    hint = (
        "name them in `leave` of the stream's declaration if they are not wanted; a drop's `records` has those that are"
    )
    return f"values were not read at paths that are not declared: {', '.join(told)}; {hint}"


def split_answer(body: bytes, answers: Answers) -> tuple[Kind, list[tuple[str, list[memoryview]]]]:
    """What the answer of an API is, and its records, byte for byte, in the order of the paths; `answers` counts it.

    A record is an element of the list at a path, or what is there if it is neither a list nor null: some JSON value,
    which may hold what read_documents repairs or rejects. Raises msgspec.DecodeError, or RecursionError, for a body
    that is no JSON object.
    """
    sound = body
    try:
        _keys(body)
    except (msgspec.DecodeError, UnicodeDecodeError):  # half a surrogate pair is no fault of its neighbours
        sound = mend(body, 0)
        msgspec.json.decode(sound, type=msgspec.Raw)
        if not sound.lstrip().startswith(b"{"):
            raise
    kind, found = answers.read(sound)
    view = memoryview(body)
    return kind, [(path, [view[start:end] for start, end in spans]) for path, spans in found]


def spans_of(document: bytes, first: int, last: int) -> list[Span]:
    """Where the elements of a list begin and end; of any other value, where it does."""
    if document[first : first + 1] != b"[":
        return [(first, last)]
    base = pa.py_buffer(document).address
    views = map(pa.py_buffer, _elements(memoryview(document)[first:last]))  # a Raw copies nothing
    return [(view.address - base, view.address - base + view.size) for view in views]
