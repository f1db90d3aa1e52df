"""The seeds that people write are refused in one line that names file, line and what was expected."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from loaders.errors import ConfigurationError
from loaders.seeds import SEEDS, check_seeds, read_seed

COLUMNS = ("stream", "record", "path", "corrected_value", "reason")
HEADER = "stream,record,path,corrected_value,reason\n"
GOOD = "learning.ratings,a|1,rating,2,she wrote\n"


def test_rows_are_read_by_their_names_in_any_order_of_columns(tmp_path: Path) -> None:
    seed = tmp_path / "corrections.csv"
    seed.write_bytes(
        b"\xef\xbb\xbfreason,stream,record,path,corrected_value\r\n\r\n"
        b'"said ""so"", twice",shop.orders,o#1,note,"two\nlines"\r\n'
    )
    assert read_seed(seed, COLUMNS) == [
        {
            "stream": "shop.orders",
            "record": "o#1",
            "path": "note",
            "corrected_value": "two\nlines",
            "reason": 'said "so", twice',
        }
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEADER + GOOD + "a,b\n" + GOOD, ", line 3: 2 values, expected 5: " + ", ".join(COLUMNS)),
        (HEADER + 'a,b,c,"two\nlines",d\n' + "a\n", ", line 4: 1 value, expected 5: " + ", ".join(COLUMNS)),
        (HEADER + "a,b,c,d,e,f\n", ", line 2: 6 values, expected 5: " + ", ".join(COLUMNS)),
        (
            HEADER + GOOD + 'a,b,c,d,"not closed\n' + GOOD,
            ", the row that begins on line 3: unexpected end of data; close each quote, and write one within a quoted "
            'value twice: "a ""b"" c"',
        ),
        (
            HEADER + 'a,b,c,d,"not closed\n' + 'a,b,"c",d,e\n',
            ", the row that begins on line 2: ',' expected after '\"'; close each quote, and write one within a quoted "
            'value twice: "a ""b"" c"',
        ),
        ("stream,key\n" + GOOD, f", line 1: expected the header {HEADER.strip()}, as git has it"),
        ("", f" is empty; expected the header {HEADER.strip()}, as git has it"),
    ],
)
def test_the_row_that_is_wrong_is_named(tmp_path: Path, content: str, told: str) -> None:
    seed = tmp_path / "corrections.csv"
    seed.write_text(content)
    with pytest.raises(ConfigurationError) as refused:
        check_seeds({seed: COLUMNS, tmp_path / "missing.csv": ("stream",)})
    assert str(refused.value) == f"{seed}{told}"


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    seed = tmp_path / "corrections.csv"
    seed.write_bytes(HEADER.encode() + b"a,b,c,\xff,e\n")
    with pytest.raises(
        ConfigurationError, match=r"corrections\.csv: UnicodeDecodeError: .*; expected a file of UTF-8 text"
    ):
        read_seed(seed, COLUMNS)


def test_the_columns_are_those_of_the_seeds() -> None:
    root = Path(__file__).parents[2]
    check_seeds({root / seed: columns for seed, columns in SEEDS.items()})


@pytest.mark.parametrize("command", ["verify", "stage"])
def test_commands_refuse_a_seed_in_one_line(project: Path, headwater: Callable[..., Result], command: str) -> None:
    (project / "seeds").mkdir(exist_ok=True)
    (project / "seeds/corrections.csv").write_text(HEADER + "a,b\n")
    result = headwater(command)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: seeds/corrections.csv, line 2: 2 values, expected 5: " + ", ".join(COLUMNS)
    ]
