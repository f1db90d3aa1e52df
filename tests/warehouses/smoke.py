"""Asks a real warehouse what only it can answer, in a schema and a lake of its own, and removes both.

    python -m tests.warehouses.smoke snowflake|redshift [--full] [--yes]

Credentials are the ones that profiles.example.yml names. Nothing but the plan and the answers is printed: what a driver
or a command says goes through `without_secrets`. Exit status: 0 all as expected, 1 not so, 2 not begun.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loaders.declarations import Stream, read_declarations
from loaders.errors import ConfigurationError, HeadwaterError
from loaders.lake import open_store
from loaders.landing import begin
from loaders.log import Log
from loaders.publications import current
from loaders.registry import DEMOS, KINDS
from loaders.settings import load_settings
from tests.warehouses import smoke_checks as checks
from tests.warehouses.smoke_checks import Check, Execute, Result, for_schema, run_checks
from tests.warehouses.smoke_warehouses import ALL_SECONDS, STATEMENT_SECONDS, WAREHOUSES, Warehouse

COMMAND_SECONDS = 300
FULL_SECONDS = 7200
LAYERS = ("", "_raw", "_staging", "_intermediate", "_marts")
_BUILD = ("-m", "dbt.cli.main", "build", "--quiet", "--exclude-resource-types", "test", "unit_test", "--select")
_SECRETS = re.compile(r"KEY|SECRET|TOKEN|PASS", re.IGNORECASE)

Command = Callable[[Sequence[str], dict[str, str]], None]
"""Runs a command of the project with more in its environment; raises HeadwaterError where it fails."""


def without_secrets(text: str) -> str:
    """The text without the value of any variable that may be secret."""
    for name, value in os.environ.items():
        if value and len(value) > 3 and _SECRETS.search(name) and name != "SNOWFLAKE_PRIVATE_KEY_PATH":
            text = text.replace(value, "***")
    return text


def say(text: str) -> None:
    """Prints a line, never a secret."""
    print(without_secrets(text), flush=True)


def check_settings(warehouse: Warehouse, lake: str) -> None:
    """Raises ConfigurationError, naming every variable that is missing and what to run next."""
    wrong = [" or ".join(names) + " is not set" for names in warehouse.required if not any(map(os.environ.get, names))]
    if not lake.startswith("s3://"):
        wrong.insert(0, f"the lake is {lake!r}, expected HEADWATER_LAKE or HEADWATER_BUCKET in S3")
    if wrong:
        hint = f"put it into .env, after deploy/{warehouse.name}/setup.sql made the account ready"
        raise ConfigurationError(f"{'; '.join(wrong)}; {hint}, and run `make smoke TARGET={warehouse.name}`")


def plan(warehouse: Warehouse, schema: str, place: str) -> str:
    """What will be done, and what it can cost at most."""
    asked = (warehouse.once, checks.STAGED_ONCE * 2, checks.MODELLED, checks.MODELLED_AGAIN, warehouse.twice)
    count = sum(map(len, asked)) + 2
    landed = (checks.JSON_DOCUMENTS, checks.PARQUET_DOCUMENTS, checks.LATER_DOCUMENTS, checks.DUPLICATE_KEYS)
    documents = sum(map(len, landed))
    return f"""\
Against {warehouse.name}, as the variables in the environment and .env say:
  1. land {documents} documents in a lake of their own, {place}
  2. run `headwater stage` and some dbt models into schemas of their own, {schema}_…, again for a second load
  3. run `headwater publish loads` below that place, without AWS Glue, and have personal data hidden twice
  4. ask {count} questions
  5. drop the schemas and delete the objects, whatever happened
It can cost {warehouse.cost}; some 30 objects in S3 for minutes.
It gives up a question after {STATEMENT_SECONDS} seconds, a command after {COMMAND_SECONDS}, all after {ALL_SECONDS}."""


def full_plan(warehouse: Warehouse, schema: str, place: str) -> str:
    """What the whole project does besides, and what it can cost at most."""
    return f"""\
Then, with --full:
  6. land made-up data of every source, some 2,000 records, in {place}/full; sources and APIs of .env are not read
  7. run `headwater stage` and `dbt build`, every model and test, into {schema}_full_…
  8. drop these schemas, too, and delete these objects
