"""The Korean catalogue: what notebooks, checks, measures and templates say is in it, and nothing in it is dead."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
import pytest
from conftest import House
from report_sources import HOME, NOTEBOOKS, PACKAGE, Said, said_by_measures, said_by_notebooks

from gristmill.checks import types, words
from gristmill.report.catalogue import Catalogue
from gristmill.report.particles import PAIRS
from gristmill.report.words import ENGLISH
from gristmill.unify import explain
from gristmill.workbench.panel import words_of

FILE = PACKAGE / "report" / "languages" / "ko.toml"
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))
KOREAN = Catalogue(FILE)
MIME = "application/vnd.gristmill.report+json"

FILLERS = ("12", "qq_q", "Purchases", "qq_q; qq_q")
"""What a field of an f-string may hold: a number, a name, a word that begins a sentence, two sentences of checks."""
PROPER = {
    "A", "B", "BG", "C", "F", "Gamma", "HTML", "ID", "KR", "KRW", "M", "MB", "MBG", "NBD", "Pareto", "R", "RFM", "SQL", "URL", "UTC", "currency",
    "eject", "fixed", "gristmill", "method", "q", "show", "sql", "Latin-1", "UTF-8",
}  # fmt: skip
"""Latin letters a Korean page keeps."""


def english(own: str) -> list[str]:
    """Words of an own text that are neither code, names of columns and files, nor kept in Korean."""
    plain = re.sub(r"`[^`]*`", "", own)
    found = re.findall(r"[A-Za-z][\w./-]*", plain, re.ASCII)
    return [w for w in found if w.rstrip(".") not in PROPER and not re.search(r"[./_]\w|[\d/]", w)]


def missing(text: str) -> list[str]:
    """The words left in English, of the filling that leaves fewest."""
    n = text.count("\0")
    fillings = itertools.product(FILLERS, repeat=n) if n <= 3 else [(one,) * n for one in FILLERS]
    best: list[str] | None = None
    for filling in fillings:
        each = iter(filling)
        own = KOREAN.say(re.sub("\0", lambda _, each=each: next(each), text))
        assert "\0" not in own and not re.search(r"\{[a-z가-힣]", own), own
        left = english(own)
        best = left if best is None or len(left) < len(best) else best
    return best or []


def report(found: Iterable[Said]) -> str:
    return "\n".join(f"{one.where}: {one.text!r} {missing(one.text)}" for one in found)


def test_everything_the_notebooks_say_is_in_korean() -> None:
    said = said_by_notebooks()
    assert len(said) > 200
    assert not (left := [one for one in said if missing(one.text)]), report(left)


TOGETHER = (
    "There are 3 clusters: the best silhouette (0.412) of those with at least 5% of buyers in each cluster.",
    "There are 3 clusters: the best silhouette (0.412); every number of clusters leaves one with less than 5%.",
    "There are 3 clusters: as many as in the run before; 4 are better by 0.010 only, less than 0.02.",
    "There are 1 clusters: only 7 customers bought: clusters need 20, and customers who differ.",
    "There are 4 clusters: 4 were asked for.",
    *(
        f"{traits}{noun}{end}"
        for traits in (
            "", "recent ", "lapsed ", "frequent ", "rare ", "one-time ", "average ", "recent, frequent ", "recent, one-time ",
            "recent, rare ", "lapsed, frequent ", "lapsed, one-time ", "lapsed, rare ",
        )
        for noun in ("buyers", "big spenders", "small spenders")
        for end in ("", ", mostly 식품", ", more 식품")
    ),
    "3 doubtful, 2 other people, 1 too common, 4 cut apart", "2 other people, 6 never compared",
    "1 too common, 6 never compared", "4 cut apart, 6 never compared", "5 decided, 6 never compared",
    "more speaks against it than for it, birth dates unlike each other, given names unlike each other, many records",
    "birth dates unlike each other, many records", "given names unlike each other, many records",
    "nothing to judge: every value is missing", "No customer has score 3, 4 of recency days", "recency days",
    *(f"{told}{end}" for told in (
        "2026-10 was level with the same month a year before", "2026-10 was 12% above the same month a year before",
        "2026-10 was 12% below the same month a year before",
        "No marked season: every month is within a tenth of an average one",
        "March is the strongest month of the year, at 140% of an average one, above average in 1 of 1 year; May is the weakest, at 8%",
        "March is the strongest month of the year, at 140% of an average one, above average in 2 of 3 years; May is the weakest, at 8%",
        "Purchases by MBG/NBD: fitted on 1,467 customers", "Spend by Gamma–Gamma: fitted on 952 customers who bought again",
        "Holdout by historical average: 949.3 purchases were expected in 90 days, 929 came", "fitted on 1,467 customers",
        "fitted on 952 customers who bought again", "949.3 purchases were expected in 90 days, 929 came",
        "12 customers spent nothing on repeat purchases after refunds and are not fitted on",
        "frequency and mean spend correlate by 0.012; the model takes them to be unrelated",
        "MBG/NBD: chances of buying nothing in 90 days, from the model of purchases",
        "chances of buying nothing in 90 days, from the model of purchases",
        "tried on the last 90 days: 40.1% of customers were told to buy nothing, 41.2% did",
    ) for end in ("", ".")),
    "overdue bands: no model of purchases holds, and nobody had bought before the last 90 days: no chance is told",
    "12% of new customers bought in the week after their first purchase",
    "12% of new customers bought in the week after their first purchase, 8% in week 4 after it",
    "A new customer has brought in 120 KRW by week 4 after the first purchase",
    "Rows: week of the first purchase. Columns: weeks since.", "No week after a first purchase has ended yet.",
)  # fmt: skip
"""Sentences that several places put together, as they come out."""


def test_what_measures_and_clusters_note_is_in_korean() -> None:
    said = [*said_by_measures(), *(Said("put together", text) for text in TOGETHER)]
    assert not (left := [one for one in said if missing(one.text)]), report(left)


EXAMPLES: Mapping[str, list[tuple[Any, ...]]] = {
    "not_null": [("a_b", 0.0), ("a_b", 0.5), ("a_b", 1.0), ("a_b", 1.0, 0.05), ("a_b", 0.5, 0.05)],
    "unique": [(["a_b"],), (["a_b", "c_d"],), (["a_b", "c_d", "e_f"],)],
    "compared": [("a_b", sign, bound) for sign in ("eq", "ne", "gt", "ge", "lt", "le") for bound in (0, -1.5)],
    "in_range": [("a_b", 1, 50), ("a_b", "1990-01-01", "2026-01-01")],
    "isin": [("a_b", ["x_1", "x_2"]), ("a_b", [f"x_{i}" for i in range(12)])],
    "notin": [("a_b", ["x_1", "x_2"]), ("a_b", [f"x_{i}" for i in range(12)])],
    "pattern": [("a_b", "starts with", "[0-9]{2}"), ("a_b", "contains", "[0-9]")],
    "affix": [("a_b", "starts with", "x_1"), ("a_b", "ends with", "x_1")],
    "length": [("a_b", 3, 3), ("a_b", 3, None), ("a_b", None, 3), ("a_b", 3, 10)],
    "exactly": [("a_b", ["x_1", "x_2"]), ("a_b", [f"x_{i}" for i in range(12)])],
    "email": [("a_b",)], "phone": [("a_b",)], "korean_phone": [("a_b",)], "business_number": [("a_b",)],
    "postcode": [("a_b", "KR")],
    "plausible_date": [("a_b", "1900-01-01", 0), ("a_b", "1900-01-01", 30)],
    "fresh": [("a_b", 7)],
    "drift": [("a_b", 0.2)],
    "same_categories": [("a_b", 0, 0), ("a_b", 3, 1200)],
    "row_count_band": [(0.5, 5)],
    "dependency": [(["a_b"], "c_d"), (["a_b", "c_d"], "e_f")],
    "across_sources": [("a_b",)],
    "conditional": [("when a_b = 1 then c_d > 0",)],
    "not_in_future": [("a_b", 0), ("a_b", 3)],
    "refers_to": [("a_b", "c_d.e_f", "g_h")],
    "row_rule": [("a_b", sign, "c_d") for sign in ("<=", "<", ">=", ">", "=", "<>")],
    "row_count": [(None, None), (1, None), (None, 1200), (1, 1200)],
    "required": [("a_b",)],
    "dtype": [("a_b", "numbers")],
    "readable": [("a_b", "a date or time")],
    "only_columns": [()],
    "in_order": [()],
    "own": [("a_b", "x_1", "its parsers leave the data as it is")],
}  # fmt: skip
"""What each builder of sentences is called with; ``own`` says what its author wrote."""
KEYED = {
    "in_range": [{"with_low": low, "with_high": high} for low in (True, False) for high in (True, False)],
    "row_rule": [{"time": True}, {"time": False}],
}


@cache
def said_by_checks() -> tuple[Said, ...]:
    builders = {
        name for name, one in inspect.getmembers(words, inspect.isfunction)
        if one.__module__ == words.__name__ and inspect.signature(one).return_annotation == "Wording"
    }  # fmt: skip
    assert builders == set(EXAMPLES)
    found = []
    for name, examples in EXAMPLES.items():
        for example, keyed in itertools.product(examples, KEYED.get(name, [{}])):
            wording = getattr(words, name)(*example, **keyed)
            found += [Said(f"checks/words.py, {name}{example}", text) for text in wording if name != "own"]
    for path in sorted((HOME / "sql" / "audit").glob("*.sql")):
        head = path.read_text(encoding="utf-8")
        if "-- judges" in head:
            found.append(Said(path.name, words.audit(head.splitlines()[0].removeprefix("-- "))))
    spoken = re.findall(r'"([^"]+)"\),', inspect.getsource(types.spoken))
    assert len(spoken) == 8
    found += [Said("checks/types.py", words.dtype("a_b", one).sentence) for one in spoken]
    found += [Said("checks", text) for text in (
        words.growth(None, 0.05), words.growth(0.1, 0.05), words.growth(0.1, 0.0), "stored as BIGINT_1",
        "nothing to judge: every value is missing; no run before judged it, so nothing can have grown",
        "nothing to judge: the relation is empty; there is no run before to compare with", "index 0.312",
        "1,200 rows; 600 to 1,800 after 1 run before", "1,200 rows; 600 to 1,800 after 5 runs before",
        "index 0.312; moved most: x_1, 10.0% before, 30.0% now", "one of the two runs has no rows",
        "3 new (12 rows)", "3 new (12 rows): x_1, x_2", "1 gone (2 rows)", "1 gone (2 rows): x_1", "also there: a_b, c_d", "Hint: did you mean a_b?",
        "Hint: the columns are a_b, c_d", "there is none. Hint: the stage that makes it has not run", "the schema has a_b, c_d",
        "there is a relation a_b.c_d", "a_b: its parsers leave the data as it is", "does not hold: a_b is filled in",
        "relation: the index of the schema", "relation: the parsers of the schema", "its 3 lines come to 1,200",
        "unsubscribed on 2026-11-01", "said no on 2026-11-01", "no contact of x_1 has this key",
    )]  # fmt: skip
    return tuple(found)


def test_every_sentence_of_a_check_is_in_korean() -> None:
    left = [one for one in said_by_checks() if missing(one.text) or KOREAN.say(one.text) == one.text]
    assert not left, report(left)
    assert KOREAN.say("email is filled in; up to 50% may be missing").endswith(
        "값이 채워져 있습니다(최대 50% 누락 허용)"
    )
    assert (
        KOREAN.say("no two rows share the same a_b and c_d")
        == "a_b, c_d 값이 모두 같은 행이 둘 이상 없습니다"
    )


def test_the_evidence_of_a_pair_is_in_korean() -> None:
    labels = [(label, explain.LEVELS.get(column, ())) for column, label in explain.LABELS.items()]
    said = [
        f"{label}: {level}"
        for label, levels in labels
        for level in (*levels, "not known on both sides")
        if levels
    ]
    said += [explain.LABELS["prior"], *(
        text for text in re.findall(r'steps\.append\(\("([^"]+)"', inspect.getsource(explain.waterfall)))
    ]  # fmt: skip
    said += [f"{verdict}: {reason}" for verdict in ("merge", "review", "apart") for reason in (
        "weight of evidence", "same member number", "given name and birth date both differ")]  # fmt: skip
    assert len(said) > 60
    assert not [
        text
        for text in said
        if KOREAN.value(text, "evidence") == text or english(KOREAN.value(text, "evidence"))
    ]


@cache
def scheme_labels() -> frozenset[str]:
    heads = (path.read_text(encoding="utf-8") for path in (HOME / "sql" / "segment").glob("*.sql"))
    return frozenset(label for head in heads for label in re.findall(r"(?m)^-- scheme +\w+ (.+)$", head))


def test_segments_advice_and_rules_of_the_templates_are_in_korean() -> None:
    left = []
    for name in ("names", "rfm_bounds"):
        sql = (HOME / "sql" / "segment" / f"{name}_v1.sql").read_text(encoding="utf-8")
        for segment, advice in duckdb.sql(f"select segment, advice from ({sql})").fetchall():
            if segment is not None and len(segment) > 1 and KOREAN.value(segment, "segment") == segment:
                left.append(segment)
            if advice is not None and english(KOREAN.value(advice, "advice")):
                left.append(advice)
    left += [label for label in scheme_labels() if label != "RFM" and KOREAN.value(label, "scheme") == label]
    rules = set()
    for path in [*(HOME / "sql" / "clean").glob("*.sql"), *(HOME / "sql" / "repair").glob("*.sql")]:
        if path.stem not in (
            "set_aside_v1",
            "province_words_v1",
            "country_words_v1",
            "countries_v1",
            "legal_forms_v1",
        ):
            found = re.findall(
                r"(?:then|else|select|,) '([a-zA-Z][^'.|:,]* [^'.|:,]*\w)'(?!')",
                path.read_text(encoding="utf-8"),
            )
            rules |= {rule for rule in found if not rule.startswith("the ")}
    assert len(rules) > 80
    left += [rule for rule in rules if KOREAN.value(rule, "rule") == rule]
    assert not left, left


CLOSED = (
    "attribute",
    "cells",
    "change",
    "figure",
    "key",
    "kind",
    "looks like",
    "reach",
    "scheme",
    "severity",
    "verdict",
)
"""Columns that only hold words of ours."""


def texts_of(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and text of all that is said in what a helper made."""
    if payload["kind"] == "chart":
        yield from texts_of(payload["table"])
    for item in payload.get("items", [payload]):
        for key in ("title", "note", "label", "sentence", "detail", "action", "text"):
            if isinstance(item.get(key), str):
                yield "said", item[key]
    for place, column in enumerate(payload.get("columns", ())):
        yield "heading", column["label"]
        if column["label"] in (*CONTENT["spoken"], *CLOSED):
            values = {row[place] for row in payload["rows"] if isinstance(row[place], str)}
            yield from ((column["label"], value) for value in sorted(values))


