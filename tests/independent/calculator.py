"""An independent calculation of every result: from rows in force to rows of results, secondary ones, dispersions.

Written from methods.yaml, measures.csv, organisations.csv, the printed targets, `design/contracts.md` (« Rules of
computation ») and `design/domain.md` §4 only. Exact fractions; a standard deviation alone is a 60-digit Decimal.

Readings taken where the text allows two (the other one in brackets):
R1  a quantity whose coarser value is missing is added from its finer ones, missing ones skipped (« uses what was
    reported »).
R2  a ratio's pairs: where one term is given at a coarser period, the other is completed from its finer values only
    if none of them is missing; else the pair is looked for at the finer periods [mix a whole term with a partial
    one].
R3  `last`: the last period at every step, year -> S2 -> T4 -> December -> the 31st; missing there is missing.
R4  the total of a measure given by breakdown only is the sum over one dimension whose whole list was given, NS counting
    as given [the sum of what was given of it]. The first such dimension of measures.csv.
R5  an explicit total wins over the sum of its breakdowns. Optional breakdowns make totals like the others.
R6  NS is an answer: it counts as reported, and gives no pair; a span of which all is NS is `sans_objet` [NS as not
    concerned; NS as missing]. A term NS beside a term missing: missing. NS beside numbers, in a sum of breakdowns or in
    an expression, counts for nothing (a - NS = a) [the pair is dropped].
R7  `first_period: 2013-T4`: every period that ends after its beginning has a row (2013-S2, 2013 too).
R8  breakdown rows hold for every listed value at every period; where nobody reported it the row is empty. Optional
    and open lists only have the values reported by the body (the scope) itself.
R9  a breakdown applies to the measures that have the dimension; the others keep their total (F14-35, F21-57's
    denominators). A breakdown of the row replaces the one an expression picks on the same dimension, and only
    there: each phase of F15-40 is compared with the total, so that they add to 100.
R10 F16-41 is in M€ in `value`, its numerator in euros.
R11 `headline: none` has no total row. `headline: aboutie` / `ga`: the total row is that of this breakdown. `min`:
    the lowest breakdown, for a caisse as for the whole.
R12 growth and coverage gaps: each of the two rates takes the bodies that have its own terms (both years) [all four
    terms]. Growth is N/N-1 - 1 of the rate of the sums; a reference growth <= 0 is `solde_nul_ou_negatif`; the
    first rate may fall.
R13 F1-4.1: only the denominator's net change must be positive; a negative numerator is a value. The sign is that of
    the sums (of the scope and of the years together), not of each body.
R14 weighted gap: month by month on sums of the bodies that have the forecast and the accounts; weights of the
    months missing are left out of the denominator. A value is 100 x.
R15 of_sums_plus: the additions enter the total row only, the breakdown rows stay sums of caisses; an addition
    missing leaves the value of what is known, state incomplet.
R16 share_of_units: units answering 0 or 1; NS and externalised units are not concerned. The flag of exclusion
    missing is 0.
R17 F20-48 (`branche`, national_only) has a `caf` row, empty, `donnee_manquante`.
R18 F1-3: no pilot group known -> every caisse is concerned.
R19 F1-1.1 at the year: the value given for the year (Mneaje) else December's (Tms); given = definitif, else
    provisoire.
R20 state: sans_objet, then non_calculable, then incomplet (something concerned is missing), then provisoire, then
    definitif.
R21 cumulate_from: the headline is the cumulative value; pairs are (body, year); the year's own is secondary.
R22 national `mean`, mean_of_caisses, dispersion: over the caisses that have a value, complete or not; completeness adds
    the (caisse, finest period) pairs [caisses with a value / 102].
R23 units_below_target counts the caisses whose unrounded value fails the national target in force that year.
R24 excluded units count nowhere: no row, no value, not concerned.
R25 completeness of ratio by pairs of (body, finest period); variation, evolution, index: bodies that have both
    years.
R26 quantile groups: nothing without groups. Rank 1 is the lowest value; equal values share the rank.
R27 a survey's total is only the row without breakdown. Survey breakdowns of an open list: R8.
R28 an evolution's divisor nil -> denominateur_nul, for the sum; a body with N-1 = 0 still counts in the sums.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.independent.facts import NS, Facts, Gathered, Picked
from tests.independent.outcomes import NET, NO_DATA, ZERO, Outcome, coefficient, lowest, signed, spread
from tests.independent.reference import GRAINS, Reference, Term, grain, months_of, terms_of

WEIGHTS = dict(zip(range(2, 13), [Fraction(1)] * 6 + [Fraction(115, 100)] * 3 + [Fraction(13, 10)] * 2, strict=True))
SPREADS = ("dispersion", "variation_coefficient", "quantiles")


# --- A sheet ---------------------------------------------------------------------------------------------------
class Sheet:
    """One entry of methods.yaml, or one of its variants and secondary values."""

    def __init__(self, reference: Reference, facts: Facts, code: str, spec: dict[str, Any]) -> None:
        self.reference, self.facts, self.code, self.spec = reference, facts, code, spec
        self.method: str = spec["method"]
        base = spec["of"] if isinstance(spec.get("of"), dict) else spec
        self.factor = Fraction(str(base.get("factor", 1)))
        self.top = terms_of(base.get("numerator"))
        self.bottom = terms_of(base.get("denominator"))
        self.rules = spec.get("over_time", "last")
        self.excluded = set(spec.get("excluded_units", ()))
        self.caisses = tuple(one for one in reference.caisses if one not in self.excluded)
        self.branch = tuple(one for one in reference.branch if one not in self.excluded)
        self.previous_divisor = spec.get("divisor", "previous") == "previous"

    def variation(self, **changes: Any) -> "Sheet":
        return Sheet(self.reference, self.facts, self.code, {**self.spec, **changes})

    # - which rows
    def periods(self, asked: Iterable[str]) -> list[str]:
        """Those of `asked` that the sheet prints."""
        grains = {GRAINS[one] for one in self.spec.get("periodicity", ["annual"])}
        kept = "MTSA" if grains & {"D", "M"} else "SA" if "S" in grains else "A"
        first = self.spec.get("first_period") or self.spec.get("first_year")
        start = months_of(str(first))[0] if first else ""
        return [one for one in asked if grain(one) in kept and months_of(one)[-1] >= start]

    def listed(self) -> list[Picked]:
        """The breakdowns that always have their row."""
        found: list[Picked] = []
        for key in ("breakdowns", "denominator_breakdowns"):
            for dimension, values in (self.spec.get(key) or {}).items():
                if isinstance(values, list):
                    found += [{dimension: value} for value in values]
        inner = dict(self.spec.get("numerator_breakdowns") or {})
        if inner:
            outer = inner.pop("of")
            holder = next(d for d, values in self.spec["breakdowns"].items() if outer in values)
            found += [{holder: outer, dimension: value} for dimension, values in inner.items() for value in values]
        return found

    def observed(self, bodies: Iterable[str], period: str, *, national: bool) -> list[Picked]:
        """The breakdowns of open and optional lists that these bodies reported."""
        dimensions = set(self.spec.get("optional_breakdowns") or {})
        for dimension, values in (self.spec.get("breakdowns") or {}).items():
            only_national = isinstance(values, dict) and values.get("scope") == "national"
            if not isinstance(values, list) and (national or not only_national):
                dimensions.add(dimension)
        if not dimensions:
            return []
        cells = self.facts.breakdowns({t.measure for t in (*self.top, *self.bottom)}, bodies, period)
        found = {next(iter(cell)) for cell in cells if len(cell) == 1 and next(iter(cell))[0] in dimensions}
        return [{dimension: value} for dimension, value in sorted(found)]

    def headline(self) -> Picked:
        """The breakdown a total row stands for."""
        wanted = self.spec.get("headline")
        if wanted in (None, "min", "none"):
            return {}
        return next(one for one in self.listed() if wanted in one.values())

    # - values
    def gather(self, terms: tuple[Term, ...], bodies: Iterable[str], period: str, extra: Picked) -> Gathered:
        found = Gathered()
        for body in bodies:
            found.add(
                self.facts.gather(
                    terms, body, period, extra, self.rules, summed=self.method != "survey", cut=len(self.top)
                )
            )
        return found

    def evaluate(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        """The value over some bodies from their added components."""
        return getattr(self, "_" + self.method)(bodies, period, extra)

    def _outcome(self, found: Gathered) -> Outcome:
        return Outcome(reported=found.reported, concerned=found.concerned, aside=found.aside)

    def _count(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        found = self.gather(self.top, bodies, period, extra)
        outcome = self._outcome(found)
        if found.pairs:
            outcome.numerator = outcome.value = signed(self.top, found.pairs)
            if self.spec.get("unit") == "M€":
                outcome.value = outcome.numerator / 1_000_000
        return outcome

    def _ratio(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        since = self.spec.get("cumulate_from")
        spans = [str(year) for year in range(since, int(period))] + [period] if since else [period]
        found = Gathered()
        for span in spans:
            found.add(self.gather((*self.top, *self.bottom), bodies, span, extra))
        outcome = self._outcome(found)
        if not found.pairs:
            return outcome
        size = len(self.top)
        outcome.numerator = signed(self.top, [pair[:size] for pair in found.pairs])
        outcome.denominator = signed(self.bottom, [pair[size:] for pair in found.pairs])
        self._add(outcome, bodies, period, extra)
        if len(self.bottom) > 1 and outcome.denominator <= 0:
            outcome.reason = NET
        elif outcome.denominator == 0:
            outcome.reason = ZERO
        else:
            outcome.value = self.factor * outcome.numerator / outcome.denominator
        return outcome

    _survey = _ratio

    def _add(self, outcome: Outcome, bodies: tuple[str, ...], period: str, extra: Picked) -> None:
        """of_sums_plus: what only the Cnaf supplies enters the national total."""
        if self.spec.get("national") != "of_sums_plus" or len(bodies) == 1 or extra:
            return
        for measure in self.spec["national_addition"]:
            added = self.facts.value(measure, "NATIONAL", period, {}, "sum")
            if added == NS:
                outcome.aside += 1
                continue
            outcome.concerned += 1
            if isinstance(added, Fraction):
                outcome.numerator += added
                outcome.reported += 1

    def _both_years(
        self, terms: tuple[Term, ...], bodies: tuple[str, ...], period: str, before: str, extra: Picked
    ) -> tuple[Gathered, Gathered]:
        """The components of two years, over the bodies that have both."""
        now, then = Gathered(), Gathered()
        for body in bodies:
            one, two = self.gather(terms, (body,), period, extra), self.gather(terms, (body,), before, extra)
            if one.pairs and two.pairs:
                now.pairs, then.pairs = now.pairs + one.pairs, then.pairs + two.pairs
                now.reported += 1
                now.concerned += 1
            elif (one.aside or one.pairs) and (two.aside or two.pairs):
                now.aside += 1
            else:
                now.concerned += 1
        return now, then

    def _two_sums(self, bodies: tuple[str, ...], period: str, before: str, extra: Picked) -> Outcome:
        now, then = self._both_years(self.top, bodies, period, before, extra)
        outcome = self._outcome(now)
        if now.pairs:
            outcome.numerator, outcome.denominator = signed(self.top, now.pairs), signed(self.top, then.pairs)
        return outcome

    def _variation(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        outcome = self._two_sums(bodies, period, str(int(period) - 1), extra)
        if outcome.numerator is not None:
            outcome.value = outcome.numerator - outcome.denominator
        return outcome

    def _evolution(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        outcome = self._two_sums(bodies, period, str(int(period) - 1), extra)
        if outcome.numerator is not None:
            divisor = outcome.denominator if self.previous_divisor else outcome.numerator
            if divisor == 0:
                outcome.reason = ZERO
            else:
                outcome.value = 100 * (outcome.numerator - outcome.denominator) / divisor
        return outcome

    def _reference_index(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        outcome = self._two_sums(bodies, period, str(self.spec["reference_year"]), extra)
        if outcome.numerator is not None:
            if outcome.denominator == 0:
                outcome.reason = ZERO
            else:
                outcome.value = 100 * (outcome.numerator / outcome.denominator - 1)
        return outcome

    def _rates(self) -> list[tuple[Term, Term]]:
        pairs = (("numerator", "denominator"), ("reference_numerator", "reference_denominator"))
        return [(terms_of(self.spec[top])[0], terms_of(self.spec[bottom])[0]) for top, bottom in pairs]

    def _growth_gap(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        growths: list[Fraction | None] = []
        outcome = Outcome()
        for rate in self._rates():
            now, then = self._both_years(rate, bodies, period, str(int(period) - 1), extra)
            outcome.reported += now.reported
            outcome.concerned += now.concerned
            outcome.aside += now.aside
            if not now.pairs:
                growths.append(None)
                continue
            sums = [sum((pair[i] for pair in side.pairs), Fraction(0)) for side in (now, then) for i in (0, 1)]
            if 0 in (sums[1], sums[2], sums[3]):
                outcome.reason = ZERO
                growths.append(None)
            else:
                growths.append((sums[0] / sums[1]) / (sums[2] / sums[3]) - 1)
        if not outcome.reason and None not in growths:
            if growths[1] <= 0:
                outcome.reason = NET
            else:
                outcome.value = growths[0] / growths[1]
        if outcome.value is None and not outcome.reason:
            outcome.reason = NO_DATA
        return outcome

    def _coverage_gap(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        rates: list[Fraction] = []
        outcome = Outcome()
        for rate in self._rates():
            found = self.gather(rate, bodies, period, extra)
            outcome.aside += found.aside
            outcome.reported += found.reported
            outcome.concerned += found.concerned
            if not found.pairs:
                return replace(outcome, reason=NO_DATA)
            top, bottom = (sum((pair[i] for pair in found.pairs), Fraction(0)) for i in (0, 1))
            if bottom == 0:
                return replace(outcome, reason=ZERO)
            rates.append(top / bottom)
        if rates[1] == 0:
            return replace(outcome, reason=ZERO)
        outcome.value = 100 * rates[0] / rates[1]
        return outcome

    def _weighted_gap(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        forecast, accounts = self.spec["numerator"], self.spec["reference_numerator"]
        gaps = weights = Fraction(0)
        outcome = Outcome()
        for month, weight in WEIGHTS.items():
            expected = closed = Fraction(0)
            known = False
            for body in bodies:
                pair = (
                    self.facts.given(forecast, body, f"{period}-{month:02d}", {}),
                    self.facts.value(accounts, body, period, {}, "last"),
                )
                if NS in pair and None not in pair:
                    outcome.aside += 1
                    continue
                outcome.concerned += 1
                if None not in pair:
                    outcome.reported += 1
                    known, expected, closed = True, expected + pair[0], closed + pair[1]
            if not known:
                continue
            if closed == 0:
                outcome.reason = ZERO
                continue
            gaps += weight * abs(expected - closed) / closed
            weights += weight
        if weights and not outcome.reason:
            outcome.value = 100 * gaps / weights
        return outcome

    def flags(self, bodies: Iterable[str], period: str, extra: Picked) -> dict[str, Any]:
        """body -> its flag (None: has not answered), without those not concerned."""
        found = {}
        excluding = self.spec.get("excluded_flag")
        for body in bodies:
            if excluding and self.facts.value(excluding, body, period, extra, "last") == 1:
                continue
            found[body] = self.facts.value(self.spec["numerator"], body, period, extra, "last")
        return found

    def _share_of_units(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        flags = self.flags(bodies, period, extra)
        asked = {body: flag for body, flag in flags.items() if flag != NS}
        answered = [flag for flag in asked.values() if flag is not None]
        outcome = Outcome(reported=len(answered), concerned=len(asked), aside=len(bodies) - len(asked))
        if answered:
            outcome.numerator, outcome.denominator = Fraction(answered.count(1)), Fraction(len(answered))
            outcome.value = 100 * outcome.numerator / outcome.denominator
        return outcome

    # - spreads
    def local(self, body: str, period: str, extra: Picked) -> Outcome:
        """A caisse's own value."""
        if self.method in SPREADS:
            return self._of().local(body, period, extra)
        if self.spec.get("headline") == "min" and not extra:
            return lowest([self.evaluate((body,), period, one) for one in self.listed()])
        return self.evaluate((body,), period, extra or self.headline())

    def _of(self) -> "Sheet":
        of = self.spec["of"]
        if isinstance(of, str):
            return Sheet(self.reference, self.facts, of, self.reference.methods[of])
        return self.variation(**of, of=None, method="ratio")

    def locals(self, period: str, extra: Picked) -> list[Outcome]:
        return [self.local(body, period, extra) for body in self.caisses]

    def national(self, bodies: tuple[str, ...], period: str, extra: Picked) -> Outcome:
        """The value of the whole, or of the caisses alone."""
        method = self.method
        if (
            method in SPREADS
            or method in ("mean_of_caisses", "units_below_target")
            or self.spec.get("national") == "mean"
        ):
            return self._over_caisses(period, extra)
        if self.spec.get("national") == "national_only":
            if bodies != ("NATIONAL",):
                return Outcome(reason=NO_DATA)
            return self.evaluate(bodies, period, extra or self.headline())
        if self.spec.get("headline") == "min" and not extra:
            return lowest([self.evaluate(bodies, period, one) for one in self.listed()])
        return self.evaluate(bodies, period, extra or self.headline())

    def _over_caisses(self, period: str, extra: Picked) -> Outcome:
        found = self.locals(period, extra)
        known = [one.value for one in found if one.value is not None]
        outcome = Outcome(
            reported=sum(one.reported for one in found),
            concerned=sum(one.concerned for one in found),
            aside=sum(one.aside for one in found),
        )
        if not known:
            return outcome
        shown = spread(known)
        if self.method == "dispersion":
            outcome.value = shown.figures["range"]
        elif self.method == "quantiles":
            outcome.value = shown.figures["d9"] - shown.figures["d1"]
        elif self.method == "variation_coefficient":
            outcome.value = coefficient(shown)
            outcome.reason = ZERO if outcome.value is None else ""
        else:
            outcome.value = shown.figures["mean"]
        outcome.partial = any(one.state() == "incomplet" for one in found)
        return outcome
