"""What a template's SQL means: what it reads, which parameters it uses, where a column comes from.

With ``lint`` and ``written`` the only module that imports sqlglot. Positions come from its tokenizer, so that
binding for display and error messages point into the author's own text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.tokenizer_core import Token, TokenType

from gristmill.errors import Problem, TemplateError, did_you_mean, listed
from gristmill.remembered import Remembered
from gristmill.scalars import plain_literal
from gristmill.template import Template, literal

DIALECT = "duckdb"
ColumnRef = tuple[str, str]
"""``(schema.relation, column)``."""


@dataclass(frozen=True)
class Meaning:
    """What one template's text says; cheap to keep, costly to find out."""

    reads: tuple[str, ...]
    """Relations ``schema.name`` it selects from, sorted."""
    params: Mapping[str, int]
    """Each ``$name`` used and the line of the SELECT it is first used on."""
    fingerprint: str
    """16 hex digits that change when the logic does and stay when only layout or comments do."""


def parse(template: Template) -> exp.Query:
    """The SELECT as a syntax tree. Raises TemplateError with ``file:line`` for anything else."""
    try:
        statements = [found for found in sqlglot.parse(template.sql, dialect=DIALECT) if found]
    except SqlglotError as error:
        place = (getattr(error, "errors", None) or [{}])[0]
        line = place.get("line") or 1
        what = re.sub(
            r"<Token .*SENTINEL.*>", "the end", place.get("description") or str(error).splitlines()[0]
        )
        near = place.get("highlight")
        raise TemplateError(
            Problem(
                f"cannot be read as SQL: {what.rstrip('.')}{f' near {near!r}' if near else ''}.",
                where=template.where(line),
            )
        ) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        kinds = " and ".join(type(found).__name__.upper() for found in statements)
        raise TemplateError(
            Problem(
                f"holds {kinds or 'nothing'}.",
                where=template.where(1),
                expected="Expected exactly one SELECT.",
                hint="one template makes one relation; put the other statement in a file of its own",
            )
        )
    return statements[0]


def parameters(sql: str) -> list[tuple[Token, Token]]:
    """Each ``$name`` as its two tokens, in order of appearance."""
    tokens = sqlglot.tokenize(sql, read=DIALECT)
    return [
        (sign, name)
        for sign, name in pairwise(tokens)
        if sign.token_type == TokenType.PARAMETER and sign.text == "$" and sign.end + 1 == name.start
    ]


def n_statements(sql: str) -> int:
    """How many statements a text holds; comments alone are none."""
    tokens = sqlglot.tokenize(sql, read=DIALECT)
    ends = [token.token_type == TokenType.SEMICOLON for token in tokens]
    # A statement begins at each token that is no semicolon and follows one, or begins the text.
    return sum(1 for i, end in enumerate(ends) if not end and (i == 0 or ends[i - 1]))


def shown(sql: str, values: Mapping[str, Any]) -> str:
    """A query as people may read it: each ``$name`` of ``values`` as a literal, the others as they are."""
    for sign, name in reversed(parameters(sql)):
        if name.text in values:
            sql = sql[: sign.start] + plain_literal(values[name.text]) + sql[name.end + 1 :]
    return sql


def meaning(template: Template) -> Meaning:
    """Read a template's SQL and check its parameters both ways.

    Raises TemplateError for syntax errors, parameters used but not declared, or declared and unused.
    """
    tree = parse(template)
    used: dict[str, int] = {}
    for _, name in parameters(template.sql):
        used.setdefault(name.text, name.line)
    problems = [
        Problem(
            f"uses ${name}, which its header does not declare.",
            where=template.where(line),
            expected=f"Declared: {listed(list(template.params))}.",
            hint=did_you_mean(
                name, template.params, otherwise=f"add '-- param    {name}   <type>' to the header"
            ),
        )
        for name, line in used.items()
        if name not in template.params
    ]
    problems += [
        Problem(
            f"declares ${name}, which its SELECT does not use.",
            where=f"{template.shown}:{param.line}",
            hint=did_you_mean(name, used),
        )
        for name, param in template.params.items()
        if name not in used
    ]
    if problems:
        raise TemplateError(problems)
    return Meaning(reads=relations(tree), params=used, fingerprint=fingerprint(tree))


