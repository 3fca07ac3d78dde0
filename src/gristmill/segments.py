"""Who is in which segment: every scheme and every segment of a project's own, gathered, and followed from run to run.

A scheme is a template of customer_id and segment whose head says ``-- scheme  NAME LABEL``; a segment of one's
own is a template of customer_id whose head says ``-- segment  LABEL``, and is a scheme with one segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from gristmill import carried
from gristmill.engine import Engine, quote
from gristmill.entities import literal
from gristmill.errors import ParameterError, Problem, TemplateError, did_you_mean, listed
from gristmill.project import BASE
from gristmill.template import Template

ASSIGNED, SCHEMES = "segment.assigned", "segment.schemes"
COHORTS = "cohort_scheme"
"""The parameter that names a scheme."""
HISTORY, DAYS = "segment.history_before", "segment.days_before"
SHAPES = {
    HISTORY: {
        **dict.fromkeys(("customer_id", "scheme", "segment"), "varchar"),
        **dict.fromkeys(("since", "until"), "date"),
    },
    DAYS: {"day": "date"},
}
"""Columns and types of what the run before knew."""
SOURCES = {HISTORY: "segment.history", DAYS: "segment.days"}
"""What of the run before each is taken from."""


class Scheme(NamedTuple):
    """One way of putting customers into segments. ``segment`` is the label of the only one, None where rows say it."""

    template: Template
    name: str
    label: str
    segment: str | None


def schemes(found: Sequence[Template]) -> list[Scheme]:
    """The schemes among templates, by name. Raises TemplateError for a name that two of them give."""
    known = []
    for one in found:
        if one.schema != "segment":
            continue
        if one.scheme:
            name, _, label = one.scheme.partition(" ")
            known.append(Scheme(one, name, label.strip() or name, None))
        elif one.segment:
            known.append(Scheme(one, one.what, one.segment, one.segment))
    known.sort(key=lambda scheme: (scheme.name, scheme.template.shown))
    problems = [
        Problem(
            f"is the scheme {later.name!r} too.",
            where=later.template.shown,
            expected=f"{first.template.shown} has that name already.",
            hint="rename one of them",
        )
        for first, later in pairwise(known)
        if first.name == later.name
    ]
    if problems:
        raise TemplateError(problems)
    return known


def gather(found: Sequence[Scheme], engine: Engine, params: Mapping[str, Any]) -> None:
    """Write ``segment.assigned`` (customer_id, scheme, segment) and ``segment.schemes`` (scheme, label, meaning, is_own).

    A customer whom a scheme names twice with one segment is in it once; with two segments both rows stay, and the check
    of segment.members fails. Raises TemplateError for templates that lack one of the columns, all at once, and
    ParameterError for a scheme to split cohorts by that there is not.
    """
    asked = params.get(COHORTS)
    names = [one.name for one in found]
    if asked is not None and asked not in names:
        raise ParameterError(
            Problem(
                f"{COHORTS} is {asked!r}, which is no scheme.",
                expected=f"Schemes: {listed(names, most=40)}.",
                hint=did_you_mean(str(asked), names),
            )
        )
    problems = [
        Problem(
            f"does not select {name}.",
            where=one.template.shown,
            expected=f"Columns: {listed(sorted(names))}.",
        )
        for one in found
        for names in [{column.name for column in engine.columns(one.template.relation)}]
        for name in (("customer_id", "segment") if one.segment is None else ("customer_id",))
        if name not in names
    ]
    if problems:
        raise TemplateError(problems)
    engine.make(
        SCHEMES,
        "select unnest(cast($scheme as varchar[])) as scheme, unnest(cast($label as varchar[])) as label,"
        " unnest(cast($meaning as varchar[])) as meaning, unnest(cast($is_own as boolean[])) as is_own",
        {
            "scheme": [one.name for one in found],
            "label": [one.label for one in found],
            "meaning": [one.template.summary for one in found],
            "is_own": [one.segment is not None for one in found],
        },
    )
    parts = [
        # Whether the schemes that come with gristmill name nobody twice is tested; twelve million rows are not compared for it.
        f"select {'' if one.template.layer == BASE else 'distinct '}cast(customer_id as varchar) as customer_id,"
        f" {literal(one.name)} as scheme,"
        f" {literal(one.segment) if one.segment else 'cast(segment as varchar)'} as segment"
        f" from {one.template.relation} where customer_id is not null"
        + ("" if one.segment else " and segment is not null")
        for one in found
    ]
    nobody = "cast(null as varchar)"
    engine.make(
        ASSIGNED,
        " union all ".join(parts)
        or f"select {nobody} as customer_id, {nobody} as scheme, {nobody} as segment where false",
    )


def recall(engine: Engine, params: Mapping[str, Any] | None = None, *, before: str | None = None) -> None:
    """Who was in which segment up to the run before; empty where there was none.

    ``before`` is the name of an attached database, or None for none.
    """
    del params
    stored = carried.stored(engine, before) if before else frozenset()
    for relation, shape in SHAPES.items():
        source = SOURCES[relation]
        known = f"select * from {quote(before)}.{source}" if before and source in stored else None
        carried.bring(engine, relation, shape, known)
