"""The lines of the funds, and what was said of their acts, where words are looked for."""

from django.db.models import F
from django.urls import reverse

from budgets.models import BudgetAct, BudgetLine, Transfer
from cog.models import Convention
from cog.search import APART, Source, joined


def line_source(*, convention: Convention) -> Source:
    """The lines printed by the convention, as its tables name them."""
    return Source(
        "budgets",
        "Lignes budgétaires",
        BudgetLine.objects.filter(fund__convention=convention).exclude(label=""),
        ("label", "note"),
        joined("fund__code", "position"),
        lambda key: reverse("budget", args=[key.split(APART)[0]]) + f"#ligne-{key.split(APART)[1]}",
        name="label",
        note="fund__name",
        rank="pk",
    )


def act_sources(*, convention: Convention) -> list[Source]:
    """The acts and transfers, by what they say; for who may read the budgets."""
    return [
        Source(
            "actes",
            "Actes budgétaires",
            BudgetAct.objects.filter(fund__convention=convention),
            ("reference", "reason"),
            "pk",
            lambda key: reverse("budget-act", args=[int(key)]),
            name="reference",
            note="dated",
            rank=-F("pk"),
            simulated="simulated",
        ),
        Source(
            "virements",
            "Virements",
            Transfer.objects.filter(fund__convention=convention),
            ("reason",),
            "pk",
            lambda key: reverse("budget-transfer", args=[int(key)]),
            title=lambda key: "Virement de crédits",
            note="exercise",
            rank=-F("pk"),
            simulated="simulated",
        ),
    ]
