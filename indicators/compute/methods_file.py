"""From an entry of the methods file to a `Definition`; every problem of the entry is reported at once, in
French.

PURE: the entry is a plain mapping, already parsed from YAML by the caller.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from cog.periods import Granularity, PeriodError
from cog.periods import parse as parse_period
from indicators.compute.definition import (
    HEADLINE_LOWEST,
    HEADLINE_NONE,
    PERIODICITIES,
    SPREADS,
    Definition,
    Dimension,
    Side,
)
from indicators.compute.expression import TOTAL, Expression, ExpressionError, join_breakdown, parse_expression
from indicators.compute.over_time import STOCK_SUM, Rule, Rules, same_rule

Entry = Mapping[str, object]
T = TypeVar("T")

KINDS = ("resultat", "suivi")
BETTER = ("higher", "lower", "none")
METHODS = (
    "ratio", "count", "variation", "evolution", "growth_gap", "coverage_gap", "weighted_gap", "dispersion",
    "variation_coefficient", "quantiles", "share_of_units", "reference_index", "survey", "units_below_target",
    "mean_of_caisses", "to_build",
)  # fmt: skip
NATIONALS = (
    "of_sums", "of_sums_plus", "mean", "national_only", "dispersion", "quantiles", "share_of_units",
    "variation_coefficient",
)  # fmt: skip
SPREAD_NATIONALS = frozenset({"dispersion", "quantiles", "variation_coefficient"})
PERIMETERS = ("caisses", "branche")
OVER_TIME: Mapping[str, Rules] = {
    "sum": same_rule(Rule.SUM),
    "last": same_rule(Rule.LAST),
    "mean": same_rule(Rule.MEAN),
    "stock_sum": STOCK_SUM,
    "monthly_forecasts": same_rule(Rule.LAST),
}
LENGTHS = {
    "month": Granularity.MONTH,
    "quarter": Granularity.QUARTER,
    "semester": Granularity.SEMESTER,
    "year": Granularity.YEAR,
}

TEXTS_FOR_READERS = frozenset(
    {"printed", "note", "concerned", "threshold", "by", "targets_by", "groups", "local_better"}
)
"""Fields that no formula reads: kept by the reference data, shown by the pages."""

METHOD_FORMULAS = frozenset({"reference_numerator", "reference_denominator"})
METHOD_OPTIONS = METHOD_FORMULAS | {
    "reference_year", "divisor", "of", "national_addition", "excluded_units", "excluded_flag", "judged",
}  # fmt: skip
"""Fields that belong to one method each; that method reads them from `Definition.options`.

