"""The form: the functions of ``gm.job`` on the screen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gristmill import project as projects
from gristmill import runs, stages
from gristmill.errors import GristmillError
from gristmill.report import note
from gristmill.workbench import asked as reading
from gristmill.workbench.job.asking import parameters
from gristmill.workbench.job.following import start, state, stop
from gristmill.workbench.job.listing import changes
from gristmill.workbench.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.project import Project

MOST_CHANGES = 40
"""Changes that are listed; all of them stand in the report."""


class Form(Panel, files="job/form"):
    """Parameters by type, the stages of the run under way, and what came of it."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)

    def picture(self) -> dict[str, Any]:
        """What changed with the published run, or that there is none."""
        try:
            return changes(self._project)._repr_mimebundle_()
        except GristmillError as error:
            return note(" ".join(str(error).split()))._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Where the run stands; with {"do": ready} also what it can be told, with {"do": changes} what it changed.

        ``do`` is ready, look, changes, stop, or start with ``as_of``, ``only`` and ``params`` (texts by name).
        """
        verb = str(asked.get("do"))
        found: dict[str, Any] = {}
        if verb == "start":
            # The file may have changed since the form was opened.
            self._project = projects.load(config=self._project.config)
            given = {k: v for k, v in reading.named(asked, "params").items() if str(v).strip()}
            now = start(
                self._project,
                as_of=asked.get("as_of") or None,
                only=[str(one) for one in reading.several(asked, "only")],
                params=given,
            )
        elif verb == "stop":
            now = stop(self._project)
        else:
            now = state(self._project)
        if verb == "ready":
            found = self._asked_for()
        if verb in ("ready", "changes"):
            found |= self._changes()
        return {**found, "state": {**asdict(now), "is_under_way": now.is_under_way}}

    def _asked_for(self) -> dict[str, Any]:
        here = runs.current(self._project)
        return {
            "as_of": self._project.as_of or "",
            "today": runs.today().isoformat(),
            "is_published": here is not None,
            "stages": [
                {"name": stage.name, "title": self.say(stage.title)} for stage in stages.stages(self._project)
            ],
            "parameters": [
                {
                    "name": one.name,
                    "type": one.type,
                    "meaning": one.meaning,
                    "default": _text(one.given if one.given is not None else one.default),
                    "is_given": one.given is not None,
                    "choices": list(one.choices),
                    "used_by": ", ".join(one.used_by[:4]) + (" …" if len(one.used_by) > 4 else ""),
                }
                for one in parameters(self._project)
            ],
        }

    def _changes(self) -> dict[str, Any]:
        try:
            found = changes(self._project)
        except GristmillError:
            return {"changes": [], "n_changes": 0, "before": ""}
        rows = [[page, what, _text(was), _text(now), _text(by)] for page, what, was, now, by in found.rows()]
        return {"changes": rows[:MOST_CHANGES], "n_changes": len(rows), "before": found.before}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return (
        f"{value:,.6g}"
        if isinstance(value, float) and abs(value) >= 1000 and value != int(value)
        else (f"{int(value)}" if isinstance(value, float) and value == int(value) else str(value))
    )
