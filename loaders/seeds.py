"""The seeds that people write, read more strictly than dbt does.

It takes a short row, and one whose open quote swallows those that follow, without a word."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from loaders.errors import ConfigurationError

WITHDRAWN = Path("seeds/withdrawn_inputs.csv")
SEEDS: Mapping[Path, Sequence[str]] = {
    Path("seeds/corrections.csv"): ("stream", "record", "path", "corrected_value", "reason"),
    WITHDRAWN: ("stream", "input_key", "load_seq", "reason"),
}
"""Their columns, in the order of the file."""


def check_seeds(seeds: Mapping[Path, Sequence[str]] = SEEDS) -> None:
    """Raises ConfigurationError for the first row that is not as its columns say. dbt names a seed that is missing."""
    for seed, columns in seeds.items():
        if seed.exists():
            read_seed(seed, columns)


def read_seed(seed: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a seed by column. Raises ConfigurationError with the line on which a bad row begins."""
    header, rows, line = list[str](), list[dict[str, str]](), 1
    try:
        with seed.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for values in reader:
                if values and not header:
                    header = values
                elif values and len(values) != len(columns):
                    told = f"{len(values)} {'value' if len(values) == 1 else 'values'}, expected {len(columns)}"
                    raise ConfigurationError(f"{seed}, line {line}: {told}: {', '.join(columns)}")
                elif values:
                    rows.append(dict(zip(header, values, strict=False)))
                if sorted(header) != sorted(columns):
                    raise ConfigurationError(f"{seed}, line {line}: {_expected_header(columns)}")
                line = reader.line_num + 1
    except csv.Error as error:
        hint = 'close each quote, and write one within a quoted value twice: "a ""b"" c"'
        raise ConfigurationError(f"{seed}, the row that begins on line {line}: {error}; {hint}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{seed}: {type(error).__name__}: {error}; expected a file of UTF-8 text") from error
    if not header:
        raise ConfigurationError(f"{seed} is empty; {_expected_header(columns)}")
    return rows


def _expected_header(columns: Sequence[str]) -> str:
    return f"expected the header {','.join(columns)}, as git has it"
