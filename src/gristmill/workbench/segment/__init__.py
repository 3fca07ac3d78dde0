"""``gm.segment``: customers chosen by conditions and named by RFM bounds, by functions or on the screen.

>>> import gristmill as gm
>>> gm.segment.columns()                                       # what can be asked, with values and ranges
>>> gm.segment.size("monetary > 500 and city = 'Seoul'")       # customers, revenue, overlaps, exactly
>>> gm.segment.sql({"how": "and", "parts": [{"column": "city", "op": "in", "values": ["Seoul"]}]})
>>> gm.segment.conditions("city = 'Seoul' and r >= 4")         # and back: SQL as what controls show
>>> gm.segment.save("seoul", "city = 'Seoul'", label="In Seoul")
>>> gm.segment.builder()                                       # all of it with controls
>>> gm.segment.bounds()                                        # named segments of RFM, with who fits
>>> gm.segment.move_bound("Champions", r_lo=4)
>>> gm.segment.grid()                                          # the same by mouse or arrow keys

A segment is a template in ``sql/segment`` when the call returns, the bounds are ``sql/segment/rfm_bounds_v1.sql``; the
next run follows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gristmill.segmenting import Sized
    from gristmill.workbench.segment.bounding import Bound
    from gristmill.workbench.segment.builder_panel import Builder
    from gristmill.workbench.segment.counting import Asked, Size
    from gristmill.workbench.segment.grid_panel import Grid

__all__ = [
    "bounds",
    "builder",
    "columns",
    "conditions",
    "grid",
    "move_bound",
    "save",
    "size",
    "sql",
]


def columns() -> tuple[Asked, ...]:
    """Every column of segment.profile that conditions can ask, with what can be asked of it."""
    from gristmill.workbench.segment.counting import counts

    return counts().columns


def conditions(where: str) -> dict[str, Any]:
    """A condition as controls show it: groups of ``how`` and ``parts``, in them ``column``, ``op`` and ``values``.

    What no control shows is a part ``sql``, as it was written. Raises ParameterError for text that is no condition.
    """
    from gristmill.workbench.segment.counting import counts
    from gristmill.workbench.segment.parts import plain

    return plain(counts().tree(where))


def sql(chosen: Mapping[str, Any]) -> str:
    """The SQL of conditions, as ``conditions`` gives them."""
    from gristmill.workbench.segment.counting import counts
    from gristmill.workbench.segment.parts import part

    return counts().text(part(chosen))


def size(where: str, *, segment: str | None = None) -> Size:
    """Who fits in the published run: customers, revenue, other segments they are in.

    ``segment`` names a saved one: who would join it and who would leave, against its members in the run.
    """
    from gristmill.workbench.segment.counting import counts

    return counts().size(where, segment=segment)


def save(name: str, where: str, *, label: str | None = None, replace: bool = False) -> Sized:
    """Write ``sql/segment/<name>_v1.sql``; with ``replace`` change the condition of one that is there.

    A locked version stays as it is and the next one is written. Raises ParameterError for a name or a condition that cannot
    be one, ConfigError for a name that is taken.
    """
    from gristmill.workbench.segment.counting import counts

    at = counts()
    return at.save(name, where, label=label, seen=at.open(name) if replace else None)


def bounds() -> list[Bound]:
    """The named segments of RFM as the template says them now, with who of the published run fits."""
    from gristmill.workbench import opened
    from gristmill.workbench.segment import bounding as at

    mill = opened.mill()
    return at.counted(at.table(mill)[1], at.scores(mill))[0]


def move_bound(segment: str, **edges: int) -> list[Bound]:
    """Move edges of a named segment (``r_lo``, ``r_hi``, … ``m_hi``, ``priority``) in the project's own template.

    Raises ParameterError for what there is not or cannot be, and as the file's state demands.
    """
    from gristmill.workbench import opened
    from gristmill.workbench.segment import bounding as at

    mill = opened.mill()
    known = at.scores(mill)
    seen, found = at.table(mill)
    new = at.moved(found, segment, edges, at.most(found, known))
    at.write(mill, seen, new)
    return at.counted(new, known)[0]


def builder(where: str = "") -> Builder:
    """Choose customers by conditions: controls write the SQL, and SQL becomes controls where it has their shape."""
    from gristmill.workbench import opened
    from gristmill.workbench.segment.builder_panel import Builder
    from gristmill.workbench.segment.counting import counts

    with opened.announced("Storing the customers of the run once, for all conditions …"):
        counts()
    return Builder(counts(), where)


def grid() -> Grid:
    """Move the bounds of named segments on the grid of r and f by mouse or arrow keys, with live counts."""
    from gristmill.workbench import opened
    from gristmill.workbench.segment.grid_panel import Grid

    return Grid(opened.mill())
