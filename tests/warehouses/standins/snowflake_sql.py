"""What fakesnow would answer wrongly, rewritten before it sees the statement: casts, variants, regular expressions."""

from collections.abc import Callable
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from tests.warehouses.standins.snowflake_macros import HOME

LONGEST_LIST = 16_384
Type = exp.DataType.Type
TEXTS = {Type.VARCHAR, Type.TEXT, Type.NVARCHAR, Type.CHAR, Type.NCHAR}
WALL_CLOCKS = {Type.TIMESTAMP, Type.TIMESTAMPNTZ, Type.DATETIME}
MOMENTS = {Type.TIMESTAMPTZ, Type.TIMESTAMPLTZ}
VARIANTS = {Type.VARIANT, Type.OBJECT, Type.ARRAY, Type.JSON}
SURELY_TEXT = (exp.MD5, exp.Concat, exp.DPipe, exp.Trim, exp.Upper, exp.Lower, exp.Replace, exp.SplitPart)
WANT_TEXT = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Like, exp.ILike),
    *(exp.Length, exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace, exp.Substring, exp.Left, exp.Right),
)


def translate(statement: exp.Expr) -> exp.Expr:
    """The statement with each node replaced that has a rule below; inner nodes first, so that rules see the outcome."""
    for node in reversed(list(statement.bfs())):
        rule = next((RULES[kind] for kind in type(node).__mro__ if kind in RULES), None)
        if rule and (new := rule(node)) is not node:
            if node is statement:
                statement = new
            else:
                node.replace(new)
    return statement


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of one of our macros."""
    return exp.Anonymous(this=f"{HOME}{name}", expressions=list(arguments))


def is_text(node: exp.Expr) -> bool:
    """Whether this can be nothing but text: saves the question of what it is, which repeats the expression."""
    made_text = isinstance(node, exp.Anonymous) and node.name.endswith(("sf_text", "json_extract_string"))
    cast_to_text = isinstance(node, exp.Cast) and node.to.this in TEXTS
    return (
        made_text or cast_to_text or isinstance(node, SURELY_TEXT) or (isinstance(node, exp.Literal) and node.is_string)
    )


def is_variant(node: exp.Expr) -> bool:
    """Whether this is a variant by its form, so that a cast of it reads its text."""
    return isinstance(node.unnest(), (exp.JSONExtract, exp.ParseJSON)) or (
        isinstance(node, exp.Anonymous) and node.name.endswith(("parse_json", "sf_to_variant"))
    )


def may_be_variant(node: exp.Expr) -> bool:
    return is_variant(node) or isinstance(node, (exp.Column, exp.Coalesce, exp.Case, exp.If))


def text_of(node: exp.Expr) -> exp.Expr:
    """The text of a variant or of any other value, as ::varchar gives it."""
    if is_text(node):
        return node
    if isinstance(extract := node.unnest(), exp.JSONExtract):
        return exp.Anonymous(this="json_extract_string", expressions=[extract.this, extract.expression])
    return call("sf_text", node)


def cast(node: exp.Cast) -> exp.Expr:  # noqa: PLR0911
    """Casts from text and from variants follow Snowflake's rules, not DuckDB's."""
    wanted, safe, this = node.to.this, isinstance(node, exp.TryCast), node.this
    if wanted in TEXTS:
        text = sized(node) if node.to.expressions else text_of(this)
        return exp.Cast(this=text, to=node.to)
    if wanted == Type.BOOLEAN:
        return boolean(node)
    if wanted in WALL_CLOCKS:
        return call("sf_try_timestamp" if safe else "sf_timestamp", text_of_moment(this))
    if wanted in VARIANTS:
        return node if isinstance(this, exp.Null) else call("sf_item", this)
    if safe:
        return try_cast(node)
    if may_be_variant(this) and wanted not in {Type.BINARY, Type.VARBINARY}:
        return from_variant(node)
    return node


def sized(node: exp.Cast) -> exp.Expr:
    """A text of this size. One that is too long is an error, and TRY_CAST makes it null."""
    fitting = "sf_try_fitting" if isinstance(node, exp.TryCast) else "sf_fitting"
    return call(fitting, text_of(node.this), node.to.expressions[0].this.copy())


def text_of_moment(node: exp.Expr) -> exp.Expr:
    """Text that says all there is of a moment: Snowflake's output format stops at milliseconds."""
    return text_of(node) if is_variant(node) or is_text(node) else call("sf_full_text", node)


def try_cast(node: exp.Cast) -> exp.Expr:
    text, wanted = text_of(node.this), node.to.this
    if wanted == Type.DATE:
        return call("sf_try_date", text)
    if wanted in MOMENTS:
        return call("sf_try_timestamptz", text)
    return exp.TryCast(this=call("sf_number", text), to=node.to)


def from_variant(node: exp.Cast) -> exp.Expr:
    """A cast of what is, or may be, a variant: by its text if it is one."""
    by_text = exp.Cast(this=text_of(node.this), to=node.to)
    if is_variant(node.this):
        return by_text
    is_json = exp.EQ(
        this=exp.Anonymous(this="typeof", expressions=[node.this.copy()]), expression=exp.Literal.string("JSON")
    )
    return exp.Case(ifs=[exp.If(this=is_json, true=by_text)], default=node.copy())


def boolean(node: exp.Expr) -> exp.Expr:
    if node.args.get("safe") or isinstance(node, exp.TryCast):
        return call("sf_try_boolean", text_of(node.this))
    return call("sf_boolean", node.this)


