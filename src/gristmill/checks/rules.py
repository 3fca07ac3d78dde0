"""What a schema comes to: a Plan of rules, each judged in the cheapest way that is exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gristmill.checks.predicates import Stored
from gristmill.checks.words import Wording


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has. ``check`` and ``column`` together are its name within the relation."""

    check: str
    column: str | None
    """None where the rule speaks of several columns or of the whole relation."""
    wording: Wording
    severity: str
    dimension: str
    max_share: float = 0.0
    max_growth: float | None = None
    owner: str | None = None
    only_warns: bool = False
    """Pandera's raise_warning: never more than a warning."""
    cap: int | None = None
    """Pandera's n_failure_cases: most failing rows kept; None leaves it to the run."""
    quarantines: bool = False
    """Rows that fail shall be left out, where the rule is critical and judges rows by themselves."""
    about: tuple[str, ...] = ()
    """The columns of a rule that speaks of several; of a dependency those that make the group; else empty."""


@dataclass(frozen=True, kw_only=True)
class RowRule(Rule):
    """Judged row by row in the one scan. Both conditions are never null."""

    judged: str
    fails: str
    value: str | None
    """SQL of the value to show for a failing row; None shows nothing."""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class UniqueRule(Rule):
    """One grouped pass. Nulls count as equal, as in pandas."""

    columns: tuple[str, ...]
    """SQL of each column, NaN already null."""
    keep: str
    """``all`` rows of a group fail, or all but the ``first`` or ``last``."""


@dataclass(frozen=True, kw_only=True)
class DependencyRule(Rule):
    """One grouped pass: rows of a group that differ from what most of its rows have."""

    judged: str
    on: tuple[str, ...]
    """SQL of the columns that make the group."""
    value: str


@dataclass(frozen=True, kw_only=True)
class AcrossRule(Rule):
    """One grouped pass: values that stand in rows of several sources."""

    judged: str
    value: str
    source: str
    """SQL of the column that says where a row comes from."""


@dataclass(frozen=True, kw_only=True)
class BeforeRule(Rule):
    """A comparison with the runs before. n is 1; without a run before it holds and says so."""

    kind: str
    """drift, same_categories or row_count_band."""
    limits: Mapping[str, float]
    stored: Stored | None = None
    """The column; None where the rule counts rows."""
    personal: bool = False
    """Values are personal: they are counted, and not told."""


@dataclass(frozen=True, kw_only=True)
class ReferenceRule(Rule):
    """One pass against another relation."""

    judged: str
    value: str
    relation: str
    other: str


@dataclass(frozen=True, kw_only=True)
class WholeRule(Rule):
    """One question to the whole relation, answered by aggregates in the same scan: n is 1."""

    holds: str
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    """SQL of what to say of the outcome; empty says nothing."""


@dataclass(frozen=True, kw_only=True)
class SettledRule(Rule):
    """Known before any row is read: a column or type that is not there. n is 1."""

    holds: bool
    note: str = ""
    broken: bool = False
    """The schema cannot be applied as it stands: verdict ``error``, not a finding about the data."""


@dataclass(frozen=True, kw_only=True)
class PythonRule(Rule):
    """Judged by Pandera itself on Arrow batches; ``why`` says what the database could not do."""

    make: Any
    """The pandera Check."""
    why: str
    coerced: Any = None
    """The Pandera type that values are converted to first, or None."""


@dataclass(frozen=True)
class Place:
    """What puts the rows of a relation in order: SQL of one value. Rows may share a place."""

    sql: str
    type: str
    stored: str = ""
    """A stored column that is quicker to look up; empty where there is none."""
    sought: str = ""
    """SQL of the value that column has at ``"place sought"``; other rows may have it too."""


@dataclass(frozen=True)
class Seen:
    """What counting came across of a rule's failing rows."""

    n_failed: int
    place: Place | None = None
    """None where nobody looked for places."""
    places: tuple[Any, ...] = ()
    """Places of the first failing rows, ascending, as many as places.py remembers; rows without one are not there."""
    twice: str = ""
    """The relation of the values that occur more than once; empty for rules other than uniqueness."""


@dataclass(frozen=True)
class Plan:
    """All rules of one relation, in the order of the schema, and how its rows are named."""

    relation: str
    rules: tuple[Rule, ...]
    key: str
    """SQL of a text that names a row; ``null`` where the relation has nothing to name it by."""
    lineage: Mapping[str, str]
    """SQL of _source, _file and _row, typed nulls where the relation lacks them."""
    stored: Mapping[str, Stored] = field(default_factory=dict)
    """How each column is read."""
    seen: dict[str, Seen] = field(default_factory=dict, compare=False, repr=False)
    """What counting came across, by rule, so that fetching failing rows need not look for them again."""

    def row_rules(self) -> Iterator[RowRule]:
        """The rules of the one scan."""
        return (rule for rule in self.rules if isinstance(rule, RowRule))

    def whole_rules(self) -> Iterator[WholeRule]:
        """The rules that aggregates of the same scan answer."""
        return (rule for rule in self.rules if isinstance(rule, WholeRule))

    def before_rules(self) -> Iterator[BeforeRule]:
        """The rules that compare with earlier runs."""
        return (rule for rule in self.rules if isinstance(rule, BeforeRule))

    def python_rules(self) -> list[PythonRule]:
        """The rules that need batches."""
        return [rule for rule in self.rules if isinstance(rule, PythonRule)]
