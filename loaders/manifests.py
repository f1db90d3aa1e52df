"""Lists of a load's objects for Redshift's COPY, which cannot be asked for the objects of a commit in any other way.

A list names the objects of one content and format by their address in S3, so lakes in a directory have none, and one
that is copied to another bucket needs new ones. Format: "Using a manifest to specify data files" in the Redshift
developer guide; Parquet needs content_length.
"""

import json
from collections.abc import Iterable, Sequence

from loaders.log import Added

MAX_LINE, MAX_TEXT = 4_000_000, 65_535
"""Bytes of a JSON line and of a text in JSON or Parquet, that COPY takes. A longer one fails all that it comes with."""


def copied_size(lines: Sequence[bytes]) -> int:
    """What COPY counts of the longest of these JSON lines, to compare with MAX_LINE: bytes, and each pipe twice.

    Pipes cannot take a line of less than a quarter of the limit past it, not even in an envelope, and do not matter in
    one that is past it without them; neither is searched for them.
    """
    longest = max(map(len, lines), default=0)
    if longest <= MAX_LINE // 4:
        return longest
    return max(len(line) + (line.count(b"|") if len(line) <= MAX_LINE else 0) for line in lines)


def manifests(url: str, added: Iterable[Added]) -> dict[str, bytes]:
    """The lists by content and suffix, such as `records.json.gz`; without objects that hold what COPY does not take."""
    entries: dict[str, list[object]] = {}
    for a in added if url.startswith("s3://") else ():
        if a.content in ("records", "rejects") and a.longest_line <= MAX_LINE and a.longest_text <= MAX_TEXT:
            suffix = a.object.rpartition("/")[2].partition(".")[2]
            meta = {"content_length": a.bytes}
            entry = {"url": f"{url}/{a.object}", "mandatory": True, "meta": meta}
            entries.setdefault(f"{a.content}.{suffix}", []).append(entry)
    return {name: json.dumps({"entries": listed}).encode() for name, listed in entries.items()}
