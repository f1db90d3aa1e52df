"""Compressed objects, told by their first bytes.

Amazon Data Firehose writes GZIP, ZIP, Snappy and Hadoop-Snappy, and a key does not tell which: an extension
can be overridden, producers compress before they put, and a client that honours Content-Encoding has already
unpacked a key that ends in .gz. Formats: RFC 1952 (gzip), APPNOTE.TXT (ZIP), xerial snappy-java.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from isal import isal_zlib

_PIECE = 1024 * 1024  # the most that one call unpacks, so that a gzip bomb costs time but no memory
_STEP = 16 * 1024  # compressed bytes per call: what a call leaves over is copied, so it must be short
_HELD = 32 * 1024 * 1024  # compressed bytes of a member that are kept for the case that it is damaged
_GZIP = 31  # zlib's wbits for a gzip member whose checksum is verified
_REFUSED = ((b"PK\x03\x04", ".zip", "ZIP"), (b"\x82SNAPPY\0", ".snappy", "Snappy"))


class UnreadableInput(Exception):
    """The rest of an input cannot be read. reason: a name to count by; detail: one sentence for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def decompress(chunks: Iterable[bytes], key: str) -> Iterator[bytes]:
    """Yield the plain bytes of an object; those of gzip in pieces of at most 1 MiB.

    Raises UnreadableInput: for ZIP and Snappy at once, for damaged gzip after all the bytes before that.
    """
    source = filter(None, chunks)
    start = b""
    while len(start) < 8 and (chunk := next(source, b"")):  # 8: the longest magic number
        start += chunk
    if start.startswith(b"\x1f\x8b"):
        whole = chain((start,), source)
        steps = (chunk[at : at + _STEP] for chunk in whole for at in range(0, len(chunk), _STEP))
        yield from _gunzip(steps, key)
        return
    is_json = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))
    for magic, extension, name in _REFUSED:
        if start.startswith(magic) or (start and not is_json and key.lower().endswith(extension)):
            detail = f"{key} is {name}, expected gzip or JSON: set the stream's CompressionFormat to GZIP."
            raise UnreadableInput(f"{name.lower()}_compression", detail)
    yield from filter(None, chain((start,), source))


def _gunzip(steps: Iterator[bytes], key: str) -> Iterator[bytes]:
    """Unpack member after member, with isal because it reads 2.5 times as fast as the standard library."""
    rest = next(steps)
    while rest:
        rest += next(steps, b"") if len(rest) == 1 else b""
        if not rest.startswith(b"\x1f\x8b"):
            raise _damaged("corrupt_gzip", key, "other bytes follow its last member")
        member, held, made, fault = isal_zlib.decompressobj(_GZIP), bytearray(), 0, ""
        while rest and not (member.eof or fault):
            held += rest if len(held) < _HELD else b""
            try:
                for piece in _inflate(member, rest, _PIECE):
                    made += len(piece)
                    yield piece
            except isal_zlib.error as error:  # type: ignore[misc] # its stub declares an instance
                fault = str(error)
            rest = member.unused_data if member.eof else next(steps, b"")
        if not member.eof:
            yield from _salvage(bytes(held), made) if len(held) < _HELD else ()
            reason = "corrupt_gzip" if fault else "truncated_gzip"
            raise _damaged(reason, key, fault or "it ends inside a member")
        unpadded = (step.lstrip(b"\0") for step in chain((rest,), steps))  # some writers pad to a block size
        rest = next(filter(None, unpadded), b"")


def _damaged(reason: str, key: str, what: str) -> UnreadableInput:
    detail = f"{key} is damaged gzip ({what}), expected whole members: deliver it again from its source."
    return UnreadableInput(reason, detail)


def _inflate(member: Any, data: bytes, room: int) -> Iterator[bytes]:
    full = True
    while data or full:
        if piece := member.decompress(data, room):
            yield piece
        data, full = member.unconsumed_tail, len(piece) == room


def _salvage(held: bytes, made: int) -> Iterator[bytes]:
    """Yield what a member unpacks to after `made` bytes: isal drops the output of a call that fails.

    The fault is in the last step. Fed byte by byte, the standard library goes right up to it.
    """
    member, sound = zlib.decompressobj(_GZIP), max(0, len(held) - _STEP)
    with suppress(zlib.error):
        for at in chain(range(0, sound, _STEP), range(sound, len(held))):
            step = held[at : min(at + _STEP, sound)] or held[at : at + 1]
            for piece in _inflate(member, step, _PIECE if at < sound else 1):
                if len(piece) > made:
                    yield piece[made:]
                made = max(0, made - len(piece))
