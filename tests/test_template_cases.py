"""Every template is tested by data: rows given, rows expected, in ``tests/cases/<schema>/<what>_v<N>.yaml``.

A scalar of a case file is plain text until a type is known: an input column's type is the one that
``inputs`` declares, a parameter's is the header's, an expected value's is that of the column returned.
So ``01234`` keeps its zero, ``NO`` stays Norway and ``12.50`` is a decimal. Only ``null``, ``~`` and
nothing are NULL; the text "null" needs quotes. A column that a row does not name is NULL. ``through``
names templates that are run on the rows given before the one that is tested.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gristmill.engine import Column, quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import meaning
from gristmill.template import Template, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
SQL = ROOT / "sql"

WITHOUT_CASES: dict[str, str] = {}
"""Templates that compute but need no case here, ``schema/what_vN``, each with the reason."""

NOT_COUNTED = {"draft", "repair", "sample"}
"""Folders tested elsewhere: repair and drafting by whole tables with known truth, generated data by its truth."""


class TextLoader(yaml.SafeLoader):
    """YAML whose scalars are text; only null is recognised."""


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag == "tag:yaml.org,2002:null"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Case:
    """One case of a case file, with the relations that the file declares."""

    template: str
    inputs: Mapping[str, Mapping[str, str]]
    spec: Mapping[str, Any]
    through: Sequence[str] = ()


def bound(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values to bind: those given, else the defaults of the header."""
    missing = {name for name, param in template.params.items() if param.required} - set(given)
    assert not missing, f"parameters without a default that the case does not give: {sorted(missing)}"
    return {
        name: param.value(given[name]) if name in given else param.default
        for name, param in template.params.items()
    }


def all_cases() -> Iterator[Any]:
    """One pytest parameter a case, named by template and case; an unreadable file is one failing case."""
    for path in sorted(CASES.rglob("*.yaml")):
        template = path.relative_to(CASES).with_suffix("").as_posix()
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), TextLoader)
            through = content.get("through", ())
            cases = [Case(template, content["inputs"], spec, through) for spec in content["cases"]]
            names = [case.spec["name"] for case in cases]
        except (yaml.YAMLError, KeyError, TypeError) as error:
            yield pytest.param(Case(template, {}, {"broken": repr(error)}), id=f"{template}: readable")
            continue
        for name, case in zip(names, cases, strict=True):
            yield pytest.param(case, id=f"{template}: {name}")


def fill(engine: DuckDBEngine, case: Case) -> None:
    """Make the declared relations and put the given rows into them."""
    given = case.spec.get("given") or {}
    unknown = set(given) - set(case.inputs)
    assert not unknown, f"given, but not under inputs: {sorted(unknown)}"
    for relation, columns in case.inputs.items():
        engine.execute(f"create schema if not exists {quote(relation.partition('.')[0])}")
        types = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
        engine.execute(f"create table {quote_relation(relation)} ({types})")
        rows = given.get(relation) or []
        strange = {name for row in rows for name in row} - set(columns)
        assert not strange, f"{relation} has no column {sorted(strange)}"
        if rows:
            values, bindings = as_values(
                [[row.get(name) for name in columns] for row in rows], columns.values()
            )
            engine.execute(f"insert into {quote_relation(relation)} {values}", bindings)


def as_values(rows: Sequence[Sequence[Any]], types: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """A VALUES clause that casts the texts of a case to their types, and what to bind to it."""
    kinds = list(types)
    bindings: dict[str, Any] = {}
    lines = []
    for row in rows:
        cells = []
        for value, kind in zip(row, kinds, strict=True):
            # A NULL is written out: bound, it would have no type to cast from.
            cells.append(f"cast(null as {kind})" if value is None else f"cast($v{len(bindings)} as {kind})")
            if value is not None:
                bindings[f"v{len(bindings)}"] = value
        lines.append(f"({', '.join(cells)})")
    return f"values {', '.join(lines)}", bindings


def expected_rows(
    engine: DuckDBEngine, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]
) -> list[Any]:
    """The texts of a case as rows of the columns returned; a text that would be rounded is refused."""
    if not rows:
        return []
    texts = [[row.get(column.name) for column in columns] for row in rows]
    values, bindings = as_values(texts, [column.type for column in columns])
    made = engine.rows(values, bindings)
    for text_row, made_row in zip(texts, made, strict=True):
        for text, value, column in zip(text_row, made_row, columns, strict=True):
            exact = True
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                exact = Decimal(str(text)) == value
            if type(value) is dt.date:
                exact = len(str(text)) <= len("2026-01-01")
            assert exact, f"{column.name} is {column.type}, it cannot hold {text}"
    return made


