"""Patterns of keys, such as `{year}/{month}/{object}`: what their parts are, and what time they say."""

import re
from datetime import UTC, datetime
from itertools import takewhile

TIME_PARTS = ("year", "month", "day", "hour")
PART = re.compile(r"\{(\w+)\}")


def regex(pattern: str) -> str:
    """The regular expression of a pattern, its parts as named groups."""
    return "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(PART.split(pattern)))


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


def key_time(params: dict[str, str]) -> datetime | None:
    """When a key's parts say that its object is from; None if they say nothing, or no time."""
    values = [params[part] for part in takewhile(params.__contains__, TIME_PARTS)]
    if not values:
        return None
    try:
        year, month, day, hour = (int(v) for v in (*values, *("1", "1", "0")[len(values) - 1 :]))
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
