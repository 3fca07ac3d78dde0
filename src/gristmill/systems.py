"""Which sources share their keys: an order file whose customer numbers are those of the CRM belongs to its system.

Found by looking, as everything ``add`` writes: the share of different customer keys of one source that
are keys of contacts in another, and of order keys of lines that are keys of orders in another.
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
    entity: str
    system: str
    sql: str

    @property
    def names(self) -> tuple[tuple[str, str, str], ...]:
        """What it names of other sources: its column, their entity, and the column of theirs; the surest first."""
        if self.entity == "contacts":
            return ()
        customers = ("contact_key", "contacts", "source_key")
        return (
            (("order_key", "orders", "order_key"), customers)
            if self.entity == "order_lines"
            else (customers,)
        )


def system_for(engine: Engine, mapped: Mapped, others: Sequence[Mapped]) -> tuple[str, str] | None:
    """The system that knows most of what this mapping names, and what that is; None when none knows enough."""
    for column, entity, key in mapped.names:
        keys = _keys(engine, mapped.sql, column)
        shares = []
        for other in (
            (one for one in others if one.entity == entity and one.source != mapped.source) if keys else ()
        ):
            known = _keys(engine, other.sql, key)
            if known:
                share = engine.scalar(
                    f"select avg(case when key in (select key from ({known})) then 1.0 else 0.0 end) from ({keys})"
                )
                # Where two know equally many, the one that is said to belong together goes first.
                shares.append((share or 0.0, other.system == mapped.system, other.system))
        best = max(shares, default=(0.0, True, ""))
        if best[0] >= ALIKE:
            return best[2], "orders" if entity == "orders" else "customers"
    return None


def _keys(engine: Engine, sql: str, column: str) -> str | None:
    types = {found.name: found.type for found in engine.describe(sql)}
    if column not in types:
        return None
    value = as_text(quote(column), types[column])
    return f"select distinct {value} as key from ({sql}\n) where {quote(column)} is not null"


def entered(engine: Engine, project: Project) -> list[Mapped]:
    """What sources of the project are mapped to already; a file that is gone or changed is passed over."""
    found = []
    read: dict[str, bool] = {}
    for template in Catalog(project).winners().values():
        source, _, entity = template.what.rpartition("__")
        if template.schema != "source" or source not in project.sources:
            continue
        try:
            if source not in read:
                read[source] = False
                with tempfile.TemporaryDirectory(prefix="gm-") as temp:
                    sources.read(engine, project.sources[source], project.root, temp=Path(temp))
                read[source] = True
            if read[source]:
                engine.describe(template.sql)
        except GristmillError:
            # What is wrong with an old source is told by the run; here it only cannot help.
            continue
        if read[source]:
            found.append(Mapped(source, entity, project.sources[source].system or source, template.sql))
    return found
