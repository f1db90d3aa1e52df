"""What the commands share: the terminal, the streams that a command line names, the lake, how a load is followed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console

from loaders.declarations import Stream, read_declarations, select, switched_on
from loaders.environment import check_names, check_target
from loaders.errors import ConfigurationError
from loaders.foreign import printable
from loaders.lake import Store, open_store
from loaders.log import Commit, Log
from loaders.registry import KINDS
from loaders.settings import Settings
from loaders.sources.drop import introduce

console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


def streams_of(names: tuple[str, ...]) -> list[Stream]:
    """The streams that are declared, all or those that are named."""
    return select(declared_streams(), names)


def used_streams(declared: Sequence[Stream], names: tuple[str, ...]) -> list[Stream]:
    """Those of the declared ones that are named, or all, without what dbt_project.yml switches off.

    Raises ConfigurationError if it switches off all that are named.
    """
    chosen, on = select(declared, names), switched_on(Path("dbt_project.yml"), declared)
    used = [stream for stream in chosen if stream in on]
    if names and not used:
        told = ", ".join(sorted({f"{stream.source}.{stream.name}" for stream in chosen}))
        raise ConfigurationError(f"{told}: switched off by streams_off in dbt_project.yml; take it out there to use it")
    return used


def declared_streams() -> list[Stream]:
    """All streams that the project declares."""
    if not Path("dbt_project.yml").is_file():
        raise ConfigurationError(f"no dbt_project.yml in {Path.cwd()}; run this in the root of the project")
    streams = list(read_declarations(Path("models"), KINDS))
    introduce(streams)
    settings = click.get_current_context().ensure_object(Settings)
    check_names(settings.names_in_file, ((stream.source, stream.name) for stream in streams))
    return streams


def lake_of(ctx: click.Context) -> Store:
    """The lake of the settings. Checks what else they name, so that nothing is landed before an error is found."""
    check_target(ctx.obj.target)
    return open_store(ctx.obj.lake_url)


def follow(lake: Store, place: str, streams: Sequence[Stream], commits: Iterator[Commit]) -> list[Commit]:
    """Runs a load, telling what it commits and what it warns of."""
    done = []
    with console.status(f"{place}: looking for what is new"):
        for commit in commits:
            done.append(commit)
            told = f"{commit.landed:,} landed, {commit.rejected:,} rejected"
            console.print(f"{commit.source}.{commit.stream}: load {commit.load_seq}: {told}")
            _warn(f"{commit.source}.{commit.stream}", commit.warnings)
    if not done:
        console.print(f"{place}: nothing new")
        for stream in streams:
            seen = Log(lake, stream.source, stream.name).note("_seen") or {}
            _warn(f"{stream.source}.{stream.name}", seen.get("warnings", []))
    return done


def _warn(place: str, warnings: list[str]) -> None:
    for warning in warnings:
        console.print(f"warning {place}: {printable(warning, 2000)}", style="yellow")
