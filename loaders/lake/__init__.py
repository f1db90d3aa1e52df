"""Objects in S3 or in a directory: the one place that knows one from the other.

The lake and the drops that loaders read are both stores. A key is a relative path with forward slashes. Listings come
in the order of the keys, as S3 gives them, so that a caller can start after a key and stop early.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from loaders.errors import ConfigurationError, UnreadableError


@dataclass(frozen=True, slots=True)
class Entry:
    """An object in a listing. size: bytes; version: changes whenever the content is written anew."""

    key: str
    size: int
    version: str
    modified_at: datetime


Denied = Callable[[str, UnreadableError], object]
"""What a listing calls with a folder that it cannot list, its key with the closing slash, and why."""


class Store(Protocol):
    """What loaders need of an object store."""

    url: str

    @property
    def scratch(self) -> Path:
        """Where a file may be built before it is put: on the store's own disk, if it has one."""

    def entries(self, prefix: str = "", after: str = "", denied: Denied | None = None) -> Iterator[Entry]:
        """The objects whose key starts with prefix and sorts behind `after`, in the order of their keys.

        All of them, whatever their names: also what turns out not to be readable, such as a link to nothing. Calls
        `denied` for a folder that cannot be listed and goes on; without it raises UnreadableError there.
        """

    def first(self, prefix: str) -> str | None:
        """The first key that starts with prefix, asked for alone."""

    def folders(self, prefix: str) -> Iterator[str]:
        """The prefixes one level below prefix, each with its closing slash. Raises UnreadableError."""

    def level(self, prefix: str) -> Iterator[str]:
        """The keys and folders one level below prefix, folders with their closing slash, for the price of the folders.
        Raises UnreadableError."""

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        """The stored bytes in pieces, never decoded; they count only if the last of them comes without an error.

        expect: the object as it was listed; if it is another by now, or becomes one, it raises ReplacedError. Raises
        NotFoundError before the first piece, UnreadableError if it cannot be read as it is, UnavailableError if it
        breaks off however often it is tried.
        """

    def open(self, key: str) -> BinaryIO:
        """An object to read parts of, at whatever place. Raises NotFoundError."""

    def prepare(self, prefix: str) -> None:
        """Makes room below prefix for objects that a warehouse will write there."""

    def settle(self, prefix: str) -> None:
        """Sees to it that what others wrote below prefix survives a power cut."""

    def put(self, key: str, data: bytes | Path) -> None:
        """Writes or replaces an object: the bytes, or a file, which is consumed."""

    def create(self, key: str, data: bytes) -> bool:
        """Writes an object unless the key is taken; False if it is, perhaps by a first try of this very call.

        Any error leaves open whether the object is there, or is yet to appear.
        """

    def delete(self, key: str) -> None:
        """Removes an object; one that is not there is fine."""

    def leftovers(self, before: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
        """What killed loads left that is no object and was not written to since: its name, and what removes it."""


def open_store(url: str) -> Store:
    """The store at `s3://bucket/prefix` or at a directory."""
    # imported when asked for: boto3 takes 0.3 s that a lake in a directory need not pay
    if re.match(r"s3://[^/]", url):
        from loaders.lake.s3 import S3Store

        return S3Store(url)
    if re.match(r"[a-z][a-z0-9+.-]*:/", url, re.IGNORECASE):
        raise ConfigurationError(f"cannot open {url!r}: expected s3://bucket/prefix or the path of a directory")
    from loaders.lake.directory import DirectoryStore

    return DirectoryStore(url)
