"""The site: boards, dbt's documentation, column lineage, diagrams, and a start page that says what is here."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from charts.diagrams import draw
from charts.figures import ChartsError, Figure, Row
from charts.page import board_page, start_page


@dataclass
class Board:
    """A page of figures, as the start page names it."""

    name: str
    title: str
    sentence: str
    questions: list[str]


def write_boards(out: Path, manifest: Manifest, figures: Sequence[Figure], freshness: Sequence[Row]) -> list[Board]:
    """Writes a page for each board into `out`.

    Raises ChartsError for a board without a title.
    """
    out.mkdir(parents=True, exist_ok=True)
    boards = []
    for name in dict.fromkeys(figure.board for figure in figures):
        said = manifest.docs.get(f"doc.headwater.board_{name}")
        if said is None:
            raise ChartsError(f"charts/boards/{name}.yml has no title; say one in charts/boards/boards.md")
        title, _, sentence = said.block_contents.strip().partition(": ")
        sentence = sentence[:1].upper() + sentence[1:]
        here = [figure for figure in figures if figure.board == name]
        page = board_page(title, sentence, here, freshness, f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
        (out / f"{name}.html").write_text(page, encoding="utf-8")
        boards.append(Board(name, title, sentence, [figure.question for figure in here]))
    return boards


def make_site(out: Path, manifest: Manifest, boards: Sequence[Board], freshness: Sequence[Row]) -> None:
    """Writes what stands beside the boards into `out`: docs.html, lineage.html, diagrams and index.html.

    Raises ChartsError when dbt or the lineage tool fails.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH", "target"))
    documented = dbtRunner(manifest=manifest).invoke(["docs", "generate", "--static", "--quiet"])
    if not documented.success:
        raise ChartsError(f"no documentation: {documented.exception or 'dbt failed'}; `dbt docs generate` says more")
    docs = (target / "static_index.html").read_text(encoding="utf-8")
    (out / "docs.html").write_text(_docs(docs), encoding="utf-8")
    # right after the documentation, whose catalog it reads, or it lacks columns without a word
    with TemporaryDirectory() as place:
        colibri = str(Path(sys.executable).with_name("colibri"))
        reads = ("--manifest", str(target / "manifest.json"), "--catalog", str(target / "catalog.json"))
        command = [colibri, "generate", *reads, "--output-dir", place, "--light", "--disable-telemetry"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise ChartsError(f"no column lineage: {done.stderr.strip()[-500:]}; `make site` tries again")
        shutil.copyfile(Path(place) / "index.html", out / "lineage.html")
    sources: dict[str, list[Row]] = {}
    for row in freshness:
        sources.setdefault(str(row["source"]), []).append(row)
    page = start_page(
        boards=boards,
        sources={name: _freshness(rows) for name, rows in sources.items()},
        diagrams=[diagram.stem for diagram in draw(target, out / "diagrams")],
        published=[one for one in manifest.exposures.values() if "publish" in one.meta],
        made_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
    )
    (out / "index.html").write_text(page, encoding="utf-8")


def _docs(page: str) -> str:
    """dbt's page, less the folder of this machine, its icon, which no server has, and the icons of its tree, which it
    asks for under names that Angular has yet to put there."""
    instead = {
        f'"root_path": {json.dumps(str(Path.cwd()))}': '"root_path": "."',
        "${require('./assets/favicons/favicon.ico')}": "data:,",
        '<use xlink:href="{{ getIcon': '<use ng-attr-xlink:href="{{ getIcon',
    }
    for asked, given in instead.items():
        page = page.replace(asked, given)
    return page


def _freshness(rows: Sequence[Row]) -> Row:
    """How far a source has come: the newest of its streams, and what of them all could not be used."""
    return {
        "streams": len(rows),
        "last_loaded_at": max((str(row["last_loaded_at"]) for row in rows if row["last_loaded_at"]), default=None),
        "last_event_at": max((str(row["last_event_at"]) for row in rows if row["last_event_at"]), default=None),
        "landed": sum(int(row["landed_count"] or 0) for row in rows),
        "open_rejects": sum(int(row["open_reject_count"] or 0) for row in rows),
    }
