"""Checks: ordinary Pandera schemas, compiled to one scan of a relation in the database.

A check module (``checks/<schema>/<relation>.py``) holds one Pandera model, usable by Pandera alone.
``load`` finds the modules, ``run`` judges a relation by one of them and keeps what it found in
``audit.results`` and ``audit.failures``. The way through the files:

column.py    what a check module writes: a Pandera field with our words in its metadata
methods.py   our check methods, registered with Pandera so that they read like its own
modules.py   finds and imports check modules
compile.py   schema → Plan: which rules there are; predicates.py and regex.py make their SQL
types.py     which stored type a schema's type means
words.py     the sentences people read
scan.py      the counts and failing rows of a Plan, asked of the database
judge.py     run: all of it for one relation
batches.py   what only Python can judge, on Arrow batches
results.py   Result, the audit tables, the score

Importing this package loads neither Pandera nor pandas; using it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gristmill.checks.column import column

if TYPE_CHECKING:
    from gristmill.checks.compile import compile_schema
    from gristmill.checks.judge import record_query, run
    from gristmill.checks.modules import CheckModule, load, meanings, pii_columns
    from gristmill.checks.results import Result, Score, prepare, score, store_scores

_HOMES = {
    "CheckModule": "modules",
    "Result": "results",
    "Score": "results",
    "compile_schema": "compile",
    "load": "modules",
    "meanings": "modules",
    "pii_columns": "modules",
    "prepare": "results",
    "record_query": "judge",
    "run": "judge",
    "score": "results",
    "store_scores": "results",
}

__all__ = [
    "CheckModule",
    "Result",
    "Score",
    "column",
    "compile_schema",
    "load",
    "meanings",
    "pii_columns",
    "prepare",
    "record_query",
    "run",
    "score",
    "store_scores",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
