"""The tools against careless hands: questions that no screen sends, values that look like code, files that somebody broke."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import House
from test_report_hostile import BAD

import gristmill as gm
from gristmill import cluster, runs
from gristmill.checks import load_file
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import GristmillError, ParameterError
from gristmill.workbench import mapping, opened
from gristmill.workbench.findings import edits, failed
from gristmill.workbench.job import following
from gristmill.workbench.panel import OWN_FAULT, Panel

VALUES = [
    *BAD,
    "</style><b>&amp; $as_of %(x)s \\n",
    'O\'Brien "q" $1 $$x$$ ?',
    "back\\slash\\'",
    "-- c",
    "/* c */",
    "x;--y",
    "'",
    "a,b\t",
    " lead",
    "{0}",
    "\ufeffbom",
    "a\u2028b\x85c",
]
LINES = ("a\nb", "a\r\nb", "a\n  b", "a\u2028b", "a\x85b", "a\x0bb")
JUNK: list[Any] = [
    None, "", 0, -1, 10**30, -(10**30), 1.5, float("nan"), float("inf"), True, "abc", "' or 1=1; --", "\x00", "\ud83d",
    [], [1], ["a", None], {}, {"a": 1}, [[[]]], "<script>1</script>", "segment/rfm", "../../etc/passwd",
]  # fmt: skip
TOOLS: dict[str, tuple[Callable[[], Panel], dict[str, Any], dict[str, tuple[str, ...]]]] = {
    "review": (gm.review.studio, {}, {"merge": ("card", "why"), "skip": ("card",), "undo": ("card",)}),
    "builder": (
        gm.segment.builder, {"name": "odd one"},
        {"parts": ("parts",), "text": ("text",), "open": ("name",), "save": ("parts", "text", "name", "label")},
    ),
    "grid": (
        gm.segment.grid, {"segment": "Champions"},
        {"try": ("segment", "edges"), "move": ("segment", "edges"), "again": ("said",), "undo": ("edges",)},
    ),
    "findings": (
        gm.findings.explorer, {"check": 3, "kind": "severity", "value": 0},
        {"choose": ("check",), "filter": ("value", "source", "text", "first"), "draft": ("kind", "given", "value"),
         "apply": ("draft",)},
    ),
    "values": (
        gm.values.studio, {},
        {"choose": ("column", "method"), "page": ("place",), "merge": ("serial", "group", "take", "into", "text"),
         "apart": ("group", "take", "into"), "all": ("above",)},
    ),
    "sql": (
        lambda: gm.sql.panel("segment/rfm_bounds"), {},
        {"choose": ("ref",), "run": ("params",), "page": ("start",), "sort": ("column",), "compare": ("other",)},
    ),
    "mapping": (
        lambda: gm.mapping.assistant("crm"), {"column": "city"},
        {"source": ("value",), "entity": ("value",), "choose": ("value", "column"), "save": ("seen",)},
    ),
    "job": (gm.job.form, {"params": {"no_such": 1}}, {"start": ("as_of", "only", "params"), "odd": ("params",)}),
}  # fmt: skip


@pytest.fixture
def house(acme: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A published project whose customers live in cities, and whose orders come by channels, that look like code."""
    with DuckDBEngine(runs.current(acme.project).database(acme.project)) as engine:
        given = {"bad": VALUES, "n": len(VALUES)}
        engine.execute(
            "update unify.customers set city = list_extract(cast($bad as varchar[]), 1 + cast(hash(customer_id) % $n as int))",
            given,
        )
        engine.execute(
            "update clean.orders set channel = list_extract(cast($bad as varchar[]), 1 + cast(_row % $n as int))",
            given,
        )
    monkeypatch.setenv("GRISTMILL_PROJECT", str(acme.root))
    yield acme
    opened.close()
    mapping.close()
    failed._KEPT.clear()


