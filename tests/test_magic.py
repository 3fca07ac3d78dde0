"""``%%sql`` in real kernels: parameters from variables, named results, errors that point into the cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import House

PARAMETERS = 'run: str = ""\nas_of: str = ""\nleast: int = 2'
START = "import gristmill as gm\nmill = gm.open(run=run, as_of=as_of or None)"
BOUNDS = 'made = mill.run("segment/rfm_bounds")'


@pytest.fixture(scope="module")
def shell():
    """An IPython shell, as a kernel has one."""
    from IPython.core.interactiveshell import InteractiveShell

    before = InteractiveShell._instance
    found = InteractiveShell()
    found.history_manager.enabled = False
    yield found
    InteractiveShell._instance = before


@pytest.fixture
def cell(shell, tiny_run: House, monkeypatch):
    """Run a cell in a shell whose working folder is a project; its error is raised."""
    monkeypatch.chdir(tiny_run.root)
    shell.reset(new_session=True)
    import gristmill

    gristmill.load_ipython_extension(shell)

    def run(text: str):
        done = shell.run_cell(text)
        done.raise_error()
        return done.result

    yield run
    if "mill" in shell.user_ns:
        shell.user_ns["mill"].close()


def test_a_cell_of_plain_sql_runs_against_the_published_run(cell) -> None:
    assert cell("%%sql\nselect x + 1 as y from measure.one").rows() == [(2,)]


def test_a_named_result_is_a_variable(cell, shell) -> None:
    cell("%%sql top\nselect 1 as a\nunion all select 2 order by a")
    assert shell.user_ns["top"].rows() == [(1,), (2,)]
    assert cell("top.to_pandas().a.sum()") == 3


def test_variables_are_bound_and_never_pasted(cell) -> None:
    cell(
        "import datetime as dt\nword = \"O'Brien'; drop table measure.one --\"\nn = 3\nday = dt.date(2024, 2, 29)\nnames = ['김', 'a']"
    )
    found = cell("%%sql\nselect $word as w, $n + 1 as n, $day + 1 as d, len($names) as l, '$n' as text")
    [row] = found.rows()
    assert row[0].startswith("O'Brien") and row[1] == 4 and row[2].isoformat() == "2024-03-01"
    assert row[3:] == (2, "$n")
    assert cell("%%sql\nselect count(*) as n from measure.one").scalar() == 1


def test_the_day_of_the_run_is_bound_unless_a_variable_has_its_name(cell) -> None:
    assert cell("%%sql\nselect cast($as_of as varchar) as d").scalar() == "2026-11-01"
    cell("as_of = '2020-01-01'")
    assert cell("%%sql\nselect $as_of as d").scalar() == "2020-01-01"


def test_an_unknown_variable_gets_the_nearest_name(cell) -> None:
    cell("least = 3")
    with pytest.raises(Exception, match=r"\$leest, which has no value[\s\S]*did you mean least"):
        cell("%%sql\nselect $leest as n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("%%sql\n\nselect x,\n  nothing\nfrom measure.one", "line 4"),
        ("%%sql\nselect 1 as a\nfrm measure.one", "line 3"),
        ("%%sql\nselect * from measure.onn", "line 2"),
        ("%%sql\n-- nothing\n", "The query holds nothing"),
        ("%%sql\nselect 1; select 2", "several statements"),
        ("%%sql two words\nselect 1", "cannot name a result"),
        ("%%sql --svae segment/few\nselect 1", "did you mean --save"),
        ("%%sql --save\nselect 1", "does not understand '--save'"),
        ("%%sql --over\nselect 1", "nothing without --save"),
    ],
)
def test_an_error_says_the_line_of_the_cell(cell, text: str, words: str) -> None:
    with pytest.raises(Exception, match=words) as error:
        cell(text)
    assert "describe" not in str(error.value)


def test_a_comment_or_a_semicolon_at_the_end_is_no_error(cell) -> None:
    assert cell("%%sql\n-- first\nselect 1 as a -- last").scalar() == 1
    assert cell("%%sql\nselect 1 as a;  \n\n").n_rows == 1


# -- completion -------------------------------------------------------------------------------------


@pytest.fixture
def offered(cell, shell):
    """What IPython offers at the | of a cell, as an editor asks it."""
    from IPython.core.completer import provisionalcompleter

    def ask(text: str) -> list[str]:
        at = text.index("|")
        with provisionalcompleter():
            found = list(shell.Completer.completions(text.replace("|", ""), at))
        # What is offered takes the place of the word that was begun.
        assert all(one.end == at and not set(text[one.start : at]) & set(" .\n") for one in found)
        return [one.text for one in found]

    return ask


def test_relations_are_offered_with_those_that_could_be_made(offered) -> None:
    assert offered("%%sql\nselect * from measure.o|") == ["one"]
    assert "segment.rfm_bounds" in offered("%%sql\nselect * from seg|")
    assert "segment.rfm_bounds" in offered("%%sql\nselect 1 from measure.one join rfm_b|"), (
        "by its second half too"
    )
    assert "rfm_bounds" in offered("%%sql top\nselect * from segment.|")
    assert offered("%%sql\n|") == ["select", "with", "from"]


def test_a_relation_that_is_not_there_yet_is_made(cell, shell) -> None:
    assert cell("%%sql\nselect count(*) as n from segment.rfm_bounds").scalar() > 5


@pytest.mark.parametrize(
    "text",
    [
        "%%sql\nselect | from segment.rfm_bounds",
        "%%sql\nselect b.| from segment.rfm_bounds as b",
        "%%sql\nselect b.| from measure.one as a, segment.rfm_bounds b where a.x > 1",
        '%%sql\nselect "b".| from segment.rfm_bounds "b"',
        "%%sql\nselect segment.rfm_bounds.| from segment.rfm_bounds",
        "%%sql\nselect rfm_bounds.| from segment.rfm_bounds",
        "%%sql\nwith b as (select * from segment.rfm_bounds where priority <= $least) select b.| from b",
        "%%sql\nwith a as (select 1 as x), b as (select * from segment.rfm_bounds, a) select b.| from b",
        "%%sql\nselect x, t.| from (select * from segment.rfm_bounds) as t",
        "%%sql\nselect x from measure.one where x in (select | from segment.rfm_bounds)",
        "%%sql\nselect '(from a' as a, -- from b (\n b.| from segment.rfm_bounds b",
    ],
)
def test_columns_are_offered_of_what_the_cell_reads(offered, cell, text: str) -> None:
    cell("import gristmill as gm\nmill = gm.open()\n" + BOUNDS)
    found = offered(text)
    assert "priority" in found and "segment" in found, found


def test_columns_of_the_innermost_select_are_offered(offered, cell) -> None:
    cell("import gristmill as gm\nmill = gm.open()\n" + BOUNDS)
    assert "priority" not in offered("%%sql\nselect (select p| from measure.one) from segment.rfm_bounds")
    assert "priority" in offered("%%sql\nselect (select x from measure.one), p| from segment.rfm_bounds")


def test_parameters_are_those_of_the_run_and_plain_variables(offered, cell) -> None:
    cell("least = 3\nnames = ['a']\nthing = object()")
    found = offered("%%sql\nselect x from measure.one where x > $|")
    assert {"$as_of", "$least", "$names"} <= set(found)
    assert not {"$thing", "$In", "$Out", "$exit"} & set(found)
    assert offered("%%sql\nselect $lea|st") == ["$least"]


def test_functions_that_are_offered_are_there(offered, cell) -> None:
    from gristmill.workbench.sql.completing import CALLED

    assert "coalesce" in offered("%%sql\nselect coal| from measure.one")
    known = {name for (name,) in cell("%%sql\nselect distinct function_name from duckdb_functions()").rows()}
    assert set(CALLED) - known <= {"cast", "coalesce", "extract", "try_cast"}


@pytest.mark.parametrize(
    "text",
    [
        "%%sql\nselect 'a me|",
        "%%sql\nselect 1 -- measure.o|",
        "%%sql\nselect 1 /* from |\n */",
        "%%sql\nselect nobody.|",
    ],
)
def test_no_relation_is_offered_in_texts_and_comments_or_behind_unknown_names(offered, text: str) -> None:
    # IPython may offer modules there; a relation is none.
    assert not {one.split(".")[0] for one in offered(text)} & {"one", "measure", "segment"}


def test_other_cells_are_left_to_ipython(offered) -> None:
    assert "os" in offered("import o|")
    assert "%%sqlite" not in "".join(offered("%%sqlx\nmeasure.o|"))
    assert offered("%%sql --s|\nselect 1") == ["--save"]


# -- a cell becomes a template ----------------------------------------------------------------------


def test_a_cell_is_saved_as_a_template_that_runs(cell, shell, tiny_run: House, capsys) -> None:
    cell("least = 3")
    shown = cell(
        "%%sql --save segment/few\nselect segment, priority\nfrom segment.rfm_bounds where priority <= $least"
    )
    assert "Saved as sql/segment/few_v1.sql" in capsys.readouterr().out
    text = (tiny_run.root / "sql/segment/few_v1.sql").read_text(encoding="utf-8")
    assert "-- param    least  double = 3.0" in text, "the type is what other templates give that name"
    assert "-- grain    one row per segment" in text and "-- returns  segment, priority" in text
    made = shell.user_ns["mill"].run("segment/few")
    assert sorted(made.rows()) == sorted(shown.rows()) and made.n_rows > 0
    assert tiny_run("sql", "lint", "segment/few").exit_code == 0


def test_a_run_that_executes_such_a_cell_leaves_the_files_alone_and_gives_the_same_rows(tiny: House) -> None:
    text = "%%sql few --save segment/few\nselect segment from segment.rfm_bounds where priority <= $least order by segment"
    tiny.stage(
        "10_one",
        START,
        BOUNDS,
        text,
        "assert few.n_rows == 3, few.rows()",
        "mill.close()",
        parameters=PARAMETERS,
    )
    done = tiny("run", "--quiet", "--param", "least=3")
    assert done.exit_code == 0, done.output
    assert not (tiny.root / "sql/segment/few_v1.sql").exists()


# -- under Papermill --------------------------------------------------------------------------------


def test_it_works_under_papermill_and_its_failure_is_marked(tiny: House) -> None:
    tiny.stage(
        "10_one",
        START,
        BOUNDS,
        "%%sql few\nselect segment, priority from segment.rfm_bounds where priority <= $least order by priority",
        "assert [row[1] for row in few.rows()] == [1, 2, 3], few.rows()",
        "mill.close()",
        parameters=PARAMETERS,
    )
    done = tiny("run", "--quiet", "--param", "least=3")
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.strip()).with_name("one.html").read_text(encoding="utf-8")
    assert "priority &lt;= 3" in page
    tiny.stage(
        "10_one", START, BOUNDS, "%%sql\nselect nothing\nfrom segment.rfm_bounds", parameters=PARAMETERS
    )
    broken = tiny("run", "--quiet")
    assert broken.exit_code == 3 and 'Referenced column "nothing" not found' in broken.stderr
    assert "nothing" in Path(broken.stdout.strip()).read_text(encoding="utf-8")


def test_a_query_that_fails_when_it_is_shown_breaks_the_run(tiny_run: House) -> None:
    tiny_run.stage("10_one", START, "mill.sql(\"select cast('x' as integer) as n\")", "mill.close()")
    before = tiny_run.published
    done = tiny_run("run", "--quiet")
    assert done.exit_code == 3, done.output
    assert "Conversion Error" in done.stderr and tiny_run.published == before
