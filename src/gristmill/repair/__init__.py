"""Repair: errors nobody listed, found in the data itself and mended or proposed."""

from __future__ import annotations

from gristmill.repair.project import COLUMNS, DEPENDENCIES, PROPOSALS, propose
from gristmill.repair.rounds import CELLS, CHANGES, mend

__all__ = ["CELLS", "CHANGES", "COLUMNS", "DEPENDENCIES", "PROPOSALS", "mend", "propose"]
