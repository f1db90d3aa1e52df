"""What holds a chart's figures and the marts together."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Check(NamedTuple):
    """A number that a chart shows, and the same number asked of the marts."""

    figure: Callable[[list[dict[str, Any]]], Any]
    """Computes it from the chart's rows, as charts.figures gives them."""
    mart: str
    """DuckDB's SQL that gives it as a single value, made without the chart's analysis."""