def relations(tree: exp.Expr) -> tuple[str, ...]:
    """Every ``schema.name`` a tree selects from, sorted; names of CTEs carry no schema and drop out."""
    return tuple(sorted({f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}))


def named(sql: str) -> tuple[str, ...]:
    """Every ``schema.name`` that a text selects from, sorted; nothing for a text that cannot be read."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect=DIALECT) if tree]
    except SqlglotError:
        return ()
    return tuple(sorted({name for tree in trees for name in relations(tree)}))


def fingerprint(tree: exp.Expr) -> str:
    """A hash of the canonical text: the same for other layout, case of keywords, or comments."""
    canonical = normalize_identifiers(tree.copy(), dialect=DIALECT).sql(
        dialect=DIALECT, comments=False, normalize=True
    )
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def canonical(template: Template) -> str:
    """The SELECT laid out one way, for comparing two versions line by line."""
    return parse(template).sql(dialect=DIALECT, comments=False, pretty=True)


def bound(template: Template, values: Mapping[str, Any]) -> str:
    """The author's own text with each ``$name`` replaced by a typed literal.

    Replacement is by token position: a ``$name`` inside a string or a comment is left alone.
    """
    sql = template.sql
    for sign, name in reversed(parameters(sql)):
        param = template.params[name.text]
        sql = sql[: sign.start] + literal(param, values[name.text]) + sql[name.end + 1 :]
    return sql


@cache
def _parser_version() -> str:
    """Looked up once a process: it reads the package's files."""
    return version("sqlglot")


class Meanings:
    """Meanings by the text of the file, remembered on disk: parsing is the slow part of a start.

    ``store`` None remembers in memory alone.
    """

    def __init__(self, store: Path | None = None) -> None:
        self._store = Remembered(store)

    def of(self, template: Template) -> Meaning:
        """The meaning of a template; see ``meaning`` for what is raised."""
        key = _key("meaning", template.text)
        entry = self._store.get(key)
        try:
            return Meaning(tuple(entry["reads"]), dict(entry["params"]), str(entry["fingerprint"]))
        except (KeyError, TypeError, ValueError):
            # Not known yet, or written by another version.
            found = meaning(template)
        self._store.put(
            key, {"reads": found.reads, "params": dict(found.params), "fingerprint": found.fingerprint}
        )
        return found

    def save(self) -> None:
        """Write what was learned; not being able to is no error, only slower next time."""
        self._store.save()


class Origins:
    """Where columns come from (``columns``), remembered on disk by query and by the columns of what it reads."""

    def __init__(self, store: Path | None = None) -> None:
        self._store = Remembered(store)

    def of(
        self, sql: str, schema: Mapping[str, Sequence[str]], outputs: Sequence[str], reads: Sequence[str]
    ) -> dict[str, frozenset[ColumnRef]]:
        """As ``columns``; ``reads`` are the relations the query reads, of which alone the answer depends."""
        if not reads:
            return {name: frozenset() for name in outputs}
        known = {relation: list(schema[relation]) for relation in sorted(reads) if relation in schema}
        key = _key("origins", sql, json.dumps([known, list(outputs)]))
        entry = self._store.get(key)
        try:
            return {name: frozenset((rel, col) for rel, col in entry[name]) for name in outputs}
        except (KeyError, TypeError, ValueError):
            found = columns(sql, known, outputs)
        self._store.put(key, {name: sorted(refs) for name, refs in found.items()})
        return found

    def save(self) -> None:
        """Write what was learned."""
        self._store.save()


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join((_parser_version(), *parts)).encode()).hexdigest()


