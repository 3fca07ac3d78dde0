"""Conditions that people write and controls change: taken apart, and put together again.

A condition that controls can show is a ``Test``; whatever else stands in it is kept as it is, as a ``Raw``. What is read
and written again means the same: a tree that is not sure of that is not taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from gristmill.errors import ParameterError, Problem
from gristmill.lineage import DIALECT, parse
from gristmill.scalars import literal_of, typed
from gristmill.template import Template

NUMBER, TEXT, TRUTH, DATE, TIMESTAMP = "number", "text", "truth", "date", "timestamp"
UNKNOWN = {"null": "is null", "not null": "is not null"}
RANGES = (">=", "<=", "between", ">", "<", "=", "<>", *UNKNOWN)
OPERATORS = {
    NUMBER: RANGES,
    DATE: RANGES,
    TIMESTAMP: RANGES,
    TEXT: ("in", "not in", "contains", "not contains", *UNKNOWN),
    TRUTH: ("true", "false", *UNKNOWN),
}
"""What can be asked of a column, by its kind."""
_COMPARED: dict[type[exp.Expr], tuple[str, str]] = {
    exp.GTE: (">=", "<="),
    exp.LTE: ("<=", ">="),
    exp.GT: (">", "<"),
    exp.LT: ("<", ">"),
    exp.EQ: ("=", "="),
    exp.NEQ: ("<>", "<>"),
}
"""How a comparison reads with the column first, and how with the column last."""
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Test:
    """What is asked of one column; values are text, as they are typed."""

    __test__ = False
    column: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """SQL that no control shows."""

    sql: str


@dataclass(frozen=True)
class Group:
    """Parts that all hold (``and``) or of which one does (``or``)."""

    how: str
    parts: tuple[Part, ...] = ()


Part = Test | Raw | Group


def kind_of(type_: str) -> str | None:
    """The kind of a column by the engine's name of its type; None for lists and what else no control shows."""
    name = type_.upper().partition("(")[0]
    if name in ("BOOLEAN", "VARCHAR", "DATE"):
        return {"BOOLEAN": TRUTH, "VARCHAR": TEXT, "DATE": DATE}[name]
    if name.startswith("TIMESTAMP"):
        return TIMESTAMP
    return (
        NUMBER
        if name in ("DECIMAL", "DOUBLE", "FLOAT", "REAL") or name.endswith("INT") or name == "INTEGER"
        else None
    )


# -- tree to text -----------------------------------------------------------------------------------


def where(part: Part, kinds: Mapping[str, str]) -> str:
    """The condition as SQL, one part of the outermost group a line; empty when there is none.

    Raises ParameterError with everything that is wrong: unknown columns, values of another kind.
    """
    problems: list[Problem] = []
    text = _written(part, kinds, problems, "\n")
    if problems:
        raise ParameterError(problems)
    return text


def _written(part: Part, kinds: Mapping[str, str], problems: list[Problem], gap: str) -> str:
    if isinstance(part, Raw):
        return part.sql.strip()
    if isinstance(part, Test):
        return _test(part, kinds, problems)
    if part.how not in ("and", "or"):
        problems.append(Problem(f"{part.how!r} joins no conditions.", expected="Expected and, or or."))
    found = [(one, _written(one, kinds, problems, " ")) for one in part.parts]
    kept = [(one, text) for one, text in found if text]
    if len(kept) == 1:
        return kept[0][1]
    return f"{gap}{part.how} ".join(text if isinstance(one, Test) else f"({text})" for one, text in kept)


def _test(test: Test, kinds: Mapping[str, str], problems: list[Problem]) -> str:
    kind = kinds.get(test.column)
    if kind is None or test.op not in OPERATORS[kind]:
        what = (
            f"There is no column {test.column!r}."
            if kind is None
            else f"{test.op!r} cannot be asked of {test.column}."
        )
        problems.append(
            Problem(what, expected=f"Expected one of {', '.join(OPERATORS[kind])}." if kind else None)
        )
        return ""
    name = _name(test.column)
    if test.op in UNKNOWN:
        return f"{name} {UNKNOWN[test.op]}"
    if kind == TRUTH:
        return name if test.op == "true" else f"not {name}"
    need = 2 if test.op == "between" else 1
    given = [value for value in test.values if value.strip()] if kind != TEXT else list(test.values)
    if len(given) < need or (len(given) > need and test.op not in ("in", "not in")):
        problems.append(
            Problem(f"{test.column} {test.op} has {len(given)} values.", expected=f"Expected {need}.")
        )
        return ""
    if kind == TEXT:
        return _text_test(name, test.op, [literal_of(value) for value in given])
    try:
        values = [_literal(kind, value) for value in given]
    except ValueError as error:
        problems.append(Problem(f"{test.column} {test.op} {' and '.join(given)} does not fit: {error}"))
        return ""
    left = f"cast({name} as date)" if kind == TIMESTAMP else name
    return f"{left} {test.op} {' and '.join(values)}"


