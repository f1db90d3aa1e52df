"""The site of the demo: every chart's figures are those of the marts, and every page is one in a real browser."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser

from charts.figures import read_figures, run_analyses, with_rows
from charts.site import make_site, write_boards
from tests.charts import checks_banks, checks_brand, checks_learning, checks_operations, checks_social
from tests.charts.conftest import Built, emptied

BOARDS = ("banks", "brand", "learning", "operations", "social")
PHONE, DESK = 360, 1280
CHECKS = {
    name: check
    for board in (checks_banks, checks_brand, checks_learning, checks_operations, checks_social)
    for name, check in board.CHECKS.items()
}


def test_every_chart_of_the_demo_is_drawn_from_rows(built: Built) -> None:
    assert {figure.name: figure.problem for figure in built.figures if figure.problem} == {}
    assert {figure.name for figure in built.figures if not figure.rows} == set()
    assert sorted({figure.board for figure in built.figures}) == ["banks", "brand", "learning", "operations", "social"]


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_figures_are_those_of_the_marts(built: Built, name: str) -> None:
    [figure] = [figure for figure in built.figures if figure.name == name]
    [(told,)] = built.project.query(CHECKS[name].mart)
    assert figure.rows
    assert CHECKS[name].figure(figure.rows) == told


def test_every_figure_is_held_against_the_marts(built: Built) -> None:
    assert {figure.name for figure in built.figures} == CHECKS.keys()


def test_an_exposure_names_the_models_that_its_analysis_reads(built: Built) -> None:
    nodes = built.manifest.nodes
    for figure in built.figures:
        said = {ref.name for ref in built.manifest.exposures[f"exposure.headwater.{figure.name}"].refs}
        read = {ref.name for ref in nodes[f"analysis.headwater.{figure.drawing.analysis}"].refs}
        assert said == read, figure.name


def test_marts_without_rows_are_no_error(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = built.drawn_from(emptied(built.project.place / "w.duckdb", tmp_path / "w.duckdb"), monkeypatch)
    assert {figure.name: figure.problem for figure in figures if figure.problem} == {}
    full = {figure.name for figure in figures if figure.rows}
    # a view over stg, which is not empty; its landed records are
    assert full <= {"operations_conservation"}


def test_a_figure_that_cannot_be_drawn_stops_no_other(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = emptied(built.project.place / "w.duckdb", tmp_path / "w.duckdb")
    with duckdb.connect(str(lacking)) as connection:
        connection.execute("drop table marts.social_daily; drop table marts.dim_projects")
    problems = {figure.name: figure.problem for figure in built.drawn_from(lacking, monkeypatch) if figure.problem}
    assert problems.keys() == {"social_posts", "social_net_follows", "learning_feedback"}
    assert problems["social_posts"].endswith(".sql: social_daily does not exist yet; run `dbt build`")
    assert run_analyses(built.manifest, ["no_such_analysis"]) == {"no_such_analysis": "dbt did not run it"}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole site, and below none/ and one/ its boards from no rows and from one; served on loopback."""
    out = tmp_path_factory.mktemp("site")
    boards = write_boards(out, built.manifest, built.figures, built.freshness)
    make_site(out, built.manifest, boards, built.freshness)
    for folder, count in (("none", 0), ("one", 1)):
        answers = {f.drawing.analysis: (f.columns, f.rows[:count]) for f in built.figures}
        figures = with_rows(read_figures(built.manifest), answers)
        write_boards(out / folder, built.manifest, figures, built.freshness[:count])
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(out))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Watched:
    """A page in the browser, with what it logged as wrong and what it asked for."""

    def __init__(self, browser: Browser, address: str, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def too_wide(self) -> int:
        """By how many pixels one must scroll to the right."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize(
    "page", ["index", "docs", "lineage", *BOARDS, *(f"{f}/{b}" for f in ("none", "one") for b in BOARDS)]
)
def test_a_page_opens_draws_and_asks_nobody(site: str, browser: Browser, page: str, width: int) -> None:
    address = f"{site}/{page}.html"
    opened = Watched(browser, address, width)
    assert opened.wrong == []
    assert [url for url in opened.asked if not url.startswith(("data:", "blob:"))] == [address]
    assert opened.page.inner_text("body").strip()
    if page not in ("docs", "lineage"):  # which are others' pages
        assert opened.too_wide() == 0
    opened.page.close()


@pytest.mark.parametrize("board", [*BOARDS, *(f"one/{board}" for board in BOARDS)])
def test_every_figure_is_drawn_and_said_in_words(site: str, browser: Browser, board: str) -> None:
    page = Watched(browser, f"{site}/{board}.html", DESK).page
    for figure in page.locator("figure").all():
        name = figure.get_attribute("id")
        assert figure.locator("h2").inner_text().endswith("?"), name
        assert figure.locator("figcaption p").inner_text().endswith("."), name
        assert figure.locator("tbody tr").count() > 0, name
        if chart := figure.locator(".chart").all():
            assert chart[0].get_attribute("role") == "img"
            assert figure.locator("h2").inner_text() in str(chart[0].get_attribute("aria-label"))
            # vega's marks: what stands for rows, not axes and legends
            marks = chart[0].locator(
                "svg .mark-rect.role-mark path, svg .mark-symbol.role-mark path, svg .mark-line path"
            )
            assert marks.count() > 0, name
            box = chart[0].locator("svg").bounding_box()
            assert box, name
            assert min(box["width"] - 200, box["height"] - 50) > 0, name
    page.close()


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_without_rows_says_so(site: str, browser: Browser, board: str) -> None:
    page = Watched(browser, f"{site}/none/{board}.html", PHONE).page
    figures = page.locator("figure").count()
    assert page.locator(".nothing").all_inner_texts() == ["Nothing yet: no row answers this."] * figures
    assert page.locator("svg, select, table").count() == 0
    page.close()


def test_what_is_chosen_is_what_chart_and_table_show(site: str, browser: Browser) -> None:
    page = Watched(browser, f"{site}/operations.html", DESK).page
    figure = page.locator("#operations_loads")
    figure.locator("summary").click()
    rects = figure.locator("svg .mark-rect.role-mark path")
    assert rects.count() == figure.locator("tbody tr:visible").count() == 4
    figure.locator("select").select_option(json.dumps("learning"))
    page.wait_for_function("document.querySelectorAll('#operations_loads .mark-rect.role-mark path').length === 1")
    assert [row.split("\t")[1] for row in figure.locator("tbody tr:visible").all_inner_texts()] == ["learning"]
    figure.locator("select").select_option("")
    page.wait_for_function("document.querySelectorAll('#operations_loads .mark-rect.role-mark path').length === 4")
    assert figure.locator("tbody tr:visible").count() == 4
    page.close()


def test_the_start_page_leads_everywhere_and_says_how_fresh_it_is(site: str, browser: Browser) -> None:
    page = Watched(browser, f"{site}/index.html", DESK).page
    links = [link.get_attribute("href") or "" for link in page.locator("a").all()]
    assert {f"{board}.html" for board in BOARDS} | {"docs.html", "lineage.html"} | {
        f"diagrams/{board}.svg" for board in BOARDS
    } <= set(links)
    for link in {link.split("#")[0] for link in links}:
        assert page.request.get(f"{site}/{link}").status == 200, link
    assert page.locator("tbody td:first-child").all_inner_texts() == ["banks", "learning", "web_events", "x"]
    page.close()


def test_no_page_names_a_folder_of_this_machine(site: str, browser: Browser) -> None:
    page = browser.new_page()
    for name in ("index", "docs", "lineage", *BOARDS):
        assert str(Path.cwd()) not in page.request.get(f"{site}/{name}.html").text(), name
    page.close()
