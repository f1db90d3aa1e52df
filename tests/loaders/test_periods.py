"""Periods as people write them, and their bounds."""

from datetime import UTC, datetime

import click
import pytest

from loaders.periods import Period


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-Q1", at(2026, 1, 1), at(2026, 4, 1)),
        ("2026-Q2", at(2026, 4, 1), at(2026, 7, 1)),
        ("2026-Q4", at(2026, 10, 1), at(2027, 1, 1)),
        ("2026-03", at(2026, 3, 1), at(2026, 4, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("2024-02-29", at(2024, 2, 29), at(2024, 3, 1)),
        ("2026-12-31", at(2026, 12, 31), at(2027, 1, 1)),
        ("2026-03-02T14", at(2026, 3, 2, 14), at(2026, 3, 2, 15)),
        ("2026-12-31T23", at(2026, 12, 31, 23), at(2027, 1, 1)),
        ("0001", at(1, 1, 1), at(2, 1, 1)),
    ],
)
def test_a_period_has_a_first_instant_and_the_one_after_it(text: str, start: datetime, end: datetime) -> None:
    assert Period().convert(text, None, None) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "26",
            "2026-",
            "2026-Q0",
            "2026-Q5",
            "2026-q1",
            "2026-13",
            "2026-00",
            "2026-3",
            "2026-02-30",
            "2026-02-29",
        ),
        *("2026-03-02T24", "2026-03-02T1", "2026-03-02 14", "2026-03-02T14:00", "2026-Q1-03", "-2026", "yesterday"),
        *(" 2026", "2026\n", "0000", "9999", "9999-12-31", "9999-12-31T23"),
    ],
)
def test_what_is_no_period_is_told_with_the_forms(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Period().convert(text, None, None)
    forms = "2026, 2026-Q1, 2026-03, 2026-03-02 or 2026-03-02T14"
    assert caught.value.message == f"{text!r} is no period; expected {forms}"
