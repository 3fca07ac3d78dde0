"""Draft a check module from data: profile it in SQL, keep few rules, count them, write them with their evidence.

profile.py    what the relation looks like, by the templates of sql/draft
evidence.py   one column's evidence; Rule and Drafted, what is made of it
rules.py      type, gaps and keys of a column; numbers.py and texts.py the rest
frames.py     rules over several columns
module.py     the Python text

``draft`` puts it together: what it wrote is judged by gristmill's own checks before it is handed over, so
that nothing fails on the data but what is called suspicious.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from gristmill.checks.column import PII_KINDS
from gristmill.checks.draft.evidence import RARE, Drafted, Rule
from gristmill.checks.draft.frames import frame_rules
from gristmill.checks.draft.module import written
from gristmill.checks.draft.profile import Profile, profile
from gristmill.checks.draft.reasons import explained
from gristmill.checks.draft.rules import column
from gristmill.checks.judge import Judged, judge
from gristmill.checks.modules import load_file
from gristmill.engine import Engine

__all__ = ["Draft", "Finding", "draft"]

_ROUNDS = 4
_NAMES = {"not_null": "nullable"}
"""What a result calls a rule → what the module calls it."""
_SCHEMA = "draft"
Place = tuple[str | None, str]
"""Column and check, as a result names them."""
Counted = tuple[int, int, bool]
"""Rows that fail, rows judged, and whether the rule could not be judged."""


@dataclass(frozen=True)
class Finding:
    """One suspicion: what a few rows do unlike all others, or what a column as a whole does."""

    columns: tuple[str, ...]
    check: str
    evidence: str


@dataclass(frozen=True)
class Draft:
    """A written module and what it found on the way."""

    text: str
    findings: tuple[Finding, ...]
    n_rows: int
    n_columns: int
    n_rules: int


def draft(
    engine: Engine,
    relation: str,
    *,
    name: str,
    day: dt.date,
    from_file: bool = False,
    personal: Mapping[str, str] = MappingProxyType({}),
    tell: Callable[[str], None] = lambda _: None,
) -> Draft:
    """Draft a check module for a stored relation.

    ``name`` is what the module calls the data, ``from_file`` says that its texts are what a file held,
    ``personal`` the kind of personal data by column, whose values no comment shows. The engine must be
    writable: profiles are made in its schema ``draft`` and dropped again. Raises EngineError when the
    relation is not there.
    """
    personal = {one: kind for one, kind in personal.items() if kind in PII_KINDS}
    try:
        return _drafted(engine, relation, name, day, personal, tell, from_file=from_file)
    finally:
        for made in engine.relations():
            if made.startswith(f"{_SCHEMA}.") and made != relation:
                engine.drop(made)


def _drafted(
    engine: Engine,
    relation: str,
    name: str,
    day: dt.date,
    personal: Mapping[str, str],
    tell: Callable[[str], None],
    *,
    from_file: bool,
) -> Draft:
    tell("Profile")
    seen = profile(engine, relation)
    columns = [column(seen, i, personal.get(one.name, "none")) for i, one in enumerate(seen.columns)]
    frame = frame_rules(seen, columns)
    tell("Judge the data by what was drafted")
    for _ in range(_ROUNDS):
        text = written(seen, columns, frame, name=name, day=day.isoformat(), personal=personal)
        columns, frame, is_changed = _counted(
            engine, relation, seen, columns, frame, text, day, from_file=from_file
        )
        if not is_changed:
            break
    text = written(seen, columns, frame, name=name, day=day.isoformat(), personal=personal)
    n_rules = sum(rule.check != "note" for one in columns for rule in one.rules) + len(frame)
    return Draft(text, tuple(_findings(seen, columns, frame)), seen.n_rows, len(columns), n_rules)


def _counted(
    engine: Engine,
    relation: str,
    seen: Profile,
    columns: Sequence[Drafted],
    frame: Sequence[Rule],
    text: str,
    day: dt.date,
    *,
    from_file: bool,
) -> tuple[list[Drafted], list[Rule], bool]:
    """Judge all rows by the written module; what more than a few of them break is taken out."""
    with tempfile.TemporaryDirectory(prefix="gristmill-") as folder:
        path = Path(folder) / "drafted.py"
        path.write_text(text, "utf-8")
        schema = load_file(path, relation).schema
    judged = judge(engine, relation, schema, as_of=day, from_file=from_file)
    failed: dict[Place, Counted] = {
        (one.column, _NAMES.get(one.check, one.check)): (one.n_failed, one.n, one.verdict == "error")
        for one in judged.results
    }
    excused = _excused(engine, seen, judged, columns, frame)
    kept_columns = [_kept(one, seen.columns[one.number].name, failed, excused) for one in columns]
    settled = [
        _settled(rule, failed.get(_place(seen, rule)), _place(seen, rule) in excused) for rule in frame
    ]
    kept_frame = [rule for rule in settled if rule]
    is_changed = kept_columns != list(columns) or kept_frame != list(frame)
    return kept_columns, kept_frame, is_changed


def _kept(one: Drafted, name: str, failed: Mapping[Place, Counted], excused: set[Place]) -> Drafted:
    """A column with the rules that stay; as text where more than a few values are not of its type."""
    settled = [
        _settled(rule, failed.get((name, rule.check)), (name, rule.check) in excused) for rule in one.rules
    ]
    kept = [rule for rule in settled if rule]
    n_failed, n, _ = failed.get((name, "dtype"), (0, 0, False))
    if n_failed and not any(rule.check == "dtype" for rule in kept):
        if n_failed > RARE * n:
            simple = tuple(rule for rule in kept if rule.check in ("nullable", "unique"))
            return replace(one, type="str", is_coerced=False, rules=simple)
        said = f"{n_failed:,} of {n:,} values are of another type"
        kept.append(Rule(check="dtype", evidence=said, suspicious=True))
    return replace(one, rules=tuple(kept))


def _place(seen: Profile, rule: Rule) -> Place:
    """Column and name that a result gives a rule over several columns."""
    name = seen.columns[rule.others[0]].name if rule.check == "functional_dependency" else None
    return name, f"{rule.check}({rule.value})"


def _excused(
    engine: Engine, seen: Profile, judged: Judged, columns: Sequence[Drafted], frame: Sequence[Rule]
) -> set[Place]:
    """The suspicious rules whose exceptions have a reason."""
    if judged.plan is None:
        return set()
    places: dict[Place, int] = {
        (seen.columns[one.number].name, rule.check): one.number
        for one in columns
        for rule in one.rules
        if rule.suspicious
    }
    places |= {
        _place(seen, rule): rule.others[0] for rule in frame if rule.suspicious and rule.check in _EXCUSABLE
    }
    compiled = {
        (rule.column, _NAMES.get(rule.check, rule.check)): rule
        for rule in judged.plan.rules
        if _NAMES.get(rule.check, rule.check).partition("(")[0] in _EXCUSABLE
    }
    numbered = [place for place in places if place in compiled]
    found = explained(
        engine,
        seen,
        judged.plan,
        {i: compiled[place] for i, place in enumerate(numbered)},
        {i: places[place] for i, place in enumerate(numbered)},
    )
    return {numbered[i] for i in found}


_EXCUSABLE = ("isin", "notin", "functional_dependency", "in_range", "str_matches", "nullable")


def _settled(rule: Rule, found: Counted | None, is_excused: bool) -> Rule | None:
    """The rule as the count on all rows leaves it; None when it cannot stay."""
    if is_excused:
        return None
    if found is None:
        return rule
    n_failed, n, is_error = found
    if is_error:
        return None
    if not n_failed:
        return (
            replace(rule, suspicious=False, evidence="") if rule.suspicious and rule.check != "note" else rule
        )
    if rule.suspicious:
        return rule
    # A bound that other rows than those looked at go beyond was only the sample's.
    if n_failed <= RARE * n and rule.check not in ("in_range", "str_length", "isin", "unique"):
        return replace(rule, suspicious=True, evidence=f"{n_failed:,} of {n:,} rows break it")
    return None


def _findings(seen: Profile, columns: Sequence[Drafted], frame: Sequence[Rule]) -> list[Finding]:
    found = [
        Finding((seen.columns[one.number].name,), rule.check, rule.evidence)
        for one in columns
        for rule in one.rules
        if rule.suspicious
    ]
    found += [
        Finding(tuple(seen.columns[i].name for i in rule.others), rule.check, rule.evidence)
        for rule in frame
        if rule.suspicious
    ]
    return found
