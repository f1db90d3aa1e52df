"""What could not be read, in the one shape that every reader gives."""

from dataclasses import dataclass

RAW_LIMIT = 16 * 1024 * 1024
"""The longest record that is landed, in bytes, and about the most that a reject holds: what is longer gives several."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A part of an input that is not a record.

    position: offset of the first byte in the decompressed input; reason: a short name in snake_case that can be
    counted; detail: one sentence for a person; raw: the bytes as they came; size: how many bytes
    there were. Of CSV also line: the physical line, from 1, on which it begins; record: which record of the input it
    is, from 1, without the header and with the rejects before it; header: the text of the header. path: the list of
    an answer that it is an element of. rows: how many records it is thought to hold, by which it is weighed against
    its stream's budget: 0 if it holds none, at least 1 if it may hold any.
    """

    position: int
    reason: str
    detail: str
    raw: bytes
    size: int
    line: int | None = None
    record: int | None = None
    header: str | None = None
    path: str | None = None
    rows: int = 1
