"""A store in a directory, as durable and as exclusive as S3: fsync before a name, a hard link to create."""

import errno
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from loaders.errors import ConfigurationError, NotFoundError
from loaders.lake import Entry

CHUNK = 1 << 20


class DirectoryStore:
    """A directory. Names that start with a dot are its own business: temporary files and the scratch folder."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or "/"
        self._root = Path(self.url)

    @cached_property
    def scratch(self) -> Path:
        path = self._root / ".scratch"
        with self._told():
            path.mkdir(parents=True, exist_ok=True)
            for left in path.iterdir():  # by a load that was killed, or by one that is about to publish it
                with suppress(FileNotFoundError):
                    if time.time() - left.stat().st_mtime > 24 * 3600:
                        left.unlink()
        return path

    def entries(self, prefix: str = "", after: str = "") -> Iterator[Entry]:
        yield from self._walk(prefix.rpartition("/")[0], prefix, after)

    def _walk(self, folder: str, prefix: str, after: str) -> Iterator[Entry]:
        base = f"{folder}/" if folder else ""
        for name, item in self._sorted(folder):
            key = base + name
            if name.endswith("/"):
                # a folder whose every key sorts before `after`, or lies outside the prefix, is never opened
                if key.startswith(prefix) and (key > after or after.startswith(key)):
                    yield from self._walk(key[:-1], prefix, after)
            elif key.startswith(prefix) and key > after:
                if not item.is_file():
                    raise ConfigurationError(f"{item.path}: neither a file nor a link to one; remove it and run again")
                with self._told(), suppress(FileNotFoundError):  # it may have gone since
                    stat = item.stat()
                    version = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
                    yield Entry(key, stat.st_size, version, datetime.fromtimestamp(stat.st_mtime, UTC))

    def first(self, prefix: str) -> str | None:
        return next((entry.key for entry in self.entries(prefix)), None)

    def folders(self, prefix: str) -> Iterator[str]:
        yield from (prefix + name for name, _ in self._sorted(prefix.rstrip("/")) if name.endswith("/"))

    def _sorted(self, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
        # a folder sorts by its name with the slash, as its keys do: `a.json` stands before `a/b.json`
        try:
            with self._told(), os.scandir(self._root / folder) as items:
                named = [(item.name + "/" * item.is_dir(), item) for item in items if item.name[0] != "."]
                return sorted(named, key=lambda pair: pair[0].encode())
        except UnicodeEncodeError as error:
            where = self._root / folder
            raise ConfigurationError(f"{where}: the name {error.object!r} is not UTF-8; rename it") from error
        except NotFoundError as error:
            if folder:
                return []
            raise ConfigurationError(
                f"{self.url}: no such directory; create it, name another in .env, or run `headwater demo` for demo data"
            ) from error

    def chunks(self, key: str) -> Iterator[bytes]:
        with self._told(), open(self._root / key, "rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def open(self, key: str) -> BinaryIO:
        with self._told():
            return (self._root / key).open("rb")

    def prepare(self, prefix: str) -> None:
        with self._told():
            (self._root / prefix).mkdir(parents=True, exist_ok=True)

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
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(source)
        by(source, target)
        _sync(target.parent)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotFoundError(f"{error.filename or self.url}: no such file or directory") from error
        except OSError as error:
            hint = "free space or change the permission, or name another directory in .env, and run again"
            raise ConfigurationError(f"{error.filename or self.url}: {error.strerror}; {hint}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
