"""What dbt prints, often below a traceback, as one line that says what to do. The outputs are those of dbt 1.11."""

import pytest

from loaders.dbt import explain, without_traceback

LOCKED = """
21:39:09  Encountered an error:
Runtime Error
21:39:09  Traceback (most recent call last):
  File "dbt/adapters/duckdb/environments/__init__.py", line 164, in initialize_db
    conn = duckdb.connect(creds.path, read_only=False, config=config)
_duckdb.IOException: IO Error: Could not set lock on file "/data/w.duckdb": Conflicting lock is held in \
/usr/bin/python3.11 (PID 17812). See also https://duckdb.org/docs/stable/connect/concurrency
"""
NOT_BUILT = """
21:37:26  Encountered an error:
Runtime Error
  Runtime Error in sql_operation inline_query (from remote system.sql)
    Catalog Error: Table with name "marts.rejects" does not exist because schema "marts" does not exist.

    LINE 7: from "w"."marts"."rejects" where state = 'open'
                 ^
"""
REFUSED = """21:40:00  Encountered an error while running operation: Compilation Error
  load 1 (20260101T000000Z-1) of shop.orders is staged,
  but the lake at lake does not have it; run `make reset`

  > in macro another_lake (macros/external_tables/commit_log.sql)
  > called by macro check_newest (macros/external_tables/commit_log.sql)
"""
NO_PROFILE = """Usage: dbt run-operation [OPTIONS] MACRO
Try 'dbt run-operation --help' for help.

Error: Invalid value for '--profiles-dir': Path '/data/.dbt' does not exist.
"""


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            LOCKED,
            "/data/w.duckdb is open in process 17812; DuckDB has one writer at a time: close that program, or wait "
            "for it, and run again",
        ),
        (NOT_BUILT, "marts.rejects does not exist yet; run `dbt build`"),
        (
            REFUSED,
            "load 1 (20260101T000000Z-1) of shop.orders is staged, but the lake at lake does not have it; "
            "run `make reset`",
        ),
        (NO_PROFILE, "profiles.yml does not exist; run `make setup`, or copy profiles.example.yml to it"),
        (
            'Database Error in sql_operation inline_query\n  relation "dev_ana_marts.rejects" does not exist\n',
            "dev_ana_marts.rejects does not exist yet, or this role may not see it; run `dbt build`",
        ),
        (
            "SQL compilation error:\nObject 'HEADWATER.MARTS.REJECTS' does not exist or not authorized.",
            "HEADWATER.MARTS.REJECTS does not exist yet, or this role may not see it; run `dbt build`",
        ),
        (
            "PermissionError: [Errno 13] Permission denied: '/clone/logs/dbt.log'\n",
            "/clone/logs/dbt.log: Permission denied; dbt writes to target/ and logs/ here, or where DBT_TARGET_PATH "
            "and DBT_LOG_PATH point",
        ),
        (
            'PermissionError: [Errno 30] Read-only file system: "/a b\'c/logs/dbt.log"\n',
            "/a b'c/logs/dbt.log: Read-only file system; dbt writes to target/ and logs/ here, or where "
            "DBT_TARGET_PATH and DBT_LOG_PATH point",
        ),
        ("Database Error\n  division by zero\n", ""),
    ],
)
def test_a_known_cause_is_one_line(output: str, line: str) -> None:
    assert explain(output) == line


def test_what_is_not_known_is_shown_without_its_traceback() -> None:
    output = '21:00:00  Encountered an error:\n21:00:00  Traceback (most recent call last):\n  File "a.py", line 1\n'
    assert without_traceback(output + "ValueError: no\n\n") == "Encountered an error:\nValueError: no"
