"""One page from rows made by hand: what is said, what is escaped, what is refused."""

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import vl_convert
from click.testing import CliRunner
from playwright.sync_api import Browser
from pydantic import ValidationError

from charts.__main__ import main
from charts.figures import MOST_ROWS, Drawing, Figure, Row, with_rows
from charts.page import board_page, choices, shown, specification

BARS: dict[str, Any] = {
    "mark": "bar",
    "encoding": {"x": {"field": "likes", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
}
HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&{{ 7*7 }}"""


def figure(meta: dict[str, Any], rows: list[Row]) -> Figure:
    return Figure(
        "board_what", "board", "Who?", "It says.", frozenset({"x"}), Drawing(analysis="a", **meta), list(rows[0]), rows
    )


def page_of(*figures: Figure) -> str:
    fresh: list[Row] = [
        {"source": "x", "last_loaded_at": "2026-03-02T14:05:00Z"},
        {"source": "banks", "last_loaded_at": "2026-03-03T00:00:00Z"},
    ]
    return board_page("Title", "A sentence.", figures, fresh, "2026-03-04 10:00")


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({}, "expected either `chart` or `table`"),
        ({"chart": BARS, "table": {"name": "Name"}}, "expected either `chart` or `table`"),
        ({"chart": {**BARS, "data": {"url": "https://example.org/x.csv"}}}, "`chart` says data; expected encoding"),
        ({"chart": {**BARS, "facet": {"field": "name"}}}, "`chart` says facet"),
        ({"chart": {**BARS, "mark": "bars"}}, "`chart` is no Vega-Lite: mark: "),
        (
            {"chart": {"mark": "bar", "encoding": {"x": {"feld": "likes"}}}},
            "encoding.x: Additional properties are not allowed ('feld'",
        ),
        ({"chart": BARS, "colour": "red"}, "colour"),
        ({"chart": BARS, "filter": {"columns": "name", "label": "Name"}}, "columns"),
    ],
)
def test_refuses_what_it_cannot_draw(meta: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(told)):
        Drawing.model_validate({"analysis": "a", **meta})


def test_says_which_columns_are_missing_and_how_many_rows_are_too_many() -> None:
    drawing = {"chart": BARS, "filter": {"column": "brand", "label": "Brand"}}
    lacking = figure(drawing, [{"name": "a", "likes": 1, "brand": "b"}])
    many = figure({"table": {"name": "Name"}}, [{"name": "a"}])
    [first] = with_rows([lacking], {"a": (["name", "like_count"], [{"name": "a", "like_count": 1}])})
    [second] = with_rows([many], {"a": (["name"], [{"name": "a"}] * (MOST_ROWS + 1))})
    [third] = with_rows([replace(many, problem="")], {"a": "Catalog Error: Table with name t does not exist!"})
    assert first.problem == "it names brand, likes; analyses/a.sql gives name, like_count"
    assert second.problem == "5,001 rows, expected 5,000 at most; have the analysis sum them up"
    assert third.problem == "analyses/a.sql: Catalog Error: Table with name t does not exist!"
    assert 'role="alert">Not drawn: it names brand, likes' in page_of(first)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),  # noqa: RUF001
        (True, "yes"),
        (1234567, "1,234,567"),
        (-0.5, "-0.5"),
        (1234.56789, "1,234.5679"),
        (2.0, "2"),
        ("2026-03-02T14:05:09Z", "2026-03-02 14:05"),
        ("2026-03-02", "2026-03-02"),
        ("007", "007"),
    ],
)
def test_shows_values_as_people_read_them(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_filter_offers_what_there_is_and_begins_with_all_or_the_first() -> None:
    rows: list[Row] = [
        {"name": "b", "likes": 1},
        {"name": "a", "likes": 2},
        {"name": "b", "likes": 3},
        {"name": None, "likes": 4},
    ]
    of_all = figure({"chart": BARS, "filter": {"column": "name", "label": "Name"}}, rows)
    of_one = figure({"chart": BARS, "filter": {"column": "name", "label": "Name", "all": False}}, rows)
    assert choices(of_all) == ["b", "a"]
    assert specification(of_all)["params"] == [{"name": "chosen", "value": None}]
    assert specification(of_one)["params"] == [{"name": "chosen", "value": "b"}]
    assert specification(of_one)["transform"] == [{"filter": "chosen === null || datum['name'] === chosen"}]
    assert re.findall(r"<option value='([^']*)'>", page_of(of_one)) == ['"b"', '"a"']


def test_tells_how_far_its_own_sources_were_loaded() -> None:
    page = page_of(figure({"table": {"name": "Name"}}, [{"name": "a"}]))
    assert "Loaded up to 2026-03-02 14:05 UTC. Page made 2026-03-04 10:00 UTC." in page


def test_values_that_are_names_of_javascript_are_drawn() -> None:
    names = ["constructor", "toString", "__proto__", "hasOwnProperty", "plain"]
    coloured = {**BARS, "encoding": {**BARS["encoding"], "color": {"field": "name", "type": "nominal"}}}
    drawn = specification(figure({"chart": coloured}, [{"name": name, "likes": 1} for name in names]))
    svg = vl_convert.vegalite_to_svg(json.dumps({**drawn, "width": 300}))
    assert svg.count('aria-roledescription="bar"') == len(names)
    assert [text.strip("\N{WORD JOINER}") for text in re.findall(r">([^<]+)</text>", svg)].count("constructor") == 2
    one = figure({"chart": BARS, "filter": {"column": "name", "label": "Name", "all": False}}, [{"name": "toString"}])
    assert specification(one)["params"] == [{"name": "chosen", "value": "\N{WORD JOINER}toString"}]
    assert "<option value='\"\\u2060toString\"'>toString</option>" in page_of(one)


def test_data_stay_data(browser: Browser) -> None:
    rows: list[Row] = [{"name": HOSTILE, "likes": 3}, {"name": "plain", "likes": 2}]
    with_filter = {"filter": {"column": "name", "label": HOSTILE}}
    page = page_of(
        figure({"chart": BARS, **with_filter}, rows),
        replace(figure({"table": {"name": HOSTILE}, **with_filter}, rows), name="board_else", question=HOSTILE),
    )
    assert "<script>alert" not in page
    assert "<img" not in page.split("</main>")[0]
    opened = browser.new_page()
    said: list[str] = []
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.set_content(page)
    opened.wait_for_selector("svg.marks")
    opened.select_option("#board_what select", json.dumps("plain"))
    assert opened.locator("#board_else td").first.inner_text() == HOSTILE
    drawn = opened.locator("#board_what svg.marks").text_content() or ""
    assert drawn.endswith("likesplainname")  # the axes, of which only one name is left
    assert said == []
    opened.close()


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("nosuch(datum.likes) > 1", "Unrecognized function: nosuch"),  # while the chart is parsed
        ("test(regexp('('), datum.name)", "Invalid regular expression: /(/"),  # while its rows are computed
    ],
)
@pytest.mark.parametrize("filtered", [True, False])
def test_a_chart_that_fails_in_the_browser_says_why(
    browser: Browser, expression: str, error: str, filtered: bool
) -> None:
    rows: list[Row] = [{"name": "a", "likes": 3}, {"name": "b", "likes": 2}]
    meta = {"filter": {"column": "name", "label": "Name"}} if filtered else {}
    colour = {"color": {"condition": {"test": expression, "value": "red"}, "value": "blue"}}
    failing = figure({"chart": {**BARS, "encoding": {**BARS["encoding"], **colour}}, **meta}, rows)
    opened = browser.new_page()
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.set_content(page_of(failing, replace(figure({"chart": BARS}, rows), name="board_good")))
    problem = opened.locator("#board_what [role=alert]")
    problem.wait_for()
    assert problem.inner_text().startswith(f"Not drawn: board_what: {error}")
    assert opened.locator("#board_what .chart").count() == 0
    assert opened.locator("#board_what td").first.is_visible()
    opened.wait_for_selector("#board_good svg.marks")
    assert opened.locator("#board_good [role=alert]").count() == 0
    if filtered:
        opened.select_option("#board_what select", json.dumps("b"))
        assert [row.is_visible() for row in opened.locator("#board_what tbody tr").all()] == [False, True]
    assert problem.count() == 1
    assert said == []
    opened.close()


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        (
            {"doc.headwater.board_board": SimpleNamespace(block_contents="Title: a sentence.")},
            "Error: board: board_bad: analyses/b.sql: no table",
        ),
        ({}, "charts/boards/board.yml has no title; say one in charts/boards/boards.md"),
    ],
)
def test_the_command_fails_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, titles: dict[str, Any], told: str
) -> None:
    good = figure({"table": {"name": "Name"}}, [{"name": "a"}])
    bad = replace(good, name="board_bad", drawing=Drawing(analysis="b", table={"name": "Name"}))
    answers = {"operations_freshness": ([], []), "a": (["name"], [{"name": "shown all the same"}]), "b": "no table"}
    monkeypatch.setattr("charts.__main__.read_manifest", lambda: SimpleNamespace(docs=titles))
    monkeypatch.setattr("charts.__main__.read_figures", lambda manifest: [good, bad])
    monkeypatch.setattr("charts.__main__.run_analyses", lambda manifest, names: answers)
    done = CliRunner().invoke(main, ["--out", str(tmp_path)])
    assert done.exit_code == 1
    assert told in done.stderr
    assert not titles or "shown all the same" in (tmp_path / "board.html").read_text()


def test_charts_before_a_build_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = dict.fromkeys(["operations_freshness", "a"], "loads does not exist yet; run `dbt build`")
    monkeypatch.setattr("charts.__main__.read_manifest", lambda: SimpleNamespace(docs={}))
    monkeypatch.setattr(
        "charts.__main__.read_figures", lambda manifest: [figure({"table": {"name": "Name"}}, [{"name": "a"}])]
    )
    monkeypatch.setattr("charts.__main__.run_analyses", lambda manifest, names: answers)
    done = CliRunner().invoke(main, ["--out", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stderr == ("Error: none of the 1 figures can be drawn: loads does not exist yet; run `dbt build`\n")
