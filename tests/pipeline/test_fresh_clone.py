"""What works before anything was loaded or staged: reading, compiling, documenting and unit-testing the project; and
whether its files keep to what they have in common: names, layers, descriptions, keys."""

import copy
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from charts.diagrams import edges_of, tables_of
from tests.pipeline.conftest import ROOT, run_dbt


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["docs", "generate", "--static"], id="docs"),  # which compiles everything
        pytest.param(["test", "--select", "test_type:unit"], id="unit tests"),
    ],
)
def test_works_where_nothing_was_staged(checkout: Path, arguments: list[str]) -> None:
    done = run_dbt(checkout, *arguments)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_build_without_staging_says_what_to_do(checkout: Path) -> None:
    done = run_dbt(checkout, "run", "--select", "base_web_events__events")
    assert done.returncode == 2
    assert "nothing has been staged; run `headwater stage` and then dbt again" in done.stdout


@pytest.fixture(scope="module")
def manifest(checkout: Path) -> dict[str, Any]:
    done = run_dbt(checkout, "parse")
    assert done.returncode == 0, done.stdout[-3000:]
    content: dict[str, Any] = json.loads((checkout / "target/manifest.json").read_text())
    return content


def bouncer(place: Path) -> dict[int, list[str]]:
    """What dbt-bouncer holds against a manifest: the number of the check in its file -> what it has to say."""
    report = place / "bouncer.json"
    report.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("dbt-bouncer")), "run", "--output-only-failures"]
    done = subprocess.run(
        [*command, "--output-file", str(report)], cwd=place, capture_output=True, text=True, check=False
    )
    assert report.exists(), done.stdout + done.stderr
    failed = defaultdict(list)
    for check in json.loads(report.read_text()):
        failed[int(check["check_run_id"].split(":")[1])].append(check["failure_message"])
    assert bool(done.returncode) == bool(failed), done.stdout
    return failed


def test_conventions_are_kept(checkout: Path, manifest: dict[str, Any]) -> None:
    assert bouncer(checkout) == {}


