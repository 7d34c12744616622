"""Every row of results.csv, secondary_results.csv and dispersions.csv, by the independent calculation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.independent.calculator import SPREADS, Sheet
from tests.independent.facts import Facts, Picked
from tests.independent.outcomes import Line, Outcome, Spread, spread
from tests.independent.reference import Reference

DECILES = {"1er décile": "d1", "médiane": "median", "9e décile": "d9"}
GAPS = ("écart au 1er décile", "écart à la médiane", "écart au 9e décile")
MEANINGS = ("numerator", "denominator", "reference_numerator", "reference_denominator")


def calculate(
    reference: Reference, facts: Facts, periods: list[str]
) -> tuple[list[Line], list[Line], dict[tuple[str, str], Spread]]:
    """Main rows, secondary rows, spreads by (code, period)."""
    main: list[Line] = []
    secondary: list[Line] = []
    spreads: dict[tuple[str, str], Spread] = {}
    for code, spec in reference.methods.items():
        if spec["method"] == "to_build":
            main += _to_build(reference, facts, code, spec, periods)
            continue
        sheet = Sheet(reference, facts, code, spec)
        for period in sheet.periods(periods):
            rows = list(_rows(sheet, period))
            main += rows
            local = [r.outcome.value for r in rows if r.scope not in ("national", "caf") and not r.breakdown]
            if sheet.spec.get("of") and not sheet.spec["local"]:
                local = [one.value for one in sheet.locals(period, {})]
            known = [one for one in local if isinstance(one, Fraction)]
            if known:
                spreads[code, period] = spread(known)
            secondary += _others(sheet, period)
    return main, secondary, spreads


def _to_build(
    reference: Reference, facts: Facts, code: str, spec: dict[str, Any], periods: list[str]
) -> Iterator[Line]:
    sheet = Sheet(reference, facts, code, {**spec, "numerator": None})
    for period in sheet.periods(periods):
        for scope in (*reference.caisses, "national"):
            yield Line(code, scope, period, "", Outcome(reason="a_construire"))


def _rows(sheet: Sheet, period: str, name: str = "", broken: bool = True) -> Iterator[Line]:
    """The rows of a sheet, or of one of its other values: caisses, national, caf; total and breakdowns."""
    scopes: list[tuple[str, tuple[str, ...]]] = []
    if sheet.spec.get("local"):
        scopes += [(body, (body,)) for body in sheet.caisses]
    if sheet.spec.get("perimeter") == "branche":
        scopes += [("caf", sheet.caisses)]
    whole = sheet.branch if sheet.spec.get("perimeter") == "branche" else sheet.caisses
    scopes += [("national", ("NATIONAL",) if sheet.spec.get("national") == "national_only" else whole)]
    for scope, bodies in scopes:
        picks: list[Picked] = [] if sheet.spec.get("headline") == "none" else [{}]
        if broken:
            picks += sheet.listed()
            seen = {tuple(one.items()) for one in picks}
            national = scope in ("national", "caf")
            asked = (*bodies, "NATIONAL") if national else bodies
            picks += [one for one in sheet.observed(asked, period, national=national) if tuple(one.items()) not in seen]
        for extra in picks:
            outcome = sheet.local(scope, period, extra) if scope == bodies[0] else _whole(sheet, bodies, period, extra)
            outcome.provisional = _provisional(sheet, bodies, period, extra)
            yield Line(sheet.code, scope, period, ";".join(f"{k}={v}" for k, v in sorted(extra.items())), outcome, name)


def _whole(sheet: Sheet, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
    """The national value; a breakdown that only the whole has comes from NATIONAL rows where there are some."""
    if extra:
        dimension = next(iter(extra))
        values = (sheet.spec.get("breakdowns") or {}).get(dimension)
        if isinstance(values, dict) and values.get("scope") == "national":
            outcome = sheet.national(("NATIONAL",), period, extra)
            if outcome.value is not None or outcome.reason:
                return outcome
    return sheet.national(bodies, period, extra)


def _provisional(sheet: Sheet, bodies: tuple[str, ...], period: str, extra: Picked) -> bool:
    if sheet.spec.get("provisional"):
        return True
    if "vintages" not in sheet.spec:
        return False
    measure = sheet.spec["numerator"]
    return len(period) > 4 or any(sheet.facts.given(measure, body, period, extra) is None for body in bodies)


def _others(sheet: Sheet, period: str) -> Iterator[Line]:
    """Secondary values and variants, and what a method shows beside its headline."""
    spec = sheet.spec
    if spec.get("cumulate_from"):
        yield from _rows(sheet.variation(cumulate_from=None), period, "période seule")
    for other in spec.get("secondary", ()):
        if other.get("method") == "units_below_target":
            yield from _below_target(sheet, period)
        elif other.get("method") == "mean_of_caisses":
            outcome = sheet.variation(national="mean").national(sheet.caisses, period, {})
            yield Line(sheet.code, "national", period, "", outcome, "mean_of_caisses")
        else:
            yield from _rows(_other(sheet, other), period, _name(other), broken="method" not in other)
    for other in spec.get("variants", ()):
        yield from _rows(_other(sheet, other), period, _name(other))
    if sheet.method in SPREADS:
        yield from _beside(sheet, period)


def _other(sheet: Sheet, other: dict[str, Any]) -> Sheet:
    """A secondary value or a variant: the sheet with its own measures, none of the sheet's where it names its own."""
    changes = {"secondary": (), "variants": (), "cumulate_from": None, "headline": None, "of": None, **other}
    if "method" not in other and sheet.method in SPREADS:
        changes["method"] = "ratio"
    if "numerator" in other:
        changes = {**dict.fromkeys(MEANINGS), **changes}
    if other.get("method") in ("count", "ratio") and sheet.spec["national"] in SPREADS:
        changes["national"] = "of_sums"
    return sheet.variation(**changes)


