"""The commands that need the warehouse, and the way back of what they export. They go through dbt, which has the
credentials; nothing here opens the warehouse."""

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.table import Table
from rich.text import Text

from loaders.command import console, follow, lake_of, streams_of
from loaders.dbt import dbt, rows
from loaders.errors import ConcurrentLoadError, ConfigurationError, HeadwaterError
from loaders.foreign import printable
from loaders.identity import lake_id
from loaders.lines import lines_of
from loaders.log import Log, heartbeats, newest_commits
from loaders.registry import LOADERS
from loaders.rejects import beginnings, export, read_mended, replay, withdrawn_inputs
from loaders.seeds import WITHDRAWN, check_seeds
from loaders.sources.x_api import USERNAME, XStream, load_timeline

SUMMARY, SHOWN, LONGEST_RECORD = 50, 500, 16 << 20
"""So many inputs and reasons are summed up, and so many characters of a value are shown."""

OPEN_REJECTS = """
select source || '.' || stream as stream, record_id as record, record_key as key, input_key as input,
    line_number as line, field, path, reason, raw_text, expected, kind, row_count
from {{ ref('rejects') }} where state = 'open'
"""


MADE_UP = "make timeline ACCOUNT=someline DEMO=1"
TIMELINE = """
select account_username, post_text, like_count, repost_count, created_at, url from {{{{ ref('x_timelines') }}}}
where lower(account_username) = '{account}' and post_rank <= {posts} order by post_rank
"""


@click.command()
@click.option("--target", help="The dbt target; by default the profile's.")
@click.option("--dry-run", is_flag=True, help="Print the statements instead of running them.")
@click.pass_context
def stage(ctx: click.Context, target: str | None, dry_run: bool) -> None:
    """Makes new commits visible in the warehouse."""
    check_seeds()
    lake, streams = lake_of(ctx), streams_of(())
    newest, seen = newest_commits(lake, streams), heartbeats(lake, streams)
    arguments = json.dumps({"newest": newest, "seen": seen, "lake_id": lake_id(lake), "dry_run": dry_run})
    try:
        click.echo(dbt("run-operation", "stage_external_sources", "--args", arguments, target=target), nl=False)
    except HeadwaterError:
        for stream in streams:  # a commit that is missing or damaged, which a warehouse names in its own ways or not
            Log(lake, stream.source, stream.name).check()
        raise


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE | SOURCE.STREAM]...")
@click.option(
    "--export", "file", type=click.File("wb", lazy=True), help="Write the records, whole, to mend and replay."
)
@click.option("--limit", type=click.IntRange(1), default=20, help="How many to show.")
@click.option("--target", help="The dbt target; by default the profile's.")
@click.pass_context
def rejects(ctx: click.Context, names: tuple[str, ...], file: BinaryIO | None, limit: int, target: str | None) -> None:
    """Shows what could not be used and is open still: why, and where it came from. As of the last `dbt build`."""
    places = ", ".join(f"'{s.source}.{s.name}'" for s in streams_of(names))
    query = f"{OPEN_REJECTS} and source || '.' || stream in ({places}) order by load_seq desc, record_id, field"
    found = rows(query, target)
    if file:
        columns = ("stream", "record", "input", "line", "field", "reason", "expected")
        count = 0
        for line in export(lake_of(ctx), ({name: row[name] for name in columns} for row in found)):
            count += file.write(line) > 0
        file.flush()  # which opens it, even for nothing
        console.print(f"{count} records in {file.name}; mend `raw` or `value`, then `headwater replay {file.name}`")
        return
    lake, shown = lake_of(ctx), found[:limit]
    lines = lines_of(lake, streams_of(names), [(row["stream"], row["record"]) for row in shown if not row["line"]])
    for row in shown:
        row["line"] = row["line"] or " or ".join(map(str, lines.get(row["record"], ())[:5]))
    _show(found, limit, beginnings(lake, [row["record"] for row in shown if not row["raw_text"]]))


def _show(errors: list[dict[str, Any]], limit: int, starts: dict[str, str]) -> None:
    """Prints how many rejects each input has, and why; then the newest errors. starts: how their records begin."""
    records = {(row["stream"], row["record"]) for row in errors}
    by_input: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in errors:
        why = f"{row['reason']} ({row['field']})" if row["field"] else row["reason"]
        by_input.setdefault((row["stream"], why, row["input"]), {})[row["record"]] = int(row["row_count"])
    for (stream, why, name), rejected in list(by_input.items())[:SUMMARY]:
        held = sum(rejected.values())
        told = f", {held:,} records" if held > len(rejected) else ""
        console.print(f"{stream}  {len(rejected):,} {printable(why)}{told}  {printable(name)}")
    if len(by_input) > SUMMARY:
        console.print(f"and {len(by_input) - SUMMARY:,} more inputs and reasons")
    for row in ({name: _shown(value) for name, value in row.items()} for row in errors[:limit]):
        where = f"{row['input']}, line {row['line']}" if row["line"] else row["input"]
        console.print(f"\n{row['stream']}  {row['reason']}  {where}")
        value = ": ".join(row[name] for name in ("field", "raw_text") if row[name])
        for text in (value, _shown(starts.get(row["record"]))):
            if text:
                console.print(f"  {text[:SHOWN]}" + (f" … {len(text):,} characters" if len(text) > SHOWN else ""))
        # what is told of a landing reject is a sentence of its own, with what was expected in it
        told = row["expected"] if row["kind"] == "landing" else f"expected {row['expected']}"
        console.print(f"  {told}\n  record {row['record']}")
        if row["key"]:
            console.print(f"  or {row['key']}")
    count = f"{len(records):,} open rejects" + (f", {len(errors):,} errors" if len(errors) > len(records) else "")
    console.print(("\n" if errors else "") + count + (f", the newest {limit} shown" if len(errors) > limit else ""))
    if errors:
        console.print(
            "mend a value in seeds/corrections.csv, or records with --export FILE and `headwater replay FILE`"
        )


