"""What changed since an earlier run: every number of a page beside what it was, findings that are new or gone.

The figures of a run are kept beside its pages, so that they can be compared as long as the report is there. A number is
known by its page and its label, a finding by its sentence without the numbers in it, the cells of tables as moved.py says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gristmill.report import moved, numbers
from gristmill.report.display import Payload, payloads, sentence_key

FILE = "figures.json"
_FORM = 1


@dataclass
class Figures:
    """The numbers, findings and tables of one page."""

    numbers: dict[str, float] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    """Sentence without numbers → the sentence as it was said."""
    tables: dict[str, moved.Table] = field(default_factory=dict)
    """By name; of tables that have one name none is kept, since nobody could say which is which."""


@dataclass(frozen=True)
class Before:
    """The pages of an earlier run, by stage, and what to call that run."""

    run: str
    as_of: str
    pages: Mapping[str, Figures]

    def page(self, stage: str) -> Figures | None:
        """What a page said then; None where the run had no such page."""
        return self.pages.get(stage)


def figures(notebook: Mapping[str, Any]) -> Figures:
    """The numbers, findings and tables in the outputs of an executed notebook."""
    found, twice = Figures(), set()
    for payload in payloads(notebook):
        if payload.get("kind") == "metrics":
            for item in payload["items"]:
                if isinstance(item.get("number"), (int, float)):
                    found.numbers.setdefault(item["label"], float(item["number"]))
        elif payload.get("kind") == "findings":
            for item in payload["items"]:
                if item["severity"] != "good":
                    found.findings.setdefault(sentence_key(item["sentence"]), item["sentence"])
        elif payload.get("kind") == "table" and (table := moved.table(payload)):
            name = payload["kept"]["name"]
            if name in found.tables:
                twice.add(name)
            found.tables[name] = table
    found.tables = {name: table for name, table in found.tables.items() if name not in twice}
    return found


def compared(payload: Payload, before: Figures | None, now: Figures | None = None) -> Payload:
    """A payload with the change of every number since ``before``, and new findings marked; as it is without a page before.

    Cells of tables are compared where ``now``, the page's own figures, is given.
    """
    if before is None:
        return payload
    if payload.get("kind") == "metrics":
        return {**payload, "items": [_moved(item, before) for item in payload["items"]]}
    if payload.get("kind") == "findings":
        items = [
            {
                **item,
                "is_new": item["severity"] != "good"
                and sentence_key(item["sentence"]) not in before.findings,
            }
            for item in payload["items"]
        ]
        return {**payload, "items": items}
    name = (payload.get("kept") or {}).get("name")
    if now and name in now.tables and name in before.tables:
        return moved.compared(payload, now.tables[name], before.tables[name])
    return payload


def gone(now: Figures, before: Figures | None) -> list[str]:
    """Findings of the page before that are not made any more, as they were said."""
    if before is None:
        return []
    return [sentence for known, sentence in sorted(before.findings.items()) if known not in now.findings]


def write(folder: Path, run: str, as_of: str, pages: Mapping[str, Figures]) -> None:
    """Keep the figures of a run's pages beside them."""
    content = {
        "form": _FORM,
        "run": run,
        "as_of": as_of,
        "pages": {stage: asdict(page) for stage, page in pages.items()},
    }
    from gristmill.report import atomic

    atomic.write(folder / FILE, json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1))


def read(folder: Path) -> Before | None:
    """The figures kept in a report's folder; None where there are none, or none that can be read."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["form"] != _FORM:
            return None
        pages = {
            str(stage): Figures(
                {str(k): float(v) for k, v in page["numbers"].items()},
                {str(k): str(v) for k, v in page["findings"].items()},
                {str(k): moved.read(v) for k, v in page.get("tables", {}).items()},
            )
            for stage, page in content["pages"].items()
        }
        return Before(str(content["run"]), str(content["as_of"]), pages)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _moved(item: Mapping[str, Any], before: Figures) -> Mapping[str, Any]:
    now, was = item.get("number"), before.numbers.get(item["label"])
    if item.get("change") is not None or not isinstance(now, (int, float)) or was is None:
        return item
    change = round(now - was, 9)
    shift = (change > 0) - (change < 0)
    size = numbers.percent(abs(change)) if item.get("is_share") else numbers.number(_plain(abs(change)))
    if not shift:
        return {**item, "change": None}
    sign = "+" if shift > 0 else "−"
    better = item.get("better")
    return {
        **item,
        "change": sign + (size.removesuffix("%") + " pp" if item.get("is_share") else size),
        "shift": shift,
        "good": None if better is None else (shift > 0) == (better == "higher"),
    }


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 6)
