"""Clean one file without a project: normalise by what its columns hold, repair what contradicts the rest, write both down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gristmill import kinds, loose, repair, runs, steps, template
from gristmill.catalog import Catalog
from gristmill.engine import Engine, quote
from gristmill.entities import ENTITIES, literal
from gristmill.errors import Problem, SourceError
from gristmill.kinds import Place
from gristmill.lineage import Meanings
from gristmill.plan import Node, Plan
from gristmill.project import BASE, Layer, Project, Source, base_dir
from gristmill.remembered import cache_file

Tell = Callable[[str], None]
LOGS = ("clean.changes", "clean.proposals")
FOUND = "cleaning.found"
"""row_id, column_no, before, after, rule, confidence, is_applied of both halves; at most one applied row a cell."""


@dataclass(frozen=True)
class Cleaned:
    """What was done to a file."""

    n_rows: int
    n_columns: int
    n_changed: int
    """Cells that are written otherwise than they were read."""
    n_proposed: int
    """Changes that were not sure enough to be made; they are in the list of changes."""
    rules: tuple[tuple[str, int, int], ...]
    """Rule, cells changed, cells only proposed; the busiest first."""
    n_rejects: int
    """Records that could not be read; they are in ``rejects``."""
    rejects: Path | None
    notes: tuple[str, ...]


def clean_file(
    path: Path,
    out: Path,
    *,
    changes: Path | None = None,
    only_repair: bool = False,
    apply_above: float = 0.9,
    rules_off: Sequence[str] = (),
    params: Mapping[str, Any] = MappingProxyType({}),
    tell: Tell = lambda _: None,
) -> Cleaned:
    """Clean ``path`` into ``out`` with the same rows and columns in the same order.

    ``changes`` gets one row per changed or proposed cell: row (1-based data record), column, before,
    after, rule, confidence (0 to 1), applied. ``only_repair`` mends wrong values and leaves the way
    right ones are written alone. Records that cannot be read go to ``<out>.rejects.csv`` as they are.

    Raises SourceError for an unreadable file, ParameterError for paths that cannot be written or
    parameters out of range, RunError when writing fails.
    """
    for one in (out, changes):
        if one is not None:
            loose.check_output(one, path)
    tell(f"Read {path.name}")
    with loose.opened(path) as file:
        for note in file.notes:
            tell(note)
        if not file.columns:
            raise SourceError(Problem(f"{path} has no columns.", hint="is it the right file?"))
        given = {**params, "apply_above": apply_above, "rules_off": list(rules_off), "duplicates": "keep"}
        file.engine.make(FOUND, _EMPTY)
        if only_repair:
            _reread(file, given)
        else:
            _normalise(file, given, tell)
        _melt(file)
        repair.mend(file.engine, apply_above=apply_above, rules_off=tuple(rules_off), tell=tell)
        _gather(file.engine)
        tell(f"Write {out.name}")
        loose.write(file.engine, _result(file), out, file.header)
        if changes is not None:
            loose.write(file.engine, _listing(file), changes)
        rejects = out.with_name(f"{out.stem}.rejects.csv") if file.n_rejects else None
        if rejects:
            loose.write(file.engine, "select line, reason, content from raw.rejects order by line", rejects)
        return _summary(file, rejects)


_EMPTY = (
    "select cast(null as bigint) as row_id, cast(null as integer) as column_no, cast(null as varchar) as before,"
    " cast(null as varchar) as after, cast(null as varchar) as rule, cast(null as double) as confidence,"
    " false as is_applied where false"
)


# -- normalising ------------------------------------------------------------------------------------

ODD, DAMAGED = "clean.odd_texts", "clean.damaged_texts"
CODE_PAGES = (
    "UTF-8 read as Latin-1",
    "UTF-8 twice read as Latin-1",
    "UTF-8 read as Korean",
    "Korean read as Latin-1",
)
"""Rules of ``clean.damaged_texts`` that mend wrong letters; the others change the way a right text is written."""


def _reread(file: loose.LooseFile, given: Mapping[str, Any]) -> None:
    """Mend letters that a wrong code page damaged; nothing is done where all texts are ASCII."""
    cells = loose.cells(file)
    odd = f"select distinct value as raw from ({cells}) where strlen(value) <> length(value) and strlen(value) <= 4000"
    if file.engine.make(ODD, odd) == 0:
        return
    plan = _plan(file, ())
    made = {ODD, *plan.upstream(ODD)}
    # Of what stands above the texts only the lists are needed, which read nothing.
    _make(
        file.engine,
        [node for node in plan.order([DAMAGED]) if node.name not in made or not node.reads],
        given,
    )
    listed = ", ".join(literal(rule) for rule in CODE_PAGES)
    file.engine.execute(
        f"insert into {FOUND} select c.row_id, c.column_no, c.value, d.value, d.rule, d.confidence,"
        " d.confidence >= $apply_above and not list_contains($rules_off, d.rule)"
        f" from ({cells}) c join {DAMAGED} d on d.raw = c.value where d.rule in ({listed})",
        {"apply_above": given["apply_above"], "rules_off": given["rules_off"]},
    )


def _normalise(file: loose.LooseFile, given: Mapping[str, Any], tell: Tell) -> None:
    """Run the templates of ``sql/clean`` over the file's columns, each as the kind it is taken for."""
    found = kinds.places(file.engine, loose.RELATION, file.columns)
    for place in found:
        if place.source == kinds.MAIN:
            tell(f"  {place.column}: {place.canonical} ({place.reason})")
    mappings = file.folder / "sql" / "source"
    mappings.mkdir(parents=True)
    texts = loose.texts(file)
    groups: dict[tuple[str, str], list[Place]] = {}
    for place in found:
        groups.setdefault((place.source, place.entity), []).append(place)
    for (source, entity), members in groups.items():
        (mappings / f"{source}__{entity}_v1.sql").write_text(
            _mapping(source, entity, members, texts), "utf-8"
        )
    plan = _plan(file, [place.source for place in found])
    tell("Normalise")
    _make(file.engine, plan.order(LOGS), given)
    _take_over(file.engine, found, file.columns)