class Tags(HTMLParser):
    """What a piece of markup is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]


def strings(found: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for name, one in found.items():
            yield from strings(one, str(name))
    elif isinstance(found, (list, tuple)):
        for one in found:
            yield from strings(one, key)
    elif isinstance(found, str):
        yield key, found


def asked(tool: Panel, question: dict[str, Any]) -> dict[str, Any]:
    """The answer, which a screen can read whatever it was asked."""
    said = tool.answered(question)
    json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    assert said["message"] != OWN_FAULT, question
    for name, text in strings(said):
        if name == "html":
            tags = Tags(text)
            assert not tags.wrong and not tags.found & {"script", "img", "svg", "b", "style"}
    return said


@pytest.mark.parametrize("name", TOOLS)
def test_a_question_that_no_screen_sends_is_answered_with_a_message(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, base, verbs = TOOLS[name]
    started: list[Any] = []
    monkeypatch.setattr(following, "subprocess", SimpleNamespace(Popen=started.append, DEVNULL=None))
    tool = make()
    first = asked(tool, {"do": "ready"})
    for verb in (*JUNK, *verbs):
        asked(tool, {**base, "do": verb})
    for verb, keys in verbs.items():
        for key in keys:
            for junk in JUNK:
                if key != "params" or junk:
                    asked(tool, {"do": verb, **base, "serial": getattr(tool, "_serial", None), key: junk})
    assert not started
    assert asked(tool, {"do": "ready"}).keys() >= first.keys() - {"clear"}
    state = {key: value for key, value in tool.get_state().items() if key not in ("_esm", "_css", "_words")}
    kept = json.dumps(state, default=str, ensure_ascii=False)
    assert not [one for one in VALUES if len(one) > 8 and one in kept]


def test_a_condition_counts_saves_and_opens_exactly_the_text_that_was_meant(house: House) -> None:
    gm.segment.columns()
    have = [row[0] for row in opened.mill().engine.rows("select city from segment.profile")]
    assert set(VALUES[:12]) & set(have)
    for place, value in enumerate(VALUES):
        for op, holds in (
            ("in", lambda city, value=value: city == value),
            ("not in", lambda city, value=value: city != value),
            ("contains", lambda city, value=value: value.lower() in city.lower()),
        ):
            sql = gm.segment.sql({"column": "city", "op": op, "values": [value]})
            assert gm.segment.size(sql).n_customers == sum(city is not None and holds(city) for city in have)
            assert gm.segment.conditions(sql)["parts"] == [{"column": "city", "op": op, "values": [value]}]
        sql = gm.segment.sql({"column": "city", "op": "in", "values": [value]})
        if value.splitlines() == [value]:
            gm.segment.save(f"odd{place}", sql, label=f"Odd {place}")
            assert [found.where for found in segments(house) if found.name == f"odd{place}"] == [sql]
    for value in LINES:
        with pytest.raises(ParameterError, match="line break"):
            gm.segment.save("lines", gm.segment.sql({"column": "city", "op": "in", "values": [value]}))
    assert not list((house.root / "sql/segment").glob("lines*"))
    for sql in ("city = 'a'; drop table x", "city = 'a' -- b", "city = $as_of", "city = e'\\'; --'"):
        with pytest.raises(ParameterError):
            gm.segment.size(sql)
    linted = house("sql", "lint")
    assert linted.exit_code == 0, linted.output


def segments(house: House) -> list[Any]:
    from gristmill.written.segments import owned

    return owned(house.project)


def test_values_in_decisions_and_check_modules_are_read_back_as_they_were_meant(house: House) -> None:
    check = next(one for one in gm.findings.list(passed=True) if one.name == "clean.orders.status.isin")
    for value in (*VALUES, *LINES):
        gm.values.merge("clean.orders", "channel", [value], f"to {value}")
        lines = [one for one in cluster.read(house.root / cluster.FILE) if one.before == value]
        assert [one.after for one in lines] == [f"to {value}"]
        gm.values.undo()
        change = gm.findings.draft(check.name, "allow", value=value)
        path = house.root / change.path
        before = path.read_bytes()
        gm.findings.apply(change)
        text = path.read_bytes().decode()
        assert edits.setting(text, change.path, "status", "isin")[-1] == value
        load_file(path, "clean.orders")
        gm.findings.undo()
        assert path.read_bytes() == before, "taken back, whatever ends a line within the value"


@pytest.mark.parametrize("file", ["reviews/values.csv", "reviews/decisions.csv"])
def test_a_file_that_somebody_broke_is_told_about_and_left_alone(house: House, file: str) -> None:
    path = house.root / file
    path.parent.mkdir(exist_ok=True)
    tool = gm.values.studio() if "values" in file else gm.review.studio()
    gm.values.merge("clean.orders", "channel", ["web"], "app")
    good = path.read_bytes().removeprefix(b"\xef\xbb\xbf") if path.exists() else b""
    for text in (b"\xef\xbb\xbf" + good, good.replace(b"\n", b"\r\n"), b""):
        path.write_bytes(text)
        said = asked(tool, {"do": "ready"})
        assert not said["bad"], said["message"]
    for text in (good + "가나".encode("cp949"), good + b'clean.orders.channel,"ab', b"\x00\x00\n"):
        path.write_bytes(text)
        said = asked(tool, {"do": "ready"})
        assert said["bad"] and file in said["message"]
        assert asked(tool, {"do": "undo"})["bad"]
        assert path.read_bytes() == text
        assert file in json.dumps(tool._repr_mimebundle_())
    path.unlink()
    path.mkdir()
    assert "cannot be read" in asked(tool, {"do": "ready"})["message"]
    path.rmdir()
    assert not asked(tool, {"do": "ready"})["bad"]


def test_two_screens_and_a_newer_run_never_answer_for_what_was_seen_before(house: House) -> None:
    one, other = gm.values.studio("clean.orders", "channel"), gm.values.studio("clean.orders", "channel")
    seen = asked(one, {"do": "ready"})["serial"]
    asked(one, {"do": "ready"})
    stale = asked(one, {"do": "merge", "serial": seen, "group": 0, "take": [1], "into": 0})
    assert "changed meanwhile" in stale["message"] and not (house.root / cluster.FILE).exists()
    gm.values.merge("clean.orders", "channel", ["web"], "app")
    assert not asked(other, {"do": "ready"})["bad"]
    tools = {name: make() for name, (make, _, _) in TOOLS.items()}
    for tool in tools.values():
        asked(tool, {"do": "ready"})
    now = runs.current(house.project)
    newer = f"{now.run[:-1]}{(int(now.run[-1]) + 1) % 10}"
    shutil.copytree(house.project.state / "runs" / now.run, house.project.state / "runs" / newer)
    record = house.project.state / "runs" / newer / runs.RECORD
    record.write_text(record.read_text(encoding="utf-8").replace(now.run, newer), encoding="utf-8")
    (house.project.state / "current").write_text(newer + "\n", encoding="utf-8")
    assert runs.current(house.project).run == newer
    for name, tool in tools.items():
        said = asked(tool, {"do": "ready"})
        assert not said["bad"], (name, said["message"])


def test_a_folder_that_cannot_be_written_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(
        path for path in house.root.rglob("*") if path.is_file() and ".gristmill" not in path.parts
    )

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    for does in (
        lambda: gm.segment.save("none", "r > 1"),
        lambda: gm.segment.move_bound("Champions", r_lo=3),
        lambda: gm.values.merge("clean.orders", "channel", ["web"], "app"),
        lambda: gm.findings.apply(gm.findings.draft("clean.orders.status.isin", "allow", value="x")),
        lambda: gm.mapping.save("crm", {"city": None}),
    ):
        with pytest.raises(GristmillError):
            does()
    after = sorted(
        path for path in house.root.rglob("*") if path.is_file() and ".gristmill" not in path.parts
    )
    assert [path for path in after if path not in before] == []


def test_a_project_with_nothing_published_or_emptied_tables_is_no_reason_to_fail(
    house: House,
) -> None:
    with DuckDBEngine(runs.current(house.project).database(house.project)) as engine:
        tables = {
            row[0] for row in engine.rows("select schema_name || '.' || table_name from duckdb_tables()")
        }
        emptied = tables & {
            "clean.orders",
            "segment.members",
            "segment.rfm",
            "segment.scores",
            "audit.results",
        }
        assert emptied >= {"clean.orders", "audit.results"}
        for relation in emptied:
            engine.execute(f"delete from {relation}")
    for name, (make, _, _) in TOOLS.items():
        tool = make()
        assert not asked(tool, {"do": "ready"})["bad"], name
        tool._repr_mimebundle_()
    opened.close()
    (house.project.state / "current").unlink()
    for name, (make, _, _) in TOOLS.items():
        said = ""
        try:
            asked(make(), {"do": "ready"})
        except GristmillError as error:
            said = str(error)
        assert not said or "gristmill run" in said, name
