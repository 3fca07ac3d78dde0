"""The template panel: the functions of ``gm.sql`` with controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.workbench import asked as reading
from gristmill.workbench import opened
from gristmill.workbench.panel import Panel
from gristmill.workbench.sql import sheet as sheets
from gristmill.workbench.sql.paged import Turned
from gristmill.workbench.sql.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.mill import Mill
    from gristmill.workbench.sql.sheet import Neighbour, Sheet

CONTROLS = {
    "integer": "integer",
    "double": "number",
    "decimal": "number",
    "date": "date",
    "boolean": "boolean",
}
"""Type of a parameter → control on the screen; every other type is typed as text."""


class TemplatePanel(Panel, files="sql/table sql/template"):
    """One template at a time: head, SQL, neighbours, parameters, rows, comparison."""

    def __init__(self, mill: Mill, ref: str) -> None:
        self._mill = mill
        self._ref = sheets.sheet(mill, ref).template.ref
        self._turned: Turned | None = None
        super().__init__(mill.project)

    def picture(self) -> dict[str, Any]:
        """The head and the parameters."""
        return sheets.sheet(self._mill, self._ref).display()._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``do`` is ready; choose (``ref``); run or compare (``params``, ``other``); page, sort, show, hide or csv."""
        verb = asked.get("do")
        self._follow()
        if verb == "ready":
            names = sorted({one.name for one in self._mill.catalog.templates})
            return {"names": names, **self._chosen(self._ref)}
        if verb == "choose":
            return self._chosen(str(asked.get("ref")))
        if verb == "run":
            return self._ran(asked)
        if verb == "compare":
            return self._compared(asked)
        if self._turned is None:
            return {}
        return {"table": self._turned.do(asked)}

    def _follow(self) -> None:
        """What a newer run published is read from the next question on; rows on the screen stay those they are."""
        self._mill = opened.mill(self._project.root)

    def _chosen(self, ref: str) -> dict[str, Any]:
        found = sheets.sheet(self._mill, ref)
        is_other = found.template.ref != self._ref
        self._ref = found.template.ref
        if is_other:
            self._turned = None
        return {"sheet": self._drawn(found), "fresh": is_other}

    def _drawn(self, found: Sheet) -> dict[str, Any]:
        one = found.template
        facts = {"grain": one.grain, "returns": one.returns, "source": one.source, "scheme": one.scheme}
        facts |= {"segment": one.segment, "judges": one.judges, "owner": one.owner, "engine": one.engine}
        return {
            "name": one.name,
            "ref": one.ref,
            "layer": one.layer,
            "file": one.shown,
            "summary": one.summary,
            "facts": [(word, said) for word, said in facts.items() if said],
            "sql": one.sql,
            "versions": list(found.versions),
            "version": f"{one.layer}:{one.ref}",
            "relation": one.relation,
            "reads": [_near(near) for near in found.reads],
            "read_by": [_near(near) for near in found.read_by],
            "n_upstream": found.n_upstream,
            "n_downstream": found.n_downstream,
            "params": [
                {
                    "name": param.name,
                    "type": param.type,
                    "meaning": param.meaning,
                    "control": "choice" if param.choices else CONTROLS.get(param.type, "text"),
                    "choices": list(param.choices),
                    "required": param.required,
                    "value": sheets.shown(found.values.get(param.name)),
                }
                for param in one.params.values()
            ],
        }

    def _ran(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = sheets.sheet(self._mill, self._ref).template
        result = sheets.run(self._mill, self._ref, sheets.given(found, reading.named(asked, "params")))
        turned = Turned(Pages(self._mill, result.sql, result.params))
        table = turned.do({"do": "ready"})
        if self._turned is not None:
            self._turned.pages.let_go()
        self._turned = turned
        return {"table": table}

    def _compared(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        other = str(asked.get("other") or "") or None
        found = self._mill.catalog.get(other) if other else sheets.sheet(self._mill, self._ref).template
        typed = {
            name: value for name, value in reading.named(asked, "params").items() if name in found.params
        }
        made = sheets.compare(self._mill, self._ref, other, sheets.given(found, typed))
        return {
            "difference": {
                "title": self.say(made.title),
                "meaning": list(made.meaning),
                "effect": [self._line(one) for one in made.effect],
            }
        }

    def _line(self, told: str) -> str:
        """A line of the effect; how far it is set in says what it belongs to."""
        text = told.lstrip()
        return told[: len(told) - len(text)] + self.say(text)


def _near(near: Neighbour) -> dict[str, Any]:
    return {"relation": near.relation, "ref": near.ref, "summary": near.summary}
