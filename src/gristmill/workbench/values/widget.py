"""The studio of values: the functions of ``gm.values`` on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill import cluster, project
from gristmill.errors import GristmillError, ParameterError, Problem
from gristmill.report import note
from gristmill.workbench import asked as reading
from gristmill.workbench.panel import Panel
from gristmill.workbench.values import finding, merging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.workbench.values.finding import Clusters, Group

PAGE = 10
"""Groups of a page."""
NEWER = "A newer run was published meanwhile: these are its values."
PICTURED = 10
"""Values of the static picture."""
NAMES = {
    "proposed": "All together",
    "fingerprint": "Same words",
    "ngrams": "Same pairs of letters",
    "sound": "Same sound",
    "nearest": "Few letters differ",
}


class Studio(Panel, files="values/studio"):
    """Groups of values; choose which of them become which, and say so."""

    def __init__(self, relation: str = "", column: str = "", *, show: bool = True) -> None:
        at = project.load()
        self._columns = finding.columns()
        chosen = f"{relation}.{column}" if relation else ""
        if chosen and chosen not in self._columns:
            # Told before there is a screen; a column that runs do not merge can be looked at all the same.
            finding.found_for(at, relation, column)
            self._columns = [*self._columns, chosen]
        if not self._columns:
            raise ParameterError(
                Problem("The published run has no column whose values are merged.", hint="gristmill run")
            )
        self._column = chosen or self._columns[0]
        self._method = finding.PROPOSED
        self._show = show
        self._place = 0
        self._serial = 0
        self._run = ""
        self._page: list[Group] = []
        super().__init__(at)

    def picture(self) -> dict[str, Any]:
        """The first groups, masked."""
        try:
            found = self._clusters(show=False)
        except GristmillError as error:
            return note(" ".join(str(error).split()))._repr_mimebundle_()
        return found.display(PICTURED)._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A page of groups, the methods with their counts, and a message.

        ``asked`` is {"do": ready, choose, page, merge, apart, all, undo, show or hide} with column, method, place; a
        decision has the ``serial`` of the page, the ``group`` on it, the members to ``take``, the one that survives
        (``into``: its place among the members, -1 the first line) or a ``text`` to become.
        """
        message, is_bad = "", False
        try:
            message = self._do(str(asked.get("do")), asked)
        except GristmillError as error:
            message, is_bad = " ".join(str(error).split()), True
        before = self._run
        shown = self._shown()
        newer = [NEWER] if before not in ("", self._run) else []
        message = " ".join(self.say(one) for one in (message, *newer) if one)
        return {**shown, "message": message, "bad": is_bad}

    def _do(self, verb: str, asked: Mapping[str, Any]) -> str:
        if verb in ("show", "hide"):
            self._show = verb == "show"
        elif verb == "choose":
            self._column = _one_of(asked.get("column"), self._columns, self._column)
            self._method = _one_of(asked.get("method"), finding.METHODS, self._method)
            self._place = 0
        elif verb == "page":
            self._place = max(0, reading.whole(asked, "place"))
        elif verb == "undo":
            return str(merging.undo())
        elif verb == "all":
            return str(merging.decide_all(*self._parts, reading.number(asked, "above", 1.0)))
        elif verb in ("merge", "apart"):
            return self._decide(verb, asked)
        return ""

    def _decide(self, verb: str, asked: Mapping[str, Any]) -> str:
        if asked.get("serial") != self._serial:
            return "The list has changed meanwhile: look again."
        group = self._page[reading.place(asked, "group", len(self._page))]
        values = [group.after, *(one.value for one in group.members)]
        n = len(values)
        into = (
            str(asked.get("text") or "").strip()
            or values[reading.place({"into": asked.get("into") or 0}, "into", n)]
        )
        taken = [values[reading.place({"take": one}, "take", n)] for one in reading.several(asked, "take")]
        decision = "accept" if verb == "merge" else "reject"
        if verb == "apart" and into not in values:
            raise ParameterError("Values stay apart from one of the list, not from a text that is typed.")
        done = merging.decide(*self._parts, [one for one in taken if one != into], into, decision)
        return str(done)

    @property
    def _parts(self) -> tuple[str, str]:
        relation, _, column = self._column.rpartition(".")
        return relation, column

    def _clusters(self, *, show: bool) -> Clusters:
        return finding.clusters(*self._parts, method=self._method, show=show)

    def _shown(self) -> dict[str, Any]:
        if not finding.is_found(project.load(), *self._parts):
            self.working("Searching the column for values that mean the same …")
        found = self._clusters(show=self._show)
        self._place = min(self._place, max(0, len(found) - 1) // PAGE * PAGE)
        self._run = found.found.run
        self._page = list(found.groups[self._place : self._place + PAGE])
        self._serial += 1
        return {
            "serial": self._serial,
            "columns": self._columns,
            "column": self._column,
            "method": self._method,
            "methods": [
                {"name": name, "says": self.say(NAMES[name]), "counts": list(found.found.counts[name])}
                for name in finding.METHODS
            ],
            "can_merge": self._column in cluster.mergeable(),
            "is_personal": found.found.kind != "none",
            "clear": found.is_clear,
            "place": self._place,
            "page": PAGE,
            "n_left": len(found),
            "n_rows": sum(group.n_rows for group in found.groups),
            "n_values": found.found.n_values,
            "left_out": " ".join(self.say(one) for one in found.found.left_out),
            "groups": [self._group(found, group) for group in self._page],
        }

    def _group(self, found: Clusters, group: Group) -> dict[str, Any]:
        first = {"value": found.shown(group.after), "n": group.after_n, "agrees": None, "sure": None}
        return {
            "n_rows": group.n_rows,
            "values": [
                first,
                *(
                    {
                        "value": found.shown(one.value),
                        "n": one.n,
                        "agrees": list(one.agrees),
                        "sure": one.confidence,
                    }
                    for one in group.members
                ),
            ],
        }


def _one_of(asked: Any, known: Any, otherwise: str) -> str:
    return str(asked) if asked in known else otherwise
