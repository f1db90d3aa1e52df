"""The lines of rows that were read and did not cast: those of the file, or none."""

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from loaders import lines as module
from loaders.lake import Store, open_store
from loaders.lines import lines_of
from loaders.sources import files
from loaders.sources.drop import FileDrop

KEY = "2026-03/ratings.csv"


@pytest.fixture
def source(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "drop"))


@pytest.fixture
def lake(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "lake"))


def drop_at(source: Store) -> FileDrop:
    fields = {"source": "learning", "name": "ratings", "loader": "files", "location": source.url, "format": "csv"}
    return FileDrop.model_validate({**fields, "keys": "{month}/{object}", "encoding": ["utf-8", "windows-1252"]})


def lines(lake: Store, drop: FileDrop, tmp_path: Path) -> dict[str, list[int]]:
    """The lines of all rows, by what their rows say."""
    texts = {}
    for entry in lake.entries("raw/"):
        for row in pq.read_table(tmp_path / "lake" / entry.key, partitioning=None).to_pylist():
            texts[f"{entry.key}#{row['_row']}"] = row["value"]
    found = lines_of(lake, [drop], [("learning.ratings", record) for record in texts])
    return {texts[record]: at for record, at in found.items()}


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_row_is_on_the_line_on_which_it_begins(lake: Store, source: Store, tmp_path: Path, is_packed: bool) -> None:
    data = b"""id,"te
xt"\r
\r
1,"two
lines"\r
2,a,b\r
\r
3,"\xe9"
4,same\r
"5","three

lines"
4,same
6,last"""
    source.put(KEY, gzip.compress(data) if is_packed else data)
    drop = drop_at(source)
    list(files.load(lake, drop, None, None))
    name = '"te\\nxt"'
    assert lines(lake, drop, tmp_path) == {
        f'{{"id":"1",{name}:"two\\nlines"}}': [4],
        f'{{"id":"3",{name}:"\u00e9"}}': [8],
        f'{{"id":"4",{name}:"same"}}': [9, 13],
        f'{{"id":"5",{name}:"three\\n\\nlines"}}': [10],
        f'{{"id":"6",{name}:"last"}}': [14],
    }


def test_rows_in_large_files_have_theirs_too(lake: Store, source: Store, tmp_path: Path) -> None:
    source.put(KEY, b"id,text\n" + b"".join(b'%d,"%s"\n' % (n, b"x\ny" * 20) for n in range(20_000)))
    drop = drop_at(source)
    list(files.load(lake, drop, None, None))
    found = lines(lake, drop, tmp_path)
    assert sorted(found.values()) == [[2 + 21 * number] for number in range(20_000)]


def test_of_a_file_that_is_another_by_now_there_are_none(lake: Store, source: Store, tmp_path: Path) -> None:
    source.put(KEY, b"id\n1\n")
    drop = drop_at(source)
    list(files.load(lake, drop, None, None))
    source.put(KEY, b"text,id\n\n,1\n")
    assert lines(lake, drop, tmp_path) == {}
    source.delete(KEY)
    assert lines(lake, drop, tmp_path) == {}
    assert lines_of(lake, [drop], [("learning.ratings", "raw/none#1"), ("other.stream", "raw/x#1")]) == {}


def test_files_are_read_until_so_many_bytes_are(
    lake: Store, source: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        source.put(f"2026-03/{name}.csv", f"id\n{name}\n".encode())  # of five bytes each
    drop = drop_at(source)
    list(files.load(lake, drop, None, None))
    monkeypatch.setattr(module, "MOST", 14)
    assert list(lines(lake, drop, tmp_path).values()) == [[2], [2]]
