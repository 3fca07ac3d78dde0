"""Pin the model of who is who: what the published run has learnt, as a file of the project that holds from then on."""

from __future__ import annotations

from pathlib import Path

from gristmill import runs
from gristmill.errors import ConfigError, Problem
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.unify import model

HEAD = (
    "# What gristmill learnt of agreement between records. As long as this file is here it is used as it is, and nothing is",
    "# learnt anew: edit a chance, or delete the file to learn from the data again. The thresholds are parameters:",
    "# merge_above and review_above under [params] in gristmill.toml.",
    "",
)


def pin(project: Project) -> Path:
    """Write the model of the published run to ``reviews/model.toml``; returns the path.

    Raises ConfigError when one is pinned already or nothing is published, RunError when it cannot be written.
    """
    target = project.root / model.FILE
    if target.exists():
        raise ConfigError(
            Problem(
                f"{model.FILE} is there: the model is pinned already.",
                hint=f"delete {model.FILE} and run, to learn from the data again",
            )
        )
    with Mill(project) as mill:
        if mill.published is None:
            raise ConfigError(
                Problem("Nothing is published yet, so no model is learnt.", hint="gristmill run")
            )
        mill.relation("unify.model")
        text = model.as_text(mill.engine, HEAD, ())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise runs.unwritable(target.parent, error) from error
    runs.write_atomically(target, text)
    return target
