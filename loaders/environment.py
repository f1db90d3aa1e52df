"""`.env` and the names of settings: read strictly, since a setting that is lost sends data to the wrong place.

Format: `NAME=value` lines as python-dotenv reads them, https://saurabh-kumar.com/python-dotenv/. Where we differ: a
line that cannot be read is an error and not a warning, and a name is one that a shell takes, for `headwater env`.
"""

import os
import re
import stat
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

import click
import yaml
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from loaders.errors import ConfigurationError
from loaders.foreign import Secret, printable

EXAMPLE = Path(".env.example")
"""Describes every variable: the list of names there are."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_DESCRIBED = re.compile(r"^#? ?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
_SECRET = re.compile(r"TOKEN|SECRET|PASS|ACCESS_KEY_ID")


def without_secrets(text: str) -> str:
    """Somebody else's text as a message may have it, without any secret that the environment holds."""
    for name, value in os.environ.items():
        if len(value) > 3 and value.isprintable() and _SECRET.search(name):
            text = Secret(value).hidden(text)
    return printable(text)


def read_env(path: Path) -> dict[str, str]:
    """The settings in a file, none if it does not exist. Raises ConfigurationError, naming the line and no value."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}; .env.example shows what it may hold") from error
    for binding in parse_stream(StringIO(text)):
        text_of_it = binding.original.string  # with the blank lines before it
        line = binding.original.line + text_of_it[: len(text_of_it) - len(text_of_it.lstrip())].count("\n")
        if binding.error or (binding.key and binding.value is None):
            raise ConfigurationError(f"{path}, line {line}: cannot be read; expected NAME=value, quotes closed")
        if binding.key and not _NAME.fullmatch(binding.key):
            raise ConfigurationError(f"{path}, line {line}: not a name; expected letters, digits and underscores")
        if "\0" in (binding.value or ""):
            raise ConfigurationError(f"{path}, line {line}: {binding.key} has a NUL byte; expected text")
    values = {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value is not None}
    if path.stat().st_mode & stat.S_IROTH and any(value and _SECRET.search(name) for name, value in values.items()):
        click.echo(
            f"warning {path}: it holds a secret and everybody on this machine can read it; chmod 600 it", err=True
        )
    return values


def check_names(in_file: Iterable[str], sources: Iterable[tuple[str, str]]) -> None:
    """Refuses names that are nearly those of settings: what they set would go unheard.

    in_file: the names in `.env`; sources: (source, stream) of all that are declared, each of which has an address.
    """
    if not EXAMPLE.is_file():
        return
    known = {*_DESCRIBED.findall(EXAMPLE.read_text(encoding="utf-8"))}
    addresses = {f"{part}_URL".upper() for source, stream in sources for part in (source, f"{source}_{stream}")}
    known |= addresses
    for name in sorted({*in_file, *os.environ} - known):
        is_ours = name.startswith("HEADWATER_")
        if name in in_file or is_ours:
            near = get_close_matches(name, known, 1, 0.85)
        else:  # the environment has names of other programs
            near = get_close_matches(name, addresses, 1, 0.85)
        if near or is_ours:
            expected = near[0] if near else "a name that .env.example describes"
            raise ConfigurationError(f"{name} is set and nothing reads it; expected {expected}: rename or remove it")


def check_target(target: str) -> None:
    """Refuses a dbt target that the profile does not have, before anything is landed."""
    try:
        text = (Path(os.environ.get("DBT_PROFILES_DIR", ".")) / "profiles.yml").read_text(encoding="utf-8")
        targets = yaml.safe_load(text)["headwater"]["outputs"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return  # dbt reports what is wrong with it, and may find another
    if target and target not in targets:
        raise ConfigurationError(f"no target {target!r} in profiles.yml; expected one of {', '.join(targets)}")


def with_defaults(values: Mapping[str, str]) -> dict[str, str]:
    """Puts the settings of a file into the environment, which goes before them; gives back those that were taken."""
    taken = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(taken)
    return taken
