"""Periods as people write them on a command line: 2026, 2026-Q1, 2026-03, 2026-03-02 or 2026-03-02T14; as names of
files have them; and how far back to look as they declare it: 26h, 2d or all."""

import re
from datetime import UTC, datetime, timedelta

import click

_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?)?")

_IN_NAMES = (
    # 2026-03-02, 20260302_141505; the day may lack its zero
    re.compile(r"(?<!\d)(?P<year>20\d\d)([-_.]?)(?P<month>\d\d)\2(?P<day>\d\d)(?:[T_-]?\d{6})?(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>20\d\d)([-_.])(?P<month>\d\d?)\2(?P<day>\d\d?)(?!\d)"),
    # 2021_tri_04, Q4 2021, 2021-Q4; then 4T2021, 4º trimestre de 2021
    re.compile(
        r"(?=.*(?<!\d)(?P<year>20\d\d)(?!\d)).*?(?<![a-z])(?:trimestre|trim|tri|q)[ _-]*0?(?P<quarter>[1-4])(?!\d)"
    ),
    re.compile(r".*?(?<!\d)(?P<quarter>[1-4])[^0-9a-z]?[ _-]*t(?:ri[a-z]*)?[^0-9a-z]*(?:de )?(?P<year>20\d\d)(?!\d)"),
    re.compile(r"(?=.*(?<!\d)(?P<year>20\d\d)(?!\d)).*?(?<!\d)(?P<quarter>[1-4])[^0-9a-z]?[ _-]*tri"),
    # 2021-04, 2021_4; then the year alone
    re.compile(r".*?(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>\d\d)(?!\d)"),
    re.compile(r".*?(?<!\d)(?P<year>20\d\d)[-_.](?P<month>\d)(?!\d)"),
    re.compile(r".*?(?<!\d)(?P<year>20\d\d)(?!\d)"),
)


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
    return start, month_after(start, 1 if month else 3 if quarter else 12)


def month_after(start: datetime, months: int) -> datetime:
    """The first instant so many months after that of a month."""
    count = start.month - 1 + months
    return start.replace(year=start.year + count // 12, month=count % 12 + 1)


def period_in(text: str) -> tuple[datetime, datetime] | None:
    """The period that a name tells, as Period converts one: 2026-03-02, 2021_01, 1T2023, 2021_tri_04, 2021.

    Four digits and two are a year and its month. None where it tells none, or one that does not exist.
    """
    for pattern in _IN_NAMES:
        if match := pattern.search(text.lower()):
            parts = match.groupdict()
            try:
                return _bounds(parts["year"], *(parts.get(name) for name in ("quarter", "month", "day", "hour")))
            except (OverflowError, ValueError):
                return None
    return None


def as_look_back(text: object) -> object:
    """So many hours or days as a timedelta, or `all`; raises ValueError for anything else."""
    if match := re.fullmatch(r"(\d{1,5})([hd])", str(text)):
        return timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))
    if text != "all":
        raise ValueError("expected `all`, or hours or days such as 26h or 2d")
    return text
