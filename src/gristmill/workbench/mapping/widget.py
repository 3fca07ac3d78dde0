"""The assistant: the functions of ``gm.mapping`` on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gristmill.entities import ENTITIES
from gristmill.errors import ConfigError, GristmillError, Problem
from gristmill.report import note
from gristmill.report.mask import mask
from gristmill.sources.draft import expression
from gristmill.workbench import asked as reading
from gristmill.workbench.mapping.listing import guesses
from gristmill.workbench.mapping.text import CHOSEN, values
from gristmill.workbench.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.sources.evidence import Leaf
    from gristmill.workbench.mapping.desk import Desk
    from gristmill.workbench.mapping.drafted import Drafted, Reading

AT_ONCE = 50_000
"""Rows up to which all columns are counted in one answer."""
NO_SOURCE = "There is no source yet: 'gristmill add FILE' enters one."


class Assistant(Panel, files="mapping/assistant"):
    """Canonical columns, and for each the raw column or expression it is taken from."""

    def __init__(self, desk: Desk, source: str | None = None, *, show: bool = False) -> None:
        self._desk = desk
        self._show = show or not desk.project.mask
        self._source = source or next(iter(desk.project.sources), "")
        if source is not None:
            desk.raw(source)
        self._entity = ""
        self._choices: dict[str, str | None] = {}
        super().__init__(desk.project)

    def picture(self) -> dict[str, Any]:
        """What each column is taken for, masked."""
        if not self._source:
            return note(self.say(NO_SOURCE))._repr_mimebundle_()
        return guesses(self._desk, self._source, None, show=False)._repr_mimebundle_()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The mapping as it stands with its samples and readings, and what came of the question.

        ``asked`` is {"do": ready, source, entity, choose, count, again, reset, difference, save, undo, show or hide} with ``value``, and
        ``column`` where one was chosen; again has ``entity`` and ``choices``, of a screen whose kernel ended. A large source is counted beside, column by column; ``n_open`` are left, and count gives those that are ``counted``. What the database does not take is not kept: the choice before stands.
        """
        if not self._source:
            raise ConfigError(Problem(NO_SOURCE))
        verb, value = str(asked.get("do")), str(asked.get("value") or "")
        if verb == "count":
            return self._counted()
        message, more = "", dict[str, Any]()
        if verb in ("show", "hide"):
            self._show = verb == "show" or not self._desk.project.mask
        elif verb == "source":
            self._desk.raw(value)
            self._source, self._entity, self._choices = value, "", {}
        elif verb == "entity":
            self._desk.guess(self._source, value)
            self._entity, self._choices = value, {}
        elif verb == "again":
            self._again(value, str(asked.get("entity") or ""), reading.named(asked, "choices"))
        elif verb == "reset":
            self._choices = {}
        elif verb == "choose":
            self._choose(str(asked.get("column")), value)
        elif verb == "difference":
            drafted = self._drafted()
            more = {"difference": drafted.difference or [self.say("Nothing changes.")], "seen": drafted.seen}
        elif verb == "save":
            drafted = self._drafted()
            self._desk.save(drafted, str(asked.get("seen") or ""))
            self._choices = {}
            message = self.say("Written: {path}. The next run follows it.").format(path=drafted.shown)
        elif verb == "undo":
            path = self._desk.undo()
            self._choices = {}
            message = self.say("Taken back: {path} is as it was before.").format(path=path)
        return {**self._state(), **more, "message": message}

    def _drafted(self) -> Drafted:
        entity = self._entity or self._desk.entity(self._source)
        return self._desk.draft(self._source, self._choices, entity)

    def _choose(self, column: str, value: str) -> None:
        before = dict(self._choices)
        self._choices[column] = value.strip() or None
        try:
            self._drafted()
        except GristmillError:
            self._choices = before
            raise

    def _again(self, source: str, entity: str, choices: Mapping[str, Any]) -> None:
        self._desk.raw(source)
        if entity:
            self._desk.guess(source, entity)
        before = self._source, self._entity, self._choices
        self._source, self._entity = source, entity
        self._choices = {name: str(value) if value else None for name, value in choices.items()}
        try:
            self._drafted()
        except GristmillError:
            self._source, self._entity, self._choices = before
            raise

    def _state(self) -> dict[str, Any]:
        desk, source = self._desk, self._source
        drafted = self._drafted()
        made = values(drafted.text)
        readings, n_open = self._readings(drafted)
        names, rows = desk.preview(drafted, show=self._show)
        there = desk.mapped(source)
        return {
            "sources": list(desk.project.sources),
            "source": source,
            "entity": drafted.entity,
            "entities": [
                {"name": name, "said": self.say(f"{name}: {one.meaning}"), "there": name in there}
                for name, one in ENTITIES.items()
            ],
            "columns": [
                self._column(drafted, name, made.get(name), readings.get(name))
                for name in ENTITIES[drafted.entity].names
            ],
            "raw": [self._raw(leaf, texts, made) for leaf, texts in desk.samples(source).items()],
            "names": names,
            "rows": rows,
            "path": drafted.shown,
            "note": self.say(drafted.note),
            "is_changed": drafted.text != drafted.before,
            "n_open": n_open,
            "choices": self._choices,
            "can_undo": desk.can_undo,
            "clear": self._show,
        }

    def _readings(self, drafted: Drafted) -> tuple[dict[str, Reading], int]:
        is_small = self._desk.n_rows(self._source) <= AT_ONCE
        return self._desk.readings(drafted, aside=not is_small)

    def _counted(self) -> dict[str, Any]:
        """What is counted by now, and nothing else: it is asked several times a second."""
        drafted = self._drafted()
        made = values(drafted.text)
        readings, n_open = self._readings(drafted)
        counted = [
            {"name": name, **self._read(drafted, name, made[name], one)} for name, one in readings.items()
        ]
        return {"counted": counted, "n_open": n_open}

    def _read(self, drafted: Drafted, name: str, sql: str, reading: Reading) -> dict[str, Any]:
        kind = self._desk.kind_of(self._source, drafted.entity, name, sql)
        example = reading.example or ""
        return {
            "n_filled": reading.n_filled,
            "n_rows": reading.n_rows,
            "n_unlike": reading.n_unlike,
            "what": self.say(reading.what),
            "example": example if self._show else str(mask(example, kind)),
        }

    def _column(
        self, drafted: Drafted, name: str, sql: str | None, reading: Reading | None
    ) -> dict[str, Any]:
        guess = next(
            (c for c in self._desk.guess(self._source, drafted.entity).columns if c.canonical == name), None
        )
        column = ENTITIES[drafted.entity][name]
        same = next(
            (leaf.label for leaf in self._desk.leaves(self._source) if sql is not None and _is(leaf, sql)), ""
        )
        why = ""
        if sql is not None and guess is not None and expression(guess) == sql:
            why = f"{guess.confidence:.0%} · {self.say(guess.reason)}"
        elif sql is not None:
            why = self.say(CHOSEN if name in self._choices else "from the file")
        said = {"n_filled": 0, "n_rows": 0, "n_unlike": 0, "what": "", "example": ""}
        if reading is not None:
            said = self._read(drafted, name, sql or "", reading)
        return {
            "name": name,
            "meaning": self.say(column.meaning),
            "type": column.type.lower(),
            "leaf": same,
            "sql": "" if same or sql is None else sql,
            "why": why,
            **said,
        }

    def _raw(self, leaf: Leaf, texts: list[str], made: Mapping[str, str]) -> dict[str, Any]:
        kind = self._desk.kinds(self._source)[leaf]
        shown = texts if self._show else [str(mask(text, kind)) for text in texts]
        return {
            "label": leaf.label,
            "type": leaf.type.lower(),
            "samples": list(dict.fromkeys(shown)),
            "used": any(_is(leaf, sql) or leaf.sql in sql for sql in made.values()),
        }


def _is(leaf: Leaf, sql: str) -> bool:
    """True when the expression is nothing but the column."""
    return sql.replace('"', "").casefold() == leaf.label.casefold()