def _text_test(name: str, op: str, values: Sequence[str]) -> str:
    if op.endswith("contains"):
        return f"{'not ' if op.startswith('not') else ''}contains(lower({name}), lower({values[0]}))"
    if len(values) == 1:
        return f"{name} {'=' if op == 'in' else '<>'} {values[0]}"
    return f"{name} {op} ({', '.join(values)})"


def _literal(kind: str, value: str) -> str:
    if kind != NUMBER:
        return f"date {literal_of(typed('date', value))}"
    try:
        number = Decimal(value.strip().replace(",", ""))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError("Expected a number.")
    return format(number, "f")


def _name(column: str) -> str:
    if _PLAIN_NAME.fullmatch(column) and column.upper() not in DuckDB.Tokenizer.KEYWORDS:
        return column
    return '"' + column.replace('"', '""') + '"'


# -- text to tree -----------------------------------------------------------------------------------


def tree(text: str, kinds: Mapping[str, str]) -> Group:
    """The condition as a tree. Raises ParameterError for text that is no condition."""
    if not text.strip():
        return Group("and")
    try:
        found = sqlglot.parse(f"select 1 from t where {text}\n", dialect=DIALECT)
    except SqlglotError as error:
        first = (getattr(error, "errors", None) or [{}])[0]
        said = str(first.get("description") or error).partition("\n")[0].rstrip(".")
        near = first.get("highlight")
        raise ParameterError(
            Problem(f"The condition cannot be read: {said}{f' near {near!r}' if near else ''}.")
        ) from error
    select = found[0]
    clauses = (
        {name for name, value in select.args.items() if value} if isinstance(select, exp.Select) else set()
    )
    if len(found) != 1 or not {"where"} <= clauses <= {"expressions", "from_", "where"}:
        raise ParameterError(Problem("The condition is no single expression."))
    whole = select.args["where"].this.unnest()  # type: ignore[union-attr]  # a WHERE is there
    part = _read(whole, kinds) if _is_kept(whole) else Raw(text.strip())
    return part if isinstance(part, Group) else Group("and", (part,))


def _is_kept(node: exp.Expr) -> bool:
    """True when what is written of it reads as the same again."""
    try:
        return bool(sqlglot.parse_one(node.sql(dialect=DIALECT), dialect=DIALECT).unnest() == node)
    except SqlglotError:
        return False


def _read(node: exp.Expr, kinds: Mapping[str, str]) -> Part:
    for type_, how in ((exp.And, "and"), (exp.Or, "or")):
        if isinstance(node, type_):
            sides = [_read(side.unnest(), kinds) for side in (node.left, node.right)]
            flat = [one.parts if isinstance(one, Group) and one.how == how else (one,) for one in sides]
            return Group(how, tuple(part for parts in flat for part in parts))
    found = _tested(node, kinds)
    return Raw(node.sql(dialect=DIALECT)) if found is None else found


