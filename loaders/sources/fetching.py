"""Objects of a drop as a whole, and those that could not be had: they wait for the next load, whatever its window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from loaders.errors import HeadwaterError, NotFoundError, ReplacedError, UnavailableError, UnreadableError
from loaders.lake import Entry, Store

IN_MEMORY = 16 << 20
"""The bytes of an object that are held in memory; a larger one waits on the disk until it is complete."""

LOOKS = 3
"""How often an object is read that is another by then than the one that was listed."""

GIVE_UP = 5
"""After so many objects in a row that no try could read, the source is taken to be down."""


@dataclass
class Left:
    """What could not be read. keys: of objects, and of folders with their closing slash, that later loads try again;
    is_lost: there were others that are not known any more; failures: why, for those of this load; broken: why the
    source as a whole cannot be read on."""

    keys: set[str]
    is_lost: bool = False
    failures: dict[str, HeadwaterError] = field(default_factory=dict)
    broken: HeadwaterError | None = None
    _in_row: int = 0

    def entries(self, source: Store) -> Iterator[Entry]:
        """What the keys are now; those that have gone are forgotten, and a folder once all of it was taken."""
        for key in sorted(self.keys):
            if key.endswith("/"):
                yield from source.entries(key, denied=self.leave)
                if key not in self.failures:
                    self.keys.discard(key)
                continue
            try:
                entry = _listed(source, key)
            except UnreadableError as error:
                self.leave(key, error)
            else:
                if entry:
                    yield entry
                else:
                    self.keys.discard(key)

    def leave(self, key: str, error: HeadwaterError) -> None:
        """Leaves an object or a folder to later loads."""
        self.keys.add(key)
        self.failures[key] = error

    def fetch(
        self, source: Store, entry: Entry, scratch: Path, warn: Callable[[str], None]
    ) -> tuple[Entry, IO[bytes]] | None:
        """The object and its bytes from the first on; None, and a note of it, if it cannot be had.

        scratch: where a large one may wait.
        """
        key = entry.key
        try:
            got = _whole(source, entry, scratch)
        except NotFoundError:
            self.keys.discard(key)
            warn(f"{key!r} has gone since it was listed; it is loaded if it comes back")
        except ReplacedError:
            self.keys.add(key)
            warn(f"{key!r} is being written; nothing of it is landed, and the next load tries it again")
        except (UnreadableError, UnavailableError) as error:
            self.leave(key, error)
            self._in_row = self._in_row + 1 if isinstance(error, UnavailableError) else 0
            self.broken = error if self._in_row >= GIVE_UP else None
        except HeadwaterError as error:
            self.broken = error
        else:
            self._in_row = 0
            self.keys.discard(key)
            return got
        return None

    @property
    def warnings(self) -> list[str]:
        """What the commit says of it."""
        told = f"{self._count()} could not be read and are tried again by the next load, such as"
        return [f"{told} {next(iter(self.failures))!r}"] if self.failures else []

    def check(self) -> None:
        """Raises HeadwaterError if the load has left anything but what is being written."""
        if self.broken:
            raise self.broken
        if self.failures:
            told = [str(error) for error in self.failures.values()]
            more = [f"and {len(told) - 3:,} more"] if len(told) > 3 else []
            raise HeadwaterError(
                f"{self._count()} could not be read; all others are landed, and the next load tries these again: "
                + "; ".join(told[:3] + more)
            )

    def _count(self) -> str:
        folders = sum(key.endswith("/") for key in self.failures)
        counts = {"objects": len(self.failures) - folders, "folders": folders}
        return " and ".join(f"{count:,} {things}" for things, count in counts.items() if count)


def _whole(source: Store, entry: Entry, scratch: Path) -> tuple[Entry, IO[bytes]]:
    for _ in range(LOOKS):
        whole = SpooledTemporaryFile[bytes](IN_MEMORY, dir=str(scratch))
        try:
            for chunk in source.chunks(entry.key, entry):
                whole.write(chunk)
        except BaseException as error:
            whole.close()
            if not isinstance(error, ReplacedError):
                raise
            if (now := _listed(source, entry.key)) is None:
                raise NotFoundError(f"{source.url}/{entry.key}: no such object") from error
            if now == entry:
                told = f"it is listed as {entry.version}, {entry.size:,} bytes, and read as another"
                raise UnreadableError(f"{source.url}/{entry.key}: {told}; store it again") from error
            entry = now
        else:
            whole.seek(0)
            return entry, whole
    raise ReplacedError(f"{source.url}/{entry.key}: another object each time that it was read")


def _listed(source: Store, key: str) -> Entry | None:
    entry = next(source.entries(key), None)
    return entry if entry and entry.key == key else None
