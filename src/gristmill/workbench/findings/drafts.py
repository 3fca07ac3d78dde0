"""From a finding to the change that mends it: a value mapped, excluded or allowed, a check made stricter or milder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gristmill import cluster, failing, lock, reviewing, runs, template
from gristmill.cluster import Proposal
from gristmill.engine import quote, quote_relation
from gristmill.errors import CheckError, ParameterError, Problem, did_you_mean, listed
from gristmill.workbench import opened
from gristmill.workbench.findings import changes, edits
from gristmill.workbench.findings.changes import Change
from gristmill.workbench.findings.failed import kept
from gristmill.workbench.findings.listing import Finding, named

if TYPE_CHECKING:
    from gristmill.mill import Mill

SEVERITIES = ("info", "warning", "critical")
BOUNDS = {"ge": (0,), "gt": (0,), "le": (1,), "lt": (1,), "in_range": (0, 1)}
"""Checks with bounds → which of least and most they have."""
KINDS = {
    "map": "Map the value to another one",
    "exclude": "Read the value as nothing said",
    "allow": "Allow the value",
    "severity": "Change the severity",
    "share": "Change the share that may fail",
    "bound": "Change the bounds",
}
GIVEN = {
    "map": ("value", "into"),
    "exclude": ("value",),
    "allow": ("value",),
    "severity": ("severity",),
    "share": ("max_share",),
    "bound": ("least", "most"),
}
PLACEHOLDERS = "clean/placeholders"
LIST_END = re.compile(r"\n\) as t\(word, is_general\)\s*$")


@dataclass(frozen=True)
class _Module:
    """The check module that speaks of a relation, as a file of the project."""

    path: str
    before: str | None
    """None: it comes with the package, and a change makes it the project's own."""
    text: str


def possible(check: str) -> dict[str, str]:
    """Kind of change → what it does, of those that can be drafted for a check."""
    mill = opened.mill()
    return {kind: KINDS[kind] for kind in kinds_for(mill, named(mill, check))}


def kinds_for(mill: Mill, finding: Finding) -> list[str]:
    """The kinds of changes that can be drafted; none for a check of several columns."""
    found: list[str] = []
    if finding.column is None:
        return found
    is_text = any(
        one.name == finding.column and one.type == "VARCHAR" for one in mill.engine.columns(finding.relation)
    )
    if finding.check not in ("not_null", "dtype", "required") and is_text:
        if f"{finding.relation}.{finding.column}" in cluster.mergeable():
            found.append("map")
        if finding.relation.startswith("clean."):
            found.append("exclude")
    try:
        module = _module(mill, finding)
        edits.line_of(module.text, module.path, finding.column)
    except CheckError:
        return found
    if finding.check == "isin":
        found.append("allow")
    found += ["severity", "share"]
    if finding.check in BOUNDS:
        found.append("bound")
    return found


def now(mill: Mill, finding: Finding) -> dict[str, Any]:
    """What the file says today of what can be changed: severity, max_share, least, most."""
    _, rule = _ruled(mill, finding, None)
    said: dict[str, Any] = {
        "severity": rule.severity if rule else finding.severity,
        "max_share": rule.max_share if rule else finding.max_share,
    }
    if finding.check in BOUNDS and finding.column:
        module = _module(mill, finding)
        given = edits.setting(module.text, module.path, finding.column, finding.check)
        ends = given if isinstance(given, (tuple, list)) else (given,)
        said |= {
            ("least", "most")[place]: end for place, end in zip(BOUNDS[finding.check], ends, strict=False)
        }
    return said


def draft(check: str, kind: str, given: Mapping[str, Any]) -> Change:
    """The change, not made yet."""
    mill = opened.mill()
    finding = named(mill, check)
    known = kinds_for(mill, finding)
    if kind not in known:
        expected = (
            f"For {finding.name}: {listed(known)}."
            if known
            else f"Nothing can be drafted for {finding.name}."
        )
        raise ParameterError(
            Problem(
                f"{kind!r} is no change for this check.", expected=expected, hint=did_you_mean(kind, known)
            )
        )
    unknown = [name for name in given if name not in GIVEN[kind]]
    missing = [name for name in GIVEN[kind] if given.get(name) in (None, "") and kind != "bound"]
    if unknown or missing:
        raise ParameterError(
            Problem(
                f"{kind} takes {listed(GIVEN[kind])}; "
                + (f"{listed(missing)} is missing." if missing else f"{listed(unknown)} is none of it."),
            )
        )
    makers: dict[str, Callable[..., Change]] = {"map": _map, "exclude": _exclude, "allow": _allow}
    if kind in makers:
        return makers[kind](mill, finding, **{name: str(value) for name, value in given.items()})
    return _tuned(mill, finding, kind, given)


