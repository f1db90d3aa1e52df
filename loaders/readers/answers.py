"""Answers of APIs: where in a JSON document the records are.

An answer is an object that holds a list at one or more of the paths that are asked for, such as `data` or
`includes.tweets`: names of keys with dots between them. Of a key that comes twice the last value counts.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa

from loaders.readers.json_values import mend

_ABSENT = msgspec.Raw(b"null")
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode


def split_answer(body: bytes, paths: Sequence[str]) -> list[tuple[str, list[memoryview]]]:
    """The elements of the lists that are there, byte for byte, in the order of the paths; [] if it is no answer.

    An element is some JSON value, and may hold what read_documents repairs or rejects. Raises msgspec.DecodeError, or
    RecursionError, for a body that is no JSON object.
    """
    try:
        lists = find_lists(body, tuple(paths))
    except msgspec.DecodeError:  # half a surrogate pair is no fault of its neighbours
        lists = find_lists(mend(body, 0), tuple(paths))
    view = memoryview(body)
    return [(path, [view[start:end] for start, end in spans]) for path, spans in lists]


def find_lists(document: bytes | memoryview, paths: tuple[str, ...]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Where each element of the lists that are there begins and ends, in the order of the paths; [] if it is no answer.

    Raises msgspec.DecodeError, or RecursionError, for a document that is no JSON object.
    """
    found = dict(_lists(document, paths))
    return [(path, _spans(document, _elements(found[path]))) for path in paths if path in found]


def _spans(document: bytes | memoryview, elements: list[msgspec.Raw]) -> list[tuple[int, int]]:
    base = pa.py_buffer(document).address
    views = ((view.address - base, view.size) for view in map(pa.py_buffer, elements))  # a Raw copies nothing
    return [(start, start + size) for start, size in views]


def _lists(value: bytes | memoryview | msgspec.Raw, paths: tuple[str, ...]) -> Iterator[tuple[str, msgspec.Raw]]:
    """The lists at these paths below an object."""
    decode, keys = _level(paths)
    for (key, is_path, below), found in zip(keys, msgspec.structs.astuple(decode(value)), strict=True):
        first = bytes(memoryview(found)[:1])
        if is_path and first == b"[":
            yield key, found
        elif below and first == b"{":
            yield from ((f"{key}.{path}", deeper) for path, deeper in _lists(found, below))


@cache
def _level(paths: tuple[str, ...]) -> tuple[Callable[[Any], Any], list[tuple[str, bool, tuple[str, ...]]]]:
    """What reads the values at the first keys of the paths; those keys, if they are paths, and the paths below them."""
    below: dict[str, list[str]] = {}
    for path in paths:
        key, _, rest = path.partition(".")
        below.setdefault(key, []).append(rest)
    fields = [(f"at_{n}", msgspec.Raw, msgspec.field(name=key, default=_ABSENT)) for n, key in enumerate(below)]
    decode = msgspec.json.Decoder(msgspec.defstruct("Level", fields)).decode
    return decode, [(key, "" in rests, tuple(filter(None, rests))) for key, rests in below.items()]
