"""Text of a declared encoding in UTF-8, without losing the bytes that the encoding does not know."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from loaders.readers.compression import UnreadableInput

SAMPLE = 1 << 20
"""So many bytes of an input tell which of several encodings it is in."""


def _keep_unknown(error: UnicodeError) -> tuple[str, int]:
    """Makes half surrogates of bytes that an encoding does not know: they are invalid in UTF-8, and so is their row."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("headwater-unknown", _keep_unknown)


def in_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yields the text in UTF-8, with three bytes that are invalid there for each byte that is invalid in its encoding.

    Raises LookupError for an encoding that Python does not know. Text that is to be UTF-8 passes unseen.
    """
    if codecs.lookup(encoding).name == "utf-8":
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("headwater-unknown")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def choose(chunks: Iterable[bytes], encodings: Sequence[str]) -> tuple[str, Iterator[bytes]]:
    """The first of the encodings in which the sample is valid, or else the last; and the input as it was.

    A byte order mark of UTF-8 says that it is that, if it is one of them.
    """
    source, head, size = filter(None, chunks), list[bytes](), 0
    if len(encodings) == 1:
        return encodings[0], source
    cut: UnreadableInput | None = None
    try:
        while size <= SAMPLE and (chunk := next(source, b"")):
            head.append(chunk)
            size += len(chunk)
    except UnreadableInput as error:
        cut = error
    sample, is_whole = b"".join(head)[:SAMPLE], size <= SAMPLE and not cut
    is_marked = sample.startswith(codecs.BOM_UTF8)
    marked = [name for name in encodings if is_marked and codecs.lookup(name).name == "utf-8"]
    fitting = (name for name in encodings if _is_valid(sample, name, is_whole))
    return next(chain(marked, fitting), encodings[-1]), chain(head, _broken_off(cut) if cut else source)


def _is_valid(sample: bytes, encoding: str, is_whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=is_whole)
    except UnicodeError:
        return False
    return True


def _broken_off(error: UnreadableInput) -> Iterator[bytes]:
    raise error
    yield b""