# -- values -----------------------------------------------------------------------------------------


def _map(mill: Mill, finding: Finding, value: str, into: str) -> Change:
    at, label = mill.project, f"{finding.relation}.{finding.column}"
    before = changes.text_of(at, cluster.FILE)
    lines = cluster.read(at.root / cluster.FILE, cluster.FILE)
    pair = Proposal(value, into, _n_rows(mill, finding, value), 0, cluster.BY_HAND, 0.0)
    after = cluster.decided(
        lines, label, [pair], "accept", who=reviewing.who(at), when=runs.now().isoformat()
    )
    # A mapping that leads nowhere, or in a circle, would stop the next run.
    cluster.accepted(after)
    says = f"{_shown(value)} of {label} becomes {_shown(into)} from the next run on."
    return _value_change(mill, finding, "map", cluster.FILE, before, cluster.text_of(after), says, value)


def _exclude(mill: Mill, finding: Finding, value: str) -> Change:
    at = mill.project
    found = mill.catalog.get(PLACEHOLDERS)
    path = at.root / "sql" / "clean" / found.path.name
    if found.ref in lock.read(at.root / "sql" / lock.LOCK_NAME):
        hint = f"add {found.what}_v{found.version + 1}.sql with the word"
        raise ParameterError(
            Problem(f"{found.ref} is locked in this project, so its list does not change.", hint=hint)
        )
    before = changes.text_of(at, str(path.relative_to(at.root)))
    text = before if before is not None else found.path.read_text(encoding="utf-8")
    word = value.strip().lower()
    end = LIST_END.search(text)
    if end is None:
        raise ParameterError(Problem("does not end as the list of words does.", where=at.show(path)))
    if word in {row[0] for row in mill.engine.rows(template.of_text(path, text).sql)}:
        raise ParameterError(
            Problem(f"{_shown(value)} is read as nothing said already.", hint="the next run follows the list")
        )
    literal = word.replace("'", "''")
    after = f"{text[: end.start()]},\n    ('{literal}', true){text[end.start() :]}"
    # It has to be a template still, and to hold the word.
    words = {row[0] for row in mill.engine.rows(template.of_text(path, after).sql)}
    if word not in words:
        raise ParameterError(Problem(f"{_shown(value)} cannot stand in the list of words."))
    says = f"{_shown(value)} is read as nothing said from the next run on, in every column of every source."
    return _value_change(mill, finding, "exclude", str(path.relative_to(at.root)), before, after, says, value)


def _allow(mill: Mill, finding: Finding, value: str) -> Change:
    assert finding.column is not None
    module = _module(mill, finding)
    allowed = edits.setting(module.text, module.path, finding.column, "isin")
    if not isinstance(allowed, (list, tuple, set)):
        raise CheckError(Problem(f"isin of {finding.column} is no list.", where=module.path))
    if value in allowed:
        raise ParameterError(
            Problem(f"{_shown(value)} is allowed already.", hint="the next run follows the check")
        )
    after = edits.with_setting(module.text, module.path, finding.column, "isin", [*allowed, value])
    says = f"{_shown(value)} is allowed in {finding.relation}.{finding.column}."
    made = _value_change(mill, finding, "allow", module.path, module.before, after, says, value)
    return _judged(mill, finding, made)


def _value_change(
    mill: Mill,
    finding: Finding,
    kind: str,
    path: str,
    before: str | None,
    after: str,
    says: str,
    value: str,
) -> Change:
    n = _n_rows(mill, finding, value)
    is_personal = kept(mill, finding).value_kind != "none"
    effect = f"Rows of {finding.relation} that have this value: {n:,}."
    return Change(kind, path, before, after, says, effect, is_personal=is_personal)


def _n_rows(mill: Mill, finding: Finding, value: str) -> int:
    return int(
        mill.engine.scalar(
            f"select count(*) from {quote_relation(finding.relation)} where {quote(str(finding.column))} = $value",
            {"value": value},
        )
    )


def _shown(value: str) -> str:
    return f"'{value}'"


# -- the check itself -------------------------------------------------------------------------------


def _tuned(mill: Mill, finding: Finding, kind: str, given: Mapping[str, Any]) -> Change:
    assert finding.column is not None
    module, column = _module(mill, finding), finding.column
    if kind == "severity":
        name, value = _severity(module, finding, str(given["severity"]))
        says = f"{finding.name} is {given['severity']}."
    elif kind == "share":
        name, value = _share(module, finding, given["max_share"])
        says = f"Of the rows that {finding.name} judges {float(given['max_share']):.1%} may fail."
    else:
        name, value = finding.check, _bound(module, finding, given)
        says = f"{finding.name} is {edits.written(value)}."
    after = edits.with_setting(module.text, module.path, column, name, value)
    if after == module.text:
        raise ParameterError(Problem("The check says so already.", where=module.path))
    return _judged(mill, finding, Change(kind, module.path, module.before, after, says))


