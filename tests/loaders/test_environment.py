"""`.env`, and names and addresses that a user may mistype: one line and an exit status, before anything is landed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from loaders.environment import read_env
from loaders.errors import ConfigurationError

Headwater = Callable[..., Result]

EXAMPLE = "# HEADWATER_LAKE=lake\n# HEADWATER_TARGET=local\n# HEADWATER_USER=\n# HEADWATER_BUCKET=\n"
EXAMPLE += "# HEADWATER_HTTPFS=httpfs\n# X_BEARER_TOKEN=\n"
PROFILES = "headwater:\n  outputs:\n    local: {type: duckdb}\n    s3: {type: duckdb}\n"


@pytest.fixture
def env(tmp_path: Path) -> Callable[[str | bytes], dict[str, str]]:
    def read(text: str | bytes) -> dict[str, str]:
        path = tmp_path / ".env"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(0o600)
        return read_env(path)

    return read


@pytest.fixture
def described(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that describes its variables, and has a profile."""
    (project / ".env.example").write_text(EXAMPLE)
    (project / "profiles.yml").write_text(PROFILES)
    taken = ("HEADWATER_TARGT", "HEADWATER_SPEED", "SHOP_URLS", "SHOP_ODERS_URL", "X_BEARER_TOKEN", "X_BEARER_TOKENS")
    for name in (*taken, "HEADWATER_DUCKDB", "HEADWATER_TARGET", "HEADWATER_HTTPFS", "DBT_PROFILES_DIR"):
        monkeypatch.setenv(name, "")  # so that what `.env` sets is taken back
        monkeypatch.delenv(name)
    return project


def error(result: Result) -> str:
    assert result.exit_code == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line.removeprefix("Error: ")


def test_values_are_read(env: Callable[[str], dict[str, str]]) -> None:
    assert env("\n# a comment\nexport A=1\n\nB='two words'\nC=\"x\\ny\"\nD=\n") == {
        "A": "1",
        "B": "two words",
        "C": "x\ny",
        "D": "",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\n\nA1;touch${IFS}x;B=1\n", ".env, line 3: not a name; expected letters, digits and underscores"),
        ("$(id)=1\n", ".env, line 1: not a name; expected letters, digits and underscores"),
        ("caf\u00e9=1\n", ".env, line 1: not a name; expected letters, digits and underscores"),
        ("A=1\nHEADWATER_LAKE 's3://b/p'\n", ".env, line 2: cannot be read; expected NAME=value, quotes closed"),
        ("HEADWATER_LAKE\n", ".env, line 1: cannot be read; expected NAME=value, quotes closed"),
        ("A='1\nHEADWATER_LAKE=s3://b/p\n", ".env, line 1: cannot be read; expected NAME=value, quotes closed"),
        ("A=secret\0\n", ".env, line 1: A has a NUL byte; expected text"),
    ],
)
def test_a_line_that_cannot_be_used_is_an_error(
    env: Callable[[str], dict[str, str]], tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        env(text)
    assert str(raised.value) == f"{tmp_path}/{message}"


def test_no_name_reaches_a_shell_as_a_command(described: Path, headwater: Headwater) -> None:
    (described / ".env").write_text("A1;touch${IFS}x;B=1\n")
    assert error(headwater("env")) == ".env, line 1: not a name; expected letters, digits and underscores"


def test_a_secret_that_all_can_read_is_a_warning(
    described: Path, headwater: Headwater, capsys: pytest.CaptureFixture[str]
) -> None:
    (described / ".env").write_text("X_BEARER_TOKEN=abc\n")
    (described / ".env").chmod(0o644)
    result = headwater("env")
    assert result.stderr == (
        "warning .env: it holds a secret and everybody on this machine can read it; chmod 600 it\n"
    )
    (described / ".env").chmod(0o640)
    assert headwater("env").stderr == ""
    (described / ".env").write_text("HEADWATER_LAKE=lake\nX_BEARER_TOKEN=\n")
    (described / ".env").chmod(0o644)
    assert headwater("env").stderr == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HEADWATER_TARGT", "HEADWATER_TARGET"),
        ("HEADWATER_SPEED", "a name that .env.example describes"),
        ("SHOP_URLS", "SHOP_URL"),
        ("SHOP_ODERS_URL", "SHOP_ORDERS_URL"),
    ],
)
def test_a_name_that_nothing_reads_is_an_error(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    message = f"{name} is set and nothing reads it; expected {expected}: rename or remove it"
    monkeypatch.setenv(name, "x")
    assert error(headwater("load")) == message
    monkeypatch.delenv(name)
    (described / ".env").write_text(f"{name}=x\n")
    assert error(headwater("load")) == message
    assert not (described / "lake").exists()


def test_names_of_other_programs_are_left_alone(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "AWS_ENDPOINT_URL_S3", "X_BEARER_TOKENS"):
        monkeypatch.setenv(name, "")
    assert headwater("load").exit_code == 0
    (described / ".env").write_text("X_BEARER_TOKENS=x\n")
    (described / ".env").chmod(0o600)
    assert error(headwater("load")).startswith("X_BEARER_TOKENS is set and nothing reads it; expected X_BEARER_TOKEN:")


def test_a_remote_target_without_a_bucket_is_an_error(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    (described / ".env").write_text("HEADWATER_TARGET=s3\n")
    assert error(headwater("load")) == (
        "HEADWATER_TARGET=s3 reads the lake from a bucket, and it is 'lake'; "
        "set HEADWATER_BUCKET, or HEADWATER_LAKE=s3://bucket/prefix"
    )
    assert not (described / "lake").exists()


def test_an_unknown_target_is_an_error_before_anything_is_landed(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_TARGET", "snowflak")
    assert error(headwater("load")) == "no target 'snowflak' in profiles.yml; expected one of local, s3"
    assert not (described / "lake").exists()


@pytest.mark.parametrize("url", ["s3:/bucket/lake", "s3://", "s3:///lake", "S3:/bucket", "file:/tmp/lake"])
def test_an_address_with_a_slip_is_an_error(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HEADWATER_LAKE", url)
    assert error(headwater("load")) == (f"cannot open {url!r}: expected s3://bucket/prefix or the path of a directory")
    assert [path.name for path in described.iterdir() if path.name.lower().startswith(("s3", "file"))] == []


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("LAKE=s3://b/a?b", "a `?`, behind which DuckDB reads options; expected s3://bucket/prefix"),
        ("DUCKDB=a/b#c/w.duckdb", "a `#`, where dbt ends the path; expected a path without one, such as headwater"),
        ("DUCKDB=a/what?.duckdb", "a `?`, where dbt ends the path; expected a path without one, such as headwater"),
    ],
)
def test_a_path_that_the_warehouse_would_read_otherwise_is_an_error(
    described: Path, headwater: Headwater, monkeypatch: pytest.MonkeyPatch, setting: str, why: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(f"HEADWATER_{name}", value)
    assert error(headwater("load")).startswith(f"HEADWATER_{setting} has {why}")
    monkeypatch.setenv(f"HEADWATER_{name}", "a[b] 'c'*%/w.duckdb")
    assert headwater("env").exit_code == 0
