"""A store in a directory, as durable and as exclusive as S3: fsync before a name, a hard link to create."""

import errno
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from loaders.errors import ConfigurationError, NotFoundError, ReplacedError, UnreadableError
from loaders.lake import Denied, Entry

CHUNK = 1 << 20
SCRATCH = ".scratch"


class DirectoryStore:
    """A directory. Its own business is the folder SCRATCH; all else in it are objects, whatever their names."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or "/"
        self._root = Path(self.url)

    @cached_property
    def scratch(self) -> Path:
        path = self._root / SCRATCH
        with self._told():
            _make(path)
        for _, remove in self.leftovers(datetime.now(UTC) - timedelta(days=1)):
            remove()
        return path

    def leftovers(self, before: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
        path = self._root / SCRATCH
        with self._told():
            for left in path.iterdir() if path.is_dir() else ():
                with suppress(FileNotFoundError):  # a load may be about to publish it
                    if left.stat().st_mtime < before.timestamp():
                        yield str(left), partial(left.unlink, missing_ok=True)

    def entries(self, prefix: str = "", after: str = "", denied: Denied | None = None) -> Iterator[Entry]:
        yield from self._walk(prefix.rpartition("/")[0], prefix, after, denied)

    def _walk(self, folder: str, prefix: str, after: str, denied: Denied | None) -> Iterator[Entry]:
        base = f"{folder}/" if folder else ""
        try:
            for name, item in self._sorted(folder):
                key = base + name
                if name.endswith("/"):
                    # a folder whose every key sorts before `after`, or lies outside the prefix, is never opened
                    if key.startswith(prefix) and (key > after or after.startswith(key)):
                        yield from self._walk(key[:-1], prefix, after, denied)
                elif key.startswith(prefix) and key > after and (entry := self._entry(folder, key, item)):
                    yield entry
        except UnreadableError as error:
            if denied is None:
                raise
            denied(base, error)

    def _entry(self, folder: str, key: str, item: os.DirEntry[str]) -> Entry | None:
        with self._listing(folder), suppress(FileNotFoundError):  # it may have gone since
            # what is no file is listed as what it is, and refused when it is read
            stat = item.stat(follow_symlinks=_is(item.is_file))
            return Entry(key, stat.st_size, _version(stat), datetime.fromtimestamp(stat.st_mtime, UTC))
        return None

    def first(self, prefix: str) -> str | None:
        return next((entry.key for entry in self.entries(prefix)), None)

    def folders(self, prefix: str) -> Iterator[str]:
        yield from (name for name in self.level(prefix) if name.endswith("/"))

    def level(self, prefix: str) -> Iterator[str]:
        yield from (prefix + name for name, _ in self._sorted(prefix.rstrip("/")))

    def _sorted(self, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
        # a folder sorts by its name with the slash, as its keys do: `a.json` stands before `a/b.json`
        try:
            with self._listing(folder), os.scandir(self._root / folder) as items:
                named = [(item.name + "/" * self._is_folder(folder, item), item) for item in items]
        except NotFoundError as error:
            if folder:
                return []
            raise ConfigurationError(
                f"{self.url}: no such directory; create it, name another in .env, or run `headwater demo` for demo data"
            ) from error
        own = "" if folder else f"{SCRATCH}/"
        return sorted((pair for pair in named if pair[0] != own), key=lambda pair: os.fsencode(pair[0]))

    def _is_folder(self, folder: str, item: os.DirEntry[str]) -> bool:
        if not _is(item.is_dir) or not item.is_symlink():
            return _is(item.is_dir)
        # a link to a folder that one comes through to it would lead round and round
        above = (self._root / folder, *(self._root / parent for parent in Path(folder).parents))
        return os.path.realpath(item.path) not in {os.path.realpath(place) for place in above}

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        path, at = self._root / key, 0
        try:
            key.encode()
            with open(path, "rb", opener=_open_at_once) as file:
                before = os.fstat(file.fileno())
                if not S_ISREG(before.st_mode):
                    raise UnreadableError(f"{path}: neither a file nor a link to one; remove it and run again")
                if expect and _version(before) != expect.version:
                    raise ReplacedError(f"{path}: written anew since it was listed")
                while chunk := file.read(CHUNK):
                    at += len(chunk)
                    yield chunk
                if _version(os.fstat(file.fileno())) != _version(before) or at != before.st_size:
                    raise ReplacedError(f"{path}: written to while it was read")
        except UnicodeEncodeError as error:
            raise UnreadableError(f"{self.url}: the name {key!r} is not UTF-8; rename it and run again") from error
        except FileNotFoundError as error:
            if path.is_symlink():
                raise UnreadableError(f"{path}: a link to nothing; mend or remove it and run again") from error
            raise NotFoundError(f"{path}: no such file or directory") from error
        except OSError as error:
            hint = "mend or remove it, or permit to read it, and run again"
            raise UnreadableError(f"{path}: {error.strerror}; {hint}") from error

    def open(self, key: str) -> BinaryIO:
        with self._told():
            return (self._root / key).open("rb")

    def prepare(self, prefix: str) -> None:
        with self._told():
            _make(self._root / prefix)

    def settle(self, prefix: str) -> None:
        with self._told():
            for folder, _, names in os.walk(self._root / prefix, topdown=False):
                for path in (*(Path(folder, name) for name in names), Path(folder)):
                    _sync(path)
            _sync((self._root / prefix).parent)

    def put(self, key: str, data: bytes | Path) -> None:
        with self._told(), nullcontext(data) if isinstance(data, Path) else self._temporary(data) as source:
            try:
                self._publish(os.replace, source, key)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # built on another disk; only from this one does it appear as a whole
                self._publish(os.replace, Path(shutil.move(source, self.scratch / uuid.uuid4().hex)), key)

    def create(self, key: str, data: bytes) -> bool:
        # a hard link fails where the name is taken; a rename would silently replace it
        with self._told(), self._temporary(data) as source:
            try:
                self._publish(os.link, source, key)
            except FileExistsError:
                return False
            return True

    def delete(self, key: str) -> None:
        with self._told():
            (self._root / key).unlink(missing_ok=True)

    @contextmanager
    def _temporary(self, data: bytes) -> Iterator[Path]:
        path = self.scratch / uuid.uuid4().hex
        try:
            path.write_bytes(data)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _publish(self, by: Callable[[Path, Path], None], source: Path, key: str) -> None:
        # on the disk before it has a name, and the name on the disk before anyone hears of it
        target = self._root / key
        _make(target.parent)
        _sync(source)
        by(source, target)
        _sync(target.parent)

    @contextmanager
    def _listing(self, folder: str) -> Iterator[None]:
        """Around what lists a folder: that one below the root cannot be listed says nothing of the others."""
        try:
            with self._told():
                yield
        except ConfigurationError as error:
            if not folder or not self._root.is_dir():
                raise
            why = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
            hint = "grant permission to list it, or repair it, and run again"
            raise UnreadableError(f"{self._root / folder}: {why}; {hint}") from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotFoundError(f"{error.filename or self.url}: no such file or directory") from error
        except OSError as error:
            hint = "free space or change the permission, or name another directory in .env, and run again"
            raise ConfigurationError(f"{error.filename or self.url}: {error.strerror}; {hint}") from error


def _version(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"


def _is(what: Callable[[], bool]) -> bool:
    """Whether an entry of a folder is of a kind; links in a circle, and what may not be looked at, are of none."""
    try:
        return what()
    except OSError:
        return False


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe is not waited for


def _make(folder: Path) -> None:
    """Makes a folder and those above it; a name is on the disk once the folder that it stands in is."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