def test_the_pages_of_a_run_are_in_korean(whole: House) -> None:
    """Of what a whole project says in its first run, nothing is left in English but names of its own."""
    paths = sorted(whole.root.glob(".gristmill/runs/*/notebooks/*.ipynb"))
    assert len(paths) == len(NOTEBOOKS)
    own = {path.stem for path in (whole.root / "data").rglob("*")} | {
        "crm",
        "shop",
        "newsletter",
        "postal",
        "tickets",
    }
    left, n = set(), 0
    for path in paths:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                payload = output.get("data", {}).get(MIME)
                if not payload or "remove-output" in cell["metadata"].get("tags", []):
                    continue
                assert KOREAN.payload(payload)["kind"] == payload["kind"]
                for kind, text in texts_of(payload):
                    n += 1
                    said = (
                        KOREAN.heading(text)
                        if kind == "heading"
                        else KOREAN.say(text)
                        if kind == "said"
                        else KOREAN.value(text, kind)
                    )
                    words_left = {w for w in english(said) if w not in own and w not in DATA} - columns_of(
                        text
                    )
                    if words_left:
                        left.add((path.name, kind, text, *sorted(words_left)))
    assert n > 500
    assert not left, "\n".join(map(str, sorted(left)))


DATA = {"BIGINT", "BOOLEAN", "VARCHAR", "DOUBLE", "DATE", "TIMESTAMP", "INTEGER", "DECIMAL", "SHA-256"}
"""Names of types and grades, which are the same in any language."""


