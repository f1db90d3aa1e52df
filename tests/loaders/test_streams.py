"""What declarations of streams and fields keep out: a choice of which records count that does not suit the key, and
dates outside the calendar."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
MACROS = ROOT / "macros/fields/streams.sql"
FILE_KEY, KEY = ["_input_key", "order_id"], ["order_id"]


class Compiler:
    """dbt's part in it, as far as one macro needs it."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
        environment.globals.update({"exceptions": self, "return": self.made.update})
        self.stream: Any = environment.from_string(MACROS.read_text()).module

    def raise_compiler_error(self, message: str) -> None:
        raise ValueError(message)

    def choose(self, key: list[str], **options: str) -> str:
        self.stream.stream("shop", "orders", [], key, **options)
        return str(self.made["keeps"])


@pytest.mark.parametrize(
    ("key", "options", "keeps"),
    [
        (FILE_KEY, {}, "newest_file"),
        (KEY, {"keeps": "latest_state"}, "latest_state"),
        (KEY, {"keeps": "append", "ordered_by": "received_at"}, "append"),
    ],
)
def test_a_stream_says_which_records_count(key: list[str], options: dict[str, str], keeps: str) -> None:
    assert Compiler().choose(key, **options) == keeps


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        (KEY, {}, r"of shop\.orders lacks _input_key, but it keeps newest_file; expected _input_key in the key, if"),
        (
            FILE_KEY,
            {"keeps": "latest_state"},
            r"has _input_key, but it keeps latest_state; expected a key that no file",
        ),
        (FILE_KEY, {"keeps": "append"}, r"has _input_key, but it keeps append; expected a key that no file is part of"),
        (KEY, {"keeps": "last"}, r"shop\.orders keeps last; expected newest_file, latest_state or append"),
    ],
)
def test_a_choice_that_does_not_suit_the_key_is_refused(key: list[str], options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Compiler().choose(key, **options)


def test_no_model_reads_a_date_that_may_leave_the_calendar() -> None:
    """Dates in records are fields, which keep to the calendar (tests/dbt/assert_no_field_leaves_the_calendar.sql)."""
    files = [*(ROOT / "models").rglob("*.sql"), *(ROOT / "macros/fields").glob("*.sql")]
    cast = re.compile(r"cast_text\(.*'(?:date|timestamp)'\)")
    found = {str(path.relative_to(ROOT)) for path in files if cast.search(path.read_text())}
    assert found == {"macros/fields/x.sql"}  # whose time of an id is none behind the calendar
    assert "calendar_end" in (ROOT / "macros/fields/x.sql").read_text()
