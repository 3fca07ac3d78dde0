"""The result of a ``%%sql`` cell on the screen: pages of rows with types and shares of nulls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.result import Result
from gristmill.workbench import asked as reading
from gristmill.workbench.panel import Panel
from gristmill.workbench.sql.pages import SIZE, Page, Pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.mill import Mill


class Paged(Result):
    """A result that shows itself in pages where widgets are shown, and its first rows where they are not."""

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        first = super()._repr_mimebundle_(**asked)
        return Table(self._mill, self, first)._repr_mimebundle_(**asked)


class Turned:
    """Where a reader of pages is: how far, in which order, in the clear or not."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.start = 0
        self.by: str | None = None
        self.down = False
        self.show = False

    def do(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Turn to what was asked and give the page for the screen; ``csv`` gives its text instead."""
        verb = asked.get("do")
        if verb == "page":
            self.start = max(0, reading.whole(asked, "start"))
        elif verb == "sort":
            name = self.pages.fields[
                reading.place({"column": 0, **asked}, "column", len(self.pages.fields))
            ].name
            # A third click brings the order of the query back.
            turns = {(name, False): (name, True), (name, True): (None, False)}
            self.by, self.down = (
                turns.get((str(self.by), self.down), (name, False)) if self.by else (name, False)
            )
            self.start = 0
        elif verb in ("show", "hide"):
            self.show = verb == "show"
        page = self.pages.page(self.start, by=self.by, down=self.down, show=self.show)
        self.start = page.start
        return {"csv": page.csv()} if verb == "csv" else self._shown(page)

    def _shown(self, page: Page) -> dict[str, Any]:
        fields = self.pages.fields
        return {
            "columns": [
                {
                    "name": one.name,
                    "type": one.type,
                    "nulls": _share(one.share_null),
                    "n_null": one.n_null,
                    "numeric": column.is_number,
                    "sorted": ("down" if self.down else "up") if one.name == self.by else "",
                }
                for one, column in zip(fields, page.data.columns, strict=True)
            ],
            "rows": page.cells(),
            "start": page.start,
            "size": SIZE,
            "n_rows": self.pages.n_rows,
            "personal": any(one.kind for one in fields),
            "clear": page.is_clear,
            "old": self.pages.is_old,
        }


def _share(share: float) -> str:
    """Never 0 % where there is a null, never 100 % where there is a value."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{share:.1%}".replace("%", " %").replace(".0 ", " ")


class Table(Panel, files="sql/table sql/result"):
    """One result in pages."""

    def __init__(self, mill: Mill, result: Result, picture: dict[str, Any]) -> None:
        self._turned = Turned(Pages(mill, result.sql, result.params))
        self._picture = picture
        self._sql = mill.shown(result.sql, result.params)
        super().__init__(mill.project)

    def picture(self) -> dict[str, Any]:
        """The first rows, masked."""
        return self._picture

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """``do`` is ready, page (``start``), sort (``column``, its place), show, hide or csv."""
        said = self._turned.do(asked)
        return {**said, "sql": self._sql} if asked.get("do") == "ready" else said
