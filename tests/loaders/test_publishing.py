"""What a warehouse has unloaded becomes current as a whole, or not at all. The warehouse here is a few lines of Python;
the real DuckDB unloads in tests/pipeline/test_publish.py."""

import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from click.testing import Result
from pyarrow import parquet

from loaders import publications
from loaders.errors import ConfigurationError, NotFoundError
from loaders.lake import Store, open_store
from loaders.publications import read_published
from loaders.spreadsheets import write_csv
from loaders.warehouse import write_timeline

Headwater = Callable[..., Result]

PUBLISHED = """\
exposures:
  - name: published_orders
    type: application
    depends_on: [ref('fct_orders')]
    config: {meta: {publish: {as: orders, formats: [parquet, csv]}}}
  - name: published_returns
    type: application
    depends_on: [ref('fct_returns')]
    config: {meta: {publish: {as: returns, formats: [parquet]}}}
  - name: a_chart
    type: analysis
    depends_on: [ref('fct_orders')]
    config: {meta: {chart: {mark: line}}}
"""
FIELDS: "list[pa.Field[Any]]" = [
    pa.field("order_id", pa.string()),
    pa.field("paid_brl", pa.decimal128(18, 4)),
    pa.field("paid_at", pa.timestamp("us")),
]
ORDERS = pa.schema(FIELDS)
RETURNS = pa.schema([("return_count", pa.int64())])
CONTRACTS = {pa.string(): "varchar(65535)", pa.int64(): "bigint", pa.timestamp("us"): "timestamp"}
PAID = datetime(2026, 3, 2, 14, 5, 9, 123456)


@dataclass
class Warehouse:
    """Answers as the operation publish_marts does. tables: the files of each mart; counts: rows, where other than those
    in the files; refused: marts at which dbt fails; runs: what each was asked for; cut_short: files end early."""

    tables: dict[str, list[pa.Table]]
    counts: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    runs: list[list[str]] = field(default_factory=list)
    cut_short: bool = False

    def run(self, *arguments: str, target: str | None) -> subprocess.CompletedProcess[str]:
        assert (arguments[:3], target) == (("run-operation", "publish_marts", "--args"), None)
        asked = json.loads(arguments[3])
        assert asked["dry_run"] is False
        self.runs.append(sorted(asked["marts"].values()))
        lake, lines, failed = open_store(os.environ["HEADWATER_LAKE"]), ["a line of dbt's own"], False
        for exposure, name in sorted(asked["marts"].items()):
            assert exposure == f"published_{name}"
            if name not in self.tables:
                lines.append(json.dumps({"mart": name, "lacks": f'"w"."marts"."fct_{name}"', "model": f"fct_{name}"}))
                continue
            lines.append(json.dumps({"mart": name, "begun": True}))
            if failed := name in self.refused:
                lines.append("Database Error: no")
                break
            for number, table in enumerate(self.tables[name]):
                data = bytes_of(table)[: 100 if self.cut_short else None]
                lake.put(f"marts/{name}/{asked['publication']}/part_{number}.parquet", data)
            schema = {"orders": ORDERS, "returns": RETURNS}[name]
            told = [
                {"name": one.name, "type": CONTRACTS.get(one.type, "decimal(18, 4)"), "comment": f"What {one.name} is."}
                for one in schema
            ]
            found = sum(table.num_rows for table in self.tables[name])
            row_count = self.counts.get(name, found)
            said = {"mart": name, "row_count": row_count, "description": f"All {name}.\nOne row each.", "columns": told}
            lines.append(json.dumps(said))
        return subprocess.CompletedProcess(arguments, int(failed), stdout="\n".join(lines))


def bytes_of(table: pa.Table) -> bytes:
    file = io.BytesIO()
    parquet.write_table(table, file, row_group_size=2)
    return file.getvalue()


def orders(*rows: tuple[str | None, str | None]) -> pa.Table:
    values = [{"order_id": name, "paid_brl": Decimal(paid) if paid else None, "paid_at": PAID} for name, paid in rows]
    return pa.Table.from_pylist(values, schema=ORDERS)


def returns(*counts: int) -> pa.Table:
    return pa.table({"return_count": list(counts)}, schema=RETURNS)


