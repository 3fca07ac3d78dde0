"""Segments of a project's own: templates of customer_id whose head says ``-- segment  LABEL``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gristmill.engine import Engine
from gristmill.entities import literal
from gristmill.errors import Problem, TemplateError, listed
from gristmill.template import Template


def gather(found: Sequence[Template], engine: Engine, params: Mapping[str, Any]) -> None:
    """Write ``segment.own`` (customer_id, scheme, segment) and ``segment.own_names`` (scheme, segment, meaning)."""
    del params
    problems = [
        Problem(
            "is a segment and does not select customer_id.",
            where=one.shown,
            expected=f"Columns: {listed([column.name for column in engine.columns(one.relation)])}.",
        )
        for one in found
        if "customer_id" not in {column.name for column in engine.columns(one.relation)}
    ]
    if problems:
        raise TemplateError(problems)
    names = {one.what: (one.segment or "", one.summary) for one in found}
    engine.make(
        "segment.own_names",
        "select unnest(cast($scheme as varchar[])) as scheme, unnest(cast($segment as varchar[])) as segment,"
        " unnest(cast($meaning as varchar[])) as meaning",
        {
            "scheme": list(names),
            "segment": [label for label, _ in names.values()],
            "meaning": [meaning for _, meaning in names.values()],
        },
    )
    members = [
        f"select distinct cast(customer_id as varchar) as customer_id, {literal(one.what)} as scheme"
        f" from {one.relation} where customer_id is not null"
        for one in found
    ] or ["select cast(null as varchar) as customer_id, cast(null as varchar) as scheme where false"]
    engine.make(
        "segment.own",
        f"select m.customer_id, m.scheme, n.segment from ({' union all '.join(members)}) as m"
        " join segment.own_names as n on n.scheme = m.scheme",
    )
