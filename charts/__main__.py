"""`python -m charts`: draws boards, and makes the site. `make charts` and `make site` call it."""

import sys
from pathlib import Path

import click

from charts.figures import FRESHNESS, ChartsError, read_figures, read_manifest, run_analyses, with_rows
from charts.site import make_site, write_boards


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="site", help="Where pages are written."
)
@click.option("--whole", is_flag=True, help="Also docs, lineage, diagrams and the start page.")
def main(out: Path, whole: bool) -> None:
    """Draws the boards of charts/boards from what `dbt build` made."""
    try:
        manifest = read_manifest()
        figures = read_figures(manifest)
        answers = run_analyses(manifest, [FRESHNESS, *(figure.drawing.analysis for figure in figures)])
        problems = [answer for answer in answers.values() if isinstance(answer, str)]
        if len(problems) == len(answers):  # as before the first build
            raise ChartsError(f"none of the {len(figures)} figures can be drawn: {problems[0]}")
        figures = with_rows(figures, answers)
        fresh = answers[FRESHNESS]
        freshness = [] if isinstance(fresh, str) else fresh[1]
        boards = write_boards(out, manifest, figures, freshness)
        for board in boards:
            page = out / f"{board.name}.html"
            click.echo(f"{page}: {len(board.questions)} figures, {page.stat().st_size / 1e6:.1f} MB")
        if whole:
            make_site(out, manifest, boards, freshness)
            click.echo(f"{out / 'index.html'}: begin here")
    except ChartsError as error:
        raise click.ClickException(str(error)) from error
    failed = [figure for figure in figures if figure.problem]
    for figure in failed:
        click.echo(f"Error: {figure.board}: {figure.name}: {figure.problem}", err=True)
    if failed:
        click.echo(f"{len(failed)} figures are not drawn; if a model is missing, `dbt build` makes it", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
