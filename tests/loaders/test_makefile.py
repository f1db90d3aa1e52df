"""What the Makefile promises without being asked for packages: environments that were moved, folders with any name, and
what reset removes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a set-up environment, some data, and a blank in its path."""
    place = tmp_path / "a clone"
    (place / ".venv").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "pyproject.toml", "profiles.example.yml"):
        shutil.copy(ROOT / name, place / name)
    for name in ("lake", "demo", "site", "target"):
        (place / name).mkdir()
    for name in ("headwater.duckdb", "profiles.yml", ".venv/headwater"):
        (place / name).write_text(f"{place}\n")
    return place


def make(place: Path, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    # within `make test` it would print the directories that it enters
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=place, input=answer, capture_output=True, text=True, check=False)


def test_an_environment_that_was_moved_or_copied_is_made_anew(clone: Path, tmp_path: Path) -> None:
    assert "rm -rf .venv" not in make(clone, "-n", "setup").stdout
    moved = clone.rename(tmp_path / "elsewhere")
    assert "rm -rf .venv" in make(moved, "-n", "setup").stdout


def test_the_project_may_be_in_a_folder_of_almost_any_name(clone: Path, tmp_path: Path) -> None:
    place = clone.rename(tmp_path / "a[1] b'xy*z #50%é &;(~)")
    assert make(place, "-n", "setup").returncode == 0
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=place, check=True)
    activated = '. .venv/bin/activate && printf %s "$VIRTUAL_ENV"'
    told = subprocess.run(["sh", "-c", activated], cwd=place, capture_output=True, text=True, check=True)
    assert told.stdout == f"{place}/.venv"
    assert make(place, "reset", "YES=1").returncode == 0
    assert not (place / "lake").exists()


@pytest.mark.parametrize("character", ["?", ":", '"', "`", "$", "\\"])
def test_a_folder_whose_name_would_be_misread_is_refused_in_a_line(clone: Path, character: str) -> None:
    place = clone.rename(clone.with_name(f"a{character}clone"))
    done = make(place, "setup")
    [line] = done.stdout.splitlines()
    assert line.startswith(f"{place}: DuckDB or the shell misreads ? : ")
    assert line.endswith("run make setup there")
    assert done.returncode != 0
    assert (place / ".venv").is_dir()


def test_reset_asks_before_it_removes(clone: Path) -> None:
    for answer in ("", "no\n"):
        done = make(clone, "reset", answer=answer)
        assert done.returncode != 0
        assert "nothing removed; make reset YES=1 does not ask" in done.stdout
        assert (clone / "lake").is_dir()
    assert make(clone, "reset", answer="yes\n").returncode == 0
    assert sorted(path.name for path in clone.iterdir()) == [
        ".venv",
        "Makefile",
        "profiles.example.yml",
        "profiles.yml",
        "pyproject.toml",
        "requirements.txt",
    ]


def test_reset_that_is_told_does_not_ask(clone: Path) -> None:
    assert make(clone, "reset", "YES=1").returncode == 0
    assert not (clone / "lake").exists()
