"""Rules a template keeps beyond being valid SQL, so that it runs the same on another engine.

The allow-list holds functions whose results were compared between engines, edge cases included;
whatever is not on it is refused unless the header says ``engine duckdb``.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from gristmill.catalog import Catalog
from gristmill.errors import Problem, TemplateError, did_you_mean
from gristmill.lineage import parse
from gristmill.template import Param, Template

FUNCTIONS = frozenset(
    """
    abs arg_max arg_min array array_agg array_contains array_distinct array_sort array_to_string avg case cast ceil
    chr coalesce concat concat_ws contains count cume_dist damerau_levenshtein date_diff datediff dense_rank exists
    exp explode extract filter first_value flatten floor generate_series greatest if jarowinkler_similarity lag
    last_value lead least left length levenshtein ln log logical_and logical_or lower max md5 median min
    nfc_normalize ntile nullif pad percent_rank percentile_cont posexplode power quantile rank regexp_extract
    regexp_extract_all regexp_full_match regexp_like regexp_replace repeat replace reverse right round row_number
    sign split split_part sqrt starts_with str_position strip_accents strlen struct substring suffix sum
    time_to_str timestamp_trunc to_days to_hours to_milliseconds to_minutes to_months to_seconds transform
    translate trim trunc try_cast unicode unnest upper
    """.split()  # noqa: SIM905 - a list of forty lines would hide what is on it
)
"""Names as the syntax tree calls them (``datediff`` for ``date_diff``, ``if`` for a branch of ``case``)."""
NOT_FUNCTIONS = (exp.Connector, exp.Anonymous)


def portable(template: Template) -> Iterator[Problem]:
    """What in a template another engine would refuse or, worse, answer differently."""
    tree = parse(template)
    yield from _style(template)
    for node in tree.walk():
        yield from _ordering(template, node)
        if template.engine != "duckdb":
            yield from _construct(template, node)
            yield from _function(template, node)


def parameters_agree(catalog: Catalog) -> None:
    """One name means one type, and the same numbers, over all templates. Raises TemplateError."""
    first: dict[str, tuple[Template, Param]] = {}
    problems = []
    for template in catalog.winners().values():
        for name, param in template.params.items():
            other, known = first.setdefault(name, (template, param))
            if known.allowed != param.allowed:
                problems.append(
                    Problem(
                        f"declares ${name} as {param.allowed}; {other.ref} declares it as {known.allowed}.",
                        where=f"{template.shown}:{param.line}",
                        hint="one name means one thing: rename one",
                    )
                )
    if problems:
        raise TemplateError(problems)


def _style(template: Template) -> Iterator[Problem]:
    if len(template.text.splitlines()) > 100:
        yield Problem(
            f"has {len(template.text.splitlines())} lines.",
            where=template.shown,
            expected="Expected at most 100.",
            hint="name a part of it and make that a relation",
        )


def _construct(template: Template, node: exp.Expr) -> Iterator[Problem]:
    what = None
    hint = None
    if isinstance(node, exp.With) and node.args.get("recursive"):
        what, hint = "a recursive query", "iterate in a Python step that makes a relation each round"
    elif isinstance(node, (exp.Pivot, exp.TableSample)):
        what, hint = type(node).__name__.upper(), "group by and conditional sums; sample by md5 of a key"
    elif isinstance(node, exp.Join) and str(node.args.get("method", "")).upper() in ("ASOF", "POSITIONAL"):
        what, hint = f"a join {node.args['method']}", "join on ranges, or use a window"
    elif isinstance(node, (exp.Div, exp.IntDiv)) and not _safe_divisor(node.expression):
        what, hint = (
            f"a division by {node.expression.sql(dialect='duckdb')} that may be zero",
            "divide by nullif(…, 0)",
        )
    if what:
        yield _problem(template, f"uses {what}", hint)


def _safe_divisor(divisor: exp.Expr) -> bool:
    inner = divisor.unnest()
    if isinstance(inner, exp.Cast):
        inner = inner.this.unnest()
    if isinstance(inner, exp.Literal):
        return inner.is_number and float(inner.this) != 0
    return isinstance(inner, exp.Nullif)


def _function(template: Template, node: exp.Expr) -> Iterator[Problem]:
    name = None
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
    elif isinstance(node, exp.Func) and not isinstance(node, NOT_FUNCTIONS):
        name = node.sql_name().lower()
    if name and name not in FUNCTIONS:
        yield _problem(template, f"uses the function {name}", did_you_mean(name, FUNCTIONS))
    if isinstance(node, exp.Log) and not node.expression:
        yield _problem(
            template, "uses log of one argument", "say ln(…) or log2(…): engines differ in the base"
        )
    if isinstance(node, exp.RegexpReplace):
        if not _is_constant(node.expression):
            yield _problem(template, "uses a regular expression that is no literal", None)
        if "g" not in (node.args.get("modifiers") or exp.Literal.string("")).name:
            yield _problem(
                template, "replaces by regular expression without 'g'", "add 'g': others replace all"
            )


def _is_constant(node: exp.Expr) -> bool:
    return not list(node.find_all(exp.Column, exp.Placeholder, exp.Subquery))


def _ordering(template: Template, node: exp.Expr) -> Iterator[Problem]:
    if not isinstance(node, exp.Window) or not isinstance(node.this, (exp.RowNumber, exp.Lag, exp.Lead)):
        return
    order = node.args.get("order") or _named_order(node)
    keys = [key.this.sql(dialect="duckdb") for key in order.expressions] if order else []
    if not keys:
        yield _problem(template, f"uses {node.this.sql_name().lower()} without an order", "order by a key")
    elif len(keys) == 1 and not _is_key(keys[0]):
        yield _problem(template, f"orders by {keys[0]} alone, which may tie", "add a key as the last order")


def _named_order(node: exp.Window) -> exp.Expr | None:
    """The order of ``over name``, which stands in the WINDOW clause of the same SELECT."""
    select = node.find_ancestor(exp.Select)
    named = (select.args.get("windows") or []) if select else []
    found = (window.args.get("order") for window in named if window.name == node.alias)
    return next(found, None)


def _is_key(text: str) -> bool:
    name = text.rpartition(".")[2].strip('"')
    return name.endswith(("_id", "_key", "_row", "month", "value", "_no", "position")) or name in (
        "id",
        "n",
        "i",
        "key",
    )


def _problem(template: Template, what: str, hint: str | None) -> Problem:
    tail = None if template.engine else "say '-- engine   duckdb' in the header if it must"
    return Problem(f"{what}.", where=template.shown, hint="; or ".join(h for h in (hint, tail) if h) or None)