def comparable(value: Any) -> Any:
    """A hashable form: doubles to 6 decimals, lists as tuples, structs as sorted pairs."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else round(value, 6) + 0.0
    if isinstance(value, list):
        return tuple(comparable(item) for item in value)
    if isinstance(value, dict):
        return tuple(sorted((str(name), comparable(item)) for name, item in value.items()))
    return value


def difference(names: Sequence[str], got: Counter[Any], wanted: Counter[Any]) -> str:
    """What is missing and what is too much, one line a row; empty when both are equal."""
    lines = []
    sides = {"- expected, not returned:": wanted - got, "+ returned, not expected:": got - wanted}
    for title, rows in sides.items():
        for row, count in sorted(rows.items(), key=repr):
            cells = ", ".join(f"{name}: {show(value)}" for name, value in zip(names, row, strict=True))
            lines.append(f"{title} {{{cells}}}" + (f" × {count}" if count > 1 else ""))
    return "\n".join(lines)


def show(value: Any) -> str:
    """A value as a case file would write it; text in double quotes, so that '1' and 1 differ."""
    if value is None:
        return "null"
    return f'"{value}"' if isinstance(value, str) else str(value)


def run(case: Case) -> str:
    """Run one case; return the difference, empty when there is none."""
    assert "broken" not in case.spec, case.spec["broken"]
    *before, template = (parse(SQL / f"{name}.sql") for name in (*case.through, case.template))
    given = case.spec.get("params") or {}
    unknown = set(given) - {name for one in (*before, template) for name in one.params}
    assert not unknown, f"parameters that no header declares: {sorted(unknown)}"
    with DuckDBEngine() as engine:
        fill(engine, case)
        for one in before:
            engine.make(one.relation, one.sql, bound(one, given))
        engine.make("result.made", template.sql, bound(template, given))
        returned = {column.name: column for column in engine.columns("result.made")}
        rows = case.spec["expect"] or []
        names = list(dict.fromkeys(name for row in rows for name in row)) or list(returned)
        absent = [name for name in names if name not in returned]
        assert not absent, f"the template does not return {absent}; it returns {list(returned)}"
        columns = [returned[name] for name in names]
        expected = expected_rows(engine, rows, columns)
        wanted = Counter(tuple(comparable(value) for value in row) for row in expected)
        selected = ", ".join(quote(name) for name in names)
        got = Counter(
            tuple(comparable(value) for value in row)
            for row in engine.rows(f"select {selected} from result.made")
        )
    return difference(names, got, wanted)


@pytest.mark.parametrize("case", list(all_cases()))
def test_a_template_returns_what_its_case_expects(case: Case) -> None:
    if differing := run(case):
        pytest.fail(f"sql/{case.template}.sql\n{differing}", pytrace=False)


def needs_cases(path: Path) -> bool:
    """Whether a template computes: a table of constants is tested by the templates that read it."""
    template = parse(path)
    return bool(template.params) or bool(meaning(template).reads)


def test_every_template_has_a_case_or_a_reason_for_none() -> None:
    templates = {
        path.relative_to(SQL).with_suffix("").as_posix(): path
        for path in SQL.rglob("*_v*.sql")
        if path.relative_to(SQL).parts[0] not in NOT_COUNTED
    }
    with_cases = {path.relative_to(CASES).with_suffix("").as_posix() for path in CASES.rglob("*.yaml")}
    without = {
        name for name in templates.keys() - with_cases - set(WITHOUT_CASES) if needs_cases(templates[name])
    }
    assert sorted(without) == [], "give these a case in tests/cases, or a reason in WITHOUT_CASES"
    assert sorted(with_cases & set(WITHOUT_CASES)) == [], "these have cases by now: take the reason out"
    assert sorted(with_cases - set(templates)) == [], "cases of templates that are gone"


def test_a_wrong_row_is_shown_as_missing_and_as_too_much() -> None:
    shown = difference(["a", "n"], Counter([("x", 1), ("x", 1)]), Counter([("x", 1), ("x", None)]))
    assert shown == '- expected, not returned: {a: "x", n: null}\n+ returned, not expected: {a: "x", n: 1}'


def test_scalars_of_case_files_stay_text() -> None:
    loaded = yaml.load("[01234, NO, 12.50, 2024-03-04, 10:30, +8210, ~, null, 'null', ]", TextLoader)
    assert loaded == ["01234", "NO", "12.50", "2024-03-04", "10:30", "+8210", None, None, "null"]


def test_an_expected_value_that_the_column_cannot_hold_is_refused() -> None:
    with DuckDBEngine() as engine, pytest.raises(AssertionError, match="cannot hold"):
        expected_rows(engine, [{"n": "1.5"}], [Column("n", "BIGINT")])
