"""``run``: judge one relation by one schema and keep what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gristmill.checks import batches, results, scan, words
from gristmill.checks import before as earlier
from gristmill.checks.before import Before
from gristmill.checks.column import DEFAULT_SEVERITY, DIMENSIONS, SEVERITIES
from gristmill.checks.compile import compile_schema, keep_converted
from gristmill.checks.modules import schema_of
from gristmill.checks.results import Result, verdict_of
from gristmill.checks.rules import Plan, PythonRule, Rule, SettledRule
from gristmill.checks.scan import Count, name_of
from gristmill.engine import Engine, quote_relation
from gristmill.errors import CheckError, GristmillError, Problem, did_you_mean, listed

SAMPLES = 5
"""Keys of failing rows that a result shows."""


@dataclass(frozen=True)
class Judged:
    """One relation judged; nothing is stored yet."""

    results: list[Result]
    plan: Plan | None
    """None when the relation is not there or the schema cannot be read."""
    failures: list[batches.Failure]
    """What rules that ran in Python found, capped; the database finds the others' by the plan."""
    n_rows: int


def judge(
    engine: Engine,
    relation: str,
    schema: Any,
    *,
    as_of: dt.date,
    from_file: bool = False,
    before: Before | None = None,
    cap: int = 1000,
    sink: batches.Sink | None = None,
) -> Judged:
    """Judge ``relation`` by a Pandera schema or model; one Result a rule, in the order of the schema.

    ``from_file``: its texts are what a file held; the relation is made anew with what they are read as. ``sink`` is given every failing row that Python finds.
    A rule that cannot be judged has verdict ``error`` and the others still run; a relation that is not
    there is one such result.
    """
    columns = engine.columns(relation)
    if not columns:
        return Judged([_no_relation(engine, relation)], None, [], 0)
    try:
        made = schema_of(schema)
        kept = keep_converted(engine, relation, made, columns, as_of=as_of) if from_file else None
        plan = compile_schema(relation, made, columns, as_of=as_of, from_file=from_file, kept=kept)
    except GristmillError as error:
        return Judged([_broken(relation, "schema", "the schema can be read", str(error))], None, [], 0)
    counted = scan.counts(engine, plan) | earlier.counts(engine, plan, before)
    judged, failures = batches.judge(engine, plan, cap=cap, sink=sink)
    counted |= judged
    n_rows = _n_rows(engine, plan, counted)
    found = [_result(plan, rule, counted, n_rows, before or Before()) for rule in plan.rules]
    return Judged(found, plan, failures, n_rows)


def run(
    engine: Engine,
    relation: str,
    schema: Any,
    *,
    as_of: dt.date,
    run_id: str,
    max_failures: int = 1000,
    before: Before | None = None,
) -> list[Result]:
    """Judge ``relation`` as ``judge`` does and keep what was found.

    Writes a row a result to ``audit.results`` and at most ``max_failures`` failing rows a rule to
    ``audit.failures`` (counts are never capped), replacing what this run said of the relation before.
    """
    results.prepare(engine)
    results.forget(engine, relation, run_id)
    found = judge(engine, relation, schema, as_of=as_of, before=before, cap=max_failures)
    if found.plan:
        wrong = failed(found.plan, found.results)
        scan.store_failing(engine, found.plan, wrong, run_id=run_id, cap=max_failures)
        _store_python(engine, relation, run_id, found.failures)
    samples = _samples(engine, relation, run_id)
    done = [
        replace(one, sample_keys=samples.get(f"{one.column or ''}.{one.check}", ())) for one in found.results
    ]
    results.store(engine, run_id, done)
    return done


def failed(plan: Plan, found: Sequence[Result]) -> list[Rule]:
    """The rules of a plan that rows failed."""
    bad = {(one.column, one.check) for one in found if one.n_failed}
    return [rule for rule in plan.rules if (rule.column, rule.check) in bad]


def _n_rows(engine: Engine, plan: Plan, counted: Mapping[str, Count]) -> int:
    # A rule that judges every row has counted them.
    for rule in plan.row_rules():
        if rule.judged == "true" and not counted[name_of(rule)].error:
            return counted[name_of(rule)].n
    return int(engine.scalar(f"select count(*) from {quote_relation(plan.relation)}"))


def _result(
    plan: Plan,
    rule: Rule,
    counted: Mapping[str, Count],
    n_rows: int,
    before: Before,
) -> Result:
    if isinstance(rule, SettledRule):
        count = Count(1, 0 if rule.holds else 1, note=rule.note)
        error = rule.broken
    else:
        count = counted.get(name_of(rule), Count())
        error = bool(count.error)
    severity = rule.severity
    if rule.only_warns and severity == "critical":
        severity = "warning"
    note = count.error or count.note
    if not error and count.n == 0:
        empty = "nothing to judge: " + ("every value is missing" if n_rows else "the relation is empty")
        note = f"{empty}; {note}" if note else empty
    share_before = before.share_failed(plan.relation, rule.column, rule.check)
    verdict = verdict_of(
        count.n,
        count.n_failed,
        rule.max_share,
        severity,
        max_growth=rule.max_growth,
        share_before=share_before,
    )
    if rule.max_growth is not None and not error:
        note = "; ".join(filter(None, (note, words.growth(share_before, rule.max_growth))))
    return Result(
        relation=plan.relation,
        column=rule.column,
        check=rule.check,
        sentence=rule.wording.sentence,
        severity=severity,
        dimension=rule.dimension,
        n=count.n,
        n_failed=count.n_failed,
        max_share=rule.max_share,
        verdict="error" if error else verdict,
        ran_in="python" if isinstance(rule, PythonRule) else "sql",
        seconds=round(count.seconds, 6),
        max_growth=rule.max_growth,
        owner=rule.owner,
        note=note,
    )


