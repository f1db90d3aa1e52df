"""Text of a declared encoding in UTF-8, without losing the bytes that the encoding does not know."""

import codecs
from collections.abc import Iterable, Iterator


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
