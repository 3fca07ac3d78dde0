"""The plan: which relation is made from which, in what order.

Nothing declares the graph. A template's reads are in its SELECT; a Python step (only where a result
is found by iteration, or by reading files) says what it reads and makes, so it sits in the same graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gristmill.engine import Engine
from gristmill.errors import Problem, TemplateError, did_you_mean
from gristmill.template import Template

StepFunction = Callable[[Engine, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Node:
    """One step of the work: a template, a generated SELECT, or a Python step."""

    makes: tuple[str, ...]
    """The relations it makes; a template makes one."""
    reads: tuple[str, ...]
    summary: str = ""
    template: Template | None = None
    select: str | None = None
    """A SELECT written by gristmill itself, as the union of all mappings of an entity."""
    step: StepFunction | None = None
    fingerprint: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """pii kinds of columns that a Python step makes anew; a text column left out is masked whole."""
    step_renewed: str | None = None

    @property
    def renewed(self) -> str | None:
        """What a row hangs on, one of ``template.RENEWED``; None where all of it is made again in every run."""
        return self.template.renewed if self.template else self.step_renewed

    @property
    def name(self) -> str:
        """The relation people call it by."""
        return self.makes[0]

    @property
    def kind(self) -> str:
        """``template``, ``generated`` or ``python``."""
        return "template" if self.template else "generated" if self.select else "python"

    @property
    def ref(self) -> str:
        """What made it, as shown to people: ``unify/pairs@1`` or the kind."""
        return self.template.ref if self.template else self.kind


class Plan:
    """The graph of all nodes; raises TemplateError for reads that nothing makes, and for cycles."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = tuple(nodes)
        self.by_relation: dict[str, Node] = {rel: node for node in self.nodes for rel in node.makes}
        self._check_reads()
        self._sorted = self._sort()

    def node(self, relation: str) -> Node:
        """What makes a relation. Raises TemplateError with the nearest name."""
        if relation not in self.by_relation:
            raise TemplateError(
                Problem(
                    f"Nothing makes the relation {relation!r}.",
                    hint=did_you_mean(relation, self.by_relation, otherwise="'gristmill sql list' shows all"),
                )
            )
        return self.by_relation[relation]

    def order(self, relations: Sequence[str] | None = None) -> list[Node]:
        """Nodes in an order that can be run: all, or those that the given relations need, themselves included."""
        if relations is None:
            return list(self._sorted)
        wanted: set[str] = set()
        for relation in relations:
            wanted.add(self.node(relation).name)
            wanted |= {self.by_relation[rel].name for rel in self.upstream(relation)}
        return [node for node in self._sorted if node.name in wanted]

    def schema(self, schema: str) -> list[Node]:
        """The nodes of one schema, in running order."""
        return [node for node in self._sorted if node.name.partition(".")[0] == schema]

    def upstream(self, relation: str) -> list[str]:
        """Everything a relation is made from, directly or not, sorted."""
        return self._walk(relation, lambda rel: self.by_relation[rel].reads)

    def downstream(self, relation: str) -> list[str]:
        """Everything made from a relation, directly or not, sorted."""
        return self._walk(relation, self.readers)

    def readers(self, relation: str) -> tuple[str, ...]:
        """The relations made directly from one."""
        return tuple(rel for node in self.nodes if relation in node.reads for rel in node.makes)

    def _walk(self, relation: str, step: Callable[[str], Iterable[str]]) -> list[str]:
        self.node(relation)
        seen: set[str] = set()
        queue = list(step(relation))
        while queue:
            rel = queue.pop()
            if rel not in seen:
                seen.add(rel)
                queue.extend(step(rel))
        return sorted(seen)

    def _check_reads(self) -> None:
        problems = []
        for node in self.nodes:
            for rel in node.reads:
                if rel in self.by_relation:
                    continue
                where = _place(node, rel)
                problems.append(
                    Problem(
                        f"reads {rel}, which nothing makes.",
                        where=where,
                        hint=did_you_mean(
                            rel, self.by_relation, otherwise="'gristmill sql list' shows what there is"
                        ),
                    )
                )
        if problems:
            raise TemplateError(problems)

    def _sort(self) -> tuple[Node, ...]:
        done: dict[str, bool] = {}
        order: list[Node] = []

        def visit(node: Node, path: tuple[str, ...]) -> None:
            if done.get(node.name):
                return
            if node.name in path:
                circle = " → ".join([*path[path.index(node.name) :], node.name])
                raise TemplateError(
                    Problem(
                        f"Relations are made from each other in a circle: {circle}.",
                        where=node.template.shown if node.template else None,
                    )
                )
            for rel in sorted(node.reads):
                visit(self.by_relation[rel], (*path, node.name))
            done[node.name] = True
            order.append(node)

        for node in sorted(self.nodes, key=lambda n: n.name):
            visit(node, ())
        return tuple(order)


def _place(node: Node, relation: str) -> str | None:
    """``file:line`` of the first mention of a relation in a template."""
    if not node.template:
        return node.name
    lines = node.template.sql.splitlines()
    return next(
        (node.template.where(i) for i, line in enumerate(lines, 1) if relation in line), node.template.shown
    )
