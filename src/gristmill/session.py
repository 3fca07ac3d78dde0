"""``gm.open()``: how a notebook or a script begins."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gristmill import project, runs
from gristmill.mill import Mill


def open(start: str | Path | None = None, *, run: str | None = None, **params: Any) -> Mill:  # noqa: A001 - gm.open() is what people type
    """Open the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``).

    ``run`` names a run: one under way is worked in, one that has ended is looked at from a scratch copy, as
    the published one is with None or "".
    Parameters given here win over those of the run, these over gristmill.toml, these over the headers.
    Raises ConfigError when there is no project or no such run.
    """
    found = project.load(Path(start) if start else None)
    if "IPython" in sys.modules:
        # In a notebook, %%sql cells work from here on.
        from gristmill.magic import register_here

        register_here()
    return Mill(found, run=runs.get(found, run) if run else None, params=params)
