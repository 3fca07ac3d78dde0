"""Payloads as HTML: the only place where text becomes markup.

Every value goes through ``esc``; nothing in a payload is trusted to be markup. Closing tags that HTML does not need
are left out of table rows, which saves a third of a large table.
"""

from __future__ import annotations

import html as _html
import re
from collections.abc import Callable, Mapping, Sequence

from gristmill.report import sparkline, specs
from gristmill.report.display import Payload
from gristmill.report.words import Words

Draw = Callable[[Payload], str]
"""Turns a chart's payload into SVG markup; without one a chart shows its numbers only."""

MOST_GONE = 12
"""Rows gone from a table that are named below it; more are counted."""

MOST_DRAWN = 1000
"""Rows of a table that stand in the page as they are; further ones are data until they are looked at."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_FIGURE = re.compile(r"[-−+]?[\d.,]+ ?%?")
_ICONS = {"critical": "✕", "warning": "!", "info": "i", "good": "✓", "warn": "!", "bad": "✕"}


def esc(text: object) -> str:
    """Text that is safe inside an element and inside a quoted attribute."""
    return _html.escape(str(text), quote=True)


def inline(text: str) -> str:
    """Escaped text in which `back-ticks` set code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", esc(text))


def html(payload: Payload, words: Words | None = None, draw: Draw | None = None, source: str = "") -> str:
    """A payload as HTML; one of a kind nobody knows is shown as its own text.

    ``source`` is safe markup that says which relations it comes from.
    """
    words = words or Words()
    makers: dict[str, Callable[[], str]] = {
        "table": lambda: _table(payload, words, source),
        "chart": lambda: _chart(payload, words, draw, source),
        "metrics": lambda: _metrics(payload, words),
        "findings": lambda: _findings(payload, words),
        "verdict": lambda: _verdict(payload, words),
        "note": lambda: f'<p class="gm-note">{inline(payload["text"])}</p>',
    }
    maker = makers.get(str(payload.get("kind")))
    return maker() if maker else f"<pre>{esc(plain(payload))}</pre>"


def plain(payload: Payload) -> str:
    """A payload as a few lines of text, for a terminal and for a notebook that draws nothing."""
    kind = payload.get("kind")
    if kind == "table":
        head = " | ".join(c["label"] for c in payload["columns"])
        rows = [" | ".join("–" if v is None else str(v) for v in row) for row in payload["rows"][:10]]
        return "\n".join(
            [*([payload["title"]] if payload["title"] else []), head, *rows, f"({payload['total']:,} rows)"]
        )
    if kind == "chart":
        return f"{payload['title'] or payload['mark']}\n" + plain({**payload["table"], "title": None})
    if kind == "metrics":
        return "\n".join(
            f"{m['label']}: {m['value'] or '–'} {m['unit'] or ''}".rstrip() for m in payload["items"]
        )
    if kind == "findings":
        return "\n".join(f"{f['severity'].upper()}: {f['sentence']}" for f in payload["items"])
    if kind == "verdict":
        return f"{payload['verdict'].upper()}: {payload['sentence']}"
    return str(payload.get("text", kind))


def _caption(payload: Payload, unit: str | None = None) -> str:
    parts = []
    if payload["title"]:
        behind = f" <i>{esc(unit)}</i>" if unit else ""
        parts.append(f"<b>{inline(payload['title'])}{behind}</b>")
    if payload["note"]:
        parts.append(f"<span>{inline(payload['note'])}</span>")
    return f"<figcaption>{''.join(parts)}</figcaption>" if parts else ""


