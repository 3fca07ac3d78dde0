"""What cleaning contacts costs beside the query that one would write by hand.

    python bench/clean.py --rows 1000000
    python bench/clean.py --rows 10000000 --rounds 1 --folder /data/bench
    python bench/clean.py --rows 1000000 --pandas

Made are contacts of three systems that write the same things in three ways, with damage in a few cells of every
column. Each entry then works on a copy of that database, in a process of its own:

- by hand    one query: trim, lower, regexp_replace, try_cast over the same 24 columns; no log, no evidence, no proposals
- gristmill  the plan of a project, clean.contacts with every relation it needs, clean.changes and clean.proposals
- pandas     with --pandas: the rules that gristmill applies, one Python function a kind of column, with the log

The ratio that counts is gristmill over by hand. With --relations the seconds of every relation are shown too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import Entry, figure, report, rounds, say, summary, table, write_json
from projects import AS_OF, BenchError, step

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES, union_select
from gristmill.mill import Mill
from gristmill.project import load

PROJECT = "GRISTMILL_BENCH_PROJECT"
DATA = "GRISTMILL_BENCH_DATA"
RELATIONS = "relations.json"
WANTED = ("clean.contacts", "clean.changes", "clean.proposals")
THREADS = 2

# Pseudo-random numbers of row and column; md5 would be most of the time.
DICE = "cast(hash(i, {column}) % 4294967296 as bigint)"
CONTACTS = """
with rows as (
    select i, i % 3 as system, {dice} from range($rows) as r(i)
),
people as (
    select *,
        ['김', '이', '박', '최', '정', '강', '조', '윤', '장', '임'][1 + d1 % 10] || chr(cast(44032 + d2 % 11172 as integer))
            || chr(cast(44032 + d3 % 11172 as integer)) as korean,
        ['Anna', 'Peter', 'Maria', 'John', 'Olga', 'Luis', 'Mina', 'Omar', 'Eva', 'Paul'][1 + d1 % 10]
            || ['', 'lie', 'beth', 'son', 'na', 'ette'][1 + d4 % 6] as given,
        ['Mei', 'Schnei', 'Ander', 'Kowal', 'Ros', 'Hern', 'Mor', 'Pet', 'Wil', 'Tay'][1 + d2 % 10]
            || ['er', 'son', 'ski', 'si', 'andez', 'lor'][1 + d3 % 6] || chr(cast(97 + d5 % 26 as integer))
            || chr(cast(97 + d5 // 26 % 26 as integer)) as family,
        'user' || i || '.' || d6 % 97 || '@' || ['naver.com', 'gmail.com', 'daum.net', 'hanmail.net', 'example.co.kr'][1 + d6 % 5]
            as mailbox,
        lpad(cast(d7 % 10000 as varchar), 4, '0') as middle, lpad(cast(d8 % 10000 as varchar), 4, '0') as tail,
        date '1945-01-01' + cast(d9 % 23000 as integer) as born,
        timestamp '2018-01-01 00:00:00' + to_seconds(d10 % 250000000) as made,
        ['서울특별시', '부산광역시', '대구광역시', '인천광역시', '수원시', '성남시', '고양시', '용인시', '창원시', '청주시'][1 + d11 % 10] as town
    from rows
)
select ['crm', 'shop', 'post'][1 + system] as _source, ['crm', 'shop', 'post'][1 + system] as _system,
    ['crm.csv', 'shop.csv', 'post.csv'][1 + system] as _file, cast(i // 3 + 1 as bigint) as _row,
    cast(i as varchar) as source_key,
    case when system = 1 then 'M' || lpad(cast(i as varchar), 9, '0') || case when d1 % 100 = 0 then '.0' else '' end end as member_no,
    case system when 0 then case when d1 % 50 = 0 then substr(korean, 1, 1) || ' ' || substr(korean, 2)
                                 when d1 % 97 = 0 then korean || '님' when d1 % 211 = 0 then '없음' else korean end
                when 1 then case when d1 % 30 = 0 then upper(given || ' ' || family) when d1 % 71 = 0 then 'Mr. ' || given || ' ' || family
                                 else given || ' ' || family end
                else case when d1 % 10 = 0 then family || ', ' || given else given || ' ' || family end end as full_name,
    case when system = 1 then case when d2 % 40 = 0 then upper(given) else given end end as given_name,
    case when system = 1 then case when d2 % 40 = 0 then ' ' || family else family end end as family_name,
    case when d3 % 5 = 0 then ['주식회사 ', '(주)', 'Acme ', 'Han '][1 + d4 % 4] || d4 % 30000 || case when d4 % 60 = 0 then '  Inc' else '' end
        end as company,
    case when d5 % 11 = 0 then null when d5 % 20 = 0 then upper(substr(mailbox, 1, 1)) || substr(mailbox, 2)
         when d5 % 83 = 0 then replace(mailbox, 'gmail', 'gamil') when d5 % 89 = 0 then mailbox || ' '
         when d5 % 97 = 0 then replace(mailbox, '@', '(at)') when d5 % 307 = 0 then 'none' else mailbox end as email,
    case when d6 % 7 = 0 then null when d6 % 401 = 0 then '-' when d6 % 97 = 0 then '02-' || middle || '-' || tail || ' ext. 12'
         when system = 0 then '010-' || middle || '-' || tail when system = 1 then '+8210' || middle || tail
         else '+82 10-' || middle || '-' || tail end as phone,
    case when d7 % 3 = 0 then null when d7 % 101 = 0 then '1900-01-01' when system = 2 then strftime(born, '%d/%m/%Y')
         else cast(born as varchar) end as birth_date,
    case when d8 % 9 = 0 then null else [['F', 'M'], ['female', 'male'], ['여', '남']][1 + system][1 + d8 % 2] end as gender,
    case when d9 % 8 = 0 then null when d9 % 67 = 0 then '6' || d9 % 1000 || '.0' else lpad(cast(d9 % 63000 as varchar), 5, '0') end as postcode,
    case when d10 % 6 = 0 then null when system = 2 then d10 % 300 || ' High Street, Flat ' || d11 % 900
         else town || ' 중앙로 ' || d10 % 3000 || case when d10 % 33 = 0 then '  ' else ' ' end || d11 % 200 || '동 ' || d12 % 1500 || '호' end as address,
    case when d11 % 40 = 0 then ' ' || town when d11 % 37 = 0 then left(town, 2) else town end as city,
    case when d11 % 9 = 0 then null else case when d12 % 30 = 0 then 'Seoul' else ['서울특별시', '경기도', '부산광역시', '강원특별자치도', '제주특별자치도'][1 + d12 % 5] end end as region,
    ['KR', 'Korea', '대한민국'][1 + system] as country,
    case when d12 % 20 = 0 then 'instagram:user' || i || case when d12 % 60 = 0 then ' ' else '' end end as social_handles,
    [['Y', 'N'], ['true', 'false'], ['동의', '거부']][1 + system][1 + d1 % 2] as consent_email,
    [['Y', 'N'], ['true', 'false'], ['동의', '거부']][1 + system][1 + d2 % 2] as consent_sms,
    case when system = 1 then ['true', 'false'][1 + d3 % 2] end as consent_phone,
    case when system = 1 then ['true', 'false'][1 + d4 % 2] end as consent_post,
    case when d1 % 2 = 0 then cast(made as varchar) end as consent_at,
    cast(made as varchar) as created_at,
    case when d2 % 2 = 0 then case when system = 2 then strftime(made + to_days(30), '%Y/%m/%d %H:%M') else cast(made + to_days(30) as varchar) end
        end as updated_at,
    case when d3 % 4 = 0 then null when d3 % 53 = 0 then 'N/A' else ['web', 'store', 'ad', 'friend', '박람회'][1 + d4 % 5] end as acquired_via
from people
"""

BY_HAND = r"""
select _source, _system, _file, _row, nullif(trim(source_key), '') as source_key, nullif(trim(member_no), '') as member_no,
    nullif(regexp_replace(trim(full_name), '\s+', ' ', 'g'), '') as full_name,
    nullif(regexp_replace(trim(given_name), '\s+', ' ', 'g'), '') as given_name,
    nullif(regexp_replace(trim(family_name), '\s+', ' ', 'g'), '') as family_name,
    nullif(regexp_replace(trim(company), '\s+', ' ', 'g'), '') as company,
    nullif(regexp_replace(lower(trim(email)), '\s+', '', 'g'), '') as email,
    regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^0', '+82') as phone,
    coalesce(try_cast(trim(birth_date) as date), cast(try_strptime(trim(birth_date), '%d/%m/%Y') as date)) as birth_date,
    case when lower(trim(gender)) in ('f', 'female', '여') then 'female' when lower(trim(gender)) in ('m', 'male', '남') then 'male' end as gender,
    regexp_replace(trim(postcode), '[.]0$', '') as postcode,
    nullif(regexp_replace(trim(address), '\s+', ' ', 'g'), '') as address, nullif(regexp_replace(trim(city), '\s+', ' ', 'g'), '') as city,
    nullif(regexp_replace(trim(region), '\s+', ' ', 'g'), '') as region,
    case when lower(trim(country)) in ('kr', 'korea', '대한민국') then 'KR' else upper(trim(country)) end as country,
    nullif(regexp_replace(trim(social_handles), '\s+', ' ', 'g'), '') as social_handles,
    lower(trim(consent_email)) in ('y', 'yes', 'true', '동의') as consent_email, lower(trim(consent_sms)) in ('y', 'yes', 'true', '동의') as consent_sms,
    lower(trim(consent_phone)) in ('y', 'yes', 'true', '동의') as consent_phone, lower(trim(consent_post)) in ('y', 'yes', 'true', '동의') as consent_post,
    coalesce(try_cast(trim(consent_at) as timestamp), try_strptime(trim(consent_at), '%Y/%m/%d %H:%M')) as consent_at,
    coalesce(try_cast(trim(created_at) as timestamp), try_strptime(trim(created_at), '%Y/%m/%d %H:%M')) as created_at,
    coalesce(try_cast(trim(updated_at) as timestamp), try_strptime(trim(updated_at), '%Y/%m/%d %H:%M')) as updated_at,
    nullif(nullif(regexp_replace(trim(acquired_via), '\s+', ' ', 'g'), ''), 'N/A') as acquired_via
from source.contacts
"""


def make_data(path: Path, rows: int) -> None:
    """A database with ``source.contacts`` of so many rows and the other entities empty."""
    dice = ", ".join(f"{DICE.format(column=at)} as d{at}" for at in range(1, 13))
    with DuckDBEngine(path, threads=THREADS, temp=path.parent / "spill") as engine:
        engine.make("source.contacts", CONTACTS.replace("{dice}", dice), {"rows": rows})
        for name in ENTITIES:
            if name != "contacts":
                engine.make(f"source.{name}", union_select(name, []))


@contextmanager
def timed(engine: DuckDBEngine) -> Iterator[None]:
    """Report seconds, CPU seconds without imports and opening."""
    engine.execute(f"set threads = {THREADS}")
    began, used = time.perf_counter(), time.process_time()
    yield
    figure("seconds", time.perf_counter() - began)
    figure("CPU seconds", time.process_time() - used)


def by_hand() -> None:
    """The query one would write, stored as a table."""
    path = Path(os.environ[DATA])
    with DuckDBEngine(path, temp=path.parent / "spill") as engine, timed(engine):
        engine.make("written.contacts", BY_HAND)


def gristmill() -> None:
    """Everything the plan makes for contacts, their log and the proposals."""
    project = load(Path(os.environ[PROJECT]))
    run = next(one for one in runs.runs(project) if one.status == runs.RUNNING)
    with Mill(project, run=run) as mill:
        nodes = [node for node in mill.plan.order(WANTED) if node.name.startswith("clean.")]
        with timed(mill.engine):
            for node in nodes:
                mill.relation(node.name)
        for name in ("clean.changes", "clean.proposals"):
            figure(f"rows of {name}", mill.engine.scalar(f"select count(*) from {name}"))
        made = mill.engine.rows("select relation, n_rows, seconds from audit.relations order by n")
    Path(project.root, RELATIONS).write_text(json.dumps(made), encoding="utf-8")


def before(entry: Entry, folder: Path) -> None:
    """A fresh copy of the data for an entry that writes, and a run that is under way for gristmill."""
    shutil.rmtree(folder / "spill", ignore_errors=True)
    data = folder / "data.duckdb"
    if entry.name == "by hand":
        shutil.copyfile(data, folder / "hand.duckdb")
    elif entry.name == "gristmill":
        project = load(folder / "project")
        shutil.rmtree(project.state / "runs", ignore_errors=True)
        run = runs.start(project, as_of=dt.date.fromisoformat(AS_OF), params={})
        shutil.copyfile(data, run.database(project))


def main() -> int:
    """Make the data, run the entries in turn, print what they cost; 1 when one failed."""
    parser = argparse.ArgumentParser(description="Cleaning contacts beside a query written by hand.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="contacts (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--warm", type=int, default=0, help="rounds ahead that do not count (default 0)")
    parser.add_argument("--pandas", action="store_true", help="also the rules in pandas")
    parser.add_argument("--relations", action="store_true", help="also the seconds of every relation")
    parser.add_argument("--folder", type=Path, help="where data is kept; without it a temporary folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every execution and the summary")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
        folder = (given.folder or Path(temp)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "data.duckdb"
        data.unlink(missing_ok=True)
        say(f"making {given.rows:,} contacts")
        make_data(data, given.rows)
        try:
            if not (folder / "project").exists():
                step("init", "init", folder / "project")
        except BenchError as error:
            say(str(error))
            return 1
        entries = [
            Entry("by hand", f"{__file__}:by_hand", env={DATA: str(folder / "hand.duckdb")}),
            Entry("gristmill", f"{__file__}:gristmill", env={PROJECT: str(folder / "project")}),
        ]
        if given.pandas:
            entries.append(
                Entry(
                    "pandas",
                    str(Path(__file__).with_name("clean_pandas.py")) + ":in_pandas",
                    env={DATA: str(data)},
                )
            )
        measured = rounds(
            entries, n=given.rounds, warm=given.warm, before=lambda entry: before(entry, folder)
        )
        print(report(measured))
        made = folder / "project" / RELATIONS
        if given.relations and made.is_file():
            rows = [
                [name, f"{n:,}", f"{seconds:.2f}"] for name, n, seconds in json.loads(made.read_text("utf-8"))
            ]
            print(table(["relation", "rows", "seconds"], rows))
        if given.json:
            write_json(given.json, rows=given.rows, measured=measured, summary=summary(measured))
        return 1 if any(one.exit_code for one in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
