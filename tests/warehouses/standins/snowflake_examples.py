"""Statements over stages as the project issues them, and files as the loaders write them."""

import gzip
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FORMATS = (
    r"create file format if not exists hw_lines type = csv field_delimiter = none record_delimiter = '\n' "
    "escape_unenclosed_field = none compression = auto",
    "create file format if not exists dev_raw.hw_parquet type = parquet",
)
COPY = """
copy into headwater_test.dev_raw.commits (source, line) from (
    select split_part(metadata$filename, '/', 3), $1
    from @headwater_test.public.headwater_lake/headwater/log/web/events/
)
files = ('a.json', 'b.json')
file_format = (format_name = 'hw_lines')
force = true on_error = abort_statement
"""
EXTERNAL = """
create {how} external table {name} dev_raw.{table} (
    load_seq bigint as (cast(split_part(split_part(metadata$filename, '/', 4), '=', 2) as bigint)),
    row_number bigint as ({value}:"_row"::bigint),
    document varchar(65535) as ({value}:"value"::varchar),
    object varchar(1000) as (metadata$filename)
)
partition by (load_seq)
location = @headwater_test.public.headwater_lake/headwater/data/events/
pattern = '.*[.]{suffix}'
file_format = (format_name = '{format}')
refresh_on_create = {filled} auto_refresh = false
"""


def put_lines(bucket: Any, key: str, *documents: str) -> None:
    lines = "".join(f'{{"_row":{n},"_input":0,"value":{d}}}\n' for n, d in enumerate(documents, 1))
    bucket.put_object(Key=key, Body=gzip.compress(lines.encode()) if key.endswith("gz") else lines.encode())


def put_parquet(bucket: Any, key: str, *documents: str) -> None:
    body = io.BytesIO()
    rows = {"_row": pa.array(range(1, len(documents) + 1)), "_hash": pa.nulls(len(documents), pa.string())}
    pq.write_table(pa.table({**rows, "value": pa.array(documents, pa.large_string())}), body)
    bucket.put_object(Key=key, Body=body.getvalue())
