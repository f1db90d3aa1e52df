"""Redshift's SQL as PostgreSQL's, one statement at a time."""

from functools import lru_cache

from tests.warehouses.standins.redshift_expressions import rewrite_expressions
from tests.warehouses.standins.redshift_statements import rewrite_statement
from tests.warehouses.standins.redshift_super import Navigation
from tests.warehouses.standins.redshift_tokens import Text


@lru_cache(maxsize=4096)
def translate(sql: str, *, keep_identifiers: bool = False, keep_attributes: bool = False) -> str:
    """The statement for PostgreSQL; the same text where there is nothing to translate.

    keep_identifiers, keep_attributes: the session's enable_case_sensitive_identifier and …_super_attribute; while
    they are off, delimited names and attributes of SUPER are read in lower case.
    Raises UnsupportedSqlError.
    """
    text = Text(sql)
    if not text.tokens:
        return sql
    whole = rewrite_statement(text)
    if whole is not None:
        return whole
    Navigation(text, keep_identifiers=keep_identifiers, keep_attributes=keep_attributes).rewrite()
    rewrite_expressions(text)
    return text.edited()