def _samples(engine: Engine, relation: str, run_id: str) -> dict[str, tuple[str, ...]]:
    found = engine.rows(
        'select column_name, check_name, list("key" order by "key") from ('
        '  select column_name, check_name, "key",'
        '    row_number() over (partition by column_name, check_name order by "key") as place'
        '  from (select distinct column_name, check_name, "key" from audit.failures'
        '    where run_id = $run_id and relation = $relation and "key" is not null))'
        f" where place <= {SAMPLES} group by 1, 2",
        {"run_id": run_id, "relation": relation},
    )
    return {f"{column or ''}.{check}": tuple(keys) for column, check, keys in found}


def _store_python(engine: Engine, relation: str, run_id: str, failures: Sequence[batches.Failure]) -> None:
    if not failures:
        return
    texts = [list(column) for column in zip(*failures, strict=True)]
    types = ["varchar[]"] * 7 + ["bigint[]"]
    lists = ", ".join(f"unnest(cast($p{i} as {type_}))" for i, type_ in enumerate(types))
    params: dict[str, Any] = {f"p{i}": values for i, values in enumerate(texts)}
    params |= {"run_id": run_id, "relation": relation}
    engine.execute(f"insert into audit.failures select $run_id, $relation, {lists}", params)


def _no_relation(engine: Engine, relation: str) -> Result:
    hint = did_you_mean(relation, engine.relations(), otherwise="the stage that makes it has not run")
    return _broken(relation, "relation", f"there is a relation {relation}", f"there is none. Hint: {hint}")


def _broken(relation: str, check: str, sentence: str, note: str) -> Result:
    return Result(
        relation,
        None,
        check,
        sentence,
        DEFAULT_SEVERITY,
        "validity",
        0,
        0,
        0.0,
        "error",
        "sql",
        0.0,
        note=note,
    )


def record_query(
    engine: Engine, audit: str, relation: str, *, run_id: str, max_failures: int = 1000, **said: Any
) -> Result:
    """Keep what a query for wrong rows found, as ``judge_query`` judges it, and at most ``max_failures`` of the rows."""
    result = judge_query(engine, audit, relation, **said)
    results.prepare(engine)
    own = {"run_id": run_id, "check": result.check}
    for table in ("audit.results", "audit.failures"):
        engine.execute(f"delete from {table} where run_id = $run_id and check_name = $check", own)
    engine.execute(
        'insert into audit.failures (run_id, relation, check_name, "key", column_name, "value", reason)'
        ' select $run_id, relation, $check, "key", column_name, cast("value" as varchar), reason'
        f' from {quote_relation(audit)} order by "key", column_name, "value", reason limit {int(max_failures)}',
        own,
    )
    results.store(engine, run_id, [result])
    return result


def judge_query(
    engine: Engine,
    audit: str,
    relation: str,
    *,
    sentence: str,
    severity: str = DEFAULT_SEVERITY,
    dimension: str = "consistency",
    max_share: float = 0.0,
    max_growth: float | None = None,
    owner: str | None = None,
    before: Before | None = None,
) -> Result:
    """Judge ``relation`` by a query for wrong rows; zero rows are a pass, and nothing is written.

    ``audit`` is the stored relation that a template of ``sql/audit/`` made (relation, key,
    column_name, value, reason). ``sentence`` is the template's first line. Raises CheckError when a word is
    not one of ours or the query's relation lacks a column; EngineError when ``relation`` is gone.
    """
    for what, word, known in (("severity", severity, SEVERITIES), ("dimension", dimension, DIMENSIONS)):
        if word not in known:
            raise CheckError(Problem(f"{word!r} is no {what}.", expected=f"Known: {listed(known)}."))
    there = {column.name for column in engine.columns(audit)}
    gone = [name for name in ("relation", "key", "column_name", "value", "reason") if name not in there]
    if gone:
        raise CheckError(
            Problem(
                f"{audit} has no column {listed(gone)}.", expected="relation, key, column_name, value, reason"
            )
        )
    check = audit.partition(".")[2] or audit
    n_failed = int(engine.scalar(f"select count(*) from {quote_relation(audit)}"))
    n = max(int(engine.scalar(f"select count(*) from {quote_relation(relation)}")), n_failed)
    share_before = before.share_failed(relation, None, check) if before else None
    notes = [] if n else ["nothing to judge: the relation is empty"]
    if max_growth is not None:
        notes.append(words.growth(share_before, max_growth))
    keys = engine.rows(f'select distinct "key" from {quote_relation(audit)} order by 1 limit {SAMPLES}')
    return Result(
        relation=relation,
        column=None,
        check=check,
        sentence=words.audit(sentence),
        severity=severity,
        dimension=dimension,
        n=n,
        n_failed=n_failed,
        max_share=max_share,
        verdict=verdict_of(
            n, n_failed, max_share, severity, max_growth=max_growth, share_before=share_before
        ),
        ran_in="sql",
        seconds=0.0,
        sample_keys=tuple(str(row[0]) for row in keys),
        max_growth=max_growth,
        owner=owner,
        note="; ".join(notes),
    )
