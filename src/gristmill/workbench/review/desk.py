"""The desk of a steward: the queue of doubts of the published run, what was decided about them, and what is next.

Everything that people decide is in ``reviews/decisions.csv`` the moment it is decided; the desk holds nothing that a
crash could take. Others may decide at the same time: the file is looked at again before each answer.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from gristmill import reviewing, runs
from gristmill.errors import EngineError, ParameterError, Problem, did_you_mean
from gristmill.unify import decisions
from gristmill.unify.decisions import MERGE, SPLIT, Decision, short
from gristmill.workbench import kept
from gristmill.workbench.review import tray
from gristmill.workbench.review.counting import Progress, measured
from gristmill.workbench.review.pairs import Pair, pair
from gristmill.workbench.review.skips import Skip, Skips

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gristmill.engine import Engine
    from gristmill.mill import Mill
    from gristmill.project import Project

KEPT = "kept_review"
"""The doubts of the run as if nothing were decided, and the tray of the first, as a database."""
_SAYS = "doubts, tray: 1"
"""How they are gathered; another text where that changes, so that what was kept otherwise is not read."""
SKIP = "skip"
ANSWERS = (MERGE, SPLIT, SKIP)


class Row(NamedTuple):
    """A doubt of the queue."""

    value: float
    n_records: int
    doubt: str
    reason: str
    left_id: str
    right_id: str
    customer_id: str
    other_id: str
    n_pairs: int
    probability: float

    @property
    def customers(self) -> tuple[str, str]:
        """A decision about two records speaks for their customers."""
        return (self.customer_id, self.other_id)


class Label(NamedTuple):
    """A decision, found in the published run."""

    left_id: str
    right_id: str
    decision: str
    customers: tuple[str, str]
    probability: float | None
    """None where the pair was never compared."""
    verdict: str | None


@dataclass(frozen=True)
class Done:
    """What deciding did."""

    left_id: str
    right_id: str
    decision: str
    """merge, split, skip; or undo, of what ``undone`` says."""
    line: int = 0
    """Of reviews/decisions.csv; 0 for a skip."""
    undone: str = ""
    why: str = ""

    def __str__(self) -> str:
        pair_of = f"{self.left_id} and {self.right_id}"
        if self.undone:
            return f"Taken back: {self.undone} of {pair_of}."
        if self.decision == SKIP:
            return f"Put off: {pair_of} come last until the next run."
        return f"{decisions.FILE}:{self.line} says {self.decision} of {pair_of}."


class Desk:
    """One project's doubts, opened for work; ``close`` lets go of the database."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.who = reviewing.who(project)
        self._file = project.root / decisions.FILE
        self._lock = project.state / "decisions.lock"
        self._skips_file = Skips(project.state)
        self._open = ExitStack()
        self._mill: Mill = self._open.enter_context(reviewing.opened(project))
        published = self._mill.published
        assert published is not None
        self.run = published
        self.merge_above = reviewing.merge_above(self._mill)
        self._stamp: Any = None
        self._lines: list[Decision] = []
        self._labels: dict[tuple[frozenset[str], str], Label | None] = {}
        self._skips: list[Skip] = []
        self._small: Engine | None = None
        self._in_tray: set[str] = set()
        try:
            self.rows = self._all_doubts()
            self._customers = {row.customers for row in self.rows}
            self._rows = {_key(row.left_id, row.right_id): row for row in self.rows}
            self.refresh()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the published run."""
        self._open.close()

    @property
    def is_old(self) -> bool:
        """True when a newer run was published since."""
        now = runs.current(self.project)
        return now is not None and now.run != self.run.run

    # -- the queue ------------------------------------------------------------------------------

    def _all_doubts(self) -> list[Row]:
        """Doubts as if nothing were decided: a decision that is taken back brings its doubt back."""
        engine = self._mill.engine
        path = kept.path_of(self._mill, "review", _SAYS)
        if kept.attached(engine, path, KEPT):
            engine.view("unify.doubts", f"select * from {KEPT}.doubts")
        else:
            decisions.write_decisions(engine, ())
            if not self._is_undecided():
                self._mill.run("unify/decided")
                self._mill.run("unify/doubts")
            tables = tray.selects(engine, self._next(reviewing.doubt_rows(engine, tray.SIZE)))
            kept.keep(engine, path, KEPT, {"doubts": ("select * from unify.doubts", {}), **tables})
        with suppress(EngineError):
            # The first of them come with it.
            self._hold(tray.held(engine, KEPT))
        return [Row(float(row[0]), *row[1:]) for row in reviewing.doubt_rows(engine)]

    def _is_undecided(self) -> bool:
        """True when the run followed no decisions, so that its own doubts are all there are."""
        engine = self._mill.engine
        if not kept.is_of_run(engine, "unify.doubts", "unify.decided"):
            return False
        return bool(engine.scalar("select count(*) = 0 from unify.decided"))

    @staticmethod
    def _next(rows: Sequence[Sequence[Any]]) -> list[str]:
        return [customer for row in rows for customer in Row(*row).customers]

    def _hold(self, small: Engine) -> None:
        ids = small.rows("select contact_id from unify.members")
        self._small, self._in_tray = small, {short(one) for (one,) in ids}

    def refresh(self) -> None:
        """Look at the files again. Raises SourceError when the decisions cannot be read or contradict."""
        try:
            found = self._file.stat()
            stamp: Any = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            stamp = None
        both = (stamp, self._skips_file.stamp())
        if both == self._stamp:
            return
        self._lines = decisions.read(self._file)
        self._skips = self._skips_file.read(self.run.run)
        self._learn([one for one in self._lines if (one.pair, one.decision) not in self._labels])
        self._stamp = both

    def _learn(self, new: Sequence[Decision]) -> None:
        """Find the records that lines speak of; those that the run does not have are kept as unknown."""
        if not new:
            return
        engine = self._mill.engine
        decisions.write_decisions(engine, new)
        self._mill.run("unify/decided")
        rows = engine.rows(
            "select d.line, d.left_id, d.right_id, d.decision, least(l.customer_id, r.customer_id),"
            " greatest(l.customer_id, r.customer_id), s.match_probability, s.verdict from unify.decided as d"
            " join unify.members as l on l.contact_id = d.left_id join unify.members as r on r.contact_id = d.right_id"
            " left join unify.scores as s on s.left_id = d.left_id and s.right_id = d.right_id"
        )
        found = {row[0]: Label(row[1], row[2], row[3], (row[4], row[5]), row[6], row[7]) for row in rows}
        # Left empty, so that nobody reads a part of the file for the whole.
        decisions.write_decisions(engine, ())
        engine.make("unify.decided", "select * from unify.decided where false")
        for one in new:
            self._labels[one.pair, one.decision] = found.get(one.line)

    def labels(self) -> list[Label]:
        """What the file decides about records of this run, one a pair."""
        found = {}
        for one in self._lines:
            label = self._labels.get((one.pair, one.decision))
            if label:
                found[label.left_id, label.right_id] = label
        return list(found.values())

    def open_rows(self) -> Iterator[Row]:
        """Doubts that are left, the most valuable first, then those put off."""
        decided = {label.customers for label in self.labels()}
        later = dict.fromkeys(row for row in self._skipped() if row.customers not in decided)
        yield from (row for row in self.rows if row.customers not in decided and row not in later)
        yield from later

    def _skipped(self) -> list[Row]:
        """What was put off, the longest ago first."""
        found = (self._rows.get(_key(one.left_id, one.right_id)) for one in self._skips)
        return [row for row in found if row is not None]

    def progress(self) -> Progress:
        """How far the queue is, and how the thresholds do by what was decided."""
        self.refresh()
        labels = self.labels()
        decided = {label.customers for label in labels}
        n_settled = len(decided & self._customers)
        n_skipped = len({row for row in self._skipped() if row.customers not in decided})
        n_mine = sum(one.who == self.who for one in self._lines)
        return measured(labels, len(self.rows), n_settled, n_skipped, n_mine, self.merge_above)

    # -- one pair -------------------------------------------------------------------------------

    def pair(self, left_id: str, right_id: str, *, show: bool) -> Pair:
        """Two records by contact id."""
        engine = self._engine_for(left_id, right_id)
        found = pair(engine, left_id, right_id, show=show or not self.project.mask)
        said = self.decided(left_id, right_id)
        if said:
            # The file of this moment counts, not what the database read of it.
            found = replace(found, decision=said, why=replace(found.why, overruled=f"decided to {said}"))
        row = self._rows.get(_key(left_id, right_id))
        return replace(found, value=row.value) if row else found

    def named(self, left: str, right: str) -> list[tuple[str, str, str]]:
        """Both records as ``reviewing.pair_of`` gives them, by ids as shown anywhere."""
        if self._small is not None and {short(left), short(right)} <= self._in_tray:
            return reviewing.pair_of(self._small, left, right)
        return reviewing.pair_of(self._mill.engine, left, right)

    def decided(self, left_id: str, right_id: str) -> str:
        """Merge or split where the file says so of these two records by now; else empty."""
        self.refresh()
        ids = tuple(sorted((left_id, right_id)))
        return next((one.decision for one in self.labels() if (one.left_id, one.right_id) == ids), "")

    def records(self, ids: Sequence[str], *, show: bool) -> dict[str, reviewing.Record]:
        """Records by contact id, masked or not."""
        first = next(iter(self.open_rows()), None)
        engine = self._engine_for(first.left_id, first.right_id) if first else self._mill.engine
        is_near = {short(one) for one in ids} <= self._in_tray
        return reviewing.records_of(engine if is_near else self._mill.engine, ids, show=show)

    def is_near(self, left_id: str, right_id: str) -> bool:
        """Whether the pair is one of those that are shown at once."""
        return self._small is not None and {short(left_id), short(right_id)} <= self._in_tray

    def _engine_for(self, left_id: str, right_id: str) -> Engine:
        """The tray where it holds the pair; filled with the next doubts when this is one of them."""
        wanted = {short(left_id), short(right_id)}
        if self._small is None or not wanted <= self._in_tray:
            coming = []
            for row in self.open_rows():
                coming.append(row)
                if len(coming) == tray.SIZE:
                    break
            if not any({row.left_id, row.right_id} == {left_id, right_id} for row in coming):
                return self._mill.engine
            self._hold(tray.fill(self._mill.engine, self._next(coming)))
        assert self._small is not None
        return self._small

    # -- deciding -------------------------------------------------------------------------------

    def decide(self, left: str, right: str, answer: str, why: str = "") -> Done:
        """Write down what was decided; it is on disk when this returns.

        Raises ParameterError for records that are not there, SourceError for what contradicts the file.
        """
        if answer not in ANSWERS:
            raise ParameterError(
                Problem(
                    f"{answer!r} decides nothing.",
                    expected=f"Expected {', '.join(ANSWERS)}.",
                    hint=did_you_mean(answer, ANSWERS),
                )
            )
        self.refresh()
        (one, one_id, one_digest), (other, other_id, other_digest) = self.named(left, right)
        at = runs.now().isoformat()
        if answer == SKIP:
            mine = sum(line.who == self.who for line in self._lines)
            self._skips_file.add(Skip(self.run.run, short(one), short(other), self.who, at, mine))
            self.refresh()
            return Done(one_id, other_id, SKIP)
        new = Decision(one_id, other_id, answer, self.who, at, why, one_digest, other_digest)
        label = self._label(one, other, answer)
        line = decisions.append(self._file, new, lock=self._lock)
        self._labels[new.pair, answer] = label
        self.refresh()
        return Done(one_id, other_id, answer, line, why=why)

    def _label(self, one: str, other: str, answer: str) -> Label:
        left, right = sorted((one, other))
        engine = self._engine_for(one, other)
        rows = engine.rows(
            "select least(l.customer_id, r.customer_id), greatest(l.customer_id, r.customer_id),"
            " s.match_probability, s.verdict from unify.members as l join unify.members as r on r.contact_id = $right"
            " left join unify.scores as s on s.left_id = $left and s.right_id = $right where l.contact_id = $left",
            {"left": left, "right": right},
        )
        one_id, other_id, chance, verdict = rows[0]
        return Label(left, right, answer, (one_id, other_id), chance, verdict)

    def undo(self) -> Done:
        """Take back what this person did last, a decision or a skip. Raises ParameterError when there is nothing."""
        self.refresh()
        mine = [one for one in self._lines if one.who == self.who]
        skips = [one for one in self._skips if one.who == self.who]
        if skips and (not mine or skips[-1].n_decided >= len(mine)):
            self._skips_file.remove(skips[-1])
            self.refresh()
            (_, one_id, _), (_, other_id, _) = self.named(skips[-1].left_id, skips[-1].right_id)
            return Done(one_id, other_id, "undo", undone=SKIP)
        if not mine:
            raise ParameterError(Problem(f"{self.who} has decided nothing that could be taken back."))
        last = mine[-1]
        if not last.at or last.at <= self.run.started_at:
            raise ParameterError(
                Problem(
                    f"The run {self.run.run} follows the last decision of {self.who} already.",
                    where=f"{decisions.FILE}:{last.line}",
                    hint="take the line out in an editor, then 'gristmill run'",
                )
            )
        try:
            gone = decisions.withdraw(self._file, last, lock=self._lock)
        finally:
            self._stamp = None
        self.refresh()
        return Done(gone.left_id, gone.right_id, "undo", undone=gone.decision, why=gone.why)


def _key(left_id: str, right_id: str) -> frozenset[str]:
    return frozenset((short(left_id), short(right_id)))
