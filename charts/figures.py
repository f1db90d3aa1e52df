"""What is drawn: the exposures below `boards/`, and the rows of their analyses."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

import agate
import altair
import jsonschema
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from loaders.dbt import explain

Value = str | int | float | bool | None
Row = dict[str, Value]
Answers = Mapping[str, tuple[list[str], list[Row]] | str]
"""The columns and rows of analyses by name, or why there are none."""

FRESHNESS = "operations_freshness"
"""The analysis that tells how far each stream has come: a row with source, stream, last_loaded_at and more for each."""

MOST_ROWS = 5_000
"""Nobody reads a chart of more rows; its analysis should sum them up or look back less far."""

SAYS = {"mark", "encoding", "layer", "height"}
"""What a chart may say. Rows, width and theme are the page's, numbers the analysis's; views side by side do not fit a
phone."""

FAILED = re.compile(r"in analysis (\w+) \(")
"""The node that an error of dbt names."""


class ChartsError(Exception):
    """Says what is wrong with what, what was expected, and what to run next."""


class Filter(BaseModel):
    """A column of which a reader may choose one value."""

    model_config = ConfigDict(extra="forbid")

    column: str
    label: str
    all: bool = True
    """Whether all values may be shown at once; otherwise the first is chosen."""


class Drawing(BaseModel):
    """An exposure's `meta`: the analysis that gives the rows, and how they are shown."""

    model_config = ConfigDict(extra="forbid")

    analysis: str
    chart: dict[str, Any] | None = None
    """One view in Vega-Lite, https://vega.github.io/vega-lite/docs/spec.html."""
    table: dict[str, str] | None = None
    """Columns, and their headings."""
    filter: Filter | None = None

    @model_validator(mode="after")
    def _can_be_drawn(self) -> "Drawing":
        if (self.chart is None) == (self.table is None):
            raise ValueError("expected either `chart` or `table`")
        if self.chart is not None:
            if more := self.chart.keys() - SAYS:
                raise ValueError(f"`chart` says {', '.join(sorted(more))}; expected {', '.join(sorted(SAYS))}")
            kind = altair.LayerChart if "layer" in self.chart else altair.Chart
            try:
                kind.from_dict({"data": {"values": []}, **self.chart})
            except jsonschema.ValidationError as error:
                place = ".".join(map(str, error.absolute_path)) or "it"
                raise ValueError(f"`chart` is no Vega-Lite: {place}: {error.message}") from error
        return self

    def columns(self) -> set[str]:
        """The columns of the analysis that are named."""
        return {*_fields(self.chart), *(self.table or ()), *([self.filter.column] if self.filter else ())}


def _fields(specification: object) -> Iterator[str]:
    """Every `field` of a Vega-Lite specification."""
    if isinstance(specification, dict):
        if isinstance(specification.get("field"), str):
            yield specification["field"]
        specification = specification.values()
    if isinstance(specification, Iterable) and not isinstance(specification, str):
        for part in specification:
            yield from _fields(part)


@dataclass
class Figure:
    """A chart or a table, with its rows."""

    name: str
    board: str
    """The file below `boards/` that it stands in."""
    question: str
    description: str
    sources: frozenset[str]
    """The dbt sources that its models come from."""
    drawing: Drawing
    columns: list[str]
    rows: list[Row]
    problem: str = ""
    """Why there are no rows, if that is not because there are none."""


def read_manifest() -> Manifest:
    """The project as dbt parses it."""
    parsed = dbtRunner().invoke(["parse", "--quiet"])
    if not isinstance(parsed.result, Manifest):
        raise ChartsError(f"dbt cannot read the project: {parsed.exception or 'see above'}; `dbt parse` says more")
    parsed.result.build_parent_and_child_maps()  # type: ignore[no-untyped-call]
    return parsed.result


def read_figures(manifest: Manifest) -> list[Figure]:
    """All charts of all boards, in their order, without rows.

    Raises ChartsError for meta that cannot be drawn.
    """
    figures = []
    for exposure in manifest.exposures.values():
        path = PurePosixPath(exposure.original_file_path)
        if path.parts[0] != "charts":
            continue
        try:
            drawing = Drawing.model_validate(exposure.meta)
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'meta'}: {one['msg']}" for one in error.errors())
            raise ChartsError(f"{path}: {exposure.name}: {told}; mend it, then `make charts` again") from error
        figures.append(
            Figure(
                exposure.name,
                path.stem,
                exposure.label or exposure.name,
                exposure.description.strip(),
                frozenset(_sources(manifest, exposure.unique_id)),
                drawing,
                [],
                [],
            )
        )
    # dbt keeps no order of its own when it parses a part anew
    texts = {board: (Path("charts/boards") / f"{board}.yml").read_text("utf-8") for board in {f.board for f in figures}}
    return sorted(figures, key=lambda figure: (figure.board, texts[figure.board].index(f"name: {figure.name}\n")))


def _sources(manifest: Manifest, unique_id: str) -> Iterator[str]:
    """The dbt sources upstream of a node, but for the log of loads itself."""
    seen, ahead = set[str](), [unique_id]
    while ahead:
        node = ahead.pop()
        if node in seen:
            continue
        seen.add(node)
        ahead += manifest.parent_map.get(node, [])
        if node in manifest.sources and manifest.sources[node].source_name != "headwater":
            yield manifest.sources[node].source_name


def run_analyses(manifest: Manifest, names: Iterable[str]) -> Answers:
    """The columns and rows of analyses, in their order, by name; for those that cannot be run, why."""
    wanted = set(names)
    answers: dict[str, tuple[list[str], list[Row]] | str] = {}
    while wanted:
        # without a limit, which would wrap the query in another one and so lose its order
        shown = dbtRunner(manifest=manifest).invoke(
            ["show", "--select", *sorted(wanted), "--limit", "-1", "--log-level", "none"]
        )
        if shown.exception is None:
            assert isinstance(shown.result, RunExecutionResult)  # noqa: S101
            answers |= {result.node.name: _table(result.agate_table) for result in shown.result.results}
            return answers | dict.fromkeys(wanted - answers.keys(), "dbt did not run it")
        # dbt stops at the first that fails; the others are asked without it
        why = str(shown.exception).strip()
        failed = wanted & set(FAILED.findall(why)) or wanted
        answers |= dict.fromkeys(failed, explain(why) or why)
        wanted -= failed
    return answers


def _table(table: agate.Table) -> tuple[list[str], list[Row]]:
    columns = [column.lower() for column in table.column_names]
    return columns, [dict(zip(columns, map(_plain, row), strict=True)) for row in table.rows]


def _plain(value: object) -> Value:
    """A value as JSON has it: dates and times in ISO 8601, times in UTC."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            utc = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
            return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def with_rows(figures: list[Figure], answers: Answers) -> list[Figure]:
    """The figures with the rows of their analyses, or with what is wrong with them."""
    for figure in figures:
        answer = answers[figure.drawing.analysis]
        if isinstance(answer, str):
            figure.problem = f"analyses/{figure.drawing.analysis}.sql: {answer}"
            continue
        columns, rows = answer
        if unknown := sorted(figure.drawing.columns() - set(columns)):
            figure.problem = (
                f"it names {', '.join(unknown)}; analyses/{figure.drawing.analysis}.sql gives {', '.join(columns)}"
            )
        elif len(rows) > MOST_ROWS:
            figure.problem = f"{len(rows):,} rows, expected {MOST_ROWS:,} at most; have the analysis sum them up"
        else:
            figure.columns, figure.rows = columns, rows
    return figures
