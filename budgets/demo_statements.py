"""The tables owed beside the funds, filled for the demonstration: simulated figures, through the same operation."""

import random
from datetime import date, datetime
from decimal import Decimal

from budgets.compute.statements import Form
from budgets.models import Statement, StatementLayout
from budgets.operations import StatementEntry, record_statement
from budgets.queries.statements import form_of_layout, layouts, variants_of
from cog.models import Convention, User

SEED = 20132017
EXERCISES = 2
"""Exercises filled, from the first."""

DATED = {
    "constate_juin": (0, 7, 8),
    "prevision": (0, 7, 8),
    "constate": (1, 3, 20),
    "initial": (-1, 10, 28),
    "avril": (0, 4, 10),
}
"""Years after the exercise, month and day at which each state of a table is filled; the others at its end."""

PAYROLL = {
    "base": "1465.36", "rmpp_retenue": "2.0", "rmpp_arretee": "1.8", "gvt_retenu": "-0.9", "gvt_constate": "-1.0",
    "virement_fnas": "1.13", "gvt_budget": "-0.95", "base_precedente": "1440.00", "cumul": "0",
    "prelevements": "1.25", "rendus": "-120",
    "noria": "-12.5", "mesures": "6.2", "interessement_prevu": "26.40", "interessement_realise": "25.90",
}  # fmt: skip
STAFF = {
    "etablissement_public": "520", "centres_informatiques": "1180", "organismes_de_base": "31950", "uioss": "640",
    "cssl": "85",
}  # fmt: skip


def load_statements(*, convention: Convention, by: User, at: datetime) -> bool:
    """Fill every table for the first exercises; False when they are already there."""
    if Statement.objects.filter(layout__convention=convention, simulated=True).exists():
        return False
    for layout in layouts(convention=convention):
        for exercise in convention.years[:EXERCISES]:
            for variant, _ in variants_of(layout) or [("", "")]:
                record_statement(entry=_entry(layout, exercise, variant), by=by, at=at, simulated=True)
    return True


def _entry(layout: StatementLayout, exercise: int, variant: str) -> StatementEntry:
    form = form_of_layout(layout)
    chance = random.Random(f"{SEED}-{layout.code}-{exercise}-{variant}")  # noqa: S311 - simulated data, the same every time
    labels = {f"ligne_{rank}": f"Opération simulée {rank}" for rank in range(1, 5)} if form.is_open else {}
    after, month, day = DATED.get(variant, (1, 3, 20))
    return StatementEntry(
        layout=layout,
        exercise=exercise,
        variant=variant,
        dated=date(exercise + after, month, day),
        reference="Pièce simulée",
        cells=_cells(layout.code, form, labels, exercise, chance),
        labels=labels,
        comments=dict.fromkeys(labels, "Autorisation simulée") if layout.code == "avances_immobilieres" else {},
    )


def _cells(
    code: str, form: Form, labels: dict[str, str], exercise: int, chance: random.Random
) -> dict[tuple[str, str], Decimal]:
    """Figures of a likely size for each table; those of the equalities are made equal."""
    if code == "masse_salariale":
        return {(row, "valeur"): Decimal(value) for row, value in PAYROLL.items()}
    if code == "plafond_emplois":
        marks = {"plafond": "34500", "decembre_2012": "34650", "supplementaires": "410", "emplois_avenir": "260"}
        return {(row, "valeur"): Decimal(value) for row, value in marks.items()}
    if code == "effectifs":
        return {key: value for row, size in STAFF.items() for key, value in _staff(row, Decimal(size), chance)}
    rows = [row for row, _ in form.stated() if not form.is_open or row in labels]
    found = {(row, column): Decimal(chance.randint(80, 990)) / 100 for row, column in form.stated() if row in rows}
    if code == "bilan_fonds":
        found = {key: (value * 1000).to_integral_value() for key, value in found.items()}
        found |= {key: Decimal(chance.randint(20, 102)) for key in found if key[1] == "caisses"}
        found |= {key: Decimal(chance.randint(40, 900)) for key in found if key[1] == "dossiers"}
    if code == "plan_immobilier":
        for row in labels:
            found[row, "ap"] = sum((found[row, f"cp_{year}"] for year in range(2013, 2018)), Decimal(0))
    if code == "avances_immobilieres":
        for row in labels:
            found[row, "inutilise"] += found[row, "garde"]
    if code == "cessions":
        for row in labels:
            found[row, "prix"] += found[row, "vnc"]
            found[row, "loyers"] = Decimal("0.35")
            found[row, "investissement"] = found[row, "prix"] - found[row, "vnc"] - Decimal("0.35")
    return found


def _staff(row: str, size: Decimal, chance: random.Random) -> list[tuple[tuple[str, str], Decimal]]:
    permanent = (size * Decimal(chance.randint(940, 955)) / 1000).quantize(Decimal("0.01"))
    told = {
        "cdi": permanent,
        "cdd": size - permanent,
        "entrees_cdi": (size * Decimal("0.02")).quantize(Decimal(1)),
        "entrees_cdd": (size * Decimal("0.01")).quantize(Decimal(1)),
        "sorties_cdi": (size * Decimal("0.025")).quantize(Decimal(1)),
        "sorties_cdd": (size * Decimal("0.01")).quantize(Decimal(1)),
        "interim": (size * Decimal("0.002")).quantize(Decimal("0.01")),
    }
    return [((row, column), value) for column, value in told.items()]
