"""Figures: exact rounding, French display, French reading, and why a figure is missing.

PURE. `Decimal` everywhere, never float. Rounding is for display only: comparisons and stored results are
unrounded.

Rounding is half away from zero (ROUND_HALF_UP): it is what French accounts and every spreadsheet (ARRONDI)
do, so a reader who rounds our exported figure finds ours. Half-even, better for sums, would print 0,5 as 0
and look wrong.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

THOUSANDS = "\u202f"  # NARROW NO-BREAK SPACE
BEFORE_UNIT = "\u00a0"  # NO-BREAK SPACE
MINUS = "\u2212"  # MINUS SIGN

NOT_AVAILABLE = "n.d."
NOT_APPLICABLE = "s.o."

MAX_DIGITS = 15

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Room for any observation (15 digits), any sum of them and any quotient of the calculations (40 digits)."""


class Reason(StrEnum):
    """« motif » — why a figure could not be computed. Never shown as 0."""

    ZERO_DENOMINATOR = "denominateur_nul"
    MISSING_DATA = "donnee_manquante"
    NON_POSITIVE_BALANCE = "solde_nul_ou_negatif"
    DISAGREEING_BREAKDOWNS = "ventilations_discordantes"

    @property
    def state_code(self) -> str:
        """The code published in the column `state`; a refused total is published as missing data."""
        published = Reason.MISSING_DATA if self is Reason.DISAGREEING_BREAKDOWNS else self
        return f"non_calculable:{published.value}"

    @property
    def label(self) -> str:
        """What a page says, in French."""
        return _REASON_LABELS[self]


_REASON_LABELS = {
    Reason.ZERO_DENOMINATOR: "non calculable : le dénominateur est nul",
    Reason.MISSING_DATA: "non calculable : il manque une donnée",
    Reason.NON_POSITIVE_BALANCE: "non calculable : le solde est nul ou négatif",
    Reason.DISAGREEING_BREAKDOWNS: "non calculable : les ventilations donnent des totaux différents",
}


class Operator(StrEnum):
    """« sens de la comparaison » of a value with a threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="

    def holds(self, value: Decimal, threshold: Decimal) -> bool:
        """Whether `value` meets `threshold`, both exact and in the same unit."""
        if self is Operator.AT_LEAST:
            return value >= threshold
        if self is Operator.AT_MOST:
            return value <= threshold
        return value == threshold


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, half away from zero; never a negative zero. Display only."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=EXACT)
    return rounded if rounded else rounded.copy_abs()


def format_figure(value: Decimal | None, decimals: int, unit: str = "") -> str:
    """A figure as a French reader expects it: « −1 234,5 % ».

    U+202F between thousands, decimal comma, U+2212 minus, U+00A0 before the unit. None gives « n.d. ».
    """
    if value is None:
        return NOT_AVAILABLE
    rounded = round_half_up(value, decimals)
    digits = f"{rounded.copy_abs():,f}".replace(",", THOUSANDS).replace(".", ",")
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{digits}{BEFORE_UNIT}{unit}" if unit else f"{sign}{digits}"


def format_gap(gap: Decimal | None, decimals: int, unit: str = "") -> str:
    """A difference, with its sign: « +1,2 points »; a gap between percentages is in points; « = » for none at all.

    A gap that exists is never shown as nil: it takes the decimals it needs.
    """
    if gap is None:
        return NOT_AVAILABLE
    if not gap:
        return "="
    while not round_half_up(gap, decimals):
        decimals += 1
    name = unit if unit not in ("%", "points") else "points" if abs(gap) >= 2 else "point"  # plural from 2 on
    return ("+" if gap > 0 else "") + format_figure(gap, decimals, name)


def format_exact(value: Decimal, unit: str = "") -> str:
    """A figure with the decimals it has and no more, for a printed threshold: « 85 % », « 8,31 % »."""
    return format_figure(value, decimals_of(value), unit)


def format_whole(value: Decimal, decimals: int, unit: str = "") -> str:
    """A sum of money with every digit it has, and at least those its table prints: « 24,00 », « 1,525 »."""
    return format_figure(value, max(decimals, decimals_of(value)), unit)


def format_size(size: int) -> str:
    """The size of a file in a French text: « 25 Mo », « 1,9 Mo », « 340 ko », 1 024 by 1 024."""
    if size < 1024 * 1024:
        return format_figure(Decimal(max(size, 1)) / 1024, 0 if size >= 1024 else 1, "ko")
    value = Decimal(size) / (1024 * 1024)
    return format_exact(round_half_up(value, 1), "Mo")


def plain(value: Decimal) -> str:
    """A decimal for a file: no exponent, no useless zero, a point: « 84.5454545454545 »."""
    written = format(value, "f")
    return (written.rstrip("0").rstrip(".") or "0") if "." in written else written


def format_against(value: Decimal | None, threshold: Decimal, operator: Operator, decimals: int, unit: str = "") -> str:
    """Like `format_figure`, with as many more decimals as it takes to stay on the same side of `threshold`.

    A display never rounds a miss into a hit, nor a hit into a miss: 84.96 against >= 85 shows « 84,96 », not
    « 85,0 ».
    """
    if value is None:
        return NOT_AVAILABLE
    met = operator.holds(value, threshold)
    while operator.holds(round_half_up(value, decimals), threshold) is not met:
        decimals += 1  # ends: with all its decimals the figure shown is the value itself
    return format_figure(value, decimals, unit)


def decimals_of(value: Decimal) -> int:
    """Number of decimals that matter: 2 for 8.310 and 8.31, 0 for 85.0 and 8.5E+3."""
    exponent = value.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


class NumberError(ValueError):
    """A text that is not a number as we accept them; says in French what was found and expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"Nombre illisible : trouvé « {found} », attendu {expected}.")
        self.found = found
        self.expected = expected


