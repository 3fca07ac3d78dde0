"""An HTML page that explains how the duplicates of a file were found; personal values are masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gristmill.engine import Engine
from gristmill.report import Col, Data, Display, Page, bars, mask, metric, metrics, table
from gristmill.report.atomic import write
from gristmill.report.export import render_text
from gristmill.unify.explain import LABELS, LEVELS, waterfall
from gristmill.unifying.roles import ID, IGNORED, SLOTS, Role

SHOWN_PAIRS = 6
LEAST_BITS = 0.01
"""A step of less is not drawn."""
_PII = {
    "full_name": "name", "given_name": "name", "family_name": "name", "email": "email", "phone": "phone",
    "birth_date": "birth_date", "birth_year": "birth_date", "birth_month": "birth_date", "birth_day": "birth_date",
    "postcode": "postcode", "address": "address", "city": "address", "company": "free_text",
    **{slot: "free_text" for slots in SLOTS.values() for slot in slots},
}  # fmt: skip


def write_page(
    engine: Engine, out: Path, *, title: str, roles: Sequence[Role], n_rows: int, result: str
) -> None:
    """Write the page of what stands in the database of a file. ``result`` is the SELECT of id and cluster_id."""
    cells = [
        _words(f"# Duplicates in {title}"),
        _shown(_figures(engine, n_rows, result)),
        _words(
            "## What each column was taken for\nBy its name and its values; `--exclude` and `--use-model` say otherwise."
        ),
        _shown(_roles(roles)),
        _words(
            "## Where duplicates were looked for\nTwo rows are compared when they share one of these keys. A block is all rows with one value;"
            " what was too large or over budget was not compared under that key, but mostly under another."
        ),
        _shown(_blocks(engine)),
        _words(_lost(engine)),
        _words(
            "## What agreement means\nThe weight is in bits: 1 bit doubles the odds that two rows are the same. `m` is how often rows that are the"
            " same look so, `u` how often rows that are not; both were learned from the data."
        ),
        _shown(_levels(engine, roles)),
        _words("## How large the clusters are"),
        *[_shown(one) for one in _sizes(engine, result)],
        _words(
            "## Some pairs explained\nThe surest, the most doubtful and the nearest miss. Values are masked; the rows bear their ids in the result."
        ),
    ]
    for heading, left, right in _examples(engine):
        cells += [
            _words(f"### {heading}"),
            _shown(_values(engine, roles, left, right)),
            _shown(_steps(engine, left, right)),
        ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    page = Page(
        title=f"Duplicates in {title}", generated_at=dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    )
    write(out, render_text(notebook, page))


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _shown(display: Display) -> dict[str, Any]:
    output = {
        "output_type": "execute_result",
        "data": display._repr_mimebundle_(),
        "metadata": {},
        "execution_count": 1,
    }
    return {
        "cell_type": "code",
        "metadata": {"tags": ["hide-input"]},
        "source": "",
        "outputs": [output],
        "execution_count": 1,
    }


def _data(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> Data:
    return Data(
        tuple(Col(name.replace(" ", "_"), type_, label=name) for name, type_ in columns),
        tuple(tuple(row) for row in rows),
    )


def _figures(engine: Engine, n_rows: int, result: str) -> Display:
    n_clusters = engine.scalar(f"select count(distinct cluster_id) from ({result})")
    doubtful = engine.scalar("select count(*) from unify.scores where verdict = 'review'")
    return metrics(
        [
            metric("Rows", n_rows),
            metric("Different ones", int(n_clusters)),
            metric("Duplicate rows", n_rows - int(n_clusters)),
            metric("Pairs compared", int(engine.scalar("select count(*) from unify.pairs"))),
            metric("Doubtful pairs", int(doubtful), note="followed where all pairs of both clusters agree"),
        ]
    )


def _roles(roles: Sequence[Role]) -> Display:
    rows = [
        (r.column, r.place or {ID: "the id", IGNORED: "not compared"}.get(r.kind, r.kind), r.reason)
        for r in roles
    ]
    return table(_data([("column", "varchar"), ("taken for", "varchar"), ("why", "varchar")], rows))


def _blocks(engine: Engine) -> Display:
    rows = engine.rows(
        "select kind, n_records, n_blocks, largest_block, n_pairs, n_pairs_too_large, n_pairs_over_budget, n_pairs_split"
        " from unify.blocks order by rank, kind"
    )
    names = (
        "rows with it",
        "blocks",
        "largest block",
        "pairs compared",
        "pairs too large",
        "pairs over budget",
        "pairs across parts",
    )
    return table(_data([("key", "varchar"), *((n, "bigint") for n in names)], rows))


def _lost(engine: Engine) -> str:
    """An estimate of the matches that no key proposed, from how many keys propose each match.

    Where keys find matches independently, the number never found follows from those found once and
    those found twice: f1 * (f1 - 1) / (2 * (f2 + 1)).
    """
    once, twice, all_ = engine.rows(
        "select count(*) filter (p.n_keys = 1), count(*) filter (p.n_keys = 2), count(*) from unify.pairs as p"
        " join unify.scores as s on s.left_id = p.left_id and s.right_id = p.right_id"
        " where s.verdict = 'merge' and p.first_key <> 'twin'"
    )[0]
    if not all_:
        return "No pair was merged, so how many were missed cannot be told."
    missed = once * (once - 1) / (2 * (twice + 1)) if once else 0.0
    share = missed / (all_ + missed) if all_ + missed else 0.0
    return (
        f"Of {all_:,} pairs that were merged one key alone proposed {once:,}, two keys {twice:,}. From that, about **{missed:,.0f}** more"
        f" ({share:.1%}) were proposed by no key; rows found through a third row are not lost."
    )


def _levels(engine: Engine, roles: Sequence[Role]) -> Display:
    columns = {slot: role.column for role in roles for slot in [role.place] if slot and role.kind in SLOTS}
    seen = {c for (c,) in engine.rows(_SEEN)}
    rows = [
        (columns.get(c, LABELS[c]), LEVELS[c][level], m, u, weight)
        for c, level, m, u, weight in engine.rows(
            "select column_name, level, m, u, weight from unify.model where level is not null order by column_name, level desc"
        )
        if c in seen
    ]
    heads = [
        ("column", "varchar"),
        ("the two rows", "varchar"),
        ("m", "double"),
        ("u", "double"),
        ("weight", "double"),
    ]
    return table(_data(heads, rows), max_rows=200)


_SEEN = "select distinct column_name from (" + " union all ".join(
    f"select '{c}' as column_name from unify.patterns where {c}_level is not null" for c in LEVELS
) + ")"  # fmt: skip


def _sizes(engine: Engine, result: str) -> list[Display]:
    rows = engine.rows(
        f"""
