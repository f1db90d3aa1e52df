"""`python -m charts`: draws boards, and makes the site. `make charts` and `make site` call it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from dbt.contracts.graph.manifest import Manifest

from charts.figures import FRESHNESS, ChartsError, Figure, Row, read_figures, read_manifest, run_analyses, with_rows
from charts.page import board_page
from charts.site import Board, make_site


def draw(out: Path, manifest: Manifest) -> tuple[list[Board], list[Row], list[Figure]]:
    """Writes a page for each board into `out`; the boards, how fresh the streams are, and the figures that failed."""
    figures = read_figures(manifest)
    answers = run_analyses(manifest, [FRESHNESS, *(figure.drawing.analysis for figure in figures)])
    figures = with_rows(figures, answers)
    fresh = answers[FRESHNESS]
    freshness = [] if isinstance(fresh, str) else fresh[1]
    out.mkdir(parents=True, exist_ok=True)
    boards = []
    for name in dict.fromkeys(figure.board for figure in figures):
        said = manifest.docs.get(f"doc.headwater.board_{name}")
        if said is None:
            raise ChartsError(f"charts/boards/{name}.yml has no title; add `board_{name}` to charts/boards/boards.md")
        title, _, sentence = said.block_contents.strip().partition(": ")
        sentence = sentence[:1].upper() + sentence[1:]
        here = [figure for figure in figures if figure.board == name]
        page = board_page(title, sentence, here, freshness, f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
        (out / f"{name}.html").write_text(page, encoding="utf-8")
        boards.append(Board(name, title, sentence, [figure.question for figure in here]))
        click.echo(f"{out / name}.html: {len(here)} figures, {len(page) / 1e6:.1f} MB")
    return boards, freshness, [figure for figure in figures if figure.problem]


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="site", help="Where pages are written."
)
@click.option("--whole", is_flag=True, help="Also docs, lineage, diagrams and the start page.")
def main(out: Path, whole: bool) -> None:
    """Draws the boards of charts/boards from what `dbt build` made."""
    try:
        manifest = read_manifest()
        boards, freshness, failed = draw(out, manifest)
        if whole:
            make_site(out, manifest, boards, freshness)
            click.echo(f"{out / 'index.html'}: the start page")
    except ChartsError as error:
        raise click.ClickException(str(error)) from error
    for figure in failed:
        click.echo(f"Error: {figure.board}: {figure.name}: {figure.problem}", err=True)
    if failed:
        click.echo(f"{len(failed)} figures are not drawn; if a model is missing, `dbt build` makes it", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
