"""gristmill: SQL-first data quality and segmentation on the Jupyter stack.

>>> import gristmill as gm
>>> mill = gm.open()
>>> mill.run("segment/rfm")
>>> mill.sql("select segment, count(*) as customers from segment.rfm_named group by all")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gristmill import report as report
    from gristmill.errors import GristmillError as GristmillError
    from gristmill.mill import Mill as Mill
    from gristmill.project import Project as Project
    from gristmill.result import Result as Result
    from gristmill.session import open as open
    from gristmill.workbench import findings as findings
    from gristmill.workbench import job as job
    from gristmill.workbench import mapping as mapping
    from gristmill.workbench import review as review
    from gristmill.workbench import segment as segment
    from gristmill.workbench import sql as sql
    from gristmill.workbench import values as values

__version__ = "0.1.0"

# Names are loaded when they are first used: `import gristmill` must cost nothing.
_PLACES = {
    "GristmillError": "gristmill.errors",
    "Mill": "gristmill.mill",
    "Project": "gristmill.project",
    "Result": "gristmill.result",
    "open": "gristmill.session",
}
_MODULES = {
    "findings": "gristmill.workbench.findings",
    "job": "gristmill.workbench.job",
    "mapping": "gristmill.workbench.mapping",
    "report": "gristmill.report",
    "review": "gristmill.workbench.review",
    "segment": "gristmill.workbench.segment",
    "sql": "gristmill.workbench.sql",
    "values": "gristmill.workbench.values",
}

__all__ = [
    "GristmillError",
    "Mill",
    "Project",
    "Result",
    "__version__",
    "findings",
    "job",
    "mapping",
    "open",
    "report",
    "review",
    "segment",
    "sql",
    "values",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'gristmill' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext gristmill`` makes ``%%sql`` cells run against the project."""
    from gristmill.magic import register

    register(shell)
