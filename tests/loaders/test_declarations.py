"""Declarations are read from the dbt sources, and what is wrong with one is told by file and field."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from loaders.declarations import Stream, read_declarations, select
from loaders.errors import ConfigurationError
from loaders.registry import KINDS
from loaders.settings import Settings, user
from loaders.sources.drop import FileDrop

META = {
    "loader": "files",
    "location": "drop/",
    "format": "json",
    "keys": "{year}/{month}/{day}/{hour}/{object}",
    "look_back": "26h",
    "record_key": "id",
}


def declare(models: Path, **changes: object) -> Path:
    meta = {name: value for name, value in {**META, **changes}.items() if value is not None}
    path = models / "shop" / "_shop__sources.yml"
    path.parent.mkdir(exist_ok=True)
    content = {"sources": [{"name": "shop", "tables": [{"name": "orders", "config": {"meta": meta}}]}]}
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    return path


def read(models: Path) -> list[Stream]:
    return list(read_declarations(models, KINDS))


def refused(models: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(models)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_stream_is_what_its_table_says(tmp_path: Path) -> None:
    declare(tmp_path)
    [stream] = read(tmp_path)
    assert isinstance(stream, FileDrop)
    assert stream.model_dump() == {
        "source": "shop",
        "name": "orders",
        "loader": "files",
        "land_as": "json",
        "record_key": "id",
        "location": "drop/",
        "format": "json",
        "keys": "{year}/{month}/{day}/{hour}/{object}",
        "look_back": timedelta(hours=26),
        "dated_by": None,
        "error_objects": False,
        "records": (),
        "nothing": (),
        "leave": (),
        "delimiter": (",",),
        "encoding": ("utf-8",),
        "ends_with_delimiter": False,
        "may_be_empty": False,
        "required_columns": (),
        "optional_columns": (),
        "compare_headers": "exact",
    }


def test_tables_without_a_loader_and_other_files_are_left(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("")
    (tmp_path / "b.yml").write_text("version: 2\nmodels: [{name: x}]\nsources:\n")
    (tmp_path / "c.yml").write_text("sources: [{name: x}, {name: y, tables: }, {name: z, tables: [{name: t}]}]\n")
    (tmp_path / "d.yml").write_text("sources: [{name: x, tables: [{name: t, config: }, {name: u, config: {meta: }}]}]")
    (tmp_path / "e.yml").write_text("sources: [{name: x, tables: [{name: t, config: {meta: {owner: ana}}}]}]\n")
    assert read(tmp_path) == []


def test_both_endings_that_dbt_reads_are_read(tmp_path: Path) -> None:
    path = declare(tmp_path)
    path.rename(path.with_suffix(".yaml"))
    assert [stream.name for stream in read(tmp_path)] == ["orders"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"loader": "ftp"}, "no loader 'ftp'; there are: files"),
        ({"loader": ["files"]}, "no loader ['files']; there are: files"),
        ({"location": None}, "location: Field required"),
        ({"location": ""}, "location: String should have at least 1 character"),
        ({"keys": None}, "keys: Field required"),
        ({"format": "xml"}, "format: Input should be 'json' or 'csv'"),
        ({"land_as": "csv"}, "land_as: Input should be 'json' or 'parquet'"),
        ({"lookback": "26h"}, "lookback: nothing reads this; expected look_back"),
        ({"look_back": "26"}, "look_back: Value error, expected `all`, or hours or days such as 26h or 2d"),
        ({"look_back": 26}, "look_back: Value error, expected `all`, or hours or days such as 26h or 2d"),
        ({"look_back": "-2d"}, "look_back: Value error, expected `all`, or hours or days such as 26h or 2d"),
        ({"look_back": "2 days"}, "look_back: Value error, expected `all`, or hours or days such as 26h or 2d"),
        ({"look_back": "9999999d"}, "look_back: Value error, expected `all`, or hours or days such as 26h or 2d"),
        ({"keys": "{year}/{year}"}, "keys: Value error, expected a pattern such as"),
        ({"keys": "{1st}/{object}"}, "keys: Value error, expected a pattern such as"),
        ({"keys": "{year}/{the-object}"}, "keys: Value error, expected a pattern such as"),
        ({"keys": "{year}/{object"}, "keys: Value error, expected a pattern such as"),
        ({"dated_by": "object"}, "dated_by: Value error, expected a name in keys that have no {year}"),
        (
            {"keys": "a/{file}", "look_back": "all", "dated_by": "name"},
            "dated_by: Value error, expected a name in keys that have",
        ),
        ({"keys": "{object}"}, "look_back: Value error, needs keys with folders of {year}, {month}, {day}, {hour}"),
        ({"keys": "{day}/{month}/{year}/{object}"}, "look_back: Value error, needs keys with folders of {year},"),
        ({"keys": "{year}/{day}/{object}"}, "look_back: Value error, needs keys with folders of {year}, {month}"),
        ({"keys": "{hour}/{object}"}, "look_back: Value error, needs keys with folders of {year}, {month}, {day}"),
        ({"keys": "data/{year}-{object}"}, "look_back: Value error, needs keys with folders of {year}, {month}"),
        ({"records": "data"}, "records: Input should be a valid tuple"),
        ({"records": [""]}, "records.0: String should match pattern"),
        ({"records": ["data", "a..b"]}, "records.1: String should match pattern"),
        ({"records": [".data"]}, "records.0: String should match pattern"),
        ({"records": ["data", ".", "data"]}, "records: Value error, expected each path once"),
        ({"nothing": ["data=null"]}, "nothing: Value error, only answers that were saved have it; name"),
        ({"records": ["data"], "nothing": ["data=nul"]}, "nothing: Value error, data=nul: expected JSON behind ="),
        ({"records": ["data"], "nothing": ["data="]}, "nothing.0: String should match pattern"),
        ({"records": ["data"], "leave": ["."]}, "leave.0: String should match pattern"),
        ({"leave": ["meta"]}, "leave: Value error, only answers that were saved have it; name their `records`, too"),
        ({"format": "csv", "records": ["data"]}, "records: Value error, only documents of JSON have paths; leave it"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_field(tmp_path: Path, change: dict[str, object], told: str) -> None:
    path = declare(tmp_path, **change)
    message = refused(tmp_path)
    assert message.startswith(f"{path}: shop.orders: {told}")


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = declare(tmp_path, location=None, format="xml")
    assert refused(tmp_path) == (
        f"{path}: shop.orders: location: Field required; format: Input should be 'json' or 'csv'"
    )


@pytest.mark.parametrize(
    "keys",
    ["{year}/{object}", "{year}{month}/{object}", "a/type={t}/y={year}/m={month}/{object}", "{year}-{month}.json"],
)
def test_keys_that_sort_by_time_may_have_a_look_back(tmp_path: Path, keys: str) -> None:
    declare(tmp_path, keys=keys)
    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize("content", ["- a\n- b\n", "just text\n", "7\n", "sources: text\n", "sources: {name: x}\n"])
def test_a_file_that_is_not_of_that_shape_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.yml").write_text(content)
    assert refused(tmp_path).startswith(f"{tmp_path}/bad.yml: not a file of dbt sources (")


@pytest.mark.parametrize(
    "content",
    [
        "sources: [text]\n",
        "sources: [{tables: [{name: t, config: {meta: {loader: files}}}]}]\n",
        "sources: [{name: x, tables: text}]\n",
        "sources: [{name: x, tables: [{config: {meta: {loader: files}}}]}]\n",
        "sources: [{name: x, tables: [{name: t, config: {meta: 7}}]}]\n",
    ],
)
def test_a_source_that_is_not_of_that_shape_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.yml").write_text(content)
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path}/bad.yml: not a file of dbt sources (")
    assert message.endswith("; `dbt parse` says more")


@pytest.mark.parametrize("content", [b"sources: [\n", b"a: b: c\n", b"\xff\xfe\x00", b"a: \x00\n", b"\tx: 1\n"])
def test_a_file_that_is_no_yaml_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.yml").write_bytes(content)
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path}/bad.yml: ")
    assert message.endswith("; correct the file and run again")


def test_names_that_warehouses_cannot_hold_are_told(tmp_path: Path) -> None:
    path = declare(tmp_path)
    path.write_text(path.read_text().replace("name: orders", 'name: "Or ders"'))
    assert refused(tmp_path).startswith(f"{path}: shop.Or ders: name: String should match pattern")


def test_meta_cannot_rename_its_table(tmp_path: Path) -> None:
    declare(tmp_path, name="other", source="else")
    assert [(stream.source, stream.name) for stream in read(tmp_path)] == [("shop", "orders")]


def test_streams_are_selected_by_source_or_by_stream() -> None:
    streams = [
        Stream(source="shop", name="orders", loader="files"),
        Stream(source="shop", name="returns", loader="files"),
        Stream(source="web", name="events", loader="files"),
    ]
    assert select(streams, []) == streams
    assert select(streams, ["shop"]) == streams[:2]
    assert select(streams, ["web.events", "shop.returns"]) == streams[1:]
    with pytest.raises(ConfigurationError) as caught:
        select(streams, ["shop", "sh0p", "shop.order"])
    assert str(caught.value) == (
        "no source or stream sh0p, shop.order; there are: shop, shop.orders, shop.returns, web, web.events"
    )


def test_the_environment_says_where_a_drop_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(tmp_path)
    [stream] = read(tmp_path)
    assert isinstance(stream, FileDrop)
    assert stream.url == "drop/"
    monkeypatch.setenv("SHOP_URL", "s3://all")
    assert stream.url == "s3://all"
    monkeypatch.setenv("SHOP_ORDERS_URL", "s3://orders")
    assert stream.url == "s3://orders"


def test_the_lake_is_ones_own_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().lake_url == "lake"
    monkeypatch.setenv("HEADWATER_BUCKET", "team")
    monkeypatch.setenv("HEADWATER_USER", "Ana Müller")
    assert Settings().lake_url == "s3://team/headwater/ana_m_ller"
    monkeypatch.setenv("HEADWATER_LAKE", "s3://production/lake")
    assert Settings().lake_url == "s3://production/lake"


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 1000730000"), OSError("No username set")])
def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setenv("HEADWATER_USER", "")
    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 1000730000)
    assert user() == "user_1000730000"
