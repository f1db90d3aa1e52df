"""SUPER: navigation, unnesting and unpivoting (PartiQL), as PostgreSQL says them.

`t.value."a"[0]` is a navigation where `t` is an alias in scope, and schema, table and column elsewhere. So each query
level collects the aliases of its FROM before its expressions are read, and an inner query sees those of the outer.
"""

from dataclasses import dataclass, field

from tests.warehouses.standins.redshift_tokens import Text, UnsupportedSqlError

_SET_OPERATORS = ("union", "except", "intersect", "minus")
_AFTER_FROM = ("where", "group", "having", "order", "limit", "offset", "qualify", "window", "set", "when", "values")
_NO_ALIAS = (
    *_AFTER_FROM, *_SET_OPERATORS, "on", "using", "join", "inner", "left", "right", "full", "cross", "natural", "at",
    "as",
)  # fmt: skip
_NAMES_A_RELATION = ("table", "view", "exists", "into", "update", "only", "::")


@dataclass
class Scope:
    """What the names of one query level mean. aliases: whether each is a relation or a value that was unnested."""

    outer: "Scope | None"
    aliases: dict[str, str] = field(default_factory=dict)
    tables: list[tuple[str, ...]] = field(default_factory=list)

    def kind(self, name: str) -> str | None:
        return self.aliases.get(name) or (self.outer.kind(name) if self.outer else None)

    def table_prefix(self, names: tuple[str, ...]) -> int:
        """How many of the names spell a table of the FROM, with its schema; 0 for none."""
        here = max((len(t) for t in self.tables if len(t) > 1 and names[: len(t)] == t), default=0)
        return here or (self.outer.table_prefix(names) if self.outer else 0)

    def has_from(self) -> bool:
        return bool(self.aliases) or (self.outer is not None and self.outer.has_from())


@dataclass(frozen=True)
class Chain:
    """Names joined by dots, with subscripts: the tokens of its steps, and its last token."""

    steps: list[int]
    last: int


