"""What tests do with the stand-in: run statements, and put objects where COPY finds them."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from moto.server import ThreadedMotoServer
from redshift_connector.error import ProgrammingError

TARGET = "create temp table target (_row bigint, name varchar(5), value super, at timestamp)"
"""What copy_json loads into."""


class Session:
    """One session of the real driver."""

    def __init__(self, connection: Any) -> None:
        self.cursor = connection.cursor()

    def run(self, *statements: str) -> list[Any]:
        """The rows of the last statement."""
        for statement in statements:
            self.cursor.execute(statement)
        return [tuple(row) for row in self.cursor.fetchall()] if self.cursor.description else []

    def value(self, expression: str, source: str = "") -> Any:
        return self.run(f"{source} select {expression} {'from landed' if source else ''}")[0][0]

    def error(self, *statements: str) -> str:
        """The message of the statement that fails, which one must."""
        try:
            self.run(*statements)
        except ProgrammingError as error:
            return str(error.args[0]["M"])
        raise AssertionError(f"expected an error: {statements[-1]}")


@contextmanager
def s3_server(setenv: Callable[[str, str], None]) -> Iterator[Any]:
    """An S3 with the bucket `lake`, which the environment then points at; a client of it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    setenv("AWS_ACCESS_KEY_ID", "test")
    setenv("AWS_SECRET_ACCESS_KEY", "test")
    setenv("AWS_DEFAULT_REGION", "us-east-1")
    setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    try:
        yield client
    finally:
        server.stop()


def copy_json(url: str, options: str = "", columns: str = "") -> str:
    """The COPY of JSON lines into `target`."""
    return f"copy target {columns} from '{url}' iam_role default format json 'auto' {options}"


def copy_parquet(url: str) -> str:
    """The COPY of Parquet into `landing`."""
    return f"copy landing from '{url}' iam_role 'arn:aws:iam::1:role/r' format parquet manifest"


def put(s3: Any, key: str, data: bytes) -> dict[str, Any]:
    """Writes an object; its entry for a manifest."""
    s3.put_object(Bucket="lake", Key=key, Body=data)
    return {"url": f"s3://lake/{key}", "mandatory": True, "meta": {"content_length": len(data)}}


def put_manifest(s3: Any, key: str, *entries: dict[str, Any]) -> str:
    """Writes a manifest; its address."""
    put(s3, key, json.dumps({"entries": entries}).encode())
    return f"s3://lake/{key}"


def json_lines(*documents: object) -> bytes:
    """Documents, one a line."""
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def parquet(**columns: Any) -> bytes:
    """A file with these columns."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()
