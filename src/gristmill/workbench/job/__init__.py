"""``gm.job``: start a run of the project, watch it and stop it, by functions or by the form.

>>> import gristmill as gm
>>> gm.job.parameters()                            # what a run can be told, with types and meanings
>>> gm.job.start(as_of="2026-11-01", bins=4)       # a process of its own: it outlives this notebook
>>> gm.job.state()                                 # how far it is
>>> gm.job.stop()
>>> gm.job.changes()                               # the numbers of the published run beside those of the one before
>>> gm.job.form()                                  # all of it on the screen

It is ``gristmill run``, so one runs at a time, and nothing is published before the last stage has succeeded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill import project

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from gristmill.workbench.job.asking import Parameter
    from gristmill.workbench.job.following import State
    from gristmill.workbench.job.listing import Changes
    from gristmill.workbench.job.widget import Form

__all__ = ["changes", "form", "parameters", "shown", "start", "state", "stop"]


def parameters() -> list[Parameter]:
    """What a run of the project can be told: those of its notebooks and templates, by name."""
    from gristmill.workbench.job.asking import parameters as asked

    return asked(project.load())


def start(as_of: str | dt.date | None = None, only: Iterable[str] = (), **params: Any) -> State:
    """Start a run and return at once; ``only`` names stages to make again on a copy of the published run.

    Raises ParameterError for a parameter that is unknown or mistyped, LockedError when a run is under way.
    """
    from gristmill.workbench.job.following import start as begin

    return begin(project.load(), as_of=as_of, only=only, params=params)


def state() -> State:
    """The run that is under way, whoever started it, else how the last one ended."""
    from gristmill.workbench.job.following import state as now

    return now(project.load())


def stop() -> State:
    """End the run that was started here: it tidies up, keeps the pages it has, and publishes nothing.

    Raises LockedError for a run that was started elsewhere, ConfigError when none is under way.
    """
    from gristmill.workbench.job.following import stop as end

    return end(project.load())


def changes() -> Changes:
    """What the published run says otherwise than the run published before it."""
    from gristmill.workbench.job.listing import changes as compared

    return compared(project.load())


def form() -> Form:
    """Parameters with their types, a run with its progress by stage, its report, and what changed."""
    from gristmill.workbench.job.widget import Form

    return Form(project.load())


def shown(tool: Callable[[], Any]) -> Any:
    """What ``tool()`` gives, or in words why it has nothing to show yet: a notebook runs on before the first run, too."""
    from gristmill.errors import GristmillError
    from gristmill.report import note

    try:
        return tool()
    except GristmillError as error:
        return note(" ".join(str(error).split()))
