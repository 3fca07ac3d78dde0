"""The grid: bounds of the named segments of RFM under the mouse and the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.errors import ConfigError, ParameterError, Problem
from gristmill.report import Col, Data, table
from gristmill.workbench import opened
from gristmill.workbench.panel import Panel
from gristmill.workbench.segment.bounding import (
    EDGES,
    OTHERS,
    Bound,
    counted,
    most,
    moved,
    scores,
    write,
)
from gristmill.workbench.segment.bounding import table as bounds_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gristmill.mill import Mill


NEWER = "A newer run was published meanwhile: these are its counts."


class Grid(Panel, files="segment/grid"):
    """Segments as boxes over the scores; what is let go is in ``sql/segment/rfm_bounds_v1.sql``."""

    def __init__(self, mill: Mill) -> None:
        self._mill = mill
        self._known = scores(mill)
        self._newer = ""
        self._seen, self._found = bounds_table(mill)
        self._done: list[tuple[str, dict[str, int], dict[str, int]]] = []
        super().__init__(mill.project)

    def picture(self) -> dict[str, Any]:
        """The table of bounds with who fits."""
        self._refresh()
        rows = [
            (
                one.segment,
                one.priority,
                *(getattr(one, edge) for edge in EDGES),
                one.n_fit,
                one.n_won,
                one.revenue,
            )
            for one in counted(self._found, self._known)[0]
        ]
        columns = [
            Col("segment", "VARCHAR"),
            *(Col(name, "INTEGER") for name in ("priority", *EDGES)),
            Col("n_fit", "BIGINT"),
            Col("n_won", "BIGINT"),
            Col("revenue", "DOUBLE"),
        ]
        return table(
            Data(columns=columns, rows=rows), title="Named segments and who fits their bounds"
        )._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Bounds with counts. ``asked`` is {"do": ready, try, move, undo} with ``segment`` and ``edges``.

        ``try`` counts and writes nothing; ``move`` writes the file.
        """
        verb = str(asked.get("do"))
        segment, edges = str(asked.get("segment") or ""), _edges(asked.get("edges"))
        if verb == "try":
            return self._said(moved(self._found, segment, edges, self._most), is_tried=True)
        changed = self._refresh()
        if changed:
            said = "The file was changed meanwhile; this is what it says now. Nothing was moved."
            return {**self._said(self._found), "message": said, "bad": verb in ("move", "undo")}
        if verb == "move":
            return self._move(segment, edges)
        if verb == "undo":
            return self._undo()
        # After a refusal: its message stands beside what holds.
        return {
            **self._said(self._found),
            "message": str(asked.get("said") or self._newer),
            "bad": verb == "again",
        }

    @property
    def _most(self) -> int:
        return most(self._found, self._known)

    def _refresh(self) -> bool:
        """Follow the published run; True when the file says other bounds than were shown."""
        mill = opened.mill(self._project.root)
        self._newer = ""
        if mill is not self._mill:
            self.working("Counting the scores of the new run …")
            self._newer = NEWER
            self._mill, self._known = mill, scores(mill)
            self._project = mill.project
        before, shown = self._found, self._seen.text
        self._seen, self._found = bounds_table(mill)
        return self._seen.text != shown and self._found != before

    def _move(self, segment: str, edges: Mapping[str, int]) -> dict[str, Any]:
        old = next((one for one in self._found if one.segment == segment), None)
        new = moved(self._found, segment, edges, self._most)
        before = {name: getattr(old, name) for name in edges}
        if before == edges:
            return self._said(self._found)
        return self._written(
            new, [*self._done, (segment, before, dict(edges))], f"{segment}: {_told(before, edges)}."
        )

    def _undo(self) -> dict[str, Any]:
        if not self._done:
            raise ParameterError(Problem("Nothing was moved here that could be taken back."))
        segment, before, after = self._done[-1]
        now = next((one for one in self._found if one.segment == segment), None)
        if now is None or {name: getattr(now, name) for name in after} != after:
            self._done.pop()
            raise ConfigError(
                Problem(
                    f"{segment} was moved by somebody else meanwhile, so it stays.", hint="drag it yourself"
                )
            )
        new = moved(self._found, segment, before, self._most)
        return self._written(new, self._done[:-1], f"{segment}: {_told(after, before)}.")

    def _written(self, new: Sequence[Bound], done: list[Any], said: str) -> dict[str, Any]:
        self._seen, self._found = write(self._mill, self._seen, new)
        self._done = done
        return {
            **self._said(self._found),
            "message": " ".join(
                self.say(one)
                for one in (f"{said} {self._seen.shown} is written; the next run follows it.", self._newer)
                if one
            ),
        }

    def _said(self, found: Sequence[Bound], *, is_tried: bool = False) -> dict[str, Any]:
        bounds, named = counted(found, self._known)
        others = [one.score for one in named if one.segment == OTHERS]
        return {
            "most": self._most,
            "tried": is_tried,
            "file": self._seen.shown,
            "can_undo": bool(self._done),
            "bounds": [
                {**_plain(one), "label": self._tongue.value(one.segment, "segment")} for one in bounds
            ],
            "scores": [[*one.score[:4], one.segment] for one in named],
            "others": {"n": sum(one.n for one in others), "revenue": sum(one.revenue for one in others)},
            "others_label": self._tongue.value(OTHERS, "segment"),
            "n_all": sum(one.n for one in self._known),
        }


def _edges(given: Any) -> dict[str, int]:
    try:
        return {str(name): int(value) for name, value in (given or {}).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise ParameterError(Problem("Edges are whole numbers.")) from error


def _told(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {before[name]} → {after[name]}" for name in after if before[name] != after[name]
    )


def _plain(one: Bound) -> dict[str, Any]:
    return {
        "segment": one.segment,
        **{name: getattr(one, name) for name in EDGES},
        "priority": one.priority,
        "n_fit": one.n_fit,
        "n_won": one.n_won,
        "revenue": one.revenue,
        "overlaps_with": list(one.overlaps_with),
        "is_empty": one.is_empty,
        "is_shadowed": one.is_shadowed,
    }
