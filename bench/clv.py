"""Customer value for a million customers: fit and prediction in ours and in lifetimes.

    python bench/clv.py                          # ours: 10,000, 100,000 and 1,000,000 customers
    python bench/clv.py --rival PYTHON           # beside lifetimes, in an environment of its own
    python bench/clv.py --customers 1000000 --rival PYTHON --rival-customers 100000

The rival's environment: ``python -m venv V; V/bin/pip install lifetimes`` and ``--rival V/bin/python``.

Customers are drawn as BG/NBD says (r 0.6, alpha 8 weeks, a 0.9, b 2.5), first seen on a day of the last year, in whole
days. Ours starts from one row a customer in the database and ends with one row a customer in the database; what
lifetimes does is timed with its data already in memory: BG/NBD and Gamma-Gamma fitted, purchases of 52 weeks, chance to
be alive and expected spend predicted. Each measurement is a process of its own; memory is its peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
TRUTH = (0.6, 8.0, 0.9, 2.5)
RIVAL = """
import json, resource, sys, time, warnings
import numpy as np, pandas as pd
warnings.filterwarnings("ignore")
from lifetimes import BetaGeoFitter, GammaGammaFitter
data = np.load(sys.argv[1])
frame = pd.DataFrame({"x": data["x"], "t": data["t"] / 7, "age": data["age"] / 7, "m": data["m"]})
began, busy = time.perf_counter(), time.process_time()
bg = BetaGeoFitter(penalizer_coef=0.0)
bg.fit(frame["x"], frame["t"], frame["age"])
fitted = time.perf_counter() - began
bg.conditional_expected_number_of_purchases_up_to_time(365 / 7, frame["x"], frame["t"], frame["age"])
bg.conditional_probability_alive(frame["x"], frame["t"], frame["age"])
predicted = time.perf_counter() - began
some = frame[frame["x"] > 0]
gamma = GammaGammaFitter(penalizer_coef=0.0)
gamma.fit(some["x"], some["m"])
gamma.conditional_expected_average_profit(frame["x"], frame["m"])
whole = time.perf_counter() - began
print(json.dumps({"fit_s": fitted, "purchases_s": predicted, "all_s": whole,
    "cpu_s": time.process_time() - busy,
    "bg_nbd": [float(v) for v in bg.params_], "gamma_gamma": [float(v) for v in gamma.params_],
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}))
"""


def draw(n: int, path: Path) -> None:
    """``n`` customers: repeat purchases, age at the last and age in days, mean repeat spend (0 without)."""
    rng = np.random.default_rng(20)
    r, alpha, a, b = TRUTH
    rate, leaves = rng.gamma(r, 1 / (7 * alpha), n), rng.beta(a, b, n)
    age = rng.integers(1, 366, n)
    x, last = np.zeros(n, dtype=np.int64), np.zeros(n)
    rows, now = np.arange(n), np.zeros(n)
    while len(rows):
        now = now + rng.exponential(1 / np.maximum(rate[rows], 1e-300))
        seen = now <= age[rows]
        rows, now = rows[seen], now[seen]
        # Two purchases of one day are one.
        anew = np.ceil(now) > last[rows]
        x[rows[anew]] += 1
        last[rows[anew]] = np.ceil(now[anew])
        stays = rng.random(len(rows)) >= leaves[rows]
        rows, now = rows[stays], now[stays]
    spend = rng.gamma(6 * np.maximum(x, 1), 1 / np.maximum(x, 1)) / rng.gamma(4, 1 / 15, n)
    np.savez(path, x=x, t=last, age=age, m=np.where(x > 0, np.maximum(spend.round(2), 0.01), 0.0))


def stored(engine: Any, template: str, **given: Any) -> int:
    """Make the relation of a template of sql/measure; returns its rows."""
    from gristmill.template import parse

    found = parse(ROOT / "sql" / "measure" / f"{template}_v1.sql")
    values = {key: given.get(key, param.default) for key, param in found.params.items()}
    return engine.make(found.relation, found.sql, values)


def ours(path: Path) -> None:
    """Counts, three models fitted and one chosen, spend, and a row a customer; printed as JSON."""
    import datetime as dt

    import pyarrow as pa

    from gristmill.engine.duckdb import DuckDBEngine
    from gristmill.measure import clv

    with tempfile.TemporaryDirectory() as folder, DuckDBEngine(Path(folder) / "bench.duckdb") as engine:
        data = np.load(path)
        engine.register("drawn", pa.table({name: pa.array(data[name]) for name in data}))
        engine.make(
            "measure.clv_customers",
            """select 'c' || row_number() over () as customer_id, x as repeat_purchases, cast(t as bigint) as last_repeat_days,
                 age as observed_days, x as n_spends,
                 cast(case when x > 0 then m end as decimal(18, 4)) as mean_repeat_spend,
                 cast(case when x > 0 then m end as decimal(18, 4)) as mean_spend
               from drawn""",
        )
        engine.make("measure.clv_days", "select cast(1 as decimal(18, 4)) as spend")
        holdout = "select *, cast(0 as bigint) as n_holdout from measure.clv_customers where false"
        engine.make("measure.clv_holdout", holdout)
        figures: dict[str, object] = {}
        for name, wanted in (("one model", "bg_nbd"), ("three models", "best")):
            began, busy = time.perf_counter(), time.process_time()
            for template in ("clv_settings", "clv_counts", "clv_spends"):
                stored(engine, template, as_of=dt.date(2026, 1, 1), clv_model=wanted, clv_discount_rate=0.0)
            clv.value_customers(engine)
            figures[f"{name}_fit_s"] = time.perf_counter() - began
            figures["rows"] = stored(engine, "clv")
            figures[f"{name}_all_s"] = time.perf_counter() - began
            figures[f"{name}_cpu_s"] = time.process_time() - busy
            if wanted == "bg_nbd":
                figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        figures["histories"] = engine.scalar("select count(*) from measure.clv_counts")
        for model in ("bg_nbd", "gamma_gamma"):
            of = f"select value from measure.clv_model where model = '{model}'"
            figures[model] = [row[0] for row in engine.rows(of)]
    print(json.dumps(figures))


def measured(words: list[str], seconds: int) -> dict[str, object] | None:
    """What a process printed as JSON; None when it failed or took longer than ``seconds``."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"  stopped after {seconds} s")
        return None
    if done.returncode:
        print("  failed:", done.stderr.strip().splitlines()[-1:])
        return None
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def told(figures: dict[str, object]) -> str:
    def one(value: object) -> str:
        if isinstance(value, list):
            return " ".join(f"{v:.4f}" for v in value)
        return f"{value:,.2f}" if isinstance(value, float) else str(value)

    return "; ".join(f"{name} {one(value)}" for name, value in figures.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rival", help="python of an environment with lifetimes")
    parser.add_argument(
        "--rival-customers", type=int, default=1_000_000, help="more are not given to lifetimes"
    )
    parser.add_argument("--seconds", type=int, default=900, help="longest time for one measurement")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        ours(options.one)
        return
    if not options.rival:
        print("lifetimes is not measured: name its python with --rival")
    for n in options.customers:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "customers.npz"
            draw(n, path)
            print(f"{n:,} customers, drawn with {TRUTH}", flush=True)
            mine = measured([sys.executable, __file__, "--one", str(path)], options.seconds)
            if mine:
                print("  ours:", told(mine), flush=True)
            if options.rival and n <= options.rival_customers:
                theirs = measured([options.rival, "-c", RIVAL, str(path)], options.seconds)
                if theirs:
                    print("  lifetimes:", told(theirs))
                if mine and theirs:
                    fitted, stored_too = (theirs["all_s"] / mine[f"one model_{k}_s"] for k in ("fit", "all"))
                    print(
                        f"  lifetimes / ours: {fitted:.1f}; with a row a customer stored {stored_too:.1f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