def columns_of(text: str) -> set[str]:
    """What a sentence says of names and values that are the data's own: columns, lists of values, patterns, parameters."""
    listed = re.findall(r"(?:is one of|of the pattern|did not converge:) (.*)", text)
    columns = re.findall(
        r"^[a-z_]+|(?<=the same )[a-z_]+|(?<=after )[a-z_]+|(?<=this )[a-z_]+|(?<=than )[a-z_]+", text
    )
    return set(columns) | {word for one in listed for word in re.findall(r"[A-Za-z-]+", one)}


def said_by_screens() -> tuple[str, ...]:
    """What the scripts of the workbench say."""
    scripts = sorted((PACKAGE / "workbench").rglob("*.js"))
    return tuple(
        dict.fromkeys(text for path in scripts for text in words_of(path.read_text(encoding="utf-8")))
    )


def test_what_the_workbench_shows_is_in_korean() -> None:
    assert len(said_by_screens()) >= 12
    # A single letter is a key.
    kept = {"CSV", "Ctrl", "Python", "SELECT"}
    assert not [text for text in said_by_screens() if any(len(word) > 1 for word in {*missing(text)} - kept)]


@cache
def corpus() -> str:
    """All that sources can say, with quotes and white space evened out."""
    parts = [path.read_text(encoding="utf-8").replace("''", "'") for path in (HOME / "sql").rglob("*.sql")]
    parts += [f"'{text}'" for text in said_by_screens()]
    codes = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        parts += ["".join(c["source"]) for c in cells]
        codes += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    for code in codes:
        found = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
        parts += [f"'{text}'".replace("''", "'") for text in found if isinstance(text, str)]
    return " ".join(" ".join(parts).split())