Formulas are read there as expressions; the local value a spread is taken over (`of`) as a definition, or as
the code of another sheet.
"""

BREAKDOWN_FIELDS: Mapping[str, Side] = {
    "breakdowns": Side.BOTH,
    "optional_breakdowns": Side.NUMERATOR,
    "numerator_breakdowns": Side.NUMERATOR,
    "denominator_breakdowns": Side.DENOMINATOR,
}

OWN_FIELDS = frozenset(
    {
        "kind", "method", "name", "numerator", "denominator", "factor", "unit", "decimals", "better",
        "periodicity", "over_time", "national", "local", "perimeter", "headline", "secondary", "variants",
        "cumulate_from", "first_year", "first_period", "provisional", "vintages",
    }
)  # fmt: skip
FIELDS = OWN_FIELDS | TEXTS_FOR_READERS | METHOD_OPTIONS | BREAKDOWN_FIELDS.keys()

NOT_INHERITED = frozenset({"secondary", "variants", "printed", "note", "vintages"})
FORMULA = frozenset({"numerator", "denominator", "factor"})


NEED_NUMERATOR = frozenset(METHODS) - {"to_build", "dispersion", "variation_coefficient", "quantiles"}
NEED_DENOMINATOR = frozenset({"ratio", "survey", "growth_gap", "coverage_gap"})
METHOD_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("growth_gap", "coverage_gap"), ("reference_numerator", "reference_denominator")),
    **dict.fromkeys(("dispersion", "variation_coefficient", "quantiles"), ("of",)),
    "weighted_gap": ("reference_numerator",),
    "reference_index": ("reference_year",),
}
"""What a method cannot do without, beside its formula."""


class DefinitionError(ValueError):
    """An entry that is not a definition; `problems` lists all that is wrong, in French."""

    def __init__(self, code: str, problems: Collection[str]) -> None:
        super().__init__("\n".join(f"{code} : {problem}" for problem in problems))
        self.code = code
        self.problems = tuple(problems)


def definition_from(code: str, entry: Entry, measures: Collection[str] | None = None) -> Definition:
    """The definition of one sheet. `measures`: the codes allowed in formulas (None: any well-formed code).

    Raises DefinitionError with every problem of the entry, those of its secondary values and variants
    included.
    """
    problems: list[str] = []
    definition = _definition(code, entry, measures, problems, name="", where="")
    if problems or definition is None:
        raise DefinitionError(code, problems)
    return definition


def _definition(
    code: str, entry: Entry, measures: Collection[str] | None, problems: list[str], *, name: str, where: str
) -> Definition | None:
    fields = _Fields(entry, problems, where)
    fields.refuse_unknown()
    method = fields.choice("method", METHODS)
    computed = method != "to_build"
    numerator = fields.expression("numerator", measures, required=method in NEED_NUMERATOR)
    denominator = fields.expression("denominator", measures, required=method in NEED_DENOMINATOR)
    options = fields.options(code, measures)
    for key in METHOD_NEEDS.get(method, ()):
        fields.require(key)
    terms = [term for term in (numerator, denominator, *options.values()) if isinstance(term, Expression)]
    definition = Definition(
        code=code,
        name=name,
        kind=fields.choice("kind", KINDS),
        method=method,
        numerator=numerator,
        denominator=denominator,
        factor=fields.factor(),
        unit=fields.text("unit", required=computed),
        decimals=fields.whole_number("decimals", required=computed) or 0,
        better=fields.choice("better", BETTER, default=None if computed else "none"),
        periodicities=fields.periodicities(),
        over_time=fields.over_time(frozenset(measure for term in terms for measure in term.measures))
        | fields.over_time_beside(),
        national=fields.choice("national", NATIONALS, default=None if computed else ""),
        local=fields.flag("local", required=True),
        perimeter_branch=fields.choice("perimeter", PERIMETERS, default="caisses") == "branche",
        dimensions=fields.dimensions(),
        headline=fields.headline(),
        secondary=fields.children("secondary", code, measures),
        variants=fields.children("variants", code, measures),
        cumulate_from=fields.whole_number("cumulate_from"),
        first=fields.first_day(),
        provisional=fields.flag("provisional"),
        has_vintages="vintages" in entry,
        options=options,
    )
    return None if problems else definition


class _Fields:
    """Reads the fields of an entry one by one, and notes what is wrong instead of stopping."""

    def __init__(self, entry: Entry, problems: list[str], where: str) -> None:
        self._entry = entry
        self._problems = problems
        self._where = where

    def refuse_unknown(self) -> None:
        for key in self._entry.keys() - FIELDS:
            self._problem(key, "ce champ", "un champ connu")

    def require(self, key: str) -> None:
        if key not in self._entry:
            self._problem(key, "rien", f"un champ que demande la méthode « {self._entry.get('method')} »")

    def text(self, key: str, *, required: bool = False) -> str:
        return self._typed(key, str, "", "un texte", required=required)

    def flag(self, key: str, *, required: bool = False) -> bool:
        return self._typed(key, bool, False, "true ou false", required=required)

    def whole_number(self, key: str, *, required: bool = False) -> int | None:
        if key not in self._entry and not required:
            return None
        value = self._typed(key, int, 0, "un nombre entier", required=required)
        if value < 0:
            self._problem(key, str(value), "un nombre entier positif ou nul")
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        value = self._entry.get(key, default)
        if value == default and default is not None:
            return default
        if isinstance(value, str) and value in allowed:
            return value
        self._problem(key, _shown(value), f"l'un de {', '.join(allowed)}")
        return ""

    def factor(self) -> Decimal:
        value = self._entry.get("factor", 1)
        if isinstance(value, bool) or not isinstance(value, int | str):
            self._problem("factor", _shown(value), "un nombre entier, ou un décimal entre guillemets")
            return Decimal(1)
        return self._attempt("factor", "un nombre", lambda: Decimal(value)) or Decimal(1)

    def expression(self, key: str, measures: Collection[str] | None, *, required: bool) -> Expression | None:
        text = self.text(key, required=required)
        if not text:
            return None
        try:
            return parse_expression(text, measures)
        except ExpressionError as error:
            self._problem(key, error.found, error.expected)
            return None

    def periodicities(self) -> tuple[str, ...]:
        words = self._entry.get("periodicity", [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self._problem("periodicity", _shown(words), "une liste de rythmes")
            return ()
        for word in words:
            if word not in PERIODICITIES:
                self._problem("periodicity", word, f"l'un de {', '.join(PERIODICITIES)}")
        return tuple(word for word in words if word in PERIODICITIES)

    def over_time_beside(self) -> dict[str, Rules]:
        """The rules of the measures that stand in no formula: the Cnaf's costs add up, a flag is the last one said."""
        added, flag = self._entry.get("national_addition", []), self._entry.get("excluded_flag")
        rules: dict[str, Rules] = {}
        if isinstance(added, list):
            rules |= {str(measure): same_rule(Rule.SUM) for measure in added}
        return rules | ({flag: same_rule(Rule.LAST)} if isinstance(flag, str) else {})

    def over_time(self, measures: frozenset[str]) -> dict[str, Rules]:
        """One rule for all, one per measure, or one per length of period."""
        spec = self._entry.get("over_time")
        if not measures:  # a spread: the rules are those of the value it is taken over
            return {}
        if not isinstance(spec, Mapping):
            return dict.fromkeys(measures, self._rules(spec))
        if spec.keys() <= LENGTHS.keys():
            by_length = {LENGTHS[length]: self._rules(rule)[LENGTHS[length]] for length, rule in spec.items()}
            return dict.fromkeys(measures, same_rule(Rule.SUM) | by_length)
        for measure in measures ^ spec.keys():
            self._problem("over_time", measure, "une règle pour chaque mesure de la formule, et elles seules")
        return {str(measure): self._rules(rule) for measure, rule in spec.items()}

    def dimensions(self) -> tuple[Dimension, ...]:
        specs = {key: self._mapping(key) for key in BREAKDOWN_FIELDS}
        return tuple(
            dimension
            for key, side in BREAKDOWN_FIELDS.items()
            for dimension in self._dimensions_of(key, side, specs[key], specs["breakdowns"])
        )

    def headline(self) -> str:
        word = self.text("headline")
        known = {value for dimension in self._quiet_dimensions() for value in dimension.values}
        if word and word not in known | {HEADLINE_LOWEST, HEADLINE_NONE}:
            self._problem("headline", word, "min, none, ou une valeur des ventilations de la fiche")
        return word

    def children(self, key: str, code: str, measures: Collection[str] | None) -> tuple[Definition, ...]:
        specs = self._entry.get(key, [])
        if not isinstance(specs, list) or not all(isinstance(spec, Mapping) for spec in specs):
            self._problem(key, _shown(specs), "une liste de définitions")
            return ()
        read = [self._child(key, rank, spec, code, measures) for rank, spec in enumerate(specs, start=1)]
        return tuple(child for child in read if child is not None)

    def options(self, code: str, measures: Collection[str] | None) -> dict[str, object]:
        """The settings of one method: formulas are read, the rest is kept as written."""
        options = {key: value for key, value in self._entry.items() if key in METHOD_OPTIONS}
        for key in METHOD_FORMULAS & options.keys():
            options[key] = self.expression(key, measures, required=True)
        local_value = options.get("of")
        if isinstance(local_value, Mapping):
            base = {key: value for key, value in self._entry.items() if key not in NOT_INHERITED | METHOD_OPTIONS}
            entry = base | {"method": "ratio"} | dict(local_value)
            where = f"{self._where}of."
            options["of"] = _definition(code, entry, measures, self._problems, name="of", where=where)
        return options

    def first_day(self) -> date | None:
        word = self._entry.get("first_period", self._entry.get("first_year"))
        if word is None:
            return None
        try:
            return parse_period(str(word)).start
        except PeriodError as error:
            self._problem("first_period", error.found, error.expected)
            return None

    def _child(
        self, key: str, rank: int, spec: Entry, code: str, measures: Collection[str] | None
    ) -> Definition | None:
        """A secondary value or a variant: what it does not say is the sheet's, except the formula."""
        dropped = NOT_INHERITED | (FORMULA if "numerator" in spec else frozenset())
        if key == "secondary":  # a variant is broken down as the sheet is, a secondary value is not
            dropped |= BREAKDOWN_FIELDS.keys() | {"headline"}
        inherited = {field: value for field, value in self._entry.items() if field not in dropped}
        entry = inherited | dict(spec)
        if entry.get("national") in SPREAD_NATIONALS and entry.get("method") not in SPREADS:
            entry["national"] = "of_sums"  # a plain value beside a spread (F16-43.2's count)
        where = f"{self._where}{key}[{rank}]."
        return _definition(code, entry, measures, self._problems, name=_name_of(entry, spec), where=where)

    def _dimensions_of(self, key: str, side: Side, spec: Entry, main: Entry) -> list[Dimension]:
        within = self._within(key, spec.get("of"), main)
        return [
            self._dimension(key, name, values, side=side, within=within)
            for name, values in spec.items()
            if name != "of"
        ]

    def _dimension(self, key: str, name: str, spec: object, *, side: Side, within: str) -> Dimension:
        national_only = isinstance(spec, Mapping) and spec.get("scope") == "national"
        values = spec.get("values") if isinstance(spec, Mapping) else spec
        if values == "open":
            values = []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self._problem(key, f"{name} : {_shown(values)}", "une liste de textes, ou open")
            values = []
        return Dimension(name, tuple(values), side, within, national_only, optional=key == "optional_breakdowns")

    def _within(self, key: str, value: object, main: Entry) -> str:
        """The canonical breakdown of `of: aide_logement`: the dimension of the sheet that has this value."""
        if value is None:
            return TOTAL
        for name, values in main.items():
            if isinstance(values, list) and value in values:
                return join_breakdown([(name, str(value))])
        self._problem(key, _shown(value), "une valeur des ventilations de la fiche")
        return TOTAL

    def _quiet_dimensions(self) -> tuple[Dimension, ...]:
        return _Fields(self._entry, [], self._where).dimensions()

    def _mapping(self, key: str) -> Entry:
        value = self._entry.get(key, {})
        if isinstance(value, Mapping):
            return value
        self._problem(key, _shown(value), "un tableau de ventilations")
        return {}

    def _rules(self, spec: object) -> Rules:
        if isinstance(spec, str) and spec in OVER_TIME:
            return OVER_TIME[spec]
        self._problem("over_time", _shown(spec), f"l'un de {', '.join(OVER_TIME)}")
        return same_rule(Rule.SUM)

    def _typed(self, key: str, kind: type[T], default: T, expected: str, *, required: bool) -> T:
        value = self._entry.get(key)
        if value is None and not required:
            return default
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self._problem(key, _shown(value), expected)
        return default

    def _attempt(self, key: str, expected: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (ArithmeticError, ValueError):
            self._problem(key, _shown(self._entry.get(key)), expected)
            return None

    def _problem(self, key: str, found: str, expected: str) -> None:
        self._problems.append(f"champ « {self._where}{key} » : trouvé {found}, attendu {expected}")


def _name_of(entry: Entry, spec: Entry) -> str:
    """The published name of a secondary value: the one written, else its formula, else its method."""
    written = spec.get("name")
    if isinstance(written, str):
        return written
    if "numerator" not in spec:
        return str(entry.get("method", ""))
    denominator = entry.get("denominator")
    return f"{entry['numerator']} / {denominator}" if denominator else str(entry["numerator"])


def _shown(value: object) -> str:
    return "rien" if value is None else f"« {value} »"