def _table(payload: Payload, words: Words, source: str) -> str:
    name = esc(payload["title"] or payload["relation"] or words["rows"].replace("{n}", "").strip())
    grid = _grid(payload, words, name)
    gone, legend = _moved(payload, words)
    foot = f"{gone}<div class=gm-foot>{_count(payload, words, source)}{legend}{_sql(payload, words)}</div>"
    if payload.get("fold") and payload["rows"]:
        shown = f"<b>{inline(payload['title'])}</b> " if payload["title"] else ""
        note = f'<p class="gm-note">{inline(payload["note"])}</p>' if payload["note"] else ""
        rows = words.rows(len(payload["rows"]))
        show, left = words.say("show_rows", rows=rows), esc(words.say("rows_left", rows=rows))
        return (
            f'<figure class="gm-table"><details class="gm-fold"><summary data-left="{left}">{shown}<span>{show}</span></summary>'
            f"{note}{grid}{foot}</details></figure>"
        )
    return f'<figure class="gm-table">{_caption(payload)}{grid}{foot}</figure>'


def _grid(payload: Payload, words: Words, name: str) -> str:
    columns = payload["columns"]
    if not payload["rows"]:
        return f'<p class="gm-empty">{words["empty"]}</p>'
    heads = "".join(_head(col) for col in columns)
    kinds = [_cell_class(col) for col in columns]
    bars = {int(i): lengths for i, lengths in payload["bars"].items()}
    lines = {int(i): drawn for i, drawn in payload.get("lines", {}).items()}
    marks = _marks(payload, words)
    body = []
    kept = len(payload["rows"]) if lines else MOST_DRAWN
    for n, row in enumerate(payload["rows"][:kept]):
        cells = []
        for i, value in enumerate(row):
            length = bars[i][n] if i in bars else None
            if i in lines and lines[i][n] is not None:
                cell = _line(str(value), lines[i][n])
            else:
                cell = _cell(value, kinds[i], length, words)
            if mark := marks.get((n, i)):
                # What is sorted, filtered and saved is the value alone.
                cell = cell.replace("<td", f'<td data-v="{esc(value)}"', 1) + mark
            cells.append(cell)
        body.append("<tr>" + "".join(cells))
    rest = _rest(payload["rows"][kept:], kept, bars, words)
    paged = " data-paged" if len(body) > 50 else ""
    wide = f' data-wide="{2 if len(columns) > 10 else 1}"' if len(columns) > 7 else ""
    return (
        f'<div class="gm-scroll" tabindex="0" role="group" aria-label="{name}"><table data-rows="{len(payload["rows"])}"{paged}{wide}{rest}>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        + (
            f'<p class="gm-rest">{words.say("first_rows", shown=kept, total=len(payload["rows"]))}</p>'
            if rest
            else ""
        )
    )


def _marks(payload: Payload, words: Words) -> dict[tuple[int, int], str]:
    """What stands beside values, by row and column: how a number changed, and that a row is new."""
    marks = {}
    for i, column in payload.get("moves", {}).items():
        for n, move in enumerate(column):
            if move:
                judged = {True: "good", False: "bad"}.get(move["good"], "even")
                said = [words["moved_up" if move["up"] else "moved_down"]]
                said += [] if move["good"] is None else [words["better" if move["good"] else "worse"]]
                marks[n, int(i)] = (
                    f'<i class="gm-moved gm-{"up" if move["up"] else "down"} gm-{judged}">{esc(move["text"])}'
                    f"<b class=gm-hidden> {', '.join(said)}</b></i>"
                )
    first = payload["kept"]["keys"][0] if payload.get("fresh") else 0
    for n in payload.get("fresh", ()):
        if payload["rows"][n][first]:
            marks[n, first] = f' <em class="gm-new">{words["new"]}</em>'
    return marks


def _moved(payload: Payload, words: Words) -> tuple[str, str]:
    """Under a table: which rows are gone, and how its changes are to be read."""
    moves = [move for column in payload.get("moves", {}).values() for move in column if move]
    judged = {move["good"] for move in moves}
    signs = " ".join((["▲ ▼"] if judged - {None} else []) + (["△ ▽"] if None in judged else []))
    said = words["moves_worse" if False in judged else "moves"]
    legend = f"<span>{signs} {said}</span>" if moves else ""
    gone = [" · ".join(key) for key in payload.get("gone", ())]
    more = f", {words.say('more', n=len(gone) - MOST_GONE)}" if len(gone) > MOST_GONE else ""
    names = ", ".join(esc(key) for key in gone[:MOST_GONE])
    told = f'<p class="gm-past"><b>{words["gone_rows"]}:</b> {names}{more}</p>' if gone else ""
    return told, legend