def _severity(module: _Module, finding: Finding, severity: str) -> tuple[str, Any]:
    if severity not in SEVERITIES:
        expected = f"Expected {listed(SEVERITIES)}."
        raise ParameterError(
            Problem(
                f"{severity!r} is no severity.", expected=expected, hint=did_you_mean(severity, SEVERITIES)
            )
        )
    return "severity", _by_rule(module, finding, "severity") | {finding.check: severity}


def _share(module: _Module, finding: Finding, share: Any) -> tuple[str, Any]:
    number = _number(share, "max_share")
    if not 0 <= number <= 1:
        raise ParameterError(Problem(f"max_share is {number}.", expected="Expected a share from 0 to 1."))
    if finding.check == "not_null":
        return "max_missing", number
    return "max_share", _by_rule(module, finding, "max_share") | {finding.check: number}


def _by_rule(module: _Module, finding: Finding, name: str) -> dict[str, Any]:
    said = edits.setting(module.text, module.path, str(finding.column), name)
    if said is None:
        return {}
    return dict(said) if isinstance(said, dict) else {"*": said}


def _bound(module: _Module, finding: Finding, given: Mapping[str, Any]) -> Any:
    old = edits.setting(module.text, module.path, str(finding.column), finding.check)
    ends = list(old) if isinstance(old, (tuple, list)) else [old]
    if len(ends) != len(BOUNDS[finding.check]) or isinstance(old, dict):
        raise CheckError(
            Problem(f"{finding.check} of {finding.column} is written otherwise.", where=module.path)
        )
    for i, place in enumerate(BOUNDS[finding.check]):
        new = given.get(("least", "most")[place])
        if new in (None, ""):
            continue
        if isinstance(ends[i], str):
            ends[i] = str(new)
        else:
            number = _number(new, ("least", "most")[place])
            ends[i] = int(number) if number.is_integer() else number
    if len(ends) == 2 and ends[0] > ends[1]:
        raise ParameterError(Problem(f"least is {ends[0]} and most is {ends[1]}: nothing lies between."))
    return tuple(ends) if len(ends) == 2 else ends[0]


def _number(said: Any, name: str) -> float:
    try:
        return float(str(said).replace(",", ""))
    except ValueError as error:
        raise ParameterError(Problem(f"{name} is {said!r}.", expected="Expected a number.")) from error


def _module(mill: Mill, finding: Finding) -> _Module:
    from gristmill.checks import module_files

    at = mill.project
    found = module_files([layer.root for layer in at.layers]).get(finding.relation)
    if found is None:
        raise CheckError(Problem(f"{finding.relation} has no check module."))
    is_own = found.is_relative_to(at.root / "checks")
    path = (
        found.relative_to(at.root)
        if is_own
        else Path("checks", *finding.relation.split(".")).with_suffix(found.suffix)
    )
    text = found.read_bytes().decode("utf-8")
    return _Module(path.as_posix(), text if is_own else None, text)


def _ruled(mill: Mill, finding: Finding, text: str | None) -> tuple[Any, Any]:
    """The plan, and its rule, of a check module with this text (None: the file as it is); no rule when it is gone."""
    from gristmill.checking import module_of
    from gristmill.checks import load_file

    if text is None:
        module = module_of(mill.project, finding.relation)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{finding.relation.rpartition('.')[2]}.py")
            path.write_bytes(text.encode())
            module = load_file(path, finding.relation)
    plan = failing.plan_of(mill, module)
    return plan, next(
        (one for one in plan.rules if (one.column, one.check) == (finding.column, finding.check)), None
    )


def _judged(mill: Mill, finding: Finding, made: Change) -> Change:
    """The change with what the check would say of the published run. Raises CheckError for a module that is none."""
    from gristmill.checks import rows
    from gristmill.checks.results import verdict_of
    from gristmill.checks.rules import RowRule

    plan, rule = _ruled(mill, finding, made.after)
    if rule is None:
        raise CheckError(Problem(f"{finding.name} would be gone.", where=made.path))
    n_now = n_failed = kept(mill, finding).n_rows
    if isinstance(rule, RowRule):
        select = rows.failing_select(plan, [rule], lasting=True)
        n_failed = int(mill.engine.scalar(f"select count(*) from ({select})"))
    elif made.kind in ("allow", "bound"):
        return made
    verdict = verdict_of(finding.n, n_failed, rule.max_share, rule.severity, max_growth=None)
    told = f"Rows that fail now: {n_now:,}, then {n_failed:,} would; the check would end as {verdict}."
    return replace(made, effect=f"{made.effect} {told}".strip())
