"""One model base, three warehouses, the same rows: built, built again with a second load, and built anew."""

from datetime import date

import pytest

from loaders.lake import open_store
from tests.warehouses.conftest import COMPARED, Warehouses
from tests.warehouses.warehouse import Warehouse, differences

HOSTILE = rb"""
{"messageId":"h1","type":"track","event":"Post Created","userId":9007199254740993,"timestamp":"2026-03-05T10:00:00Z",
 "receivedAt":"2026-03-05T10:00:01Z","properties":{"id":1,"created_at":"2026-03-05T10:00:00.123456789+05:30",
 "body":"  tab\t \\ \"quoted\" \u00e9 \ud83d\ude00 it's\n "}}
{"messageId":"h2","type":"track","event":"Post Created","userId":true,"timestamp":"2026-03-05T10:00:00+0530",
 "receivedAt":"2026-03-05T10:00:01-08","properties":{"id":"\u0000","body":"nul \u0000 and half \ud800"}}
{"messageId":"h3","type":"track","event":"Follow User","userId":"a b","timestamp":"2026-02-30T10:00:00Z",
 "receivedAt":"2026-03-05T10:00:01Z","properties":{"user_id":[]}}
{"messageId":"h4","type":"identify","userId":"u","timestamp":"2026-03-05 10:00:00","traits":{"username":{"a":1},
 "email":"","location":null,"about_me":"line one\nline two","last_seen":"2026-03-05T24:00:00Z"}}
{"type":"track","event":"K\u00e4se's; drop table x --","userId":"%_\\","timestamp":"2026-03-05T10:00:00Z",
 "a.b":{"c d":1}}
{"messageId":"%s","type":"page","timestamp":"2026-03-05T10:00:00Z"}
{"messageId":"h7","type":" ","timestamp":"1772460309"}
{"MESSAGEID":"h8","type":"track","event":"x","TIMESTAMP":"2026-03-05T10:00:00Z","receivedAt":"2026-03-05T10:00:02Z"}
{"messageId":"h9","type":"track","event":"broken""".replace(b"%s", b"m" * 101)
"""What may be spelt, escaped, cut or compared differently from one engine to the next."""


def refresh(warehouse: Warehouse, *options: str) -> None:
    warehouse.run("headwater", "stage")
    warehouse.run("dbt", "build", *options)


def refresh_again(warehouse: Warehouse) -> None:
    refresh(warehouse, "--exclude-resource-type", "unit_test")


def compare(warehouses: Warehouses, when: str) -> None:
    """Compares every row of every node; tells all differences at once."""
    told = []
    for node in sorted(warehouses.duckdb.nodes()):
        expected = warehouses.duckdb.rows(node)
        for other in warehouses.others:
            found = other.rows(node)
            wrong = differences(expected, found)
            COMPARED.append((when, node, other.name, found.total(), len(wrong)))
            told += [f"{other.name} {node}: {line}" for line in wrong]
    assert not told, "\n".join(told)


@pytest.fixture(scope="module")
def built(warehouses: Warehouses) -> Warehouses:
    """Two loads of every source, each staged and built in every warehouse."""
    warehouses.put_demo(days=3, until=date(2026, 3, 3))
    warehouses.load()
    warehouses.each(refresh)
    warehouses.put_demo(days=5, until=date(2026, 3, 5))
    open_store(warehouses.drop("web_events")).put("2026/03/05/10/hostile", HOSTILE)
    warehouses.load()
    warehouses.each(refresh_again)
    return warehouses


def test_every_model_has_the_same_rows_after_two_loads(built: Warehouses) -> None:
    assert [other.nodes().keys() for other in built.others] == [built.duckdb.nodes().keys()] * 2
    compare(built, "two loads, the second incremental")
    second = built.duckdb.query("select load_seq from marts.loads where load_seq > 1 order by stream")
    assert second == [{"load_seq": 2}, {"load_seq": 2}]


def test_a_second_run_changes_nothing(built: Warehouses) -> None:
    before = {warehouse.name: {node: warehouse.rows(node) for node in warehouse.nodes()} for warehouse in built.all}
    built.each(refresh_again)
    for warehouse in built.all:
        for node, rows in before[warehouse.name].items():
            assert not differences(rows, warehouse.rows(node)), (warehouse.name, node)


def test_full_refresh_gives_what_the_increments_gave(built: Warehouses) -> None:
    before = {warehouse.name: {node: warehouse.rows(node) for node in warehouse.nodes()} for warehouse in built.all}
    built.each(lambda warehouse: warehouse.run("dbt", "run", "--full-refresh"))
    for warehouse in built.all:
        for node, rows in before[warehouse.name].items():
            assert not differences(rows, warehouse.rows(node)), (warehouse.name, node)
    compare(built, "after a full refresh")


def test_documentation_and_freshness(built: Warehouses) -> None:
    def read(warehouse: Warehouse) -> None:
        warehouse.run("dbt", "docs", "generate")
        assert "is not there" not in warehouse.run("dbt", "show", "--select", "operations_rejects_by_reason")

    built.each(read)