def columns(
    sql: str, schema: Mapping[str, Sequence[str]], outputs: Sequence[str] = ()
) -> dict[str, frozenset[ColumnRef]]:
    """Where each column of a SELECT comes from: output column → the stored columns it is made of.

    ``schema`` gives the columns of every relation it may read, ``outputs`` the names it returns.
    Where sqlglot cannot resolve the query, every output column is said to come from every column
    read: for masking, too much is safe and too little is not.
    """
    tree = cast("exp.Query", sqlglot.parse_one(sql, dialect=DIALECT))
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for relation in relations(tree):
        db, _, name = relation.partition(".")
        if relation in schema:
            nested.setdefault(db, {})[name] = dict.fromkeys(schema[relation], "VARCHAR")
    everything = frozenset((rel, col) for rel in relations(tree) for col in schema.get(rel, ()))
    try:
        qualified = qualify(
            tree.copy(),
            dialect=DIALECT,
            schema=cast("dict[str, object]", nested),
            quote_identifiers=False,
            validate_qualify_columns=False,
        )
        scope = build_scope(qualified)
        # Names of one relation do not differ in case alone, and sqlglot writes them in lower case.
        found = {name.lower(): refs for name, refs in _Resolver(schema).scope(scope)} if scope else {}
    except (SqlglotError, KeyError, AttributeError, ValueError):
        found = {}
    names = outputs or list(found) or tree.named_selects
    return {name: found.get(name.lower(), everything) for name in names}


Outputs = list[tuple[str, frozenset[ColumnRef]]]


class _Resolver:
    """Walks scopes from the outermost inwards, each once."""

    def __init__(self, schema: Mapping[str, Sequence[str]]) -> None:
        self.schema = schema
        self.known: dict[int, Outputs] = {}
        self.stored = {rel.lower(): (rel, {col.lower(): col for col in cols}) for rel, cols in schema.items()}

    def scope(self, scope: Scope) -> Outputs:
        """Output columns in order, for one scope; a list, because a later part of a union may repeat a name."""
        key = id(scope)
        if key not in self.known:
            # Set first, so that a query which refers to itself ends.
            self.known[key] = []
            if scope.set_operation_scopes:
                self.known[key] = self._union(scope)
            elif isinstance(scope.expression, exp.Select):
                self.known[key] = [
                    (item.alias_or_name, self._named(item, scope)) for item in scope.expression.selects
                ]
            else:
                # An unnest or a lateral: what it carries comes from the columns named in it.
                self.known[key] = [("*", self._named(scope.expression, scope.parent or scope))]
        return self.known[key]

    def _stored(self, relation: str, name: str) -> ColumnRef:
        """The column as it is stored, whatever case the query or sqlglot writes it in."""
        rel, columns = self.stored.get(relation.lower(), (relation, {}))
        return rel, columns.get(name.lower(), name)

    def _union(self, scope: Scope) -> Outputs:
        parts = [self.scope(part) for part in scope.set_operation_scopes]
        return [
            (name, frozenset().union(*(part[i][1] for part in parts if i < len(part))))
            for i, (name, _) in enumerate(parts[0])
        ]

    def _named(self, item: exp.Expr, scope: Scope) -> frozenset[ColumnRef]:
        inner_scopes = {id(inner.expression): inner for inner in scope.traverse()}
        refs: set[ColumnRef] = set()
        for column in item.find_all(exp.Column):
            if _is_lambda_variable(column):
                continue
            inner = inner_scopes.get(id(column.find_ancestor(exp.Select)), scope)
            refs |= self._column(column, inner, scope)
        return frozenset(refs)

    def _column(self, column: exp.Column, inner: Scope, outer: Scope) -> frozenset[ColumnRef]:
        source = inner.sources.get(column.table) or outer.sources.get(column.table)
        if isinstance(source, exp.Table) and source.db:
            return frozenset({self._stored(f"{source.db}.{source.name}", column.name)})
        if isinstance(source, Scope):
            child = self.scope(source)
            found = next((refs for name, refs in child if name == column.name), None)
            return found if found is not None else _together(child)
        # A name of no known source (the variable of a lambda, an alias used sideways): all that is read.
        every: set[ColumnRef] = set()
        for table in inner.sources.values():
            if isinstance(table, exp.Table):
                name = f"{table.db}.{table.name}"
                every |= {(name, col) for col in self.schema.get(name, ())}
            elif table is not outer:
                every |= _together(self.scope(table))
        return frozenset(every)


def _together(outputs: Outputs) -> frozenset[ColumnRef]:
    return frozenset().union(*(refs for _, refs in outputs))


def _is_lambda_variable(column: exp.Column) -> bool:
    """True for ``x`` in ``lambda x: …``: it stands for what the list holds, which is counted already."""
    function = column.find_ancestor(exp.Lambda)
    while function and not column.table:
        if any(name.name == column.name for name in function.expressions):
            return True
        function = function.find_ancestor(exp.Lambda)
    return False