def _shown(value: object) -> str:
    return "" if value is None else printable(value, LONGEST_RECORD)


@click.command("replay")
@click.argument("file", type=click.File("rb"))
@click.pass_context
def replay_command(ctx: click.Context, file: BinaryIO) -> None:
    """Lands records that `rejects --export` wrote and that were mended. What still cannot be read stays a reject."""
    lake, refused = lake_of(ctx), list[str]()
    mended = read_mended(file.read(), file.name)
    if not mended:
        console.print(f"{file.name} holds no records; `headwater rejects --export {file.name}` writes those there are")
        return
    places, replayed, unchanged = sorted({one.stream for one in mended}), 0, 0
    streams = {f"{stream.source}.{stream.name}": stream for stream in streams_of(tuple(places))}
    for place in places:
        lines, before, stream = [one for one in mended if one.stream == place], len(refused), streams.get(place)
        if stream is None:
            refused += [f"{one.record}: {place!r} is no stream; expected the one that it came from" for one in lines]
            continue
        try:
            done = replay(lake, stream, lines, refused.append, withdrawn_inputs(WITHDRAWN, stream))
        except ConcurrentLoadError:
            refused[before:] = [f"{one.record}: another load of {place} was committed meanwhile" for one in lines]
            continue
        replayed, unchanged = replayed + done.mended, unchanged + done.unchanged
        if done.commit:
            console.print(f"{place}: load {done.commit.load_seq}: {done.commit.landed:,} records landed")
    for why in refused:
        click.echo(f"Error: {printable(why, 2000)}", err=True)
    counts = f"{replayed:,} of {len(mended):,} mended and replayed"
    console.print(counts + (f", {unchanged:,} unchanged" if unchanged else ""))
    if refused:
        raise HeadwaterError(f"{len(refused):,} were changed and not replayed; mend them and replay the file again")


@click.command()
@click.argument("account")
@click.option("--posts", type=click.IntRange(5, 3200), default=200, help="How many; X has no more than 3,200.")
@click.option("--to", "path", type=click.Path(dir_okay=False), help="The CSV; by default timeline_<account>.csv.")
@click.option("--demo", is_flag=True, help="Ask a stand-in on loopback if X is not set up.")
@click.option("--target", help="The dbt target; by default the profile's.")
@click.pass_context
def timeline(  # noqa: PLR0913, PLR0917
    ctx: click.Context, account: str, posts: int, path: str | None, demo: bool, target: str | None
) -> None:
    """Shows the last posts of an account of X as they are now, and writes them as CSV: text, likes, reposts, time."""
    account = account.removeprefix("@").lower()
    if not USERNAME.fullmatch(account):
        raise ConfigurationError(f"{account!r} cannot be a username; expected up to 15 letters, digits or underscores")
    lake, loader = lake_of(ctx), LOADERS["x_api"]
    streams = [stream for stream in streams_of(()) if isinstance(stream, XStream)]
    made_up = ""
    with ExitStack() as stack:
        if demo and loader.stand_in and loader.lacks(streams):
            stack.enter_context(loader.stand_in())
            made_up = os.environ["X_USERNAMES"]
        if lacking := loader.lacks(streams):
            raise ConfigurationError(
                f"{lacking.partition(';')[0]}; .env.example says what it is, or ask a made-up X: {MADE_UP}"
            )
        commits = follow(lake, "x", streams, load_timeline(lake, streams, account, posts))
        if not any(commit.landed for commit in commits if commit.stream == "posts"):
            known = (
                f"the made-up X has @{', @'.join(made_up.split(','))}: {MADE_UP}"
                if made_up
                else "see the messages above"
            )
            raise HeadwaterError(f"X gave no post of @{account}; {known}")
    ctx.invoke(stage, target=target)
    dbt("build", "--select", "+x_timelines", "--exclude-resource-types", "test", "unit_test", target=target)
    found = rows(TIMELINE.format(account=account, posts=posts), target)
    file = Path(path or f"timeline_{account}.csv")
    write_timeline(file, found)
    table = Table("time (UTC)", "likes", "reposts", "text", box=None)
    for row in found:
        numbers = ("" if row[name] is None else f"{row[name]:,}" for name in ("like_count", "repost_count"))
        table.add_row(
            str(row["created_at"])[:16].replace("T", " "), *numbers, Text(printable(row["post_text"] or "", 1000))
        )
    console.print(table)
    console.print(f"{len(found)} posts of @{account} in {file}")


def write_timeline(file: Path, rows: list[dict[str, Any]]) -> None:
    """The posts of a timeline as a CSV that a spreadsheet may open: user, text, likes, reposts, created_at, url."""
    import pyarrow as pa

    from loaders.spreadsheets import write_csv

    text, number = pa.string(), pa.int64()
    kinds: dict[str, pa.DataType] = {
        "user": text,
        "text": text,
        "likes": number,
        "reposts": number,
        "created_at": text,
        "url": text,
    }
    cells = [dict(zip(kinds, row.values(), strict=True)) for row in rows]
    table = pa.Table.from_pylist(cells, schema=pa.schema(kinds))
    try:
        write_csv(file, table.schema, table.to_batches())
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}; name a file that can be written with --to") from error
