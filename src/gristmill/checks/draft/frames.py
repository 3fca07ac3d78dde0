"""What is drafted over several columns of a row: an order they keep, and columns that decide others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gristmill.checks.draft.evidence import Drafted, Rule
from gristmill.checks.draft.profile import Dependency, Ordered, Profile

MOST_FIRM = 8
"""Firm rules of a kind: more of them say the same again."""


def frame_rules(profile: Profile, columns: Sequence[Drafted]) -> list[Rule]:
    """Row rules and functional dependencies of the columns that are written down."""
    by_number = {one.number: one for one in columns}
    return [*_orders(profile, by_number), *_dependencies(profile, by_number)]


def _orders(profile: Profile, columns: Mapping[int, Drafted]) -> list[Rule]:
    firm: list[Rule] = []
    suspicious: list[Rule] = []
    for pair in profile.ordered:
        low, high = profile.columns[pair.low].name, profile.columns[pair.high].name
        types = {columns[pair.low].type, columns[pair.high].type}
        if not (types == {"time"} or types <= {"int", "float"}) or not all(
            re.fullmatch(r"[^\W\d]\w*", name) for name in (low, high)
        ):
            continue
        said = f"{pair.n_failed:,} of {pair.n:,} rows have {low} above {high}" if pair.n_failed else ""
        if pair.n_failed or types == {"time"}:
            rule = Rule(
                check="row_rule",
                value=f"{low} <= {high}",
                evidence=said,
                suspicious=bool(said),
                others=_blamed(profile, pair),
            )
            (suspicious if said else firm).append(rule)
    return suspicious + firm[:MOST_FIRM]


def _blamed(profile: Profile, pair: Ordered) -> tuple[int, ...]:
    """The side that breaks more of the orders it is part of; both where neither does."""
    broken = [(one.low, one.high) for one in profile.ordered if one.n_failed]
    n_low, n_high = (sum(side in one for one in broken) for side in (pair.low, pair.high))
    return (pair.low,) if n_low > n_high else (pair.high,) if n_high > n_low else (pair.low, pair.high)


def _dependencies(profile: Profile, columns: Mapping[int, Drafted]) -> list[Rule]:
    """For each column the ones that decide it best: of those with exceptions up to three, of the others one."""
    rules, firm = [], []
    for number in columns:
        found = sorted(
            (one for one in profile.dependencies if one.dependent == number),
            key=lambda one: (one.n_failed / one.n, -one.n, one.determinant),
        )
        doubted = [one for one in found if one.n_failed]
        rules += [_dependency(profile, one) for one in doubted[:3] if _is_sayable(profile, one)]
        firm += [
            _dependency(profile, one) for one in found[:1] if not one.n_failed and _is_sayable(profile, one)
        ]
    return rules + firm[:MOST_FIRM]


def _is_sayable(profile: Profile, one: Dependency) -> bool:
    names = (profile.columns[one.determinant].name, profile.columns[one.dependent].name)
    return all(name == name.strip() and "," not in name and "->" not in name and name for name in names)


def _dependency(profile: Profile, one: Dependency) -> Rule:
    left, right = profile.columns[one.determinant].name, profile.columns[one.dependent].name
    said = (
        f"{one.n_failed:,} of {one.n:,} rows differ from the others with their {left}" if one.n_failed else ""
    )
    return Rule(
        check="functional_dependency",
        value=f"{left} -> {right}",
        evidence=said,
        suspicious=bool(said),
        others=(one.dependent,),
    )
