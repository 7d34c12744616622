"""What is wrong in the amounts people state for the lines of a fund: everything at once, in French, line by line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.compute.stages import Layout, total_gaps
from cog.figures import decimals_of, format_exact

DECIMALS = {"k€": 3, "M€": 6}
"""How many decimals bring each unit to the euro."""

FACTOR = 20
"""A figure so many times its programme, or so many times less, is another unit more often than a real amount."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What someone states of a line, in the fund's unit; `national` is the Caisse nationale's part of it."""

    amount: Decimal
    national: Decimal | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend; `position` is None for what concerns the whole act, `field` says which cell is meant."""

    position: int | None
    words: str
    field: str = "amount"


def faults(
    layout: Layout,
    stated: Mapping[int, Stated],
    *,
    unit: str,
    programme: Mapping[int, Decimal],
    required: Collection[int] = (),
    totals: Mapping[int, Decimal] | None = None,
    levels: Mapping[int, Decimal] | None = None,
) -> list[Fault]:
    """Everything wrong in `stated`, in printed order.

    `required`: the lines that must be stated. `totals`: sums given by hand, checked against the lines; `levels`: what
    the lines amount to once stated (the stated ones themselves when None).
    """
    own = set(layout.stated())
    found = [
        Fault(position, "cette ligne est une somme : elle se calcule, elle ne se saisit pas.")
        for position in sorted(set(stated) - own)
    ]
    for position in layout.stated():
        if position in stated:
            found += _of_line(position, stated[position], unit, programme.get(position))
        elif position in required:
            found.append(
                Fault(position, "rien n'est saisi, alors que le programme a un montant : écrire 0 s'il n'y en a pas.")
            )
    amounts = {position: row.amount for position, row in stated.items()} if levels is None else levels
    for wrong in total_gaps(layout, amounts, totals or {}):
        summed = "rien" if wrong.summed is None else f"{format_exact(wrong.summed)} {unit}"
        difference = "" if wrong.difference is None else f" (écart : {format_exact(wrong.difference)} {unit})"
        words = (
            f"trouvé un total de {format_exact(wrong.stated)} {unit}, la somme des lignes donne {summed}{difference}."
        )
        found.append(Fault(wrong.position, words, "total"))
    return found


def _of_line(position: int, row: Stated, unit: str, programme: Decimal | None) -> list[Fault]:
    found = []
    for name, value in (("amount", row.amount), ("national", row.national)):
        if value is not None and decimals_of(value) > DECIMALS[unit]:
            words = (
                f"trouvé {format_exact(value)} {unit} : attendu au plus l'euro, {DECIMALS[unit]} décimales en {unit}."
            )
            found.append(Fault(position, words, name))
    if row.national is not None and not _is_a_part(row.national, row.amount):
        words = f"la part de la Caisse nationale, {format_exact(row.national)} {unit}, dépasse le montant de la ligne."
        found.append(Fault(position, words, "national"))
    if programme and not row.comment and (doubt := _doubt(row.amount, programme)):
        words = (
            f"trouvé {format_exact(row.amount)} {unit}, {doubt} de {format_exact(programme)} {unit} :"
            " vérifier l'unité, ou dire pourquoi dans le commentaire."
        )
        found.append(Fault(position, words))
    return found


def _is_a_part(part: Decimal, whole: Decimal) -> bool:
    return min(whole, Decimal(0)) <= part <= max(whole, Decimal(0))


def _doubt(amount: Decimal, programme: Decimal) -> str:
    if amount and (amount < 0) != (programme < 0):
        return "de signe contraire au programme"
    if abs(amount) > FACTOR * abs(programme):
        return f"plus de {FACTOR} fois le programme"
    return ""


def change(level: Decimal, known: Decimal | None) -> Decimal:
    """What brings a line from what it is to the level stated."""
    return level - (known or Decimal(0))
