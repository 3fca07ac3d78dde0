"""reports/index.html: every run, the newest first, read from the ``run.json`` beside each report."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gristmill.report import atomic, numbers
from gristmill.report.markup import esc
from gristmill.report.mask import scrub
from gristmill.report.shell import filled, shell
from gristmill.report.words import Words

_STATUSES = ("published", "failed", "kept", "broken", "running")
_TREND = 60


@dataclass(frozen=True)
class Entry:
    """One run as the list shows it; None where its record does not say."""

    run: str
    href: str | None
    """The page to open, relative to reports/; None when the run wrote none."""
    status: str
    """published, failed, kept, broken (killed), running, or unreadable when the record is damaged."""
    project: str = ""
    verdict: str | None = None
    started_at: str = ""
    seconds: float | None = None
    as_of: str = ""
    n_checks: int | None = None
    n_failed: int | None = None
    n_customers: int | None = None
    score: float | None = None
    """0 to 100."""


def write_gallery(
    reports_dir: Path,
    *,
    locale: str = "en",
    accent: str | None = None,
    own_words: Sequence[Path] = (),
    themes: Sequence[Path] = (),
) -> Path:
    """Write ``index.html`` over all runs in ``reports_dir`` and return its path; a broken record is listed as such.

    ``own_words`` and ``themes`` are the project's, as a page has them. Raises ConfigError for a template of theirs that fails.
    """
    entries = read_runs(reports_dir)
    words = Words(locale, own_words)
    project = next((entry.project for entry in entries if entry.project), "")
    values = {"words": words, "project": project, "body": _safe(_body(entries, words))}
    text = filled("gallery.html.j2", {**values, **shell(words, accent, themes)}, themes)
    path = reports_dir / "index.html"
    atomic.write(path, text)
    return path


def read_runs(reports_dir: Path) -> list[Entry]:
    """All runs, the newest first; a folder without a record is not a run."""
    entries = [_read(record) for record in reports_dir.glob("*/run.json")] if reports_dir.is_dir() else []
    return sorted(entries, key=lambda entry: (entry.started_at, entry.run), reverse=True)


def _read(record: Path) -> Entry:
    folder = record.parent
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        if not isinstance(content, Mapping):
            raise ValueError("not an object")
    except (OSError, ValueError, RecursionError):
        started = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC).strftime("%Y-%m-%d %H:%M")
        return Entry(folder.name, _page_of(folder), "unreadable", started_at=started)
    verdict = content.get("verdict")
    if isinstance(verdict, Mapping):
        verdict = verdict.get("sentence") or verdict.get("kind")
    status = str(content.get("status") or "")
    return Entry(
        run=_text(content.get("run")) or folder.name,
        href=_page_of(folder),
        status=status if status in _STATUSES else "unreadable",
        project=_text(content.get("project")),
        verdict=_text(verdict) or _first_line(content.get("error")),
        started_at=_text(content.get("started_at")).replace("T", " ")[:16],
        seconds=_number(content.get("seconds")),
        as_of=_text(content.get("as_of"))[:10],
        n_checks=_whole(content.get("n_checks")),
        n_failed=_whole(content.get("n_failed")),
        n_customers=_whole(content.get("n_customers")),
        score=_number(content.get("score")),
    )


def _page_of(folder: Path) -> str | None:
    page = folder / "index.html"
    if not page.is_file():
        page = min(folder.glob("*.html"), default=page)
        if not page.is_file():
            return None
    return f"{quote(folder.name)}/{quote(page.name)}"


def _first_line(error: Any) -> str | None:
    """What a run without a verdict says for itself."""
    lines = str(error or "").strip().splitlines()
    return _text(scrub(lines[0])) if lines else None


def _text(value: Any) -> str:
    return "" if value is None else numbers.shorten(numbers.clean_text(str(value)), 200)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _whole(value: Any) -> int | None:
    found = _number(value)
    return None if found is None else int(found)


def _safe(body: str) -> Any:
    from markupsafe import Markup

    return Markup(body)


def _body(entries: Sequence[Entry], words: Words) -> str:
    if not entries:
        return f'<p class="gm-empty">{words["no_runs"]}</p>'
    return _latest(entries, words) + _list(entries, words)


def _latest(entries: Sequence[Entry], words: Words) -> str:
    """The published run in large, with the way the score went."""
    entry = next((e for e in entries if e.status == "published"), None)
    if entry is None:
        return ""
    sort = _judge(entry)
    icon = {"good": "✓", "warn": "!", "bad": "✕"}[sort]
    say = {"good": words["good"], "warn": words["warn"], "bad": words["bad"]}.get(
        entry.verdict or "", entry.verdict
    )
    link = f'<a href="{esc(entry.href)}">{esc(entry.run)}</a>' if entry.href else esc(entry.run)
    cards = [
        (words["score"], None if entry.score is None else f"{entry.score:.0f}", _trend(entries)),
        (words["customers"], None if entry.n_customers is None else f"{entry.n_customers:,}", ""),
        (words["checks"], None if entry.n_checks is None else f"{entry.n_checks:,}", ""),
        (words["failed_checks"], None if entry.n_failed is None else f"{entry.n_failed:,}", ""),
    ]
    shown = "".join(
        f"<div><dt>{label}</dt><dd class=gm-big>{value}</dd>{extra and f'<dd class=gm-sub>{extra}</dd>'}</div>"
        for label, value, extra in cards
        if value is not None
    )
    return (
        f'<p class="gm-verdict gm-{sort}"><span class=gm-icon aria-hidden="true">{icon}</span><span>'
        f"<em>{link}</em> {esc(say or words[sort])}</span></p><dl class=gm-metrics>{shown}</dl>"
    )


def _judge(entry: Entry) -> str:
    if entry.verdict in ("good", "warn", "bad"):
        return entry.verdict
    if entry.status in ("failed", "broken", "unreadable"):
        return "bad"
    return "warn" if entry.n_failed else "good"


def _trend(entries: Sequence[Entry]) -> str:
    """A small line over the scores of the last runs, the oldest at the left."""
    scores = [e.score for e in entries if e.score is not None and e.status != "failed"][:_TREND][::-1]
    if len(scores) < 3:
        return ""
    low, high = min(scores), max(scores)
    span = (high - low) or 1.0
    step = 118 / (len(scores) - 1)
    places = [(1 + i * step, 25 - (score - low) / span * 22) for i, score in enumerate(scores)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    words = " → ".join(f"{score:.0f}" for score in (scores[0], scores[-1]))
    return (
        f'<svg viewBox="0 0 122 28" width="122" height="28" role="img" aria-label="{words}"><polyline points="{path}" fill="none" '
        f'stroke="var(--gm-accent)" stroke-width="1.8"/><circle cx="{places[-1][0]:.1f}" cy="{places[-1][1]:.1f}" r="2.6" '
        'fill="var(--gm-accent)"/></svg>'
    )


def _list(entries: Sequence[Entry], words: Words) -> str:
    several = len({entry.project for entry in entries if entry.project}) > 1
    heads = [("run", "t"), *([("project", "t")] if several else []), ("status", "t"), ("verdict", "t l"), ("as_of", "t"),
             ("started", "t"), ("score", "n"), ("customers", "n"), ("checks", "n"), ("failed_checks", "n"), ("seconds", "n")]  # fmt: skip
    row_of = [_row(entry, words, several) for entry in entries]
    head = "".join(
        f'<th scope="col" class="{kind}" data-t="{"n" if kind == "n" else "s"}">{words[key]}'
        for key, kind in heads
    )
    paged = " data-paged" if len(row_of) > 50 else ""
    return (
        f'<figure class="gm-table"><div class="gm-scroll" tabindex="0" role="group" aria-label="{words["gallery"]}">'
        f'<table data-rows="{len(row_of)}"{paged}><thead><tr>{head}</tr></thead><tbody>{"".join(row_of)}</tbody></table></div></figure>'
    )


def _row(entry: Entry, words: Words, several: bool) -> str:
    verdict = {"good": words["good"], "warn": words["warn"], "bad": words["bad"]}.get(
        entry.verdict or "", entry.verdict
    )
    cells = [
        f'<td><a href="{esc(entry.href)}">{esc(entry.run)}</a>' if entry.href else _cell(entry.run),
        *([_cell(entry.project)] if several else []),
        f'<td><span class="gm gm-{_tone(entry)}"><em>{words["status_" + entry.status]}</em></span>',
        _cell(verdict, "l"),
        _cell(entry.as_of),
        _cell(entry.started_at),
        _cell(None if entry.score is None else f"{entry.score:.0f}", "n"),
        _cell(None if entry.n_customers is None else f"{entry.n_customers:,}", "n"),
        _cell(None if entry.n_checks is None else f"{entry.n_checks:,}", "n"),
        _cell(None if entry.n_failed is None else f"{entry.n_failed:,}", "n"),
        _cell(None if entry.seconds is None else _seconds(entry.seconds), "n", entry.seconds),
    ]
    return "<tr>" + "".join(cells)


def _tone(entry: Entry) -> str:
    return {"published": "good", "failed": "bad", "broken": "bad", "unreadable": "bad"}.get(
        entry.status, "info"
    )


def _cell(text: str | None, kind: str = "", key: float | None = None) -> str:
    if not text:
        return f'<td class="{kind} z">–'
    sort_key = "" if key is None else f' data-v="{key:g}"'
    return f'<td class="{kind}"{sort_key}>{esc(text)}'


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
