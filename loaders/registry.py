"""The loaders there are: for each, the shape of its declaration and the function that loads one stream."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from loaders.declarations import Stream
from loaders.demo import learning, web_events
from loaders.lake import Store
from loaders.log import Commit
from loaders.sources import files
from loaders.sources.drop import FileDrop

LoadFunction = Callable[[Store, Any, datetime | None, datetime | None], Iterator[Commit]]

KINDS: dict[str, type[Stream]] = {"files": FileDrop}
LOAD: dict[str, LoadFunction] = {"files": files.load}
PREVIEW: dict[str, Callable[[Store, Any, datetime | None, datetime | None], str]] = {"files": files.preview}

DEMOS: dict[str, Callable[..., Any]] = {
    "web_events.events": web_events.make,
    "learning.project_feedback": learning.make,
}
"""The generators of demo data, by the stream at whose place they put it."""