def test_no_entry_is_dead() -> None:
    """Each sentence, heading and value is one that some source can say."""
    everything = [*said_by_notebooks(), *said_by_measures(), *said_by_checks()]
    told = [text.replace("\0", f) for _, text in everything for f in FILLERS] + list(TOGETHER)
    dead = []
    for said in CONTENT["said"]:
        pieces = [piece.strip(" :,.") for piece in re.split(r"\{\w+\}", " ".join(said.split()))]
        if not all(piece in corpus() for piece in pieces):
            fields = re.sub(r"\\\{\w+\\\}", ".+?", re.escape(said))
            if not any(re.fullmatch(fields, text) for text in told):
                dead.append(said)
    names = set(re.findall(r"\w+", corpus()))
    for heading in CONTENT["headings"]:
        name = heading.replace(" ", "_")
        if not names & {name, f"n_{name}", f"is_{name}", f"_{name}"} and not name.endswith("s_since"):
            dead.append(heading)
    for group in CONTENT["values"]:
        for word in group["words"]:
            # Some are put together: country || ' in other words', 'exact duplicate of ' || what.
            halves = (f"'{word}'", f"' {word.partition(' ')[2]}'", f"'{word} of ")
            # A month is told by its first letters, a scheme by its label.
            begun = word in scheme_labels() or re.search(rf"'{re.escape(word)}[a-z]*'", corpus())
            if not begun and not any(half in corpus() for half in halves if half not in ("' '", "' of ")):
                dead.append(word)
    assert not dead, "\n".join(dead)


