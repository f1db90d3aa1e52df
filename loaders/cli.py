"""The command line: `headwater`, or `python -m loaders`."""

import json
import os
import traceback
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from loaders.command import console, declared_streams, follow, lake_of, streams_of, used_streams
from loaders.declarations import Stream
from loaders.demo.recipe import settle
from loaders.environment import without_secrets
from loaders.errors import ConfigurationError, DamagedCommitError, HeadwaterError, NotFoundError, UnexpectedError
from loaders.foreign import printable
from loaders.lake import Store, open_store
from loaders.log import Log
from loaders.maintenance import remove_leftovers, remove_unseen
from loaders.periods import Period
from loaders.publishing import publish
from loaders.registry import DEMOS, runs
from loaders.seeds import check_seeds
from loaders.settings import load_settings
from loaders.sources.drop import FileDrop
from loaders.verification import verify as verify_lake
from loaders.warehouse import rejects, replay_command, stage, timeline


class Commands(click.Group):
    """A user's or the world's mistake is one line on standard error and exit status 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except HeadwaterError as error:
            raise click.ClickException(printable(error, 4000)) from error


@click.group(cls=Commands)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Lands sources in the lake and shows what is there. dbt does the rest."""
    ctx.obj = load_settings()


@main.command()
@click.argument("names", nargs=-1, metavar="[SOURCE | SOURCE.STREAM]...")
@click.option("--since", type=Period(), help="Only what is dated from this period on: 2026, 2026-Q1, 2026-03, …")
@click.option("--until", type=Period(), help="Only what is dated up to and with this period.")
@click.option("--dry-run", is_flag=True, help="Say what would be loaded; write nothing.")
@click.option("--demo", is_flag=True, help="Ask stand-ins on loopback in place of APIs that are not set up.")
@click.option("--debug", is_flag=True, envvar="HEADWATER_DEBUG", help="Show where an unexpected error came from.")
@click.pass_context
def load(  # noqa: PLR0913, PLR0917
    ctx: click.Context,
    names: tuple[str, ...],
    since: tuple[datetime, datetime] | None,
    until: tuple[datetime, datetime] | None,
    dry_run: bool,
    demo: bool,
    debug: bool,
) -> None:
    """Lands what is new in the sources, all or those that are named. A source that fails does not stop the others."""
    if since and until and since[0] >= until[1]:
        raise click.UsageError(f"--since {since[0]:%Y-%m-%d} is after --until, which ends before {until[1]:%Y-%m-%d}")
    lake, period, failures = lake_of(ctx), (since and since[0], until and until[1]), []
    streams, loaded, skipped = declared_streams(), False, dict[str, str]()
    for loader, fed in runs(streams, used_streams(streams, names)):
        place = fed[0].source if loader.feeds_source else f"{fed[0].source}.{fed[0].name}"
        try:
            with ExitStack() as stack:
                if demo and loader.stand_in and loader.lacks(fed):
                    stack.enter_context(loader.stand_in())
                if lacking := loader.lacks(fed):
                    skipped.setdefault(lacking, place)
                    continue
                loaded = True
                if dry_run:
                    console.print(f"{place}: would load {loader.preview(lake, fed, *period)}")
                else:
                    follow(lake, place, fed, loader.load(lake, fed, *period))
        except Exception as error:
            if debug:
                traceback.print_exc()
            failures.append(place)
            failure = error if isinstance(error, HeadwaterError) else _unexpected(error)
            click.echo(f"Error: {place}: {printable(failure, 2000)}", err=True)
            for stream in fed if not dry_run else ():
                _record(lake, stream, failure)
    for lacking, place in skipped.items():
        console.print(f"{place.partition('.')[0]}: skipped, {lacking}")
    if names and not loaded:
        raise ConfigurationError(f"nothing of {', '.join(names)} is set up; it says above what lacks")
    if failures:
        raise HeadwaterError(f"not loaded: {', '.join(failures)}; the other streams are; see `headwater status`")


