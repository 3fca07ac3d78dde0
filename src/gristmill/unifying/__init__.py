"""Find the duplicates of one file without a project: say what each column is, compare, weigh, and join."""

from __future__ import annotations

from gristmill.unifying.file import Unified, unify_file

__all__ = ["Unified", "unify_file"]
