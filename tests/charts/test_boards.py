"""Every chart of every board against the demo: its figures are those of the marts, also where there are none."""

from pathlib import Path

import pytest

from charts.figures import run_analyses
from tests.charts.conftest import Built, emptied


def test_every_chart_of_the_demo_is_drawn_from_rows(built: Built) -> None:
    assert {figure.name: figure.problem for figure in built.figures if figure.problem} == {}
    assert {figure.name for figure in built.figures if not figure.rows} == set()
    assert sorted({figure.board for figure in built.figures}) == ["operations", "social"]


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


def test_a_figure_that_cannot_be_drawn_stops_no_other(built: Built) -> None:
    names = ["social_last_90_days", "no_such_analysis", "operations_freshness"]
    answers = run_analyses(built.manifest, names)
    assert answers["no_such_analysis"] == "dbt did not run it"
    assert not isinstance(answers["social_last_90_days"], str)
