"""``gm.sql``: plain SQL and templates, by functions or on the screen.

>>> import gristmill as gm
>>> gm.sql.save("segment/vips", "select customer_id from segment.rfm where m >= $least", least=5)
>>> gm.sql.template("segment/rfm")                 # head, SQL, what it reads and who reads it
>>> gm.sql.run("segment/rfm", bins=4)              # its rows, without changing anything that is published
>>> gm.sql.compare("segment/rfm", bins=4)          # rows that differ, and what that changes further down
>>> gm.sql.panel("segment/rfm")                    # all of it with controls

Nothing here changes the published run: templates are run beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.workbench import opened

if TYPE_CHECKING:
    from gristmill.result import Result
    from gristmill.workbench.sql.saving import Saved
    from gristmill.workbench.sql.sheet import Difference, Sheet
    from gristmill.workbench.sql.widget import TemplatePanel

__all__ = ["compare", "panel", "run", "save", "template"]


def save(ref: str, text: str, *, over: bool = False, **params: Any) -> Saved:
    """Write a query as the template ``schema/what`` of the project, its head drafted; as ``%%sql --save`` does.

    A locked version stays and the next one is written; one that is not locked is replaced only with ``over``.
    ``params`` are values of its ``$names``, and become their defaults. Raises ParameterError for a name that cannot
    be one, ConfigError for a file that is there, TemplateError for what ``gristmill sql lint`` would say.
    """
    from gristmill.workbench.sql.saving import save as saved

    return saved(opened.mill(), ref, text, params, over=over)


def template(ref: str) -> Sheet:
    """What a template says, what it reads and who reads it. Raises TemplateError for an unknown name."""
    from gristmill.workbench.sql.sheet import sheet

    return sheet(opened.mill(), ref)


def run(ref: str, **params: Any) -> Result:
    """The rows of a template on the data of the published run; other parameters are those of the project.

    Raises TemplateError for an unknown name, ParameterError for a value that does not fit.
    """
    from gristmill.workbench.sql.sheet import run as ran

    return ran(opened.mill(), ref, params)


def compare(ref: str, other: str | None = None, **params: Any) -> Difference:
    """What changes in the data when ``other`` (a version, ``segment/rfm@2``) stands for ``ref``, or with other parameters.

    Raises TemplateError for an unknown name, ParameterError for a value that does not fit, or when nothing differs.
    """
    from gristmill.workbench.sql.sheet import compare as compared

    return compared(opened.mill(), ref, other, params)


def panel(ref: str = "segment/rfm") -> TemplatePanel:
    """A template with its head, SQL, neighbours and parameters as controls; any other can be chosen."""
    from gristmill.workbench.sql.widget import TemplatePanel

    return TemplatePanel(opened.mill(), ref)
