"""What the published run says otherwise than the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from gristmill import runs
from gristmill.errors import ConfigError, Problem
from gristmill.report import Col, Data, table
from gristmill.report.changes import Figures, read

if TYPE_CHECKING:
    from gristmill.project import Project
    from gristmill.report.display import Display


@dataclass(frozen=True)
class Change:
    """A number that is another, or a finding that is new or gone."""

    page: str
    """The stage it stands on."""
    what: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Changes(Sequence[Change]):
    """All of them, by page; numbers before findings."""

    run: str
    before: str
    """The earlier run; empty when there is none to compare with."""
    entries: tuple[Change, ...]

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, place: int) -> Change: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, place: int | slice) -> Change | tuple[Change, ...]:
        return self.entries[place]

    def rows(self) -> list[tuple[str, str, float | None, float | None, float | None]]:
        """Page, what, before, now, and the change between two numbers."""
        return [
            (
                one.page,
                one.what,
                one.before,
                one.now,
                round(one.now - one.before, 6) if one.now is not None and one.before is not None else None,
            )
            for one in self.entries
        ]

    def display(self) -> Display:
        """As a table of ``gm.report``."""
        columns = [
            Col("page", "VARCHAR"),
            Col("what", "VARCHAR"),
            Col("before", "DOUBLE"),
            Col("now", "DOUBLE"),
            Col("change", "DOUBLE"),
        ]
        note = (
            f"{self.run} beside {self.before}"
            if self.before
            else "There is no earlier report to compare with."
        )
        return table(
            Data(columns=columns, rows=self.rows()),
            title=f"{len(self):,} changes since the run before",
            note=note,
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


def changes(project: Project) -> Changes:
    """The published run beside the newest published one before it whose figures are kept."""
    here = runs.current(project)
    if here is None:
        raise ConfigError(Problem(f"{project.name} has no published run to look at.", hint="gristmill run"))
    now = read(here.report(project))
    earlier = (one for one in runs.runs(project) if one.status == runs.PUBLISHED and one.run < here.run)
    before = next((found for one in earlier if (found := read(one.report(project)))), None)
    if now is None or before is None:
        return Changes(here.run, "", ())
    listed: list[Change] = []
    for page in now.pages:
        listed += _changed(page, now.pages[page], before.pages.get(page) or Figures())
    return Changes(here.run, before.run, tuple(listed))


def _changed(page: str, now: Figures, before: Figures) -> list[Change]:
    names = [*now.numbers, *(name for name in before.numbers if name not in now.numbers)]
    pairs = [(name, before.numbers.get(name), now.numbers.get(name)) for name in names]
    found = [Change(page, name, was, is_) for name, was, is_ in pairs if was != is_]
    found += [
        Change(page, said, None, 1.0) for key, said in now.findings.items() if key not in before.findings
    ]
    found += [
        Change(page, said, 1.0, 0.0) for key, said in before.findings.items() if key not in now.findings
    ]
    return found
