"""``gm.values``: values of a column that mean the same, merged by functions or in the studio.

>>> import gristmill as gm
>>> gm.values.clusters("clean.contacts", "city")                      # what each method takes for one value
>>> gm.values.merge("clean.contacts", "city", ["Seuol", "SEOUL"], into="Seoul")
>>> gm.values.keep_apart("clean.contacts", "city", ["Seongnam"], into="Seongnam-si")
>>> gm.values.merge_all("clean.contacts", "city", above=0.95)
>>> gm.values.undo()
>>> gm.values.studio("clean.contacts", "city")

A decision is a line of ``reviews/values.csv`` when the call returns, as ``gristmill cluster`` writes them; the next run
follows it. Values of personal columns are masked unless ``show=True``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.workbench.values.finding import Clusters
    from gristmill.workbench.values.merging import Done
    from gristmill.workbench.values.widget import Studio

__all__ = ["clusters", "columns", "keep_apart", "merge", "merge_all", "studio", "undo"]


def columns() -> list[str]:
    """The columns whose values are merged in a run, of those that the published run has."""
    from gristmill.workbench.values.finding import columns as found

    return found()


def clusters(
    relation: str, column: str, *, method: str = "proposed", least: float = 0.6, show: bool = False
) -> Clusters:
    """Groups of values that may mean the same and are not decided yet, those with the most rows first.

    ``method``: proposed (all that the templates weigh together), fingerprint, ngrams, sound or nearest alone.
    Raises ParameterError for a column that is not there, holds no text, or another method.
    """
    from gristmill.workbench.values.finding import clusters as found

    return found(relation, column, method=method, least=least, show=show)


def merge(relation: str, column: str, values: Sequence[str], into: str, note: str = "") -> Done:
    """Let ``values`` become ``into`` from the next run on.

    Raises ParameterError for a column in which runs do not merge, SourceError for what contradicts the file.
    """
    from gristmill.workbench.values.merging import decide

    return decide(relation, column, values, into, "accept", note)


def keep_apart(relation: str, column: str, values: Sequence[str], into: str, note: str = "") -> Done:
    """Say that none of ``values`` means ``into``: it is not proposed again."""
    from gristmill.workbench.values.merging import decide

    return decide(relation, column, values, into, "reject", note)


def merge_all(relation: str, column: str, *, above: float = 0.95) -> Done:
    """Accept every proposal that is at least so sure and not decided yet."""
    from gristmill.workbench.values.merging import decide_all

    return decide_all(relation, column, above)


def undo() -> Done:
    """Take back what you decided last about values, all that was decided at once."""
    from gristmill.workbench.values.merging import undo as back

    return back()


def studio(relation: str = "", column: str = "", *, show: bool = True) -> Studio:
    """Merge values on the screen: methods side by side, the surviving value chosen, undo."""
    from gristmill.workbench.values.widget import Studio

    return Studio(relation, column, show=show)
