"""Patterns of keys, such as `{year}/{month}/{object}`: what their parts are, and what time they say."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from loaders.periods import month_after, period_in

TIME_PARTS = ("year", "month", "day", "hour")
PART = re.compile(r"\{(\w+)\}")
_PART = r"(?!(?<![^/])\.)[^/]+"


def regex(pattern: str) -> str:
    """The regular expression of a pattern, its parts as named groups.

    As in a shell, no part stands for a name that begins with a dot: so are files called that are still being copied.
    """
    return "".join(f"(?P<{p}>{_PART})" if i % 2 else re.escape(p) for i, p in enumerate(PART.split(pattern)))


def may_be_below(folder: str, pattern: str) -> bool:
    """Whether keys of a pattern can be in a folder, its key with the closing slash: the names on the way to it fit."""
    segments, depth = pattern.split("/"), folder.count("/")
    parts = PART.split("/".join(segments[:depth]) + "/")
    fits = "".join((r"\d+" if p in TIME_PARTS else _PART) if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return depth < len(segments) and re.fullmatch(fits, folder) is not None


def time_run(segments: list[str]) -> list[str]:
    """The leading segments that hold nothing but time."""
    run = []
    for segment in segments:
        parts = PART.findall(segment)
        if not parts or not set(parts) <= set(TIME_PARTS):
            break
        run.append(segment)
    return run


def render(run: list[str], at: datetime) -> str:
    """What such segments are at some time."""
    values = {"year": f"{at:%Y}", "month": f"{at:%m}", "day": f"{at:%d}", "hour": f"{at:%H}"}
    return "/".join(run).format(**values)


def folder_regex(segment: str) -> str:
    """The regular expression of the folders that such a segment of time can be."""
    digits = {"year": r"\d{4}", "month": r"\d\d", "day": r"\d\d", "hour": r"\d\d"}
    return "".join(digits[p] if i % 2 else re.escape(p) for i, p in enumerate(PART.split(segment))) + "/"


def key_period(params: Mapping[str, str], dated_by: str | None = None) -> tuple[datetime, datetime] | None:
    """The first instant that a key says its object is from, and the first one after; None if it says none.

    By year, month, day and hour, as many as there are, or else by what the part `dated_by` names.
    """
    values = [params[part] for part in takewhile(params.__contains__, TIME_PARTS)]
    if not values:
        return period_in(params[dated_by]) if dated_by else None
    try:
        year, month, day, hour = (int(v) for v in (*values, *("1", "1", "0")[len(values) - 1 :]))
        start = datetime(year, month, day, hour, tzinfo=UTC)
        if len(values) > 2:
            return start, start + (timedelta(hours=1) if len(values) > 3 else timedelta(days=1))
        return start, month_after(start, 1 if len(values) > 1 else 12)
    except (OverflowError, ValueError):
        return None
