"""One warehouse with the project in it, driven as a user drives it: `headwater` and `dbt` as commands, rows through the
warehouse's own driver."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

OWN_TO_A_RUN = {"_changed_seq", "dbt_scd_id"}
"""Columns that tell when a run was, and a key that dbt makes of a moment as text, which every engine spells its way."""

SCHEMA = "dev"

IN_ONE_PROCESS = """
import json, sys
from dbt.cli.main import dbtRunner
for command in json.loads(sys.argv[1]):
    result = dbtRunner().invoke(command)
    if not result.success:
        sys.exit(str(result.exception or command))
"""

Row = tuple[tuple[str, Any], ...]


@dataclass
class Warehouse:
    """name: a target of the profiles. place: where it keeps what dbt makes. connect: a DB-API connection, closed after
    each question."""

    name: str
    project: Path
    place: Path
    environment: Mapping[str, str]
    connect: Callable[[], Any]

    def target(self, schema: str = SCHEMA) -> Path:
        """What dbt makes. To a schema its own: dbt reads the whole project again where it is another than last time."""
        return self.place / self.name / schema

    def run(self, command: str, *arguments: str, schema: str = SCHEMA) -> str:
        """What `headwater` or `dbt` printed; fails with it if it fails."""
        return self._run([str(Path(sys.executable).with_name(command)), *arguments], schema)

    def dbt(self, *commands: list[str]) -> None:
        """Runs several commands of dbt in one process, whose start is most of what a small one takes."""
        self._run([sys.executable, "-c", IN_ONE_PROCESS, json.dumps(commands)], SCHEMA)

    def _run(self, command: list[str], schema: str) -> str:
        settings = {
            **os.environ,
            **self.environment,
            "HEADWATER_TARGET": self.name,
            "HEADWATER_SCHEMA": schema,
            "DBT_TARGET_PATH": str(self.target(schema)),
            "DBT_LOG_PATH": str(self.target(schema)),
        }
        done = subprocess.run(
            command,
            cwd=self.project,
            env=settings,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(command)}\n{done.stdout[-6000:]}{done.stderr}"
        return done.stdout

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query, by the names of their columns in lower case."""
        with closing(self.connect()) as connection:
            return _rows(connection, sql)

    def nodes(self) -> dict[str, str]:
        """What the project keeps in the warehouse, models, seeds and snapshots: name -> relation."""
        manifest = json.loads((self.target() / "manifest.json").read_text())
        return {
            node["name"]: f"{node['schema']}.{node['alias']}"
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed", "snapshot") and node["config"]["materialized"] != "ephemeral"
        }

    def contents(self) -> dict[str, Counter[Row]]:
        """Node -> every row of it with how often it is there, but for what is a run's own."""
        with closing(self.connect()) as connection:
            return {
                node: Counter(
                    tuple((name, plain(name, value)) for name, value in sorted(row.items()) if name not in OWN_TO_A_RUN)
                    for row in _rows(connection, f"select * from {relation}")
                )
                for node, relation in self.nodes().items()
            }


def _rows(connection: Any, sql: str) -> list[dict[str, Any]]:
    cursor = connection.cursor()
    cursor.execute(sql)
    names = [column[0].lower() for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def plain(name: str, value: Any) -> Any:
    """A value as all drivers would give it: numbers without their type, moments in ISO 8601, errors as JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return format(Decimal(value).normalize(), "f")
    if isinstance(value, float):
        return format(value, ".12g")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if name in ("cast_errors", "raw_texts"):
        return json.dumps(whole(name, json.loads(value)), sort_keys=True, ensure_ascii=False)
    return value


def whole(name: str, value: Any) -> Any:
    """Texts of many fields are a list of objects on Redshift, and one object elsewhere."""
    if name == "raw_texts" and isinstance(value, list):
        return {key: text for part in value for key, text in part.items()}
    return value


def differences(expected: Counter[Row], found: Counter[Row], limit: int = 3) -> list[str]:
    """What one side has and the other has not, told by column where two rows are nearest; empty if they are alike."""
    missing, extra = list((expected - found).elements()), list((found - expected).elements())
    told = []
    for row in missing[:limit]:
        near = min(extra, key=lambda other: sum(a != b for a, b in zip(row, other, strict=False)), default=())
        other = dict(near)
        columns = [
            f"{name}: {value!r}, not {other.get(name, '(no such column)')!r}"
            for name, value in row
            if name not in other or other[name] != value
        ]
        told.append("; ".join(columns[:6]) if near else f"not there: {row}")
    told += [f"too many: {row}" for row in extra[len(missing) :][:limit]]
    if told:
        told.append(f"in all {len(missing)} missing, {len(extra)} too many")
    return told