def _plan(file: loose.LooseFile, sources: Sequence[str]) -> Plan:
    """The graph of cleaning for a file, as for a project that has it as its only data."""
    names = sorted({loose.NAME, *sources})
    project = Project(
        root=file.folder,
        config=file.folder / "gristmill.toml",
        name=file.path.stem,
        sources=MappingProxyType({name: Source(name, ()) for name in names}),
        layers=(Layer("project", file.folder), Layer(BASE, base_dir())),
    )
    meanings = Meanings(cache_file("meanings.json"))
    plan = steps.plan(project, Catalog(project), meanings, schemas=("source", "clean"))
    meanings.save()
    return plan


def _make(engine: Engine, nodes: Sequence[Node], given: Mapping[str, Any]) -> None:
    """Make relations in order; what was read from the file is there already."""
    values = {"as_of": runs.today().isoformat(), "run": "", **given}
    for node in nodes:
        if any(relation.startswith("raw.") for relation in node.makes):
            continue
        if node.template:
            engine.make(node.name, node.template.sql, template.values(node.template, values))
        elif node.step:
            node.step(engine, values)


def _mapping(source: str, entity: str, members: Sequence[Place], texts: Mapping[str, str]) -> str:
    columns = ",\n    ".join(f"{texts[place.column]} as {place.canonical}" for place in members)
    return (
        f"-- Columns of the file that are cleaned as {entity}.\n--\n-- grain    one row per record\n"
        f"select {literal(source)} as _source, '' as _file, _row,\n    {columns}\nfrom {loose.RELATION}\n"
    )


def _take_over(engine: Engine, found: Sequence[Place], names: Sequence[str]) -> None:
    """Bring the logs of cleaning back to the file's own rows and columns."""
    number = {name: i for i, name in enumerate(names)}
    rows = ", ".join(
        f"({literal(p.source)}, {literal('clean.' + p.entity)}, {literal(p.canonical)}, {number[p.column]},"
        f" {literal(_type(p))})"
        for p in found
    )
    engine.make(
        "cleaning.places", f"select * from (values {rows}) as t(source, relation, canonical, column_no, type)"
    )
    for log, is_applied in zip(LOGS, ("true", "false"), strict=True):
        engine.execute(
            f"insert into {FOUND}"
            f" select c._row, p.column_no, c.before, {_written('c.after', 'p.type')}, c.rule, c.confidence, {is_applied}"
            f" from {log} c join cleaning.places p"
            " on p.source = c._source and p.relation = c.relation and p.canonical = c.column_name"
            # A value moved to a column that the file does not have would be lost.
            f" where not exists (select 1 from {log} o"
            " left join cleaning.places q on q.source = o._source and q.relation = o.relation and q.canonical = o.column_name"
            " where q.source is null and o._source = c._source and o._row = c._row and o.rule = c.rule"
            " and o.relation = c.relation and o.before is null)"
            f" and c.before is distinct from {_written('c.after', 'p.type')}"
        )


