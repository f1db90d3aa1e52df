"""How the smoke test reaches each warehouse, and what it asks there."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.warehouses import smoke_checks as checks
from tests.warehouses.smoke_checks import Check

STATEMENT_SECONDS = 300
ALL_SECONDS = 1800


@dataclass(frozen=True)
class Warehouse:
    """What is needed to ask one. required: variables, each a choice of names of which one must be set."""

    name: str
    required: tuple[tuple[str, ...], ...]
    cost: str
    connect: Callable[[], Any]
    session: tuple[str, ...]
    once: Sequence[Check]
    twice: Sequence[Check]
    unloaded: Check
    full_cost: str


def _snowflake() -> Any:
    import snowflake.connector

    of = os.environ.get
    login: dict[str, Any] = {"authenticator": "oauth", "token": of("SNOWFLAKE_TOKEN")}
    if not of("SNOWFLAKE_TOKEN"):
        passphrase = of("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE") or None
        login = {"private_key_file": of("SNOWFLAKE_PRIVATE_KEY_PATH"), "private_key_file_pwd": passphrase}
    names = ("account", "user", "role", "warehouse", "database")
    place = {name: of(f"SNOWFLAKE_{name.upper()}") for name in names}
    limits = {"STATEMENT_TIMEOUT_IN_SECONDS": STATEMENT_SECONDS}
    return snowflake.connector.connect(**place, **login, session_parameters=limits, login_timeout=60)


def _redshift() -> Any:
    import redshift_connector

    of = os.environ.get
    group = of("REDSHIFT_WORKGROUP")
    where: dict[str, Any] = {"cluster_identifier": of("REDSHIFT_CLUSTER_ID")}
    if group:
        where = {"is_serverless": True, "serverless_work_group": group}
    connection = redshift_connector.connect(
        iam=True,
        host=of("REDSHIFT_HOST", ""),
        database=of("REDSHIFT_DATABASE", ""),
        db_user=of("REDSHIFT_USER"),
        region=of("AWS_REGION", "us-east-1"),
        sslmode="verify-full",
        timeout=60,
        **where,
    )
    connection.autocommit = True
    return connection


WAREHOUSES = {
    "snowflake": Warehouse(
        "snowflake",
        (
            *((f"SNOWFLAKE_{name}",) for name in ("ACCOUNT", "USER", "ROLE", "WAREHOUSE", "DATABASE")),
            ("SNOWFLAKE_PRIVATE_KEY_PATH", "SNOWFLAKE_TOKEN"),
        ),
        "up to 30 minutes of the warehouse, usually 3: 0.5 credits if it is x-small",
        _snowflake,
        (),
        checks.SNOWFLAKE,
        checks.TWICE_SNOWFLAKE,
        checks.UNLOADED_SNOWFLAKE,
        "up to two hours of the warehouse, by estimate ten minutes: 2 credits if it is x-small",
    ),
    "redshift": Warehouse(
        "redshift",
        (("REDSHIFT_HOST",), ("REDSHIFT_DATABASE",), ("REDSHIFT_USER",), ("REDSHIFT_CLUSTER_ID", "REDSHIFT_WORKGROUP")),
        "nothing on a cluster; serverless: up to 1,800 seconds of the base capacity, usually 180 (8 RPU: 4 RPU hours)",
        _redshift,
        (f"set statement_timeout to {STATEMENT_SECONDS * 1000}", "set enable_case_sensitive_identifier to true"),
        checks.REDSHIFT,
        checks.TWICE_REDSHIFT,
        checks.UNLOADED_REDSHIFT,
        "nothing on a cluster; serverless: up to 7,200 seconds of the base capacity, by estimate 3,600 (8 RPU: 16 RPU "
        "hours)",
    ),
}
