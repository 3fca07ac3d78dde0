"""The studio: the functions of ``gm.review`` under keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.errors import GristmillError
from gristmill.unify.decisions import short
from gristmill.workbench.panel import Panel
from gristmill.workbench.review import drawing
from gristmill.workbench.review.desk import Desk
from gristmill.workbench.review.listing import queue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.workbench.review.desk import Done

PICTURED = 10
"""Doubts of the static picture."""


class Studio(Panel, files="review/studio"):
    """Doubtful pairs one after the other; M merge, S split, N not now, U undo, H hide, W why."""

    def __init__(self, desk: Desk, *, show: bool = True) -> None:
        self._desk = desk
        self._show = show or not desk.project.mask
        self._at: tuple[str, str] | None = None
        super().__init__(desk.project)

    def picture(self) -> dict[str, Any]:
        """The head of the queue, masked."""
        return queue(self._desk, PICTURED, show=False)._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A card with its text, the counts, and a message.

        ``asked`` is {"do": ready, merge, split, skip, undo, show or hide} with the ``card`` that was answered, and
        ``why``. Never raises what a steward can mend: it comes back as the message.
        """
        message, is_bad = "", False
        try:
            message = self._do(str(asked.get("do")), asked)
        except GristmillError as error:
            message, is_bad = " ".join(str(error).split()), True
        try:
            return {**self._card(), "message": message, "bad": is_bad}
        except GristmillError as error:
            # A decisions file that somebody broke in an editor: nothing is decided until it is mended.
            said = " ".join(str(error).split())
            return {"message": said, "bad": True}

    def _do(self, verb: str, asked: Mapping[str, Any]) -> str:
        if verb in ("show", "hide"):
            self._show = verb == "show" or not self._desk.project.mask
            return ""
        if verb == "undo":
            done = self._desk.undo()
            self._at = self._ids(done)
            return str(done)
        if verb in ("merge", "split", "skip"):
            if self._at is None or asked.get("card") != _token(self._at):
                # Two views of one widget, or a key pressed twice: an answer is for the pair that was seen.
                return "That pair was answered already; here is the next."
            said = self._desk.decided(*self._at)
            if said:
                self._at = None
                return f"That pair was decided meanwhile: {said}. Here is the next."
            done = self._desk.decide(*self._at, verb, str(asked.get("why") or ""))
            self._at = None
            return str(done)
        return ""

    def _ids(self, done: Done) -> tuple[str, str]:
        (one, _, _), (other, _, _) = self._desk.named(done.left_id, done.right_id)
        return one, other

    def _card(self) -> dict[str, Any]:
        desk = self._desk
        progress = desk.progress()
        if self._at is None:
            row = next(iter(desk.open_rows()), None)
            self._at = (row.left_id, row.right_id) if row else None
        counts = {
            "n_doubts": progress.n_doubts,
            "n_done": progress.n_done,
            "n_left": progress.n_left,
            "n_skipped": progress.n_skipped,
            "progress": str(progress),
            "who": desk.who,
            "note": "A newer run is published: run this cell again to see its doubts; decisions hold all the same."
            if desk.is_old
            else "",
            "clear": self._show,
        }
        if self._at is None:
            return {**counts, "html": '<h3 class="gmr-title">No doubts are left.</h3>', "card": ""}
        if not desk.is_near(*self._at):
            self.working("Taking the next doubts of the queue …")
        return {
            **counts,
            "card": _token(self._at),
            "html": drawing.body(desk.pair(*self._at, show=self._show)),
        }


def _token(pair: tuple[str, str]) -> str:
    """A name for a pair that holds nothing of its ids."""
    return short(" ".join(short(one) for one in pair))
