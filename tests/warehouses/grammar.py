"""Statements as the grammar of a warehouse takes them: sqlfluff knows those that no stand-in can run."""

from sqlfluff.core import Linter


def is_refused(statement: str, dialect: str) -> bool:
    """Whether any part of a statement does not fit the grammar."""
    parsed = Linter(dialect=dialect).parse_string(statement.rstrip().rstrip(";") + ";\n")
    return parsed.tree is None or bool(parsed.violations) or "unparsable" in parsed.tree.type_set()
