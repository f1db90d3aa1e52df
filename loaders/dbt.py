"""dbt as a program beside this Python: it has the warehouse's credentials, and is the only one that opens it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from loaders.environment import check_target
from loaders.errors import ConfigurationError, HeadwaterError

_TIME = re.compile(r"^\d\d:\d\d:\d\d  ")

_CAUSES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r'Could not set lock on file "([^"]*)".*?\(PID (\d+)\)', re.DOTALL),
        lambda found: (
            f"{found[1]} is open in process {found[2]}; DuckDB has one writer at a time: close that program, "
            "or wait for it, and run again"
        ),
    ),
    (
        re.compile(r"Invalid value for '--profiles-dir'"),
        lambda _: "profiles.yml does not exist; run `make setup`, or copy profiles.example.yml to it",
    ),
    (
        re.compile(r"Could not find profile named '([^']*)'"),
        lambda found: f"profiles.yml has no profile {found[1]!r}; compare it with profiles.example.yml",
    ),
    (
        re.compile(r"(?:Table|View) with name \"?([\w.]+)\"? does not exist", re.IGNORECASE),
        lambda found: f"{found[1]} does not exist yet; run `dbt build`",
    ),
    (
        re.compile(r"(?:relation|Object|Schema) ['\"]([^'\"]+)['\"] does not exist", re.IGNORECASE),
        lambda found: f"{found[1]} does not exist yet, or this role may not see it; run `dbt build`",
    ),
    (
        re.compile(r"""\[Errno \d+\] ([^:\n]+): (?:'([^'\n]+)'|"([^"\n]+)")"""),  # as Python shows a text
        lambda found: (
            f"{found[2] or found[3]}: {found[1]}; dbt writes to target/ and logs/ here, or where DBT_TARGET_PATH and "
            "DBT_LOG_PATH point"
        ),
    ),
    (
        re.compile(r'(?:Cannot open file|Failed to open file) "([^"]+)": ([^\n]+)'),
        lambda found: f"{found[1]}: {found[2].strip()}; change the permission, or HEADWATER_DUCKDB",
    ),
)
"""What dbt prints for a user's mistake, often below a traceback, and the one line it comes to."""

_OURS = re.compile(r"Compilation Error(?: in [^\n]*)?\n\s*(.+?)(?=\n\s*\n|\n\s*> in macro|\Z)", re.DOTALL)
"""What a macro of this project refuses with raise_compiler_error."""


def run_dbt(*arguments: str, target: str | None) -> subprocess.CompletedProcess[str]:
    """Runs dbt, so that one set of credentials and one writer of the warehouse is enough; captures what it prints.

    Raises ConfigurationError where it is not installed or its profile has no such target.
    """
    program = Path(sys.executable).with_name("dbt")
    if not program.exists():
        raise ConfigurationError(f"no dbt beside {sys.executable}; run `make setup`")
    check_target(target or "")
    command = [str(program), *arguments, "--quiet", "--no-use-colors", *(["--target", target] if target else [])]
    return subprocess.run(command, check=False, text=True, capture_output=True)  # noqa: S603


def dbt(*arguments: str, target: str | None = None) -> str:
    """What dbt printed. Raises HeadwaterError if it fails: one line where the cause is known, else below its words."""
    done = run_dbt(*arguments, target=target)
    if done.returncode:
        output = "\n".join(filter(None, (done.stdout, done.stderr)))
        if cause := explain(output):
            raise HeadwaterError(cause)
        click.echo(without_traceback(output), err=True)
        raise HeadwaterError(f"dbt {arguments[0]} ended with status {done.returncode}; see its messages above")
    return done.stdout


def rows(query: str, target: str | None) -> list[dict[str, Any]]:
    """The rows of a query over models, by the names of its columns in lower case."""
    shown = dbt("show", "--inline", query, "--limit", "-1", "--output", "json", target=target)
    return [{name.lower(): value for name, value in row.items()} for row in json.loads(shown)["show"]]


def explain(output: str) -> str:
    """The one line that dbt's output comes to, empty if its cause is not known."""
    if ours := _OURS.search(output):
        return " ".join(ours[1].split())
    return next((told(found) for cause, told in _CAUSES if (found := cause.search(output))), "")


def without_traceback(output: str) -> str:
    """dbt's output without the frames of Python's tracebacks, which say nothing to a user, and without its clock."""
    kept, in_traceback = [], False
    for printed in output.splitlines():
        line = _TIME.sub("", printed)  # which is before a traceback, too
        in_traceback = line.startswith("Traceback (") or (in_traceback and line.startswith((" ", "Traceback")))
        if not in_traceback:
            kept.append(line)
    return "\n".join(kept).strip()
