"""What a user runs with high privileges: it is what it says, no more, and the linter's grammar knows it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.warehouses.grammar import is_refused

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "deploy").glob("*/*.sql"))
POLICIES = sorted((ROOT / "deploy" / "aws").glob("*.json"))

_REDSHIFT, _SNOWFLAKE = (
    "https://docs.aws.amazon.com/redshift/latest/dg/",
    "https://docs.snowflake.com/en/sql-reference/sql/",
)
UNKNOWN_TO_THE_LINTER = {
    "snowflake": {
        r"grant apply on tag [\w.]+ to role \w+": _SNOWFLAKE + "grant-privilege",
        r"alter tag \w+ set masking policy \w+ force": _SNOWFLAKE + "alter-tag",
    },
    "redshift": {
        r"grant role sys:\w+ to role \w+": _REDSHIFT + "r_GRANT.html",
        r"grant access system table to role \w+": _REDSHIFT + "r_GRANT.html",
        r"alter default privileges for user \w+ in schema \w+ grant select on tables to role \w+": (
            _REDSHIFT + "r_ALTER_DEFAULT_PRIVILEGES.html"
        ),
        r"create masking policy \w+ with \(value varchar\(65535\)\) using \(.+\)": (
            _REDSHIFT + "r_CREATE_MASKING_POLICY.html"
        ),
    },
}
"""Documented statements that the linter cannot read, and where they are documented."""


def _statements(script: Path) -> list[str]:
    """The statements of a script on a line each, without comments. None of them has -- or ; in a text."""
    text = re.sub(r"--.*", "", script.read_text(encoding="utf-8"))
    return [" ".join(statement.split()) for statement in text.split(";") if statement.strip()]


@cache
def _is_known(dialect: str, statement: str) -> bool:
    return not is_refused(statement, dialect)


def _documented(dialect: str, statement: str) -> bool:
    return any(re.fullmatch(pattern, statement) for pattern in UNKNOWN_TO_THE_LINTER[dialect])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_statement_is_sql(script: Path) -> None:
    dialect, statements = script.parent.name, _statements(script)
    assert len(statements) >= 5
    for statement in statements:
        assert _is_known(dialect, statement) != _documented(dialect, statement), statement


@pytest.mark.parametrize("dialect", UNKNOWN_TO_THE_LINTER)
def test_what_the_linter_does_not_know_is_still_in_use(dialect: str) -> None:
    used = [s for script in SCRIPTS if script.parent.name == dialect for s in _statements(script)]
    for pattern, page in UNKNOWN_TO_THE_LINTER[dialect].items():
        assert any(re.fullmatch(pattern, statement) for statement in used), pattern
        assert page.startswith("https://docs.")


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("snowflake", "create warehouse if not exists w warehouse_size = tiny auto_suspend 60"),
        ("snowflake", "create storage integration if not exists i type = external_stage enabled"),
        ("snowflake", "grant usage on database d role r"),
        ("snowflake", "grant select on future table in schema s to role r"),
        ("snowflake", "create masking policy p as (val string) returns string case when true then val end"),
        ("redshift", "create role if not exists r"),
        ("redshift", "create user u password disabled now"),
        ("redshift", "alter user u set statement_timeout 10"),
        ("redshift", "grant usage schema s to role r"),
        ("redshift", "create masking policy p with (value varchar(10)) (value)"),
    ],
)
def test_broken_statements_are_refused(dialect: str, statement: str) -> None:
    assert not _is_known(dialect, statement)
    assert not _documented(dialect, statement)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_scripts_are_safe_to_keep_and_to_run(script: Path) -> None:
    text = script.read_text(encoding="utf-8").lower()
    assert not re.search(r"password\s*=?\s*'", text)
    assert not re.search(r"secret\w*\s*=", text)
    for statement in _statements(script):
        assert not re.match(r"(create or replace|drop|truncate|delete)\b", statement), statement
        assert "to public" not in statement, statement
        assert not re.match(r"grant (all|ownership)\b", statement), statement
        assert not re.search(r" to (role|user) (accountadmin|securityadmin)$", statement), statement


def _grants(warehouse: str, role: str) -> list[str]:
    statements = [s for path in SCRIPTS if path.parent.name == warehouse for s in _statements(path)]
    return [s for s in statements if "grant " in s and re.search(rf" to (role )?{role}$", s)]


@pytest.mark.parametrize("warehouse", ["snowflake", "redshift"])
@pytest.mark.parametrize("role", ["headwater_analyst", "headwater_dashboard"])
def test_readers_get_marts_and_nothing_before_them(warehouse: str, role: str) -> None:
    grants = _grants(warehouse, role)
    schemas = set(re.findall(r'schema "?(\w+)', " ".join(grants)))
    assert schemas == ({"marts", "sandbox"} if role == "headwater_analyst" else {"marts"})
    for grant in grants:
        assert not re.search(r"\b(raw|staging|intermediate|grant role)\b", grant), grant
        assert "create" not in grant or "schema sandbox" in grant, grant
    assert any("select on all tables in schema marts" in grant for grant in grants)
    assert any(re.search(r"select on (future tables|tables)", grant) for grant in grants)


@pytest.mark.parametrize("warehouse", ["snowflake", "redshift"])
def test_the_loader_gets_nothing_behind_raw(warehouse: str) -> None:
    grants = _grants(warehouse, "headwater_loader")
    assert set(re.findall(r'on schema "?(\w+)', " ".join(grants))) <= {"raw", "public"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_policies_name_what_they_allow(path: Path) -> None:
    policy = json.loads(path.read_text(encoding="utf-8"))
    assert policy["Version"] == "2012-10-17"
    assert len({s["Sid"] for s in policy["Statement"]}) == len(policy["Statement"])
    for statement in policy["Statement"]:
        if statement["Effect"] == "Deny":  # the exact ones are below
            continue
        assert statement["Effect"] == "Allow"
        for action in _list(statement["Action"]):
            assert re.fullmatch(r"(s3|sts|glue):[A-Za-z]+", action), action
        for resource in _list(statement.get("Resource", [])):
            # a bucket, or what is below a prefix of it; the catalog, a database in it, or the tables of that
            s3 = r"s3:::[a-z0-9-]+(/[a-z_/]+/(\*/marts/)?\*)?"
            glue = r"glue:[a-z0-9-]+:\d+:(catalog|database/\w+|table/\w+/\*)"
            assert re.fullmatch(f"arn:aws:({s3}|{glue})", resource), resource
        if "s3:ListBucket" in _list(statement["Action"]):
            prefixes = statement["Condition"]["StringLike"]["s3:prefix"]
            assert all(re.fullmatch(r"[a-z/]+/(\*/marts/)?\*", prefix) for prefix in prefixes)
        if "Principal" in statement:
            assert statement["Principal"].get("AWS") not in (None, "*")
            assert "sts:ExternalId" in statement["Condition"]["StringEquals"]


def test_nobody_may_delete_the_log() -> None:
    for path in POLICIES:
        for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]:
            if any("Delete" in action for action in _list(statement["Action"])):
                folders = {
                    "lake-write-policy.json": "raw|rejects|files|manifests|state|smoke",
                    "publish-policy.json": "marts|exports",
                }[path.name]
                assert all(re.search(rf"/({folders})/\*$", r) for r in _list(statement["Resource"]))


def test_redshift_may_read_where_it_unloads() -> None:
    """UNLOAD asks for GET, LIST and PUT: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html."""
    policy = json.loads((ROOT / "deploy" / "aws" / "redshift-unload-policy.json").read_text(encoding="utf-8"))
    actions = {action for statement in policy["Statement"] for action in _list(statement["Action"])}
    assert {"s3:GetObject", "s3:PutObject", "s3:ListBucket"} <= actions


@pytest.mark.parametrize("name", ["redshift", "snowflake"])
def test_who_unloads_may_do_so_in_a_smoke_test(name: str) -> None:
    """And in marts only, not in what a smoke test lands."""
    policy = json.loads((ROOT / "deploy" / "aws" / f"{name}-unload-policy.json").read_text(encoding="utf-8"))
    lake = "arn:aws:s3:::my-bucket/headwater/production/"
    written = [r for s in policy["Statement"] if "s3:PutObject" in _list(s["Action"]) for r in _list(s["Resource"])]
    keys = ["marts/loads/1/a.parquet", "smoke/0a1b/marts/loads/1/a.parquet", "smoke/0a1b/log/a.json", "raw/a.json"]
    assert [any(_is_like(r, lake + key) for r in written) for key in keys] == [True, True, False, False]


def _is_like(pattern: str, resource: str) -> bool:
    """As IAM compares: * is any characters, also slashes."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), resource) is not None


