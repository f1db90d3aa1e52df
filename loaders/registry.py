"""The loaders there are: for each, the shape of its declaration and what loads its streams."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loaders.declarations import Stream
from loaders.demo import banks_files, learning, stand_ins, web_events, x_archives
from loaders.lake import Store
from loaders.log import Commit
from loaders.sources import banks, files, x_api
from loaders.sources.drop import FileDrop

Period = datetime | None


@dataclass(frozen=True, slots=True)
class Loader:
    """load, preview: called with the lake, the streams of one run, and the period that a user asks for, if any.

    lacks: what must be set up before the streams of a run can be loaded, empty if nothing; feeds_source: whether one
    run feeds all its streams of a source, else each has its own; stand_in: sets up made-up data in a source's place.
    """

    declaration: type[Stream]
    load: Callable[[Store, Sequence[Any], Period, Period], Iterator[Commit]]
    preview: Callable[[Store, Sequence[Any], Period, Period], str]
    lacks: Callable[[Sequence[Any]], str]
    feeds_source: bool = False
    stand_in: Callable[[], AbstractContextManager[None]] | None = None


LOADERS: dict[str, Loader] = {
    "files": Loader(
        FileDrop,
        lambda lake, streams, since, until: files.load(lake, streams[0], since, until),
        lambda lake, streams, since, until: files.preview(lake, streams[0], since, until),
        lambda streams: streams[0].lacks,
    ),
    "x_api": Loader(
        x_api.XStream,
        x_api.load,
        x_api.preview,
        x_api.lacks,
        feeds_source=True,
        stand_in=stand_ins.x_api,
    ),
    "bcb_ranking": Loader(
        banks.RankingStream,
        banks.load_ranking,
        banks.preview_ranking,
        banks.ranking_lacks,
        stand_in=stand_ins.banks_api,
    ),
    "bcb_fees": Loader(
        banks.FeesStream,
        banks.load_fees,
        banks.preview_fees,
        banks.fees_lacks,
        stand_in=stand_ins.banks_api,
    ),
}
KINDS: dict[str, type[Stream]] = {name: loader.declaration for name, loader in LOADERS.items()}

DEMOS: dict[str, Callable[..., Any]] = {
    "web_events.events": web_events.make,
    "learning.project_feedback": learning.make,
    "x.archived_posts": x_archives.make,
    "banks.complaint_files": banks_files.make,
}
"""The generators of demo data, by the stream at whose place they put it."""


def runs(streams: Sequence[Stream], chosen: Sequence[Stream]) -> Iterator[tuple[Loader, list[Stream]]]:
    """What to run for the chosen ones of all streams, with the streams that each run feeds."""
    fed: list[Stream] = []
    for stream in chosen:
        loader = LOADERS[stream.loader]
        if stream not in fed:
            like = [s for s in streams if (s.source, s.loader) == (stream.source, stream.loader)]
            fed += (group := like if loader.feeds_source else [stream])
            yield loader, group