def broken(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest that breaks each convention at least once."""
    manifest = copy.deepcopy(manifest)
    nodes, sources = manifest["nodes"], manifest["sources"]

    def model(name: str, **changes: Any) -> dict[str, Any]:
        node: dict[str, Any] = nodes[f"model.headwater.{name}"]
        node.update(changes)
        return node

    def another(name: str, path: str) -> None:
        node = {**model("loads"), "unique_id": f"model.headwater.{name}", "name": name, "original_file_path": path}
        nodes[node["unique_id"]] = node

    def column(model_name: str, name: str, **changes: Any) -> None:
        model(model_name)["columns"][name].update(changes)

    another("astray", "models/other/astray.sql")
    another("far_astray", "models/marts/other/far_astray.sql")
    for one, of in (
        ("stg_x__users", "dim_x_users"),
        ("int_x_user_sightings", "loads"),
        ("fct_x_posts", "base_x__posts"),
    ):
        model(one)["depends_on"]["nodes"].append(f"model.headwater.{of}")
    model("fct_follows")["raw_code"] += "\n-- {{ source('x', 'posts') }}\nselect 1 from marts.loads;"
    sources["source.headwater.x.unread"] = {**sources["source.headwater.x.posts"], "name": "unread"}
    sources["source.headwater.x.unread"]["unique_id"] = "source.headwater.x.unread"
    another("x_keys", "models/staging/x/base/x_keys.sql")
    another("x_problems", "models/staging/x/x_problems.sql")
    another("bank_names", "models/intermediate/banks/bank_names.sql")
    another("stg_files", "models/marts/banks/stg_files.sql")
    nodes["snapshot.headwater.bank_fees_snapshot"].update(name="bank_fees_history", description="")
    column("fct_app_posts", "published_at", data_type="date")
    column("fct_app_posts", "published_date", data_type="timestamp")
    column("fct_app_posts", "event_count", data_type="varchar(65535)")
    column("fct_follows", "is_active", data_type="varchar(65535)")
    column("fct_follows", "event_count", data_type="boolean")
    model("loads", description="")
    model("fct_x_posts", description="Posts.")
    column("fct_x_posts", "post_id", description="")
    nodes["seed.headwater.corrections"]["description"] = ""
    sources["source.headwater.x.users"]["description"] = ""
    sources["source.headwater.x.errors"]["source_description"] = ""
    manifest["macros"]["macro.headwater.matches"]["arguments"][0]["description"] = ""
    sources["source.headwater.banks.fees"]["freshness"] = None
    sources["source.headwater.banks.fees"]["config"]["freshness"] = None
    model("dim_date", access="protected")["config"]["access"] = "protected"
    model("dim_degrees")["config"]["contract"]["enforced"] = False
    model("dim_degrees")["contract"]["enforced"] = False
    column("dim_degrees", "degree_key", data_type=None)
    for test in [
        t for t in nodes if re.match(r"test\..*(unique_\w*reject_budgets|relationships_\w*published_date)", t)
    ]:
        del nodes[test]
    exposure = {
        "name": "e",
        "unique_id": "exposure.headwater.e",
        "resource_type": "exposure",
        "package_name": "headwater",
        "path": "e.yml",
        "original_file_path": "charts/e.yml",
        "fqn": ["headwater", "e"],
        "type": "analysis",
        "owner": {"name": "somebody", "email": None},
        "description": "",
        "depends_on": {"macros": [], "nodes": ["model.headwater.stg_x__users"]},
    }
    nothing = {**exposure, "name": "f", "unique_id": "exposure.headwater.f", "depends_on": {"macros": [], "nodes": []}}
    manifest["exposures"] = {one["unique_id"]: one for one in (exposure, nothing)}
    return manifest


def test_every_convention_is_one_that_can_be_broken(manifest: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(ROOT / "dbt-bouncer.yml", tmp_path)
    (tmp_path / "target").mkdir()
    (tmp_path / "target/manifest.json").write_text(json.dumps(broken(manifest)))
    [checks] = [
        v for k, v in yaml.safe_load((tmp_path / "dbt-bouncer.yml").read_text()).items() if k.endswith("checks")
    ]
    failed = bouncer(tmp_path)
    assert [f"{number}: {check['name']}" for number, check in enumerate(checks) if not failed.get(number)] == []


def test_what_dbt_bouncer_does_not_look_at(manifest: dict[str, Any]) -> None:
    analyses = [n for n in manifest["nodes"].values() if n["resource_type"] == "analysis"]
    assert len(analyses) > 10
    described = [(n["name"], n) for n in analyses] + [(e["name"], e) for e in manifest["exposures"].values()]
    for source in manifest["sources"].values():
        described += [(f"{source['name']}.{name}", column) for name, column in source["columns"].items()]
    described += [(f"{n['name']}.{name}", column) for n in analyses for name, column in n["columns"].items()]
    assert [name for name, told in described if not told["description"]] == []
    assert [n["name"] for n in analyses if not n["columns"]] == []
    assert [e["name"] for e in manifest["exposures"].values() if not e["maturity"]] == []


def test_diagrams_show_what_tests_say_of_keys(manifest: dict[str, Any]) -> None:
    tables = tables_of(manifest)
    social = {name: table.keys for name, table in tables.items() if table.domain == "social"}
    assert social == {
        "app_follows": ["event_id"],
        "app_posts": ["post_id"],
        "app_unfollows": ["event_id"],
        "app_users": ["user_id"],
        "dim_app_users": ["user_version_key"],
        "fct_app_posts": ["post_id"],
        "fct_follows": ["follow_key"],
        "fct_user_activity_daily": ["activity_key"],
        "social_daily": ["date_day"],
    }
    assert tables["reject_budgets"].keys == ["source", "stream"]
    assert [(e.table, e.column, e.to, e.field) for e in edges_of(manifest) if e.table in social] == [
        ("fct_app_posts", "published_date", "dim_date", "date_day"),
        ("fct_app_posts", "user_key", "dim_app_users", "user_key"),
        ("fct_follows", "followed_date", "dim_date", "date_day"),
        ("fct_follows", "followed_user_key", "dim_app_users", "user_key"),
        ("fct_follows", "follower_user_key", "dim_app_users", "user_key"),
        ("fct_follows", "unfollowed_date", "dim_date", "date_day"),
        ("fct_user_activity_daily", "activity_date", "dim_date", "date_day"),
        ("fct_user_activity_daily", "user_key", "dim_app_users", "user_key"),
        ("social_daily", "date_day", "dim_date", "date_day"),
    ]


OVERVIEW = ROOT / "models/overview.md"


def test_the_overview_names_what_there_is(manifest: dict[str, Any]) -> None:
    """Links lead to a model or an analysis under its own name; every analysis and every main mart is there."""
    links = re.findall(r"\[([^\]]*)\]\(([^)]*)\)", OVERVIEW.read_text())
    wrong = [
        (name, address)
        for name, address in links
        if not (told := re.fullmatch(r"#!/(model|analysis)/(\1\.headwater\.(\w+))", address))
        or told[2] not in manifest["nodes"]
        or told[3] != name
    ]
    assert wrong == []
    named = {name for name, _ in links}
    nodes = manifest["nodes"].values()
    assert {n["name"] for n in nodes if n["resource_type"] == "analysis"} - named == set()
    marts = {n["name"] for n in nodes if n["resource_type"] == "model" and "marts" in n["fqn"]}
    assert {name for name in marts if name.startswith("dim_")} - named == set()
    words = set(re.findall(r"`([a-z]\w+)`", OVERVIEW.read_text()))
    columns = {column for n in nodes if n["name"] in marts for column in n["columns"]}
    assert words - marts - columns == {"marts", "staging", "raw"}


def descriptions(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Every description in a file once, however many aliases lead to it; but for those of unit tests and their rows."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "description" and isinstance(value, yaml.ScalarNode):
                if id(value) not in seen:
                    yield value
                seen.add(id(value))
            elif key.value != "unit_tests":
                yield from descriptions(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from descriptions(value, seen)


def test_what_is_said_three_times_is_a_doc_block() -> None:
    said = defaultdict(list)
    for folder in ("models", "seeds", "snapshots", "analyses", "charts"):
        for path in sorted((ROOT / folder).rglob("*.yml")):
            if (whole := yaml.compose(path.read_text(), yaml.CSafeLoader)) is not None:
                for node in descriptions(whole, set()):
                    place = f"{path.relative_to(ROOT)}:{node.start_mark.line + 1}"
                    said[" ".join(node.value.split())].append(place)
    assert sum(map(len, said.values())) > 1000
    told = {text: places for text, places in said.items() if len(places) > 2 and len(text) > 24}
    assert {text: places for text, places in told.items() if not re.fullmatch(r"""{{ doc\("\w+"\) }}""", text)} == {}