def _tested(node: exp.Expr, kinds: Mapping[str, str]) -> Test | None:
    if isinstance(node, exp.Not):
        inner = _tested(node.this.unnest(), kinds)
        opposite = {"null": "not null", "contains": "not contains", "in": "not in"}
        if isinstance(node.this, exp.Column):
            # `is not true` holds for what is unknown too, so it is not taken for this.
            opposite["true"] = "false"
        return replace(inner, op=opposite[inner.op]) if inner and inner.op in opposite else None
    column, is_day = _column(node.this, kinds)
    if isinstance(node, exp.Column):
        column, _ = _column(node, kinds)
        return Test(column, "true") if column and kinds[column] == TRUTH else None
    if isinstance(node, exp.Is) and column and not is_day:
        if isinstance(node.expression, exp.Null):
            return Test(column, "null")
        if isinstance(node.expression, exp.Boolean) and kinds[column] == TRUTH:
            return Test(column, "true" if node.expression.this else "false")
    if (
        isinstance(node, exp.Contains)
        and isinstance(node.this, exp.Lower)
        and isinstance(node.expression, exp.Lower)
    ):
        column, _ = _column(node.this.this, kinds)
        value = _value(node.expression.this, TEXT)
        return (
            Test(column, "contains", (value,))
            if column and kinds[column] == TEXT and value is not None
            else None
        )
    if isinstance(node, exp.In) and column and kinds[column] == TEXT and node.expressions:
        listed = [_value(one, TEXT) for one in node.expressions]
        known = tuple(one for one in listed if one is not None)
        return Test(column, "in", known) if len(known) == len(listed) else None
    if isinstance(node, exp.Between) and column and not node.args.get("symmetric"):
        return _compared(column, is_day, "between", (node.args["low"], node.args["high"]), kinds)
    if type(node) in _COMPARED:
        op, flipped = _COMPARED[type(node)]
        if column:
            return _compared(column, is_day, op, (node.expression,), kinds)
        column, is_day = _column(node.expression, kinds)
        return _compared(column, is_day, flipped, (node.this,), kinds) if column else None
    return None


def _compared(
    column: str, is_day: bool, op: str, given: Sequence[exp.Expr], kinds: Mapping[str, str]
) -> Test | None:
    kind = kinds[column]
    values = [_value(one, kind) for one in given]
    known = tuple(one for one in values if one is not None)
    if len(known) != len(values):
        return None
    if kind == TEXT:
        return Test(column, {"=": "in", "<>": "not in"}[op], known) if op in ("=", "<>") else None
    if kind == TRUTH:
        return Test(column, known[0]) if op == "=" else None
    # A moment is asked for by its day; only these two mean the same without the cast.
    if kind == TIMESTAMP and not is_day and op not in (">=", "<"):
        return None
    return Test(column, op, known)


def _column(node: Any, kinds: Mapping[str, str]) -> tuple[str, bool]:
    """The column and whether its day is meant; an empty name when it is something else."""
    is_day = isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast) and node.to.is_type("date")
    inner = node.this if is_day else node
    if not isinstance(inner, exp.Column) or inner.table:
        return "", False
    name = next((one for one in kinds if one.lower() == inner.name.lower()), "")
    return ("", False) if is_day and name and kinds[name] not in (TIMESTAMP, DATE) else (name, is_day)


def _value(node: exp.Expr, kind: str) -> str | None:
    if isinstance(node, exp.Boolean):
        return ("true" if node.this else "false") if kind == TRUTH else None
    if kind == NUMBER:
        sign, inner = ("-", node.this) if isinstance(node, exp.Neg) else ("", node)
        return sign + str(inner.this) if isinstance(inner, exp.Literal) and not inner.is_string else None
    is_date = isinstance(node, exp.Cast) and node.to.is_type("date")
    inner = node.this if is_date else node
    if not isinstance(inner, exp.Literal) or not inner.is_string:
        return None
    if kind == TEXT:
        return None if is_date else str(inner.this)
    # A text beside a date is one only when it has no time of day.
    return (
        str(inner.this)
        if kind in (DATE, TIMESTAMP) and re.fullmatch(r"\d{4}-\d\d-\d\d", str(inner.this))
        else None
    )


def condition_of(template: Template, relation: str) -> tuple[int, int] | None:
    """Where in the SELECT the condition stands, when it is ``select customer_id from <relation> where …`` and no more."""
    tree_ = parse(template)
    names = {name for name, value in tree_.args.items() if value}
    source = tree_.args.get("from_")
    known = {"expressions", "from_", "where", "kind"}
    if not isinstance(tree_, exp.Select) or source is None or not {"where"} <= names <= known:
        return None
    chosen = [one.sql(dialect=DIALECT) for one in tree_.expressions]
    if (chosen, source.this.sql(dialect=DIALECT)) != (["customer_id"], relation):
        return None
    tokens = sqlglot.tokenize(template.sql, dialect=DIALECT)
    first = next(token for token in tokens if token.text.lower() == "where")
    last = [token for token in tokens if token.text != ";"][-1]
    return first.end + 1, last.end + 1
