"""Figures as pages: HTML that asks for nothing beside itself."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charts.figures import Figure, Row, Value

TIME = re.compile(r"\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}Z)?)?")
"""A month, a date, or a time in UTC, as figures.py and analyses write them."""

INHERITED = {
    *(
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ),
    *("__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__"),
}
"""What every object of JavaScript has: Vega looks values up in plain objects and draws nothing if one is called so."""

THEME: dict[str, Any] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e4e7ea"},
    "axisY": {"domain": False, "ticks": False},
    "legend": {"orient": "bottom", "labelFontSize": 12, "columns": 2},
    # told apart without colours, too: https://jfly.uni-koeln.de/color/ (Okabe and Ito)
    "range": {"category": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b"]},
    "mark": {"color": "#0072b2"},
}


def specification(figure: Figure) -> dict[str, Any]:
    """A figure's chart with its rows, its width and the theme.

    Where a reader may choose a value of a column, the parameter `chosen` holds it; null means all.
    """
    made: dict[str, Any] = {
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": THEME,
        "data": {"values": [{column: drawable(value) for column, value in row.items()} for row in figure.rows]},
    }
    if figure.drawing.filter:
        chosen = f"chosen === null || datum[{figure.drawing.filter.column!r}] === chosen"
        made |= {"params": [{"name": "chosen", "value": _first_choice(figure)}], "transform": [{"filter": chosen}]}
    return made | (figure.drawing.chart or {})


def choices(figure: Figure) -> list[Value]:
    """The values that a reader may choose, in the order of the rows; rows without one show with all others only."""
    filter_ = figure.drawing.filter
    if not filter_:
        return []
    return [value for value in dict.fromkeys(row[filter_.column] for row in figure.rows) if value is not None]


def _first_choice(figure: Figure) -> Value:
    filter_ = figure.drawing.filter
    return None if filter_ is None or filter_.all else drawable(next(iter(choices(figure)), None))


def drawable(value: Value) -> Value:
    """A value as charts and filters have it: behind a mark that nobody sees, where Vega would take it for its own."""
    return f"\N{WORD JOINER}{value}" if value in INHERITED else value


def headings(figure: Figure) -> dict[str, str]:
    """The columns of a figure's table of all rows, and what stands above them."""
    return figure.drawing.table or {column: column.replace("_", " ") for column in figure.columns}


def kind(value: Value) -> str:
    """The CSS class of a value's cell."""
    match value:
        case bool() | None:
            return ""
        case int() | float():
            return "number"
        case _:
            return "time" if TIME.fullmatch(value) else "long" if len(value) > 40 else ""


def shown(value: Value) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return "–"  # noqa: RUF001 - a dash for nothing
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.4f}".rstrip("0").rstrip(".")
        case str() if TIME.fullmatch(value) and len(value) > 10:
            return f"{value[:10]} {value[11:16]}"
        case _:
            return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=shown, kind=kind, drawable=drawable)
    environment.globals.update(specification=specification, choices=choices, headings=headings)
    return environment


@cache
def drawing_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that defines `vegaEmbed`; 0.9 MB."""
    return vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;")


def board_page(title: str, sentence: str, figures: Sequence[Figure], freshness: Sequence[Row], made_at: str) -> str:
    """One board as HTML.

    freshness  rows of the analysis operations_freshness
    made_at    when the page was made, as it is to be read
    """
    sources = frozenset[str]().union(*(figure.sources for figure in figures))
    loaded = [str(row["last_loaded_at"]) for row in freshness if row["source"] in sources and row["last_loaded_at"]]
    return (
        _environment()
        .get_template("board.html.j2")
        .render(
            title=title,
            sentence=sentence,
            figures=figures,
            loaded_at=max(loaded, default=None),
            made_at=made_at,
            library=drawing_library(),
        )
    )


def start_page(**facts: Any) -> str:
    """The page that says what is here; facts as templates/index.html.j2 names them."""
    return _environment().get_template("index.html.j2").render(**facts)