def _name(other: dict[str, Any]) -> str:
    if "name" in other:
        return str(other["name"])
    return " / ".join(filter(None, (other.get("numerator"), other.get("denominator")))) or str(other["method"])


def _below_target(sheet: Sheet, period: str) -> Iterator[Line]:
    compare = {">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, "=": lambda a, b: a == b}
    for target in sheet.reference.targets[sheet.code]:
        if target["scope"] != "national" or target["role"] != "target":
            continue
        if not str(target["from"])[:4] <= period <= str(target["to"])[:4]:
            continue
        found = sheet.locals(period, {})
        known = [one.value for one in found if one.value is not None]
        floor = Fraction(str(target["threshold"]))
        missed = Fraction(sum(not compare[target["operator"]](one, floor) for one in known))
        whole = sheet.variation(national="mean").national(sheet.caisses, period, {})
        outcome = replace(whole, value=missed if known else None, numerator=missed if known else None)
        yield Line(sheet.code, "national", period, "", outcome, "units_below_target")


def _beside(sheet: Sheet, period: str) -> Iterator[Line]:
    """What stands beside a spread: some of its figures for the whole, rank and gaps of each caisse for quantiles."""
    for extra in ({}, *sheet.listed()):
        outcomes = dict(zip(sheet.caisses, sheet.locals(period, extra), strict=True))
        known = {body: one for body, one in outcomes.items() if one.value is not None}
        if not known:
            continue
        figures = spread(one.value for one in known.values()).figures
        breakdown = ";".join(f"{k}={v}" for k, v in extra.items())
        if sheet.method == "quantiles":
            beside = {name: figures[key] for name, key in DECILES.items()}
        else:
            beside = {
                "moyenne": figures["mean"],
                "écart-type": figures["stdev"],
                "écart positif extrême à la moyenne": figures["max"] - figures["mean"],
                "écart négatif extrême à la moyenne": figures["mean"] - figures["min"],
            }
        whole = sheet.national(sheet.caisses, period, extra)
        for name, value in beside.items():
            yield Line(sheet.code, "national", period, breakdown, replace(whole, value=value), name)
        if sheet.method == "quantiles":
            for body, one in known.items():
                rank = Fraction(1 + sum(other.value < one.value for other in known.values()))
                own = replace(one, numerator=None, denominator=None)
                yield Line(sheet.code, body, period, breakdown, replace(own, value=rank), "rang")
                for name, key in zip(GAPS, DECILES.values(), strict=True):
                    yield Line(sheet.code, body, period, breakdown, replace(own, value=one.value - figures[key]), name)


def by_key(lines: Iterable[Line]) -> dict[tuple[str, ...], Line]:
    """Lines by key; a key given twice is a slip of ours."""
    found: dict[tuple[str, ...], Line] = {}
    for line in lines:
        assert line.key not in found, line.key
        found[line.key] = line
    return found
