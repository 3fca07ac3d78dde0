"""What a run can be told: the parameters of notebooks and templates in one list, each with its type and value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gristmill import stages
from gristmill.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.project import Project
    from gristmill.template import Param

TYPES = {"str": "text", "int": "integer", "float": "double", "bool": "boolean", "list[str]": "list of text"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a run."""

    name: str
    type: str
    """text, integer, double, decimal, date, timestamp, boolean, ``list of text`` or ``one of …``."""
    meaning: str
    default: Any
    """What holds when nobody says anything."""
    given: Any
    """What gristmill.toml says; None when it says nothing."""
    choices: tuple[str, ...]
    """The only values there are; empty for every type but ``one of``."""
    used_by: tuple[str, ...]
    """Stages and templates that read it."""


def parameters(project: Project) -> list[Parameter]:
    """All of them by name, those of gristmill.toml first, then those of notebooks."""
    of_templates, readers = declared(project)
    found = []
    for name, one in of_templates.items():
        if name not in stages.OWN:
            given = project.params.get(name)
            found.append(
                Parameter(
                    name,
                    one.type,
                    one.meaning,
                    stages.plain(one.default),
                    given,
                    one.choices,
                    tuple(readers[name]),
                )
            )
    of_notebooks: dict[str, list[str]] = {}
    for stage in stages.stages(project):
        for name, param in stage.params.items():
            of_notebooks.setdefault(name, []).append(stage.name)
            if name not in of_templates and name not in stages.OWN:
                kind, given = TYPES[param.kind], project.params.get(name)
                found.append(Parameter(name, kind, param.meaning, param.default, given, (), (stage.name,)))
    return sorted(found, key=lambda one: (one.given is None, one.name not in of_notebooks, one.name))


def declared(project: Project) -> tuple[dict[str, Param], dict[str, list[str]]]:
    """Parameter of a template → what its head says, and the templates that declare it."""
    params: dict[str, Param] = {}
    readers: dict[str, list[str]] = {}
    for template in Catalog(project).winners().values():
        for name, one in template.params.items():
            readers.setdefault(name, []).append(template.name)
            # Others say "as in segment.rfm"; the longest says what it means.
            if name not in params or len(one.meaning) > len(params[name].meaning):
                params[name] = one
    return params, readers


def checked(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values typed; raises ParameterError for all that are unknown or mistyped."""
    return stages.check_params(stages.stages(project), declared(project)[0], given)
