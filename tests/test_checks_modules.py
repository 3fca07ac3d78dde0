"""Check modules: found by path, imported without a trace, and the ones gristmill brings fit the entities."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest

from gristmill.checks import load, meanings, pii_columns, run
from gristmill.checks.types import fits
from gristmill.engine import quote
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES
from gristmill.errors import CheckError

ROOT = Path(__file__).parents[1]
AS_OF = dt.date(2026, 1, 1)
GOOD = '''
from __future__ import annotations
import pandas as pd
import pandera.pandas as pa
from gristmill.checks import column

class Base(pa.DataFrameModel):
    at: pd.Timestamp = column("when", not_in_future=True)

class Things(Base):
    """Things we sell.

    More about them.
    """
    id: str = column("the thing", pii="id", key=True)
'''


def write(folder: Path, relation: str, text: str) -> Path:
    schema, _, name = relation.partition(".")
    path = folder / "checks" / schema / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_modules_are_found_by_path_and_the_first_folder_wins(tmp_path: Path) -> None:
    own, base = tmp_path / "own", tmp_path / "base"
    write(base, "a.things", GOOD)
    write(base, "a.others", GOOD)
    mine = write(own, "a.things", GOOD.replace("Things we sell", "Things of mine"))
    write(own, "a._helper", "raise ValueError")
    before = set(sys.modules)
    found = load([own, base, tmp_path / "nowhere"])
    assert [(one.relation, one.meaning) for one in found] == [
        ("a.others", "Things we sell."),
        ("a.things", "Things of mine."),
    ]
    assert found[1].path == mine
    assert list(found[1].schema.columns) == ["at", "id"]
    assert not [name for name in set(sys.modules) - before if "things" in name or "_module_of" in name]
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_schema_in_yaml_is_a_module_too_and_two_for_one_relation_are_refused(tmp_path: Path) -> None:
    schema = pa.DataFrameSchema({"price": pa.Column(float, pa.Check.ge(0))}, name="orders")
    written = tmp_path / "checks" / "a" / "orders.yaml"
    written.parent.mkdir(parents=True)
    written.write_text(schema.to_yaml(), encoding="utf-8")
    assert [(one.relation, list(one.schema.columns)) for one in load([tmp_path])] == [("a.orders", ["price"])]
    write(tmp_path, "a.orders", GOOD)
    with pytest.raises(CheckError, match=r"orders\.yaml.*same relation as orders\.py"):
        load([tmp_path])


def test_what_modules_say_of_columns(tmp_path: Path) -> None:
    write(tmp_path, "a.things", GOOD)
    modules = load([tmp_path])
    assert pii_columns(modules) == {"a.things": {"id": "id"}}
    assert meanings(modules) == {"a.things": {"at": "when", "id": "the thing"}}


def test_a_plain_pandera_schema_is_a_module_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.plain",
        "import pandera.pandas as pa\nschema = pa.DataFrameSchema({'x': pa.Column(int)}, description='Plain.')",
    )
    (found,) = load([tmp_path])
    assert (found.meaning, list(found.schema.columns)) == ("Plain.", ["x"])


def test_everything_wrong_with_the_modules_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.syntax", "x = 1\ny = (\n")
    write(tmp_path, "a.raises", "x = 1\n\nraise ValueError('no luck')\n")
    write(tmp_path, "a.none", "x = 1\n")
    write(
        tmp_path,
        "a.two",
        "import pandera.pandas as pa\na = pa.DataFrameSchema()\nb = pa.DataFrameSchema({'x': pa.Column(int)})\n",
    )
    write(tmp_path, "a.words", "from gristmill.checks import column\n\nx = column('x', pii='emial')\n")
    write(tmp_path, "a.pattern", "import pandera.pandas as pa\nx = pa.Check.str_matches('(a')\n")
    with pytest.raises(CheckError) as caught:
        load([tmp_path])
    told = {Path((one.where or "").partition(":")[0]).stem: str(one) for one in caught.value.problems}
    assert sorted(told) == ["none", "pattern", "raises", "syntax", "two", "words"]
    assert "raises.py:3 ValueError: no luck" in told["raises"]
    assert "syntax.py:2 SyntaxError" in told["syntax"]
    assert "holds 0 schemas" in told["none"]
    assert "holds 2 schemas: a, b" in told["two"]
    assert "words.py:3" in told["words"]
    assert "did you mean email?" in told["words"]
    assert "pattern.py:2" in told["pattern"]


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_models_say_the_same_columns_as_the_entities(entity: str) -> None:
    module = {one.relation: one for one in load([ROOT])}[f"clean.{entity}"]
    canonical = {one.name: one for one in ENTITIES[entity].columns}
    assert list(module.schema.columns) == [*ENTITIES[entity].ids, *canonical]
    kinds = pii_columns([module])[f"clean.{entity}"]
    said = meanings([module])[f"clean.{entity}"]
    for name, one in canonical.items():
        assert fits(module.schema.columns[name].dtype, one.type), name
        assert kinds.get(name, "none") == one.pii, name
        assert said[name] == one.meaning, name
    assert module.meaning


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_models_judge_a_relation_of_an_entity_without_rows_and_with_one(entity: str) -> None:
    module = {one.relation: one for one in load([ROOT])}[f"clean.{entity}"]
    stored = [
        *((name, "VARCHAR") for name in ENTITIES[entity].ids),
        *((c.name, c.type) for c in ENTITIES[entity].columns),
    ]
    columns = ", ".join(f"cast(null as {type_}) as {quote(name)}" for name, type_ in stored)
    with DuckDBEngine() as engine:
        engine.make("clean.orders", "select 'x' as order_id where false")
        for where, wanted in (("where false", {"pass"}), ("", {"pass", "fail", "warn"})):
            engine.make(module.relation, f"select {columns} {where}")
            results = run(engine, module.relation, module.schema, as_of=AS_OF, run_id="r")
            # clean.order_lines refers to clean.orders, which is the relation itself only for orders.
            assert {one.verdict for one in results} <= wanted, [(one.check, one.note) for one in results]
            assert {one.ran_in for one in results} == {"sql"}


def test_the_models_of_gristmill_judge_pandas_alone() -> None:
    for module in load([ROOT]):
        empty = pd.DataFrame(
            {name: pd.Series(dtype=_pandas(column)) for name, column in module.schema.columns.items()}
        )
        schema = module.schema
        if module.relation == "unify.customers":
            with pytest.raises(pa.errors.SchemaErrors, match="row_count"):
                schema.validate(empty, lazy=True)
        else:
            schema.validate(empty, lazy=True)


def _pandas(column: pa.Column) -> object:
    name = str(column.dtype)
    return "str" if "str" in name else "datetime64[us]" if "datetime" in name else name
