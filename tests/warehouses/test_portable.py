"""What keeps the models portable, told by their text: sizes of types, and that nothing asks where it runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
SIZED = re.compile(
    r"(varchar\(\d+\)|decimal\(\d+, \d+\)|bigint|integer|double precision|boolean|date|timestamp)", re.IGNORECASE
)
ASKS = re.compile(r"\b(target\.type|adapter\.type\(|target\.name|warehouse_type)")


def contracts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models") or []:
            for column in model.get("columns") or []:
                if "data_type" in column:
                    yield f"{model['name']}.{column['name']}", column["data_type"]


def fields() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "macros" / "fields").glob("*.sql")):
        for name, type_ in re.findall(r"\bfield\('(\w+)'(?:, '([^']*)')?", path.read_text()):
            yield f"{path.name}: {name}", type_


def test_types_have_their_size_and_are_known_everywhere() -> None:
    named = [*contracts(), *fields()]
    assert len(named) > 100
    assert [place for place, type_ in named if not SIZED.fullmatch(type_)] == []


@pytest.mark.parametrize("type_", ["varchar", "text", "string", "numeric", "decimal", "float", "timestamptz", "super"])
def test_a_type_without_a_size_is_found(type_: str) -> None:
    assert not SIZED.fullmatch(type_)


def test_nothing_but_dispatch_macros_knows_the_warehouse() -> None:
    asking = [
        str(path.relative_to(ROOT))
        for folder in ("models", "tests/dbt", "snapshots", "analyses", "seeds", "macros")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".sql", ".yml", ".csv") and ASKS.search(path.read_text())
    ]
    assert asking == []


def test_casts_in_models_have_their_size() -> None:
    bare = re.compile(r"as\s+(varchar|text|string|numeric|decimal)\s*\)|::", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("models", "tests/dbt", "analyses")
        for path in (ROOT / folder).rglob("*.sql")
        for line in path.read_text().splitlines()
        if bare.search(line)
    ]
    assert found == []


def sql() -> Iterator[tuple[str, str]]:
    """Every line of SQL that is committed, with its place."""
    for folder in ("models", "macros", "tests/dbt", "analyses", "snapshots"):
        for path in sorted((ROOT / folder).rglob("*.sql")):
            for line in path.read_text().splitlines():
                yield f"{path.relative_to(ROOT)}: {line.strip()}", line


def test_substring_has_three_arguments() -> None:
    """Redshift documents two for binary values only."""
    two = re.compile(r"substring\([^(),]*,[^(),]*\)")
    assert [place for place, line in sql() if two.search(line)] == []


def test_a_variant_is_cast_to_text_of_any_length() -> None:
    """Snowflake fails the statement for a text that is longer than the type."""
    sized = re.compile(r":\"?\{?.*as varchar\(\d+\)")
    found = [place for place, line in sql() if re.search(r"cast\([^:]*:\"", line) and sized.search(line)]
    assert found == []


def test_templates_use_no_format_that_dbt_2_lacks() -> None:
    assert [place for place, line in sql() if re.search(r"'%[^']*\*[^']*'\s*%", line)] == []


def test_text_literals_in_selects_have_a_type() -> None:
    """Redshift gives a bare literal in a subquery the type unknown, and then finds no function for it."""
    bare = re.compile(r"(^\s*|select )'[^']*' as \w+")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("models", "tests/dbt")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".sql", ".yml")
        for line in path.read_text().splitlines()
        if bare.search(line)
    ]
    assert found == []


def out_of_shape(text: str) -> list[str]:
    """What the linter would say of a model that is one call of a macro, and that it has SQL of its own."""
    tokens = list(Environment(autoescape=True, keep_trailing_newline=True).lex(text))
    own = "".join(value for _, kind, value in tokens if kind == "data")
    wrong = [line for line in text.splitlines() if len(line) > 120 or line != line.rstrip() or "\t" in line]
    wrong += [line for line in own.splitlines() if line and not line.startswith("-- ")]
    wrong += re.findall(r"\{\{\S.*|.*\S\}\}$", text, re.MULTILINE)
    return wrong if text.endswith("}}\n") else [*wrong, text[-20:]]


def test_models_that_the_linter_skips_are_one_call_of_a_macro() -> None:
    [skipped] = [line for line in (ROOT / ".sqlfluffignore").read_text().splitlines() if not line.startswith("#")]
    models = [path for path in ROOT.glob(f"{skipped}*") if path.suffix == ".sql"]
    assert len(models) > 30
    assert {path.name: told for path in models if (told := out_of_shape(path.read_text()))} == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "-- It.\nselect 1\n{{ read() }}\n",
        "{{ read() }}\nwhere true\n",
        "-- It. \n{{ read() }}\n",
        "-- It is " + "long" * 30 + "\n{{ read() }}\n",
        "{{read() }}\n",
        "{{ read()}}\n",
        "{{ read() }}",
        "{{ read() }}\n\n",
    ],
)
def test_a_model_that_only_seems_to_be_one_is_found(wrong: str) -> None:
    assert out_of_shape(wrong)
    assert not out_of_shape("-- It.\n{{\n    config()\n}}\n\n{{ read() }}\n")


def increment(objects: list[tuple[str, int, str, str]], identifier: str) -> str:
    """What an increment reads on Snowflake and Redshift, as text."""
    text = (ROOT / "macros" / "read_stream" / "landed.sql").read_text()
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701 - it is SQL
    environment.globals.update({"literal": lambda text: f"'{text}'", "return": str})

    class Relation:
        def __init__(self) -> None:
            self.identifier = identifier

        def __str__(self) -> str:
            return f"raw.{identifier}"

    macro: Any = environment.from_string(text).module
    return " ".join(str(macro.default__rows_of_objects(Relation(), objects)).split())


def test_an_increment_is_as_long_for_a_thousand_objects_as_for_one() -> None:
    """On Snowflake a view may have 95 KB, and with the list of its fields a base model comes to 69."""
    loads = [
        (f"raw/shop/orders/load_seq={1 + n // 2}/{n:032}.json.gz", 1 + n // 2, "shop", "orders") for n in range(1000)
    ]
    assert increment(loads, "shop__orders") == "( select * from raw.shop__orders where _load_seq between 1 and 500 )"
    assert increment(loads[:1], "shop__orders") == "( select * from raw.shop__orders where _load_seq between 1 and 1 )"
    assert increment([], "shop__orders") == "( select * from raw.shop__orders where _load_seq < 0 )"
    others = [("rejects/shop/it/load_seq=7/a.json.gz", 7, "shop", "it"), *loads[2:]]
    assert increment(others, "rejects") == (
        "( select * from raw.rejects where source = 'shop' and stream = 'it' and _load_seq between 7 and 7 "
        "or source = 'shop' and stream = 'orders' and _load_seq between 2 and 500 )"
    )
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    assert project["models"]["headwater"]["staging"]["+tmp_relation_type"] == "table"


@pytest.mark.parametrize("warehouse", ["snowflake", "redshift"])
def test_every_dispatched_macro_has_an_answer_for_each_warehouse(warehouse: str) -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "macros").rglob("*.sql"))
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)', 'headwater'\)", text))
    defined = set(re.findall(r"\{% macro (\w+)\(", text))
    assert len(dispatched) > 15
    missing = {name for name in dispatched if not {f"{warehouse}__{name}", f"default__{name}"} & defined}
    assert missing == set()
