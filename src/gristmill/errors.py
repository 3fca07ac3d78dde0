"""The exceptions of gristmill and the one way they are worded.

A message is a fact, a place, what was expected, then ``Hint:`` with the next command or the
nearest spelling. One error may carry many problems: everything wrong with a file is told at once.

GristmillError
├── UsageError            the caller can mend it; exit code 2
│   ├── ConfigError       gristmill.toml, or a project that is not there
│   ├── TemplateError     a .sql file: header, syntax, parameters, lint, lock
│   ├── ParameterError    a value given for a parameter: unknown, missing or of another type
│   ├── SourceError       a data file: missing, empty, unreadable, mapped wrongly
│   └── CheckError        a check module: relation or column gone, regex that does not compile
└── RunError              something broke while the work was under way; exit code 3
    ├── EngineError       the database refused or failed a statement
    ├── LockedError       another process holds the database or the project
    └── NotebookError     a notebook cell raised, timed out, or its kernel died
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, where (``file:line``), what was expected, what to do next."""

    what: str
    where: str | None = None
    expected: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        head = f"{self.where} {self.what}" if self.where else self.what
        lines = [head]
        if self.expected:
            lines.append(self.expected)
        if self.hint:
            lines.append(f"Hint: {self.hint}")
        return "\n".join(lines)


class GristmillError(Exception):
    """Base of all; ``problems`` holds every problem found, never fewer than one."""

    exit_code = 3

    def __init__(self, problems: Problem | str | Iterable[Problem], **place: str | None) -> None:
        if isinstance(problems, str):
            problems = Problem(problems, **place)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n\n".join(str(p) for p in self.problems))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the line of the cell and the message, not the way through our modules."""
        line, trace = 0, self.__traceback__
        while trace:
            if trace.tb_frame.f_globals.get("__name__") == "__main__":
                line = trace.tb_lineno
            trace = trace.tb_next
        place = [f"In line {line} of this cell:"] if line else []
        return [*place, f"{type(self).__name__}: {self}"]


class UsageError(GristmillError):
    """The caller can mend it: a word of the command line, a file of the project."""

    exit_code = 2


class ConfigError(UsageError):
    """``gristmill.toml`` is wrong, or there is no project here."""


class TemplateError(UsageError):
    """A ``.sql`` file breaks the rules of a template."""


class ParameterError(UsageError):
    """A parameter is unknown, missing or of another type."""


class SourceError(UsageError):
    """A data file cannot be read, or a mapping does not fit it."""


class CheckError(UsageError):
    """A check module does not fit the relation it speaks of."""


class RunError(GristmillError):
    """The work broke while it was under way."""


class EngineError(RunError):
    """The database refused or failed a statement."""


class LockedError(RunError):
    """Another process holds the database or the project."""


class NotebookError(RunError):
    """A notebook cell raised, timed out, or its kernel died."""


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The known word most like ``word``, capitals aside and Hangul by its letters, or None when none is near."""
    known: dict[str, str] = {}
    for one in words:
        known.setdefault(_letters(one), one)
    found = difflib.get_close_matches(_letters(word), list(known), n=1, cutoff=0.6)
    return known[found[0]] if found else None


def _letters(word: str) -> str:
    # A syllable of Hangul is one character: two names of two syllables that differ in a letter would not be near.
    return unicodedata.normalize("NFD", word).casefold()


def did_you_mean(word: str, words: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """The text of a hint that offers the nearest spelling, or ``otherwise``."""
    near = nearest(word, words)
    return f"did you mean {near}?" if near else otherwise


def listed(words: Sequence[str], *, most: int = 12) -> str:
    """``a, b, c`` cut after ``most`` words, saying how many are left."""
    shown = ", ".join(words[:most])
    left = len(words) - most
    return f"{shown} and {left:,} more" if left > 0 else shown or "none"
