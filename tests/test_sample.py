"""Sample data: formats as promised, truth that covers every record, errors that are where the log says."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gristmill import sample
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError

AS_OF = dt.date(2026, 11, 1)
PEOPLE = 2_000
CONTACTS = ("crm", "shop_customers", "newsletter", "postal", "tickets")
TOLD: list[str] = []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sample.Written:
    root = tmp_path_factory.mktemp("it's")
    return sample.write(root / "data", people=PEOPLE, as_of=AS_OF, truth=root / "truth", on_step=TOLD.append)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as engine:
        yield engine


def path_of(made: sample.Written, name: str) -> Path:
    return next(path for path in (*made.files, *made.truth) if path.name == name)


def quoted(made: sample.Written, name: str) -> str:
    """The file as a table of a query."""
    return "'" + str(path_of(made, name)).replace("'", "''") + "'"


def records(made: sample.Written, source: str, engine: DuckDBEngine) -> list[dict[str, Any]]:
    """The records of a file, read without gristmill, an empty cell being None."""
    if source == "tickets":
        lines = path_of(made, "tickets.json").read_text(encoding="utf-8").splitlines()
        tickets = [json.loads(line) for line in lines]
        return [t | {f"requester.{k}": v for k, v in t["requester"].items()} for t in tickets]
    if source.startswith("shop_"):
        query = f"select * from {quoted(made, source + '.parquet')}"
        names = [column.name for column in engine.describe(query)]
        return [dict(zip(names, row, strict=True)) for row in engine.rows(query)]
    encoding = {"crm": "utf-8-sig", "postal": "cp949"}.get(source, "utf-8")
    with path_of(made, f"{source}.csv").open(encoding=encoding, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";" if source == "newsletter" else ","))
    return [{k: v or None for k, v in row.items()} for row in rows]


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_one_seed_gives_the_same_bytes_and_another_gives_others(made: sample.Written, tmp_path: Path) -> None:
    for name, seed in (("same", 1), ("other", 2)):
        sample.write(tmp_path / name, people=PEOPLE, seed=seed, as_of=AS_OF, truth=tmp_path / f"{name}-truth")
    first = digests(made.files[0].parent)
    assert digests(tmp_path / "same") == first
    assert digests(tmp_path / "same-truth") == digests(made.truth[0].parent)
    other = digests(tmp_path / "other")
    assert all(other[name] != digest for name, digest in first.items())


@pytest.mark.parametrize("people", [1, 2, 10])
def test_a_handful_of_people_is_enough(tmp_path: Path, people: int) -> None:
    made = sample.write(tmp_path / "data", people=people, as_of=AS_OF, truth=tmp_path / "truth")
    assert all(path.is_file() for path in (*made.files, *made.truth))
    with DuckDBEngine() as engine:
        truth = f"{quoted(made, 'people.parquet')}"
        assert engine.scalar(f"select count(distinct person_id) from {truth}") == people
    assert (tmp_path / "data" / "crm.csv").read_bytes().startswith(b"\xef\xbb\xbfCustomer No,Full Name,")


def test_the_truth_names_each_record_once_and_each_person(made: sample.Written, engine: DuckDBEngine) -> None:
    truth = f"{quoted(made, 'people.parquet')}"
    for source in (*CONTACTS, "shop_orders"):
        rows = engine.rows(
            f"select _row, source_key from {truth} where source = $s order by _row", {"s": source}
        )
        found = records(made, source, engine)
        assert [row for row, _ in rows] == list(range(1, len(found) + 1)), source
        key = {
            "crm": "Customer No",
            "shop_customers": "customer_id",
            "shop_orders": "order_id",
            "tickets": "id",
        }
        if source in key:
            assert [k for _, k in rows] == [str(r[key[source]]) for r in found], source
        else:
            assert {k for _, k in rows} == {None}
    assert engine.scalar(f"select count(distinct person_id) from {truth}") == PEOPLE
    assert engine.scalar(f"select count(distinct source) from {truth}") == 6


def test_the_log_of_errors_tells_what_stands_in_the_files(made: sample.Written, engine: DuckDBEngine) -> None:
    log = engine.rows(
        "select source, _row, column_name, kind, wrong_value, right_value"
        f" from {quoted(made, 'corruptions.parquet')}"
    )
    files = {source: records(made, source, engine) for source in CONTACTS}
    assert len(log) > PEOPLE
    assert len({entry[:3] for entry in log}) == len(log)
    for source, row, column, kind, wrong, right in log:
        assert files[source][row - 1][column] == wrong, (source, row, column, kind)
        assert wrong != right and kind
        assert wrong is not None or "missing" in kind, (source, row, column, kind)


def test_a_person_has_one_value_where_the_log_is_silent(made: sample.Written, engine: DuckDBEngine) -> None:
    wrong = {
        tuple(row)
        for row in engine.rows(
            f"select source, _row from {quoted(made, 'corruptions.parquet')}"
            " where column_name in ('E-mail', 'email')"
        )
    }
    files = {source: records(made, source, engine) for source in ("crm", "shop_customers", "newsletter")}
    emails: dict[int, set[str]] = {}
    for source, row, person in engine.rows(
        f"select source, _row, person_id from {quoted(made, 'people.parquet')}"
    ):
        if source in files and (source, row) not in wrong:
            found = files[source][row - 1]
            emails.setdefault(person, set()).add(found.get("E-mail") or found["email"])
    assert all(len(values) == 1 for values in emails.values())
    every = [value for values in emails.values() for value in values]
    assert len(set(every)) == len(every), "two people share an e-mail address"


def test_every_kind_of_error_that_is_promised_happens(made: sample.Written, engine: DuckDBEngine) -> None:
    kinds = Counter(
        part
        for (kind,) in engine.rows(f"select kind from {quoted(made, 'corruptions.parquet')}")
        for part in kind.split("+")
    )
    lists = Path(sample.__file__).parent / "data"
    stated = {
        row["kind"]
        for name in ("noise.csv", "variants.csv")
        for row in csv.DictReader((lists / name).read_text(encoding="utf-8").splitlines())
    }
    slips = {"typo_delete", "typo_insert", "typo_substitute", "typo_transpose"}
    assert stated - {"typo"} | slips <= set(kinds)


def test_people_live_together_and_share_a_phone_and_an_address(
    made: sample.Written, engine: DuckDBEngine
) -> None:
    person = dict(
        engine.rows(f"select _row, person_id from {quoted(made, 'people.parquet')} where source = 'crm'")
    )
    homes: dict[str, set[int]] = {}
    phones: dict[str, set[int]] = {}
    for number, record in enumerate(records(made, "crm", engine), 1):
        if record["Street Address"] and record["Postcode"]:
            homes.setdefault(f"{record['Street Address']} {record['Postcode']}", set()).add(person[number])
        if record["Mobile"] and re.fullmatch(r"[+0][\d -]{9,}", record["Mobile"]):
            phones.setdefault(record["Mobile"], set()).add(person[number])
    assert sum(len(who) > 1 for who in homes.values()) > PEOPLE / 20
    assert sum(len(who) > 1 for who in phones.values()) > PEOPLE / 500


def test_names_are_six_in_ten_korean_and_also_romanised(made: sample.Written, engine: DuckDBEngine) -> None:
    names = [record["Full Name"] or "" for record in records(made, "crm", engine)]
    hangul = sum(bool(re.search("[가-힣]", name)) for name in names) / len(names)
    assert 0.42 < hangul < 0.62
    assert any(re.fullmatch(r"Kim [A-Z][a-z]+-[a-z]+", name) for name in names)
    assert any("," in name for name in names)


def test_dates_are_written_in_three_ways(made: sample.Written, engine: DuckDBEngine) -> None:
    assert all(
        re.fullmatch(r"\d{1,2}/\d{1,2}/\d\d", r["signup_date"]) for r in records(made, "newsletter", engine)
    )
    assert all(
        re.fullmatch(r"\d{4}년 \d{1,2}월 \d{1,2}일", r["등록일"]) for r in records(made, "postal", engine)
    )
    born = [r["Date of Birth"] for r in records(made, "crm", engine) if r["Date of Birth"]]
    assert sum(bool(re.fullmatch(r"\d{4}-\d\d-\d\d", day)) for day in born) > 0.9 * len(born)
    assert not any(r["signup_date"].startswith("0") for r in records(made, "newsletter", engine))


def test_encodings_and_delimiters_are_as_promised(made: sample.Written) -> None:
    assert path_of(made, "crm.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    postal = path_of(made, "postal.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        postal.decode("utf-8")
    assert (
        postal.decode("cp949").splitlines()[0] == "고객명,연락처,우편번호,주소,생년월일,수신동의,등록일,비고"
    )
    assert path_of(made, "newsletter.csv").read_text("utf-8").splitlines()[0] == (
        "email;first_name;signup_date;opt_in;source"
    )


def test_the_shop_has_types_and_its_orders_add_up(made: sample.Written, engine: DuckDBEngine) -> None:
    orders, lines = (f"{quoted(made, f'shop_{name}.parquet')}" for name in ("orders", "order_lines"))
    types = {column.name: column.type for column in engine.describe(f"select * from {orders}")}
    assert types["ordered_at"] == "TIMESTAMP" and types["amount"] == "DECIMAL(18,2)"
    assert (
        engine.scalar(
            f"select count(*) from {orders} as o left join"
            f" (select order_id, sum(line_total) as total, sum(quantity * unit_price) as again from {lines} group by order_id)"
            " as l using (order_id) where l.total is distinct from o.amount or l.again is distinct from o.amount"
        )
        == 0
    )
    assert {row[0] for row in engine.rows(f"select distinct status from {orders}")} == {
        "completed",
        "cancelled",
        "returned",
    }
    assert {row[0] for row in engine.rows(f"select distinct currency from {orders}")} == {"KRW"}
    accounts = f"{quoted(made, 'shop_customers.parquet')}"
    assert (
        engine.scalar(
            f"select count(*) from {orders} as o join {accounts} as a using (customer_id) where o.ordered_at < a.created_at"
        )
        == 0
    )
    guests = f"select count(*) from {orders} where customer_id is null"
    assert 0 < engine.scalar(guests) < engine.scalar(f"select count(*) from {orders}") / 10
    assert engine.scalar(f"{guests} and guest_email is null") == 0


def test_the_buying_process_dies_out(made: sample.Written, engine: DuckDBEngine) -> None:
    shoppers = f"{quoted(made, 'shoppers.parquet')}"
    assert 0.3 < engine.scalar(f"select avg(is_alive::int) from {shoppers}") < 0.8
    assert (
        engine.scalar(f"select count(*) from {shoppers} where not is_alive and n_orders_next_90_days > 0")
        == 0
    )
    assert engine.scalar(f"select count(*) from {shoppers} where n_orders_next_90_days > 0") > 0
    # Beta(1, 5): the mean chance of dropping out after an order is one in six.
    assert engine.scalar(f"select avg(drop_out) from {shoppers}") == pytest.approx(1 / 6, abs=0.02)
    # Gamma(1/2) with mean 1/25 a day, and a little for everybody.
    assert engine.scalar(f"select avg(rate_per_day) from {shoppers}") == pytest.approx(0.0405, rel=0.15)
    orders = f"{quoted(made, 'shop_orders.parquet')}"
    assert engine.scalar(f"select sum(n_orders) from {shoppers}") == engine.scalar(
        f"select count(*) from {orders}"
    )
    assert engine.scalar(f"select max(ordered_at) < timestamp '2026-11-01' from {orders}")


def test_events_follow_each_other_and_stop_after_unsubscribing(
    made: sample.Written, engine: DuckDBEngine
) -> None:
    with path_of(made, "newsletter_events.csv").open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    assert {e["event"] for e in events} == {"send", "open", "click", "bounce", "unsubscribe"}
    assert {e["channel"] for e in events} == {"email", "sms"} and {e["variant"] for e in events} == {"A", "B"}
    assert all((e["cost"] != "") == (e["event"] == "send") for e in events)
    opens = {e["event_id"].split("-")[0] for e in events if e["event"] == "open"}
    assert {e["event_id"].split("-")[0] for e in events if e["event"] == "click"} <= opens
    assert len({e["event_id"] for e in events}) == len(events)
    listed = {r["email"] for r in records(made, "newsletter", engine) if r["opt_in"] == "yes"}
    assert {e["email"] for e in events} <= listed
    gone = {e["event_id"][:9]: e["occurred_at"] for e in events if e["event"] == "unsubscribe"}
    assert not any(
        e["event"] == "send" and e["occurred_at"] > gone.get(e["event_id"][:9], "9") for e in events
    )


def test_the_truth_may_not_lie_among_the_data(tmp_path: Path) -> None:
    for truth in (tmp_path / "data", tmp_path / "data" / "truth"):
        with pytest.raises(ParameterError, match="among the data"):
            sample.write(tmp_path / "data", people=10, as_of=AS_OF, truth=truth)


def test_wrong_parameters_are_refused_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        sample.write(tmp_path / "d", people=0, seed=-1, as_of=dt.date(1, 1, 1), truth=tmp_path / "t")
    assert len(caught.value.problems) == 3
    assert not (tmp_path / "d").exists()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "crm.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"already holds crm\.csv"):
        sample.write(data, people=10, as_of=AS_OF, truth=tmp_path / "truth")
    assert (data / "crm.csv").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "truth").exists()


def test_each_step_is_told_and_nothing_is_left_behind(made: sample.Written) -> None:
    assert [step.says for step in sample.STEPS] + ["Write files"] == TOLD
    assert {p.name for p in made.files[0].parent.iterdir()} == {p.name for p in made.files}
    assert set(made.counts) == {p.name for p in (*made.files, *made.truth)}


def test_a_failure_leaves_no_half_written_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample, "_recode", fail)
    with pytest.raises(sample.RunError, match="No space left"):
        sample.write(tmp_path / "data", people=5, as_of=AS_OF, truth=tmp_path / "truth")
    assert list((tmp_path / "data").iterdir()) == [] and list((tmp_path / "truth").iterdir()) == []
