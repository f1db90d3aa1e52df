"""Statements as the grammar of a warehouse takes them: sqlfluff knows those that no stand-in can run."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import compress, repeat
from multiprocessing import get_context

from sqlfluff.core import FluffConfig, Linter


def is_refused(statement: str, dialect: str) -> bool:
    """Whether any part of a statement does not fit the grammar."""
    # the linter's own limit is against hostile SQL: a union over all streams has more nodes
    config = FluffConfig(overrides={"dialect": dialect, "max_parse_nodes": 0})
    parsed = Linter(config=config).parse_string(statement.rstrip().rstrip(";") + ";\n")
    # where nothing could be made of it there are violations, and to ask for its tree is an error
    return bool(parsed.violations) or parsed.tree is None or "unparsable" in parsed.tree.type_set()


def refused(statements: Sequence[str], dialect: str) -> list[str]:
    """Those of them that are refused. Two processes: the parser takes most of a minute for all models."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(compress(statements, pool.map(is_refused, statements, repeat(dialect), chunksize=4)))
