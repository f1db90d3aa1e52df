"""CSV that Excel, LibreOffice, Google Sheets and Tableau open as it is meant, and run nothing of.

A spreadsheet takes a cell that begins like a formula for one, quoted or not (OWASP, CSV Injection; CWE-1236). Such a
text gets an apostrophe in front, which makes it one. Programs may drop blanks and what cannot be seen before they look,
so it is looked for behind them. Numbers stay numbers; the names of columns are our own.
"""

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, csv

FORMULA = r"^[\pZ\pC]*[=+\-@＝＋－＠]|^[\t\r\n\x00]"  # noqa: RUF001
"""The signs, also in full width, which East Asian versions read alike; what separates cells if quotes are not seen."""


def write_csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Writes rows as UTF-8 with a mark that says so, lest Excel read it as something else. A null is an empty cell, an
    empty text is quoted. Times are in whole seconds, which spreadsheets know as times."""
    shape = pa.schema([pa.field(field.name, _shown(field.type)) for field in schema])
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8)
        with csv.CSVWriter(file, shape) as writer:
            for batch in batches:
                writer.write_batch(pa.record_batch([_cells(column) for column in batch.columns], schema=shape))


def _shown(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("s")
    return pa.string() if pa.types.is_large_string(kind) else kind


def _cells(column: Any) -> Any:
    if pa.types.is_timestamp(column.type):
        whole = compute.floor_temporal(column, unit="second")
        return whole.cast(pa.timestamp(column.type.unit)).cast(pa.timestamp("s"))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
        marked: Any = compute.binary_join_element_wise(pa.scalar("'"), column, pa.scalar(""))
        return compute.if_else(compute.match_substring_regex(column, FORMULA), marked, column)
    return column
