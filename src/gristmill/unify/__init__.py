"""Who is who: the steps of the unify stage that find their result by iteration, or bring in what was known before.

Everything else of the stage is a template in ``sql/unify``. A step reads relations and writes relations,
so it stands in the same order of work as the templates; ``STEPS`` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gristmill.engine import Engine
from gristmill.unify import ids
from gristmill.unify.clusters import cluster
from gristmill.unify.decisions import DECISIONS, no_decisions
from gristmill.unify.decisions import KINDS as DECISION_KINDS
from gristmill.unify.em import estimate
from gristmill.unify.explain import waterfall
from gristmill.unify.renewed import RENEWAL, learnt

Run = Callable[[Engine, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Step:
    """One Python step: a name, the relations it writes and reads, and the function that does it."""

    name: str
    makes: tuple[str, ...]
    reads: tuple[str, ...]
    run: Run
    """Called with the engine and a mapping of parameters (unknown ones are ignored)."""
    kinds: Mapping[str, str] = field(default_factory=lambda: {"column_name": "none", "reason": "none"})
    """pii kinds of the text columns it makes anew."""
    renewed: str | None = None
    """As in the head of a template: what a row hangs on; None where all of it is made again in every run."""


STEPS: tuple[Step, ...] = (
    Step(
        name="estimate",
        makes=("unify.model", "unify.training"),
        reads=("unify.patterns", "unify.records", "unify.chances"),
        run=estimate,
        renewed="when learning",
    ),
    Step(name="decide", makes=(DECISIONS,), reads=(), run=no_decisions, kinds=DECISION_KINDS),
    Step(
        name="cluster",
        makes=("unify.clusters", "unify.cuts"),
        reads=("unify.scores", "unify.records", "unify.decided"),
        run=cluster,
        renewed="by record",
    ),
    Step(
        name="learn",
        makes=(RENEWAL,),
        # The last of what is compared, so that nothing of it is missing where this stands.
        reads=("unify.records", "unify.customers"),
        run=learnt,
        kinds={"run_id": "none", "learnt_in": "none", "reason": "none"},
        renewed="by record",
    ),
    Step(name="recall", makes=ids.MADE, reads=(), run=ids.recall, kinds=ids.KINDS),
)
"""In a project ``decide`` and ``recall`` are given their file and the run before; alone they find neither."""

__all__ = ["STEPS", "Step", "cluster", "estimate", "ids", "waterfall"]
