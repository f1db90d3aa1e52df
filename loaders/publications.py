"""Published marts: what the warehouse has unloaded into a new folder becomes what readers see, or nothing changes.

    marts/<mart>/<publication>/*.parquet    written by the warehouse; a publication sorts by time
    marts/<mart>/_current.json              the publication that holds, its files, rows and columns
    exports/<mart>.csv                      the same rows for spreadsheets

The switch is one write of `_current.json`, then one update of the table in AWS Glue: readers see the old rows or the
new ones, never both. A publication stays until two newer ones have been made: a query may still be reading it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import yaml
from pyarrow import parquet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loaders.errors import ConfigurationError, HeadwaterError, NotFoundError
from loaders.lake import Entry, Store
from loaders.spreadsheets import write_csv

NAME = r"^[a-z][a-z0-9_]*$"

ARROW: dict[str, pa.DataType] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Types of contracts; varchar and decimal have sizes."""


class Declared(BaseModel):
    """What an exposure says under `config.meta.publish`; models/marts/_published__exposures.yml explains it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exposure: str = Field(pattern=NAME)
    name: str = Field(pattern=NAME, max_length=100, alias="as")
    formats: list[Literal["parquet", "csv"]]
    order_by: list[str] = []
    personal_data: list[str] = []


class Column(BaseModel):
    """A column of a mart as its contract has it."""

    name: str
    type: str
    comment: str


class Unloaded(BaseModel):
    """What the warehouse says of a mart that it has unloaded (macros/publishing/publish_marts.sql)."""

    mart: str
    row_count: int
    description: str
    columns: list[Column]


class Publication(BaseModel):
    """`_current.json`."""

    publication: str
    published_at: str
    row_count: int
    files: list[dict[str, Any]]
    """path in the lake, bytes, rows."""
    columns: list[dict[str, str]]
    """name and type, as Parquet has them."""


def read_published(models: Path) -> list[Declared]:
    """The marts that `*__exposures.yml` below `models` publish, by name.

    Raises ConfigurationError, naming file and field.
    """
    declared: dict[str, Declared] = {}
    for path in sorted(models.rglob("*__exposures.yml")):
        for exposure, fields in _exposures(path):
            try:
                one = Declared.model_validate({"exposure": exposure, **fields})
            except ValidationError as error:
                told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
                raise ConfigurationError(f"{path}: {exposure}: publish: {told}") from error
            if (first := declared.setdefault(one.name, one)) is not one:
                raise ConfigurationError(f"{path}: {exposure}: {first.exposure} is published as {one.name!r}, too")
    return [declared[name] for name in sorted(declared)]


def _exposures(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for exposure in content.get("exposures") or []:
            meta = (exposure.get("config") or {}).get("meta") or {}
            if "publish" in meta:
                yield exposure["name"], dict(meta["publish"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: {' '.join(str(error).split())}; correct the file and run again") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path}: not a file of dbt exposures ({error}); `dbt parse` says more") from error


def choose(published: Sequence[Declared], names: Sequence[str]) -> list[Declared]:
    """Those that are named; all of them if no name is given."""
    known = {one.name for one in published}
    if unknown := sorted(set(names) - known):
        raise ConfigurationError(f"no published mart {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [one for one in published if not names or one.name in names]


def folder_of(name: str, publication: str) -> str:
    """Where the files of a publication are."""
    return f"marts/{name}/{publication}/"


def verified(lake: Store, unloaded: Unloaded, publication: str) -> tuple[pa.Schema, Publication]:
    """What is in the files, as they say themselves. Raises HeadwaterError if that is not what was unloaded."""
    folder, name = folder_of(unloaded.mart, publication), unloaded.mart
    entries = list(lake.entries(folder))
    if not entries and not unloaded.row_count:  # not every warehouse writes a file for no rows
        entries = _empty_file(lake, folder, unloaded)
    files, schemas = list[dict[str, Any]](), list[pa.Schema]()
    for entry in entries:
        try:
            with lake.open(entry.key) as opened, parquet.ParquetFile(opened) as file:
                files.append({"path": entry.key, "bytes": entry.size, "rows": file.metadata.num_rows})
                schemas.append(file.schema_arrow.remove_metadata())
        except (pa.ArrowException, OSError) as error:
            raise HeadwaterError(f"{name}: {entry.key} cannot be read ({error}); {_again(name)}") from error
    found = sum(file["rows"] for file in files)
    if found != unloaded.row_count:
        told = f"{found:,} rows in the files in {folder}, {unloaded.row_count:,} in the mart"
        raise HeadwaterError(f"{name}: {told}; was it built meanwhile? {_again(name)}")
    expected = [column.name for column in unloaded.columns]
    if any(schema.names != expected or not schema.equals(schemas[0]) for schema in schemas):
        told = "; ".join(sorted({", ".join(f"{field.name} {field.type}" for field in schema) for schema in schemas}))
        raise HeadwaterError(f"{name}: the files have the columns {told}; expected in each {', '.join(expected)}")
    columns = [{"name": field.name, "type": str(field.type)} for field in schemas[0]]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return schemas[0], Publication(
        publication=publication, published_at=now, row_count=found, files=files, columns=columns
    )


def _again(name: str) -> str:
    return f"nothing has changed for readers; run `headwater publish {name}` again"


def _empty_file(lake: Store, folder: str, unloaded: Unloaded) -> list[Entry]:
    file = lake.scratch / f"{unloaded.mart}-empty.parquet"
    schema = pa.schema([(column.name, _arrow(column.type)) for column in unloaded.columns])
    parquet.write_table(schema.empty_table(), file)
    lake.put(f"{folder}part_0.parquet", file)
    return list(lake.entries(folder))


def _arrow(contract: str) -> pa.DataType:
    if contract.startswith("varchar"):
        return pa.string()
    if sizes := re.fullmatch(r"decimal\((\d+), *(\d+)\)", contract):
        return pa.decimal128(int(sizes[1]), int(sizes[2]))
    return ARROW[contract]


def current(lake: Store, name: str) -> Publication | None:
    """The publication that readers see."""
    try:
        return Publication.model_validate_json(b"".join(lake.chunks(f"marts/{name}/_current.json")))
    except NotFoundError:
        return None
    except ValidationError as error:
        place = f"{lake.url}/marts/{name}/_current.json"
        raise HeadwaterError(f"{place} is not what `headwater publish` writes; remove it and run again") from error


def switch(lake: Store, name: str, new: Publication) -> Publication | None:
    """Makes a publication the one that readers see; gives back the one that it replaces.

    Raises HeadwaterError if a later one was made meanwhile.
    """
    former = current(lake, name)
    if former and former.publication >= new.publication:
        told = f"publication {former.publication} is newer than this one, {new.publication}"
        raise HeadwaterError(f"{name}: {told}; another run was faster, or a clock is wrong; nothing has changed")
    lake.settle(folder_of(name, new.publication))  # a warehouse may have written the files without an fsync
    lake.put(f"marts/{name}/_current.json", json.dumps(new.model_dump(), indent=2).encode())
    return former


def export(lake: Store, declared: Declared, schema: pa.Schema, new: Publication) -> Path | None:
    """The rows as a CSV that is yet to be put where it belongs, if the declaration wants one."""
    if "csv" not in declared.formats:
        return None
    path = lake.scratch / f"{declared.name}-{new.publication}.csv"
    write_csv(path, schema, _batches(lake, new))
    return path


def _batches(lake: Store, new: Publication) -> Iterator[pa.RecordBatch]:
    for file in new.files:
        with lake.open(file["path"]) as opened, parquet.ParquetFile(opened) as read:
            # one by one: what is read ahead of a file stays in memory until the reading ends
            for group in range(read.num_row_groups):
                yield from read.iter_batches(batch_size=10_000, row_groups=[group])


def put_export(lake: Store, name: str, path: Path | None) -> str | None:
    """Replaces the CSV; removes it where there is to be none any more."""
    key = f"exports/{name}.csv"
    if path:
        lake.put(key, path)
        return key
    lake.delete(key)
    return None


def remove_former(lake: Store, name: str, keep: Publication | None) -> None:
    """Removes what is older than the publication to keep; a newer one may be another run's that is still written."""
    if keep is None:
        return
    for entry in list(lake.entries(f"marts/{name}/")):
        if entry.key.split("/")[2] < keep.publication:
            lake.delete(entry.key)