def _unexpected(error: Exception) -> UnexpectedError:
    told = f"{type(error).__name__}: {without_secrets(str(error))}".removesuffix(": ")
    return UnexpectedError(f"{told}; a fault of this loader, or an input that it does not expect: --debug shows where")


def _record(lake: Store, stream: Stream, error: HeadwaterError) -> None:
    with suppress(Exception):  # the lake itself may be what failed; the user has been told either way
        Log(lake, stream.source, stream.name).failed(error)


@main.command()
@click.argument("names", nargs=-1, metavar="[SOURCE | SOURCE.STREAM]...")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def status(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Shows, per stream, the last load, rows landed and rejected, the watermark and the age. Reads the lake only."""
    lake, now = lake_of(ctx), datetime.now(UTC)
    rows = [_status(Log(lake, s.source, s.name), now) for s in used_streams(declared_streams(), names)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table("stream", "loads", "last load (UTC)", "landed", "rejected", "watermark (UTC)", "age", box=None)
    for row in rows:
        table.add_row(
            f"{row['source']}.{row['stream']}",
            str(row["load_seq"]),
            (row["loaded_at"] or "never")[:16],
            f"{row['landed_total']:,}",
            f"{row['rejected_total']:,}",
            (row["watermark"] or "")[:16],
            "" if row["age_seconds"] is None else f"{row['age_seconds'] / 3600:.1f} h",
        )
    # cut names help nobody: a narrow terminal wraps the lines instead
    Console(width=max(console.width, 120), soft_wrap=True, highlight=False).print(table)
    for row in rows:
        if row["failure"]:
            told = f"{row['failure']['at'][:16]}: {row['failure']['error']}: {row['failure']['message']}"
            console.print(f"failed: {row['source']}.{row['stream']}: {told}")


def _status(log: Log, now: datetime) -> dict[str, Any]:
    newest, damage = None, None
    try:
        newest = log.newest()
    except DamagedCommitError as error:  # of this stream, which says nothing of the others
        damage = {"at": now.isoformat(), "error": type(error).__name__, "message": str(error)}
    seen, failed = log.note("_seen"), damage or log.note("_failed")
    looked = max((t for t in (newest and newest.committed_at, seen and seen["at"]) if t), default=None)
    # a look that a wrong clock dated ahead hides no failure
    by_now = looked if looked and datetime.fromisoformat(looked) <= now else ""
    return {
        "source": log.source,
        "stream": log.stream,
        "load_seq": newest.load_seq if newest else 0,
        "load_id": newest.load_id if newest else None,
        "loaded_at": newest.committed_at[:19] + "Z" if newest else None,
        "landed": newest.landed if newest else 0,
        "rejected": newest.rejected if newest else 0,
        "landed_total": newest.landed_total if newest else 0,
        "rejected_total": newest.rejected_total if newest else 0,
        "watermark": newest.state.get("watermark") if newest else None,
        "looked_at": looked and looked[:19] + "Z",
        "age_seconds": round((now - datetime.fromisoformat(looked)).total_seconds()) if looked else None,
        "failure": failed if failed and failed["at"] > by_now else None,
    }


@main.command()
@click.pass_context
def env(ctx: click.Context) -> None:
    """Prints the settings for a shell, so that dbt sees them too: eval "$(headwater env)". Activating .venv does so."""
    click.echo(ctx.obj.exports)
    for name, default in (("DBT_LOG_PATH", "logs"), ("DBT_TARGET_PATH", "target")):
        place = Path(os.environ.get(name) or default).absolute()
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        if not os.access(there, os.W_OK):  # of which dbt prints a traceback
            hint = f"change the permission of {there}, or set {name} to a directory that can be written"
            click.echo(f"warning {place}: dbt cannot write it; {hint}", err=True)


@main.command()
@click.option("--hashes", is_flag=True, help="Read every object too, and compare its sha256.")
@click.pass_context
def verify(ctx: click.Context, hashes: bool) -> None:
    """Holds the lake against its log: objects that are missing or were changed, and commits. Reads the lake only.

    Looks first at the seeds that people write, as `make verify` goes on with them.
    """
    check_seeds()
    lake = lake_of(ctx)
    with console.status("verifying the lake"):
        found = verify_lake(lake, hashes=hashes)
    for fault in found.wrong:
        click.echo(f"Error: {fault}", err=True)
    console.print(
        f"{found.commits:,} commits list {found.objects:,} objects of {found.bytes:,} bytes, "
        f"{'read and compared' if hashes else 'compared by size'}; {found.unlisted:,} others are listed by none"
    )
    if found.wrong:
        raise HeadwaterError(
            f"{lake.url}: {len(found.wrong):,} faults, named above; restore these objects as they were written, "
            "from the bucket's versions or a backup; where there is none, write the inputs of that load anew in the "
            "drop, so that the next load lands them again"
        )


@main.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@click.pass_context
def clean(ctx: click.Context, dry_run: bool) -> None:
    """Removes objects that no commit lists and that are too old for one to come: what killed loads left."""
    for remove, what in ((remove_unseen, "objects"), (remove_leftovers, "unfinished uploads and temporary files")):
        removed = remove(lake_of(ctx), dry_run=dry_run)
        console.print(f"{'would remove' if dry_run else 'removed'} {len(removed)} {what}")
        for name in removed:
            console.print(f"  {name}")


@main.command()
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    help="1, the default, is about 100,000 events, 94,000 learning rows and 1,300 saved posts.",
)
@click.option("--seed", type=int, help="Another seed, another history; by default 1.")
@click.option("--dirt", type=click.FloatRange(0, 1), help="The share of records that are damaged; by default 0.002.")
@click.option("--days", type=click.IntRange(min=1), help="How many days of events; by default 14.")
@click.option("--until", type=Period(), help="The last of them; by default the day before the demo was first made.")
@click.option("--to", "url", help="Directory or s3:// address; by default the place that the sources declare.")
@click.pass_context
def demo(
    ctx: click.Context, /, until: tuple[datetime, datetime] | None, url: str | None, **options: float | None
) -> None:
    """Makes demo data, always alike for the same options; made again, what is there stays as it is.

    Never writes where <SOURCE>_URL points, unless told --to.
    """
    makers = [(s, DEMOS.get(f"{s.source}.{s.name}")) for s in streams_of(()) if isinstance(s, FileDrop)]
    drops = [(drop, make) for drop, make in makers if make]
    defaults: dict[str, Any] = {"scale": 1.0, "seed": 1, "dirt": 0.002, "days": 14, "until": _day(datetime.now(UTC))}
    asked = {**options, "until": _day(until[1]) if until else None}
    if url:
        recipe = defaults | {name: value for name, value in asked.items() if value is not None}
    else:
        recipe = settle(asked, defaults, lambda: any(Log(lake_of(ctx), s.source, s.name).newest() for s, _ in drops))
    for stream, make in drops:
        place = url or stream.location
        put = partial(_put_if_new, open_store(place))
        made = make(put, **{**recipe, "until": date.fromisoformat(recipe["until"]) + timedelta(days=1)})
        console.print(f"{stream.source}: {made} in {place}")


def _day(end: datetime) -> str:
    """The last day before a moment."""
    return (end - timedelta(days=1)).date().isoformat()


def _put_if_new(store: Store, key: str, data: bytes | Path) -> None:
    """Leaves an object alone that says the same: written again, it would be a new version to load."""
    with data.open("rb") if isinstance(data, Path) else BytesIO(data) as content, suppress(NotFoundError):
        if all(content.read(len(chunk)) == chunk for chunk in store.chunks(key)) and not content.read(1):
            return
    store.put(key, data)


for command in (stage, rejects, replay_command, timeline, publish):
    main.add_command(command)