It can cost {warehouse.full_cost} more. It gives up all of it after {FULL_SECONDS} seconds."""


def build_all(warehouse: Warehouse, place: str, schema: str, command: Command) -> None:
    """The whole project on a small demo. Raises HeadwaterError where a step fails."""
    streams = list(read_declarations(Path("models"), KINDS))
    with tempfile.TemporaryDirectory() as drops:
        folders = {stream.source: Path(drops, stream.source) for stream in streams}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        until = datetime.now(UTC).date()
        for stream in streams:
            if make := DEMOS.get(f"{stream.source}.{stream.name}"):
                put = open_store(str(folders[stream.source])).put
                make(put, scale=0.02, seed=1, dirt=0.0, days=3, until=until)
        environment = {
            **{"HEADWATER_LAKE": f"{place}/full", "HEADWATER_SCHEMA": f"{schema}_full"},
            **{"HEADWATER_TARGET": warehouse.name, "HEADWATER_READERS": ""},
            **{f"{source.upper()}_URL": str(folder) for source, folder in folders.items()},
            **dict.fromkeys(("X_API_URL", "X_BEARER_TOKEN", "BANKS_RANKING_URL", "BANKS_FEES_URL"), ""),
        }
        command(("-m", "loaders", "load", "--demo"), environment)
        command(("-m", "loaders", "stage", "--target", warehouse.name), environment)
        command(("-m", "dbt.cli.main", "build", "--quiet"), environment)


def land(lake: str, stream: Stream, documents: Sequence[bytes]) -> None:
    """Lands documents as the next load of a stream."""
    store = open_store(lake)
    log = Log(store, stream.source, stream.name)
    after = log.newest()
    with begin(store, stream, log, after) as load:
        load.begin_input(f"smoke-{after.load_seq + 1 if after else 1}.json", "1", {})
        load.land(documents)
        load.commit({})


def ask(warehouse: Warehouse, place: str, schema: str, execute: Execute, command: Command) -> Iterator[Result]:
    """Lands, stages and models step by step, and asks after each. Raises HeadwaterError where a step fails."""
    [stream] = [s for s in read_declarations(Path("models"), KINDS) if (s.source, s.name) == ("web_events", "events")]
    environment = {
        **{"HEADWATER_LAKE": place, "HEADWATER_SCHEMA": schema, "HEADWATER_TARGET": warehouse.name},
        # nobody else sees what is made here
        **dict.fromkeys(("HEADWATER_GLUE_DATABASE", "HEADWATER_READERS"), ""),
    }

    def stage() -> None:
        command(("-m", "loaders", "stage", "--target", warehouse.name), environment)

    land(place, stream.model_copy(update={"land_as": "json"}), checks.JSON_DOCUMENTS)
    stage()
    land(place, stream.model_copy(update={"land_as": "parquet"}), checks.PARQUET_DOCUMENTS)
    stage()
    yield from run_checks(execute, for_schema([*checks.STAGED_ONCE, *warehouse.once], schema))
    stage()
    yield from run_checks(execute, for_schema(checks.STAGED_TWICE, schema))
    command((*_BUILD, "+base_web_events__events"), environment)
    yield from run_checks(execute, for_schema(checks.MODELLED, schema))
    land(place, stream.model_copy(update={"land_as": "json"}), checks.LATER_DOCUMENTS)
    stage()
    command((*_BUILD, "+dim_app_users", "+loads"), environment)
    yield from run_checks(execute, for_schema(checks.MODELLED_AGAIN, schema))
    yield mask_twice(command, environment)
    yield unload(place, warehouse, command, environment)
    land(place, stream.model_copy(update={"land_as": "json"}), checks.DUPLICATE_KEYS)
    stage()
    yield from run_checks(execute, for_schema(warehouse.twice, schema))


def mask_twice(command: Command, environment: dict[str, str]) -> Result:
    """Builds a mart that is kept from one run to the next, with its columns hidden, and once more."""
    try:
        for _ in range(2):
            command((*_BUILD, "dim_app_users", "--vars", "{mask_personal_data: true}"), environment)
    except HeadwaterError as error:
        return Result(checks.MASKED_TWICE, None, str(error))
    return Result(checks.MASKED_TWICE, "no error")


def unload(place: str, warehouse: Warehouse, command: Command, environment: dict[str, str]) -> Result:
    """Publishes a mart, and what its files say of their columns."""
    try:
        command(("-m", "loaders", "publish", "--target", warehouse.name, "loads"), environment)
    except HeadwaterError as error:
        return Result(warehouse.unloaded, None, str(error))
    return read_back(place, warehouse.unloaded)


def read_back(place: str, check: Check) -> Result:
    """What the files of the mart `loads` say of their columns."""
    published = current(open_store(place), "loads")
    if published is None:
        return Result(check, None, "nothing was published")
    return Result(check, ", ".join(f"{column['name']} {column['type']}" for column in published.columns))


def clean_up(place: str, schema: str, execute: Execute, *, full: bool = False) -> list[str]:
    """Removes schemas and objects; gives back what is left, with why."""
    left = []
    for layer in (*LAYERS, *(f"_full{layer}" for layer in LAYERS if full)):
        try:
            execute(f"drop schema if exists {schema}{layer} cascade")
        except (Exception, KeyboardInterrupt) as error:
            left.append(f"the schema {schema}{layer} ({error})")
    try:
        store = open_store(place)
        for key in [entry.key for entry in store.entries()]:
            store.delete(key)
    except (Exception, KeyboardInterrupt) as error:
        left.append(f"objects below {place}/ ({error})")
    return left


def smoke(
    warehouse: Warehouse, place: str, schema: str, execute: Execute, command: Command, *, full: bool = False
) -> bool:
    """Asks everything and cleans up, also after a failure or Ctrl-C; whether all was as expected."""
    is_fine = False
    try:
        results = []
        for result in ask(warehouse, place, schema, execute, command):
            results.append(result)
            told = f"expected {result.check.expected!r}, got {result.error or repr(result.got)}"
            say(f"{'ok ' if result.is_as_expected else 'NOT'} {result.check.name}: {told}")
            if not result.is_as_expected:
                say(f"    {result.check.because or 'nothing depends on it'}")
        is_fine = all(result.is_fine for result in results)
        say(f"{sum(r.is_as_expected for r in results)} of {len(results)} answers are as expected")
        if full:
            build_all(warehouse, place, schema, command)
            say("ok  the whole project was built, and every test of it passed")
    except KeyboardInterrupt:
        is_fine = False
        say("interrupted; a further Ctrl-C leaves behind what is just being removed")
    except Exception as error:
        is_fine = False
        say(f"Error: {type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
        say("removing the schemas and the objects")
        left = [*map(without_secrets, clean_up(place, schema, execute, full=full))]
        for what in left:
            say(f"NOT removed, please remove it: {what}")
    return is_fine and not left


@contextmanager
def commands(seconds: int = COMMAND_SECONDS) -> Iterator[Command]:
    """Commands whose output is shown only where they fail, and whose artifacts are not the project's."""
    with tempfile.TemporaryDirectory() as artifacts:

        def run(arguments: Sequence[str], environment: dict[str, str]) -> None:
            told = " ".join(arguments[1:])
            dbt = {"DBT_TARGET_PATH": artifacts, "DBT_LOG_PATH": artifacts}
            try:
                done = subprocess.run(
                    [sys.executable, *arguments], env={**os.environ, **dbt, **environment}, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                raise HeadwaterError(f"`{told}` was given up after {seconds} seconds") from error
            if done.returncode:
                raise HeadwaterError(f"`{told}` ended with status {done.returncode}:\n{done.stdout[-4000:]}")

        yield run


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("warehouse", choices=WAREHOUSES)
    parser.add_argument("--full", action="store_true", help="build the whole project, too, on a small demo")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(arguments)
    warehouse, name = WAREHOUSES[options.warehouse], secrets.token_hex(4)
    try:
        lake = load_settings().lake_url.rstrip("/")
        place, schema = f"{lake}/smoke/{name}", f"smoke_{name}"
        check_settings(warehouse, lake)
        say(plan(warehouse, schema, place))
        if options.full:
            say(full_plan(warehouse, schema, place))
        if not options.yes and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
            return 2
        execute = _executor(warehouse.connect(), warehouse.session)
    except EOFError:
        say("nobody to ask; run with --yes")
        return 2
    except Exception as error:
        say(f"Error: {error}" if isinstance(error, HeadwaterError) else f"Error: {type(error).__name__}: {error}")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(FULL_SECONDS if options.full else ALL_SECONDS)
    with commands(FULL_SECONDS if options.full else COMMAND_SECONDS) as command:
        return 0 if smoke(warehouse, place, schema, execute, command, full=options.full) else 1


def _give_up(*_: object) -> None:
    raise HeadwaterError("given up: the time that the plan names is over")


def _executor(connection: Any, session: Sequence[str]) -> Execute:
    cursor = connection.cursor()

    def execute(sql: str) -> list[tuple[Any, ...]]:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    for statement in session:
        execute(statement)
    return execute


if __name__ == "__main__":
    sys.exit(main())
