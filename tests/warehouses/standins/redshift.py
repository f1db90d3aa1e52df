"""A stand-in for Amazon Redshift: the real redshift_connector and dbt-redshift against PostgreSQL behind a proxy.

    python -m tests.warehouses.standins.redshift PORT

Log in as `postgres` with any password, database `dev`, sslmode disable. COPY reads S3 as the environment says
(AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID …). What it does not enforce is in NOT_ENFORCED, what it answers otherwise than
Redshift in HOLES (redshift_holes.py). A project that runs here is not tested on Redshift.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redshift_connector
from redshift_connector.error import InterfaceError

from tests.warehouses.standins.redshift_proxy import serve
from tests.warehouses.standins.redshift_server import DATABASE, postgres

USER = "postgres"

NOT_ENFORCED = (
    "grant and revoke, to users, groups and roles: answered, without effect",
    "alter default privileges: answered, without effect",
    "vacuum: answered, without effect",
    "distribution and sort keys, distribution style, compression, backup: read and dropped",
    "primary, unique and foreign keys: dropped, as Redshift does not enforce them either",
    "query_group, result cache, slots: kept, without effect",
    "the IAM role of COPY: any is accepted",
    "passwords: any is accepted",
)
"""What the stand-in lets pass without doing it."""


@contextmanager
def redshift_stand_in(environment: Mapping[str, str]) -> Iterator[int]:
    """Runs the stand-in in a process of its own; the port on 127.0.0.1 once it lets redshift_connector in."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warehouses.standins.redshift", str(port), str(os.getpid())],
        cwd=Path(__file__).parents[3], env=dict(environment), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def connect(port: int) -> Any:
    """A session, each statement of it a transaction until autocommit is switched off."""
    connection = redshift_connector.connect(
        host="127.0.0.1", port=port, database=DATABASE, user=USER, password="any", ssl=False, timeout=60
    )
    connection.autocommit = True
    return connection


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the stand-in for Redshift ended with {process.returncode}; see its output above")
        with suppress(InterfaceError, OSError):
            connect(port).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the stand-in for Redshift did not start within 30 seconds")


async def _run(port: int, unix_socket: Path, parent: int | None) -> None:
    """Serves until it is told to stop, or the process that wanted it is gone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    server = await serve(port, unix_socket)
    while parent in (None, os.getppid()):
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=1)
            break
    server.close()


def main() -> None:
    """Runs until it is terminated."""
    # terminated while PostgreSQL starts, it must still stop that
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with postgres() as unix_socket:
        asyncio.run(_run(int(sys.argv[1]), unix_socket, int(sys.argv[2]) if len(sys.argv) > 2 else None))


if __name__ == "__main__":
    main()
