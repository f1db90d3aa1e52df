"""What macros say of a project before a statement is made: fields that are misspelt, streams without their guards."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

MACROS = Path(__file__).parents[2] / "macros"
FILES = (
    "read_stream/field.sql",
    "read_stream/key_census.sql",
    "read_stream/last_loaded_at.sql",
    "cross_database/formats.sql",
    "guards/check_streams.sql",
    "rejects/report_gates.sql",
)


class Returned(Exception):
    """What `return` gives back, as dbt does it."""


class Macros:
    """The macros of some files, each seeing the others, without dbt."""

    def __init__(self) -> None:
        self.environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
        self.off = list[str]()
        self.environment.globals.update(
            {
                "exceptions": self,
                "return": self.give_back,
                "streams": list,
                "var": lambda name, _: self.off if name == "streams_off" else None,
                "source": "{}.{}".format,
                "literal": repr,
                "changed_at": lambda: "now",
            }
        )
        for file in FILES:
            for text in re.findall(r"{% macro .*?endmacro %}", (MACROS / file).read_text(), re.DOTALL):
                name = re.search(r"macro (\w+)", text)[1]  # type: ignore[index]
                self.environment.globals[name] = self.macro(name, text)

    def macro(self, name: str, text: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return getattr(self.environment.from_string(text).module, name)(*arguments, **options)
            except Returned as returned:
                return returned.args[0]

        return call

    def __getattr__(self, name: str) -> Any:
        return self.environment.globals[name]

    def give_back(self, value: Any) -> None:
        raise Returned(value)

    def raise_compiler_error(self, message: str) -> None:
        raise ValueError(message)


@pytest.fixture(scope="module")
def macros() -> Macros:
    return Macros()


@pytest.mark.parametrize(
    ("type_", "options", "told"),
    [
        ("bigint", {"format": "epochms"}, "unknown format epochms; expected one of text, verbatim, digits, cnpj8, "),
        ("bigint", {"format": "iso8601"}, "type bigint does not go with the format iso8601; expected timestamp"),
        ("int", {}, "type int does not go with the format text; expected varchar(<bytes>)"),
        ("varchar", {}, "type varchar does not go with the format text; expected varchar(<bytes>)"),
        ("bigint", {"lookback": "2d"}, "unknown argument lookback; expected path, format, required, accepted, "),
        ("bigint", {"in_calendar": True}, "in_calendar is for dates and timestamps; it is a bigint"),
    ],
)
def test_a_field_that_is_misspelt_is_refused(macros: Macros, type_: str, options: dict[str, Any], told: str) -> None:
    good, bad = macros.field("id", "varchar(20)", format="digits"), macros.field("amount", type_, **options)
    macros.check_fields("shop.orders", [good])
    with pytest.raises(ValueError, match=re.escape(f"shop.orders, field amount: {told}")):
        macros.check_fields("shop.orders", [good, bad])


def test_a_field_that_comes_twice_is_refused(macros: Macros) -> None:
    fields = [macros.field("id", "bigint", path="a"), macros.field("id", "bigint", path="b")]
    with pytest.raises(ValueError, match=r"shop\.orders, field id: it is in the list twice; expected each name once"):
        macros.check_fields("shop.orders", fields)


QUERY = "{{ last_loaded_at('shop', 'orders') }}"
TABLE = {
    "source_name": "shop",
    "name": "orders",
    "identifier": "shop__orders",
    "external": {"location": "raw/shop/orders"},
    "freshness": {"warn_after": {"count": 24, "period": "hour"}},
    "loaded_at_query": QUERY,
}
MODELS = ["base_shop__orders", "base_shop__orders_corrected", "stg_shop__orders"]
GUARDS = [
    "base_shop__orders rows_match_commits ",
    "stg_shop__orders nothing_lost shop.orders",
    "stg_shop__orders rejects_within_budget shop.orders",
]


def test_a_stream_with_all_its_guards_is_taken(macros: Macros) -> None:
    assert macros.missing_guards(TABLE, ["shop.orders"], MODELS, GUARDS) == []


def test_a_stream_without_its_guards_is_told_what_is_missing(macros: Macros) -> None:
    table = {**TABLE, "identifier": "orders", "freshness": None, "loaded_at_query": "{{ last_loaded_at('shop', 'x') }}"}
    guards = ["stg_shop__orders rejects_within_budget shop.returns"]
    assert macros.missing_guards(table, [], MODELS[::2], guards) == [
        "shop.orders: no line in macros/fields/streams.sql",
        "shop.orders: expected `identifier: shop__orders` and `external: {location: raw/shop/orders}` in its source, "
        "which is where loads put it",
        "shop.orders: no `freshness` in the config of its source",
        f'shop.orders: expected `loaded_at_query: "{QUERY}"` in the config of its source',
        "shop.orders: no model base_shop__orders_corrected",
        "shop.orders: no test rows_match_commits of base_shop__orders",
        "shop.orders: no test nothing_lost with `stream: shop.orders` of stg_shop__orders",
        "shop.orders: no test rejects_within_budget with `stream: shop.orders` of stg_shop__orders",
    ]


@pytest.mark.parametrize(
    ("off", "is_off"), [([], False), (["x"], True), (["x.posts"], True), (["x.users", "banks"], False)]
)
def test_a_stream_that_is_switched_off_is_never_stale(macros: Macros, off: list[str], is_off: bool) -> None:
    macros.off[:] = off
    query = " ".join(macros.last_loaded_at("x", "posts").split())
    assert query == "select now" if is_off else query.startswith("select max(moment) from ( select _loaded_at")


def test_paths_that_differ_in_case_alone_are_two(macros: Macros) -> None:
    fields = [{"path": "errorCode"}, {"path": "ErrorCode"}, {"path": "errorCode"}]
    macros.environment.globals["streams"] = lambda: [{"source": "shop", "name": "errors", "fields": fields}]
    paths = re.findall(r"cast\('(\w+)' as varchar\(65535\)\) as path", macros.read_paths())
    assert paths == ["errorCode", "ErrorCode"]


def test_filters_of_paths_heed_case() -> None:
    """Jinja's own `unique` does not."""
    folding = [
        path.name
        for folder in ("macros", "models", "tests/dbt")
        for path in (MACROS.parent / folder).rglob("*.sql")
        if re.search(r"'path'\)\s*\|\s*unique(?!\(case_sensitive=true\))", path.read_text())
    ]
    assert folding == []


def test_names_of_files_command_no_terminal(macros: Macros) -> None:
    assert macros.printable("a\x1b[31mb\nc\u202ed\u00e7") == "a [31mb c d\u00e7"
    assert macros.printable(None) == ""
    assert len(macros.printable("x" * 5000)) == 200


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(2, 100, "2.0%"), (1, 3, "33.3%"), (1, 174_343, "0.0006%"), (0, 5, "0.0%"), (0, 0, "0%")],
)
def test_shares_are_never_rounded_to_none(macros: Macros, part: int, whole: int, told: str) -> None:
    assert macros.share_text(part, whole) == told
