"""Which stored columns hold personal data: followed from the mappings through every SELECT.

Kinds begin at the canonical columns of ``source.<entity>`` and ``clean.<entity>`` and flow along column lineage. They are
kept beside the data in ``audit.columns``, one row a stored column, so that anyone who reads the
database knows them. Counts and other numbers made of personal columns are not personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gristmill import entities
from gristmill.engine import Column, Engine
from gristmill.lineage import ColumnRef, Origins
from gristmill.plan import Node

NONE = "none"
MIXED = "mixed"
"""Several kinds in one column: masked whole."""
UNKNOWN = "unknown"
"""A raw column that no mapping speaks of: masked whole, for nobody has said that it is harmless."""
OWN_IDS = frozenset({"customer_id", "cluster_id", "_source", "_system", "_file", "_row"})
"""Names and keys that gristmill made itself; they say nothing about a person."""


ABOUT_FILES = {
    "raw.files": (
        "source",
        "file",
        "format",
        "bytes",
        "sha256",
        "encoding",
        "delimiter",
        "n_rows",
        "n_rejects",
    ),
    "raw.profile": ("source", "column_name", "type"),
    "raw.rejects": ("source", "file", "line", "reason"),
}
"""Columns that speak of files and their columns, not of people."""


class Personal:
    """The pii kind of every stored column, read from and written to ``audit.columns``."""

    relation = "audit.columns"

    def __init__(self, engine: Engine, origins: Origins | None = None) -> None:
        self._origins = origins or Origins()
        self._kinds: dict[str, dict[str, str]] = {}
        if self.relation in engine.relations():
            for relation, column, kind in engine.rows(
                f"select relation, column_name, pii from {self.relation}"
            ):
                self._kinds.setdefault(relation, {})[column] = kind
        self._schema: dict[str, list[str]] = {rel: list(cols) for rel, cols in self._kinds.items()}

    def schema(self) -> Mapping[str, Sequence[str]]:
        """Columns of every relation that is known."""
        return self._schema

    def of(self, relation: str) -> Mapping[str, str]:
        """Column → kind of a stored relation; empty when nothing is known of it."""
        return self._kinds.get(relation, {})

    def of_name(self, column: str) -> str:
        """The kind of a canonical column by its name alone; ``unknown`` for a name that is none."""
        kinds = {c.pii for entity in entities.ENTITIES.values() for c in entity.columns if c.name == column}
        return kinds.pop() if len(kinds) == 1 else MIXED if kinds else UNKNOWN

    def of_query(self, sources: Mapping[str, frozenset[ColumnRef]], outputs: Sequence[str]) -> dict[str, str]:
        """Output column → kind, from the stored columns each is made of."""
        return {name: self._merged(name, sources.get(name, frozenset())) for name in outputs}

    def learn(self, engine: Engine, node: Node) -> None:
        """Find out and store the kinds of what a node made."""
        for relation in node.makes:
            stored = engine.columns(relation)
            found = self._found(relation, node, stored)
            is_known = relation in self._kinds
            self._kinds[relation] = found
            self._schema[relation] = [column.name for column in stored]
            self._store(engine, relation, stored, is_known=is_known)
        if node.name.startswith("source.") and node.template:
            self._teach_raw(engine, node)

    def _found(self, relation: str, node: Node, stored: Sequence[Column]) -> dict[str, str]:
        schema, _, name = relation.partition(".")
        entity = entities.ENTITIES.get(name.rpartition("__")[2])
        names = [column.name for column in stored]
        if schema == "raw":
            kinds = {name: NONE if name in ABOUT_FILES.get(relation, ()) else UNKNOWN for name in names}
        elif schema == "source" and entity:
            canonical = {column.name: column.pii for column in entity.columns}
            kinds = {name: canonical.get(name, UNKNOWN) for name in names}
        elif node.template:
            sources = self._origins.of(node.template.sql, self._schema, names, node.reads)
            kinds = self.of_query(sources, names)
            if schema == "clean" and entity:
                # Cleaning looks values up in lists of all columns together; what a canonical column
                # holds is said by the entity, here as in the mapping.
                kinds |= {column.name: column.pii for column in entity.columns if column.name in kinds}
        else:
            kinds = {name: node.kinds.get(name) or self._carried(name, node.reads) for name in names}
        return {column.name: by_type(column, kinds[column.name]) for column in stored}

    def _carried(self, name: str, reads: Sequence[str]) -> str:
        """What a Python step copies under the same name keeps its kind; a new name may hold anything."""
        refs = frozenset((rel, name) for rel in reads if name in self._kinds.get(rel, {}))
        return self._merged(name, refs) if refs or name in OWN_IDS else MIXED

    def _merged(self, name: str, refs: frozenset[ColumnRef]) -> str:
        if name in OWN_IDS:
            return NONE
        kinds = {self._kinds.get(rel, {}).get(col, UNKNOWN) for rel, col in refs} - {NONE}
        if not kinds:
            return NONE
        if len(kinds) == 1:
            return kinds.pop()
        canonical = {c.pii for entity in entities.ENTITIES.values() for c in entity.columns if c.name == name}
        known = canonical & kinds
        return known.pop() if len(known) == 1 else MIXED

    def _teach_raw(self, engine: Engine, node: Node) -> None:
        """A mapping says what the raw columns it reads are."""
        if not node.template:
            return
        sources = self._origins.of(node.template.sql, self._schema, self._schema[node.name], node.reads)
        for name, refs in sources.items():
            kind = self._kinds[node.name].get(name, UNKNOWN)
            for relation, column in refs:
                if self._kinds.get(relation, {}).get(column) == UNKNOWN:
                    self._kinds[relation][column] = kind
                    self._update(engine, relation, column, kind)

    def _store(self, engine: Engine, relation: str, stored: Sequence[Column], *, is_known: bool) -> None:
        if not engine.columns(self.relation):
            engine.execute("create schema if not exists audit")
            engine.execute(
                f"create table {self.relation} (relation varchar, column_name varchar,"
                " type varchar, pii varchar, meaning varchar)"
            )
        if is_known:
            engine.execute(f"delete from {self.relation} where relation = $relation", {"relation": relation})
        entity = entities.ENTITIES.get(relation.partition(".")[2])
        meanings = {column.name: column.meaning for column in entity.columns} if entity else {}
        engine.execute(
            f"insert into {self.relation} select $relation, unnest($names), unnest($types), unnest($kinds),"
            " unnest($meanings)",
            {
                "relation": relation,
                "names": [column.name for column in stored],
                "types": [column.type for column in stored],
                "kinds": [self._kinds[relation][column.name] for column in stored],
                "meanings": [meanings.get(column.name, "") for column in stored],
            },
        )

    def _update(self, engine: Engine, relation: str, column: str, kind: str) -> None:
        engine.execute(
            f"update {self.relation} set pii = $kind where relation = $relation and column_name = $column",
            {"kind": kind, "relation": relation, "column": column},
        )


def by_type(column: Column, kind: str) -> str:
    """A number or a truth value made of personal columns is not personal; text, dates and lists are."""
    type_ = column.type.upper()
    if kind == "birth_date":
        return kind if type_.startswith(("DATE", "TIMESTAMP", "VARCHAR")) else NONE
    holds_text = "VARCHAR" in type_ or type_.startswith(("STRUCT", "MAP", "JSON", "BLOB", "UNION"))
    return kind if holds_text else NONE
