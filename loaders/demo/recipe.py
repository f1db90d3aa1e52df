"""What the demo data of a directory was made of, so that no second history is put on top of it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loaders.errors import ConfigurationError

RECIPE = Path("demo/recipe.json")
"""Beside the drops, not in one of them."""


def settle(asked: Mapping[str, Any], defaults: Mapping[str, Any], is_loaded: Callable[[], bool]) -> dict[str, Any]:
    """The options to make demo data with, written down before any is made.

    asked: the options that were given, None where one was not: it is as it was the last time, at first the default.
    is_loaded: whether the lake has data of the demo's streams. Raises ConfigurationError where an option differs from
    what is there, and where there is no telling.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    if RECIPE.exists():
        made: dict[str, Any] = _read()
        if other := [f"--{name} {made[name]}" for name in given if name in made and made[name] != given[name]]:
            wanted = [f"--{name} {given[name]}" for name in given if made.get(name) != given[name]]
            raise ConfigurationError(
                f"{RECIPE.parent}/ was made with {' '.join(other)}, and {' '.join(wanted)} would mix two histories; "
                "leave it out to make the same again, or forget demo data, lake and warehouse with `make reset`"
            )
        return {**defaults, **made}
    if is_loaded():
        raise ConfigurationError(
            f"the lake has data of these sources already, and no {RECIPE} says of which demo; "
            "forget lake and warehouse with `make reset`, or make the demo elsewhere with --to"
        )
    recipe = {**defaults, **given}
    RECIPE.parent.mkdir(parents=True, exist_ok=True)
    RECIPE.write_text(json.dumps(recipe) + "\n")
    return recipe


def _read() -> dict[str, Any]:
    try:
        made = json.loads(RECIPE.read_text())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{RECIPE} cannot be read; expected JSON; `make reset` forgets the demo") from error
    if not isinstance(made, dict):
        raise ConfigurationError(f"{RECIPE} is no JSON object; `make reset` forgets the demo")
    return made
