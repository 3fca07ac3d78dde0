"""What customers are worth: the steps of the measure stage that find their result by iteration.

Everything else of the stage is a template in ``sql/measure``. ``STEPS`` says what a step reads and makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gristmill.engine import Engine
from gristmill.measure import churn, clv

Run = Callable[[Engine, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Step:
    """One Python step: a name, the relations it writes and reads, and the function that does it."""

    name: str
    makes: tuple[str, ...]
    reads: tuple[str, ...]
    run: Run
    """Called with the engine and a mapping of parameters (unknown ones are ignored)."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """pii kinds of the text columns it makes anew."""


STEPS: tuple[Step, ...] = (
    Step(
        name="value",
        makes=(clv.MODEL, clv.POINTS, clv.CALIBRATION, clv.NOTES),
        reads=(clv.SETTINGS, clv.COUNTS, clv.SPENDS, clv.CUSTOMERS),
        run=clv.value_customers,
        kinds=clv.KINDS,
    ),
    Step(
        name="churn",
        makes=(churn.POINTS, churn.NOTES),
        reads=(churn.SETTINGS, churn.COUNTS, clv.SETTINGS, clv.MODEL),
        run=churn.find_chances,
        kinds=churn.KINDS,
    ),
)

__all__ = ["STEPS", "Step", "churn", "clv"]
