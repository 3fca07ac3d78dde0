"""Templates of a project's own segments that are one condition on the customer profile: written, read and changed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gristmill import template
from gristmill.errors import ConfigError, ParameterError, Problem, TemplateError
from gristmill.project import Project
from gristmill.template import Template
from gristmill.written.conditions import condition_of

PROFILE = "segment.profile"
QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
"""A text or a quoted name of SQL."""


@dataclass(frozen=True)
class Own:
    """A segment of the project's own that is a condition on the profile, as its file says it now."""

    name: str
    label: str
    where: str
    path: Path
    version: int
    text: str
    """The whole file: a change is refused when it is another one by then."""


def text_of(where: str, label: str) -> str:
    """The template of a condition. Raises ParameterError for one that a file of lines cannot hold as it is."""
    if any(one.splitlines() != [one] for one in QUOTED.findall(where)):
        raise ParameterError(
            Problem("A text of the condition has a line break.", hint="ask for a part of it: contains")
        )
    condition = "\n  ".join(line.strip() for line in where.strip().splitlines())
    one_line = " ".join(where.split())
    return (
        f"-- Customers with {one_line}.\n--\n-- segment  {' '.join(label.split())}\n"
        "-- grain    one row per customer_id\n-- returns  customer_id\n"
        f"select customer_id\nfrom {PROFILE}\nwhere {condition}\n"
    )


def own(project: Project, name: str) -> Own:
    """A segment of the project's own by the name of its template, to be changed.

    Raises ConfigError when there is none, or when it is more than a condition on the profile.
    """
    newest = max(_files(project, name), key=lambda one: one.version, default=None)
    if newest is None or newest.segment is None:
        raise ConfigError(
            Problem(
                f"There is no segment of the project's own named {name!r}.", hint="gristmill segment list"
            )
        )
    place = condition_of(newest, PROFILE)
    if place is None:
        raise ConfigError(
            Problem(
                f"{newest.shown} is more than a condition on {PROFILE}.", hint="change that file in an editor"
            )
        )
    where = "\n".join(line.strip() for line in newest.sql[slice(*place)].strip().split("\n"))
    return Own(name, newest.segment or name, where, newest.path, newest.version, newest.text)


def _files(project: Project, name: str) -> list[Template]:
    # Only these few: reading every template for one would take longer than to count its customers.
    found = []
    for path in sorted((project.root / "sql" / "segment").glob(f"{name}_v*.sql")):
        with suppress(TemplateError):
            found.append(template.parse(path, shown=project.show(path)))
    return [one for one in found if name in ("*", one.what)]


def owned(project: Project) -> list[Own]:
    """All segments that ``own`` gives, by name."""
    names = sorted({one.what for one in _files(project, "*") if one.segment})
    found = []
    for name in names:
        with suppress(ConfigError):
            found.append(own(project, name))
    return found


def changed(now: Own, where: str, label: str | None) -> str:
    """The file with another condition and label; a head that people wrote stays as it is."""
    found = template.of_text(now.path, now.text)
    start, end = condition_of(found, PROFILE) or (0, 0)
    fresh = text_of(where, label or now.label)
    sql = f"{found.sql[:start]} {fresh.partition(chr(10) + 'where ')[2].rstrip()}{found.sql[end:]}"
    head, _, tail = now.text.partition(found.sql)
    written = text_of(now.where, now.label).partition("\n")[0]
    lines = [
        fresh.partition("\n")[0]
        if line == written
        else f"-- segment  {' '.join((label or now.label).split())}"
        if re.match(r"-- segment\s", line)
        else line
        for line in head.split("\n")
    ]
    return "\n".join(lines) + sql + tail
