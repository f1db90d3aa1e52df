"""Periods as people write them on a command line: 2026, 2026-Q1, 2026-03, 2026-03-02 or 2026-03-02T14; and how far back
to look as they declare it: 26h, 2d or all."""

import re
from datetime import UTC, datetime, timedelta

import click

_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?)?")


class Period(click.ParamType[tuple[datetime, datetime]]):
    """A period, converted to (its first instant, the first instant after it), both UTC."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[datetime, datetime]:
        """Parses the text; fails with the forms that are expected."""
        match = _PERIOD.fullmatch(str(value))
        try:
            if match:
                return _bounds(*match.groups())
        except (OverflowError, ValueError):
            pass
        return self.fail(f"{value!r} is no period; expected 2026, 2026-Q1, 2026-03, 2026-03-02 or 2026-03-02T14")


def _bounds(
    year: str, quarter: str | None, month: str | None, day: str | None, hour: str | None
) -> tuple[datetime, datetime]:
    first_month = int(quarter) * 3 - 2 if quarter else int(month or 1)
    start = datetime(int(year), first_month, int(day or 1), int(hour or 0), tzinfo=UTC)
    if day:
        return start, start + (timedelta(hours=1) if hour else timedelta(days=1))
    months = start.month - 1 + (1 if month else 3 if quarter else 12)
    return start, start.replace(year=start.year + months // 12, month=months % 12 + 1)


def as_look_back(text: object) -> object:
    """So many hours or days as a timedelta, or `all`; raises ValueError for anything else."""
    if match := re.fullmatch(r"(\d{1,5})([hd])", str(text)):
        return timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))
    if text != "all":
        raise ValueError("expected `all`, or hours or days such as 26h or 2d")
    return text
