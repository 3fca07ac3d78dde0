"""The front page of a run that broke, was stopped or was killed: what ran, where it broke, what to do, and the last good report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gristmill.report.cards import finding, verdict
from gristmill.report.display import Display
from gristmill.report.mask import scrub
from gristmill.report.words import Words


@dataclass(frozen=True)
class StageLine:
    """One stage of the run: how it went."""

    title: str
    href: str | None
    """Its page; None when it has none."""
    seconds: float | None
    ok: bool | None
    """None when it was not run."""


@dataclass(frozen=True)
class Breakdown:
    """What is known of a run that broke."""

    stage: str
    """Title of the stage it broke in; empty when nobody knows."""
    href: str | None
    """The page on which the cell is marked."""
    cell: int | None
    """Position of the cell from 1; None when no cell is to blame."""
    ename: str
    evalue: str
    seconds: float | None
    stages: Sequence[StageLine]
    n_relations: int
    last: tuple[str, int] | None
    """The relation made last and its rows."""
    good: tuple[str, str, str] | None
    """The published run: its id, its page relative to this one, its as-of day."""
    why: str = "broken"
    """broken: the work raised an error; stopped: somebody ended it; killed: its process died."""


def notebook(broke: Breakdown, words: Words) -> dict[str, Any]:
    """The page as a notebook for the exporter."""
    cells = [
        _shown(verdict("bad", _sentence(broke, words)), *_why(broke, words)),
        _text("\n".join([f"## {words['broken_todo']}", "", *_todo(broke, words)])),
        _text("\n".join([f"## {words['broken_ran']}", "", *_stages(broke, words)])),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _sentence(broke: Breakdown, words: Words) -> str:
    where = "_in" if broke.stage else ""
    where += "_cell" if broke.stage and broke.cell is not None and broke.why == "broken" else ""
    seconds = f"{broke.seconds or 0:.1f}"
    return words.say(f"{broke.why}{where}", stage=broke.stage, cell=broke.cell or 0, seconds=seconds)


def _why(broke: Breakdown, words: Words) -> list[Display]:
    if broke.why == "stopped":
        return []
    if broke.why == "killed":
        return [finding("warning", words["killed_why"])]
    said, _, hint = scrub(broke.evalue).partition("Hint: ")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    about = f"`{broke.ename}`" + (f": {lines[0]}" if lines else "")
    mend = words["broken_mend"] if broke.href else None
    return [
        finding(
            "critical",
            about,
            detail=" ".join(lines[1:4]) or None,
            action=hint.strip().splitlines()[0] if hint.strip() else mend,
        )
    ]


def _todo(broke: Breakdown, words: Words) -> list[str]:
    page = f"[{_plain(broke.stage)}](<{broke.href}>)"
    steps = [
        *([words.say("broken_open", page=page)] if broke.href else []),
        *([words["broken_lab"]] if broke.href and broke.why == "broken" else []),
        words["broken_run"],
    ]
    lines = [f"{n}. {step}" for n, step in enumerate(steps, 1)]
    if broke.good:
        run, href, as_of = broke.good
        lines += ["", words.say("broken_good", page=f"[{run}](<{href}>)", as_of=as_of)]
    else:
        lines += ["", words["broken_no_good"]]
    return lines


def _stages(broke: Breakdown, words: Words) -> list[str]:
    lines = [
        f"| {words['broken_stage']} | {words['broken_went']} | {words['seconds']} |",
        "|---|---|---:|",
    ]
    for one in broke.stages:
        name = f"[{_plain(one.title)}](<{one.href}>)" if one.href else _plain(one.title)
        not_ok = "broken_not_ok" if broke.why == "broken" else "broken_cut"
        went = words[{True: "broken_ok", False: not_ok, None: "broken_not_run"}[one.ok]]
        lines.append(f"| {name} | {went} | {'–' if one.seconds is None else f'{one.seconds:.1f} s'} |")
    if broke.last:
        relation, n_rows = broke.last
        lines += [
            "",
            words.say("broken_last", n=broke.n_relations, relation=f"`{relation}`", rows=words.rows(n_rows)),
        ]
    return lines


def _plain(text: str) -> str:
    """Words of a notebook's title that markdown must not read as its own."""
    return "".join(f"\\{ch}" if ch in "\\`*_[]<>|#" else ch for ch in text)


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _shown(*displays: Display) -> dict[str, Any]:
    outputs: list[Mapping[str, Any]] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": json.loads(json.dumps(one._repr_mimebundle_())),
        }
        for one in displays
    ]
    return {"cell_type": "code", "metadata": {"tags": ["remove-input"]}, "source": "", "outputs": outputs}
