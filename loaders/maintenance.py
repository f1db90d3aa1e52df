"""Housekeeping of the lake: what no commit lists is removed."""

import re
from datetime import UTC, datetime
from itertools import groupby

from loaders.errors import DamagedCommitError
from loaders.lake import Store
from loaders.log import COMMIT_WITHIN, check_numbers, number_of, read_commit

_OF_LOAD = re.compile(r"[a-z]+/(?P<stream>[^/]+/[^/]+)/load_seq=(?P<number>[0-9]+)/")


def remove_unseen(store: Store, *, dry_run: bool = False) -> list[str]:
    """Removes data that no commit lists, or that a later one removed; gives back the keys.

    Only what is older than twice the time in which a load may commit: the load that wrote it cannot make it visible
    any more. Checkpoints go when a newer commit has its own. Raises DamagedCommitError, and removes nothing, where a
    commit is missing or damaged: what it listed would go.
    """
    before = datetime.now(UTC) - 2 * COMMIT_WITHIN
    # what is old is listed before the log is read: a commit that comes in between is then seen
    folders = ("raw/", "rejects/", "files/", "manifests/", "state/")
    old = [e.key for folder in folders for e in store.entries(folder) if e.modified_at < before]
    visible, newest = _visible(store)
    unseen = [key for key in old if key not in visible]
    for key in unseen:
        if (match := _OF_LOAD.match(key)) and int(match["number"]) > (last := newest.get(match["stream"], 0)) + 1:
            raise DamagedCommitError(
                f"{store.url}/{key}: a load writes number {match['number']} when commits up to "
                f"{int(match['number']) - 1} exist, and the newest in log/{match['stream']}/ is {last}; restore those "
                "that are missing; nothing was removed"
            )
    for key in unseen if not dry_run else ():
        store.delete(key)
    return unseen


def remove_leftovers(store: Store, *, dry_run: bool = False) -> list[str]:
    """Removes unfinished uploads and temporary files of loads that are too old to commit; gives back their names."""
    left = list(store.leftovers(datetime.now(UTC) - 2 * COMMIT_WITHIN))
    for _, remove in left if not dry_run else ():
        remove()
    return [name for name, _ in left]


def _visible(store: Store) -> tuple[set[str], dict[str, int]]:
    """The keys that the logs list and have not removed, and the number of each stream's newest commit."""
    added: set[str] = set()
    removed: set[str] = set()
    checkpoints: set[str] = set()
    newest: dict[str, int] = {}
    for folder, of_stream in groupby((e.key for e in store.entries("log/")), lambda key: key.rpartition("/")[0]):
        keys = [key for key in of_stream if not key.rpartition("/")[2].startswith("_")]
        check_numbers(store, f"{folder}/", keys)
        newest[folder.removeprefix("log/")] = max((number_of(key) or 0 for key in keys), default=0)
        for at, key in enumerate(keys):
            commit, lines = read_commit(store, key)
            if at == 0:  # the newest sorts first
                checkpoints.add(commit.state.get("known", ""))
            added |= {line["object"] for line in lines if line["kind"] == "added"}
            removed |= {line["object"] for line in lines if line["kind"] == "removed"}
    return (added - removed) | checkpoints, newest
