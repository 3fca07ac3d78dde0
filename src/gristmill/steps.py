"""The whole graph of a project: its templates, the unions of its mappings, and the Python steps.

This is the one place where a template's world (names and SELECTs) meets the code that iterates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gristmill import carried, entities, judging, runs, segments
from gristmill.catalog import Catalog
from gristmill.engine import Engine
from gristmill.errors import Problem, SourceError, TemplateError, did_you_mean, listed
from gristmill.lineage import Meanings
from gristmill.plan import Node, Plan
from gristmill.project import Project, Source
from gristmill.template import Template

IN_ROUNDS = frozenset({"draft", "repair"})
"""Schemas whose templates Python runs, over any table: repair again and again until nothing changes, draft on demand."""
LOADED = ("raw.files", "raw.rejects", "raw.profile")
PUBLISHED = "published"
"""Name of the published run's database in a session."""


def plan(
    project: Project, catalog: Catalog, meanings: Meanings, *, schemas: Sequence[str] | None = None
) -> Plan:
    """The graph of everything a run of this project makes; of ``schemas`` alone where they are named.

    Raises TemplateError with the problems of all templates at once.
    """
    problems: list[Problem] = []
    nodes: list[Node] = []
    for template in catalog.winners().values():
        if template.schema in IN_ROUNDS or (schemas is not None and template.schema not in schemas):
            continue
        try:
            meaning = meanings.of(template)
        except TemplateError as error:
            problems.extend(error.problems)
            continue
        problems += judging.says_what_it_judges(template, meaning.reads)
        nodes.append(
            Node(
                makes=(template.relation,),
                reads=meaning.reads,
                summary=template.summary,
                template=template,
                fingerprint=meaning.fingerprint,
            )
        )
    mappings = mappings_of(catalog)
    problems += _mapping_problems(project, mappings)
    if problems:
        raise TemplateError(problems)
    nodes.extend(_loads(project))
    nodes.extend(_unions(project, mappings))
    nodes.extend(_iterations(project))
    nodes.extend(_merged_values(project))
    nodes.extend(_repairs())
    nodes.extend(_segments(project, catalog))
    if schemas is None:
        nodes.extend(judging.nodes(project, catalog, nodes))
        return Plan(nodes)
    wanted = frozenset(schemas) | {"raw"}
    return Plan(node for node in nodes if node.name.partition(".")[0] in wanted)


def mappings_of(catalog: Catalog) -> dict[str, list[tuple[Template, str]]]:
    """Entity → its mapping templates with the source each is for, by the name ``<source>__<entity>``."""
    found: dict[str, list[tuple[Template, str]]] = {name: [] for name in entities.ENTITIES}
    for template in catalog.winners().values():
        source, _, entity = template.what.rpartition("__")
        if template.schema == "source" and source and entity in found:
            found[entity].append((template, source))
    return found


def _mapping_problems(project: Project, mappings: Mapping[str, list[tuple[Template, str]]]) -> list[Problem]:
    return [
        Problem(
            f"maps a source {source!r} that gristmill.toml does not name.",
            where=template.shown,
            expected=f"Sources: {listed(sorted(project.sources))}.",
            hint=did_you_mean(source, project.sources, otherwise="'gristmill add FILE' adds a source"),
        )
        for found in mappings.values()
        for template, source in found
        if source not in project.sources
    ]


def _loads(project: Project) -> Iterator[Node]:
    """One step that reads every source: the small relations about files are filled by all of them."""
    made = tuple(f"raw.{name}" for name in project.sources)
    yield Node(
        makes=(*LOADED, *made),
        reads=(),
        summary="Read the files of every source as they are.",
        step=partial(load_sources, project),
    )


def load_sources(project: Project, engine: Engine, params: Mapping[str, Any]) -> None:
    """Read every source into ``raw``; all files that cannot be read are told at once."""
    from gristmill import sources

    del params
    sources.prepare(engine)
    problems: list[Problem] = []
    temp = project.state / "tmp"
    temp.mkdir(parents=True, exist_ok=True)
    for source in project.sources.values():
        try:
            sources.read(engine, source, project.root, temp=temp)
        except SourceError as error:
            problems.extend(error.problems)
    if problems:
        raise SourceError(problems)


def _unions(project: Project, mappings: Mapping[str, list[tuple[Template, str]]]) -> Iterator[Node]:
    for entity, found in mappings.items():
        yield Node(
            makes=(f"source.{entity}",),
            reads=tuple(sorted(template.relation for template, _ in found)),
            summary=f"All {entity} of all sources as text, in the canonical columns.",
            step=partial(_union, entity, [(t, project.sources[s]) for t, s in found]),
        )


def _union(
    entity: str, found: list[tuple[Template, Source]], engine: Engine, params: Mapping[str, Any]
) -> None:
    del params
    parts = []
    problems = []
    for template, source in found:
        columns = engine.columns(template.relation)
        names = {column.name for column in columns}
        known = {*entities.ENTITIES[entity].names, "_source", "_file", "_row"}
        for name in ("_source", "_file", "_row"):
            if name not in names:
                problems.append(
                    Problem(
                        f"does not select {name}.",
                        where=template.where(1),
                        hint="every mapping selects _source, _file, _row from raw",
                    )
                )
        for name in sorted(names - known):
            problems.append(
                Problem(
                    f"maps to {name}, which is no column of {entity}.",
                    where=template.where(1),
                    expected=f"Columns: {', '.join(entities.ENTITIES[entity].names)}.",
                    hint=did_you_mean(name, known),
                )
            )
        parts.append((template.relation, source.name, source.system or source.name, columns))
    if problems:
        raise TemplateError(problems)
    engine.make(f"source.{entity}", entities.union_select(entity, parts))


