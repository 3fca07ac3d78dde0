"""The explorer of findings: the functions of ``gm.findings`` on the screen."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gristmill import project
from gristmill.errors import GristmillError, ParameterError
from gristmill.report import mask, note
from gristmill.report.sparkline import lines, path
from gristmill.workbench import asked as reading
from gristmill.workbench import opened
from gristmill.workbench.findings import changes, drafts
from gristmill.workbench.findings.failed import NOTHING, kept
from gristmill.workbench.findings.listing import Finding, every_finding, findings
from gristmill.workbench.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gristmill.mill import Mill
    from gristmill.workbench.findings.changes import Change

PAGE = 10
"""Failing rows of a page."""
AHEAD = 6
"""Checks that do not pass whose rows are found with the list, so that they answer at once."""
AHEAD_S = 8
"""No further one is begun after so many seconds."""
HIDDEN = "The change holds a personal value: press Show to see it."


class Explorer(Panel, files="findings/explorer"):
    """Checks on top, the failing rows of the one that is chosen below, and the change that mends it."""

    def __init__(self, *, show: bool = False) -> None:
        at = project.load()
        self._root = at.root
        self._mask = at.mask
        self._show = show or not at.mask
        self._run = ""
        self._every: list[Finding] = []
        self._at: tuple[str, str | None, str] | None = None
        self._filter: dict[str, Any] = {}
        self._draft: Change | None = None
        self._drafts = 0
        self._fixes: tuple[Any, list[str], dict[str, Any]] | None = None
        super().__init__(at)

    def picture(self) -> dict[str, Any]:
        """The checks that did not pass."""
        try:
            return findings(mill=opened.mill(self._root))._repr_mimebundle_()
        except GristmillError as error:
            return note(" ".join(str(error).split()))._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What changed on the screen: the list of checks, the rows of the chosen one, a drafted change, a message.

        ``asked`` is {"do": ready, choose (check: its place, or key), filter (value, source: places in the lists, -1 for all; text, first),
        show, hide, draft (kind, given, value), apply (draft), drop or undo}.
        """
        message, is_bad = "", False
        try:
            mill = opened.mill(self._root)
        except GristmillError as error:
            return {"message": " ".join(str(error).split()), "bad": True}
        is_new = mill.published is not None and mill.published.run != self._run
        if is_new:
            message = self._load(mill)
        try:
            message = self._do(mill, str(asked.get("do")), asked) or message
        except GristmillError as error:
            message, is_bad = " ".join(str(error).split()), True
        said: dict[str, Any] = {
            "clear": self._show,
            "can_mask": self._mask,
            "undoable": changes.last(mill.project),
        }
        if is_new or asked.get("do") == "ready":
            said["checks"] = self._checks()
            said["run"] = self._run
        try:
            said |= self._chosen(mill)
        except GristmillError as error:
            message, is_bad = message or " ".join(str(error).split()), True
        return {**said, "draft": self._drafted(), "message": message, "bad": is_bad}

    def _load(self, mill: Mill) -> str:
        assert mill.published is not None
        was, self._run = self._run, mill.published.run
        self._every = every_finding(mill)
        self._find_ahead(mill)
        self._draft = None
        if self._at not in {one.key for one in self._every}:
            self._at, self._filter = None, {}
        return "A newer run was published meanwhile: these are its findings." if was else ""

    def _find_ahead(self, mill: Mill) -> None:
        grave = [one for one in self._every if one.verdict != "pass"][:AHEAD]
        if grave:
            self.working("Finding the failing rows of the gravest checks …")
        until = time.monotonic() + AHEAD_S
        # The last is the one that would be forgotten last.
        for one in grave:
            if time.monotonic() > until:
                return
            with suppress(GristmillError):
                kept(mill, one)

    def _do(self, mill: Mill, verb: str, asked: Mapping[str, Any]) -> str:
        if verb in ("show", "hide"):
            self._show = verb == "show" or not self._mask
            if not self._show:
                self._filter["text"] = ""
        elif verb == "choose":
            # What was being mended before the kernel was started anew is named: the list may have another order now.
            key = [one or None for one in reading.several(asked, "key")]
            places = [i for i, one in enumerate(self._every) if list(one.key) == key]
            at = {"check": next(iter(places), -1)} if key else asked
            self._at = self._every[reading.place(at, "check", len(self._every))].key
            self.working("Finding the failing rows …")
            self._filter, self._draft = {}, None
        elif verb == "filter":
            held = kept(mill, self._finding)
            held.check_search(str(asked.get("text") or ""), show=self._show)
            # Kept as values: a place in the list is another one when a change was applied.
            self._filter = {
                "value": _filtered(held.values, asked.get("value")),
                "source": _filtered(held.sources, asked.get("source")),
                "text": str(asked.get("text") or ""),
                "first": reading.whole(asked, "first"),
            }
        elif verb == "draft":
            self._draft = None
            self._draft = drafts.draft(self._finding.name, str(asked.get("kind")), self._given(mill, asked))
            self._drafts += 1
        elif verb == "drop":
            self._draft = None
        elif verb == "apply":
            if self._draft is None or asked.get("draft") != self._drafts:
                return "That change is not on the screen any more: look at it again."
            done, self._draft = changes.apply(self._draft, mill.project), None
            return f"{done.path} is changed: the next run follows it."
        elif verb == "undo":
            done, self._draft = changes.undo(mill.project), None
            return f"{done.path} is as it was before."
        return ""

    @property
    def _finding(self) -> Finding:
        for one in self._every:
            if one.key == self._at:
                return one
        raise ParameterError("Choose a check first.")

    def _given(self, mill: Mill, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What a draft is made with; a value is named by its place in the list, so that a masked one is never sent."""
        given = reading.named(asked, "given")
        place = asked.get("value")
        if "value" in drafts.GIVEN.get(str(asked.get("kind")), ()) and isinstance(place, int) and place >= 0:
            given["value"] = kept(mill, self._finding).values[place][0]
        return given

    # -- what is shown --------------------------------------------------------------------------

    def _checks(self) -> list[dict[str, Any]]:
        drawn = lines([one.shares for one in self._every])
        return [
            {
                "relation": one.relation,
                "column": one.column or "",
                "check": one.check,
                "sentence": self.say(one.sentence),
                "severity": one.severity,
                "verdict": one.verdict,
                "n": one.n,
                "n_failed": one.n_failed,
                "share": one.share_failed,
                "growth": one.growth,
                "change": one.change,
                "n_bad_runs": one.n_bad_runs,
                "owner": one.owner or "",
                "trend": _trend(line),
            }
            for one, line in zip(self._every, drawn, strict=True)
        ]

    def _chosen(self, mill: Mill) -> dict[str, Any]:
        if self._at is None:
            return {"chosen": -1}
        finding = self._finding
        held = kept(mill, finding)
        value, source = (
            _place_of(known, self._filter.get(name, NOTHING))
            for name, known in (("value", held.values), ("source", held.sources))
        )
        first = min(max(0, int(self._filter.get("first") or 0)), held.n_rows)
        n, rows = held.page(
            value=_filtered(held.values, value),
            source=_filtered(held.sources, source),
            text=str(self._filter.get("text") or ""),
            first=first,
            most=PAGE,
            show=self._show,
        )
        shown = held.value_kind if not self._show else "none"
        kinds, now = self._fixes_of(mill, finding, held.stamp)
        return {
            "chosen": next(i for i, one in enumerate(self._every) if one.key == self._at),
            "is_personal": held.is_personal(),
            "n_rows": n,
            "n_all": held.n_rows,
            "first": first,
            "page": PAGE,
            "notes": list(held.notes),
            "values": [[mask(one, shown), many] for one, many in held.values],
            "sources": [[one, many] for one, many in held.sources],
            "value": value,
            "source": source,
            "text": str(self._filter.get("text") or ""),
            "rows": [
                [one.key, one.value, self.say(one.reason), _place(one.source, one.file, one.row)]
                for one in rows
            ],
            "fixes": [{"kind": kind, "says": self.say(drafts.KINDS[kind])} for kind in kinds],
            "now": now,
        }

    def _fixes_of(self, mill: Mill, finding: Finding, stamp: str) -> tuple[list[str], dict[str, Any]]:
        """What can be drafted, found out once for a check module as it is: a filter must not wait for it."""
        if self._fixes is None or self._fixes[0] != (finding.key, stamp):
            kinds = drafts.kinds_for(mill, finding)
            self._fixes = ((finding.key, stamp), kinds, drafts.now(mill, finding) if kinds else {})
        return self._fixes[1], self._fixes[2]

    def _drafted(self) -> dict[str, Any] | None:
        made = self._draft
        if made is None:
            return None
        if made.is_personal and not self._show:
            return {
                "number": self._drafts,
                "says": self.say(HIDDEN),
                "effect": "",
                "diff": [],
                "can_apply": False,
            }
        return {
            "number": self._drafts,
            "says": self.say(made.says),
            "effect": " ".join(self.say(one) for one in re.split(r"(?<=\.) ", made.effect) if one),
            "diff": made.diff.split("\n") if made.diff else [],
            "can_apply": True,
        }


def _trend(line: dict[str, Any] | None) -> dict[str, Any] | None:
    """The path of a small line, how wide it is, and what it says."""
    if line is None:
        return None
    drawn, width = path(line["points"])
    return {"path": drawn, "width": width, "says": line["says"]}


def _filtered(known: Sequence[tuple[str | None, int]], place: Any) -> Any:
    """The value at a place of a list of filters; no filter for -1 or a place that is gone."""
    return known[place][0] if isinstance(place, int) and 0 <= place < len(known) else NOTHING


def _place_of(known: Sequence[tuple[str | None, int]], wanted: Any) -> int:
    """Where a filter stands in the list; -1 for none, or for a value that no row has any more."""
    return next((i for i, (one, _) in enumerate(known) if wanted is not NOTHING and one == wanted), -1)


def _place(source: str | None, file: str | None, row: int | None) -> str:
    """Where a row comes from."""
    place = file or source or ""
    return f"{place}:{row:,}" if row is not None else place
