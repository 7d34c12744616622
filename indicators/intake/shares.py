"""A part is not more than its whole: every numerator of a rate in per cent against its denominator.

PURE. At the same period, breakdown by breakdown. A part broken down further than its whole is compared with the whole.
Nothing is said of 0 over 0, of « NS », of « ND », nor of what is not known.
"""

from collections.abc import Iterator
from decimal import Decimal

from cog.figures import format_exact
from indicators.compute.expression import TOTAL, Breakdown
from indicators.intake.checks import Row
from indicators.intake.held import Held, at, place
from indicators.intake.messages import Problem, Severity
from indicators.intake.relations import Relations, Share

CHECK_BOTH = "vérifiez les deux valeurs, peut-être inversées"
WRITE_WHY = "si elles sont exactes, acceptez l'avertissement en écrivant pourquoi"


def parts_above_wholes(held: Held, relations: Relations) -> Iterator[Problem]:
    """Numerators above their denominators, once `sums_of_breakdowns` has made the totals it can."""
    changed = held.changed_measures()
    for share in relations.shares:
        if share.numerator in changed or share.denominator in changed:
            for breakdown in held.all_breakdowns(share.numerator):
                yield from _above(held, relations, share, breakdown)


def _above(held: Held, relations: Relations, share: Share, breakdown: Breakdown) -> Iterator[Problem]:
    whole_breakdown = relations.projected(share.denominator, breakdown)
    for period, part in held.numbers(share.numerator, breakdown):
        where = whole_breakdown
        whole = held.number(share.denominator, where, period)
        if whole is None and where:
            where = TOTAL
            whole = held.number(share.denominator, where, period)
        if whole is not None and part > whole >= 0:
            yield from _problem(held, relations, share, (breakdown, part), (where, whole), period)


def _problem(
    held: Held,
    relations: Relations,
    share: Share,
    part: tuple[Breakdown, Decimal],
    whole: tuple[Breakdown, Decimal],
    period: str,
) -> Iterator[Problem]:
    """Placed at the numerator if the file changes it, else at the denominator; else it was so before the file."""
    severity = share.severity if whole[1] else Severity.WARNING  # over nothing: not computable, not impossible
    code = "numerator_above_denominator" if whole[1] else "part_of_nothing"
    numerator = held.blamed(share.numerator, part[0], period)
    denominator = held.blamed(share.denominator, whole[0], period)
    mend = f"l'un est une partie de l'autre ({share.code}) : {CHECK_BOTH}"
    if severity is Severity.WARNING:
        mend = f"d'ordinaire {mend} ; {WRITE_WHY}"
    if numerator is not None:
        other = f"la valeur de {relations.named(share.denominator, whole[0])}, {place(denominator)}"
        yield at(numerator, severity, code, _limit("au plus", numerator, part[1], whole[1], other), mend)
    elif denominator is not None:
        other = f"la valeur de {relations.named(share.numerator, part[0])}, {place(None)}"
        yield at(denominator, severity, code, _limit("au moins", denominator, whole[1], part[1], other), mend)


def _limit(words: str, row: Row, compared: Decimal, limit: Decimal, other: str) -> str:
    """« au plus 10, la valeur de… »; of a part that was added to others before it was compared, their sum."""
    if row.value == compared:
        return f"{words} {format_exact(limit)}, {other}"
    return f"des parties dont la somme soit {words} {format_exact(limit)}, {other} ; elle est {format_exact(compared)}"
