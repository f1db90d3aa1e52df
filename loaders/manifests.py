"""Lists of a load's objects for Redshift's COPY, which cannot be asked for the objects of a commit in any other way.

A list names the objects of one content and format by their address in S3, so lakes in a directory have none, and one
that is copied to another bucket needs new ones. Format: "Using a manifest to specify data files" in the Redshift
developer guide; Parquet needs content_length.
"""

import json
from collections.abc import Iterable

from loaders.log import Added

MAX_LINE, MAX_TEXT = 4_000_000, 65_535
"""Bytes of a JSON line and of a text in JSON or Parquet, that COPY takes. A longer one fails all that it comes with."""


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