def test_the_loader_creates_commits_and_replaces_none() -> None:
    policy = json.loads((ROOT / "deploy" / "aws" / "lake-write-policy.json").read_text(encoding="utf-8"))
    [deny] = [statement for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert (deny["Action"], deny["Condition"]) == ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}})
    lake = "arn:aws:s3:::my-bucket/headwater/production/"
    create_only = {"lake.json", "log/shop/orders/999999999998.json", "log/x/posts/999999000000.json"}
    rewritten = {
        "log/shop/orders/_seen.json",
        "log/shop/orders/_failed.json",
        "raw/shop/orders/load_seq=9/20260302T140509Z-9f3f1c1e-0001.json.gz",
        "state/x/posts/answers/9f3f1c1e.json",
        "marts/posts/_current.json",
    }
    denied = {key for key in create_only | rewritten if any(_is_like(r, lake + key) for r in deny["Resource"])}
    assert denied == create_only
    assert all(lake in resource for resource in deny["Resource"])


@pytest.mark.parametrize("name", ["publish", "redshift-unload", "snowflake-unload", "marts-read"])
def test_who_publishes_touches_nothing_that_was_loaded(name: str) -> None:
    policy = json.loads((ROOT / "deploy" / "aws" / f"{name}-policy.json").read_text(encoding="utf-8"))
    for statement in policy["Statement"]:
        places = [r for r in _list(statement["Resource"]) if "arn:aws:s3:::my-bucket/" in r]
        places += statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", [])
        allowed = r"headwater/production/(marts|exports|smoke/\*/marts)/\*$"
        assert all(re.search(allowed, place) for place in places), places
        if "unload" in name:
            assert not re.search("Delete|glue", json.dumps(statement["Action"]))
        if name == "marts-read":
            assert not re.search("Put|Delete|Create|Update", json.dumps(statement["Action"]))
