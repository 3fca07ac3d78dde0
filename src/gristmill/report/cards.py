"""Cards: single numbers, findings, the verdict and plain notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gristmill.errors import ParameterError, Problem, did_you_mean
from gristmill.report import numbers
from gristmill.report.display import Display

SEVERITIES = ("critical", "warning", "info", "good")
VERDICTS = ("good", "warn", "bad")
DIRECTIONS = ("higher", "lower")

Value = str | int | float | Decimal | None


def metric(
    label: str,
    value: Value,
    *,
    unit: str | None = None,
    note: str | None = None,
    change: Value = None,
    good: bool | None = None,
    better: str | None = None,
) -> Display:
    """One number on a card.

    ``value`` None shows a dash; ``unit`` "share" shows 0..1 as a percentage. A page shows by itself how the number changed since the
    run before; ``better`` (higher, lower, None for neither) says which way is welcome. ``change`` and ``good``
    say it outright instead: a number gets its sign, text stands as it is.
    """
    if better is not None:
        one_of(better, DIRECTIONS, "direction")
    item = _metric(label, value, unit, note, change, good)
    is_number = isinstance(value, (int, float, Decimal)) and math.isfinite(value)
    item |= {"number": float(value) if is_number else None, "is_share": unit == "share", "better": better}  # type: ignore[arg-type]
    return Display({"kind": "metrics", "items": [item]})


def metrics(items: Sequence[Display]) -> Display:
    """A row of metric cards."""
    return Display({"kind": "metrics", "items": _gather(items, "metrics")})


def finding(severity: str, sentence: str, *, detail: str | None = None, action: str | None = None) -> Display:
    """One thing a reader should know: what it is, how much it matters (critical, warning, info, good), what to do."""
    one_of(severity, SEVERITIES, "severity")
    item = {
        "severity": severity,
        "sentence": numbers.clean_text(sentence),
        "detail": None if detail is None else numbers.clean_text(detail),
        "action": None if action is None else numbers.clean_text(action),
    }
    return Display({"kind": "findings", "items": [item]})


def findings(items: Sequence[Display]) -> Display:
    """A list of findings, the gravest first, otherwise in the order given."""
    gathered = _gather(items, "findings")
    return Display(
        {"kind": "findings", "items": sorted(gathered, key=lambda f: SEVERITIES.index(f["severity"]))}
    )


def verdict(kind: str, sentence: str) -> Display:
    """The run in one sentence: good, warn or bad."""
    one_of(kind, VERDICTS, "verdict")
    return Display({"kind": "verdict", "verdict": kind, "sentence": numbers.clean_text(sentence)})


def note(text: str) -> Display:
    """A paragraph of plain text; `back-ticks` set a word as code."""
    return Display({"kind": "note", "text": numbers.clean_text(text)})


def _metric(
    label: str, value: Value, unit: str | None, note: str | None, change: Value, good: bool | None
) -> dict[str, Any]:
    moved, shift = _moved(change, unit)
    return {
        "label": numbers.clean_text(label),
        "value": _shown(value, unit),
        "unit": None if unit == "share" else unit,
        "note": None if note is None else numbers.clean_text(note),
        "change": moved,
        "shift": shift,
        "good": good,
    }


def _moved(change: Value, unit: str | None) -> tuple[str | None, int]:
    """A change in words with its sign, and its direction: 1, -1, or 0 when it is text or nought."""
    if change is None or isinstance(change, str):
        return change, 0
    shift = (change > 0) - (change < 0)
    size = str(_shown(change if shift >= 0 else -change, unit))
    sign = "+" if shift > 0 else "−" if shift < 0 else "±"
    return sign + (size.removesuffix("%") + " pp" if unit == "share" else size), shift


def _shown(value: Value, unit: str | None) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else numbers.clean_text(value)
    return numbers.percent(value) if unit == "share" else numbers.number(value)


def _gather(items: Sequence[Display], kind: str) -> list[dict[str, Any]]:
    wrong = [item.payload["kind"] for item in items if item.payload["kind"] != kind]
    if wrong:
        raise ParameterError(Problem(f"{kind}() takes only {kind}, not {wrong[0]}."))
    return [entry for item in items for entry in item.payload["items"]]


def one_of(word: str, words: Sequence[str], what: str) -> None:
    """Raises ParameterError for a word that is none of ``words``."""
    if word not in words:
        raise ParameterError(
            Problem(
                f"{word} is not a {what}.",
                expected=f"One of {', '.join(words)}.",
                hint=did_you_mean(word, words),
            )
        )
