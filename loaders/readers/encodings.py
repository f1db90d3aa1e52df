"""Text of a declared encoding in UTF-8, without losing the bytes that the encoding does not know."""

import codecs
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain

from loaders.readers.compression import UnreadableInput

SAMPLE = 1 << 20
"""So many bytes of an input, from the first beyond ASCII on, decide which of several encodings it is in."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8", ("utf-8",)),
    (codecs.BOM_UTF32_LE, "utf-32", ("utf-32", "utf-32-le")),
    (codecs.BOM_UTF32_BE, "utf-32", ("utf-32", "utf-32-be")),
    (codecs.BOM_UTF16_LE, "utf-16", ("utf-16", "utf-16-le")),
    (codecs.BOM_UTF16_BE, "utf-16", ("utf-16", "utf-16-be")),
)


def _keep_unknown(error: UnicodeError) -> tuple[str, int]:
    """Makes half surrogates of bytes that an encoding does not know: they are invalid in UTF-8, and so is their row."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("headwater-unknown", _keep_unknown)


def canonical(encoding: str) -> str:
    """Python's name of an encoding; UTF-8 may begin with a byte order mark in any case.

    Raises LookupError for one that Python does not know, or that is not of text.
    """
    try:
        b"a".decode(encoding)
    except UnicodeDecodeError:  # which UTF-16 has two bytes for
        pass
    except UnicodeError as error:
        raise LookupError(encoding) from error
    return codecs.lookup(encoding).name.replace("utf-8-sig", "utf-8")


class Utf8Input:
    """An input in UTF-8, to be read once, with three bytes that are invalid there for each that its encoding lacks.

    Of several encodings it is the one that the fewest characters in the sample contradict; of equals the first. A
    character that is valid UTF-8 beyond ASCII contradicts all others. Up to the first byte beyond ASCII most encodings
    agree, so that the sample begins there, wherever in the input that is. A byte order mark decides at once.

    encoding: the one that was chosen, as far as the input has been read. problem: why it is in none of them, a
    sentence, or ""; known before the first bytes are given out, which then come as they are. `warn` is called where
    the sample contradicts each of several encodings. Raises LookupError for an encoding that Python does not know.
    """

    def __init__(
        self, chunks: Iterable[bytes], encodings: Sequence[str], warn: Callable[[str], None] = lambda _: None
    ) -> None:
        self._names = list(dict.fromkeys(map(canonical, encodings)))
        self.encoding, self.problem = self._names[0], ""
        self._source: Iterator[bytes] = filter(None, chunks)
        self._is_cut, self._warn = False, warn

    def __iter__(self) -> Iterator[bytes]:
        start = self._taken(b"", 4)
        names = self._fitting(start)
        if self.problem:
            yield from chain((start,), self._source)
            return
        self.encoding = names[0]
        if len(names) > 1:
            if all(map(_extends_ascii, names)):
                start = yield from self._ascii(start)
            start = self._taken(start, SAMPLE + 1)
            self.encoding = self._choose(start, names, is_whole=len(start) <= SAMPLE and not self._is_cut)
        yield from self._decoded(chain((start,), self._source))

    def _fitting(self, start: bytes) -> list[str]:
        """The encodings that the first bytes allow; if they allow none, sets `problem`."""
        declared = " or ".join(self._names)
        for mark, marked, fitting in _MARKS:
            if start.startswith(mark):
                names = [name for name in self._names if name in fitting]
                if not names:
                    self.problem = (
                        f"the file begins with the byte order mark of {marked}, expected {declared}: "
                        f"save it in that encoding, or declare `encoding: {marked}`"
                    )
                return names[:1]
        names = [name for name in self._names if name not in ("utf-16", "utf-32")]
        if start and not names:
            self.problem = (
                f"the file begins with no byte order mark, expected one as its encoding is {declared}: "
                f"save it with one, or declare `encoding: {self._names[0]}-le` or `{self._names[0]}-be`"
            )
        return names or self._names

    def _taken(self, start: bytes, size: int) -> bytes:
        """At least so many bytes, if the input has them. Where it breaks off, it does so again for who reads on."""
        parts, have = [start], len(start)
        try:
            while have < size and (chunk := next(self._source, b"")):
                parts.append(chunk)
                have += len(chunk)
        except UnreadableInput as error:
            self._source, self._is_cut = _broken_off(error), True
        return b"".join(parts)

    def _ascii(self, start: bytes) -> Generator[bytes, None, bytes]:
        """Gives out what comes before the first byte beyond ASCII; returns what begins with it."""
        for chunk in chain((start,), self._source):
            if found := None if chunk.isascii() else _BEYOND_ASCII.search(chunk):
                yield chunk[: found.start()]
                return chunk[found.start() :]
            yield chunk
        return b""

    def _choose(self, sample: bytes, names: Sequence[str], *, is_whole: bool) -> str:
        sample = sample[:SAMPLE]
        against = {name: _invalid(sample, name, is_whole=is_whole) for name in names}
        if "utf-8" in names:
            valid = _characters(sample, "utf-8", "ignore", is_whole=is_whole)
            valid_count = len(valid) - len(valid.encode("ascii", "ignore"))
            against = {name: count + (name != "utf-8") * valid_count for name, count in against.items()}
        chosen = min(names, key=against.__getitem__)
        if doubt := against.pop(chosen):
            others = ", ".join(f"{name} ({count:,})" for name, count in against.items())
            self._warn(
                f"has characters of several encodings: it is read as {chosen}, which {doubt:,} of them contradict, "
                f"rather than {others}; expected one encoding in a file, so look at its rejects and its texts"
            )
        return chosen

    def _decoded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        if self.encoding == "utf-8":  # passes unseen
            yield from filter(None, chunks)
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("headwater-unknown")
        try:
            for chunk in chunks:
                yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeError as error:
            detail = f"its bytes cannot be read as {self.encoding} ({type(error).__name__}), expected text in it"
            raise UnreadableInput("invalid_encoding", detail) from error


def _extends_ascii(encoding: str) -> bool:
    every = bytes(range(1, 128))
    return every.decode(encoding, "replace") == every.decode("ascii")


def _characters(sample: bytes, encoding: str, errors: str, *, is_whole: bool) -> str:
    return codecs.getincrementaldecoder(encoding)(errors).decode(sample, final=is_whole)


def _invalid(sample: bytes, encoding: str, *, is_whole: bool) -> int:
    """How many places in the sample no character of the encoding fits."""
    counts = (len(_characters(sample, encoding, errors, is_whole=is_whole)) for errors in ("replace", "ignore"))
    return next(counts) - next(counts)


def _broken_off(error: UnreadableInput) -> Iterator[bytes]:
    raise error
    yield b""
