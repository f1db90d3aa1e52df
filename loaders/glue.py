"""Tables in the catalog of AWS Glue, which Athena, and through it QuickSight and Metabase, read marts by.

Columns are those of the Parquet files themselves, so that table and files cannot differ. One UpdateTable moves a table
to the folder of a new publication. Limits and formats: docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html,
docs.aws.amazon.com/athena/latest/ug/parquet-serde.html and data-types.html there.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import boto3
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from loaders.errors import ConfigurationError

OURS = "headwater_publication"
"""The parameter that says a table is ours, and which publication it shows."""

HIVE = {
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.string(): "string",
    pa.large_string(): "string",
}


def register(  # noqa: PLR0913
    database: str,
    name: str,
    *,
    location: str,
    schema: pa.Schema,
    comments: Mapping[str, str],
    description: str,
    parameters: Mapping[str, str],
) -> None:
    """Makes a table, or moves the one that is there. comments: by column; parameters: `OURS` among them.

    Raises ConfigurationError if Glue refuses, or if the table there is somebody else's.
    """
    if not re.fullmatch(r"[a-z0-9_]{1,255}", database):
        raise ConfigurationError(f"HEADWATER_GLUE_DATABASE={database!r}: expected lower-case letters, digits and _")
    table = _table(name, location, schema, comments, description, parameters)
    with _told(f"{database}.{name}"):
        # boto3 alone does not read AWS_REGION
        client = boto3.client("glue", region_name=os.environ.get("AWS_REGION"))
        there = _there(client, database, name)
        if there is None:
            client.create_table(DatabaseName=database, TableInput=table)
        elif OURS not in there.get("Parameters", {}):
            hint = "name another database in HEADWATER_GLUE_DATABASE, or publish it `as` something else"
            raise ConfigurationError(
                f"there is a table {database}.{name} that `headwater publish` did not make; {hint}"
            )
        else:
            client.update_table(DatabaseName=database, TableInput=table, SkipArchive=True)


def _there(client: Any, database: str, name: str) -> Any:
    """The table as it is, or None; the database is made if there is none."""
    try:
        return client.get_table(DatabaseName=database, Name=name)["Table"]
    except client.exceptions.EntityNotFoundException:
        try:
            client.get_database(Name=database)
        except client.exceptions.EntityNotFoundException:
            with suppress(client.exceptions.AlreadyExistsException):  # another run's
                told = "Marts that `headwater publish` writes; what is not in its declarations any more stays here."
                client.create_database(DatabaseInput={"Name": database, "Description": told})
        return None


def _table(  # noqa: PLR0913, PLR0917
    name: str,
    location: str,
    schema: pa.Schema,
    comments: Mapping[str, str],
    description: str,
    parameters: Mapping[str, str],
) -> Any:
    columns = [
        {"Name": field.name, "Type": _hive(field.name, field.type), "Comment": _cut(comments.get(field.name, ""), 255)}
        for field in schema
    ]
    return {
        "Name": name,
        "Description": _cut(description, 2048),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", **parameters},
        "StorageDescriptor": {
            "Columns": columns,
            "Location": location,
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                "Parameters": {"serialization.format": "1"},
            },
        },
    }


def _hive(name: str, kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if isinstance(kind, pa.Decimal128Type):
        return f"decimal({kind.precision},{kind.scale})"
    if kind in HIVE:
        return HIVE[kind]
    raise ConfigurationError(f"column {name}: Athena has no type for {kind}; expected one that it has")


def _cut(text: str, size: int) -> str:
    """A text on one line, at most this long."""
    line = " ".join(text.split())
    return line if len(line) <= size else line[: size - 1].rsplit(" ", 1)[0] + "…"


@contextmanager
def _told(table: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, ValueError) as error:  # ValueError: a bad endpoint
        told = re.sub(r"(?<=//)[^/@]*@", "", " ".join(str(error).split()))  # an endpoint may hold a password
        hint = "check deploy/aws/publish-policy.json and the AWS_ variables in .env, and run again"
        raise ConfigurationError(f"Glue table {table}: {told}; {hint}") from error
