"""`clean` removes what nobody can see any more, and nothing else."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse

from loaders.declarations import Stream
from loaders.errors import ConfigurationError, DamagedCommitError, UnavailableError
from loaders.lake import Store, open_store
from loaders.landing import begin
from loaders.log import Commit, Log
from loaders.maintenance import remove_leftovers, remove_unseen
from loaders.readers.reject import Reject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDERS = ("log/", "raw/", "rejects/", "files/", "state/")


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


def load(lake: Store, stream: str, after: Commit | None) -> Commit:
    shape = Stream(source="shop", name=stream, loader="files", record_key="id")
    with begin(lake, shape, Log(lake, "shop", stream), after) as landing:
        landing.begin_input("a", "1", {})
        landing.keep(b"as it came", ".csv")
        landing.land([b'{"id":1}'])
        landing.reject(Reject(0, "not_json", "d", b"x", 1))
        return landing.commit({"known": landing.checkpoint({"a": "1"})})


def keys_of(lake: Store) -> list[str]:
    return [entry.key for folder in FOLDERS for entry in lake.entries(folder)]


def age(lake: Store, hours: float, *keys: str) -> None:
    for key in keys:
        os.utime(Path(lake.url) / key, (time.time() - hours * 3600,) * 2)


def test_what_is_committed_stays_however_old(lake: Store) -> None:
    first = load(lake, "orders", None)
    load(lake, "orders", first)
    load(lake, "returns", None)
    Log(lake, "shop", "orders").seen()
    age(lake, 1_000, *keys_of(lake))
    before = keys_of(lake)
    [old_checkpoint] = [key for key in before if key.startswith("state/shop/orders/load_seq=1/")]
    assert remove_unseen(lake) == [old_checkpoint]
    assert keys_of(lake) == [key for key in before if key != old_checkpoint]
    assert len(before) == 3 + 1 + 3 + 3 + 3 + 3  # commits, heartbeat, data, rejects, files, checkpoints


def test_what_no_commit_lists_goes_when_none_can_come(lake: Store) -> None:
    load(lake, "orders", None)
    ages = {"old": 24.1, "young": 23.9, "new": 0.0}
    for name, hours in ages.items():
        for folder in (
            "raw/shop/orders/load_seq=2",
            "rejects/shop/orders/load_seq=2",
            "files/shop/orders/load_seq=2",
            "state/shop/gone/load_seq=1",
        ):
            lake.put(f"{folder}/{name}.json.gz", b"1")
            age(lake, hours, f"{folder}/{name}.json.gz")
    before = keys_of(lake)
    expected = [
        "raw/shop/orders/load_seq=2/old.json.gz",
        "rejects/shop/orders/load_seq=2/old.json.gz",
        "files/shop/orders/load_seq=2/old.json.gz",
        "state/shop/gone/load_seq=1/old.json.gz",
    ]
    assert remove_unseen(lake, dry_run=True) == expected
    assert keys_of(lake) == before
    assert remove_unseen(lake) == expected
    assert keys_of(lake) == [key for key in before if key not in expected]
    assert remove_unseen(lake) == []


def test_what_a_later_commit_removed_goes(lake: Store) -> None:
    first = load(lake, "orders", None)
    [data] = [key for key in keys_of(lake) if key.startswith("raw/")]
    log = Log(lake, "shop", "orders")
    now = datetime.now(UTC)
    log.commit(after=first, load_id="undo", started_at=now, inputs=[], added=[], removed=[data], state=first.state)
    assert remove_unseen(lake) == []
    age(lake, 25, *keys_of(lake))
    assert remove_unseen(lake) == [data]
    assert [key for key in keys_of(lake) if key.startswith(("raw/", "state/"))] == [first.state["known"]]


def test_a_corrupt_commit_stops_the_cleaning(lake: Store) -> None:
    load(lake, "orders", None)
    age(lake, 25, *keys_of(lake))
    lake.put("log/shop/orders/999999999998.json", b'{"kind": "load", "sou')
    before = keys_of(lake)
    with pytest.raises(ConfigurationError, match=r"log/shop/orders/999999999998.json: not a commit"):
        remove_unseen(lake)
    assert keys_of(lake) == before


@pytest.mark.parametrize("lost", ["999999999998.json", "999999999997.json", "99999999999[67].json", "*"])
def test_a_missing_commit_stops_the_cleaning(lake: Store, lost: str) -> None:
    after = None
    for _ in range(3):
        after = load(lake, "orders", after)
    age(lake, 25, *keys_of(lake))
    for path in (Path(lake.url) / "log/shop/orders").glob(lost):
        path.unlink()
    before = keys_of(lake)
    with pytest.raises(
        DamagedCommitError, match=r"it is missing, and later ones exist|the newest in log/shop/orders/ is "
    ):
        remove_unseen(lake)
    assert keys_of(lake) == before


def test_a_commit_cut_at_the_end_of_a_line_stops_the_cleaning(lake: Store) -> None:
    load(lake, "orders", None)
    age(lake, 25, *keys_of(lake))
    key = "log/shop/orders/999999999998.json"
    written = b"".join(lake.chunks(key)).splitlines(keepends=True)
    before = keys_of(lake)
    for count in range(1, len(written)):
        lake.put(key, b"".join(written[:count]))
        with pytest.raises(DamagedCommitError, match="a closing one the last"):
            remove_unseen(lake)
    assert keys_of(lake) == before


def test_an_empty_lake_is_clean(store: Store) -> None:
    assert remove_unseen(store) == []


def test_a_commit_that_comes_while_it_cleans_is_seen(lake: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # listed as old, then committed: possible within the hour that a load may be late and a clock wrong
    first = load(lake, "orders", None)
    age(lake, 25, *keys_of(lake))
    commit = b"".join(lake.chunks("log/shop/orders/999999999998.json"))
    lake.delete("log/shop/orders/999999999998.json")
    real = type(lake).entries

    def entries(self: Store, prefix: str = "", after: str = "") -> object:
        if prefix == "log/":
            lake.put("log/shop/orders/999999999998.json", commit)
        return real(self, prefix, after)

    monkeypatch.setattr(type(lake), "entries", entries)
    assert remove_unseen(lake) == []
    assert Log(lake, "shop", "orders").newest() == first


def test_unfinished_uploads_and_scratch_of_killed_loads_go_after_a_day(
    bucket: str, s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.s3.models import s3_backends

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lake = open_store(f"s3://{bucket}/lake")
    kept = {"headwater-scratch-young": 0.0, "headwater-notes": 100.0, "headwater-scratch-busy": 100.0}
    for name, hours in {**kept, "headwater-scratch-old": 25.0}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "part").write_bytes(b"1")
        times = (time.time() - hours * 3600,) * 2
        os.utime(tmp_path / name / "part", None if name.endswith("busy") else times)
        os.utime(tmp_path / name, times)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="lake/raw/shop/orders/a.parquet")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="lake/raw/shop/orders/a.parquet", UploadId=upload, PartNumber=1, Body=b"1")
    expected = [str(tmp_path / "headwater-scratch-old"), "unfinished upload of raw/shop/orders/a.parquet"]
    assert list(lake.leftovers(datetime(2010, 11, 10, tzinfo=UTC))) == []  # moto's uploads are of that day
    assert remove_leftovers(lake, dry_run=True) == expected
    assert remove_leftovers(lake) == expected
    assert remove_leftovers(lake) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
    assert s3_backends["123456789012"]["aws"].list_multipart_uploads(bucket) == {}


@pytest.mark.parametrize(("status", "code"), [(501, "NotImplemented"), (405, "MethodNotAllowed")])
def test_a_service_that_lists_no_uploads_is_cleaned_all_the_same(
    bucket: str, answers: list[Callable[[Any, Any], Any]], status: int, code: str
) -> None:
    def refuse(request: Any, _: Any) -> Any:
        body = HTTPResponse(BytesIO(f"<Error><Code>{code}</Code></Error>".encode()), preload_content=False)
        return AWSResponse(request.url, status, HTTPHeaders(), body) if "?uploads" in request.url else None

    answers.append(refuse)
    assert remove_leftovers(open_store(f"s3://{bucket}/lake")) == []
    code = "AccessDenied"
    with pytest.raises(ConfigurationError if status < 500 else UnavailableError, match="AccessDenied"):
        remove_leftovers(open_store(f"s3://{bucket}/lake"))


def test_scratch_of_a_lake_in_a_directory_goes_after_a_day(lake: Store) -> None:
    scratch = lake.scratch
    for name, hours in {"old": 25, "young": 23}.items():
        (scratch / name).write_bytes(b"1")
        os.utime(scratch / name, (time.time() - hours * 3600,) * 2)
    assert remove_leftovers(lake) == [str(scratch / "old")]
    assert [path.name for path in scratch.iterdir()] == ["young"]
