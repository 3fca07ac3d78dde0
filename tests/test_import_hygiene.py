"""`import gristmill` costs nothing, and the public names are the ones that are meant."""

import subprocess
import sys

import gristmill


def test_the_public_names_are_these_and_all_of_them_load():
    assert gristmill.__all__ == [
        "GristmillError",
        "Mill",
        "Project",
        "Result",
        "__version__",
        "findings",
        "job",
        "mapping",
        "open",
        "report",
        "review",
        "segment",
        "sql",
        "values",
    ]
    for name in gristmill.__all__:
        assert getattr(gristmill, name) is not None


def test_importing_gristmill_loads_nothing_heavy():
    code = (
        "import sys, gristmill; heavy = {'pandas', 'pandera', 'papermill', 'duckdb', 'sqlglot', 'pyarrow', 'nbconvert'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_opening_a_mill_loads_neither_pandas_nor_papermill_nor_pandera():
    code = (
        "import sys; from gristmill import mill, steps; heavy = {'pandas', 'pandera', 'papermill', 'nbconvert', 'pyarrow'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
