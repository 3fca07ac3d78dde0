"""Leave rows that fail a critical check out of their relation, and write down which and why.

A check quarantines where the schema says so (``column(…, quarantine=True)``) and its severity is
critical; only rules that judge a row by itself can. A run makes every relation anew from its sources, so
a row that was mended at the source is back by itself, and one that was not is set apart again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from gristmill.checks import scan
from gristmill.checks.compile import compile_schema
from gristmill.checks.modules import schema_of
from gristmill.checks.rules import Plan, RowRule
from gristmill.engine import Engine, quote_relation

RELATION = "audit.quarantine"
"""One row a row and check it fails: run_id, relation, check_name, key, column_name, value, reason, sentence, lineage."""


def prepare_quarantine(engine: Engine) -> None:
    """Make the table where it is not there yet."""
    engine.execute("create schema if not exists audit")
    engine.execute(
        f"create table if not exists {RELATION} ("
        'run_id varchar, relation varchar, check_name varchar, "key" varchar, column_name varchar,'
        ' "value" varchar, reason varchar, sentence varchar, _source varchar, _file varchar, _row bigint)'
    )


def set_apart(engine: Engine, relation: str, schema: Any, *, as_of: dt.date, run_id: str) -> int:
    """Take the rows that fail a quarantining check out of a stored relation; return how many.

    What this run wrote of the relation before is replaced. Call it once the relation is made and before
    anything reads it. Nothing happens, and 0 is returned, where no check quarantines. Raises CheckError
    for words of the metadata that are not ours, EngineError when the database refuses.
    """
    prepare_quarantine(engine)
    own = {"run_id": run_id, "relation": relation}
    engine.execute(f"delete from {RELATION} where run_id = $run_id and relation = $relation", own)
    columns = engine.columns(relation)
    if not columns:
        return 0
    plan = compile_schema(relation, schema_of(schema), columns, as_of=as_of)
    rules = quarantining(plan)
    if not rules:
        return 0
    for rule in rules:
        found = scan.failing(plan, rule, None, about=True)
        if found:
            engine.execute(
                f'insert into {RELATION} select $run_id, $relation, check_name, "key", column_name, "value",'
                f" reason, $sentence, _source, _file, _row from {found.sql}",
                {**own, **found.params, "sentence": rule.wording.sentence},
            )
    fails = " or ".join(f"({rule.fails})" for rule in rules)
    params: dict[str, Any] = {}
    for rule in rules:
        params |= rule.params
    name = quote_relation(relation)
    n = int(engine.scalar(f"select count(*) from {name} where {fails}", params))
    if n:
        engine.execute(f"delete from {name} where {fails}", params)
    return n


def quarantining(plan: Plan) -> list[RowRule]:
    """The rules of a plan whose failing rows are left out."""
    return [rule for rule in plan.row_rules() if rule.quarantines and rule.severity == "critical"]
