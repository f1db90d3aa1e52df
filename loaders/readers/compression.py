"""Compressed objects, told by their first bytes.

Amazon Data Firehose writes GZIP, ZIP, Snappy and Hadoop-Snappy, and a key does not tell which: an extension
can be overridden, producers compress before they put, and a client that honours Content-Encoding has already
unpacked a key that ends in .gz. Formats: RFC 1952 (gzip), APPNOTE.TXT (ZIP), xerial snappy-java.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from isal import isal_zlib

_PIECE = 1 << 20  # the most that one call unpacks, so that a gzip bomb costs time but no memory
_STEP = 1 << 10  # compressed bytes per call: what a call leaves over is copied, and what a call that fails made is lost
_GZIP = 31  # zlib's wbits for a gzip member whose checksum is verified
_REFUSED = (  # what the content begins with, how a key may end, the name
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), ".zip", "ZIP"),
    (re.compile(rb"\x82SNAPPY\0"), ".snappy", "Snappy"),
    (re.compile(rb"BZh[1-9]1AY&"), ".bz2", "bzip2"),
    (re.compile(rb"\xfd7zXZ\0"), ".xz", "XZ"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), ".zst", "Zstandard"),
)
_WAYS = {
    "json": ("JSON", "set the stream's CompressionFormat to GZIP"),
    "csv": ("CSV", "unpack it, or pack it with gzip (a workbook, .xlsx, is ZIP: save it as CSV)"),
}


class UnreadableInput(Exception):
    """The rest of an input cannot be read. reason: a name to count by; detail: one sentence for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def decompress(chunks: Iterable[bytes], key: str, form: str = "json") -> Iterator[bytes]:
    """Yields the plain bytes of an object; those of gzip in pieces of at most 1 MiB. form: json or csv, within.

    Raises UnreadableInput: for other compressions, also within gzip, at once; for damaged gzip after the bytes before.
    """
    source = filter(None, chunks)
    start = b""
    while len(start) < 8 and (chunk := next(source, b"")):  # 8: the longest magic number
        start += chunk
    whole = chain(filter(None, (start,)), source)
    if start.startswith(b"\x1f\x8b"):
        plain = _gunzip((chunk[at : at + _STEP] for chunk in whole for at in range(0, len(chunk), _STEP)), key)
        first = next(plain, b"")
        if first.startswith(b"\x1f\x8b"):
            raise UnreadableInput("gzip_in_gzip", f"{key} is gzip within gzip, expected it once: unpack it one time.")
        yield from chain(filter(None, (first,)), plain)
        return
    # without its magic number only an extension tells, and where plain text may stand it lies
    is_plain = b"\0" not in start if form == "csv" else start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")
    for magic, extension, name in _REFUSED:
        if magic.match(start) or (start and not is_plain and key.lower().endswith(extension)):
            expected, way = _WAYS[form]
            detail = f"{key} is {name}, expected gzip or {expected}: {way}."
            raise UnreadableInput(f"{name.lower()}_compression", detail)
    yield from whole


def _gunzip(steps: Iterator[bytes], key: str) -> Iterator[bytes]:
    """Unpacks member after member, with isal because it reads 2.5 times as fast as the standard library."""
    rest = next(steps)
    while rest:
        rest += next(steps, b"") if len(rest) == 1 else b""
        if not rest.startswith(b"\x1f\x8b"):
            raise _damaged("corrupt_gzip", key, "other bytes follow its last member")
        member = isal_zlib.decompressobj(_GZIP)
        while rest and not member.eof:
            full = True
            while rest or full:
                try:
                    piece = member.decompress(rest, _PIECE)
                except isal_zlib.error as error:  # type: ignore[misc] # its stub declares an instance
                    raise _damaged("corrupt_gzip", key, str(error)) from error
                yield from filter(None, (piece,))
                rest, full = member.unconsumed_tail, len(piece) == _PIECE
            rest = member.unused_data if member.eof else next(steps, b"")
        if not member.eof:
            raise _damaged("truncated_gzip", key, "it ends inside a member")
        rest = next(filter(None, (step.lstrip(b"\0") for step in chain((rest,), steps))), b"")  # padded to a block


def _damaged(reason: str, key: str, what: str) -> UnreadableInput:
    detail = f"{key} is damaged gzip ({what}), expected whole members: deliver it again from its source."
    return UnreadableInput(reason, detail)
