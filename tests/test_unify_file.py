"""Duplicates of one file without a project: right, the same whatever the order, and calm about hostile tables."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from gristmill import unifying
from gristmill.cli import main
from gristmill.errors import ConfigError, ParameterError

DATA = Path(__file__).parents[2] / "shared" / "data"
FIRST = [
    "anna",
    "bert",
    "carla",
    "dirk",
    "emma",
    "frank",
    "greta",
    "hans",
    "ida",
    "jonas",
    "karin",
    "lars",
    "maria",
    "nils",
    "olga",
    "paul",
    "rosa",
    "sven",
    "tina",
    "uwe",
]
LAST = [
    "adler",
    "brandt",
    "clausen",
    "dorn",
    "ebert",
    "fuchs",
    "gruber",
    "hahn",
    "imhof",
    "jansen",
    "keller",
    "lorenz",
    "maurer",
    "nagel",
    "otto",
    "peters",
]
WORDS = [
    "query",
    "index",
    "stream",
    "graph",
    "cache",
    "schema",
    "join",
    "tree",
    "sort",
    "hash",
    "mining",
    "learning",
    "adaptive",
    "parallel",
    "spatial",
    "temporal",
    "secure",
    "approximate",
    "distributed",
    "relational",
    "semantic",
    "efficient",
    "visual",
    "dynamic",
    "large",
    "scale",
    "approach",
    "analysis",
    "workflow",
    "storage",
]


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def clusters(path: Path, tmp_path: Path, **options: object) -> list[tuple[str, str]]:
    out = tmp_path / "clusters.csv"
    unifying.unify_file(path, out, **options)  # type: ignore[arg-type]
    with out.open(newline="", encoding="utf-8") as file:
        return [(row["id"], row["cluster_id"]) for row in csv.DictReader(file)]


def f1(truth: Sequence[str], found: Sequence[str]) -> float:
    def pairs(labels: Sequence[object]) -> float:
        return sum(n * (n - 1) / 2 for n in Counter(labels).values())

    both = pairs(list(zip(truth, found, strict=True)))
    return 2 * both / (pairs(truth) + pairs(found))


def people(chance: random.Random, n: int) -> list[list[str]]:
    rows = []
    for person in range(n):
        given, family = chance.choice(FIRST), chance.choice(LAST)
        born = f"{chance.randint(1930, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        city = chance.choice(["Kiel", "Ulm", "Bonn", "Jena", "Trier", "Celle"])
        rows.append([f"p{person}-1", given, family, born, city])
        if person % 2:
            wrong = family[:2] + "x" + family[3:]
            rows.append([f"p{person}-2", given, wrong, born, city if person % 4 == 1 else ""])
    return rows


HEADER = ("rec", "first name", "last name", "date of birth", "town")


def test_people_are_found_with_no_configuration(tmp_path: Path) -> None:
    rows = people(random.Random(3), 200)
    found = clusters(write(tmp_path / "a.csv", HEADER, rows), tmp_path, id_column="rec")
    assert [id_ for id_, _ in found] == [row[0] for row in rows]
    assert f1([row[0].split("-")[0] for row in rows], [c for _, c in found]) > 0.95


def test_another_order_of_rows_gives_the_same_clusters_with_the_same_names(tmp_path: Path) -> None:
    rows = people(random.Random(4), 100)
    first = dict(clusters(write(tmp_path / "a.csv", HEADER, rows), tmp_path, id_column="rec"))
    random.Random(1).shuffle(rows)
    assert dict(clusters(write(tmp_path / "a.csv", HEADER, rows), tmp_path, id_column="rec")) == first


def test_another_number_of_threads_gives_the_same_clusters(tmp_path: Path) -> None:
    from gristmill import loose
    from gristmill.unifying import file as steps

    path = write(tmp_path / "a.csv", HEADER, people(random.Random(5), 100))
    found = []
    for threads in (1, 2):
        with loose.opened(path) as file:
            file.engine.execute(f"set threads to {threads}")
            roles = steps.roles(file.engine, file.columns, id_column="rec")
            steps.spread(file, roles)
            steps.compare(file.engine, {}, lambda _: None)
            found.append(file.engine.rows(steps.RESULT))
    assert found[0] == found[1]


def test_things_with_titles_are_found_by_their_words(tmp_path: Path) -> None:
    chance, rows = random.Random(6), []
    for thing in range(140):
        title = " ".join(chance.choice(WORDS) for _ in range(6))
        authors = " and ".join(f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(2))
        venue, year = chance.choice(["VLDB", "SIGMOD", "TODS"]), chance.randint(1990, 2004)
        rows.append([f"{thing}-a", title.title(), authors, venue, year])
        if thing % 2:
            rows.append(
                [f"{thing}-b", title.replace("e", "", 1), authors.upper(), venue.lower() + " conf", year]
            )
    path = write(tmp_path / "a.csv", ("key", "title", "authors", "venue", "year"), rows)
    found = clusters(path, tmp_path, id_column="key")
    assert f1([str(row[0]).split("-")[0] for row in rows], [c for _, c in found]) > 0.95


def test_a_birth_date_in_three_columns_is_one(tmp_path: Path) -> None:
    rows = [
        [f, k, 1950 + i, i % 12 + 1, i % 28 + 1] for i, (f, k) in enumerate(zip(FIRST, LAST, strict=False))
    ]
    path = write(tmp_path / "a.csv", ("fname_c1", "lname_c1", "by", "bm", "bd"), rows)
    done = unifying.unify_file(path, tmp_path / "o.csv")
    assert [role.kind for role in done.roles] == [
        "given_name",
        "family_name",
        "birth_year",
        "birth_month",
        "birth_day",
    ]


def test_days_are_read_however_they_are_written(tmp_path: Path) -> None:
    from gristmill.engine.duckdb import DuckDBEngine
    from gristmill.unifying.file import _eight_digits

    days = [
        "1985-03-04",
        "19850304",
        "1985.3.4",
        "4/3/1985",
        "04.03.85",
        "4 March 1985",
        "Mar 4, 1985",
        "1985년 3월 4일",
        "1985-03-04 00:00:00",
    ]
    with DuckDBEngine() as engine:
        read = [
            engine.scalar(f"select {_eight_digits('d')} from (select $day as d)", {"day": day})
            for day in days
        ]
        assert read == ["19850304"] * len(days)
        assert engine.scalar(f"select {_eight_digits('d')} from (select 'unknown' as d)") is None


@pytest.mark.parametrize(("order", "is_month_first"), [("{m}/{d}/{y}", True), ("{d}/{m}/{y}", False)])
def test_a_day_that_can_be_read_in_two_ways_is_read_as_its_column_reads_the_others(
    tmp_path: Path, order: str, is_month_first: bool
) -> None:
    from gristmill import loose
    from gristmill.unifying import file as steps

    days = [(1950 + i, i % 12 + 1, i % 28 + 1) for i in range(30)]
    rows = [
        (f"{f} {k}", order.format(y=y, m=m, d=d)) for f, k, (y, m, d) in zip(FIRST, LAST, days, strict=False)
    ]
    path = write(
        tmp_path / "a.csv",
        ("name", "date of birth"),
        [*rows, ("Ann Lee", "3.4.1985"), ("Ann Lee", "1985-04-03")],
    )
    with loose.opened(path) as file:
        steps.spread(file, steps.roles(file.engine, file.columns))
        assert steps._is_month_first(file.engine, '"date of birth"') == is_month_first
        read = [day for (day,) in file.engine.rows("select birth_date from unifying.values order by _row")]
    assert read[:-2] == [f"{y}{m:02}{d:02}" for y, m, d in days[: len(rows)]]
    assert read[-2:] == ["19850403"] * 2


def test_doubtful_pairs_are_followed_only_where_their_clusters_agree() -> None:
    from gristmill.unifying.joining import agree

    bit = 1_000_000
    assert agree([("a", "b", bit)], [("a", "b", bit, 1)], {"a": 1, "b": 1}) == {"b": "a"}
    # one pair of four is doubtful, three were never proposed
    assert agree([("a", "b", bit)], [("a", "b", bit, 1)], {"a": 2, "b": 2}) == {}
    # b joins a; c agrees with b and not with a
    crossing = [("a", "b", 3 * bit, 1), ("a", "c", -9 * bit, 1), ("b", "c", 2 * bit, 1)]
    assert agree([("a", "b", 3 * bit), ("b", "c", 2 * bit)], crossing, {"a": 1, "b": 1, "c": 1}) == {"b": "a"}


def test_a_table_without_rows_gives_a_header(tmp_path: Path) -> None:
    assert clusters(write(tmp_path / "a.csv", ("id", "name"), []), tmp_path) == []
    assert (tmp_path / "clusters.csv").read_text(encoding="utf-8").strip() == "id,cluster_id"


def test_one_row_is_one_cluster(tmp_path: Path) -> None:
    assert clusters(write(tmp_path / "a.csv", ("id", "name"), [("7", "Ann Lee")]), tmp_path) == [("7", "7")]


def test_rows_equal_in_everything_share_a_cluster_and_empty_ones_do_not(tmp_path: Path) -> None:
    same = write(tmp_path / "a.csv", ("name",), [("Ann Lee",)] * 500)
    assert {c for _, c in clusters(same, tmp_path)} == {"1"}
    empty = write(tmp_path / "b.csv", ("name", "city"), [("", "")] * 500)
    assert len({c for _, c in clusters(empty, tmp_path)}) == 500


def test_one_column_alone_is_enough_to_go_on(tmp_path: Path) -> None:
    rows = [(f"{f} {k}",) for f in FIRST for k in LAST] + [("Anna  Adler",)]
    found = dict(clusters(write(tmp_path / "a.csv", ("name",), rows), tmp_path))
    assert found["321"] == found["1"]
    assert len(set(found.values())) > 250


@pytest.mark.parametrize("shared", [("e-mail", "noreply@shop.com"), ("phone", "010-1234-5678")])
def test_what_everybody_shares_is_no_evidence(tmp_path: Path, shared: tuple[str, str]) -> None:
    rows = [[*row, shared[1]] for row in people(random.Random(8), 120)]
    found = clusters(write(tmp_path / "a.csv", (*HEADER, shared[0]), rows), tmp_path, id_column="rec")
    assert f1([row[0].split("-")[0] for row in rows], [c for _, c in found]) > 0.9


def test_emoji_and_hangul_in_every_field_do_no_harm(tmp_path: Path) -> None:
    rows = [
        ("😀🎉", "서울 강남구 테헤란로 1", "😀"),
        ("😀🎉", "서울 강남구 테헤란로 1", "😀"),
        ("김민수", "부산 해운대구", "과장"),
    ]
    rows += [
        (f"{s}{g}", f"서울 {g}구 {i}번길 {i}", "사원")
        for i, (s, g) in enumerate(zip("김이박최정", ["가온", "나라", "다솜", "라온", "마루"], strict=True))
    ]
    found = clusters(write(tmp_path / "a.csv", ("이름", "주소", "직급"), rows), tmp_path)
    assert found[0][1] == found[1][1]
    assert len({c for _, c in found}) == 7


def test_a_wrong_column_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ("id", "name"), [("1", "Ann Lee")])
    with pytest.raises(ParameterError, match="naem") as refused:
        clusters(path, tmp_path, id_column="idd", excluded=["naem"])
    assert "idd" in str(refused.value)


def test_a_model_is_written_and_used_again_with_the_same_result(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, people(random.Random(9), 80))
    model = tmp_path / "model.toml"
    first = clusters(path, tmp_path, id_column="rec", model=model)
    assert clusters(path, tmp_path, id_column="rec", use_model=model) == first
    text = model.read_text(encoding="utf-8")
    assert '"town" = "city"' in text
    strict = tmp_path / "strict.toml"
    strict.write_text(text.replace("match = 0.", "match = 0.0000000000000"), encoding="utf-8")
    assert len({c for _, c in clusters(path, tmp_path, id_column="rec", use_model=strict)}) > len(
        {c for _, c in first}
    )


def test_all_that_is_wrong_in_a_model_is_said_at_once(tmp_path: Path) -> None:
    model = tmp_path / "model.toml"
    model.write_text(
        '[prior]\nmatch = 2\nhousehold = 0.1\n[columns]\nname = "nmae"\n[levels.phone]\nm = [1]\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as refused:
        clusters(write(tmp_path / "a.csv", ("name",), [("x",)]), tmp_path, use_model=model)
    assert all(word in str(refused.value) for word in ("prior.match", "nmae", "levels.phone.m"))


def test_the_command_writes_clusters_pairs_and_a_page_without_personal_values(tmp_path: Path) -> None:
    rows = [
        *people(random.Random(10), 50),
        ["x1", "Zebulon", "Quackenbush", "1971-02-03", "Kiel"],
        ["x2", "Zebulon", "Quackenbosh", "1971-02-03", "Kiel"],
    ]
    path = write(tmp_path / "a.csv", HEADER, rows)
    names = {name: str(tmp_path / name) for name in ("o.csv", "p.csv", "r.html")}
    done = CliRunner().invoke(
        main,
        [
            "unify",
            str(path),
            "--id",
            "rec",
            "--out",
            names["o.csv"],
            "--pairs",
            names["p.csv"],
            "--report",
            names["r.html"],
        ],
    )
    assert done.exit_code == 0, done.output
    with (tmp_path / "p.csv").open(encoding="utf-8") as file:
        pairs = list(csv.DictReader(file))
    best = next(pair for pair in pairs if {pair["left_id"], pair["right_id"]} == {"x1", "x2"})
    assert best["verdict"] == "merge"
    assert float(best["match_probability"]) > 0.95
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "What each column was taken for" in page
    assert "Quackenb" not in page


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets are not here")
@pytest.mark.parametrize(
    ("name", "id_column", "excluded", "least"),
    [
        ("febrl/dataset1.csv", "rec_id", [], 0.995),
        ("fake_1000/fake_1000.csv", "unique_id", ["cluster"], 0.95),
    ],
)
def test_real_data_with_truth(
    tmp_path: Path, name: str, id_column: str, excluded: list[str], least: float
) -> None:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        rows = [{k.strip(): v for k, v in row.items()} for row in csv.DictReader(file)]
    truth = [row["cluster"] if "cluster" in row else row["rec_id"].split("-")[1] for row in rows]
    found = clusters(DATA / name, tmp_path, id_column=id_column, excluded=excluded)
    assert f1(truth, [c for _, c in found]) >= least


def test_na_in_capitals_is_nothing_and_the_surname_na_is_a_name() -> None:
    from gristmill.engine.duckdb import DuckDBEngine
    from gristmill.unifying.file import _filled

    with DuckDBEngine() as engine:
        asked = (
            "select list("
            + _filled("v")
            + " order by i) from (values (1, 'NA'), (2, ' Na '), (3, 'n/a'), (4, 'nan'), (5, 'Nan'), (6, '미상')) as t(i, v)"
        )
        assert engine.scalar(asked) == [None, "Na", None, None, "Nan", None]