@pytest.fixture
def warehouse(
    project: Path, place: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Warehouse:
    """One with two marts: orders in two files, returns in one. Every publication is a second later than the last."""
    (project / "models").mkdir(exist_ok=True)
    (project / "models" / "_published__exposures.yml").write_text(PUBLISHED)
    monkeypatch.setenv("HEADWATER_LAKE", place("lake"))
    monkeypatch.setenv("HEADWATER_GLUE_DATABASE", "")
    made = Warehouse({"orders": [orders(("a", "1.5"), ("b", None)), orders(("c", "2"))], "returns": [returns(7)]})
    monkeypatch.setattr("loaders.publishing.run_dbt", made.run)
    numbers = iter(range(100))
    monkeypatch.setattr("loaders.publishing.new_load_id", lambda at: f"20260301T0000{next(numbers):02}Z-00000000")
    return made


@pytest.fixture
def lake(warehouse: Warehouse) -> Store:
    return open_store(os.environ["HEADWATER_LAKE"])


def keys(lake: Store) -> list[str]:
    return [entry.key.replace("20260301T0000", "").replace("Z-00000000", "") for entry in lake.entries()]


def text(lake: Store, key: str) -> str:
    return b"".join(lake.chunks(key)).decode("utf-8-sig")


def shown(lake: Store, name: str = "orders") -> list[dict[str, Any]]:
    """The rows that readers of a mart see."""
    now = publications.current(lake, name)
    assert now
    rows = []
    for file in now.files:
        with lake.open(file["path"]) as opened:
            rows += parquet.read_table(opened).to_pylist()
    return rows


def test_marts_become_current(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    done = headwater("publish")
    assert done.exit_code == 0, done.output
    size = [len(bytes_of(table)) for table in [*warehouse.tables["orders"], *warehouse.tables["returns"]]]
    assert done.stdout.splitlines() == [
        f"orders: 3 rows, {size[0] + size[1]:,} bytes in marts/orders/20260301T000000Z-00000000/, exports/orders.csv",
        f"returns: 1 rows, {size[2]:,} bytes in marts/returns/20260301T000000Z-00000000/",
        "not registered in AWS Glue: HEADWATER_GLUE_DATABASE is not set",
    ]
    assert done.stderr == "a line of dbt's own\n"
    assert keys(lake) == [
        "exports/orders.csv",
        "marts/orders/00/part_0.parquet",
        "marts/orders/00/part_1.parquet",
        "marts/orders/_current.json",
        "marts/returns/00/part_0.parquet",
        "marts/returns/_current.json",
    ]
    now = json.loads(text(lake, "marts/orders/_current.json"))
    assert (datetime.now(UTC) - datetime.fromisoformat(now.pop("published_at"))).total_seconds() < 60
    folder = "marts/orders/20260301T000000Z-00000000"
    assert now == {
        "publication": "20260301T000000Z-00000000",
        "row_count": 3,
        "files": [
            {"path": f"{folder}/part_0.parquet", "bytes": size[0], "rows": 2},
            {"path": f"{folder}/part_1.parquet", "bytes": size[1], "rows": 1},
        ],
        "columns": [
            {"name": "order_id", "type": "string"},
            {"name": "paid_brl", "type": "decimal128(18, 4)"},
            {"name": "paid_at", "type": "timestamp[us]"},
        ],
    }
    assert text(lake, "exports/orders.csv") == (
        '"order_id","paid_brl","paid_at"\n'
        '"a",1.5000,2026-03-02 14:05:09\n'
        '"b",,2026-03-02 14:05:09\n'
        '"c",2.0000,2026-03-02 14:05:09\n'
    )


def test_the_next_replaces_and_keeps_the_former(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    headwater("publish", "orders")
    warehouse.tables["orders"] = [orders(("d", None))]
    headwater("publish", "orders")
    assert [row["order_id"] for row in shown(lake)] == ["d"]
    assert text(lake, "exports/orders.csv").splitlines()[1:] == ['"d",,2026-03-02 14:05:09']
    assert keys(lake) == [
        "exports/orders.csv",
        "marts/orders/00/part_0.parquet",
        "marts/orders/00/part_1.parquet",
        "marts/orders/01/part_0.parquet",
        "marts/orders/_current.json",
    ]
    lake.put("marts/orders/20260302T000000Z-00000000/part_0.parquet", b"another run's, still being written")
    headwater("publish", "orders")
    there = {entry.key.split("/")[2] for entry in lake.entries("marts/orders/2")}
    assert sorted(name[6:15] for name in there) == ["01T000001", "01T000002", "02T000000"]
    assert warehouse.runs == [["orders"]] * 3


@pytest.mark.parametrize("stops_at", ["switch", "put_export"])
def test_killed_on_the_way_leaves_one_or_the_other(
    headwater: Headwater, warehouse: Warehouse, lake: Store, monkeypatch: pytest.MonkeyPatch, stops_at: str
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    headwater("publish", "orders")
    warehouse.tables["orders"] = [orders(("d", None))]
    with monkeypatch.context() as patch:
        patch.setattr(publications, stops_at, killed)
        assert headwater("publish", "orders").exit_code == 1
    assert [row["order_id"] for row in shown(lake)] == (["a", "b", "c"] if stops_at == "switch" else ["d"])
    assert text(lake, "exports/orders.csv").startswith('"order_id","paid_brl","paid_at"\n"a",')
    warehouse.tables["orders"] = [orders(("e", None))]
    headwater("publish", "orders")
    headwater("publish", "orders")
    assert [row["order_id"] for row in shown(lake)] == ["e"]
    assert [key.split("/")[2] for key in keys(lake) if key.endswith("parquet")] == ["02", "03"]


def test_a_wrong_count_changes_nothing(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    headwater("publish")
    warehouse.tables["orders"] = [orders(("d", None))]
    warehouse.counts["orders"] = 1_234
    done = headwater("publish")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[1:] == [
        "Error: orders: 1 rows in the files in marts/orders/20260301T000001Z-00000000/, 1,234 in the mart; was it "
        "built meanwhile? nothing has changed for readers; run `headwater publish orders` again",
        "Error: not published: orders; it says above why",
    ]
    assert [row["order_id"] for row in shown(lake)] == ["a", "b", "c"]
    assert text(lake, "exports/orders.csv").count("\n") == 4
    now = publications.current(lake, "returns")
    assert now
    assert now.publication == "20260301T000001Z-00000000"


def test_what_fails_stops_no_other(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    warehouse.refused = {"orders"}
    done = headwater("publish")
    assert done.exit_code == 1
    assert warehouse.runs == [["orders", "returns"], ["returns"]]
    assert done.stderr.splitlines()[:3] == [
        "a line of dbt's own",
        "Database Error: no",
        "Error: orders: not unloaded, nothing has changed for readers: dbt ended with status 1; see its messages above",
    ]
    assert shown(lake, "returns") == [{"return_count": 7}]
    del warehouse.tables["orders"]
    done = headwater("publish")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[1] == (
        'Error: orders: there is no "w"."marts"."fct_orders" yet; run `dbt build --select +fct_orders`, then '
        "`headwater publish orders`"
    )
    assert publications.current(lake, "orders") is None


def test_dbt_that_fails_before_all_marts_is_not_asked_again(
    headwater: Headwater, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: str, **_: Any) -> subprocess.CompletedProcess[str]:
        warehouse.runs.append([])
        return subprocess.CompletedProcess(arguments, 2, stdout='no connection\n{"mart": "other"}\n[]')

    monkeypatch.setattr("loaders.publishing.run_dbt", fails)
    done = headwater("publish")
    assert (done.exit_code, warehouse.runs) == (1, [[]])
    assert done.stderr.splitlines() == [
        "no connection",
        '{"mart": "other"}',
        "[]",
        "Error: dbt ended with status 2; see its messages above",
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            [orders(("a", "1")).rename_columns(["_COL_0", "_COL_1", "_COL_2"])],
            "the files have the columns _COL_0 string, _",
        ),
        (
            [orders(("a", "1")), orders(("b", "1")).select(["paid_brl", "order_id", "paid_at"])],
            "expected in each order_id, ",
        ),
        (
            [orders(("a", "1")), orders(("b", "1")).cast(ORDERS.set(1, pa.field("paid_brl", pa.int64())))],
            "paid_brl int64",
        ),
    ],
)
def test_other_columns_change_nothing(
    headwater: Headwater, warehouse: Warehouse, lake: Store, files: list[pa.Table], told: str
) -> None:
    warehouse.tables["orders"] = files
    done = headwater("publish", "orders")
    assert done.exit_code == 1
    assert told in done.stderr
    assert publications.current(lake, "orders") is None


def test_a_file_that_cannot_be_read_changes_nothing(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    warehouse.cut_short = True
    done = headwater("publish", "orders")
    assert done.exit_code == 1
    assert "part_0.parquet cannot be read (" in done.stderr
    assert publications.current(lake, "orders") is None


def test_no_file_for_no_rows_is_an_empty_mart_with_its_types(
    headwater: Headwater, warehouse: Warehouse, lake: Store
) -> None:
    warehouse.tables["orders"] = []
    done = headwater("publish", "orders")
    assert done.exit_code == 0, done.output
    assert shown(lake) == []
    assert text(lake, "exports/orders.csv") == '"order_id","paid_brl","paid_at"\n'
    now = publications.current(lake, "orders")
    assert now
    assert [column["type"] for column in now.columns] == ["string", "decimal128(18, 4)", "timestamp[us]"]


def test_files_of_a_warehouse_are_on_the_disk_before_readers_see_them(tmp_path: Path, synced: list[Path]) -> None:
    lake, folder = open_store(str(tmp_path)), tmp_path / "marts" / "orders" / "1"
    lake.prepare("marts/orders/")
    folder.mkdir()
    (folder / "data_0.parquet").write_bytes(b"written by DuckDB, which does not sync it")
    del synced[:]
    new = publications.Publication(publication="1", published_at="", row_count=0, files=[], columns=[])
    publications.switch(lake, "orders", new)
    assert synced[:3] == [folder / "data_0.parquet", folder, folder.parent]
    assert synced[-1] == folder.parent  # where _current.json is, since then
    assert publications.current(lake, "orders") == new


def test_an_older_publication_replaces_no_newer_one(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    headwater("publish", "orders")
    now = text(lake, "marts/orders/_current.json").replace("20260301T000000Z", "20260301T000009Z")
    lake.put("marts/orders/_current.json", now.encode())
    done = headwater("publish", "orders")
    assert done.exit_code == 1
    assert (
        "orders: publication 20260301T000009Z-00000000 is newer than this one, 20260301T000001Z-00000000" in done.stderr
    )
    assert text(lake, "marts/orders/_current.json") == now


def test_a_csv_that_is_not_wanted_any_more_goes(headwater: Headwater, warehouse: Warehouse, lake: Store) -> None:
    headwater("publish", "orders")
    Path("models/_published__exposures.yml").write_text(PUBLISHED.replace("[parquet, csv]", "[parquet]"))
    headwater("publish", "orders")
    assert not any(key.startswith("exports/") for key in keys(lake))


def test_names_choose(headwater: Headwater, warehouse: Warehouse) -> None:
    assert headwater("publish", "returns").exit_code == 0
    assert warehouse.runs == [["returns"]]
    done = headwater("publish", "returns", "order")
    assert done.stderr == "Error: no published mart order; there are: orders, returns\n"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("as: orders", "as: ../orders", "published_orders: publish: as: String should match pattern"),
        ("as: orders", 'as: "o\' or 1"', "published_orders: publish: as: String should match pattern"),
        ("as: orders, ", "", "published_orders: publish: as: Field required"),
        ("[parquet]", "[xlsx]", "published_returns: publish: formats.0: Input should be 'parquet' or 'csv'"),
        ("[parquet]", "[parquet], to: x", "published_returns: publish: to: Extra inputs are not permitted"),
        ("as: returns", "as: orders", "published_returns: published_orders is published as 'orders', too"),
        ("exposures:", "exposures: 5 #", "correct the file and run again"),
        (
            "    config: {meta: {publish: {as: returns, formats: [parquet]}}}",
            "    config: [1]",
            "not a file of dbt exposures",
        ),
    ],
)
def test_a_declaration_that_is_wrong_is_told(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    (tmp_path / "_published__exposures.yml").write_text(PUBLISHED.replace(was, becomes))
    with pytest.raises(ConfigurationError) as raised:
        read_published(tmp_path)
    assert f"{tmp_path}/_published__exposures.yml: " in str(raised.value)
    assert told in str(raised.value)


CELLS = [
    ("=HYPERLINK(\"http://x\",\"y\")", '"\'=HYPERLINK(""http://x"",""y"")"'),
    ("+1", "\"'+1\""),
    ("-2", "\"'-2\""),
    ("@x", "\"'@x\""),
    ("\t=1", "\"'\t=1\""),
    ("\tplain", "\"'\tplain\""),
    ("\rplain", "\"'\rplain\""),
    ("\nplain", "\"'\nplain\""),
    ("\x00plain", "\"'\x00plain\""),
    ("  =1+1", "\"'  =1+1\""),
    ("\u00a0\u200b\ufeff=1", "\"'\u00a0\u200b\ufeff=1\""),
    ("\uff1d1", "\"'\uff1d1\""),
    ("\uff20x", "\"'\uff20x\""),
    ("'=1", "\"'=1\""),
    ("1=1", '"1=1"'),
    (" a-b", '" a-b"'),
    ("e-mail: ana@example.org", '"e-mail: ana@example.org"'),
    ("line one\n=line two", '"line one\n=line two"'),
    ("a\u2028b 🇩🇪 ç", '"a\u2028b 🇩🇪 ç"'),
    ('say "no", twice', '"say ""no"", twice"'),
    ("\\", '"\\"'),
    ("", '""'),
    (None, ""),
]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_no_cell_is_a_formula(tmp_path: Path, kind: pa.DataType) -> None:
    schema = pa.schema([("n", pa.int64()), ("cell", kind)])
    table = pa.table({"n": range(len(CELLS)), "cell": [cell for cell, _ in CELLS]}, schema=schema)
    write_csv(tmp_path / "x.csv", schema, table.to_batches(max_chunksize=5))
    expected = "".join(f"{number},{cell}\n" for number, (_, cell) in enumerate(CELLS))
    assert (tmp_path / "x.csv").read_bytes() == ('\ufeff"n","cell"\n' + expected).encode()


def test_a_timeline_is_safe_to_open_too(tmp_path: Path) -> None:
    said = {"account_username": "nasa", "post_text": "=1+1", "like_count": 5, "repost_count": None}
    rows = [{**said, "created_at": "2026-03-02T14:05:09", "url": "https://x.com/nasa/status/1"}]
    write_timeline(tmp_path / "x.csv", rows)
    assert (tmp_path / "x.csv").read_text("utf-8-sig") == (
        '"user","text","likes","reposts","created_at","url"\n'
        '"nasa","\'=1+1",5,,"2026-03-02T14:05:09","https://x.com/nasa/status/1"\n'
    )
    with pytest.raises(ConfigurationError, match="name a file that can be written with --to"):
        write_timeline(tmp_path, rows)


def test_numbers_and_times_stay_what_they_are(tmp_path: Path) -> None:
    before = datetime(1969, 12, 31, 23, 59, 59, 999999)
    table = pa.table(
        {
            "whole": pa.array([-5, None], pa.int64()),
            "share": pa.array([Decimal("-0.2500"), None], pa.decimal128(18, 4)),
            "ratio": pa.array([-1.5, None], pa.float64()),
            "yes": pa.array([True, None]),
            "day": pa.array([date(2026, 3, 2), None]),
            "us": pa.array([before, None], pa.timestamp("us")),
            "ns": pa.array([PAID, None], pa.timestamp("ns")),
            "utc": pa.array([PAID, None], pa.timestamp("ms", "UTC")),
        }
    )
    write_csv(tmp_path / "x.csv", table.schema, table.to_batches())
    assert (tmp_path / "x.csv").read_text("utf-8-sig").splitlines()[1:] == [
        "-5,-0.2500,-1.5,true,2026-03-02,1969-12-31 23:59:59,2026-03-02 14:05:09,2026-03-02 14:05:09",
        ",,,,,,,",
    ]


def test_parts_of_an_object_are_read(store: Store) -> None:
    store.put("a/b", b"0123456789")
    with store.open("a/b") as file:
        assert file.seek(-4, os.SEEK_END) == 6
        assert file.read(2) == b"67"
        assert file.seek(1, os.SEEK_CUR) == 9
        assert (file.read(), file.read(), file.tell()) == (b"9", b"", 10)
        assert (file.seek(0), file.read(3)) == (0, b"012")
    with pytest.raises(NotFoundError, match="a/c: no such"):
        store.open("a/c")


def test_only_what_is_asked_for_is_fetched(bucket: str, requests: list[str]) -> None:
    store = open_store(f"s3://{bucket}/lake")
    table = pa.table({"x": [os.urandom(1000) for _ in range(5_000)]})
    file = io.BytesIO()
    parquet.write_table(table, file, compression="none")
    store.put("big.parquet", file.getvalue())
    requests.clear()
    with store.open("big.parquet") as opened, parquet.ParquetFile(opened) as read:
        assert read.metadata.num_rows == 5_000
    assert [line.split()[0] for line in requests] in (["HEAD", "GET"], ["HEAD", "GET", "GET"])


@pytest.fixture
def glue(warehouse: Warehouse, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("HEADWATER_LAKE", f"s3://{bucket}/lake")
    monkeypatch.setenv("HEADWATER_GLUE_DATABASE", "headwater")
    client = boto3.client("glue")
    yield client
    for database in client.get_databases()["DatabaseList"]:
        client.delete_database(Name=database["Name"])


@pytest.mark.parametrize("place", ["s3"], indirect=True)
class TestGlue:
    """Against moto's Glue, which keeps to few of the real one's rules."""

    def test_a_table_is_made_and_moved(
        self, headwater: Headwater, warehouse: Warehouse, bucket: str, glue: Any
    ) -> None:
        done = headwater("publish")
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[0].endswith("/, Glue headwater.orders, exports/orders.csv")
        assert [table["Name"] for table in glue.get_tables(DatabaseName="headwater")["TableList"]] == [
            "orders",
            "returns",
        ]
        table = glue.get_table(DatabaseName="headwater", Name="orders")["Table"]
        assert {name: table[name] for name in ("TableType", "Description", "Parameters", "StorageDescriptor")} == {
            "TableType": "EXTERNAL_TABLE",
            "Description": "All orders. One row each.",
            "Parameters": {
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                "headwater_publication": "20260301T000000Z-00000000",
                "recordCount": "3",
            },
            "StorageDescriptor": {
                "Columns": [
                    {"Name": "order_id", "Type": "string", "Comment": "What order_id is."},
                    {"Name": "paid_brl", "Type": "decimal(18,4)", "Comment": "What paid_brl is."},
                    {"Name": "paid_at", "Type": "timestamp", "Comment": "What paid_at is."},
                ],
                "Location": f"s3://{bucket}/lake/marts/orders/20260301T000000Z-00000000/",
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                    "Parameters": {"serialization.format": "1"},
                },
            },
        }
        warehouse.tables["orders"] = [orders(("d", None))]
        assert headwater("publish", "orders").exit_code == 0
        moved = glue.get_table(DatabaseName="headwater", Name="orders")["Table"]
        assert moved["Parameters"]["recordCount"] == "1"
        assert moved["StorageDescriptor"] == {
            **table["StorageDescriptor"],
            "Location": f"s3://{bucket}/lake/marts/orders/20260301T000001Z-00000000/",
        }

    def test_while_glue_refuses_its_folder_stays(
        self, headwater: Headwater, warehouse: Warehouse, glue: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headwater("publish", "orders")
        with monkeypatch.context() as patch:
            patch.setenv("HEADWATER_GLUE_DATABASE", "Not A Name")
            for _ in range(3):
                done = headwater("publish", "orders")
                assert done.exit_code == 1
        assert (
            "orders: new in the lake, but AWS Glue has it as it was: HEADWATER_GLUE_DATABASE='Not A Name'"
            in done.stderr
        )
        at = glue.get_table(DatabaseName="headwater", Name="orders")["Table"]["StorageDescriptor"]["Location"]
        assert [entry.key for entry in open_store(at.rstrip("/")).entries()] == ["part_0.parquet", "part_1.parquet"]

    def test_a_table_of_somebody_else_is_left_alone(
        self, headwater: Headwater, warehouse: Warehouse, glue: Any
    ) -> None:
        glue.create_database(DatabaseInput={"Name": "headwater"})
        glue.create_table(DatabaseName="headwater", TableInput={"Name": "orders", "Description": "theirs"})
        done = headwater("publish")
        assert done.exit_code == 1
        assert "there is a table headwater.orders that `headwater publish` did not make; name another" in done.stderr
        assert glue.get_table(DatabaseName="headwater", Name="orders")["Table"]["Description"] == "theirs"
        assert glue.get_table(DatabaseName="headwater", Name="returns")

    def test_what_is_said_of_a_column_is_cut_between_words(
        self, headwater: Headwater, warehouse: Warehouse, glue: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = warehouse.run

        def long(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
            done = run(*arguments, **options)
            done.stdout = done.stdout.replace("What return_count is.", "word " * 60).replace("All ret", "long " * 500)
            return done

        monkeypatch.setattr("loaders.publishing.run_dbt", long)
        headwater("publish", "returns")
        table = glue.get_table(DatabaseName="headwater", Name="returns")["Table"]
        [column] = table["StorageDescriptor"]["Columns"]
        assert column["Comment"] == ("word " * 50).strip() + "…"
        assert table["Description"] == ("long " * 409).strip() + "…"


def test_a_directory_is_not_registered(
    headwater: Headwater, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("HEADWATER_GLUE_DATABASE", "headwater")
    (project / "models").mkdir(exist_ok=True)
    (project / "models" / "_published__exposures.yml").write_text(PUBLISHED)
    monkeypatch.setattr("loaders.publishing.run_dbt", Warehouse({"returns": [returns(7)]}).run)
    done = headwater("publish", "returns")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1] == f"not registered in AWS Glue: the lake is in a directory, {tmp_path}/lake"
