"""Landing: records go into the lake verbatim, and one commit makes them visible.

raw/<source>/<stream>/load_seq=<n>/<load_id>-<part>.json.gz | .parquet
rejects/<source>/<stream>/load_seq=<n>/<load_id>-<part>.json.gz
files/<source>/<stream>/load_seq=<n>/<load_id>-<input><suffix>                   only what a source may never give again
manifests/<source>/<stream>/load_seq=<n>/<load_id>-<content><suffix>.manifest    only where the lake is in S3
state/<source>/<stream>/load_seq=<n>/<load_id>.json.gz
"""

import base64
import errno
import gzip
import hashlib
import json
import uuid
from collections import Counter
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
from loaders.manifests import MAX_LINE, MAX_TEXT, copied_size, manifests
from loaders.readers.answers import Answers, unread_warning
from loaders.readers.json_documents import Document
from loaders.readers.json_values import is_utf8, longest_text
from loaders.readers.reject import Reject
from loaders.writers import WRITERS, Writer, repeats

OBJECT_BYTES = 64 << 20
"""A data object is closed when it has this many stored bytes."""

DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}

_IF_TOLD = ("line", "record", "header", "path")  # of a reject


@dataclass
class _Part:
    """A data object that is being written."""

    content: str
    number: int
    writer: Writer
    path: Path
    longest_text: int = 0


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
    resolved: list[str] = field(default_factory=list)
    """The records, `<object>#<row>`, of rejects that this load mends."""
    _unread: Counter[str] = field(default_factory=Counter)
    _parts: dict[str, _Part] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)
    _written: list[str] = field(default_factory=list)
    _added: list[Added] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.load_id = new_load_id(self.started_at)
        seq = self.after.load_seq + 1 if self.after else 1
        self._place = f"{self.stream.source}/{self.stream.name}/load_seq={seq}/{self.load_id}"

    def begin_input(self, key: str, version: str, params: dict[str, str], replays: int = 0) -> None:
        """What is landed from here on came from this input; params become `_params` of its rows."""
        self.inputs.append(Input(len(self.inputs), key, version, params, 0, 0, replays))

    def land(self, documents: Sequence[Document]) -> None:
        """Writes records of the current input.

        One that is long for Parquet goes into JSON lines beside it.
        """
        if documents:
            repeated = self._sort("records", documents)
            self.count(rows=len(documents) - len(repeated))
            for document in repeated:
                self._reject_repeated(document)

    def _reject_repeated(self, document: Document) -> None:
        """Of a key that comes twice each engine takes a value of its own: one record would be another on each."""
        raw, paths = getattr(document, "verbatim", None) or bytes(document), getattr(self.stream, "records", ())
        told = repeats(self.stream.record_key)
        self._describe(Reject(0, "repeated_key", told, raw, len(raw), path=" or ".join(paths) or None), is_placed=False)

    def reject(self, reject: Reject) -> None:
        """Writes down a part of the current input that could not be read. Raw bytes that are no text go as base64."""
        self._describe(reject, is_placed=True)

    def _describe(self, reject: Reject, *, is_placed: bool) -> None:
        is_text = is_utf8(reject.raw) and b"\0" not in reject.raw  # which is text, but not to warehouses
        raw = reject.raw if is_text else base64.b64encode(reject.raw)
        described = {
            "reason": reject.reason,
            "detail": reject.detail,
            **({"position": reject.position} if is_placed else {}),
            **{name: told for name in _IF_TOLD if (told := getattr(reject, name)) is not None},
            "size": reject.size,
            "rows": reject.rows,
            "encoding": "utf-8" if is_text else "base64",
            "raw": raw.decode(),
        }
        self._sort("rejects", [msgspec.json.encode(described)])
        self.count(rejects=1, rejected_rows=reject.rows)

    def count(self, **more: int) -> None:
        """Adds to the counts of the current input, by their names in Input."""
        last = self.inputs[-1]
        self.inputs[-1] = replace(last, **{name: getattr(last, name) + number for name, number in more.items()})

    def count_answers(self, answers: Answers) -> None:
        """Counts what the documents of the current input were."""
        self.count(documents=answers.documents, empties=answers.empties, unread=answers.unread.total())
        self._unread += answers.unread

    def keep(self, data: bytes, suffix: str) -> None:
        """Stores the bytes that the current input came as, beside what is read of them."""
        number = self.inputs[-1].input
        key = f"files/{self._place}-{number:04}{suffix}"
        self._written.append(key)
        self.store.put(key, data)
        self._added.append(Added(key, "file", 0, 0, len(data), 0, 0, hashlib.sha256(data).hexdigest(), number))

    def checkpoint(self, content: dict[str, Any]) -> str:
        """Stores state that is too large for the commit beside it; the key goes into the commit's state."""
        key = f"state/{self._place}.json.gz"
        self._written.append(key)
        self.store.put(key, gzip.compress(json.dumps(content).encode(), 1))
        return key

    def commit(self, state: dict[str, Any]) -> Commit:
        """Makes the load visible. Raises what Log.commit raises."""
        for name in list(self._parts):
            self._close(name)
        for name, entries in manifests(self.store.url, self._added).items():
            key = f"manifests/{self._place}-{name}.manifest"
            self._written.append(key)
            self.store.put(key, entries)
            self._added.append(Added(key, "manifest", 0, 0, len(entries), 0, 0, hashlib.sha256(entries).hexdigest()))
        # from here on the commit may stand, even if the answer never comes: only a plain refusal says that it does not
        written, self._written = self._written, []
        try:
            return self.log.commit(
                after=self.after,
                load_id=self.load_id,
                started_at=self.started_at,
                inputs=self.inputs,
                added=self._added,
                resolved=self.resolved,
                state=state,
                warnings=[*self.warnings, *([unread_warning(self._unread)] if self._unread else [])],
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

    def _sort(self, content: str, documents: Sequence[Document]) -> list[Document]:
        """Gives what some warehouse may be unable to hold an object of its own, so that it takes no neighbour along.
        Gives back what was not written, see Writer.write."""
        if max(map(len, documents)) <= MAX_TEXT // 10:  # even if it was repaired, and all of it is escaped beside it
            return self._write(content, documents)
        unwritten = list[Document]()
        ordinary, long = list[Document](), list[Document]()
        for document in documents:
            around = 9 * len(getattr(document, "verbatim", b"")) + 1000
            size, copied, text = len(document) + around, 0, 0
            if size > MAX_TEXT:
                copied, text = copied_size([bytes(document)]) + around, longest_text(bytes(document), MAX_TEXT)
            if copied > MAX_LINE or text > MAX_TEXT:
                unwritten += self._write(f"{content} alone", [document], text)
            elif size > MAX_TEXT and content == "records" and self.stream.land_as == "parquet":
                long.append(document)
            else:
                ordinary.append(document)
        for name, batch in ((content, ordinary), (f"{content} long", long)):
            if batch:
                unwritten += self._write(name, batch)
        return unwritten

    def _write(self, name: str, documents: Sequence[Document], longest_text: int = 0) -> list[Document]:
        part = self._parts.get(name) or self._open(name)
        part.longest_text = longest_text
        unwritten = part.writer.write(documents, self.inputs[-1].input)
        if part.writer.size >= OBJECT_BYTES or name.endswith(" alone"):
            self._close(name)
        return unwritten

    def _open(self, name: str) -> _Part:
        content = name.partition(" ")[0]
        self._numbers[content] += 1
        path, number = self.store.scratch / uuid.uuid4().hex, self._numbers[content]
        writer = WRITERS[self.stream.land_as if name == "records" else "json"]
        record_key = "reason" if content == "rejects" else self.stream.record_key
        self._parts[name] = part = _Part(content, number, writer(path, number, record_key), path)
        return part

    def _close(self, name: str) -> None:
        part = self._parts[name]
        part.writer.close()
        if not part.writer.rows:
            part.path.unlink()
            del self._parts[name]
            return
        folder = "raw" if part.content == "records" else "rejects"
        key = f"{folder}/{self._place}-{part.number:04}{part.writer.suffix}"
        with part.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.path.stat().st_size
        self._written.append(key)
        self.store.put(key, part.path)
        whose = self.inputs[-1].input if name.endswith(" alone") else None
        rows, line = part.writer.rows, part.writer.longest_line
        self._added.append(Added(key, part.content, part.number, rows, size, line, part.longest_text, digest, whose))
        del self._parts[name]


@contextmanager
def begin(store: Store, stream: Stream, log: Log, after: Commit | None) -> Iterator[Load]:
    """A load of a stream that goes on from the commit `after`. What does not reach its commit is removed."""
    load = Load(store, stream, log, after)
    try:
        yield load
    except OSError as error:
        where = error.filename or store.scratch
        hint = "change its permission" if error.errno in DENIED else "free space there"
        raise ConfigurationError(f"{where}: {error.strerror or error}; {hint} and run again") from error
    finally:
        with suppress(HeadwaterError, OSError):  # `clean` takes what is left
            load.abandon()
