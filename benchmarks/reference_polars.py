"""The limit: the headline results and spreads of every sheet over the term, by one hand-written polars script.

It knows that the data set of `dataset.py` is clean (no coarser value over finer ones, no statement, a partner missing
with its partners) and computes nothing else than values: no completeness, no verdict, no breakdown, no secondary
value.
"""

from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import yaml

METHODS = yaml.safe_load((Path(__file__).parents[1] / "fixtures/cog-2013-2017/methods.yaml").read_text("utf-8"))
QUERY = """COPY (SELECT measure_id AS m, organisation_id AS b, period AS p, breakdown AS d, value AS v
  FROM indicators_observation WHERE closed_by_id IS NULL AND statement = '') TO STDOUT WITH CSV HEADER"""
EXCLUDED = ("481", "976")
WEIGHTS = {m: w for w, months in ((1.0, range(2, 8)), (1.15, range(8, 11)), (1.3, range(11, 13))) for m in months}
SHAPES = {
    "F7-19": ("rsa_instructions[issue=aboutie]", None),
    "F15-40": ("indus_recouvres[phase=amiable]", "indus_recouvres"),
    "F21-55": ("pieces_traitees_production", "etp_gestion_administrative[gestion=ga]"),
    "F21-56": ("allocataires_ponderes", "etp_gestion_administrative[gestion=ga]"),
    "F1-4.1": (
        ("eaje_places_creees_sous_couvertes", "eaje_places_supprimees_sous_couvertes"),
        ("eaje_places_creees", "eaje_places_supprimees"),
    ),
    "F16-43.1": (("controles_indus", "controles_rappels", 1), "controles_clos"),
}  # fmt: skip
SERVICES = ("editique", "paie", "tim", "lad", "arc", "snat")
FLAGS = ("adhesion_service_national", "activite_externalisee")
NEEDED = [
    "rsa_instructions[issue=aboutie]", "indus_recouvres[phase=amiable]", "etp_gestion_administrative[gestion=ga]",
    *(f"{flag}[service={service}]" for flag in FLAGS for service in SERVICES),
]  # fmt: skip
NATIONAL_ONLY = ("F20-48", "F10-32")


def read(url: str) -> pl.DataFrame:
    """(measure, body, period, value): one row per value in force, a breakdown written after its measure."""
    with psycopg.connect(url) as connection:
        measures = dict(connection.execute("SELECT id, code FROM indicators_measure").fetchall())
        bodies = connection.execute("SELECT id, code, kind, in_network FROM cog_organisation").fetchall()
        with connection.cursor().copy(QUERY) as copy:
            raw = b"".join(copy)
    kinds = pl.DataFrame(
        {
            "b": [b[0] for b in bodies], "body": [b[1] for b in bodies],
            "caisse": [b[2] == "caisse" for b in bodies], "network": [b[3] for b in bodies],
        }
    )  # fmt: skip
    names = pl.DataFrame({"m": list(measures), "code": list(measures.values())})
    frame = pl.read_csv(raw, schema_overrides={"p": pl.String, "d": pl.String, "v": pl.Float64})
    return (
        frame.join(names, on="m")
        .join(kinds, on="b")
        .select(
            "body", "caisse", "p", "v",
            m=pl.when(pl.col("d").fill_null("") == "").then("code").otherwise(pl.col("code") + "[" + pl.col("d") + "]"),
        )
    )  # fmt: skip


