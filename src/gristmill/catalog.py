"""All templates of a project over its layers, and which one wins for a name.

The nearest layer that has a template of that name wins, with its highest version; a pin or
``name@N`` asks for a version, ``base:name`` for a layer. ``sql/sample`` makes sample data and is no
part of a run, so it is not listed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gristmill.errors import Problem, TemplateError, did_you_mean, listed, nearest
from gristmill.project import Project
from gristmill.template import Template, parse

REF = re.compile(r"(?:(?P<layer>[^:@]+):)?(?P<schema>\w+)[/.](?P<what>\w+?)(?:@(?P<version>\d+))?")
NOT_IN_RUNS = frozenset({"sample"})


@dataclass(frozen=True)
class Catalog:
    """Every template file that can be seen from a project."""

    project: Project

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """All of them, nearest layer first, then by name and highest version.

        Raises TemplateError with the problems of all files at once.
        """
        found: list[Template] = []
        problems: list[Problem] = []
        for layer, path in self.project.files("sql", "*/*.sql"):
            if path.parent.name in NOT_IN_RUNS:
                continue
            try:
                found.append(parse(path, layer=layer.name, shown=self.project.show(path)))
            except TemplateError as error:
                problems.extend(error.problems)
        problems.extend(self._bad_pins(found))
        if problems:
            raise TemplateError(problems)
        order = {layer.name: i for i, layer in enumerate(self.project.layers)}
        return tuple(sorted(found, key=lambda t: (order[t.layer], t.name, -t.version)))

    @cached_property
    def _by_name(self) -> Mapping[str, list[Template]]:
        names: dict[str, list[Template]] = {}
        for template in self.templates:
            names.setdefault(template.name, []).append(template)
        return names

    def winners(self) -> dict[str, Template]:
        """Relation → the template that makes it, sorted by relation."""
        chosen = (self._winner(found) for found in self._by_name.values())
        return {t.relation: t for t in sorted(chosen, key=lambda t: t.relation)}

    def candidates(self, name: str) -> list[Template]:
        """Every file of a name (``schema/what``), winner first. Raises TemplateError for an unknown name."""
        winner = self.get(name)
        return [winner, *(t for t in self._by_name[winner.name] if t is not winner)]

    def get(self, ref: str) -> Template:
        """The template of ``schema/what``, ``schema/what@N`` or ``layer:schema/what``.

        Raises TemplateError naming the nearest spelling, or the versions and layers there are.
        """
        asked = REF.fullmatch(ref.strip())
        name = f"{asked['schema']}/{asked['what']}" if asked else ref
        found = self._by_name.get(name)
        if not asked or not found:
            raise TemplateError(
                Problem(
                    f"There is no template {ref!r}.",
                    hint=did_you_mean(name, self._by_name, otherwise=_where_to_look(name, self._by_name)),
                )
            )
        if asked["layer"]:
            found = [t for t in found if t.layer == asked["layer"]]
        if asked["version"]:
            found = [t for t in found if t.version == int(asked["version"])]
        if not found:
            known = [f"{t.layer}:{t.ref}" for t in self._by_name[name]]
            raise TemplateError(
                Problem(f"There is no template {ref!r}.", expected=f"Known: {listed(known)}.")
            )
        return found[0] if asked["version"] else self._winner(found)

    def _winner(self, found: list[Template]) -> Template:
        pin = self.project.pins.get(found[0].name)
        return next((t for t in found if t.version == pin), found[0])

    def _bad_pins(self, found: list[Template]) -> list[Problem]:
        known = {t.name for t in found}
        refs = {(t.name, t.version) for t in found}
        where = self.project.config.name
        problems = []
        for name, version in self.project.pins.items():
            if name not in known:
                problems.append(
                    Problem(
                        f"pins {name!r}, which is no template.", where=where, hint=did_you_mean(name, known)
                    )
                )
            elif (name, version) not in refs:
                have = sorted(v for n, v in refs if n == name)
                problems.append(
                    Problem(
                        f"pins {name}@{version}, which does not exist.",
                        where=where,
                        expected=f"Versions: {', '.join(map(str, have))}.",
                    )
                )
        return problems


def _where_to_look(name: str, known: Mapping[str, object]) -> str:
    schema = name.partition("/")[0]
    near = nearest(schema, {n.partition("/")[0] for n in known})
    same = [n for n in known if n.partition("/")[0] == near]
    return (
        f"'gristmill sql list' shows all; in {near}: {listed(same)}"
        if same
        else "'gristmill sql list' shows all"
    )
