"""Find the values of one column that are taken for another, with what had to be left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gristmill import entities
from gristmill.catalog import Catalog
from gristmill.cluster.stars import EDGES, STARS, pick_stars
from gristmill.engine import Engine, quote, quote_relation
from gristmill.lineage import Meanings
from gristmill.template import values

COUNTS = "cluster.value_counts"
"""What the templates read: value (text), n (rows) of one column."""
MERGED = "cluster.merged_before"
MAX_LENGTH = 300
MAX_GRAM_VALUES = 100_000
"""Defaults of ``max_length`` and ``max_gram_values`` in the templates' headers."""

LEFT_OUT = """
select coalesce(sum(n_left_out), 0), count(*) filter (n_left_out > 0) from cluster.blocks
"""
SIZES = """
select (select count(*) from cluster.value_counts), (select count(*) from cluster.forms),
    (select count(*) from cluster.value_counts where length(value) > $max_length)
"""
COMPANY = re.compile(r"compan|firm|organi[sz]ation|employer|supplier|vendor|회사|업체|기업|상호|법인|거래처")
PROPOSALS = """
select before, after, n, after_n, method, confidence from cluster.proposals
order by confidence desc, after_n desc, after, n desc, before
"""


@dataclass(frozen=True)
class Proposal:
    """One value and the value it is taken for; ``n`` and ``after_n`` count rows, ``confidence`` is 0 to 1."""

    before: str
    after: str
    n: int
    after_n: int
    method: str
    confidence: float


@dataclass(frozen=True)
class Found:
    """What the templates proposed for one column."""

    proposals: tuple[Proposal, ...]
    """Surest first."""
    n_values: int
    n_long: int
    """Values too long to be a name of a thing; they were not looked at."""
    n_pairs_left_out: int
    """Pairs of large blocks that were not compared; 0 means that every pair sharing a key was."""
    n_blocks_left_out: int
    without_six_letters: bool
    """The column has too many values for keys of six letters in a row."""

    def left_out(self) -> list[str]:
        """What was not looked at, one sentence each; empty when everything was."""
        said = []
        if self.n_long:
            said.append(
                f"{self.n_long:,} values are longer than {MAX_LENGTH} characters and were not looked at."
            )
        if self.n_pairs_left_out:
            said.append(
                f"{self.n_blocks_left_out:,} groups of values are large: each of their values was compared with the"
                f" most frequent ones only, and {self.n_pairs_left_out:,} pairs were left out."
            )
        if self.without_six_letters:
            said.append(
                f"More than {MAX_GRAM_VALUES:,} values: those with typos in both halves of a text may be missed."
            )
        return said


def params_for(column: str, *, least: float, company: bool | None = None) -> dict[str, Any]:
    """Parameters of the templates for a column of that name.

    ``company`` says whether legal forms are passed over; None: where the column's name says that it holds companies.
    """
    kinds = {one.pii for entity in entities.ENTITIES.values() for one in entity.columns if one.name == column}
    named = bool(COMPANY.search(column.lower())) or "company" in kinds
    return {
        "least": least,
        "is_company": named if company is None else company,
        "is_name": "name" in kinds,
        "max_length": MAX_LENGTH,
        "max_gram_values": MAX_GRAM_VALUES,
    }


def maker(
    engine: Engine, catalog: Catalog, meanings: Meanings, params: Mapping[str, Any]
) -> Callable[[str], None]:
    """What makes a template's relation with all that it needs, where there is no project to do it."""
    winners = catalog.winners()

    def make(ref: str) -> None:
        relation = ref.replace("/", ".")
        if relation in engine.relations():
            return
        if relation == STARS:
            make(EDGES)
            pick_stars(engine)
            return
        template = winners[relation]
        for read in meanings.of(template).reads:
            make(read)
        given = {name: value for name, value in params.items() if name in template.params}
        engine.make(relation, template.sql, values(template, given))

    return make


def find(
    engine: Engine,
    relation: str,
    column: str,
    make: Callable[[str], object],
    *,
    merged: Mapping[str, str] | None = None,
) -> Found:
    """Propose merges for a text column of a stored relation.

    ``make`` makes a template's relation with all that it needs (``Mill.run``, or what ``maker`` returns); ``merged`` holds merges
    accepted before (value → survivor), which count as done.
    """
    for left in engine.relations():
        if left.startswith("cluster."):
            engine.drop(left)
    cells = f"select cast({quote(column)} as varchar) as value from {quote_relation(relation)}"
    if merged:
        engine.make(
            MERGED,
            "select unnest(cast($before as varchar[])) as before, unnest(cast($after as varchar[])) as after",
            {"before": list(merged), "after": list(merged.values())},
        )
        cells = (
            f"select coalesce(m.after, c.value) as value from ({cells}) as c"
            f" left join {MERGED} as m on m.before = c.value"
        )
    engine.make(
        COUNTS,
        f"select value, count(*) as n from ({cells}) where value is not null and value <> '' group by value",
    )
    make("cluster/proposals")
    n_values, n_forms, n_long = engine.rows(SIZES, {"max_length": MAX_LENGTH})[0]
    n_pairs, n_blocks = engine.rows(LEFT_OUT)[0]
    return Found(
        proposals=tuple(Proposal(*row) for row in engine.rows(PROPOSALS)),
        n_values=int(n_values),
        n_long=int(n_long),
        n_pairs_left_out=int(n_pairs),
        n_blocks_left_out=int(n_blocks),
        without_six_letters=int(n_forms) > MAX_GRAM_VALUES,
    )
