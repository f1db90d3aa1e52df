"""What works before anything was loaded or staged: reading, compiling, documenting and unit-testing the project."""

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import run_dbt


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["compile"], id="compile"),
        pytest.param(["docs", "generate", "--static"], id="docs"),
        pytest.param(["test", "--select", "test_type:unit"], id="unit tests"),
    ],
)
def test_works_where_nothing_was_staged(checkout: Path, arguments: list[str]) -> None:
    done = run_dbt(checkout, *arguments)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_build_without_staging_says_what_to_do(checkout: Path) -> None:
    done = run_dbt(checkout, "run", "--select", "base_web_events__events")
    assert done.returncode == 1
    assert "nothing has been staged; run `headwater stage` and then dbt again" in done.stdout


def test_every_model_and_column_is_described(checkout: Path) -> None:
    done = run_dbt(checkout, "parse")
    assert done.returncode == 0, done.stdout[-3000:]
    manifest = json.loads((checkout / "target/manifest.json").read_text())
    nodes = [
        n
        for n in (*manifest["nodes"].values(), *manifest["sources"].values())
        if n["resource_type"] in ("model", "source")
    ]
    lacking = [n["unique_id"] for n in nodes if not n["description"]]
    lacking += [f"{n['unique_id']}.{c['name']}" for n in nodes for c in n["columns"].values() if not c["description"]]
    assert lacking == []
    marts = [n for n in nodes if n["resource_type"] == "model" and "/marts/" in n["original_file_path"]]
    assert [n["unique_id"] for n in marts if not n["config"]["contract"]["enforced"]] == []
    # a bare varchar is 256 bytes on Redshift
    bare = [c["name"] for n in marts for c in n["columns"].values() if c.get("data_type") in (None, "varchar", "text")]
    assert bare == []
