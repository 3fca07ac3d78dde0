"""How two templates differ: in meaning, line by line, and in effect, on the data of the published run."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from gristmill import lineage, project
from gristmill.catalog import Catalog
from gristmill.engine import Engine, quote, quote_relation
from gristmill.errors import ParameterError, Problem, did_you_mean
from gristmill.mill import Mill
from gristmill.personal import NONE
from gristmill.plan import Plan
from gristmill.template import Template

FEW = 50
"""A column of at most so many values is one whose moves are worth telling."""
MOVES = 20


def diff(left: str, right: str, params: Mapping[str, Any]) -> str:
    """The difference in meaning, and the effect on the data of the published run.

    Raises TemplateError for an unknown template, ParameterError for a parameter neither of them takes.
    """
    catalog = Catalog(project.load())
    old, new = catalog.get(left), catalog.get(right)
    _check(params, {**old.params, **new.params})
    lines = meant(old, new)
    text = lines or [f"{' and '.join(_names(old, new))} mean the same."]
    with Mill(catalog.project, params=params) as mill:
        if not mill.published:
            text += ["", "Nothing is published yet, so there is no data to show the effect on."]
        elif lines or old.relation != new.relation:
            text += ["", f"Effect on the data of {mill.published.run}, as of {mill.as_of}:"]
            text += effect(mill, old, new)
    return "\n".join(text)


def meant(old: Template, new: Template) -> list[str]:
    """The difference in meaning, line by line; nothing when there is none."""
    before, after = (lineage.canonical(one).splitlines() for one in (old, new))
    return list(difflib.unified_diff(before, after, *_names(old, new), lineterm=""))


def _check(params: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    problems = [
        Problem(f"Neither template takes ${name}.", hint=did_you_mean(name, known))
        for name in params
        if name not in known
    ]
    if problems:
        raise ParameterError(problems)


def _names(old: Template, new: Template) -> tuple[str, str]:
    """How the two are told apart: by version, or by layer where that is the same."""
    if old.ref != new.ref:
        return old.ref, new.ref
    return f"{old.layer}:{old.ref}", f"{new.layer}:{new.ref}"


def effect(mill: Mill, old: Template, new: Template, changed: Mapping[str, Any] | None = None) -> list[str]:
    """The relation itself, and what is made from it in the same schema: of segments, the schemes alone.

    ``changed`` are parameters of the new side, of what is made from it too. The relations of ``mill`` are made again.
    """
    changed = changed or {}
    told, between = _later(mill.plan, old) if old.relation == new.relation else ([], [])
    kept: dict[str, tuple[str, str]] = {old.relation: ("diff.old", "diff.new")}
    for side, found, given in (("old", old, {}), ("new", new, changed)):
        _make(mill, found, given)
        mill.engine.make(f"diff.{side}", f"select * from {quote_relation(found.relation)}")
        for relation in between:
            node = mill.plan.node(relation)
            if node.template and set(given) & set(node.template.params):
                _make(mill, node.template, given)
            else:
                mill.make(relation)
        for i, relation in enumerate(told):
            mill.engine.make(f"diff.{side}_{i}", f"select * from {quote_relation(relation)}")
            kept[relation] = (f"diff.old_{i}", f"diff.new_{i}")
    names = _names(old, new)
    if changed:
        values = ", ".join(f"{name} = {value}" for name, value in changed.items())
        names = (names[0], f"{new.ref} with {values}")
    lines = []
    for relation, (before, after) in kept.items():
        open_ = {name for name, kind in mill.personal.of(relation).items() if kind == NONE}
        found_lines = _difference(mill.engine, before, after, names, open_)
        if relation == old.relation or len(found_lines) > 1:
            lines += [f"{relation}: {found_lines[0]}", *(f"  {line}" for line in found_lines[1:])]
    return lines


def _make(mill: Mill, found: Template, given: Mapping[str, Any]) -> None:
    takes = {name: value for name, value in given.items() if name in found.params}
    mill.run(f"{found.layer}:{found.ref}", **takes)


def _later(plan: Plan, old: Template) -> tuple[list[str], list[str]]:
    """Relations that a change of ``old`` may change and that are worth telling, and all that are made on the way to them.

    Members, overlaps and movements repeat what the schemes say, so of segments only those are told.
    """
    nodes = [
        node
        for node in plan.order(plan.downstream(old.relation))
        if node.name.partition(".")[0] == old.schema
        and node.name != old.relation
        and old.relation in plan.upstream(node.name)
    ]
    told = [
        node.name
        for node in nodes
        if node.template and (old.schema != "segment" or node.template.scheme or node.template.segment)
    ]
    needed = {name for one in told for name in plan.upstream(one)} | set(told)
    return told, [node.name for node in nodes if node.name in needed]


def _difference(
    engine: Engine, before: str, after: str, names: tuple[str, str], open_: AbstractSet[str]
) -> list[str]:
    """One line that counts rows, and more lines only where they differ; values are told of ``open_`` columns alone."""
    old, new = ([c.name for c in engine.columns(relation)] for relation in (before, after))
    shared = [name for name in old if name in new]
    picked = ", ".join(quote(name) for name in shared)
    n_old, n_new = (engine.scalar(f"select count(*) from {relation}") for relation in (before, after))
    only_old, only_new = (
        engine.scalar(f"select count(*) from (select {picked} from {x} except all select {picked} from {y})")
        for x, y in ((before, after), (after, before))
    )
    lines = [f"{n_old:,} rows, now {n_new:,}"]
    if only_old or only_new:
        lines.append(f"{only_old:,} rows only with {names[0]}, {only_new:,} only with {names[1]}")
    for title, gone in (
        ("columns left out", [name for name in old if name not in new]),
        ("columns added", [name for name in new if name not in old]),
    ):
        if gone:
            lines.append(f"{title}: {', '.join(gone)}")
    return lines + _moves(engine, before, after, shared, open_)


def _moves(
    engine: Engine, before: str, after: str, shared: Sequence[str], open_: AbstractSet[str]
) -> list[str]:
    """Who moves: for each column of few values that are nobody's, how many keys change from one to another."""
    key = next(
        (name for name in shared if name.endswith("_id") and _is_key(engine, name, before, after)), None
    )
    if not key:
        return []
    lines = []
    for name in shared:
        column = quote(name)
        if (
            name == key
            or name not in open_
            or not engine.scalar(
                f"select count(distinct {column}) <= {FEW} from (select {column} from {before} union all"
                f" select {column} from {after})"
            )
        ):
            continue
        moved = engine.rows(
            f"select cast(o.{column} as varchar), cast(n.{column} as varchar), count(*) from {before} as o"
            f" full join {after} as n on o.{quote(key)} = n.{quote(key)}"
            f" where o.{column} is distinct from n.{column} group by all order by 3 desc, 1, 2"
        )
        if moved:
            lines.append(f"{name} changes for {sum(row[2] for row in moved):,} {key}:")
            lines += [f"  {row[0] or '–'} → {row[1] or '–'}: {row[2]:,}" for row in moved[:MOVES]]
    return lines


def _is_key(engine: Engine, name: str, *relations: str) -> bool:
    return all(
        engine.scalar(f"select count(*) = count(distinct {quote(name)}) from {relation}")
        for relation in relations
    )