select case when n = 1 then '1' when n = 2 then '2' when n <= 5 then '3 to 5' when n <= 10 then '6 to 10' else 'more' end as size,
  count(*) as clusters, cast(sum(n) as bigint) as row_count
from (select count(*) as n from ({result}) group by cluster_id) group by 1 order by min(n)"""
    )
    data = _data([("rows of a cluster", "varchar"), ("clusters", "bigint"), ("rows", "bigint")], rows)
    return [bars(data, "rows_of_a_cluster", "clusters"), table(data)] if rows else [table(data)]


def _examples(engine: Engine) -> list[tuple[str, str, str]]:
    found = []
    for heading, where, order in (
        ("Merged without doubt", "verdict = 'merge'", "match_weight desc"),
        ("Merged, just so", "verdict = 'merge'", "match_weight"),
        ("Doubtful", "verdict = 'review'", "match_weight desc"),
        ("Apart, just so", "verdict = 'apart'", "match_weight desc"),
    ):
        rows = engine.rows(
            f"select left_id, right_id from unify.scores where {where} order by {order}, left_id, right_id limit 2"
        )
        found += [(f"{heading} ({i})", left, right) for i, (left, right) in enumerate(rows, 1)]
    return found[: SHOWN_PAIRS + 2]


def _values(engine: Engine, roles: Sequence[Role], left: str, right: str) -> Display:
    places = list(
        dict.fromkeys(
            "birth_date" if (r.place or "").startswith("birth") else r.place for r in roles if r.place
        )
    )
    rows = []
    for place in places:
        values = dict(
            engine.rows(
                f"select r.contact_id, min(cast(v.{place} as varchar)) from unifying.rows as r join unifying.values as v on v._row = r._row"
                " where r.contact_id in ($left, $right) group by r.contact_id",
                {"left": left, "right": right},
            )
        )
        columns = ", ".join(
            r.column
            for r in roles
            if r.place == place or (place == "birth_date" and (r.place or "").startswith("birth"))
        )
        kind = _PII.get(str(place), "free_text")
        rows.append((columns, mask(values.get(left), kind), mask(values.get(right), kind)))
    return table(_data([("column", "varchar"), ("one row", "varchar"), ("the other", "varchar")], rows))


def _steps(engine: Engine, left: str, right: str) -> Display:
    rows = [step for step in waterfall(engine, left, right) if abs(step[1]) >= LEAST_BITS]
    return bars(
        _data([("evidence", "varchar"), ("bits", "double")], rows), "evidence", "bits", horizontal=True
    )