def _rest(
    rows: Sequence[Sequence[str | bool | None]],
    start: int,
    bars: Mapping[int, Sequence[float | None]],
    words: Words,
) -> str:
    r"""Rows that the script draws when a reader turns to them: a browser is slow with many thousands of elements.

    A line a row, a tab between cells: the least that can be written. ``\\N`` is no value; what follows ``\\b`` is a bar's width.
    """
    if not rows:
        return ""

    def cell(n: int, i: int, value: str | bool | None) -> str:
        if value is None:
            return "\\N"
        text = words["yes" if value else "no"] if isinstance(value, bool) else value
        length = bars[i][n] if i in bars else None
        return text.translate(_ESCAPES) + (f"\\b{length * 100:.1f}%" if length is not None and text else "")

    lines = (
        "\t".join(cell(start + n, i, value) for i, value in enumerate(row)) for n, row in enumerate(rows)
    )
    return f' data-rest="{esc(chr(10).join(lines))}"'


def _head(col: Payload) -> str:
    unit = f" <i>{esc(col['unit'])}</i>" if col["unit"] else ""
    meaning = f' title="{esc(col["meaning"])}"' if col["meaning"] else ""
    linked = f' data-k="{esc(col["key"])}"' if col.get("key") else ""
    linked += " data-f" if col.get("filter") else ""
    return (
        f'<th scope="col" class="{_cell_class(col)}" data-t="{"n" if col["numeric"] else "s"}"{linked}{meaning}>'
        f"{esc(col['label'])}{unit}</th>"
    )


def _cell_class(col: Payload) -> str:
    side = {"right": "n", "center": "c"}.get(col["align"], "t")
    return f"{side} l" if col["long"] else side


def _cell(value: str | bool | None, kind: str, length: float | None, words: Words) -> str:
    if value is None:
        return f'<td class="{kind} z">–'
    if isinstance(value, bool):
        return f'<td class="{kind}">{words["yes" if value else "no"]}'
    if value == "":
        return f'<td class="{kind} z">""'
    if length is not None:
        return f'<td class="{kind} b" style="--w:{length * 100:.1f}%">{esc(value)}'
    return f'<td class="{kind}">{esc(value)}' if kind != "t" else f"<td>{esc(value)}"


def _line(says: str, points: Sequence[int | None]) -> str:
    drawn, width = sparkline.path(points)
    # Stretched to the width of the column, whatever the number of runs.
    last = next((point for point in reversed(points) if point is not None), 0)
    return (
        f'<td class="k" data-v="{last}"><svg viewBox="0 0 {width} {sparkline.HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{drawn}"/></svg><span class="gm-hidden">{esc(says)}</span>'
    )


def _count(payload: Payload, words: Words, known: str = "") -> str:
    shown, total = len(payload["rows"]), int(payload["total"])
    text = words.rows(total) if shown >= total else words.say("first_rows", shown=shown, total=total)
    source = f" · <code>{esc(payload['relation'])}</code>" if payload["relation"] else ""
    if known:
        source = f" · {words['from']} {known}"
    return f"<span>{text}{source}</span>" if total or source else ""


def _sql(payload: Payload, words: Words) -> str:
    if not payload["sql"]:
        return ""
    return (
        f"<details class=gm-sql><summary>{words['sql']}</summary>"
        f'<pre tabindex="0"><code>{esc(payload["sql"].strip())}</code></pre></details>'
    )


def _chart(payload: Payload, words: Words, draw: Draw | None, source: str) -> str:
    table = payload["table"]
    name = esc(payload["title"] or payload["mark"])
    if not any(point["y"] is not None for point in payload["points"]):
        drawing = f'<p class="gm-empty">{words["empty"]}</p>'
    elif draw is None:
        drawing = ""
    else:
        drawing = (
            f'<div class="gm-plot" tabindex="0" role="group" aria-label="{name}. {esc(_told(payload, words))}">'
            f"{draw(payload)}</div>"
        )
    origin = f"<span>{words['from']} {source}</span>" if source else ""
    behind = _grid(table, words, name) if table["rows"] else ""
    return (
        f'<figure class="gm-chart">{_caption(payload, specs.unit_behind(payload))}{drawing}<div class=gm-foot>'
        f"<details class=gm-behind><summary>{words['data_behind']}</summary>{behind}"
        f"<p class=gm-count>{_count(table, words)}</p></details>{_sql(table, words)}{origin}</div></figure>"
    )


