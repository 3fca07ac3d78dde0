"""The step that judges every relation by its checks, and what a relation just made leaves out because of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from gristmill import earlier, runs
from gristmill.catalog import Catalog
from gristmill.engine import Engine
from gristmill.errors import Problem
from gristmill.plan import Node
from gristmill.project import Project
from gristmill.scalars import typed
from gristmill.template import Template

if TYPE_CHECKING:
    from gristmill.checks import Before


def nodes(project: Project, catalog: Catalog, others: Sequence[Node]) -> Iterator[Node]:
    """One step that judges every relation that has a check module or a query in ``sql/audit``."""
    from gristmill import checks

    modules = set(checks.module_files([layer.root for layer in project.layers]))
    known = {rel for node in others for rel in node.makes}
    queries = sorted(t.relation for t in catalog.winners().values() if t.schema == "audit" and t.judges)
    yield Node(
        makes=("audit.results", "audit.failures", "audit.scores", earlier.RUNS, earlier.RESULTS),
        reads=tuple(sorted(modules & known)) + tuple(queries),
        summary="Judge every relation by its checks, in one scan each.",
        step=partial(judge, project, [catalog.get(name) for name in queries]),
        kinds=dict.fromkeys(
            (
                "run_id",
                "relation",
                "column_name",
                "check_name",
                "sentence",
                "severity",
                "dimension",
                "verdict",
                "ran_in",
                "note",
                "owner",
                "reason",
                "run",
                "as_of",
            ),
            "none",
        )
        | {"key": "id", "sample_keys": "id"},
    )


def judge(project: Project, queries: Sequence[Template], engine: Engine, params: Mapping[str, Any]) -> None:
    """Run all checks of a project into ``audit.results``, ``audit.failures`` and ``audit.scores``."""
    from gristmill import checks

    run = str(params.get("run") or "session")
    day = typed("date", params["as_of"])
    published = runs.current(project)
    # A session looks at the published run, so what came before that is what came before.
    compared = published.run if run == "session" and published else run
    for relation in ("audit.results", "audit.failures"):
        engine.drop(relation)
    checks.prepare(engine)
    found = []
    earlier.bring(project, compared, engine)
    with earlier.before(project, compared) as before:
        for module in checks.load([layer.root for layer in project.layers]):
            found += checks.run(engine, module.relation, module.schema, as_of=day, run_id=run, before=before)
        checks.prepare_quarantine(engine)
        found += [_judge_query(engine, query, run, before) for query in queries]
    checks.store_scores(engine, found)


def set_apart(project: Project, engine: Engine, relation: str, params: Mapping[str, Any]) -> int:
    """Leave the rows of a relation just made that a check quarantines out of it; returns how many.

    They are in ``audit.quarantine``, and back by themselves when they were mended at the source.
    """
    from gristmill import checks

    path = checks.module_files([layer.root for layer in project.layers]).get(relation)
    if path is None:
        return 0
    if not may_set_apart(project, relation):
        if "audit.quarantine" in engine.relations():
            # A check that has let go of its rows.
            engine.execute("delete from audit.quarantine where relation = $relation", {"relation": relation})
        return 0
    module = checks.load_file(path, relation)
    run = str(params.get("run") or "session")
    day = typed("date", params["as_of"])
    return checks.set_apart(engine, relation, module.schema, as_of=day, run_id=run)


def may_set_apart(project: Project, relation: str) -> bool:
    """True when the checks of a relation speak of a quarantine at all; reading a module loads Pandera, which takes longer than most relations."""
    from gristmill import checks

    path = checks.module_files([layer.root for layer in project.layers]).get(relation)
    return path is not None and "quarantine" in path.read_text(encoding="utf-8", errors="replace")


def _judge_query(engine: Engine, query: Template, run: str, before: Before) -> Any:
    from gristmill import checks

    return checks.record_query(engine, query.relation, run_id=run, before=before, **judged_by(query))


def judged_by(query: Template) -> dict[str, Any]:
    """What a query of ``sql/audit`` says it judges: relation, sentence, and severity, dimension, shares where it names them."""
    names = ("relation", "severity", "dimension", "max_share", "max_growth")
    said: dict[str, Any] = dict(zip(names, query.judges.split(), strict=False))
    for share in ("max_share", "max_growth"):
        if share in said:
            said[share] = typed("double", said[share])
    return {**said, "sentence": query.summary, "owner": query.owner}


def says_what_it_judges(template: Template, reads: Sequence[str]) -> list[Problem]:
    """A query in ``sql/audit`` selects wrong rows of a relation, unless it tells of what the checks found."""
    if template.schema != "audit" or template.judges or any(one.startswith("audit.") for one in reads):
        return []
    return [
        Problem(
            "does not say what it judges.",
            where=template.shown,
            expected="Expected '-- judges   clean.orders warning consistency [share that may fail [growth of it]]'.",
        )
    ]
