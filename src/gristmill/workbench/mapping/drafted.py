"""A mapping as it would be written, and what its drafting needs besides the database."""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gristmill import lint, runs, template
from gristmill.engine import quote
from gristmill.entities import ENTITIES, as_text
from gristmill.errors import GristmillError, Problem, TemplateError
from gristmill.lineage import parse
from gristmill.project import Project
from gristmill.sources import ColumnGuess, Guess
from gristmill.sources.draft import expression
from gristmill.sources.evidence import Leaf
from gristmill.sources.guess import Unmapped
from gristmill.sources.reading import filled, unlike
from gristmill.template import Template
from gristmill.workbench.mapping.text import CHOSEN, difference
from gristmill.written.selects import items

LEFT_OUT = "left out by hand"

Choices = Mapping[str, str | None]
"""Canonical column → the raw column or the expression it is taken from; None takes it from nothing."""


@dataclass(frozen=True)
class Drafted:
    """A mapping as it would be written."""

    source: str
    entity: str
    path: Path
    """The file of the project it goes to."""
    shown: str
    """The path as people read it."""
    text: str
    before: str
    """What the file, or the version before it, says now; empty when there is none."""
    note: str = ""

    @property
    def template(self) -> Template:
        """What the text says, read. Raises TemplateError for one that is no template."""
        found = template.of_text(self.path, self.text, shown=self.shown)
        parse(found)
        return found

    @property
    def seen(self) -> str:
        """Stands for what the file said when this was drafted, so that nobody's change is overwritten unseen."""
        return fingerprint(self.path)

    @property
    def difference(self) -> list[str]:
        """The change, line by line, as git shows it."""
        return difference(self.before, self.text, self.shown)

    def __str__(self) -> str:
        return (
            "\n".join([self.shown, *self.difference]) if self.difference else f"{self.shown} stays as it is."
        )


@dataclass(frozen=True)
class Reading:
    """How the values of a canonical column read, over all rows."""

    n_rows: int
    n_filled: int
    n_unlike: int
    """Filled values that do not look like what the column holds."""
    what: str
    """What is wrong with those, in words."""
    example: str | None
    """The first of them in alphabetical order, in the clear."""


def counting(entity: str, sql: str, types: Mapping[str, str]) -> str:
    """The query that counts columns of a mapping over all rows; ``types`` are those of the columns."""
    texts, flags, counts = [], [], []
    for i, (name, type_) in enumerate(types.items()):
        odd = unlike(entity, name, f"v{i}")
        texts.append(f"{as_text(quote(name), type_)} as v{i}")
        flags.append(f"{filled(f'v{i}')} as f{i}")
        bad = f"f{i} and {odd[0]}" if odd else "false"
        counts += [f"count_if(f{i})", f"count_if({bad})", f"min(case when {bad} then v{i} end)"]
    return (
        f"with mapped as ({sql}\n), texts as (select {', '.join(texts)} from mapped),"
        f" flagged as (select *, {', '.join(flags)} from texts)"
        f" select count(*), {', '.join(counts)} from flagged"
    )


def read(columns: Sequence[tuple[str, str]], row: Sequence[Any]) -> list[Reading]:
    """What the row of ``counting`` says of columns, each an entity and a name."""
    found = []
    for i, (entity, name) in enumerate(columns):
        n_filled, n_unlike, example = row[1 + 3 * i : 4 + 3 * i]
        odd = unlike(entity, name, "v")
        found.append(Reading(int(row[0]), int(n_filled), int(n_unlike), odd[1] if odd else "", example))
    return found


def fingerprint(path: Path) -> str:
    """What a file says, as a short text; empty when there is none."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else ""


@contextmanager
def alone(project: Project, path: Path) -> Iterator[None]:
    """Hold the mappings of a project for a moment, so that two tabs do not write one at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        project.state.mkdir(parents=True, exist_ok=True)
        handle = (project.state / "mapping.lock").open("a")
    except OSError as error:
        raise runs.unwritable(path.parent, error) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fit_for_lint(drafted: Drafted) -> str:
    """The text as ``sql lint`` lets it pass: what only this engine knows is said in its head."""
    body = drafted.template.sql
    head = drafted.text[: -len(body)]
    problems: list[Problem] = []
    for text in (drafted.text, f"{head.rstrip()}\n-- engine   duckdb\n{body}"):
        try:
            problems = list(lint.portable(template.of_text(drafted.path, text, shown=drafted.shown)))
        except GristmillError as error:
            problems = list(error.problems)
        if not problems:
            return text
    raise TemplateError(problems)


def around(sql: str) -> str:
    """What a mapping says besides its columns: where it takes its rows from, and which."""
    found = items(sql)
    rest = sql[: found[0].start] + sql[found[-1].end :] if found else sql
    # Not splitlines: a text of the SELECT may hold marks that Python takes for the end of a line, and SQL does not.
    return "\n".join(line for line in rest.split("\n") if not line.lstrip().startswith("--"))


def speaks_of(sql: str, leaf: Leaf) -> bool:
    """True when an expression names a raw column; a name too many hides more than it must, never less."""
    return bool(re.search(rf"(?<!\w){re.escape(leaf.path[-1])}(?!\w)", sql, re.IGNORECASE))


def with_choices(guess: Guess, entity: str, wanted: Choices) -> Guess:
    """The guess with what was chosen in place of what was guessed."""
    have = {column.canonical: column for column in guess.columns}
    for name, sql in wanted.items():
        if sql is None:
            have.pop(name, None)
        elif name not in have or expression(have[name]) != sql:
            have[name] = ColumnGuess(name, (), 1.0, CHOSEN, sql=sql)
    texts = [column.sql for column in have.values() if column.sql]
    taken = {leaf for column in have.values() for leaf in column.leaves}
    free = [leaf for column in guess.columns for leaf in column.leaves if leaf not in taken]
    unmapped = [*guess.unmapped, *(Unmapped(leaf, LEFT_OUT) for leaf in dict.fromkeys(free))]
    left = tuple(one for one in unmapped if not any(speaks_of(sql, one.leaf) for sql in texts))
    columns = tuple(have[name] for name in ENTITIES[entity].names if name in have)
    return replace(guess, columns=columns, unmapped=left)
