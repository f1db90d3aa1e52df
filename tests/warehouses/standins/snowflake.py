"""A stand-in for Snowflake, for tests only: the real dbt-snowflake and connector talk to it over HTTP.

    STAGE_URL=s3://lake python -m tests.warehouses.standins.snowflake 8765

It is fakesnow (DuckDB) with holes patched, and with stages, COPY and external tables over the bucket at STAGE_URL. What
it still answers wrongly stands in `snowflake_holes.HOLES`; what it only accepts, in `snowflake_server.NOT_ENFORCED`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import snowflake.connector
import uvicorn

ROOT = Path(__file__).parents[3]
PATIENCE = 60
"""Seconds to wait for the first login: imports take a few, more where cores are few."""


def connection_settings(port: int) -> dict[str, Any]:
    """What the connector needs to reach the stand-in, but for a database and a schema."""
    return {
        "account": "fakesnow",
        "host": "127.0.0.1",
        "port": port,
        "protocol": "http",
        "user": "test",
        "password": "test",
        "session_parameters": {"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
    }


@contextmanager
def snowflake_stand_in(environment: Mapping[str, str]) -> Iterator[int]:
    """The port of a stand-in that runs as long as the block.

    environment: STAGE_URL, and AWS_ENDPOINT_URL and keys for S3, where they are not in this process's own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warehouses.standins.snowflake", str(port)],
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        wait_until_up(process, port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns once a login works. The connector retries a refused connection for long, so the port is asked first."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
            continue
        snowflake.connector.connect(**connection_settings(port), login_timeout=10).close()
        return
    raise RuntimeError(f"the stand-in for Snowflake did not come up on port {port}: exit code {process.poll()}")


def main(port: int) -> None:
    """Serves until it is told to stop."""
    from tests.warehouses.standins.snowflake_server import patched_application

    uvicorn.run(patched_application(), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
