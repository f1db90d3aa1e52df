"""Landing: records go into the lake verbatim, and one commit makes them visible.

raw/<source>/<stream>/load_seq=<n>/<load_id>-<part>.json.gz | .parquet
rejects/<source>/<stream>/load_seq=<n>/<load_id>-<part>.json.gz
state/<source>/<stream>/load_seq=<n>/<load_id>.json.gz
"""

import base64
import gzip
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from loaders.declarations import Stream
from loaders.errors import ConcurrentLoadError, ConfigurationError, ExpiredLoadError, HeadwaterError
from loaders.lake import Store
from loaders.log import Added, Commit, Input, Log, new_load_id
from loaders.readers.json_documents import Document
from loaders.readers.reject import Reject
from loaders.writers import WRITERS, JsonLinesWriter, Writer

OBJECT_BYTES = 64 << 20
"""A data object is closed when it has this many stored bytes."""


@dataclass
class _Part:
    """The data object that is being written, of records or of rejects."""

    content: str
    writer: Writer
    path: Path


@dataclass
class Load:
    """One load of one stream: begin each input, land its records and rejects, then commit.

    Use it through `begin`, which removes what was written if the load does not reach its commit.
    """

    store: Store
    stream: Stream
    log: Log
    after: Commit | None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    inputs: list[Input] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _parts: dict[str, _Part] = field(default_factory=dict)
    _written: list[str] = field(default_factory=list)
    _added: list[Added] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.load_id = new_load_id(self.started_at)
        seq = self.after.load_seq + 1 if self.after else 1
        self._place = f"{self.stream.source}/{self.stream.name}/load_seq={seq}/{self.load_id}"

    def begin_input(self, key: str, version: str, params: dict[str, str]) -> None:
        """What is landed from here on came from this input; params become `_params` of its rows."""
        self.inputs.append(Input(len(self.inputs), key, version, params, rows=0, rejects=0))

    def forget_input(self) -> None:
        """The input begun last gave nothing because it was gone: it will be tried again if it comes back."""
        self.inputs.pop()

    def land(self, documents: Sequence[Document]) -> None:
        """Writes records of the current input."""
        if documents:
            self._write("records", documents)
            self._count(rows=len(documents))

    def reject(self, reject: Reject) -> None:
        """Writes down a part of the current input that could not be read. Raw bytes that are no text go as base64."""
        try:
            raw, encoding = reject.raw.decode(), "utf-8"
        except UnicodeDecodeError:
            raw, encoding = base64.b64encode(reject.raw).decode(), "base64"
        described = {
            "reason": reject.reason,
            "detail": reject.detail,
            "position": reject.position,
            "size": reject.size,
            "encoding": encoding,
            "raw": raw,
        }
        self._write("rejects", [msgspec.json.encode(described)])
        self._count(rejects=1)

    def checkpoint(self, content: dict[str, Any]) -> str:
        """Stores state that is too large for the commit beside it; the key goes into the commit's state."""
        key = f"state/{self._place}.json.gz"
        self._written.append(key)
        self.store.put(key, gzip.compress(json.dumps(content).encode(), 1))
        return key

    def commit(self, state: dict[str, Any]) -> Commit:
        """Makes the load visible. Raises what Log.commit raises."""
        for content in list(self._parts):
            self._close(content)
        # from here on the commit may stand, even if the answer never comes: only a plain refusal says that it does not
        written, self._written = self._written, []
        try:
            return self.log.commit(
                after=self.after,
                load_id=self.load_id,
                started_at=self.started_at,
                inputs=self.inputs,
                added=self._added,
                state=state,
                warnings=self.warnings,
            )
        except (ConcurrentLoadError, ExpiredLoadError):
            self._written = written
            raise

    def abandon(self) -> None:
        """Removes what was written and will never be seen."""
        for part in self._parts.values():
            part.path.unlink(missing_ok=True)
        for key in self._written:
            self.store.delete(key)

    def _count(self, rows: int = 0, rejects: int = 0) -> None:
        last = self.inputs[-1]
        self.inputs[-1] = replace(last, rows=last.rows + rows, rejects=last.rejects + rejects)

    def _write(self, content: str, documents: Sequence[Document]) -> None:
        part = self._parts.get(content) or self._open(content)
        part.writer.write(documents, self.inputs[-1].input)
        if part.writer.size >= OBJECT_BYTES:
            self._close(content)

    def _open(self, content: str) -> _Part:
        path = self.store.scratch / uuid.uuid4().hex
        if content == "rejects":
            writer: Writer = JsonLinesWriter(path, record_key="reason")
        else:
            writer = WRITERS[self.stream.land_as](path, self.stream.record_key)
        self._parts[content] = part = _Part(content, writer, path)
        return part

    def _close(self, content: str) -> None:
        part = self._parts[content]
        part.writer.close()
        folder = "raw" if content == "records" else "rejects"
        number = sum(added.content == content for added in self._added) + 1
        key = f"{folder}/{self._place}-{number:04}{part.writer.suffix}"
        with part.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.path.stat().st_size
        self._written.append(key)
        self.store.put(key, part.path)
        self._added.append(Added(key, content, part.writer.rows, size, digest))
        del self._parts[content]


@contextmanager
def begin(store: Store, stream: Stream, log: Log, after: Commit | None) -> Iterator[Load]:
    """A load of a stream that goes on from the commit `after`. What does not reach its commit is removed."""
    load = Load(store, stream, log, after)
    try:
        yield load
    except OSError as error:
        where = error.filename or store.scratch
        raise ConfigurationError(f"{where}: {error.strerror or error}; free space there and run again") from error
    finally:
        with suppress(HeadwaterError, OSError):  # `clean` takes what is left
            load.abandon()
