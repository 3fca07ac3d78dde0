"""Templates of the base layer that Python runs by name, outside the graph of a run: sample data, repair, drafting."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gristmill import template
from gristmill.engine import Engine
from gristmill.project import base_dir

NOTHING: Mapping[str, Any] = MappingProxyType({})


def make(engine: Engine, name: str, given: Mapping[str, Any] = NOTHING) -> None:
    """Make the relation of ``schema/what``, version 1; of ``given`` it takes the parameters it declares.

    Raises ParameterError for a value that does not fit, EngineError when the database fails.
    """
    found = template.parse(base_dir() / "sql" / f"{name}_v1.sql", layer="base")
    values = {param: value for param, value in given.items() if param in found.params}
    engine.make(found.relation, found.sql, template.values(found, values))
