"""The lake held against its log: every object that commits list is there, as large and with the bytes they say."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from loaders.errors import DamagedCommitError, NotFoundError
from loaders.lake import Store
from loaders.log import check_numbers, read_commit

FOLDERS = ("raw/", "rejects/", "files/", "manifests/")
"""Where the objects are that commits list."""


@dataclass
class Verified:
    """What was found. wrong: a line for each fault; unlisted: objects that no commit lists, which `clean` removes."""

    commits: int = 0
    objects: int = 0
    bytes: int = 0
    unlisted: int = 0
    wrong: list[str] = field(default_factory=list)


def verify(store: Store, *, hashes: bool = False) -> Verified:
    """Lists the lake and compares it with its commits by key and size; with hashes, reads all of it too."""
    result = Verified()
    # the log is read first: what is committed meanwhile is listed only as one more object
    listed, removed = dict[str, dict[str, Any]](), set[str]()
    for lines in _commits(store, result):
        listed |= {line["object"]: line for line in lines if line["kind"] == "added"}
        removed |= {line["object"] for line in lines if line["kind"] == "removed"}
    expected = {key: line for key, line in listed.items() if key not in removed}
    sizes = {entry.key: entry.size for folder in FOLDERS for entry in store.entries(folder)}
    result.unlisted = len(sizes.keys() - listed.keys())
    result.objects, result.bytes = len(expected), sum(line["bytes"] for line in expected.values())
    for key, line in expected.items():
        if fault := _fault(store, key, line, sizes.get(key), hashes=hashes):
            result.wrong.append(f"{store.url}/{key}: {fault} (load {line['load_seq']}, {line['rows']:,} rows)")
    return result


def _commits(store: Store, result: Verified) -> Iterator[list[dict[str, Any]]]:
    """The lines of all commits that can be read; what is wrong with the others is noted."""
    keys = (entry.key for entry in store.entries("log/"))
    for folder, of_stream in groupby(keys, lambda key: key.rpartition("/")[0]):
        commits = [key for key in of_stream if not key.rpartition("/")[2].startswith("_")]
        try:
            check_numbers(store, f"{folder}/", commits)
        except DamagedCommitError as error:
            result.wrong.append(str(error))
        for key in commits:
            try:
                _, lines = read_commit(store, key)
            except DamagedCommitError as error:
                result.wrong.append(str(error))
            else:
                result.commits += 1
                yield lines


def _fault(store: Store, key: str, line: dict[str, Any], size: int | None, *, hashes: bool) -> str:
    """What is wrong with an object, empty if nothing."""
    if size is None:
        return "missing"
    if size != line["bytes"]:
        return f"changed, {size:,} bytes where its commit says {line['bytes']:,}"
    if hashes:
        try:
            digest = _digest(store.chunks(key))
        except NotFoundError:
            return "missing"
        if digest != line["sha256"]:
            return f"changed, its sha256 is {digest} where its commit says {line['sha256']}"
    return ""


def _digest(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
