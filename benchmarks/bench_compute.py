"""Computing a quarter, a year, the whole term, what one caisse's file changes; beside polars and pandas, in one run.

    make bench                                               on a private PostgreSQL
    scripts/services.py run -- python benchmarks/bench_compute.py [--scale 1] [--runs 3]

Each measurement goes from database to database in a process of its own (start of Python not counted); medians of runs.
The references compute the headline results and spreads from the same rows, and are checked equal to ours to 6 decimals.
"""

import argparse
import importlib
import math
import os
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import dataset
from measuring import Bars, machine, repeat, step, tell

SCRIPT = str(Path(__file__).resolve())
URL = os.environ.get("DATABASE_URL", "")
PRECISION = 1e-6


def _convention() -> Any:
    from cog.models import Convention

    return Convention.objects.get()


def _compute(periods: list[str] | None) -> dict[str, Any]:
    from django.utils import timezone

    from cog.operations import command_account
    from cog.periods import parse
    from indicators.operations import compute_results

    wanted = None if periods is None else [parse(text) for text in periods]
    told = compute_results(
        convention=_convention(), periods=wanted, by=command_account(), at=timezone.now(), progress=lambda *told: None
    )
    return {"results": told.results}


def _only() -> dict[str, Any]:
    """Everything evaluated, nothing stored."""
    from cog.parallel import shared
    from indicators.queries import Evaluation

    evaluation = Evaluation(_convention())

    def evaluated(indicator: Any) -> int:
        return len(evaluation.evaluate(indicator, evaluation.due(indicator)).rows)

    return {"results": shared(evaluation.indicators, evaluated)}


def _incremental(seed: str) -> dict[str, Any]:
    """One caisse's quarterly file, accepted, and what depends on it computed again."""
    import time

    from django.utils import timezone

    from cog.operations import command_account
    from indicators.models import Observation
    from indicators.operations import accept_batch, receive_batch, recompute_stale

    rows = Observation.objects.filter(
        closed_by=None, organisation__code="011", period__in=("2014-01", "2014-02", "2014-03"), measure__breakdowns=""
    ).values_list("measure__code", "period", "value")
    draw = random.Random(seed)
    shift = draw.randint(1, 9)
    lines = [f"{code},011,{period},,{int(value) + shift}" for code, period, value in rows]
    data = "\n".join(["mesure,caisse,periode,ventilation,valeur", *lines]).encode()
    by, at, convention = command_account(), timezone.now(), _convention()
    received = receive_batch(convention=convention, file_name=f"011-{seed}.csv", data=data, by=by, at=at)
    begun = time.perf_counter()
    accept_batch(batch=received.batch, by=by, at=at, reason="mesure")
    recompute_stale(convention=convention, by=by, at=at, progress=lambda *told: None)
    return {"values": len(lines), "accepted_and_computed": time.perf_counter() - begun}


def _polars() -> dict[str, Any]:
    import reference_polars

    results, _ = reference_polars.compute(URL)
    return {"results": len(results)}


def _pandas() -> dict[str, Any]:
    import reference_pandas

    results, _ = reference_pandas.compute(URL)
    return {"results": len(results)}


def _near(one: float, two: float) -> bool:
    return abs(one - two) <= PRECISION * max(1.0, abs(one))


