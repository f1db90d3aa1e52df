"""A sixth source, added word for word as the README says, and what a selection answers where nothing was built yet."""

import re
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner

from tests.pipeline.conftest import Project

ORDERS = b"""
{"order_id":"a","customer":{"name":"Ana"},"amount":"12.50","status":"paid","ordered_at":"2026-03-02T14:05:09Z"}
{"order_id":"b","status":"new"}
{"order_id":"c","status":"lost"}
"""
TESTS = ("rows_match_commits", "nothing_lost", "rejects_within_budget")


def recipe() -> dict[str, str]:
    """The files that the README's section has, by their paths: each begins with its path in a comment."""
    section = Path("README.md").read_text().partition("### A further drop")[2].partition("\n### ")[0]
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", section, re.MULTILINE)
    text = "\n".join(re.sub("(?m)^    ", "", block) for block in blocks)
    parts = re.split(r"(?m)^(?:#|--) (\S+\.(?:yml|sql))\n", text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def add(files: dict[str, str]) -> None:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        is_line = path.name == "streams.sql"
        path.write_text(path.read_text().replace("{{ return([\n", "{{ return([\n" + text) if is_line else text)


def run(project: Project, *arguments: str) -> tuple[bool, dict[str, str], str]:
    """Whether dbt succeeded, the status of each node by its name, and what it says of errors."""
    # with the variables of the fixture's runs, as dbt parses everything anew for others
    options = ["--quiet", "--vars", "{rejects_fail_above: 1}", "--target-path", str(project.target)]
    result = dbtRunner().invoke([*arguments, *options])
    results = [one for one in getattr(result.result, "results", []) if one.node.resource_type != "operation"]
    errors = [str(one.message) for one in results if one.status == "error"]
    statuses = {one.node.name: str(one.status) for one in results}
    return result.success, statuses, "\n".join([str(result.exception or ""), *errors])


def refused(project: Project, *arguments: str) -> str:
    """What dbt says when it refuses to do anything."""
    success, statuses, told = run(project, *arguments)
    assert not success
    assert {*statuses.values()} <= {"error", "skipped"}
    return told


def test_a_further_drop_is_what_the_readme_says(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project, files = own_project, recipe()
    assert len(files) == 8
    add(files)
    monkeypatch.setenv("SHOP_URL", str(project.place / "shop"))
    drop = project.place / "shop/dt=2026-03-02"
    drop.mkdir(parents=True)
    (drop / "orders").write_bytes(ORDERS)
    assert "nothing has been staged; run `headwater stage`" in refused(project, "build", "--select", "source:shop+")
    project.headwater("load", "shop", "--since", "2026-03-02", "--until", "2026-03-02")
    project.stage()

    # a fresh warehouse: one line that says what to do, instead of an error for each node
    told = refused(project, "build", "--select", "source:shop+")
    assert "what is selected reads what has never been built: " in told
    assert "corrections" in told
    assert "`@source:name` for all that is made of a source" in told
    assert "has never been built: " in refused(project, "test")
    success, statuses, told = run(project, "build", "--select", "+stg_shop__orders", "base_shop__keys")
    assert success, told
    guards = {name: status for name, status in statuses.items() if "shop__orders" in name and name.startswith(TESTS)}
    assert guards == {
        "rows_match_commits_base_shop__orders_": "pass",
        "nothing_lost_stg_shop__orders_order_row_id__shop_orders": "pass",
        "rejects_within_budget_stg_shop__orders_shop_orders": "warn",
    }
    stg = "select order_id, customer_name, amount::varchar, status, ordered_at::varchar from staging.stg_shop__orders"
    assert project.query(f"{stg} order by all") == [
        ("a", "Ana", "12.50", "paid", "2026-03-02 14:05:09"),
        ("b", None, None, "new", None),
    ]
    assert project.query("select distinct path from staging.base_shop__keys order by all") == [
        ("amount",), ("customer",), ("customer.name",), ("order_id",), ("ordered_at",), ("status",)
    ]  # fmt: skip
    success, statuses, told = run(project, "source", "freshness", "--select", "source:shop")
    assert (success, statuses) == (True, {"orders": "pass"}), told

    # and a stream without any of them is refused, whatever is built
    models = Path("models/staging/shop/_shop__models.yml")
    models.write_text(re.sub(r".*(rejects_within_budget|rows_match_commits).*\n", "", models.read_text()))
    sources = Path("models/staging/shop/_shop__sources.yml")
    sources.write_text(re.sub(r" +freshness:\n.*\n.*\n|.*loaded_at_query.*\n", "", sources.read_text()))
    told = refused(project, "build", "--select", "dim_date")
    assert "shop.orders: no test rejects_within_budget with `stream: shop.orders` of stg_shop__orders" in told
    assert "shop.orders: no test rows_match_commits of base_shop__orders" in told
    assert "shop.orders: no `freshness` in the config of its source" in told
    assert "shop.orders: expected `loaded_at_query: \"{{ last_loaded_at('shop', 'orders') }}\"`" in told
    assert "nothing_lost" not in told
