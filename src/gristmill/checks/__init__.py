"""Checks: ordinary Pandera schemas, compiled to one scan of a relation in the database.

A check module (``checks/<schema>/<relation>.py``) holds one Pandera model, usable by Pandera alone.
``load`` finds the modules, ``run`` judges a relation by one of them and keeps what it found in
``audit.results`` and ``audit.failures``. The way through the files:

column.py    what a check module writes: a Pandera field with our words in its metadata
methods.py   our check methods, registered with Pandera so that they read like its own
modules.py   finds and imports check modules
compile.py   schema → Plan: which rules there are, of columns; frame.py of the relation; base.py what both share
predicates.py, regex.py, forms.py, conditions.py   make the SQL of rules; coerce.py reads texts as other types
types.py     which stored type a schema's type means
words.py     the sentences people read
scan.py      the counts and failing rows of a Plan, asked of the database; passes.py what needs a grouped pass
before.py    comparisons with the runs before
judge.py     run: all of it for one relation
batches.py   what only Python can judge, on Arrow batches
rows.py      all failing rows, uncapped, as one SELECT; junit.py results for a CI server
quarantine.py   rows that fail a critical check, left out and listed
results.py   Result, the audit tables, the score

Importing this package loads neither Pandera nor pandas; using it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gristmill.checks.column import column

if TYPE_CHECKING:
    from gristmill.checks.before import Before
    from gristmill.checks.compile import compile_schema
    from gristmill.checks.judge import Judged, judge_query, record_query, run
    from gristmill.checks.modules import CheckModule, load, load_file, meanings, module_files, pii_columns
    from gristmill.checks.quarantine import prepare_quarantine, set_apart
    from gristmill.checks.results import Result, Score, prepare, score, store_scores

_HOMES = {
    "Before": "before",
    "CheckModule": "modules",
    "Judged": "judge",
    "Result": "results",
    "Score": "results",
    "compile_schema": "compile",
    "load": "modules",
    "module_files": "modules",
    "load_file": "modules",
    "meanings": "modules",
    "pii_columns": "modules",
    "prepare": "results",
    "judge_query": "judge",
    "record_query": "judge",
    "run": "judge",
    "score": "results",
    "set_apart": "quarantine",
    "prepare_quarantine": "quarantine",
    "store_scores": "results",
}

__all__ = [
    "Before",
    "CheckModule",
    "Judged",
    "Result",
    "Score",
    "column",
    "compile_schema",
    "judge_query",
    "load",
    "load_file",
    "meanings",
    "module_files",
    "pii_columns",
    "prepare",
    "prepare_quarantine",
    "record_query",
    "run",
    "score",
    "set_apart",
    "store_scores",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