def _agree() -> dict[str, Any]:
    """Both references give our values and spreads."""
    import reference_pandas
    import reference_polars

    from indicators.models import Dispersion, IndicatorResult

    kept = IndicatorResult.objects.filter(name="", breakdown="", value__isnull=False)
    ours = {(c, s, p): float(v) for c, s, p, v in kept.values_list("indicator__code", "scope", "period", "value")}
    spreads = {
        (code, period): tuple(map(float, figures))
        for code, period, *figures in Dispersion.objects.values_list(
            "indicator__code", "period", "n", "minimum", "d1", "q1", "median", "q3", "d9", "maximum", "stdev", "mean"
        )
    }
    names = ("n", "min", "d1", "q1", "median", "q3", "d9", "max", "stdev", "mean")
    frame, other = reference_polars.compute(URL)
    two, three = reference_pandas.compute(URL)
    for name, values, figures in (
        (
            "polars",
            {row[:3]: row[3] for row in frame.iter_rows()},
            {(r["code"], r["period"]): r for r in other.to_dicts()},
        ),
        ("pandas", {key: value for key, value in two.items() if math.isfinite(value)}, three),
    ):
        wrong = [
            k for k in ours.keys() | values.keys() if not (k in ours and k in values and _near(ours[k], values[k]))
        ]
        wrong += [
            k
            for k in spreads.keys() | figures.keys()
            if k not in spreads
            or k not in figures
            or not all(_near(one, float(figures[k][n])) for one, n in zip(spreads[k], names, strict=True))
        ]
        if wrong:
            raise SystemExit(f"{name} : {len(wrong)} valeurs diffèrent, comme {sorted(wrong)[:5]}")
    return {"compared": len(ours), "spreads": len(spreads)}


STEPS = {
    "quarter": lambda: _compute(["2014-T1"]),
    "year": lambda: _compute(["2014"]),
    "all": lambda: _compute(None),
    "only": _only,
    "polars": _polars,
    "pandas": _pandas,
    "agree": _agree,
}


def run(scale: float, runs: int) -> tuple[Bars, dict[str, dict[str, Any]]]:
    """Load the data set if the database is empty, measure, print."""
    loaded = step(SCRIPT, "load", "--scale", str(scale))
    print(f"jeu de mesure (x{scale:g}) : {loaded['observations']} observations ; {machine()}", flush=True)
    found: dict[str, dict[str, Any]] = {}
    for name in ("all", "only", "polars", "pandas", "year", "quarter"):
        found[name] = repeat(SCRIPT, name, runs)
        one = found[name]
        print(f"  {name} : {one['seconds']:.2f} s ({one['cpu']:.2f} de calcul), {one['megabytes']:.0f} Mo", flush=True)
    agreed = step(SCRIPT, "agree")
    print(
        f"  polars, pandas et nous : {agreed['compared']} valeurs et {agreed['spreads']} dispersions égales", flush=True
    )
    changes = [step(SCRIPT, "incremental", "--seed", str(number)) for number in range(runs)]
    found["incremental"] = {
        "seconds": sorted(one["accepted_and_computed"] for one in changes)[len(changes) // 2],
        "megabytes": max(one["megabytes"] for one in changes),
    }
    bars = Bars()
    if scale == 1:
        bars.check("un trimestre, rangé", found["quarter"]["seconds"], 0.8)
        bars.check("toute la convention, rangée", found["all"]["seconds"], 8)
        bars.check(
            "une remontée trimestrielle acceptée, ce qui en dépend recalculé", found["incremental"]["seconds"], 0.3
        )
    bars.check("sans ranger, contre polars", found["only"]["seconds"] / found["polars"]["seconds"], 2.5, "fois")
    bars.check("sans ranger, contre pandas", found["only"]["seconds"] / found["pandas"]["seconds"], 1, "fois")
    if scale == 1:
        bars.check(
            "mémoire", max(one["megabytes"] for k, one in found.items() if k not in ("polars", "pandas")), 400, "Mo"
        )
    return bars, found


def _swept() -> None:
    """What a server does behind the scenes between two computations: rows replaced leave no trace."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM indicators_indicatorresult")


def _load(scale: float) -> dict[str, Any]:
    from django.core.management import call_command

    from indicators.models import Observation

    call_command("migrate", verbosity=0)
    if not Observation.objects.exists():
        dataset.load(scale)
    return {"observations": Observation.objects.filter(closed_by=None).count()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--step")
    parser.add_argument("--seed", default="0")
    options = parser.parse_args()
    if options.step is None:
        sys.exit(run(options.scale, options.runs)[0].end())
    dataset.set_up()
    if options.step == "load":
        tell(lambda: _load(options.scale))
    elif options.step == "incremental":
        tell(lambda: _incremental(options.seed))
    else:
        own = f"reference_{options.step}" if options.step in ("polars", "pandas") else "indicators.operations"
        importlib.import_module(own)  # reading the program is not counted, for nobody
        _swept()
        tell(STEPS[options.step])
