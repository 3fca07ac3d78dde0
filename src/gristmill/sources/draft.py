"""Write the guess down as a mapping template: one SELECT a person can read, run and change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gristmill.engine import quote
from gristmill.entities import ENTITIES, literal
from gristmill.sources.evidence import Leaf
from gristmill.sources.guess import ColumnGuess, Guess, Unmapped
from gristmill.sources.shape import tidy

MOST_UNMAPPED = 24
"""Columns without a place that are listed one a line; more are counted."""
_YES = (
    "y",
    "yes",
    "true",
    "t",
    "1",
    "on",
    "o",
    "예",
    "네",
    "거부",
    "수신거부",
    "opt-out",
    "opted out",
    "unsubscribed",
)
_NO = (
    "n",
    "no",
    "false",
    "f",
    "0",
    "off",
    "x",
    "아니오",
    "아니요",
    "동의",
    "수신",
    "수신동의",
    "opt-in",
    "subscribed",
)


@dataclass(frozen=True)
class Draft:
    """A template that is not written yet: the name of its file in ``sql/source/`` and its text."""

    name: str
    """``crm__contacts_v1``; the file is ``<name>.sql``."""
    entity: str
    text: str


def drafts(guess: Guess, *, paths: Sequence[str] = (), version: int = 1) -> list[Draft]:
    """The mapping of a source, and a second one of the people in it when orders carry them along."""
    found = [guess, *([guess.people] if guess.people else [])]
    return [Draft(f"{source_of(g)}__{g.entity}_v{version}", g.entity, draft(g, paths=paths)) for g in found]


def source_of(guess: Guess) -> str:
    """Name of the source a guess is about: ``crm`` of ``raw.crm``."""
    return guess.relation.partition(".")[2]


def draft(guess: Guess, *, paths: Sequence[str] = ()) -> str:
    """Text of the mapping template. ``paths`` are named in its header as the files it was drafted from."""
    source = source_of(guess)
    files = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    names = [column.canonical for column in guess.columns]
    grain = f"one row per {guess.distinct_by.label} of" if guess.distinct_by else "one row per row of"
    lines = [
        f"-- Map {_said(source)} to {guess.entity}: {ENTITIES[guess.entity].meaning}.",
        "--",
        f"-- grain    {grain} raw.{_said(source)}",
        *returns(names),
        f"-- source   drafted from {_said(files or source)}",
        f"--          taken for {guess.entity} (confidence {guess.confidence:.2f}): {_said(guess.reason)}",
    ]
    if guess.is_empty:
        lines.append(f"--          no row is taken: nothing in it says that a row is one of {guess.entity}")
    lines += _body(guess, f"raw.{_name(source)}")
    return "\n".join(lines) + "\n"


def _body(guess: Guess, relation: str) -> list[str]:
    ctes: list[str] = []
    origin = relation
    fields = [(f"{expression(column)} as {column.canonical}", _why(column)) for column in guess.columns]
    if guess.distinct_by:
        by = guess.distinct_by.sql
        ctes += [
            "ranked as (",
            f"  select *, row_number() over (partition by {by} order by _file, _row) as _place",
            f"  from {origin}",
            f"  where {by} is not null",
            ")",
        ]
        origin = "ranked"
    flags = list(dict.fromkeys(c.leaves[0] for c in guess.columns if c.negated and c.sql is None))
    if flags:
        if ctes:
            ctes[-1] = "),"
        ctes += ["flagged as (", "  select"]
        ctes += [f"    {line}" for leaf in flags for line in _turned(leaf)]
        ctes += ["    *", f"  from {origin}", ")"]
        origin = "flagged"
    width = min(60, max((len(text) for text, _ in fields), default=0)) + 1
    lines = [f"with {ctes[0]}", *ctes[1:]] if ctes else []
    lines += ["select", "  _source,", "  _file,", "  _row" + ("," if fields else "")]
    for index, (text, why) in enumerate(fields):
        comma = "," if index < len(fields) - 1 else ""
        lines.append(f"  {text + comma:<{width}}  -- {why}")
    # Within the SELECT, so that a comment is never its last line: whoever wraps the text may rely on it.
    if guess.unmapped:
        lines += ["  -- not mapped:", *_left(guess.unmapped)]
    lines.append(f"from {origin}")
    if guess.is_empty:
        lines.append("where false")
    return [*lines, "where _place = 1"] if guess.distinct_by else lines


def _turned(leaf: Leaf) -> list[str]:
    """A flag that says no, turned: yes becomes no, and what is neither becomes NULL."""
    value = f"lower(trim(cast({leaf.sql} as varchar)))"
    yes, no = (", ".join(literal(word) for word in words) for words in (_YES, _NO))
    return [
        "case",
        f"  when {value} in ({yes}) then 'no'",
        f"  when {value} in ({no}) then 'yes'",
        f"end as {_allowed(leaf)},",
    ]


def _allowed(leaf: Leaf) -> str:
    return quote(f"_not_{leaf.label}")


def expression(column: ColumnGuess) -> str:
    """The SQL that makes a canonical column's value."""
    if column.sql is not None:
        return column.sql
    first = column.leaves[0]
    if len(column.leaves) > 1:
        parts = ", ".join(f"nullif(trim(cast({leaf.sql} as varchar)), '')" for leaf in column.leaves)
        return f"nullif(concat_ws(' ', {parts}), '')"
    if column.negated:
        return _allowed(first)
    if column.network:
        return f"{literal(column.network + ':')} || nullif(trim(cast({first.sql} as varchar)), '')"
    return first.sql


def _why(column: ColumnGuess) -> str:
    if column.sql is not None:
        return _said(column.reason)
    return _said(f"{column.confidence:.2f} {column.reason}")


def _left(unmapped: Sequence[Unmapped]) -> list[str]:
    lines = [f"  --   {_said(left.leaf.label)}: {_said(left.reason)}" for left in unmapped[:MOST_UNMAPPED]]
    more = len(unmapped) - MOST_UNMAPPED
    return [*lines, f"  --   and {more:,} more columns"] if more > 0 else lines


def _said(text: str) -> str:
    """Text that stays within its comment, whatever a file's author put into a name."""
    text = tidy(text)
    return text if len(text) <= 160 else text[:159] + "…"


def _name(source: str) -> str:
    return source if re.fullmatch(r"[a-z_][a-z0-9_]*", source) else quote(source)


def returns(names: Sequence[str]) -> list[str]:
    """The lines of the head that name the columns."""
    return _wrapped("-- returns  ", names or ["nothing but provenance"])


def _wrapped(lead: str, names: Sequence[str], width: int = 110) -> list[str]:
    lines, line = [], lead
    for index, name in enumerate(names):
        word = name + (", " if index < len(names) - 1 else "")
        if len(line) + len(word) > width:
            lines.append(line.rstrip())
            line = "--          "
        line += word
    return [*lines, line.rstrip()]