class AmbiguousNumberError(NumberError):
    """« 1.234 », where the caller asked not to guess between 1,234 and 1 234."""


_SPACES = " \u00a0\u202f\u2009"
_NUMBER = re.compile(
    rf"(?P<sign>[-+{MINUS}]?)"
    rf"(?P<whole>[0-9]+|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+)"
    rf"(?:(?P<mark>[.,])(?P<fraction>[0-9]+))?"
)
_DOT_READ_TWO_WAYS = re.compile(rf"[-+{MINUS}]?[1-9][0-9]{{0,2}}\.[0-9]{{3}}")
_EXPECTED_NUMBER = "un nombre en chiffres, comme « 1 234,5 » (virgule ou point pour les décimales)"


def parse_french_decimal(text: str, *, unit: str = "%", refuse_ambiguous_dot: bool = False) -> Decimal:
    """Read a number typed or copied by a person; reads back every figure displayed by `format_figure`.

    Comma or point before the decimals; U+0020, U+00A0, U+202F or U+2009 between thousands; ASCII or U+2212
    minus; the sign % or the given `unit` may follow (the value is not divided by 100). « 1.234 » is 1.234, as
    the import contract has it, unless `refuse_ambiguous_dot` (a form: the person is asked). At most 15
    significant digits. Raises NumberError, or AmbiguousNumberError.
    """
    bare = _without_unit(text.strip(), unit)
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise NumberError(text, _EXPECTED_NUMBER)
    if refuse_ambiguous_dot and _DOT_READ_TWO_WAYS.fullmatch(bare):
        raise AmbiguousNumberError(text, f"« {bare.replace('.', ',')} » ou « {bare.replace('.', ' ')} »")
    whole = re.sub(f"[{_SPACES}]", "", match["whole"]).lstrip("0")
    fraction = (match["fraction"] or "").rstrip("0")
    if len((whole + fraction).lstrip("0")) > MAX_DIGITS:
        raise NumberError(text, f"au plus {MAX_DIGITS} chiffres significatifs")
    magnitude = Decimal(f"{whole or '0'}.{fraction or '0'}") if fraction else Decimal(whole or "0")
    return magnitude.copy_negate() if match["sign"] in ("-", MINUS) and magnitude else magnitude


def _without_unit(text: str, unit: str) -> str:
    for suffix in (unit, "%"):
        if suffix and text.endswith(suffix):
            return text.removesuffix(suffix).rstrip(_SPACES)
    return text
