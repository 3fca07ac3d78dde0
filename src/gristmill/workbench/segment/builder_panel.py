"""The builder: conditions as controls and as SQL, each written from the other, with what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.report import Col, Data, table
from gristmill.workbench.panel import Panel
from gristmill.workbench.segment.counting import Counts, Size, counts, is_ready
from gristmill.workbench.segment.grid_panel import NEWER
from gristmill.workbench.segment.parts import part, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.written.segments import Own

PICTURED = 12
LEAST_SHARE = 0.05
"""Of the customers of the condition: smaller overlaps say little."""


class Builder(Panel, files="segment/builder"):
    """Conditions over segment.profile, counted as they change; saved as a template of the project."""

    def __init__(self, at: Counts, where: str = "") -> None:
        self._at = at
        self._where = where
        self._opened: Own | None = None
        self._newer = ""
        super().__init__(at.mill.project)

    def picture(self) -> dict[str, Any]:
        """The condition and the segments it overlaps with."""
        found = self._refreshed().size(self._where)
        said = f"{found.n_customers:,} of {found.n_all:,} customers, {found.share:.1%}."
        rows = [tuple(one) for one in _worth(found)[:PICTURED]]
        columns = [
            Col("scheme", "VARCHAR"),
            Col("segment", "VARCHAR"),
            Col("n_both", "BIGINT"),
            Col("share", "DOUBLE", unit="share"),
            Col("lift", "DOUBLE"),
        ]
        return table(Data(columns=columns, rows=rows), title=said)._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What a condition comes to.

        ``asked`` is {"do": ready, parts, text, open, save} with ``parts`` (controls), ``text`` (SQL), ``name``, ``label``.
        """
        at = self._refreshed()
        verb = str(asked.get("do"))
        if verb == "ready":
            return {**self._said(at, self._where, with_parts=True), **self._lists(at)}
        if verb == "parts":
            return self._said(at, at.text(part(asked.get("parts") or {})))
        if verb == "text":
            return self._said(at, str(asked.get("text") or ""), with_parts=True)
        if verb == "open":
            return self._open(at, str(asked.get("name") or ""))
        if verb == "save":
            return self._save(at, asked)
        return {}

    def _refreshed(self) -> Counts:
        if not is_ready(self._project):
            self.working("Storing the customers of the run once, for all conditions …")
        before, self._at = self._at, counts(self._project)
        self._newer = NEWER if self._at.mill is not before.mill and _run(self._at) != _run(before) else ""
        return self._at

    def _said(self, at: Counts, where: str, *, with_parts: bool = False) -> dict[str, Any]:
        found = at.size(where, segment=self._opened.name if self._opened else None)
        self._where = where
        said: dict[str, Any] = {
            "sql": where,
            "size": self._plain(found),
            "run": _run(at),
            "message": self._newer,
        }
        if with_parts:
            said["parts"] = plain(at.tree(where))
        return said

    def _lists(self, at: Counts) -> dict[str, Any]:
        return {
            "columns": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "operators": list(one.operators),
                    "values": [list(value) for value in one.values],
                    "n_values": one.n_values,
                    "lowest": one.lowest,
                    "highest": one.highest,
                }
                for one in at.columns
            ],
            **self._names(at),
        }

    def _names(self, at: Counts) -> dict[str, Any]:
        return {
            "saved": [[one.name, one.label] for one in at.saved()],
            "opened": [self._opened.name, self._opened.label] if self._opened else None,
        }

    def _open(self, at: Counts, name: str) -> dict[str, Any]:
        before = self._opened
        self._opened = at.open(name) if name else None
        try:
            said = self._said(at, self._opened.where if self._opened else self._where, with_parts=True)
        except Exception:
            self._opened = before
            raise
        return {**said, **self._names(at)}

    def _save(self, at: Counts, asked: Mapping[str, Any]) -> dict[str, Any]:
        name, label = str(asked.get("name") or "").strip(), str(asked.get("label") or "").strip()
        # What is saved is what was counted and shown last, or an answer the screen has not seen yet: never something else.
        where = at.text(part(asked["parts"])) if asked.get("parts") else str(asked.get("text") or "")
        seen = self._opened if self._opened and self._opened.name == name else None
        done = at.save(name, where, label=label or None, seen=seen)
        self._opened = at.open(name)
        message = f"{self._project.show(done.path)} is written: {done.n_customers:,} customers. The next run makes it."
        return {
            **self._said(at, where),
            **self._names(at),
            "message": " ".join(self.say(one) for one in (message, self._newer) if one),
            "path": self._project.show(done.path),
        }

    def _plain(self, found: Size) -> dict[str, Any]:
        return {
            "n": found.n_customers,
            "n_all": found.n_all,
            "share": found.share,
            "revenue": found.revenue,
            "share_revenue": found.share_revenue,
            "currency": found.currency,
            "overlaps": [
                [
                    self._tongue.value(one.scheme, "scheme"),
                    self._tongue.value(one.segment, "segment"),
                    *one[2:],
                ]
                for one in _worth(found)
            ],
            "change": list(found.change) if found.change else None,
        }


def _run(at: Counts) -> str:
    return at.mill.published.run if at.mill.published else ""


def _worth(found: Size) -> list[Any]:
    return [one for one in found.overlaps if one.share >= LEAST_SHARE]
