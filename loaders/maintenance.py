"""Housekeeping of the lake: the only code that lists all of it."""

from datetime import UTC, datetime

from loaders.lake import Store
from loaders.log import COMMIT_WITHIN, read_commit


def remove_unseen(store: Store, *, dry_run: bool = False) -> list[str]:
    """Removes data that no commit lists, or that a later one removed; gives back the keys.

    Only what is older than twice the time in which a load may commit: the load that wrote it cannot make it visible
    any more. Checkpoints go when a newer commit has its own.
    """
    before = datetime.now(UTC) - 2 * COMMIT_WITHIN
    # what is old is listed before the log is read: a commit that comes in between is then seen
    folders = ("raw/", "rejects/", "files/", "manifests/", "state/")
    old = [e.key for folder in folders for e in store.entries(folder) if e.modified_at < before]
    visible = _visible(store)
    unseen = [key for key in old if key not in visible]
    for key in unseen if not dry_run else ():
        store.delete(key)
    return unseen


def _visible(store: Store) -> set[str]:
    added: set[str] = set()
    removed: set[str] = set()
    checkpoints: dict[str, str] = {}
    for entry in store.entries("log/"):
        folder, _, name = entry.key.rpartition("/")
        if name.startswith("_"):
            continue
        commit, lines = read_commit(store, entry.key)
        checkpoints.setdefault(folder, commit.state.get("known", ""))  # the newest sorts first
        added |= {line["object"] for line in lines if line["kind"] == "added"}
        removed |= {line["object"] for line in lines if line["kind"] == "removed"}
    return (added - removed) | set(checkpoints.values())
