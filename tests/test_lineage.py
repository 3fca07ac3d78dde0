"""Where a column comes from, through CTEs, unions, joins, windows, lambdas and nests."""

import pytest

from gristmill.lineage import columns

SCHEMA = {
    "clean.contacts": ["contact_id", "email", "full_name"],
    "clean.orders": ["order_id", "contact_id", "amount"],
}


def sources(sql):
    return {name: {f"{rel}.{col}" for rel, col in refs} for name, refs in columns(sql, SCHEMA).items()}


@pytest.mark.parametrize(
    ("sql", "column", "expected"),
    [
        ("select upper(email) as e from clean.contacts", "e", {"clean.contacts.email"}),
        (
            "with a as (select email as x from clean.contacts), b as (select x as y from a) select y as z from b",
            "z",
            {"clean.contacts.email"},
        ),
        (
            "select email as v from clean.contacts union all select order_id from clean.orders",
            "v",
            {"clean.contacts.email", "clean.orders.order_id"},
        ),
        (
            "select c.full_name as n, o.amount as a from clean.contacts c join clean.orders o using (contact_id)",
            "a",
            {"clean.orders.amount"},
        ),
        ("select *, 1 as one from clean.contacts", "email", {"clean.contacts.email"}),
        ("select *, 1 as one from clean.contacts", "one", set()),
        ("select (select max(email) from clean.contacts) as m, 1 as k", "m", {"clean.contacts.email"}),
        (
            "select first_value(email) over (partition by full_name order by contact_id) as f from clean.contacts",
            "f",
            {"clean.contacts.email", "clean.contacts.full_name", "clean.contacts.contact_id"},
        ),
        (
            "select list_transform(string_split(email, ''), lambda c: upper(c)) as l from clean.contacts",
            "l",
            {"clean.contacts.email"},
        ),
        ("select t.v as v from clean.contacts c, unnest([c.email]) t(v)", "v", {"clean.contacts.email"}),
        (
            "select case when amount > 1 then 'a' else 'b' end as c from clean.orders",
            "c",
            {"clean.orders.amount"},
        ),
    ],
)
def test_a_column_is_followed_to_the_stored_columns_it_is_made_of(sql, column, expected):
    assert sources(sql)[column] == expected


def test_a_query_that_cannot_be_resolved_says_everything_comes_from_everything():
    found = columns("select strange from clean.contacts, other.unknown", SCHEMA, ["strange"])
    assert {col for _, col in found["strange"]} <= {"contact_id", "email", "full_name", "strange"}
    assert found["strange"]


def test_names_keep_the_case_they_are_stored_in():
    found = columns(
        'select "E-Mail" as email, "이름" as "이름" from raw."Crm"',
        {"raw.Crm": ["E-Mail", "이름"]},
        ["email", "이름"],
    )
    assert found == {"email": {("raw.Crm", "E-Mail")}, "이름": {("raw.Crm", "이름")}}
