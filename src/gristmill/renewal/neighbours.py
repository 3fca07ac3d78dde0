"""The neighbourhood of what changed: rows are worked out there alone and take the place of the ones they stand for.

Work spreads like this: persons that came, went or changed → records that compare differently → blocks they stand in →
pairs of theirs, levels, weights → clusters that hang together with them → customers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from gristmill import making
from gristmill.engine import quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.plan import Node
from gristmill.unify.renewed import RENEWAL, tell

SMALL = "renewal_world"


class Renewal:
    """Brings the relations of the unify stage up to date where they stand; a context manager.

    The database at hand must hold them as the run before left them; ``before`` is the name of that run's attached database.
    Relations must be made in the order of the plan.
    """

    def __init__(self, engine: DuckDBEngine, before: str, run: str = "") -> None:
        self.engine = engine
        self.run = run
        self.before = quote(before)
        self.home = quote(engine.scalar("select current_database()"))
        self._there: set[str] = set()
        self._views: dict[str, tuple[Node, Mapping[str, Any]]] = {}
        self._rules: dict[str, Callable[[Node, Mapping[str, Any]], None]] = {
            "unify.records": self._records,
            "unify.keys": self._keys,
            "unify.pairs": self._pairs,
            "unify.comparisons": self._comparisons,
            "unify.clusters": self._clusters,
            RENEWAL: self._tell,
        }

    def __enter__(self) -> Self:
        self.engine.execute(f"attach ':memory:' as {quote(SMALL)}")
        self.engine.execute(f"create schema {quote(SMALL)}.renew")
        # Without it nobody takes for whole what is left half-way.
        self.engine.drop(RENEWAL)
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.execute(f"detach {quote(SMALL)}")

    # -- one relation ---------------------------------------------------------------------------

    def make(self, node: Node, values: Mapping[str, Any]) -> bool:
        """Make a node's relations from those of the run before; False where they are to be made whole."""
        if node.template and node.template.is_view:
            self._views[node.name] = node, values
            return False
        if node.renewed is None:
            return False
        if node.renewed == "when learning":
            return True
        rule = self._rules.get(node.name)
        if rule:
            rule(node, values)
        elif node.renewed == "by record":
            self._fill("unify.persons", "contact_id in (from renew.changed)")
            self._splice(node, values, "contact_id in (from {small}.renew.changed)")
        elif node.renewed == "by block":
            self._fill("unify.keys", "(rank, value) in (from renew.blocks)")
            self._splice(node, values, "(rank, value) in (from {small}.renew.blocks)")
        elif node.renewed == "by pair":
            self._splice(node, values, _PAIRS)
        else:
            self._fill("unify.members", "customer_id in (from renew.customers)")
            self._fill("unify.persons", "contact_id in (select contact_id from unify.members)")
            self._splice(node, values, "customer_id in (from {small}.renew.customers)")
        return True

    def made(self, node: Node) -> None:
        """After a relation was made, by whatever way: note what in it changed."""
        if node.name == "unify.persons":
            self._note("changed", self._differing(node.name))
        elif node.name == "unify.records":
            near = "near" if node.renewed else None
            self._note("touched", self._differing(node.name, near))
        elif node.name == "unify.members":
            moved = self._differing(node.name)
            self._note("moved", f"{moved} union from renew.changed")
            self._note(
                "customers",
                f"select customer_id from {self.home}.unify.members where contact_id in (from renew.moved)"
                f" union select customer_id from {self.before}.unify.members where contact_id in (from renew.moved)",
            )

    # -- the rules ------------------------------------------------------------------------------

    def _records(self, node: Node, values: Mapping[str, Any]) -> None:
        """Records say who is their twin: whoever was or is now equal to one that changed is looked at too."""
        before = f"{self.before}.unify.records"
        self._fill("unify.persons", "contact_id in (from renew.changed)")
        self._run(node, values)
        self._note(
            "near",
            "from renew.changed"
            f" union select contact_id from {before} where twin_id in"
            f" (select twin_id from {before} where contact_id in (from renew.changed))"
            f" union select contact_id from {before} where twin_key in (select twin_key from unify.records)",
        )
        self._fill("unify.persons", "contact_id in (from renew.near)")
        self._splice(node, values, "contact_id in (from {small}.renew.near)")

    def _keys(self, node: Node, values: Mapping[str, Any]) -> None:
        self._fill("unify.records", "contact_id in (from renew.touched)")
        self._fill("unify.evidence_keys", "contact_id in (from renew.touched)")
        self._splice(node, values, "contact_id in (from {small}.renew.touched)")
        self._note(
            "blocks",
            f"select distinct rank, value from {self.before}.unify.keys where contact_id in (from renew.touched)"
            " union select rank, value from unify.keys",
        )

    def _pairs(self, node: Node, values: Mapping[str, Any]) -> None:
        """Look for pairs of records that changed; among the others only where a block is in use no more, or now."""
        self._note("parts", self._parts(self.home))
        self._note("parts_before", self._parts(self.before))
        self._note(
            "flipped",
            "(from renew.parts except from renew.parts_before) union (from renew.parts_before except from renew.parts)",
        )
        self._note(
            "members",
            f"select f.*, k.contact_id from {self.home}.unify.keys as k"
            " join renew.flipped as f on f.rank = k.rank and f.value = k.value and (not f.is_split or f.part = k.finer)"
            " where k.contact_id not in (from renew.touched)",
        )
        self._note(
            "recheck",
            "select distinct l.contact_id as left_id, r.contact_id as right_id from renew.members as l join renew.members as r"
            " on r.rank = l.rank and r.value = l.value and r.part = l.part and r.is_split = l.is_split"
            " and l.contact_id < r.contact_id",
        )
        self._note(
            "between",
            "select left_id as contact_id from renew.recheck union select right_id from renew.recheck",
        )
        # Keys are by far the largest relation: they are gone through once for both.
        home = f"{self.home}.unify"
        self._note(
            "keys",
            f"from {home}.keys where contact_id in (from renew.touched) or contact_id in (from renew.between)",
        )
        self._note(
            "used",
            f"select b.rank, b.value from {home}.block_sizes as b semi join renew.keys as k on k.rank = b.rank and k.value = b.value",
        )
        self._fill("unify.block_parts", "(rank, value) in (from renew.used)")
        self._run_over("unify.keys", "from renew.keys where contact_id in (from renew.between)")
        self._fill("unify.records", "false")
        self._run(node, values)
        self._note("pairs", "from unify.pairs where (left_id, right_id) in (from renew.recheck)")
        self._note(
            "used",
            "select distinct rank, value from renew.keys where contact_id in (from renew.touched)"
            " and (rank, value) in (from renew.used)",
        )
        self._table(
            "unify.keys",
            "select * replace (contact_id in (from renew.touched) as is_new) from {relation} where (rank, value) in (from renew.used)",
        )
        self._fill(
            "unify.records",
            f"twin_id in (select twin_id from {home}.records where contact_id in (from renew.touched))",
        )
        self._run(node, values)
        self._note(
            "pairs",
            f"from renew.pairs union all by name from unify.pairs where {_has('left_id')} or {_has('right_id')}",
        )
        self._run_over("unify.pairs", "from renew.pairs")
        self._replace(node.name, _PAIRS)

    def _parts(self, database: str) -> str:
        """Parts of the blocks in question that are in use, as a database has them."""
        unify = f"{database}.unify"
        self._run_over(
            "unify.block_sizes",
            f"select * from {unify}.block_sizes where (rank, value) in (from renew.blocks)",
        )
        self._run(*self._views["unify.block_parts"])
        return "select rank, value, part, is_split from unify.block_parts where verdict = 'used'"

    def _comparisons(self, node: Node, values: Mapping[str, Any]) -> None:
        self._fill("unify.sample_pairs", _PAIRS.format(small=quote(SMALL)))
        ends = " union ".join(
            f"select {side} from unify.{pairs}"
            for pairs in ("pairs", "sample_pairs")
            for side in ("left_id", "right_id")
        )
        self._fill("unify.records", f"contact_id in ({ends})")
        self._splice(node, values, _PAIRS)

    def _clusters(self, node: Node, values: Mapping[str, Any]) -> None:
        """Records that hang together with one that changed, or of which a pair is weighed or decided otherwise."""
        home, before = f"{self.home}.unify", f"{self.before}.unify"
        then = f"select * from {before}.scores where {_PAIRS.format(small=quote(SMALL))}"
        self._note("scored", f"(from unify.scores except {then}) union ({then} except from unify.scores)")
        said = "select left_id, right_id, decision from {unify}.decided"
        now, then = said.format(unify=home), said.format(unify=before)
        self._note("said", f"({now} except {then}) union ({then} except {now})")
        self._note(
            "edges",
            f"select left_id, right_id from {home}.scores where verdict = 'merge'"
            f" union all select left_id, right_id from {home}.decided where decision = 'merge'",
        )
        sides = " union ".join(
            f"select {side} from renew.{of}" for of in ("scored", "said") for side in ("left_id", "right_id")
        )
        self._note("group", f"from renew.touched union {sides}")
        self._note("reached", "from renew.group")
        while self.engine.scalar(f"select count(*) from {SMALL}.renew.reached"):
            self._note(
                "next",
                "(select right_id as contact_id from renew.edges where left_id in (from renew.reached)"
                " union select left_id from renew.edges where right_id in (from renew.reached)) except from renew.group",
            )
            self.engine.execute(f"insert into {SMALL}.renew.group from {SMALL}.renew.next")
            self._note("reached", "from renew.next")
        self._fill("unify.records", "contact_id in (from renew.group)")
        for relation in ("unify.scores", "unify.decided"):
            self._fill(relation, "left_id in (from renew.group) and right_id in (from renew.group)")
        self._run(node, values)
        kept = {"unify.clusters": "contact_id", "unify.cuts": "left_id"}
        for relation, column in kept.items():
            self._replace(relation, f"{column} in (from {{small}}.renew.group)")

    def _tell(self, node: Node, values: Mapping[str, Any]) -> None:
        """Say what was looked at."""
        del node, values
        sets = {
            "n_changed": "renew.changed",
            "n_compared": "renew.touched",
            "n_pairs": "renew.pairs",
            "n_customers": "renew.customers",
        }
        counts = {
            key: int(self.engine.scalar(f"select count(*) from {SMALL}.{name}")) for key, name in sets.items()
        }
        learnt_in, n_learnt = self.engine.rows(f"select learnt_in, n_learnt from {self.before}.{RENEWAL}")[0]
        tell(self.engine, run=self.run, learnt_in=learnt_in, n_learnt=n_learnt, counts=counts)

    # -- the small world ------------------------------------------------------------------------

    def _fill(self, relation: str, where: str) -> None:
        """Put the part of a relation into the small world that ``where`` names, in its words."""
        self._table(relation, "select * from {relation} where " + where)

    def _table(self, relation: str, select: str) -> None:
        self._run_over(relation, select.format(relation=f"{self.home}.{quote_relation(relation)}"))

    def _run_over(self, relation: str, select: str) -> None:
        self._there.add(relation)
        with self.engine.within(SMALL):
            self.engine.make(relation, select)

    def _view(self, relation: str) -> None:
        """Let the small world see all of a relation."""
        self._there.add(relation)
        with self.engine.within(SMALL):
            self.engine.view(relation, f"select * from {self.home}.{quote_relation(relation)}")

    def _note(self, name: str, select: str) -> None:
        """Keep a small set of what changed, as ``renew.<name>``."""
        with self.engine.within(SMALL):
            self.engine.make(f"renew.{name}", select if " " in select else f"from {select}")

    def _run(self, node: Node, values: Mapping[str, Any]) -> None:
        """Run a node in the small world; what it reads and is not there is seen whole."""
        for relation in node.reads:
            if relation in self._there:
                continue
            if relation in self._views:
                self._run(*self._views[relation])
            else:
                self._view(relation)
        with self.engine.within(SMALL):
            making.run(self.engine, node, values)
        self._there.update(node.makes)

    def _splice(self, node: Node, values: Mapping[str, Any], gone: str) -> None:
        """Run a node in the small world; its rows take the place of those that ``gone`` names."""
        self._run(node, values)
        for relation in node.makes:
            self._replace(relation, gone)

    def _replace(self, relation: str, gone: str) -> None:
        name, small = quote_relation(relation), quote(SMALL)
        self.engine.execute(f"delete from {name} where {gone.format(small=small)}")
        self.engine.execute(f"insert into {name} by name select * from {small}.{name}")

    def _differing(self, relation: str, within: str | None = None) -> str:
        """SELECT of contact_id: rows that came, went or say something else; among those of the set ``within`` only."""
        name = quote_relation(relation)
        names = [
            quote(column.name) for column in self.engine.columns(relation) if column.name != "contact_id"
        ]
        differs = " or ".join(f"n.{one} is distinct from b.{one}" for one in names)
        sides = [
            f"(select * from {database}.{name}{f' where contact_id in (from renew.{within})' if within else ''})"
            for database in (self.home, self.before)
        ]
        return (
            f"select coalesce(n.contact_id, b.contact_id) as contact_id from {sides[0]} as n"
            f" full join {sides[1]} as b on b.contact_id = n.contact_id"
            f" where n.contact_id is null or b.contact_id is null or {differs}"
        )


def _has(side: str) -> str:
    return f"{side} in (from renew.touched)"


_PAIRS = (
    "left_id in (from {small}.renew.touched) or right_id in (from {small}.renew.touched)"
    " or (left_id, right_id) in (from {small}.renew.recheck)"
)
"""Pairs that were looked for again."""