def compute(url: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(code, scope, period, value) and (code, period, spread)."""
    data = read(url)
    days = data.filter(pl.col("p").str.len_chars() == 10)
    data = pl.concat(
        [
            data.filter(pl.col("p").str.len_chars() < 10),
            days.group_by("body", "caisse", "m", pl.col("p").str.slice(0, 7))
            .agg(pl.col("v").sum())
            .select(data.columns),
        ]
    )
    wide = data.filter(~pl.col("m").str.contains("[", literal=True) | pl.col("m").is_in(NEEDED)).pivot(
        on="m", index=["body", "caisse", "p"], values="v"
    )
    pieces = [_components(wide, code, spec) for code, spec in METHODS.items() if _is_simple(spec)]
    long = _periods(pl.concat(pieces).filter(pl.col("p").str.slice(0, 4) >= "2013"))
    local, whole = _simple(long)
    annual = wide.filter(pl.col("p").str.len_chars() == 4)
    extra_local, extra_whole = _by_hand(annual, wide)
    local = pl.concat([local, *extra_local])
    spreads = _spreads(local)
    whole = pl.concat([whole, *extra_whole, *_from_spreads(spreads)])
    shown = local.filter(~pl.col("code").is_in(["F21-51.1", "F21-51.2"]))
    results = pl.concat(
        [shown.select("code", "scope", "period", "value"), whole.select("code", "scope", "period", "value")]
    )
    own = spreads.filter(pl.col("code") != "")
    return results.filter(pl.col("value").is_not_null() & pl.col("value").is_finite()), own


def _is_simple(spec: dict[str, Any]) -> bool:
    base = spec["of"] if isinstance(spec.get("of"), dict) else spec
    return "numerator" in base and spec["method"] in (
        "ratio", "count", "survey", "dispersion", "quantiles", "variation_coefficient",
    ) and spec.get("headline") != "none"  # fmt: skip


def _expression(names: Any) -> pl.Expr:
    if isinstance(names, str):
        return pl.col(names)
    one, two, *plus = names
    return pl.col(one) + pl.col(two) if plus else pl.col(one) - pl.col(two)


def _components(wide: pl.DataFrame, code: str, spec: dict[str, Any]) -> pl.DataFrame:
    base = spec["of"] if isinstance(spec.get("of"), dict) else spec
    top, bottom = SHAPES.get(code, (base["numerator"], base.get("denominator")))
    factor = base.get("factor", 1) if bottom else 1e-6 if spec["unit"] == "M€" else 1
    if code == "F1-4.1":
        wide = _december(wide, "eaje_places_creees")
    rule = "last" if spec["over_time"] == "last" and spec.get("cumulate_from") is None else "sum"
    grain = {"annual": 4, "semestrial": 7, "monthly": 7, "daily": 7}[(spec.get("periodicity") or ["annual"])[0]]
    first = str(spec.get("first_year") or spec.get("first_period", "2013")).replace("-T4", "-10")
    frame = wide.select(
        "body", "caisse", "p", pl.lit(code).alias("code"), _expression(top).alias("top"),
        (_expression(bottom) if bottom else pl.lit(1.0)).alias("bottom"), pl.lit(factor, pl.Float64).alias("factor"),
        pl.lit(rule).alias("rule"), pl.lit(bool(bottom)).alias("rate"),
        pl.lit(spec.get("cumulate_from") is not None).alias("sums"),
        pl.lit(spec["national"]).alias("national"), pl.lit("of" in spec).alias("spread"),
        pl.lit(spec.get("perimeter") == "branche").alias("branch"),
    ).drop_nulls(["top", "bottom"])  # fmt: skip
    frame = frame.filter((pl.col("p").str.len_chars() == grain) & (pl.col("p") >= first))
    return frame.filter(~pl.col("body").is_in(EXCLUDED)) if code == "F21-53" else frame


def _december(wide: pl.DataFrame, name: str) -> pl.DataFrame:
    """A yearly table whose `name` is the month of December."""
    last = wide.filter(pl.col("p").str.ends_with("-12")).select(
        "body", pl.col("p").str.slice(0, 4), pl.col(name).alias("x")
    )
    return wide.drop(name).join(last, on=["body", "p"], how="left").rename({"x": name})


def _periods(long: pl.DataFrame) -> pl.DataFrame:
    """Each component under every period that holds it; for `last`, only under those it ends."""
    year, rest = pl.col("p").str.slice(0, 4), pl.col("p").str.slice(5)
    month = rest.cast(pl.Int8, strict=False)
    monthly = long.filter((pl.col("p").str.len_chars() == 7) & ~pl.col("p").str.contains("S")).with_columns(
        month.alias("n")
    )
    half = long.filter(pl.col("p").str.contains("S"))
    found = [long.with_columns(pl.col("p").alias("period"))]
    for size, mark in ((3, "-T"), (6, "-S"), (12, "")):
        name = year + (mark + ((pl.col("n") - 1) // size + 1).cast(pl.String) if mark else "")
        kept = monthly.filter((pl.col("rule") == "sum") | (pl.col("n") % size == 0))
        found.append(kept.with_columns(name.alias("period")).drop("n"))
    found.append(half.with_columns(year.alias("period")))
    sums = long.filter(pl.col("sums"))
    for later in range(2014, 2018):
        found.append(sums.filter(year < str(later)).with_columns(pl.lit(str(later)).alias("period")))
    return pl.concat(found)


def _simple(long: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    keys = ["code", "period", "factor", "rate", "national", "spread", "branch"]
    value = (
        pl.when(pl.col("rate"))
        .then(pl.col("factor") * pl.col("top") / pl.col("bottom"))
        .otherwise(pl.col("factor") * pl.col("top"))
    )
    valued = pl.when((pl.col("code") == "F1-4.1") & (pl.col("bottom") <= 0)).then(None).otherwise(value).alias("value")
    sums = long.group_by(*keys, "body", "caisse").agg(pl.col("top").sum(), pl.col("bottom").sum())
    local = sums.filter(pl.col("caisse")).with_columns(valued, pl.col("body").alias("scope"))
    total = (
        sums.group_by(keys)
        .agg(pl.col("top").sum(), pl.col("bottom").sum())
        .with_columns(valued, pl.lit("national").alias("scope"))
    )
    mean = pl.col("national") == "mean"
    means = (
        local.filter(mean).group_by("code", "period").agg(pl.col("value").mean()).with_columns(scope=pl.lit("national"))
    )
    caf = (
        sums.filter(pl.col("caisse") & pl.col("branch")).group_by(keys).agg(pl.col("top").sum(), pl.col("bottom").sum())
    )
    whole = pl.concat(
        [
            total.filter(~mean & ~pl.col("spread")).select("code", "scope", "period", "value"),
            means.select("code", "scope", "period", "value"),
            caf.with_columns(valued, pl.lit("caf").alias("scope")).select("code", "scope", "period", "value"),
        ]
    )
    return local.select("code", "scope", "period", "value", "spread"), whole.filter(~pl.col("code").is_in(["F21-57"]))


def _pair(annual: pl.DataFrame, names: list[str], before: int | str) -> pl.DataFrame:
    """Two years side by side: `x` of the year and `x_` of the one before, for the bodies that have both."""
    year = pl.col("p").cast(pl.Int32)
    now = annual.select("body", "caisse", year.alias("y"), *names).drop_nulls()
    if isinstance(before, str):
        then = now.filter(pl.col("y") == int(before)).drop("y", "caisse")
        both = now.join(then, on="body", suffix="_")
    else:
        then = now.with_columns(pl.col("y") + before).drop("caisse")
        both = now.join(then, on=["body", "y"], suffix="_")
    return both.filter(pl.col("y") >= 2013).with_columns(pl.col("y").cast(pl.String).alias("period"))


def _two(
    frame: pl.DataFrame, code: str, formula: pl.Expr, *, local: bool = True, branch: bool = False
) -> tuple[list, list]:
    """Local and national rows of a formula over added components."""
    numbers = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    found = []
    if local:
        found.append(
            frame.filter(pl.col("caisse"))
            .with_columns(formula.alias("value"), code=pl.lit(code), scope=pl.col("body"), spread=pl.lit(False))
            .select("code", "scope", "period", "value", "spread")
        )
    wholes = []
    for scope, rows in (("national", frame), *((("caf", frame.filter(pl.col("caisse"))),) if branch else ())):
        sums = rows.group_by("period").agg(pl.col(numbers).sum()).with_columns(formula.alias("value"))
        wholes.append(sums.select(pl.lit(code).alias("code"), pl.lit(scope).alias("scope"), "period", "value"))
    return found, wholes


def _by_hand(annual: pl.DataFrame, wide: pl.DataFrame) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    local: list[pl.DataFrame] = []
    whole: list[pl.DataFrame] = []

    def add(found: tuple[list, list]) -> None:
        local.extend(found[0])
        whole.extend(found[1])

    c = pl.col
    add(_two(_pair(annual, ["eaje_places_agreees"], 1), "F1-1.2", c("eaje_places_agreees") - c("eaje_places_agreees_")))
    add(
        _two(
            _pair(annual, ["mon_enfant_visiteurs"], 1),
            "F1-6",
            100 * (c("mon_enfant_visiteurs") / c("mon_enfant_visiteurs_") - 1),
            local=False,
        )
    )
    add(_two(_pair(annual, ["alsh_actes"], 1), "F2-9", 100 * (1 - c("alsh_actes_") / c("alsh_actes"))))
    for code, name in (("F18-45", "energie_kwh"), ("F18-46", "ges_teq_co2")):
        add(_two(_pair(annual, [name], "2009"), code, 100 * (c(name) / c(name + "_") - 1), branch=True))
    rate = ["places_accueil{}", "enfants_moins_3_ans{}"]
    growths = []
    for place in ("_sous_couvertes", ""):
        top, bottom = (name.format(place) for name in rate)
        growth = (c(top) / c(bottom)) / (c(top + "_") / c(bottom + "_")) - 1
        growths.append(_two(_pair(annual, [top, bottom], 1), "F1-4.2", growth, local=False)[1][0])
    gap = growths[0].join(growths[1], on=["code", "scope", "period"], suffix="_")
    whole.append(
        gap.select("code", "scope", "period", pl.when(c("value_") > 0).then(c("value") / c("value_")).alias("value"))
    )
    rates = []
    for place in ("_communes_ciblees", ""):
        top, bottom = (name.format(place) for name in rate)
        frame = (
            annual.filter(c("p") >= "2013").select("body", "caisse", c("p").alias("period"), top, bottom).drop_nulls()
        )
        rates.append(_two(frame, "F1-5", c(top) / c(bottom), local=False)[1][0])
    both = rates[0].join(rates[1], on=["code", "scope", "period"], suffix="_")
    whole.append(both.select("code", "scope", "period", (100 * c("value") / c("value_")).alias("value")))
    _weighted(annual, wide, local, whole)
    _shares(annual, local, whole)
    _plus(annual, whole)
    return local, whole


def _weighted(annual: pl.DataFrame, wide: pl.DataFrame, local: list[pl.DataFrame], whole: list[pl.DataFrame]) -> None:
    c = pl.col
    weights = pl.DataFrame({"n": [f"{m:02d}" for m in WEIGHTS], "w": list(WEIGHTS.values())})
    months = wide.filter(c("p").str.len_chars() == 7).select(
        "body",
        c("p").str.slice(0, 4).alias("period"),
        c("p").str.slice(5).alias("n"),
        c("action_sociale_prevision").alias("f"),
    )
    accounts = annual.select("body", c("p").alias("period"), c("action_sociale_compte_definitif").alias("a"))
    pairs = (
        months.join(weights, on="n").join(accounts, on=["body", "period"]).drop_nulls().filter(c("period") >= "2013")
    )
    for keys, scope, rows in (
        (["body", "period"], c("body"), pairs),
        (["period"], pl.lit("national"), pairs.group_by("period", "n", "w").agg(c("f").sum(), c("a").sum())),
    ):
        gap = (100 * ((c("f") - c("a")).abs() / c("a") * c("w")).sum() / c("w").sum()).alias("value")
        found = rows.group_by(keys).agg(gap).with_columns(scope.alias("scope"), code=pl.lit("F1-8"))
        if len(keys) == 2:
            local.append(found.select("code", "scope", "period", "value", pl.lit(False).alias("spread")))
        else:
            whole.append(found.select("code", "scope", "period", "value"))


def _shares(annual: pl.DataFrame, local: list[pl.DataFrame], whole: list[pl.DataFrame]) -> None:
    c = pl.col
    flags = annual.filter(c("p") >= "2013").select(
        "body", "caisse", c("p").alias("period"), (100 * c("plan_sst")).alias("x")
    )
    found = flags.drop_nulls()
    mean = c("x").mean().alias("value")
    tell = {"code": pl.lit("F20-49")}
    local.append(
        found.filter("caisse")
        .select(scope="body", period="period", value="x", spread=pl.lit(False), **tell)
        .select("code", "scope", "period", "value", "spread")
    )
    for scope, rows in (("national", found), ("caf", found.filter("caisse"))):
        whole.append(
            rows.group_by("period")
            .agg(mean)
            .select(pl.lit("F20-49").alias("code"), pl.lit(scope).alias("scope"), "period", "value")
        )
    services = []
    for service in SERVICES:
        x, out = f"adhesion_service_national[service={service}]", f"activite_externalisee[service={service}]"
        services.append(
            annual.filter(c("p") >= "2013")
            .select("body", period="p", s=pl.lit(service), x=100 * c(x), out=c(out))
            .filter(c("x").is_not_null() & (c("out") != 1))
        )
    every = pl.concat(services)
    lowest = every.group_by("body", "period").agg(c("x").min().alias("value"))
    local.append(
        lowest.select(
            pl.lit("F21-58").alias("code"), c("body").alias("scope"), "period", "value", pl.lit(False).alias("spread")
        )
    )
    national = every.group_by("s", "period").agg(mean).group_by("period").agg(c("value").min())
    whole.append(national.select(pl.lit("F21-58").alias("code"), pl.lit("national").alias("scope"), "period", "value"))


def _plus(annual: pl.DataFrame, whole: list[pl.DataFrame]) -> None:
    c = pl.col
    pairs = annual.filter(c("p") >= "2013").select("p", "cout_gestion_global", "allocataires_ponderes").drop_nulls()
    sums = pairs.group_by("p").agg(c("cout_gestion_global").sum(), c("allocataires_ponderes").sum())
    added = annual.select("p", (c("cout_global_national") + c("cout_poles_regionaux")).alias("x")).drop_nulls()
    value = ((c("cout_gestion_global") + c("x")) / c("allocataires_ponderes")).alias("value")
    whole.append(
        sums.join(added, on="p").select(
            pl.lit("F21-57").alias("code"), pl.lit("national").alias("scope"), c("p").alias("period"), value
        )
    )


def _spreads(local: pl.DataFrame) -> pl.DataFrame:
    """Spreads of every local sheet, and of the sheets spread by F21-51."""
    again = [
        local.filter(pl.col("code") == of).with_columns(pl.lit(code).alias("code"))
        for code, of in (("F21-51.1", "F10-21"), ("F21-51.2", "F10-22"))
    ]
    x = pl.col("value")
    shares = {"d1": 0.1, "q1": 0.25, "median": 0.5, "q3": 0.75, "d9": 0.9}
    return (
        pl.concat([local.filter(~pl.col("code").is_in(NATIONAL_ONLY)), *again])
        .filter(x.is_not_null() & x.is_finite())
        .group_by("code", "period")
        .agg(
            x.len().alias("n"), x.min().alias("min"), x.max().alias("max"), (x.max() - x.min()).alias("range"),
            x.std(ddof=0).alias("stdev"), x.mean().alias("mean"),
            *(x.quantile(share, "linear").alias(name) for name, share in shares.items()),
        )
    )  # fmt: skip


def _from_spreads(spreads: pl.DataFrame) -> list[pl.DataFrame]:
    found = []
    for code, spec in METHODS.items():
        value = {
            "dispersion": pl.col("range"),
            "quantiles": pl.col("d9") - pl.col("d1"),
            "variation_coefficient": 100 * pl.col("stdev") / pl.col("mean"),
        }.get(spec["method"])
        if value is not None:
            rows = spreads.filter(pl.col("code") == code)
            found.append(rows.select("code", pl.lit("national").alias("scope"), "period", value.alias("value")))
    return found