def table_function(node: exp.Expr) -> exp.Expr:
    """LATERAL FLATTEN and TABLE(FLATTEN()), with RECURSIVE and OUTER."""
    explode = node.this
    if not isinstance(explode, exp.Explode):
        return node
    arguments: dict[str, exp.Expr] = {"input": explode.this}
    for argument in (explode.this, *explode.expressions):
        if isinstance(argument, exp.Kwarg):
            arguments[argument.this.name.lower()] = argument.expression
    on = {name for name, value in arguments.items() if isinstance(value, exp.Boolean) and value.this}
    if set(arguments) - {"input", "recursive", "outer", "mode"} or on == {"recursive", "outer"}:
        raise NotImplementedError(f"flatten with {', '.join(arguments)}")
    name = "_".join(["sf_flatten", *sorted(on)])
    alias = node.args.get("alias")
    named = exp.TableAlias(this=alias.this) if alias and alias.this else None
    return exp.Table(this=call(name, arguments["input"]), alias=named)


def json_object(node: exp.JSONObject) -> exp.Expr:
    """OBJECT_CONSTRUCT_KEEP_NULL: Snowflake orders an object by its keys."""
    pairs = node.expressions
    if not all(isinstance(pair, exp.JSONKeyValue) and pair.this.is_string for pair in pairs):
        return node
    flat = [
        part for pair in sorted(pairs, key=lambda pair: str(pair.this.name)) for part in (pair.this, pair.expression)
    ]
    return exp.Anonymous(this="json_object", expressions=flat)


def compact(node: exp.ArrayConstructCompact) -> exp.Expr:
    return call("sf_array_compact", exp.Array(expressions=[call("sf_item", item) for item in node.expressions]))


def concatenated(node: exp.ArrayConcat) -> exp.Expr:
    result: exp.Expr = node.this
    for other in node.expressions:
        result = call("sf_array_cat", result, other)
    return result


def trim(node: exp.Trim) -> exp.Expr:
    node.set("this", text_of(node.this))  # fakesnow does so too, but drops the characters to trim
    return node


def listagg(node: exp.GroupConcat) -> exp.Expr:
    """Of nothing it is the empty text."""
    if isinstance(node.parent, exp.Window):
        return node
    return exp.Coalesce(this=node.copy(), expressions=[exp.Literal.string("")])


def truncated(node: exp.TimestampTrunc) -> exp.Expr:
    """A date stays a date. Of a column this cannot be seen: see the holes."""
    of_date = isinstance(node.this, (exp.Cast, exp.TsOrDsToDate)) and node.this.is_type(Type.DATE)
    return exp.cast(node.copy(), Type.DATE) if of_date else node


def extracted(node: exp.JSONExtract) -> exp.Expr:
    """A variant is read as its text where a text is wanted."""
    return text_of(node) if isinstance(node.parent, (*SURELY_TEXT, *WANT_TEXT)) else node


def in_list(node: exp.In) -> exp.Expr:
    if (count := len(node.expressions)) > LONGEST_LIST:
        message = f"maximum number of expressions in a list exceeded, expected at most {LONGEST_LIST:,}, got {count:,}"
        raise ProgrammingError(msg=message, errno=1795, sqlstate="54000")
    return node


def substring(node: exp.RegexpExtract) -> exp.Expr:
    return node if node.args.get("position") else call("sf_regexp_substr", node.this, node.expression)


def named_function(node: exp.Anonymous) -> exp.Expr:
    arguments = node.expressions
    match node.name.lower():
        case "try_to_timestamp_ntz" | "try_to_timestamp" if len(arguments) == 1:
            return call("sf_try_timestamp", text_of_moment(arguments[0]))
        case "to_timestamp_ntz" | "to_timestamp" if len(arguments) == 1:
            return call("sf_timestamp", text_of_moment(arguments[0]))
        case "to_timestamp_tz" if len(arguments) == 1:
            return exp.cast(text_of(arguments[0]), Type.TIMESTAMPTZ)
        case "try_to_timestamp_tz" if len(arguments) == 1:
            return call("sf_try_timestamptz", text_of(arguments[0]))
        case "is_object":
            return call("sf_is_object", *arguments)
    return node


RULES: dict[type[Any], Callable[[Any], exp.Expr]] = {
    exp.Cast: cast,
    exp.In: in_list,
    exp.ToBoolean: boolean,
    exp.ParseJSON: lambda n: call("sf_try_parse_json" if n.args.get("safe") else "sf_parse_json", text_of(n.this)),
    # how a literal of digits is parsed; numbers count from 1970, by their size in seconds down to nanoseconds
    exp.UnixToTime: lambda n: n if n.args.get("scale") else call("sf_timestamp", text_of_moment(n.this)),
    exp.JSONExtract: extracted,
    exp.Typeof: lambda n: call("sf_typeof", n.this),
    exp.JSONFormat: lambda n: call("sf_to_json", n.this),
    exp.ByteLength: lambda n: exp.Anonymous(this="strlen", expressions=[text_of(n.this)]),
    exp.RegexpExtract: substring,
    exp.TimestampTrunc: truncated,
    exp.DateTrunc: truncated,
    exp.Lateral: table_function,
    exp.TableFromRows: table_function,
    exp.JSONObject: json_object,
    exp.ArrayConstructCompact: compact,
    exp.Array: lambda n: exp.Anonymous(this="json_array", expressions=n.expressions),
    exp.ArrayConcat: concatenated,
    exp.Trim: trim,
    exp.GroupConcat: listagg,
    exp.Anonymous: named_function,
}
