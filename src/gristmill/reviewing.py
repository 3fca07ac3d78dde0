"""What stewards look at and decide: doubtful customers of the published run, decisions about them, and whose an id is.

Nothing of a run is changed here: a decision is a line of ``reviews/decisions.csv``, and the next run follows it.
Ids that hold an e-mail or phone (of people known from an order or event alone) are shown and stored as a digest, ``~1f3a…``.
"""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from gristmill import runs, steps
from gristmill.engine import Engine, quote
from gristmill.errors import ConfigError, ParameterError, Problem, did_you_mean
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.report import mask
from gristmill.unify import decisions, waterfall
from gristmill.unify.decisions import Decision

SHOWN = {
    "full_name": "name",
    "given_name": "name",
    "family_name": "name",
    "email": "email",
    "phone": "phone",
    "birth_date": "birth_date",
    "postcode": "postcode",
    "address": "address",
    "city": "address",
    "company": "company",
    "member_no": "id",
}
"""Columns of a record that a steward sees, and their pii kinds."""
DOUBTS = {
    "review": "may be one customer",
    "cut": "merged by weight, kept apart",
    "within": "may be two customers",
}
"""Doubts of ``unify.doubts`` in words."""
DECIDED = ("unify/decided", "unify/labels", "unify/thresholds", "unify/doubts")
"""What is made again in a session, so that decisions made since the run count."""


@dataclass(frozen=True)
class Record:
    """One record as it may be shown: its id (or digest), source, and what it says, masked or not."""

    record_id: str
    source: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Doubt:
    """One doubt, about two customers or within one."""

    value: float
    """What they bought, in the currency that most orders are in; 0 where nothing is known."""
    n_records: int
    doubt: str
    reason: str
    left: Record
    right: Record
    customer_id: str
    other_id: str
    n_pairs: int
    probability: float
    weights: tuple[tuple[str, float], ...]
    """The waterfall of the pair: words and bits, the sum last."""


@dataclass(frozen=True)
class Agreement:
    """How the present threshold does on the pairs that people decided; None where nothing can be said."""

    n_labels: int
    n_compared: int
    """Decided pairs that have a weight at all."""
    merge_above: float
    precision: float | None
    recall: float | None
    suggested: float | None
    suggested_precision: float | None
    suggested_recall: float | None


@dataclass(frozen=True)
class Known:
    """What is known of a customer id."""

    asked: str
    current: str | None
    """None when none of its records is left."""
    events: tuple[tuple[Any, ...], ...]
    """run, event, customer, other, records; oldest first."""
    records: tuple[Record, ...]


@contextmanager
def opened(project: Project) -> Iterator[Mill]:
    """The published run, with the decisions as the file holds them now.

    Raises ConfigError when nothing is published, SourceError with everything that is wrong with the file.
    """
    decisions.read(project.root / decisions.FILE)
    with Mill(project) as mill:
        if mill.published is None:
            raise ConfigError(Problem("Nothing is published yet.", hint="gristmill run"))
        missing = [name for name in ("unify.scores", "unify.members") if name not in mill.engine.relations()]
        if missing:
            raise ConfigError(Problem(f"The published run has no {missing[0]}.", hint="gristmill run"))
        steps.decide(project, mill.engine, {})
        yield mill


def doubts(mill: Mill, *, most: int | None, show: bool = False) -> tuple[list[Doubt], int]:
    """The doubts of the published run, the most valuable first, ``most`` of them (None: all); and how many there are."""
    engine = mill.engine
    for ref in DECIDED:
        mill.run(ref)
    n = int(engine.scalar("select count(*) from unify.doubts"))
    rows = doubt_rows(engine, most)
    records = records_of(
        engine, [key for row in rows for key in row[4:6]], show=show or not mill.project.mask
    )
    return [
        Doubt(
            float(value),
            size,
            doubt,
            reason,
            records[left],
            records[right],
            one,
            other,
            n_pairs,
            chance,
            tuple(waterfall(engine, left, right)),
        )
        for value, size, doubt, reason, left, right, one, other, n_pairs, chance in rows
    ], n


def doubt_rows(engine: Engine, most: int | None = None) -> list[tuple[Any, ...]]:
    """The queue: value, n_records, doubt, reason, left_id, right_id, customer_id, other_id, n_pairs, match_probability."""
    limit = "" if most is None else f" limit {int(most)}"
    return engine.rows(
        "select value, n_records, doubt, reason, left_id, right_id, customer_id, other_id, n_pairs, match_probability"
        " from unify.doubts order by value desc, n_records desc, abs(match_weight), customer_id, other_id"
        + limit
    )


def agreement(mill: Mill) -> Agreement:
    """Precision and recall of the present threshold on the decided pairs, and the threshold that would agree best."""
    labels = mill.run("unify/labels").rows()
    thresholds = mill.run("unify/thresholds").rows()
    compared = [(is_same, verdict == "merge") for _, _, is_same, _, _, verdict in labels if verdict]
    n_merged = sum(merged for _, merged in compared)
    n_same = sum(is_same for is_same, _ in compared)
    n_right = sum(is_same and merged for is_same, merged in compared)
    # One kind of label alone says nothing about where the line between the two should be.
    best = next((row for row in thresholds if row[-1]), None) if 0 < n_same < len(compared) else None
    return Agreement(
        n_labels=len(labels),
        n_compared=len(compared),
        merge_above=merge_above(mill),
        precision=n_right / n_merged if n_merged else None,
        recall=n_right / n_same if n_same else None,
        suggested=best[0] if best else None,
        suggested_precision=best[4] if best else None,
        suggested_recall=best[5] if best else None,
    )


