"""``gm.findings``: what the checks of the published run found, row by row, and the change to a file that mends it.

>>> import gristmill as gm
>>> gm.findings.list()                                            # checks that do not pass, the gravest first
>>> gm.findings.rows("clean.orders.status.isin", value="refurbished")
>>> gm.findings.fixes("clean.orders.status.isin")                 # which changes can be drafted
>>> change = gm.findings.draft("clean.orders.status.isin", "allow", value="refurbished")
>>> change                                                        # the difference, and what it would do
>>> gm.findings.apply(change)
>>> gm.findings.undo()
>>> gm.findings.explorer()

A change is a change to a file of the project, so version control shows it; the next run follows it. Personal values are
masked unless ``show=True``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gristmill.workbench.findings.changes import Change
    from gristmill.workbench.findings.failed import Failed
    from gristmill.workbench.findings.listing import Findings
    from gristmill.workbench.findings.widget import Explorer

__all__ = ["apply", "draft", "explorer", "fixes", "list", "rows", "undo"]


def list(relation: str = "", *, passed: bool = False) -> Findings:  # noqa: A001 - gm.findings.list() reads as it should
    """The checks of the published run that did not pass (``passed``: all), the gravest first, with their trend."""
    from gristmill.workbench.findings.listing import findings

    return findings(relation, passed=passed)


def rows(
    check: str,
    *,
    value: str | None = None,
    source: str | None = None,
    contains: str = "",
    most: int = 20,
    show: bool = False,
) -> Failed:
    """The failing rows of one check (``clean.orders.status.isin``), by the check module as it is now.

    ``value`` and ``source`` choose rows that have exactly these, ``contains`` those whose value, key or reason holds a
    text. Raises CheckError for a check that is not there or not alone in its name.
    """
    from gristmill.workbench.findings.failed import failed

    return failed(check, value=value, source=source, contains=contains, most=most, show=show)


def fixes(check: str) -> dict[str, str]:
    """The changes that can be drafted for a check: the word for ``draft``, and what it does."""
    from gristmill.workbench.findings.drafts import possible

    return possible(check)


def draft(check: str, kind: str, **given: Any) -> Change:
    """A change that mends a finding, not made yet.

    ``map`` (value, into), ``exclude`` (value), ``allow`` (value), ``severity`` (severity), ``share`` (max_share) or
    ``bound`` (least and/or most), as ``fixes`` says. Raises ParameterError for what does not fit.
    """
    from gristmill.workbench.findings.drafts import draft as drafted

    return drafted(check, kind, given)


def apply(change: Change) -> Change:
    """Make a drafted change; it is on disk when this returns. Raises RunError when the file was changed meanwhile."""
    from gristmill.workbench.findings.changes import apply as applied

    return applied(change)


def undo() -> Change:
    """Take back the last change that was applied here, unless its file was changed since."""
    from gristmill.workbench.findings.changes import undo as back

    return back()


def explorer(*, show: bool = False) -> Explorer:
    """Checks, their failing rows and drafted changes on the screen; masked until Show is pressed."""
    from gristmill.workbench.findings.widget import Explorer

    return Explorer(show=show)