class Navigation:
    """Rewrites all SUPER syntax of one statement, and delimited names, which Redshift folds like any other.

    keep_identifiers, keep_attributes: whether the session keeps the case of delimited names, and of attributes.
    """

    def __init__(self, text: Text, *, keep_identifiers: bool, keep_attributes: bool) -> None:
        self.text = text
        self.keep_identifiers, self.keep_attributes = keep_identifiers, keep_attributes
        self.done: set[int] = set()
        self.replaced: set[int] = set()
        self.selected: set[int] = set()

    def rewrite(self) -> None:
        self._query(0, len(self.text.tokens), None)
        for i, token in enumerate(self.text.tokens):
            if token.kind == "quoted" and i not in self.replaced and self._name(i) != token.name:
                self.text.replace(i, i, self._column(i))

    def _query(self, low: int, high: int, outer: Scope | None) -> None:
        start = low
        for i in self.text.at_level(low, high):
            if self.text.is_(i, *_SET_OPERATORS, ";"):
                self._select(start, i, outer)
                start = i + 1
        self._select(start, high, outer)

    def _select(self, low: int, high: int, outer: Scope | None) -> None:
        scope = Scope(outer)
        self._collect(low, high, scope)
        self._name_columns(low, high)
        i = low
        while i < high:
            if self.text.is_(i, "(") and self._is_query(i + 1):
                end = self.text.partner[i]
                # the body of a common table expression does not see the FROM of the query that uses it
                self._query(i + 1, end, outer if self.text.is_(i - 1, "as") else scope)
                i = end + 1
            elif i not in self.done and self.text.is_name(i) and not self.text.is_(i - 1, "."):
                i = self._expression(i, scope)
            else:
                i += 1

    def _name_columns(self, low: int, high: int) -> None:
        """Notes the selected names, each of which gives its column the name of its last step."""
        for i in self.text.at_level(low, high):
            if self.text.is_(i, "from"):
                return
            if self.text.is_name(i) and self.text.is_(i - 1, ",", "select", "distinct", "all"):
                self.selected.add(i)

    def _is_query(self, i: int) -> bool:
        while self.text.is_(i, "("):
            i += 1
        return self.text.is_(i, "select", "with")

    def _collect(self, low: int, high: int, scope: Scope) -> None:
        in_from, cases = False, 0
        for i in self.text.at_level(low, high):
            if i in self.done:
                continue
            if self.text.is_(i, "case"):
                cases += 1
            elif cases:  # whose WHEN does not end a FROM, as that of a MERGE does
                cases -= self.text.is_(i, "end")
            elif self.text.is_(i, "from") and not self.text.is_(i - 1, "distinct"):
                in_from = True
                self._item(i + 1, scope)
            elif self.text.is_(i, *_AFTER_FROM):
                in_from = False
            elif (in_from and self.text.is_(i, ",", "join")) or self.text.is_(i, "update", "into"):
                self._item(i + 1, scope)
            elif self.text.is_(i, "using") and self.text.is_(low, "merge", "delete"):
                in_from = True
                self._item(i + 1, scope)

    def _item(self, i: int, scope: Scope) -> None:
        """One item of a FROM: notes its alias, and rewrites it where it is an array or an object."""
        text = self.text
        first, unpivot = i, text.is_(i, "unpivot")
        i += unpivot
        chain = None
        if text.is_(i, "("):
            last = text.partner[i]
        elif text.is_name(i) and not text.is_(i, "set"):
            chain = self._chain(i)
            last = text.partner[chain.last + 1] if text.is_(chain.last + 1, "(") else chain.last
        else:
            return
        alias = last + 1 + text.is_(last + 1, "as")
        if not text.is_name(alias) or text.is_(alias, *_NO_ALIAS):
            alias = -1
        if chain is None or last != chain.last:
            if alias > 0:
                scope.aliases[self._name(alias)] = "relation"
            elif chain is None and self._is_query(i + 1):
                raise UnsupportedSqlError(f"subquery in FROM must have an alias: {text.raw(i, last)[:120]}")
            return
        names = tuple(self._name(step) for step in chain.steps)
        kind = scope.kind(names[0])
        if unpivot or (kind and len(names) > 1) or kind == "value":
            self._unnest(first, chain, alias, scope, unpivot=unpivot)
            return
        scope.tables.append(names)
        scope.aliases[self._name(alias) if alias > 0 else names[-1]] = "relation"
        self.done.update(range(first, chain.last + 1))

    def _unnest(self, first: int, chain: Chain, alias: int, scope: Scope, *, unpivot: bool) -> None:
        text = self.text
        if alias < 0:
            raise UnsupportedSqlError(f"give the unnested value an alias: {text.raw(first, chain.last)}")
        value, last = self._column(alias), alias
        columns, function = value, "super_pairs" if unpivot else "super_elements"
        if text.is_(alias + 1, "at"):
            last = alias + 2
            columns, function = f"{value}, {self._column(last)}", f"{function}_at"
        source = self._navigated(chain, scope) or ".".join(self._column(step) for step in chain.steps)
        text.replace(first, last, f"lateral {function}({source}) as {value}({columns})")
        scope.aliases[self._name(alias)] = "value"
        self.done.update(range(first, last + 1))
        self.replaced.update(range(first, last + 1))

    def _expression(self, i: int, scope: Scope) -> int:
        """Rewrites the navigation that starts at a name, if it is one; the token after it."""
        text = self.text
        chain = self._chain(i)
        if chain.last == i or text.is_(chain.last + 1, "(") or text.is_(i - 1, *_NAMES_A_RELATION):
            return chain.last + 1
        if text.is_(chain.last + 1, ".") or text.is_(i, "array"):
            return chain.last + 1
        navigated = self._navigated(chain, scope)
        if navigated:
            named = i in self.selected and text.is_(chain.last + 1, ",", "from", ")") and text.is_name(chain.steps[-1])
            name = f" as {self._column(chain.steps[-1])}" if named else ""
            text.replace(i, chain.last, navigated + name)
            self.replaced.update(range(i, chain.last + 1))
        return chain.last + 1

    def _chain(self, i: int) -> Chain:
        text, steps = self.text, [i]
        while True:
            if text.is_(i + 1, ".") and text.is_name(i + 2):
                i += 2
                steps.append(i)
            elif text.is_(i + 1, "[") and text.partner[i + 1] == i + 3 and text.tokens[i + 2].kind == "number":
                steps.append(i + 2)
                i += 3
            else:
                return Chain(steps, i)

    def _navigated(self, chain: Chain, scope: Scope) -> str | None:
        """The value a chain leads to; None where it is no more than a column."""
        text, steps = self.text, chain.steps
        count = next((n for n, step in enumerate(steps) if text.tokens[step].kind == "number"), len(steps))
        names = tuple(self._name(step) for step in steps[:count])
        kind = scope.kind(names[0])
        if kind == "value":
            base, rest = f"{self._column(steps[0])}.{self._column(steps[0])}", steps[1:]
        else:
            if kind == "relation" and count > 1:
                width = 2
            elif prefix := scope.table_prefix(names):
                width = min(prefix + 1, count)
            elif scope.has_from():
                width = 1  # a column without its table
            else:
                return None
            base, rest = ".".join(self._column(step) for step in steps[:width]), steps[width:]
        if not rest:
            return None if kind != "value" else base
        return f"cast(({base}{''.join(f' -> {self._attribute(step)}' for step in rest)}) as super)"

    def _column(self, step: int) -> str:
        if self.text.tokens[step].kind != "quoted":
            return self.text.raw(step, step)
        return '"' + self._name(step).replace('"', '""') + '"'

    def _name(self, i: int) -> str:
        token = self.text.tokens[i]
        return token.name if token.kind == "quoted" and self.keep_identifiers else token.name.lower()

    def _attribute(self, step: int) -> str:
        token = self.text.tokens[step]
        if token.kind == "number":
            return token.name
        keep = self.keep_attributes or (token.kind == "quoted" and self.keep_identifiers)
        name = token.name if token.kind == "quoted" else self.text.raw(step, step)
        return literal(name if keep else name.lower())


def literal(text: str) -> str:
    """A text as Redshift and PostgreSQL 8 quote it, where a backslash escapes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
