"""Diagrams as readers see them: tables, keys and lines of a domain, whatever names are like; nothing from outside."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from charts.diagrams import draw

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "shape",
    "a'b",
    "x: {",
    "*",
    "${x}",
    "<script>",
    "|md y|",
    "\\n'",
    "'; b: c",
    "#c",
    "a.b",
    "_",
    "null",
    "steps",
]


def model(name: str, domain: str, *columns: str) -> tuple[str, dict[str, Any]]:
    told = {column: {"data_type": "varchar(65535)"} for column in columns}
    path = f"models/marts/{domain}/{name}.sql"
    node = {"resource_type": "model", "name": name, "original_file_path": path, "columns": told}
    return f"model.headwater.{name}", node


def test_of(name: str, of: str, column: str | None, **arguments: Any) -> tuple[str, dict[str, Any]]:
    metadata = {"name": name, "kwargs": arguments}
    node = {
        "resource_type": "test",
        "original_file_path": "models/_models.yml",
        "test_metadata": metadata,
        "attached_node": f"model.headwater.{of}",
        "column_name": column,
    }
    return f"test.{name}.{of}.{column}.{arguments.get('to')}", node


test_of.__test__ = False  # type: ignore[attr-defined]


def drawn(place: Path, *nodes: tuple[str, dict[str, Any]]) -> dict[str, Path]:
    (place / "manifest.json").write_text(json.dumps({"nodes": dict([*nodes, model("dim_date", "shared", "date_day")])}))
    return {path.stem: path for path in draw(place, place / "out")}


def texts(svg: Path) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.parse(svg).iter(f"{SVG}text")]  # noqa: S314


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    diagrams = drawn(
        tmp_path,
        model("fct_orders", "shop", "order_key", "customer_key", "ordered_date", "note", "amount"),
        model("dim_customers", "people", "version_key", "customer_key", "valid_from", "valid_to", "name"),
        model("shop_daily", "shop", "shop", "day", "amount"),
        test_of("unique", "fct_orders", "order_key"),
        test_of("not_null", "fct_orders", "order_key"),
        test_of("unique", "fct_orders", "note"),
        test_of("unique_combination", "shop_daily", None, columns=["shop", "day"]),
        test_of("relationships", "fct_orders", "ordered_date", to="ref('dim_date')", field="date_day"),
        test_of("relationships", "fct_orders", "customer_key", to="ref('dim_customers')", field="customer_key"),
        test_of(
            "one_version_at", "fct_orders", "customer_key", to="ref('dim_customers')", field="customer_key", at="x"
        ),
    )
    assert diagrams.keys() == {"people", "shop"}
    return diagrams["shop"]


def test_a_table_has_its_keys_and_dates(shop: Path) -> None:
    rows = " ".join(" ".join(texts(shop)).split())
    assert "fct_orders order_key varchar PK customer_key varchar FK ordered_date varchar → dim_date and 2 more" in rows
    assert "shop_daily shop varchar PK day varchar PK and 1 more" in rows
    assert "dim_customers customer_key varchar valid_from varchar valid_to varchar and 2 more" in rows
    assert shop.read_text().count("marker-end=") == 1  # one line, however many tests say so, and none to the calendar


def test_it_is_told_in_words(shop: Path) -> None:
    root = ElementTree.parse(shop).getroot()  # noqa: S314
    assert root.get("role") == "img"
    told = [child for child in root if child.tag in (f"{SVG}title", f"{SVG}desc")]
    assert [(child.get("id"), child.text) for child in told] == [
        ("shop-title", "How the tables of shop go together"),
        (
            "shop-desc",
            "Tables: fct_orders, shop_daily. Keys: fct_orders.customer_key is dim_customers.customer_key; "
            "fct_orders.ordered_date is dim_date.date_day.",
        ),
    ]
    assert root.get("aria-labelledby") == "shop-title shop-desc"


def test_nothing_is_asked_of_anybody(shop: Path) -> None:
    """No address but names of XML; fonts are inside. No script."""
    svg = shop.read_text()
    assert set(re.findall(r"https?://[^\s\"')<]+", svg)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    inside = [address.strip("\"'") for address in re.findall(r"url\(([^)]*)\)", svg)]
    assert inside
    assert [address for address in inside if not address.startswith(("data:", "#"))] == []
    assert not re.search(r"<(script|foreignObject|image|use)\b", svg)


def test_names_are_nothing_but_text(tmp_path: Path) -> None:
    keys = test_of("unique_combination", "t", None, columns=HOSTILE)
    leads = test_of("relationships", "t", "a'b", to="ref('dim_t')", field="x: {")
    diagram = drawn(tmp_path, model("t", "d", *HOSTILE), model("dim_t", "d", *HOSTILE), keys, leads)["d"]
    shown = texts(diagram)
    assert [name for name in HOSTILE if name not in shown] == []
    assert "<script" not in diagram.read_text()
    assert diagram.read_text().count("marker-end=") == 1
