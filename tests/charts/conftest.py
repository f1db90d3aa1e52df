"""The demo of all sources, a small one, built once: what charts and site are made from."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest
from playwright.sync_api import Browser, sync_playwright

from charts.figures import FRESHNESS, Figure, Row, read_figures, read_manifest, run_analyses, with_rows
from tests.pipeline.conftest import Project, close_connections, project_in


@dataclass
class Built:
    """A built project, its charts with their rows, and how fresh its streams are."""

    project: Project
    manifest: Manifest
    figures: list[Figure]
    freshness: list[Row]

    def drawn_from(self, warehouse: Path, patch: pytest.MonkeyPatch) -> list[Figure]:
        """The same charts with what another DuckDB file answers."""
        close_connections()
        patch.setenv("HEADWATER_DUCKDB", str(warehouse))
        figures = read_figures(self.manifest)
        return with_rows(figures, run_analyses(self.manifest, [figure.drawing.analysis for figure in figures]))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    place = tmp_path_factory.mktemp("charts")
    (place / "project").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        project = project_in(place / "project", place / "now", place / "target", patch)
        for name in ("BANKS_URL", "LEARNING_URL", "WEB_EVENTS_URL", "X_URL"):
            patch.delenv(name)
        # commands write demo data below where they run; dbt reads the project where it is
        root = Path.cwd()
        patch.chdir(place / "project")
        for name in ("dbt_project.yml", "models", "macros", "charts"):
            (place / "project" / name).symlink_to(root / name)
        project.headwater("demo", "--scale", "0.05")
        project.headwater("load", "--demo")
        patch.chdir(root)
        patch.setenv("DBT_TARGET_PATH", str(place / "target"))
        patch.setenv("DBT_WRITE_JSON", "true")
        project.stage()
        project.run()
        manifest = read_manifest()
        figures = read_figures(manifest)
        answers = run_analyses(manifest, [FRESHNESS, *(figure.drawing.analysis for figure in figures)])
        fresh = answers[FRESHNESS]
        assert not isinstance(fresh, str), fresh
        yield Built(project, manifest, with_rows(figures, answers), fresh[1])
        close_connections()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it; pages are not looked at where there is none, except in CI."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        assert not os.environ.get("CI"), f"CI needs a browser; expected one of {', '.join(names)}"
        pytest.skip(f"no browser; expected one of {', '.join(names)}")
    with sync_playwright() as playwright:
        # its sandbox needs rights that root and containers lack; what is opened is our own
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def emptied(warehouse: Path, copy: Path) -> Path:
    """A copy of a warehouse whose marts have no rows."""
    close_connections()
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'")
        for (name,) in tables.fetchall():
            connection.execute(f'delete from marts."{name}"')
    return copy
