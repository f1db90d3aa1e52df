"""`headwater publish`: has the warehouse unload marts, and makes each current that came out whole."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loaders.command import console, lake_of
from loaders.dbt import dbt, explain, run_dbt, without_traceback
from loaders.errors import HeadwaterError
from loaders.lake import Store
from loaders.log import new_load_id

if TYPE_CHECKING:
    from loaders.publications import Declared, Unloaded


@click.command()
@click.argument("names", nargs=-1, metavar="[MART]...")
@click.option("--target", help="The dbt target; by default the profile's.")
@click.option("--dry-run", is_flag=True, help="Print the statements instead of running them.")
@click.pass_context
def publish(ctx: click.Context, names: tuple[str, ...], target: str | None, dry_run: bool) -> None:
    """Writes marts to the lake for other tools, as Parquet and CSV, and registers them in AWS Glue.

    All that models/marts/_published__exposures.yml declares, or those that are named. One that fails stops no other.
    """
    # imported when asked for: pyarrow takes half a second that other commands need not pay
    from loaders.publications import choose, read_published

    lake, database, publication = lake_of(ctx), ctx.obj.glue_database, new_load_id(datetime.now(UTC))
    marts, failures = choose(read_published(Path("models")), names), list[str]()
    if dry_run:
        click.echo(dbt(*_operation(marts, publication, dry_run=True), target=target), nl=False)
        return
    for mart in marts:
        lake.prepare(f"marts/{mart.name}/")
    for mart, unloaded in _unload(marts, publication, target):
        try:
            if isinstance(unloaded, HeadwaterError):
                raise unloaded
            console.print(_make_current(lake, mart, unloaded, publication, database))
        except HeadwaterError as error:
            failures.append(mart.name)
            click.echo(f"Error: {error}", err=True)
    if not database:
        console.print("not registered in AWS Glue: HEADWATER_GLUE_DATABASE is not set")
    elif not _is_in_s3(lake):
        console.print(f"not registered in AWS Glue: the lake is in a directory, {lake.url}")
    if failures:
        raise HeadwaterError(f"not published: {', '.join(failures)}; it says above why")


def _operation(marts: "Sequence[Declared]", publication: str, *, dry_run: bool) -> tuple[str, ...]:
    exposures = {mart.exposure: mart.name for mart in marts}
    arguments = {"marts": exposures, "publication": publication, "dry_run": dry_run}
    return "run-operation", "publish_marts", "--args", json.dumps(arguments)


def _unload(
    marts: "Sequence[Declared]", publication: str, target: str | None
) -> "Iterator[tuple[Declared, Unloaded | HeadwaterError]]":
    """Each mart with what the warehouse says of it, or why there is nothing. After a mart that the warehouse refuses,
    which ends dbt, it goes on with the next."""
    pending = {mart.name: mart for mart in marts}
    while pending:
        done = run_dbt(*_operation(list(pending.values()), publication, dry_run=False), target=target)
        lines = [(line, _said(line)) for line in done.stdout.splitlines()]
        output = "\n".join([*(line for line, said in lines if said.get("mart") not in pending), done.stderr or ""])
        cause = explain(output) if done.returncode else ""
        if messages := "" if cause else without_traceback(output):
            click.echo(messages, err=True)
        begun = None
        for _, said in lines:
            if said.get("mart") not in pending:
                continue
            if said.get("begun"):
                begun = pending[said["mart"]]
            else:
                begun, mart = None, pending.pop(said["mart"])
                yield mart, _answer(said)
        if not done.returncode:
            return
        cause = cause or f"dbt ended with status {done.returncode}; see its messages above"
        if begun is None:
            raise HeadwaterError(cause)
        del pending[begun.name]
        yield begun, HeadwaterError(f"{begun.name}: not unloaded, nothing has changed for readers: {cause}")


def _said(line: str) -> dict[str, Any]:
    """A line of the operation; nothing of one that is not."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _answer(said: dict[str, Any]) -> "Unloaded | HeadwaterError":
    from loaders.publications import Unloaded

    if lacking := said.get("lacks"):
        build = f"run `dbt build --select +{said['model']}`, then `headwater publish {said['mart']}`"
        return HeadwaterError(f"{said['mart']}: there is no {lacking} yet; {build}")
    return Unloaded.model_validate(said)


def _make_current(lake: Store, mart: "Declared", unloaded: "Unloaded", publication: str, database: str) -> str:
    """Shows readers what was unloaded, in this order: the lake, Glue, the CSV; what says what was done."""
    from loaders import publications
    from loaders.glue import OURS, register

    schema, new = publications.verified(lake, unloaded, publication)
    csv = publications.export(lake, mart, schema, new)
    former = publications.switch(lake, mart.name, new)
    size = sum(file["bytes"] for file in new.files)
    told = f"{mart.name}: {new.row_count:,} rows, {size:,} bytes in {publications.folder_of(mart.name, publication)}"
    if database and _is_in_s3(lake):
        try:
            register(
                database,
                mart.name,
                location=f"{lake.url}/{publications.folder_of(mart.name, publication)}",
                schema=schema,
                comments={column.name: column.comment for column in unloaded.columns},
                description=unloaded.description,
                parameters={OURS: publication, "recordCount": str(new.row_count)},
            )
        except HeadwaterError as error:
            raise HeadwaterError(f"{mart.name}: new in the lake, but AWS Glue has it as it was: {error}") from error
        told += f", Glue {database}.{mart.name}"
    exported = publications.put_export(lake, mart.name, csv)
    publications.remove_former(lake, mart.name, former)
    return told + (f", {exported}" if exported else "")


def _is_in_s3(lake: Store) -> bool:
    return lake.url.startswith("s3://")
