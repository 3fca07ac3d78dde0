"""A template's head is read in full, its parameters are typed, and every problem is told with its place."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gristmill import lineage, template
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError, TemplateError

ENGINE = DuckDBEngine()

HEAD = """-- Count the orders of a day.
--
-- grain    one row
-- param    day      date            the day
-- param    least    integer = 1     fewer than this are not shown;
--                                   the sentence goes on here
-- param    words    list of text = ['a', 'b']
-- param    title    text = 'it''s'
-- param    limit_   decimal = null  no limit when null
-- returns  n (orders)
"""
BODY = "select $day as day, $least as least, $words as words, $title as title, $limit_ as limit_\n"


def write(tmp_path, text, name="daily_v2.sql"):
    folder = tmp_path / "measure"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_head_says_what_the_relation_is_and_which_parameters_it_takes(tmp_path):
    found = template.parse(write(tmp_path, HEAD + BODY))
    assert (found.ref, found.relation, found.grain) == ("measure/daily@2", "measure.daily", "one row")
    assert found.summary == "Count the orders of a day."
    assert found.params["day"].required
    assert found.params["least"].meaning == "fewer than this are not shown; the sentence goes on here"
    assert found.params["words"].default == ["a", "b"]
    assert found.params["title"].default == "it's"
    assert found.params["limit_"].default is None and not found.params["limit_"].required
    assert found.where(1).endswith(f"daily_v2.sql:{HEAD.count(chr(10)) + 1}")


def test_all_problems_of_a_head_are_told_at_once_each_with_its_line(tmp_path):
    text = "-- Say something.\n--\n-- gran  one row\n-- param x datum  no such type\n-- param y integer = two  bad default\nselect 1\n"
    with pytest.raises(TemplateError) as caught:
        template.parse(write(tmp_path, text))
    places = [problem.where.rpartition(":")[2] for problem in caught.value.problems]
    assert places == ["3", "4", "5", "1"]
    assert "did you mean grain?" in str(caught.value)
    assert "does not say its grain" in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select $dya as a, $least, $words, $title, $limit_", "did you mean day?"),
        ("select a,, from", "cannot be read as SQL"),
        ("select 1; select 2", "Expected exactly one SELECT"),
        ("drop table customers", "holds DROP"),
    ],
)
def test_sql_that_is_no_template_is_refused_with_its_place(tmp_path, sql, message):
    found = template.parse(write(tmp_path, HEAD + sql))
    with pytest.raises(TemplateError) as caught:
        lineage.meaning(found)
    assert message in str(caught.value)
    assert "daily_v2.sql:11" in str(caught.value)


def test_a_syntax_error_points_at_its_own_line(tmp_path):
    found = template.parse(write(tmp_path, HEAD + "select 1 as a,\n  2 as b\nfrom x\nwhere a in (1, 2\n"))
    with pytest.raises(TemplateError, match=r"daily_v2\.sql:1[45]"):
        lineage.meaning(found)


def test_values_are_typed_and_every_wrong_one_is_told(tmp_path):
    found = template.parse(write(tmp_path, HEAD + BODY))
    values = template.values(found, {"day": "2026-02-28", "least": "3", "words": "x, y", "limit_": "1.5"})
    assert values == {
        "day": dt.date(2026, 2, 28),
        "least": 3,
        "words": ["x", "y"],
        "title": "it's",
        "limit_": Decimal("1.5"),
    }
    with pytest.raises(ParameterError) as caught:
        template.values(found, {"day": "2026-02-30", "least": "1.5", "dya": 1}, strict=True)
    assert len(caught.value.problems) == 3
    assert "did you mean day?" in str(caught.value)
    with pytest.raises(ParameterError, match="has no value"):
        template.values(found, {})


@given(
    st.text(st.characters(codec="utf-8")),
    st.lists(st.text(st.characters(exclude_characters=",\x00", codec="utf-8"))),
)
def test_a_hostile_string_stays_data_bound_natively_and_bound_as_a_literal(title, words):
    title = title.replace("\x00", "")
    param = template.Param("title", "text", "", 1, required=True)
    listed = template.Param("words", "list of text", "", 1, required=True)
    sql = "select $title as a, $words as b, '$title' as c -- $title"
    found = template.Template(
        "measure", "x", 1, None, "project", "x", "", sql, 1, "", params={"title": param, "words": listed}
    )
    values = {"title": title, "words": words}
    native = ENGINE.rows(sql, values)
    shown = ENGINE.rows(lineage.bound(found, values))
    assert native == shown == [(title, words, "$title")]


@given(
    st.one_of(
        st.dates().map(lambda v: ("date", v)),
        st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)).map(lambda v: ("timestamp", v)),
        st.integers(-(2**63), 2**63 - 1).map(lambda v: ("integer", v)),
        st.floats(allow_nan=False, allow_infinity=False).map(lambda v: ("double", v)),
        st.decimals(-(10**9), 10**9, places=4).map(lambda v: ("decimal", v)),
        st.booleans().map(lambda v: ("boolean", v)),
    )
)
def test_the_shown_sql_gives_the_value_that_native_binding_gives(pair):
    kind, value = pair
    param = template.Param("x", kind, "", 1, required=True)
    shown = ENGINE.scalar(f"select {template.literal(param, value)}")
    native = ENGINE.scalar(f"select cast($x as {param.sql_type})", {"x": value})
    assert shown == native == value


def test_the_fingerprint_sees_logic_and_not_layout(tmp_path):
    def of(sql):
        found = template.parse(write(tmp_path, "-- Say.\n--\n-- grain one row\n" + sql))
        return lineage.meaning(found).fingerprint

    first = of("select a, b from clean.orders where a > 1")
    assert of("SELECT a,\n  b -- a comment\nFROM clean.orders\nWHERE a > 1") == first
    assert of("select a, b from clean.orders where a >= 1") != first
    assert of("select a, b from clean.order_lines where a > 1") != first


def test_a_file_with_another_name_or_encoding_is_refused(tmp_path):
    with pytest.raises(TemplateError, match=r"rename it to my_query_v1\.sql"):
        template.parse(write(tmp_path, HEAD + BODY, "my-query.sql"))
    path = write(tmp_path, "", "latin_v1.sql")
    path.write_bytes("-- Größe\n".encode("latin-1"))
    with pytest.raises(TemplateError, match="not UTF-8"):
        template.parse(path)


def test_a_text_of_stated_choices_takes_nothing_else(tmp_path):
    head = HEAD.replace(
        "-- returns  n",
        "-- param    unit     one of month, week = 'month'   period that is\n--          counted\n-- returns  n",
    )
    found = template.parse(write(tmp_path, head + BODY.replace("$day as day", "$day as day, $unit as unit")))
    unit = found.params["unit"]
    assert (unit.choices, unit.default, unit.sql_type) == (("month", "week"), "month", "varchar")
    assert unit.meaning == "period that is counted"
    assert template.values(found, {"day": "2026-01-01", "unit": "week"})["unit"] == "week"
    for wrong in ("weeks", "Week", "", 7):
        with pytest.raises(ParameterError) as caught:
            template.values(found, {"day": "2026-01-01", "unit": wrong})
        assert "Expected one of month, week." in str(caught.value)
    with pytest.raises(ParameterError, match="did you mean week"):
        template.values(found, {"day": "2026-01-01", "unit": "weeks"})
    assert template.literal(unit, "week") == "cast('week' as varchar)"


def test_a_default_that_is_none_of_its_choices_is_told_with_its_line(tmp_path):
    with pytest.raises(TemplateError, match="gives \\$unit the default 'year'"):
        template.parse(write(tmp_path, HEAD + "-- param unit one of month, week = 'year'\n" + BODY))


NUMBERS = "-- Count.\n--\n-- grain    one row\n"


def test_a_number_may_have_a_least_and_a_largest_value(tmp_path):
    head = (
        "-- param    n      integer from 1 to 9 = 5   bins\n-- param    share  double from -0.5 = null\n"
        "-- param    more   integer to 3   from the day on\n-- returns  x\n"
    )
    found = template.parse(write(tmp_path, NUMBERS + head + "select $n + $share + $more as x\n"))
    n, share, more = (found.params[name] for name in ("n", "share", "more"))
    assert (n.least, n.most, n.default, n.meaning, n.allowed) == (1, 9, 5, "bins", "integer from 1 to 9")
    assert (share.least, share.most, share.default) == (-0.5, None, None)
    assert (more.least, more.most, more.required, more.meaning) == (None, 3, True, "from the day on")
    assert n.value("9") == 9 and share.value(-0.5) == -0.5 and share.value(None) is None
    for param, wrong in ((n, 0), (n, "10"), (share, -0.51), (more, 4)):
        with pytest.raises(ValueError, match=f"Expected {param.allowed}"):
            param.value(wrong)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("n integer from 1 to 9 = 0", "Expected integer from 1 to 9."),
        ("n text from 1 = 'a'", "of type text a least or a largest value"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_with_its_line(tmp_path, declared, said):
    with pytest.raises(TemplateError) as caught:
        template.parse(write(tmp_path, NUMBERS + f"-- param    {declared}\n-- returns  x\nselect $n as x\n"))
    assert said in str(caught.value) and "daily_v2.sql:4" in str(caught.value)
