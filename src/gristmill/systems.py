"""Which sources share their keys: an order file whose customer numbers are those of the CRM belongs to its system.

Found by looking, as everything ``add`` writes: the share of different customer keys of one source that
are keys of contacts in another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gristmill import sources
from gristmill.catalog import Catalog
from gristmill.engine import Engine, quote
from gristmill.entities import as_text
from gristmill.errors import GristmillError
from gristmill.project import Project

ALIKE = 0.5
"""Share of a source's customer keys that must be known to another before they are called the same."""


@dataclass(frozen=True)
class Mapped:
    """A mapping as SQL that runs in an engine, and the system it is said to belong to."""

    source: str
    system: str
    sql: str


def system_for(engine: Engine, mapped: Mapped, contacts: Sequence[Mapped]) -> str:
    """The system whose contacts know most of the customers this mapping names; its own when none does."""
    keys = _keys(engine, mapped.sql, "contact_key")
    if not keys:
        return mapped.system
    shares = []
    for other in contacts:
        known = _keys(engine, other.sql, "source_key")
        if known:
            share = engine.scalar(
                f"select avg(case when key in (select key from ({known})) then 1.0 else 0.0 end) from ({keys})"
            )
            # Where two know equally many, the one that is said to belong together goes first.
            shares.append((share or 0.0, other.system == mapped.system, other.system))
    best = max(shares, default=(0.0, True, mapped.system))
    return best[2] if best[0] >= ALIKE else mapped.system


def _keys(engine: Engine, sql: str, column: str) -> str | None:
    types = {found.name: found.type for found in engine.describe(sql)}
    if column not in types:
        return None
    value = as_text(quote(column), types[column])
    return f"select distinct {value} as key from ({sql}\n) where {quote(column)} is not null"


def entered(engine: Engine, project: Project) -> list[Mapped]:
    """The contacts of sources that the project has already; a file that is gone or changed is passed over."""
    found = []
    for template in Catalog(project).winners().values():
        source, _, entity = template.what.rpartition("__")
        if template.schema != "source" or entity != "contacts" or source not in project.sources:
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="gm-") as temp:
                sources.read(engine, project.sources[source], project.root, temp=Path(temp))
            engine.describe(template.sql)
        except GristmillError:
            # What is wrong with an old source is told by the run; here it only cannot help.
            continue
        found.append(Mapped(source, project.sources[source].system or source, template.sql))
    return found
