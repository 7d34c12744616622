"""Real amounts others published, beside the programme where they surely name the same line."""

from dataclasses import dataclass
from decimal import Decimal

from budgets.models import BudgetAmount, PublishedBudget
from cog.models import Convention

MILLIONS = "M EUR"
TO_MILLIONS = {"k€": Decimal(1000), "M€": Decimal(1)}

BASES = {
    "direct": "publié tel quel",
    "derived": "déduit",
    "forecast": "prévision",
    "proxy": "valeur approchante",
}
CONFIDENCES = {"high": "élevée", "medium": "moyenne", "low": "faible", "": "n.d."}
SUBJECTS = {
    "fnas": "Fnas",
    "fnga": "Fnga",
    "effectifs": "Effectifs",
    "cnaf": "Cnaf",
    "rg": "Régime général, pour contexte",
}


@dataclass(frozen=True)
class PublishedRow:
    """A published amount; `programme` is the convention's, in the unit published, where the line is surely the same."""

    published: PublishedBudget
    programme: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Published minus programmed."""
        return None if self.programme is None else self.published.amount - self.programme

    @property
    def basis(self) -> str:
        return BASES[self.published.basis]

    @property
    def confidence(self) -> str:
        return CONFIDENCES[self.published.confidence]


def published_budgets(*, convention: Convention) -> list[tuple[str, list[PublishedRow]]]:
    """Every published amount by subject, in the order of the file."""
    rows = PublishedBudget.objects.filter(convention=convention).select_related("line__fund").order_by("position")
    lines = [row.line_id for row in rows if row.line_id is not None]
    programme = {(amount.line_id, amount.year): amount.amount for amount in BudgetAmount.objects.filter(line__in=lines)}
    found: dict[str, list[PublishedRow]] = {}
    for row in rows:
        amount = programme.get((row.line_id, row.year)) if row.line is not None and row.unit == MILLIONS else None
        own = None if amount is None or row.line is None else amount / TO_MILLIONS[row.line.fund.unit]
        found.setdefault(SUBJECTS.get(row.subject, row.subject), []).append(PublishedRow(row, own))
    return list(found.items())
