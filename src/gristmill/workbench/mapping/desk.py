"""The sources of a project, read and ready to be mapped: also before its first run, and after a file was changed by hand.

Counts are of all rows; what a draft makes is shown on the first rows, in a small database of their own, so that an answer
does not wait for a window over a million rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gristmill import lock, runs, sources, template
from gristmill.engine import quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES, as_text
from gristmill.errors import (
    ConfigError,
    EngineError,
    ParameterError,
    Problem,
    did_you_mean,
)
from gristmill.lineage import n_statements
from gristmill.mill import Mill
from gristmill.project import Project
from gristmill.report.mask import is_personal, mask
from gristmill.sources import Guess
from gristmill.sources.draft import draft as written
from gristmill.sources.evidence import Leaf, leaves
from gristmill.template import Template
from gristmill.workbench.findings import changes
from gristmill.workbench.mapping.aside import Aside
from gristmill.workbench.mapping.drafted import (
    Choices,
    Drafted,
    Reading,
    alone,
    around,
    counting,
    fit_for_lint,
    read,
    speaks_of,
    with_choices,
)
from gristmill.workbench.mapping.text import edited, values

HEAD_ROWS = 200
"""Rows that samples and the preview are taken from."""
SAMPLES = 3
_UNKNOWN = "unknown"


class Desk:
    """The sources of one project while they are mapped."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._mill = Mill(project)
        self._aside = Aside()
        self._head: dict[str, DuckDBEngine] = {}
        self._guesses: dict[tuple[str, str | None], Guess] = {}
        self._readings: dict[tuple[str, ...], Reading] = {}
        self._leaves: dict[str, list[Leaf]] = {}
        self._n_rows: dict[str, int] = {}
        self._kinds: dict[str, dict[Leaf, str]] = {}
        self._samples: dict[str, dict[Leaf, list[str]]] = {}

    @property
    def is_old(self) -> bool:
        """True when another run was published since it was opened."""
        here, held = runs.current(self.project), self._mill.published
        return (here.run if here else None) != (held.run if held else None)

    def close(self) -> None:
        """Let go of the databases."""
        self._aside.stop()
        for engine in self._head.values():
            engine.close()
        self._head.clear()
        self._mill.close()

    # -- what there is --------------------------------------------------------------------------

    def raw(self, source: str) -> str:
        """The relation that holds the rows of a source, read now where the published run has other files or none."""
        if source not in self.project.sources:
            raise ParameterError(
                Problem(
                    f"There is no source {source!r}.",
                    expected=f"Sources: {', '.join(self.project.sources) or 'none'}.",
                    hint=did_you_mean(
                        source, self.project.sources, otherwise="'gristmill add FILE' adds one"
                    ),
                )
            )
        relation = f"raw.{source}"
        if source in self._head:
            return relation
        engine = self._mill.engine
        if relation not in engine.relations() or self._is_stale(source):
            temp = self.project.state / "tmp"
            temp.mkdir(parents=True, exist_ok=True)
            for view in ("files", "rejects", "profile"):
                # What the published run says of files is a view here; reading writes it.
                if f"raw.{view}" in engine.relations() and self._mill.published and not self._head:
                    engine.drop(f"raw.{view}")
            engine.drop(relation)
            sources.read(engine, self.project.sources[source], self.project.root, temp=temp)
        head = DuckDBEngine()
        head.register("head", engine.fetch(f"select * from {quote_relation(relation)} limit {HEAD_ROWS}"))
        head.make(relation, "select * from head")
        self._head[source] = head
        return relation

    def _is_stale(self, source: str) -> bool:
        """True when a file has another size than in the published run: a look that costs nothing."""
        published = self._mill.published
        then = {one.get("file"): one.get("bytes") for one in (published.inputs if published else [])}
        paths = sources.resolve(self.project.sources[source], self.project.root)
        return any(
            then.get(self.project.show(path.resolve())) not in (None, path.stat().st_size) for path in paths
        )

    def leaves(self, source: str) -> list[Leaf]:
        """The raw columns, fields of structures one by one."""
        if source not in self._leaves:
            self._leaves[source] = leaves(self._mill.engine.columns(self.raw(source)))
        return self._leaves[source]

    def mapped(self, source: str) -> dict[str, Template]:
        """Entity → the mapping that the project has for a source."""
        names = {f"{source}__{entity}": entity for entity in ENTITIES}
        found: dict[str, Template] = {}
        for layer, path in self.project.files("sql", "source/*.sql"):
            if path.name.rpartition("_v")[0] in names:
                one = template.parse(path, layer=layer.name, shown=self.project.show(path))
                best = found.get(one.what)
                pin = self.project.pins.get(one.name)
                nearer = best is None or best.layer == one.layer
                if nearer and (
                    best is None or one.version == pin or (one.version > best.version and best.version != pin)
                ):
                    found[one.what] = one
        return {names[what]: one for what, one in found.items()}

    def guess(self, source: str, entity: str | None = None) -> Guess:
        """What a source, or what it holds of one entity, is taken for."""
        if entity is not None and entity not in ENTITIES:
            raise ParameterError(
                Problem(
                    f"There is no entity {entity!r}.",
                    expected=f"Entities: {', '.join(ENTITIES)}.",
                    hint=did_you_mean(entity, ENTITIES),
                )
            )
        key = (source, entity)
        if key not in self._guesses:
            found = sources.guess(self._mill.engine, self.raw(source), entity=entity)
            if entity == "contacts":
                main = self.guess(source)
                found = main.people or found if main.entity != entity else main
            self._guesses[key] = found
        return self._guesses[key]

    def entity(self, source: str) -> str:
        """The entity that a source is mapped to, or is taken for: its own before the people it names."""
        self.raw(source)
        guessed, there = self.guess(source).entity, self.mapped(source)
        return guessed if guessed in there or not there else next(iter(there))

    # -- drafting -------------------------------------------------------------------------------

    def draft(self, source: str, choices: Choices | None = None, entity: str | None = None) -> Drafted:
        """The mapping with these choices: the project's own file changed, or a first one written from the guess.

        Raises ParameterError for a column that is none, or an expression that the database does not take.
        """
        entity = entity or self.entity(source)
        wanted = self._checked(source, entity, dict(choices or {}))
        own = self.mapped(source).get(entity)
        if own is not None:
            text = edited(own.text, entity, wanted, own.shown)
            path, note = own.path, ""
            if own.layer != "project" or (text != own.text and self._is_locked(own)):
                version = own.version + 1 if own.layer == "project" else own.version
                path = self.project.root / "sql/source" / f"{own.what}_v{version}.sql"
                note = f"{own.ref} is locked, so this is a new version." if version > own.version else ""
            before = own.text
        else:
            guess = self.guess(source, entity)
            paths = sources.resolve(self.project.sources[source], self.project.root)
            text = written(
                with_choices(guess, entity, wanted), paths=[self.project.show(one) for one in paths]
            )
            path = self.project.root / "sql/source" / f"{source}__{entity}_v1.sql"
            others = [one.shown for name, one in self.mapped(source).items() if name != entity]
            note = f"{source} is mapped by {', '.join(others)} too, and keeps that." if others else ""
            before = ""
        drafted = Drafted(source, entity, path, self.project.show(path), text, before, note)
        self._try(drafted, wanted)
        return drafted

    def _checked(self, source: str, entity: str, choices: dict[str, str | None]) -> dict[str, str | None]:
        names = {leaf.label.casefold(): leaf for leaf in self.leaves(source)}
        problems, found = [], {}
        for name, value in choices.items():
            if name not in ENTITIES[entity].names:
                hint = did_you_mean(name, ENTITIES[entity].names)
                problems.append(Problem(f"{name} is no column of {entity}.", hint=hint))
                continue
            text = (value or "").strip()
            leaf = names.get(text.casefold())
            if leaf is None and text and (";" in text or "--" in text or "/*" in text or "$" in text):
                problems.append(
                    Problem(f"{name} cannot be taken from {text!r}.", expected="Expected one SQL expression.")
                )
            found[name] = leaf.sql if leaf else text or None
        if problems:
            raise ParameterError(problems)
        return found

    def _try(self, drafted: Drafted, wanted: Mapping[str, str | None]) -> None:
        """Raises ParameterError where the database does not take what was chosen."""
        head = self._head[drafted.source]
        sql = drafted.template.sql
        try:
            if n_statements(sql) == 1:
                head.describe(sql)
                return
        except EngineError as error:
            said = str(error.problems[0]).splitlines()[0]
            names = [leaf.label for leaf in self.leaves(drafted.source)]
            unknown = re.search(r'column "((?:[^"]|"")+)"', said, re.IGNORECASE)
            raise ParameterError(
                Problem(
                    f"{' and '.join(name for name, one in wanted.items() if one) or drafted.shown} cannot be made: {said}",
                    hint=did_you_mean(unknown[1], names) if unknown else None,
                )
            ) from error
        raise ParameterError(Problem("The expression holds more than one statement."))

    def _is_locked(self, own: Template) -> bool:
        return own.ref in lock.read(self.project.root / "sql" / lock.LOCK_NAME)

    def save(self, drafted: Drafted, seen: str | None = None) -> Path:
        """Write a draft. ``seen`` is ``drafted.seen`` of the one that was shown: a file changed since is not overwritten."""
        with alone(self.project, drafted.path):
            now = drafted.path.read_text(encoding="utf-8") if drafted.path.is_file() else ""
            untouched = not now or now == drafted.before
            if not untouched or (seen is not None and seen != drafted.seen):
                raise ConfigError(
                    Problem(
                        f"{drafted.shown} was changed meanwhile, so it was not overwritten.",
                        hint="look at the change again: what was chosen still stands",
                    )
                )
            shown = drafted.path.relative_to(self.project.root).as_posix()
            says = f"{drafted.source} as {drafted.entity}"
            before, after = changes.text_of(self.project, shown), fit_for_lint(drafted)
            changes.apply(changes.Change(changes.MAPPING, shown, before, after, says), self.project)
        return drafted.path

    def undo(self) -> str:
        """Put back the file of the mapping that was written last; returns its path within the project.

        Raises RunError when there is none, or when the file was changed since.
        """
        return changes.undo(self.project, of_mappings=True).path

    @property
    def can_undo(self) -> bool:
        """Whether a mapping was written that could be taken back."""
        return bool(changes.last(self.project, of_mappings=True))

    # -- looking --------------------------------------------------------------------------------

    def samples(self, source: str) -> dict[Leaf, list[str]]:
        """A few different values of each raw column, in the clear, from the first rows."""
        if source in self._samples:
            return self._samples[source]
        found = self.leaves(source)
        listed = ", ".join(as_text(leaf.sql, leaf.type) for leaf in found) or "null"
        rows = self._head[source].rows(f"select {listed} from {quote_relation(self.raw(source))}")
        different = [
            list(dict.fromkeys(row[i] for row in rows if row[i] not in (None, ""))) for i in range(len(found))
        ]
        self._samples[source] = {leaf: texts[:SAMPLES] for leaf, texts in zip(found, different, strict=True)}
        return self._samples[source]

    def kinds(self, source: str) -> dict[Leaf, str]:
        """Raw column → the kind of personal data in it; unknown, and hidden whole, where nothing speaks of it."""
        if source in self._kinds:
            return self._kinds[source]
        main = self.guess(source)
        found: dict[Leaf, str] = {}
        for guess in (main, *([main.people] if main.people else [])):
            for column in guess.columns:
                pii = ENTITIES[guess.entity][column.canonical].pii
                for leaf in column.leaves:
                    found[leaf] = pii if is_personal(pii) else found.get(leaf, pii)
        self._kinds[source] = {leaf: found.get(leaf, _UNKNOWN) for leaf in self.leaves(source)}
        return self._kinds[source]

    def kind_of(self, source: str, entity: str, canonical: str, sql: str) -> str:
        """The kind of a mapped value: the column's own, else that of the raw columns which its expression names."""
        pii = ENTITIES[entity][canonical].pii
        if is_personal(pii):
            return pii
        named = {
            kind for leaf, kind in self.kinds(source).items() if speaks_of(sql, leaf) and is_personal(kind)
        }
        return pii if not named else named.pop() if len(named) == 1 else "mixed"

    def preview(
        self, drafted: Drafted, rows: int = 6, *, show: bool = False
    ) -> tuple[list[str], list[list[str | None]]]:
        """The first rows as the mapping makes them: names, and texts; personal ones masked unless ``show``."""
        head, sql = self._head[drafted.source], drafted.template.sql
        made = values(drafted.text)
        columns = {one.name.casefold(): one.type for one in head.describe(sql)}
        names = [name for name in ENTITIES[drafted.entity].names if name in columns]
        listed = ", ".join(as_text(quote(name), columns[name]) for name in names) or "null"
        kinds = [self.kind_of(drafted.source, drafted.entity, name, made.get(name, "")) for name in names]
        found = head.rows(f"select {listed} from ({sql}\n) limit {rows}") if names else []
        return names, [
            [value if show else mask(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in found
        ]

    def n_rows(self, source: str) -> int:
        """How many rows a source has."""
        relation = quote_relation(self.raw(source))
        if source not in self._n_rows:
            self._n_rows[source] = int(self._mill.engine.scalar(f"select count(*) from {relation}"))
        return self._n_rows[source]

    def readings(self, drafted: Drafted, *, aside: bool = False) -> tuple[dict[str, Reading], int]:
        """For each mapped column how its values read, over all rows, and how many columns are not counted yet.

        ``aside`` counts one column after the other in a thread of its own, and tells of those that are done. What was counted
        before is not counted again.
        """
        sql = drafted.template.sql
        made = values(drafted.text)
        rest = around(sql)
        keys = {
            name: (drafted.source, drafted.entity, name, made[name], rest)
            for name in ENTITIES[drafted.entity].names
            if name in made
        }
        if aside:
            self._count_aside(drafted, sql, keys)
        else:
            open_ = [name for name, key in keys.items() if key not in self._readings]
            if open_:
                row = self._mill.engine.rows(self._counting(drafted, sql, open_))[0]
                self._learn([keys[name] for name in open_], row)
        found = {name: self._readings[key] for name, key in keys.items() if key in self._readings}
        return found, len(keys) - len(found)

    def _count_aside(self, drafted: Drafted, sql: str, keys: Mapping[str, tuple[str, ...]]) -> None:
        done = self._aside.done()
        if done is not None:
            key, row = done
            self._learn([key], row)  # type: ignore[list-item]  # it is one of ``keys``, of this draft or one before
        for name, key in keys.items():
            if key not in self._readings:
                self._aside.start(self._mill.engine, key, self._counting(drafted, sql, [name]))
                return

    def _counting(self, drafted: Drafted, sql: str, names: Sequence[str]) -> str:
        # An alias that differs from its column in case alone keeps the case of the column.
        types = {one.name.casefold(): one.type for one in self._head[drafted.source].describe(sql)}
        return counting(drafted.entity, sql, {name: types[name] for name in names})

    def _learn(self, keys: Sequence[tuple[str, ...]], row: Sequence[Any]) -> None:
        """What the query of ``_counting`` says of the columns of these keys."""
        self._readings.update(zip(keys, read([(key[1], key[2]) for key in keys], row), strict=True))
