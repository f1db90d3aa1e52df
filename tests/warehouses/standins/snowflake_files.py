"""The bucket behind every stage: what is in it, and the rows that its files hold."""

import gzip
import io
import json
import os
import re

import boto3
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def load(duck: duckdb.DuckDBPyConnection, files: list[str], file_format: dict[str, str]) -> int:
    """Fills the temporary table that expressions are evaluated over: VALUE, the line as C1, METADATA$FILENAME."""
    s3, bucket = boto3.client("s3"), bucket_and_prefix()[0]
    parts = []
    for file in files:
        body = s3.get_object(Bucket=bucket, Key=file)["Body"].read()
        parts.append(
            (rows_of_parquet if file_format["type"].lower() == "parquet" else rows_of_lines)(body, file_format)
        )
        names = pa.array([file] * len(parts[-1]), pa.string())
        parts[-1] = parts[-1].append_column("METADATA$FILENAME", names)
    table = pa.concat_tables(parts)
    duck.register("_hw_arrow", table)
    columns = 'cast(VALUE as json) as VALUE, C1, "METADATA$FILENAME"'
    duck.execute(f"create or replace temporary table _HW_FILES as select {columns} from _hw_arrow")
    duck.unregister("_hw_arrow")
    return len(table)


def rows_of_lines(body: bytes, file_format: dict[str, str]) -> pa.Table:
    """One row per line. Without escape_unenclosed_field = none Snowflake takes backslashes for its own."""
    data = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    lines: list[str | None] = [line or None for line in data.decode().removesuffix("\n").split("\n")] if data else []
    if file_format.get("escape_unenclosed_field", "").lower() != "none":
        known = {"n": "\n", "t": "\t", "r": "\r"}
        lines = [line and re.sub(r"\\(.)", lambda m: known.get(m[1], m[1]), line) for line in lines]
    values = [json.dumps({"c1": line}, ensure_ascii=False) for line in lines]
    return pa.table({"VALUE": pa.array(values, pa.large_string()), "C1": pa.array(lines, pa.large_string())})


def rows_of_parquet(body: bytes, file_format: dict[str, str]) -> pa.Table:
    rows = pq.read_table(io.BytesIO(body)).to_pylist()
    values = [
        json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str) for row in rows
    ]
    return pa.table({"VALUE": pa.array(values, pa.large_string()), "C1": pa.nulls(len(rows), pa.large_string())})


def bucket_and_prefix() -> tuple[str, str]:
    bucket, _, prefix = os.environ["STAGE_URL"].removeprefix("s3://").rstrip("/").partition("/")
    return bucket, prefix + "/" if prefix else ""


def prefix_of(stage: str) -> str:
    """The key prefix within the bucket that a stage reference, without its @, names."""
    return bucket_and_prefix()[1] + stage.partition("/")[2]


def listing(prefix: str) -> dict[str, str]:
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket_and_prefix()[0], Prefix=prefix)
    return {entry["Key"]: entry["ETag"] for page in pages for entry in page.get("Contents", [])}
