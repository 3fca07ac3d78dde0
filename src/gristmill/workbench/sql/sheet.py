"""A template as people look at it: what it says, its neighbours, its rows with other parameters, what a change does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gristmill import comparison, report, template
from gristmill.errors import ParameterError, Problem, TemplateError
from gristmill.mill import Mill
from gristmill.report import Col, Data
from gristmill.workbench.sql.paged import Paged

if TYPE_CHECKING:
    from gristmill.plan import Plan
    from gristmill.report.display import Display
    from gristmill.template import Param, Template


@dataclass(frozen=True)
class Neighbour:
    """A relation that a template reads, or one that reads it."""

    relation: str
    ref: str | None
    """The template that makes it, without its version; None for what Python makes."""
    summary: str


@dataclass(frozen=True)
class Sheet:
    """One template and where it stands."""

    template: Template
    values: Mapping[str, Any]
    """What each parameter is in the next run: of the project, else of the head; without those that have no value."""
    versions: tuple[str, ...]
    """Every file of the name as ``layer:schema/what@N``, the one that runs first."""
    reads: tuple[Neighbour, ...]
    read_by: tuple[Neighbour, ...]
    n_upstream: int
    """Relations it is made from, directly or not."""
    n_downstream: int

    def display(self) -> Display:
        """Its parameters as a table; the head is its title."""
        one = self.template
        rows = [
            (param.name, param.type, shown(self.values.get(param.name)), param.meaning)
            for param in one.params.values()
        ]
        names = ("parameter", "type", "value", "meaning")
        reads = ", ".join(near.relation for near in self.reads) or "files"
        read_by = ", ".join(near.relation for near in self.read_by) or "nothing"
        return report.table(
            Data(columns=[Col(name) for name in names], rows=rows, n_total=len(rows), sql=one.sql),
            title=f"{one.ref}: {one.summary}",
            note=f"{one.grain}. Made from: {reads}. Read by: {read_by}.",
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()

    def __str__(self) -> str:
        return self.template.text


@dataclass(frozen=True)
class Difference:
    """What differs between two templates, or one with two sets of parameters."""

    title: str
    meaning: tuple[str, ...]
    """Of the SELECT, line by line as ``diff`` shows it; empty when only parameters differ."""
    effect: tuple[str, ...]
    """On the data: rows, who moves, and the same of what is made from it."""

    def __str__(self) -> str:
        return "\n".join([self.title, *self.meaning, *self.effect])

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        told = Data(columns=[Col("effect")], rows=[(line,) for line in self.effect], n_total=len(self.effect))
        return report.table(told, title=self.title)._repr_mimebundle_()


def sheet(mill: Mill, ref: str) -> Sheet:
    """The template of a name, files read anew. Raises TemplateError for an unknown name."""
    mill.reread()
    found = mill.catalog.get(ref.replace(".", "/"))
    mill.meanings.of(found)
    plan = mill.plan
    is_known = found.relation in plan.by_relation
    reads = mill.meanings.of(found).reads
    given = mill.given
    values = {
        name: given.get(name, param.default)
        for name, param in found.params.items()
        if name in given or not param.required
    }
    return Sheet(
        found,
        values,
        tuple(f"{one.layer}:{one.ref}" for one in mill.catalog.candidates(found.name)),
        tuple(_neighbour(plan, one) for one in reads),
        tuple(_neighbour(plan, one) for one in sorted(plan.readers(found.relation))) if is_known else (),
        len(set(reads).union(*(plan.upstream(one) for one in reads if one in plan.by_relation))),
        len(plan.downstream(found.relation)) if is_known else 0,
    )


def _neighbour(plan: Plan, relation: str) -> Neighbour:
    node = plan.by_relation.get(relation)
    # What no run makes is made by the command that needs it: drafts and repairs.
    return Neighbour(
        relation, node.template.name if node and node.template else None, node.summary if node else ""
    )


def shown(value: Any) -> str | None:
    """A parameter's value as text: lists with commas, true and false in small letters."""
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def given(found: Template, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Values of parameters from the texts of a form; an empty text leaves what the project says.

    Raises ParameterError with every value that does not fit.
    """
    filled = {name: value for name, value in typed.items() if value not in ("", None)}
    template.values(found, {**dict.fromkeys(found.params), **filled}, strict=True)
    return {name: found.params[name].value(value) for name, value in filled.items()}


def run(mill: Mill, ref: str, params: Mapping[str, Any]) -> Paged:
    """The rows of a template; nothing is stored, so that whoever reads its relation sees what was there before.

    Raises TemplateError for an unknown name, ParameterError for a value that does not fit.
    """
    mill.reread()
    found = mill.catalog.get(ref.replace(".", "/"))
    own = {name: value for name, value in mill.given.items() if name in found.params}
    values = template.values(found, {**own, **params}, strict=True)
    for relation in mill.meanings.of(found).reads:
        mill.relation(relation)
    return Paged(mill, found.sql, values)


def compare(mill: Mill, ref: str, other: str | None, params: Mapping[str, Any]) -> Difference:
    """What ``other`` in place of ``ref``, or other parameters, change in the data of the run that is open.

    All of it happens in a database of its own. Raises TemplateError for an unknown name, ParameterError for a value
    that does not fit, or when neither a version nor a parameter differs.
    """
    mill.reread()
    old = mill.catalog.get(ref.replace(".", "/"))
    new = mill.catalog.get(other) if other else old
    if old.relation != new.relation:
        raise TemplateError(
            Problem(
                f"{new.ref} makes another relation than {old.ref}.", hint="name another version of the same"
            )
        )
    changed = _changed(mill, new, params)
    is_same = (old.layer, old.ref) == (new.layer, new.ref)
    if is_same and not changed:
        raise ParameterError(
            Problem(
                "Nothing differs: it is the same version with the same parameters.",
                hint="change a parameter first",
            )
        )
    with Mill(mill.project) as apart:
        lines = comparison.effect(apart, old, new, changed)
        run_of = apart.published.run if apart.published else ""
    values = ", ".join(f"{name} = {shown(value)}" for name, value in changed.items())
    versus = [] if is_same else [f"{new.layer}:{new.ref}"]
    title = f"{old.layer}:{old.ref} → {' with '.join([*versus, *([values] if values else [])])}"
    return Difference(f"{title} ({run_of})", tuple(comparison.meant(old, new)), tuple(lines))


def _changed(mill: Mill, found: Template, params: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the parameters that are not what the project says anyway."""
    template.values(found, {**dict.fromkeys(found.params), **params}, strict=True)
    own = mill.given

    def is_as_before(name: str, param: Param) -> bool:
        return bool(param.value(params[name]) == param.value(own.get(name, param.default)))

    return {
        name: found.params[name].value(value)
        for name, value in params.items()
        if not is_as_before(name, found.params[name])
    }