def test_placeholders_agree_and_the_page_has_all_its_words() -> None:
    unlike = []
    for said, own in CONTENT["said"].items():
        fields = set(re.findall(r"\{([^{}]+)\}", own)) - set(PAIRS)
        if fields != set(re.findall(r"\{(\w+)\}", said)):
            unlike.append((said, own))
        # 을(를) behind a name is the particles' work; behind a counted number the counter decides, behind a share 퍼센트.
        if re.search(
            r"\{(?!n\b|n_|records|customers|pairs|proposals|best|worst|share)\w+\}(?:은|는|이|가|을|를|과|와|로|으로)[ ,.]",
            own,
        ):
            unlike.append((said, own))
    assert not unlike
    # Large figures of an axis go by 만 and 억; English, which needs no word for it, has no such key.
    assert set(CONTENT["page"]) - {"numerals"} == set(ENGLISH)
    for key in ENGLISH:
        own = CONTENT["page"][key]
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (own, ENGLISH[key])
        ]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Champions: 10 of 99 did not belong there, and 6 of today's 95 were overlooked",
         "최우수 고객: 99개 중 10개는 잘못 분류되어 있었고, 현재 95명 중 6명은 누락되어 있었습니다"),
        ("Scores between the segments: look at them before you write.", "점수가 세그먼트 사이에 있으니 연락하기 전에 살펴보세요."),
        ("recent, frequent big spenders, mostly 식품", "최근에 자주 구매한 고액 고객(식품 위주)"),
        ("24% of those who bought stood in the wrong segment, with 93,374 of 738,980 KRW",
         "구매자의 24%가 잘못된 세그먼트에 있었고, 그 매출은 738,980원 중 93,374원입니다"),
        ("92 customers came from 254 records; the largest had 5", "고객 92명이 레코드 254개에서 나왔고, 가장 많은 고객은 레코드가 5개였습니다"),
        ("Only orders in KRW are counted", "원으로 된 주문만 집계합니다"),
        ("2026-10 was 12% above the same month a year before.", "2026-10은 전년 같은 달보다 12% 높았습니다."),
        ("2026-09 was level with the same month a year before.", "2026-09는 전년 같은 달과 같은 수준이었습니다."),
        ("2 rows break the check “a_b is missing”", "2행이 검사를 통과하지 못했습니다: “a_b 값이 없습니다”"),
        ("Net revenue: March is the strongest month of the year, at 140% of an average one, above average in 2 of 2 years; May is the weakest, at 80%.", "순매출: 가장 강한 달은 3월로 평균의 140%이며 2년 중 2개 연도에서 평균을 웃돌았고, 가장 약한 달은 5월로 평균의 80%입니다."),
        ("Holdout by MBG/NBD: 949.3 purchases were expected in 90 days, 929 came. Purchases by MBG/NBD: fitted on 1,467 customers.",
         "검증 MBG/NBD: 90일 동안 구매 949.3건이 예상되었고 실제로는 929건이었음. 구매 모델 MBG/NBD: 고객 1,467명으로 적합."),
    ],
)  # fmt: skip
def test_sentences_read_as_a_person_would_write_them(text: str, own: str) -> None:
    assert KOREAN.say(text) == own
