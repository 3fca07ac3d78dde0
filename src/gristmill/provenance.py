"""Where the numbers of a run's pages come from: query → relations → templates as they ran → source files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from gristmill import steps, template
from gristmill.catalog import Catalog
from gristmill.errors import GristmillError
from gristmill.lineage import Meanings, bound, parse, relations
from gristmill.plan import Plan
from gristmill.project import Project
from gristmill.remembered import cache_file
from gristmill.report.origin import Origin
from gristmill.runs import Run
from gristmill.template import Template


class Provenance:
    """The origins of one run's numbers, from its record and from the templates of its project."""

    def __init__(self, project: Project, run: Run) -> None:
        self.project, self.run = project, run
        self.made = {str(one["relation"]): one for one in run.relations}
        self.of = lru_cache(maxsize=2000)(self._of)

    @cached_property
    def catalog(self) -> Catalog:
        """The templates that can be seen from the project."""
        return Catalog(self.project)

    @cached_property
    def plan(self) -> Plan:
        """What is made from what; empty when the templates are, by now, in no state to be read.

        The run used them before; a page does not fail for what was changed since.
        """
        meanings = Meanings(cache_file("meanings.json"))
        try:
            return steps.plan(self.project, self.catalog, meanings)
        except GristmillError:
            return Plan(())

    def fingerprints(self) -> dict[str, str]:
        """One short hash over all templates that ran, and one over all files that were read."""
        ran = sorted(f"{one['relation']} {one['ref']} {one['fingerprint']}" for one in self.run.relations)
        files = sorted(f"{one['file']} {one['sha256']}" for one in self.run.inputs)
        return {name: _digest(lines) for name, lines in (("templates", ran), ("files", files)) if lines}

    def _of(self, sql: str) -> Sequence[Origin]:
        """The relations a query reads and this run knows, in order of name; none for what is no query."""
        return tuple(
            self._origin(name) for name in _reads(sql) if name in self.made or name in self.plan.by_relation
        )

    @lru_cache(maxsize=2000)  # noqa: B019 - lives as long as the rendering of one run
    def _origin(self, relation: str) -> Origin:
        node = self.plan.by_relation.get(relation)
        made = self.made.get(relation, {})
        ref = str(made.get("ref") or (node.ref if node else ""))
        fingerprint = str(made.get("fingerprint") or "")
        # A stage made again on top of another run, or a template edited meanwhile: what is read now is not what ran.
        changed = node is None or bool(fingerprint and node.fingerprint and node.fingerprint != fingerprint)
        found = None if changed else self._template(ref)
        return Origin(
            relation=relation,
            ref=ref,
            fingerprint=fingerprint,
            n_rows=made.get("n_rows"),
            seconds=made.get("seconds"),
            reads=node.reads if node and not changed else (),
            files=self._files(relation),
            sql=self._bound(found) if found else "",
            is_changed=changed,
        )

    def _template(self, ref: str) -> Template | None:
        try:
            return self.catalog.get(ref) if "@" in ref else None
        except GristmillError:
            return None

    def _bound(self, found: Template) -> str:
        given = {**self.project.params, **self.run.params, "as_of": self.run.as_of}
        try:
            return bound(found, template.values(found, given))
        except GristmillError:
            return found.sql

    def _files(self, relation: str) -> Sequence[tuple[str, int | None, str]]:
        """The files of every source that is somewhere behind a relation."""
        behind = {relation}
        if relation in self.plan.by_relation:
            behind |= set(self.plan.upstream(relation))
        sources = {name.partition(".")[2] for name in behind if name.startswith("raw.")}
        return [
            (str(one["file"]), one.get("n_rows"), str(one.get("sha256") or "")[:12])
            for one in self.run.inputs
            if one["source"] in sources
        ]


def _reads(sql: str) -> tuple[str, ...]:
    query: Any = Template("", "", 0, Path(), "", "this query", sql, sql, 1, "")
    try:
        return relations(parse(query))
    except GristmillError:
        return ()


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