def _iterations(project: Project) -> Iterator[Node]:
    from gristmill import measure, unify

    of_project = {
        "decide": partial(decide, project),
        "estimate": partial(weigh, project),
        "recall": partial(carry_over, project, unify.ids.MADE, unify.ids.recall),
    }
    every: tuple[unify.Step | measure.Step, ...] = (*unify.STEPS, *measure.STEPS)
    for step in every:
        yield Node(
            makes=tuple(step.makes),
            reads=tuple(step.reads),
            summary=(step.run.__doc__ or step.name).strip().splitlines()[0],
            step=of_project.get(step.name, step.run),
            kinds=step.kinds,
            step_renewed=getattr(step, "renewed", None),
        )


def weigh(project: Project, engine: Engine, params: Mapping[str, Any]) -> None:
    """Learn what agreement means, or take the model that the project pins; raises ConfigError with all that is wrong in it."""
    from gristmill.unify import em, model

    pinned = project.root / model.FILE
    if pinned.is_file():
        model.use(engine, model.read(pinned))
    else:
        em.estimate(engine, params)


def decide(project: Project, engine: Engine, params: Mapping[str, Any]) -> None:
    """Read what people decided about pairs of records; raises SourceError with every line that is wrong."""
    from gristmill.unify import decisions

    del params
    decisions.write_decisions(engine, decisions.read(project.root / decisions.FILE))


def carry_over(
    project: Project,
    made: Sequence[str],
    recall: Callable[..., None],
    engine: Engine,
    params: Mapping[str, Any],
) -> None:
    """Make the relations ``made`` of what the published run knew; ``recall`` makes them from its database, or empty."""
    if not params.get("run"):
        # A session makes the published run again, from what it was made from.
        is_there = carried.is_attached(engine, PUBLISHED)
        if not (is_there and carried.take_over(engine, made, PUBLISHED)):
            recall(engine, params)
        return
    before = runs.current(project) or next(iter(runs.kept(project)), None)
    if before is None:
        recall(engine, params)
        return
    with carried.attached(engine, before.database(project)) as name:
        recall(engine, params, before=name)


def _merged_values(project: Project) -> Iterator[Node]:
    """What people accepted of ``reviews/values.csv``, and the steps of finding more of it."""
    from gristmill import cluster

    yield Node(
        makes=("clean.value_merges",),
        reads=(),
        summary="Merges of values that people accepted in reviews/values.csv.",
        step=partial(cluster.write_merges, project),
        kinds={"column_key": "none"},
    )
    for step in cluster.STEPS:
        yield Node(
            makes=step.makes,
            reads=step.reads,
            summary=(step.run.__doc__ or "").strip().splitlines()[0],
            step=step.run,
        )


def _repairs() -> Iterator[Node]:
    """One step that looks for errors nobody listed."""
    from gristmill import repair

    yield Node(
        makes=(repair.PROPOSALS, repair.DEPENDENCIES),
        reads=tuple(f"clean.{entity}" for entity in repair.COLUMNS),
        summary="Errors that nobody listed, with what the values should be.",
        step=repair.propose,
        kinds=dict.fromkeys(("relation", "column_name", "rule", "determinant", "dependent"), "none"),
    )


def _segments(project: Project, catalog: Catalog) -> Iterator[Node]:
    """The steps that gather all schemes, and bring over who was in which segment before."""
    found = segments.schemes(list(catalog.winners().values()))
    kinds = dict.fromkeys(("scheme", "label", "segment", "meaning", "customer_id"), "none")
    yield Node(
        makes=(segments.ASSIGNED, segments.SCHEMES),
        reads=tuple(sorted(one.template.relation for one in found)),
        summary="The segment of every customer in every scheme.",
        step=partial(segments.gather, found),
        kinds=kinds,
    )
    yield Node(
        makes=tuple(segments.SHAPES),
        reads=(),
        summary="Who was in which segment up to the run before.",
        step=partial(carry_over, project, tuple(segments.SHAPES), segments.recall),
        kinds=kinds,
    )
    yield from _behaviour(project)


def _behaviour(project: Project) -> Iterator[Node]:
    """The steps that find clusters of customers who behave alike, from where the run before left them."""
    from gristmill import behaviour

    yield Node(
        makes=(behaviour.BEFORE,),
        reads=(),
        summary="Where the clusters of behaviour lay in the run before.",
        step=partial(carry_over, project, (behaviour.BEFORE,), behaviour.recall),
        kinds=behaviour.KINDS,
    )
    yield Node(
        makes=(behaviour.CENTRES, behaviour.CHOICE),
        reads=behaviour.READS,
        summary="Clusters of customers who behave alike, and why there are so many of them.",
        step=behaviour.find_clusters,
        kinds=behaviour.KINDS,
    )


def spill_folder(project: Project) -> Path:
    """Where the database spills what does not fit in memory."""
    return project.state / "tmp"
