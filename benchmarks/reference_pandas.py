"""What an analyst would write: the headline results and spreads of every sheet, sheet by sheet, with pandas."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from reference_polars import EXCLUDED, METHODS, NATIONAL_ONLY, SERVICES, SHAPES, WEIGHTS

QUERY = """SELECT m.code AS measure, o.code AS body, o.kind = 'caisse' AS caisse, period, breakdown,
  value::float8 AS value
  FROM indicators_observation x JOIN indicators_measure m ON m.id = x.measure_id
  JOIN cog_organisation o ON o.id = x.organisation_id WHERE closed_by_id IS NULL AND statement = ''"""
Frame = pd.DataFrame


class Analyst:
    """The rows read once, then one sheet after another."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas would rather be given SQLAlchemy
            rows = pd.read_sql(QUERY, connection)
        named = rows["measure"].where(rows["breakdown"] == "", rows["measure"] + "[" + rows["breakdown"] + "]")
        rows["measure"] = named
        rows["period"] = rows["period"].where(rows["period"].str.len() < 10, rows["period"].str[:7])
        self.caisses = set(rows.loc[rows["caisse"], "body"])
        self.table = {
            name: group.groupby(["body", "period"], as_index=False)["value"].sum()
            for name, group in rows.groupby("measure")
        }
        self.results: dict[tuple[str, str, str], float] = {}
        self.local: dict[str, Frame] = {}

    def column(self, names: Any) -> Frame:
        """A measure, or two added or subtracted."""
        if isinstance(names, str):
            return self.table[names]
        both = self.table[names[0]].merge(self.table[names[1]], on=["body", "period"], suffixes=("", "2"))
        both["value"] = both["value"] + (1 if len(names) == 3 else -1) * both["value2"]
        return both[["body", "period", "value"]]

    def compute(self) -> tuple[dict[tuple[str, str, str], float], dict[tuple[str, str], Frame]]:
        for code, spec in METHODS.items():
            getattr(self, "_" + spec["method"], self._simple)(code, spec)
        return self.results, self._spreads()

    def _to_build(self, code: str, spec: dict[str, Any]) -> None:
        """No value yet."""

    def _simple(self, code: str, spec: dict[str, Any]) -> None:
        if spec.get("headline") == "none":
            return
        base = spec["of"] if isinstance(spec.get("of"), dict) else spec
        if "numerator" not in base:
            return
        top, bottom = SHAPES.get(code, (base["numerator"], base.get("denominator")))
        data = (
            self._yearly(top).rename(columns={"value": "top"})
            if code == "F1-4.1"
            else self.column(top).rename(columns={"value": "top"})
        )
        if bottom:
            other = self._yearly(bottom) if code == "F1-4.1" else self.column(bottom)
            data = data.merge(other.rename(columns={"value": "bottom"}), on=["body", "period"])
        grain = {"annual": 4, "semestrial": 7, "monthly": 7, "daily": 7}[spec["periodicity"][0]]
        first = str(spec.get("first_year") or spec.get("first_period", "2013")).replace("-T4", "-10")
        data = data[(data["period"].str.len() == grain) & (data["period"] >= first)]
        if code == "F21-53":
            data = data[~data["body"].isin(EXCLUDED)]
        factor = base.get("factor", 1) if bottom else 1e-6 if spec["unit"] == "M€" else 1
        for period, rows in self._spans(data, spec):
            sums = rows.groupby("body")[["top", "bottom"] if bottom else ["top"]].sum()
            mine = sums[sums.index.isin(self.caisses)]
            local = factor * mine["top"] / mine["bottom"] if bottom else factor * mine["top"]
            if code == "F1-4.1":
                local = local[mine["bottom"] > 0]
            self._keep(code, period, local)
            if "of" in spec or code == "F21-57":
                continue
            if spec["national"] == "mean":
                self.results[code, "national", period] = local.mean()
                continue
            for scope, part in (("national", sums), *((("caf", mine),) if spec.get("perimeter") == "branche" else ())):
                if len(part):
                    total = part.sum()
                    self.results[code, scope, period] = factor * (
                        total["top"] / total["bottom"] if bottom else total["top"]
                    )

    _dispersion = _quantiles = _variation_coefficient = _simple

    def _yearly(self, names: tuple[str, str]) -> Frame:
        """A year's net change; a measure kept by month is that of December."""
        frames = []
        for name in names:
            frame = self.table[name].copy()
            if name == "eaje_places_creees":
                frame = frame[frame["period"].str.endswith("-12")].assign(period=lambda f: f["period"].str[:4])
            frames.append(frame)
        both = frames[0].merge(frames[1], on=["body", "period"], suffixes=("", "2"))
        return both.assign(value=both["value"] - both["value2"])[["body", "period", "value"]]

    def _spans(self, data: Frame, spec: dict[str, Any]) -> Any:
        """Each period with the rows it adds, or those of its last month."""
        if spec.get("cumulate_from"):
            for year in range(2013, 2018):
                yield str(year), data[data["period"] <= str(year)]
            return
        yield from data.groupby("period")
        if len(data) and data["period"].str.len().iat[0] == 4:
            return
        year = data["period"].str[:4]
        if data["period"].str.contains("S").any():
            yield from data.groupby(year)
            return
        month = data["period"].str[5:].astype(int)
        for size, mark in ((3, "-T"), (6, "-S"), (12, "")):
            name = year + mark + ((month - 1) // size + 1).astype(str) if mark else year
            kept = month % size == 0 if spec["over_time"] == "last" else month > 0
            yield from data[kept].groupby(name[kept])

    def _keep(self, code: str, period: str, local: "pd.Series[float]") -> None:
        self.local.setdefault(code, []).append((period, local))
        if METHODS[code].get("local"):
            self.results.update({(code, body, period): value for body, value in local.items()})

    def _two_years(self, code: str, name: str, formula: Any, before: int | None = None) -> None:
        data = self.table[name]
        data = data[data["period"].str.len() == 4].assign(year=lambda f: f["period"].astype(int))
        for year in range(2013, 2018):
            now, then = data[data["year"] == year], data[data["year"] == (before or year - 1)]
            both = now.merge(then, on="body", suffixes=("", "2")).set_index("body")[["value", "value2"]]
            mine = both[both.index.isin(self.caisses)]
            if METHODS[code].get("local"):
                self._keep(code, str(year), formula(mine["value"], mine["value2"]))
            self.results[code, "national", str(year)] = formula(*both.sum())
            if METHODS[code].get("perimeter") == "branche":
                self.results[code, "caf", str(year)] = formula(*mine.sum())

    def _variation(self, code: str, spec: dict[str, Any]) -> None:
        self._two_years(code, spec["numerator"], lambda now, then: now - then)

    def _evolution(self, code: str, spec: dict[str, Any]) -> None:
        if spec.get("divisor") == "current":
            self._two_years(code, spec["numerator"], lambda now, then: 100 * (now - then) / now)
        else:
            self._two_years(code, spec["numerator"], lambda now, then: 100 * (now - then) / then)

    def _reference_index(self, code: str, spec: dict[str, Any]) -> None:
        self._two_years(code, spec["numerator"], lambda now, then: 100 * (now / then - 1), spec["reference_year"])

    def _sums(self, names: tuple[str, str], years: tuple[int, ...]) -> list[float]:
        """Totals of two measures over the bodies that have all of them in all years."""
        merged = None
        for year in years:
            for name in names:
                column = self.table[name]
                column = column[column["period"] == str(year)].set_index("body")["value"].rename(f"{name}{year}")
                merged = column.to_frame() if merged is None else merged.join(column, how="inner")
        return list(merged.sum())

    def _growth_gap(self, code: str, spec: dict[str, Any]) -> None:
        for year in range(2013, 2018):
            growths = []
            for prefix in ("", "reference_"):
                names = (spec[prefix + "numerator"], spec[prefix + "denominator"])
                top, bottom, top2, bottom2 = self._sums(names, (year, year - 1))
                growths.append((top / bottom) / (top2 / bottom2) - 1)
            if growths[1] > 0:
                self.results[code, "national", str(year)] = growths[0] / growths[1]

    def _coverage_gap(self, code: str, spec: dict[str, Any]) -> None:
        for year in range(2013, 2018):
            rates = []
            for prefix in ("", "reference_"):
                top, bottom = self._sums((spec[prefix + "numerator"], spec[prefix + "denominator"]), (year,))
                rates.append(top / bottom)
            self.results[code, "national", str(year)] = 100 * rates[0] / rates[1]

    def _weighted_gap(self, code: str, spec: dict[str, Any]) -> None:
        months = self.table[spec["numerator"]].assign(
            month=lambda f: f["period"].str[5:], period=lambda f: f["period"].str[:4]
        )
        both = months.merge(self.table[spec["reference_numerator"]], on=["body", "period"], suffixes=("", "2"))
        both["weight"] = both["month"].astype(int).map(WEIGHTS)
        both = both.dropna()
        both["gap"] = 100 * (both["value"] - both["value2"]).abs() / both["value2"] * both["weight"]
        for period, rows in both[both["period"] >= "2013"].groupby("period"):
            sums = rows.groupby("body")[["gap", "weight"]].sum()
            self._keep(code, period, sums["gap"] / sums["weight"])
            whole = rows.groupby(["month", "weight"], as_index=False)[["value", "value2"]].sum()
            gap = 100 * (whole["value"] - whole["value2"]).abs() / whole["value2"] * whole["weight"]
            self.results[code, "national", period] = gap.sum() / whole["weight"].sum()

    def _share_of_units(self, code: str, spec: dict[str, Any]) -> None:
        for year in map(str, range(2013, 2018)):
            if code == "F20-49":
                flags = self.table["plan_sst"]
                flags = 100 * flags[flags["period"] == year].set_index("body")["value"]
                mine = flags[flags.index.isin(self.caisses)]
                self._keep(code, year, mine)
                self.results[code, "national", year], self.results[code, "caf", year] = flags.mean(), mine.mean()
                continue
            columns = {}
            for service in SERVICES:
                x, out = (
                    self.table[f"{name}[service={service}]"] for name in (spec["numerator"], spec["excluded_flag"])
                )
                x, out = (one[one["period"] == year].set_index("body")["value"] for one in (x, out))
                columns[service] = 100 * x[~x.index.isin(out[out == 1].index)]
            frame = pd.DataFrame(columns)
            self._keep(code, year, frame.min(axis=1).dropna())
            self.results[code, "national", year] = frame.mean().min()

    def _spreads(self) -> dict[tuple[str, str], dict[str, float]]:
        self.local["F21-51.1"], self.local["F21-51.2"] = self.local["F10-21"], self.local["F10-22"]
        self._plus()
        found = {}
        for code, spans in self.local.items():
            for period, every in spans:
                local = every[np.isfinite(every)]  # a nil denominator gives no value
                if code in NATIONAL_ONLY or not len(local):
                    continue
                d1, q1, median, q3, d9 = np.quantile(local, (0.1, 0.25, 0.5, 0.75, 0.9))
                figures = {
                    "n": len(local), "min": local.min(), "max": local.max(), "range": local.max() - local.min(),
                    "d1": d1, "q1": q1, "median": median, "q3": q3, "d9": d9,
                    "stdev": local.std(ddof=0), "mean": local.mean(),
                }  # fmt: skip
                found[code, period] = figures
                method = METHODS[code]["method"]
                if method == "dispersion":
                    self.results[code, "national", period] = figures["range"]
                elif method == "quantiles":
                    self.results[code, "national", period] = d9 - d1
                elif method == "variation_coefficient":
                    self.results[code, "national", period] = 100 * figures["stdev"] / figures["mean"]
        return found

    def _plus(self) -> None:
        for year in range(2013, 2018):
            top, bottom = self._sums(("cout_gestion_global", "allocataires_ponderes"), (year,))
            added = sum(
                self.table[name].set_index("period")["value"][str(year)]
                for name in METHODS["F21-57"]["national_addition"]
            )
            self.results["F21-57", "national", str(year)] = (top + added) / bottom


def compute(url: str) -> tuple[dict[tuple[str, str, str], float], dict[tuple[str, str], dict[str, float]]]:
    """Values by (code, scope, period), spreads by (code, period)."""
    return Analyst(url).compute()