def merge_above(mill: Mill) -> float:
    """The threshold that the published run was made with."""
    given = {**mill.project.params, **(mill.published.params if mill.published else {})}
    return float(given.get("merge_above", mill.catalog.get("unify/scores").params["merge_above"].default))


def unknown(mill: Mill) -> list[str]:
    """A note for each decision about records that are not among those of the published run."""
    mill.run("unify/decided")
    rows = mill.engine.rows(
        "select n.line from unify.decisions as n left join unify.decided as d on d.line = n.line"
        " where d.line is null order by n.line"
    )
    return [
        f"{decisions.FILE}:{line} names a record that is not in the published run; it is kept and does nothing."
        for (line,) in rows
    ]


def who(project: Project) -> str:
    """Who decides: the user of the project's git, else of the machine."""
    with suppress(OSError, subprocess.SubprocessError):
        asked = ["git", "-C", str(project.root), "config", "user.name"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
        if said:
            return said
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that nobody has given a name.
        return "unknown"


def decide(project: Project, left: str, right: str, decision: str, why: str = "") -> int:
    """Add a decision to ``reviews/decisions.csv``; returns its line.

    Raises ParameterError for records that the published run does not have, SourceError for a decision that
    contradicts one that is there.
    """
    with opened(project) as mill:
        (_, left_id, left_digest), (_, right_id, right_digest) = pair_of(mill.engine, left, right)
    new = Decision(
        left_id,
        right_id,
        decision,
        who=who(project),
        at=runs.now().isoformat(),
        why=why,
        left_digest=left_digest,
        right_digest=right_digest,
    )
    return decisions.append(project.root / decisions.FILE, new, lock=project.state / "decisions.lock")


def customer(mill: Mill, asked: str, *, show: bool = False) -> Known:
    """Whose an id is now, what became of it, and its records. Raises ParameterError for an id that was never given."""
    engine = mill.engine
    if "unify.resolved_ids" not in engine.relations():
        raise ConfigError(Problem("The published run keeps no customer ids.", hint="gristmill run"))
    found = engine.rows("select current_id from unify.resolved_ids where customer_id = $id", {"id": asked})
    if not found:
        near = [
            row[0]
            for row in engine.rows(
                "select customer_id from unify.resolved_ids"
                " order by levenshtein(customer_id, $id), customer_id limit 5",
                {"id": asked},
            )
        ]
        raise ParameterError(
            Problem(f"The id {asked} was never given to a customer.", hint=did_you_mean(asked, near))
        )
    current = found[0][0]
    events = engine.rows(
        "select run_id, event, customer_id, other_id, n_records from unify.id_events"
        " where customer_id in ($id, $now) or other_id in ($id, $now) order by run_id, event, customer_id, other_id",
        {"id": asked, "now": current or asked},
    )
    ids = [
        row[0]
        for row in engine.rows(
            "select contact_id from unify.members where customer_id = $id order by contact_id",
            {"id": current},
        )
    ]
    records = records_of(engine, ids, show=show or not mill.project.mask)
    return Known(asked, current, tuple(events), tuple(records[one] for one in ids))


def records_of(engine: Engine, ids: Sequence[str], *, show: bool) -> dict[str, Record]:
    """Records by contact_id, as they may be shown."""
    columns = ", ".join(quote(name) for name in SHOWN)
    rows = engine.rows(
        f"select contact_id, case when is_contact then contact_id else '~' || left(md5(contact_id), 12) end,"
        f" _source, {columns} from unify.persons where contact_id in (select unnest(cast($ids as varchar[])))",
        {"ids": list(dict.fromkeys(ids))},
    )
    return {
        row[0]: Record(
            row[0] if show else row[1],
            row[2],
            {
                name: str(value if show else mask(value, kind))
                for (name, kind), value in zip(SHOWN.items(), row[3:], strict=True)
                if value is not None
            },
        )
        for row in rows
    }


def pair_of(engine: Engine, left: str, right: str) -> list[tuple[str, str, str]]:
    """Both records as ``_named`` gives them. Raises ParameterError when one is not there, or they are one."""
    sides = [_named(engine, name) for name in (left, right)]
    problems = [one for one in sides if isinstance(one, Problem)]
    if problems:
        raise ParameterError(problems)
    found = [one for one in sides if not isinstance(one, Problem)]
    if found[0][0] == found[1][0]:
        raise ParameterError(Problem(f"{left} and {right} are one record.", hint="name two"))
    return found


def _named(engine: Engine, name: str) -> tuple[str, str, str] | Problem:
    """A record's contact_id, the id to write down for it, and its digest where the id is a place in a file."""
    rows = engine.rows(
        "select p.contact_id, case when p.is_contact then p.contact_id else '~' || left(md5(p.contact_id), 12) end, f.is_keyed, f.digest"
        " from unify.persons as p join unify.fingerprints as f on f.contact_id = p.contact_id"
        " where p.contact_id = $name or '~' || left(md5(p.contact_id), 12) = $name order by p.contact_id",
        {"name": name},
    )
    if rows:
        contact_id, found, is_keyed, digest = rows[0]
        return contact_id, found, "" if is_keyed else digest
    near = engine.rows(
        "select contact_id from unify.persons where is_contact order by levenshtein(contact_id, $name), contact_id limit 3",
        {"name": name},
    )
    hint = did_you_mean(
        name, [row[0] for row in near], otherwise="'gristmill review' lists the ids of records"
    )
    return Problem(f"There is no record {name} in the published run.", hint=hint)
