"""`verify` names what of the lake is not as its commits say, and nothing else."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result

from loaders.declarations import Stream
from loaders.lake import Store, open_store
from loaders.landing import begin
from loaders.log import Commit, Log
from loaders.readers.reject import Reject
from loaders.verification import verify

SHOP = Stream(source="shop", name="orders", loader="files", record_key="id")


def load(lake: Store, after: Commit | None) -> Commit:
    with begin(lake, SHOP, Log(lake, "shop", "orders"), after) as landing:
        landing.begin_input("a", "1", {})
        landing.keep(b"as it came", ".csv")
        landing.land([b'{"id":1}', b'{"id":2}'])
        landing.reject(Reject(0, "not_json", "d", b"x", 1))
        return landing.commit({})


def raw_of(lake: Store, number: int) -> str:
    [key] = [entry.key for entry in lake.entries(f"raw/shop/orders/load_seq={number}/")]
    return key


def test_a_lake_that_is_whole(store: Store) -> None:
    first = load(store, None)
    load(store, first)
    Log(store, "shop", "orders").seen()
    store.put("raw/shop/orders/load_seq=3/left.json.gz", b"of a killed load")
    for hashes in (False, True):
        found = verify(store, hashes=hashes)
        assert (found.commits, found.unlisted, found.wrong) == (2, 1, [])
        assert found.objects == (10 if store.url.startswith("s3:") else 6)  # there with two manifests each
        keys = [
            e for f in ("raw/", "rejects/", "files/", "manifests/") for e in store.entries(f) if "left" not in e.key
        ]
        assert found.bytes == sum(entry.size for entry in keys)


def test_what_is_missing_or_changed_is_named_with_its_load(store: Store) -> None:
    first = load(store, None)
    second = load(store, first)
    load(store, second)
    missing, cut, changed = (raw_of(store, number) for number in (1, 2, 3))
    store.delete(missing)
    size = len(b"".join(store.chunks(cut)))
    store.put(cut, b"".join(store.chunks(cut))[:-1])
    content = b"".join(store.chunks(changed))
    store.put(changed, content[:-1] + bytes([content[-1] ^ 1]))
    by_size = [
        f"{store.url}/{missing}: missing (load 1, 2 rows)",
        f"{store.url}/{cut}: changed, {size - 1} bytes where its commit says {size} (load 2, 2 rows)",
    ]
    assert sorted(verify(store).wrong) == by_size
    *others, third = sorted(verify(store, hashes=True).wrong)
    assert others == by_size
    assert third.startswith(f"{store.url}/{changed}: changed, its sha256 is ")
    assert third.endswith(" (load 3, 2 rows)")


def test_commits_that_are_missing_or_cut_are_named_and_the_others_held_against_the_lake(tmp_path: Path) -> None:
    lake, after = open_store(str(tmp_path / "lake")), None
    for _ in range(3):
        after = load(lake, after)
    lake.delete("log/shop/orders/999999999997.json")
    lake.put("log/shop/orders/999999999996.json", b"{")
    lake.delete(raw_of(lake, 1))
    found = verify(lake)
    assert found.commits == 1
    gap, broken, missing = found.wrong
    assert gap.startswith(
        f"{lake.url}/log/shop/orders/999999999997.json: not a commit (it is missing, and later ones exist)"
    )
    assert broken.startswith(f"{lake.url}/log/shop/orders/999999999996.json: not a commit (")
    assert missing.endswith(": missing (load 1, 2 rows)")


def test_what_a_later_commit_removed_may_be_gone_or_not(tmp_path: Path) -> None:
    lake = open_store(str(tmp_path / "lake"))
    first = load(lake, None)
    data, log = raw_of(lake, 1), Log(lake, "shop", "orders")
    log.commit(after=first, load_id="undo", started_at=datetime.now(UTC), inputs=[], added=[], removed=[data], state={})
    assert (verify(lake).wrong, verify(lake).unlisted) == ([], 0)
    lake.delete(data)
    assert verify(lake, hashes=True).wrong == []


def test_the_command_ends_with_1_and_says_what_to_do(project: Path, headwater: Callable[..., Result]) -> None:
    lake = open_store(str(project / "lake"))
    load(lake, None)
    result = headwater("verify", "--hashes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 commits list 3 objects of " in result.stdout
    assert "read and compared; 0 others are listed by none" in result.stdout
    lake.put(raw_of(lake, 1), gzip.compress(b"{}"))
    result = headwater("verify")
    assert result.exit_code == 1
    first, last = result.stderr.splitlines()
    assert first.startswith("Error: lake/raw/shop/orders/load_seq=1/")
    assert last.startswith("Error: lake: 1 faults, named above; restore these objects as they were written")