def _type(place: Place) -> str:
    return ENTITIES[place.entity][place.canonical].type


def _written(after: str, type_: str) -> str:
    """A cleaned value as a file holds it: a day without its midnight, a number without zeros at its end."""
    return (
        f"case when {type_} = 'TIMESTAMP' then regexp_replace({after}, ' 00:00:00(\\.0+)?$', '')"
        f" when {type_} in ('DECIMAL(18,4)', 'DOUBLE') and contains({after}, '.') then rtrim(rtrim({after}, '0'), '.')"
        f" else {after} end"
    )


# -- repairing --------------------------------------------------------------------------------------


def _melt(file: loose.LooseFile) -> None:
    """``repair.cells``: every cell of the file after normalising."""
    cells = loose.cells(file)
    file.engine.make(
        repair.CELLS,
        f"select c.row_id, c.column_no, case when f.row_id is null then c.value else f.after end as value"
        f" from ({cells}) c left join {FOUND} f"
        " on f.row_id = c.row_id and f.column_no = c.column_no and f.is_applied",
    )


def _gather(engine: Engine) -> None:
    """Join both halves: a cell changed twice keeps its first text before and its last after."""
    engine.make(
        "cleaning.all",
        f"""
with repaired as (select * from {repair.CHANGES} where is_applied),
normalised as (select * from {FOUND} where is_applied)
select coalesce(n.row_id, r.row_id) as row_id, coalesce(n.column_no, r.column_no) as column_no,
    case when n.row_id is null then r.before else n.before end as before,
    case when r.row_id is null then n.after else r.after end as after,
    concat_ws(' + ', n.rule, r.rule) as rule, least(n.confidence, r.confidence) as confidence, true as is_applied
from normalised n full join repaired r on r.row_id = n.row_id and r.column_no = n.column_no
where case when n.row_id is null then r.before else n.before end
    is distinct from case when r.row_id is null then n.after else r.after end
union all select * from {FOUND} where not is_applied
union all select * from {repair.CHANGES} where not is_applied
""",
    )


# -- writing ----------------------------------------------------------------------------------------


def _result(file: loose.LooseFile) -> str:
    """The file's rows with what was applied; columns that nothing changed are passed through."""
    engine = file.engine
    touched = {n for (n,) in engine.rows("select distinct column_no from cleaning.all where is_applied")}
    if not touched:
        return f"select {', '.join(quote(c) for c in file.columns)} from {loose.RELATION} order by _row"
    texts = loose.texts(file)
    new = ", ".join(
        f"max(case when column_no = {n} then after end) as v{n}, bool_or(column_no = {n}) as h{n}"
        for n in sorted(touched)
    )
    columns = ", ".join(
        f"case when n.h{i} then n.v{i} else {_own(texts[name], name)} end as {quote(name)}"
        if i in touched
        else f"f.{quote(name)}"
        for i, name in enumerate(file.columns)
    )
    return (
        f"select {columns} from {loose.RELATION} f left join"
        f" (select row_id, {new} from cleaning.all where is_applied group by row_id) n on n.row_id = f._row order by f._row"
    )


def _own(text: str, name: str) -> str:
    return text.replace(quote(name), f"f.{quote(name)}", 1)


def _listing(file: loose.LooseFile) -> str:
    names = ", ".join(f"({i}, {literal(name)})" for i, name in enumerate(file.header))
    return (
        'select a.row_id as "row", n.name as "column", a.before, a.after, a.rule, a.confidence, a.is_applied as applied'
        f" from cleaning.all a join (values {names}) as n(column_no, name) on n.column_no = a.column_no"
        " order by a.row_id, a.column_no, a.is_applied desc, a.confidence desc, a.after, a.rule"
    )


def _summary(file: loose.LooseFile, rejects: Path | None) -> Cleaned:
    rules = file.engine.rows(
        "select rule, count(*) filter (where is_applied), count(*) filter (where not is_applied)"
        " from cleaning.all group by rule order by 2 desc, 3 desc, 1"
    )
    return Cleaned(
        n_rows=file.n_rows,
        n_columns=len(file.columns),
        n_changed=sum(one[1] for one in rules),
        n_proposed=sum(one[2] for one in rules),
        rules=tuple((str(rule), int(made), int(proposed)) for rule, made, proposed in rules),
        n_rejects=file.n_rejects,
        rejects=rejects,
        notes=file.notes,
    )