def _told(payload: Payload, words: Words) -> str:
    """What a chart shows in a sentence or two, for who does not see it."""
    points = [point for point in payload["points"] if point["y"] is not None]
    top, low = max(points, key=lambda p: p["y"]), min(points, key=lambda p: p["y"])
    kind = words[f"chart_{payload['mark']}"]
    said = words.say("chart_says", kind=kind, n=len(points), top=top["t"], low=low["t"])
    return f"{said} {words['read_chart']}"


def _metrics(payload: Payload, words: Words) -> str:
    cards = []
    for item in payload["items"]:
        value = "–" if item["value"] is None else esc(item["value"])
        unit = f" <small>{esc(item['unit'])}</small>" if item["unit"] else ""
        if _FIGURE.fullmatch(value):
            # A number is never broken: it gets smaller where its card is narrow.
            size, value = "gm-big", f'<span class="gm-figure" style="--n:{len(value)}">{value}</span>'
        else:
            size = "gm-big gm-longer" if len(value) > 10 else "gm-big"
        note = f"<dd class=gm-sub>{inline(item['note'])}</dd>" if item["note"] else ""
        cards.append(
            f"<div><dt>{esc(item['label'])}</dt>"
            f'<dd class="{size}">{value}{unit}</dd>{_change(item, words)}{note}</div>'
        )
    return f'<dl class="gm-metrics">{"".join(cards)}</dl>'


def _change(item: Payload, words: Words) -> str:
    if item["change"] is None:
        return ""
    sort = {True: "good", False: "bad"}.get(item["good"], "even")
    arrow = {1: "▲ ", -1: "▼ "}.get(item["shift"], "")
    judged = {True: f", {words['better']}", False: f", {words['worse']}"}.get(item["good"], "")
    hidden = f'<span class="gm-hidden"> {words["change"]}{judged}</span>'
    return (
        f'<dd class="gm-change gm-{sort}" title="{words["change"]}{judged}">'
        f'<span aria-hidden="true">{arrow}</span>{esc(item["change"])}{hidden}</dd>'
    )


def _findings(payload: Payload, words: Words) -> str:
    cards = []
    for item in payload["items"]:
        sort = item["severity"] if item["severity"] in _ICONS else "info"
        detail = f"<p>{inline(item['detail'])}</p>" if item["detail"] else ""
        action = f"<p><b>{words['action']}:</b> {inline(item['action'])}</p>" if item["action"] else ""
        cards.append(
            f'<li class="gm-{sort}"><span class=gm-icon aria-hidden="true">{_ICONS[sort]}</span><div>'
            f"<p class=gm-say><em>{words[sort]}</em>{_new(item, words)} {inline(item['sentence'])}</p>{detail}{action}</div></li>"
        )
    gone = "; ".join(inline(sentence) for sentence in payload.get("gone", ()))
    told = f'<p class="gm-past"><b>{words["gone"]}:</b> {gone}</p>' if gone else ""
    return f'<ul class="gm-findings">{"".join(cards)}</ul>{told}'


def _new(item: Payload, words: Words) -> str:
    return f' <em class="gm-new">{words["new"]}</em>' if item.get("is_new") else ""


def _verdict(payload: Payload, words: Words) -> str:
    sort = payload["verdict"] if payload["verdict"] in ("good", "warn", "bad") else "warn"
    return (
        f'<p class="gm-verdict gm-{sort}"><span class=gm-icon aria-hidden="true">{_ICONS[sort]}</span>'
        f"<span><em>{words[sort]}</em> {inline(payload['sentence'])}</span></p>"
    )
