"""The markup of a pair: what a notebook shows of it and what the studio sends to the screen. Everything is escaped here."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gristmill.workbench.panel import asset
from gristmill.workbench.review.pairs import DIFFERS, NEAR, ONE_SIDE, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.reviewing import Record
    from gristmill.workbench.review.pairs import Field, Neighbour, Pair, Span

CLEAR = "Personal data in the clear"
MASKED = "Masked"
SIGNS = {SAME: "=", NEAR: "≈", DIFFERS: "≠", ONE_SIDE: "–"}
"""What a colour says is said by a sign too."""
LONGEST = 400
"""Characters of a value that are shown."""


def card(pair: Pair) -> str:
    """A pair with its style sheet, as the output of a cell."""
    note = (
        " This output is kept in the notebook: clear it before you share the file." if pair.is_clear else ""
    )
    badge = f'<p class="gmw-badge {"gmw-clear" if pair.is_clear else ""}">{CLEAR if pair.is_clear else MASKED}.{note}</p>'
    return f'<style>{asset("panel.css")}{asset("review/studio.css")}</style><div class="gmw gmr">{badge}{body(pair)}</div>'


def body(pair: Pair) -> str:
    """Title, both records, what speaks for and against, and who stands near."""
    return (
        f'<h3 class="gmw-title">{escape(title(pair))}</h3><p class="gmw-sub">{escape(subtitle(pair))}</p>'
        f'<div class="gmr-both"><div class="gmw-scroll">{_records(pair)}</div>{_weights(pair)}</div>{_neighbours(pair)}'
    )


def title(pair: Pair) -> str:
    """The question, with the model's own answer."""
    chance = f" The weights say {pair.why.probability:.0%}." if pair.why.probability is not None else ""
    return (
        f"Is this customer one or two people?{chance}"
        if pair.is_one
        else f"Are these two one customer?{chance}"
    )


def subtitle(pair: Pair) -> str:
    """What hangs on it."""
    one, other = pair.n_records
    size = (
        f"{pair.why.customer_id}, {_records_of(one)}"
        if pair.is_one
        else f"{pair.why.customer_id} ({_records_of(one)}) and {pair.why.other_id} ({_records_of(other)})"
    )
    value = f" · bought {pair.value:,.0f}" if pair.value else ""
    said = f" · decided: {pair.decision}" if pair.decision else ""
    return f"{size}{value}{said}"


def _records_of(n: int) -> str:
    return "1 record" if n == 1 else f"{n:,} records"


def _records(pair: Pair) -> str:
    rows = "".join(_field(one) for one in pair.fields)
    heads = "".join(
        f'<th scope="col">{_cut(record.record_id)}<small>{_cut(record.source)}</small></th>'
        for record in (pair.left, pair.right)
    )
    return f'<table class="gmr-pair"><thead><tr><td></td>{heads}<td></td></tr></thead><tbody>{rows}</tbody></table>'


def _field(one: Field) -> str:
    how = one.how.replace(" ", "-")
    left, right = _value(one.left, one.left_spans), _value(one.right, one.right_spans)
    return (
        f'<tr class="gmr-{how}"><th scope="row">{escape(one.name.replace("_", " "))}</th><td>{left}</td><td>{right}</td>'
        f'<td class="gmr-sign" title="{one.how}"><span aria-hidden="true">{SIGNS[one.how]}</span>'
        f'<span class="gmw-said">{one.how}</span></td></tr>'
    )


def _value(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return _cut(text) or '<span class="gmw-none">nothing</span>'
    return "".join(escape(part) if is_same else f"<mark>{escape(part)}</mark>" for part, is_same in spans)


def _cut(text: str) -> str:
    # Direction of the text is its own: an Arabic name does not turn the row around.
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"<bdi>{escape(short)}</bdi>" if short else ""


def _weights(pair: Pair) -> str:
    if not pair.why.weights:
        return '<p class="gmr-weights gmw-none">This pair was never compared: no key proposed it.</p>'
    steps = [one for one in pair.why.weights[:-1] if one[1]]
    longest = max((abs(bits) for _, bits in steps), default=1.0)
    rows = "".join(
        f'<tr class="{"gmr-for" if bits > 0 else "gmr-against"}"><td>{escape(words)}</td>'
        f'<td class="gmr-bar"><i style="width:{100 * abs(bits) / longest:.0f}%"></i></td><td class="gmw-num">{bits:+.1f}</td></tr>'
        for words, bits in steps
    )
    words, total = pair.why.weights[-1]
    return (
        '<table class="gmr-weights"><caption>What speaks for and against, in bits: each doubles or halves the odds</caption>'
        f'<tbody>{rows}</tbody><tfoot><tr><td>{escape(words)}</td><td></td><td class="gmw-num">{total:+.1f}</td></tr></tfoot></table>'
    )


def _neighbours(pair: Pair) -> str:
    if not pair.neighbours:
        return ""
    rows = "".join(_neighbour(one) for one in pair.neighbours)
    left = pair.n_neighbours - len(pair.neighbours)
    more = f'<p class="gmw-none">{left:,} more are not shown.</p>' if left > 0 else ""
    return (
        f'<details class="gmr-near"{" open" if pair.n_neighbours <= 3 else ""}>'
        f"<summary>{_records_of(pair.n_neighbours)} beside them</summary>"
        '<div class="gmw-scroll"><table><thead><tr><th scope="col">record</th><th scope="col">says</th><th scope="col">left</th>'
        f'<th scope="col">right</th></tr></thead><tbody>{rows}</tbody></table></div>{more}</details>'
    )


def _neighbour(one: Neighbour) -> str:
    bits = "".join(
        f'<td class="gmw-num">{"" if each is None else f"{each:+.1f}"}</td>'
        for each in (one.left_bits, one.right_bits)
    )
    return f"<tr><td>{_cut(one.record.record_id)}</td><td>{_cut(_said(one.record))}</td>{bits}</tr>"


def _said(record: Record) -> str:
    return " · ".join(record.values.values())
