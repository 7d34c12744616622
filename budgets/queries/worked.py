"""What follows from the filled tables: receipts to reuse, sales to spread, payroll brought up to date, staff.

Each result has the one shape of an annex, read on pages and frozen in editions: a title, tables, notes.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from budgets.compute.carry_over import advance
from budgets.compute.payroll import Incoming, payroll
from budgets.compute.receipts import instalments, reuse, total
from budgets.compute.staff import Commitments, Standing
from budgets.compute.statements import TOTAL
from budgets.enums import Measure
from budgets.models import ReusableReceipt, Statement, StatementLayout
from budgets.queries.ledger import read_ledger
from budgets.queries.statements import (
    annex_notes,
    annex_tables,
    last_by_exercise,
    last_filled,
    layout_named,
    numeric_columns,
    stated_cells,
    statement_table,
)
from cog.figures import format_exact, plain
from cog.models import Convention

Table = dict[str, Any]
BASE = "decembre_2012"
"""The row of the marks that holds for the whole term."""


def _number(value: Decimal | None) -> Any:
    return "" if value is None else {"number": plain(value)}


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    kept = [list(row) for row in rows]
    return {"title": title, "header": list(header), "rows": kept, "numeric": numeric_columns(kept)}


def results_of(statement: Statement, *, at: date | None = None) -> tuple[list[Table], list[str]]:
    """The tables and sentences that follow from a filled table; none for most.

    What other tables bring is what was dated up to `at`, or the last of it.
    """
    found = RESULTS.get(statement.layout.code)
    return found(statement, at) if found else ([], [])


def receipts_results(statement: Statement, at: date | None) -> tuple[list[Table], list[str]]:
    """Account by account, what raises or reduces the authorisations of the year after (2.6, l. 6496-6500)."""
    cells = stated_cells(statement)
    rows = [
        (account, reuse(account.label, account.share or 0, *_pair(cells, account.account)))
        for account in ReusableReceipt.objects.filter(convention=statement.layout.convention_id).order_by("position")
    ]
    known = [(account, one) for account, one in rows if (one.estimate, one.received) != (None, None)]
    whole, following = total(one for _, one in known), statement.exercise + 1
    table = _table(
        f"Effet sur les autorisations limitatives non pérennes de {following}, en {statement.layout.unit}",
        ["Compte", "Part (%)", "Écart à l'évaluation", "Majore ou réduit", "Atténue le prélèvement"],
        [
            [account.label, *map(_number, (Decimal(one.share), one.difference, one.raised, one.levy))]
            for account, one in known
        ]
        + [["Ensemble", "", "", _number(whole.raised), _number(whole.levy)]],
    )
    notes = [
        "Au-delà de l'évaluation : 75 % (100 % pour les comptes qui l'impriment) majorent les autorisations, le"
        " reste atténue le prélèvement sur cotisation ; en deçà, elles sont réduites à due concurrence (2.6,"
        " l. 6496 à 6500).",
        "Un réemploi dans l'année même, pour un projet ponctuel et identifié, demande l'autorisation des services de"
        " l'État, au cas par cas (l. 6500).",
    ]
    if whole.unknown:
        notes.append(f"Non calculé, faute d'évaluation ou de réalisation : {', '.join(whole.unknown)} (A-FNGA-18).")
    return [table], notes


def _pair(cells: dict[tuple[str, str], Decimal], row: str) -> tuple[Decimal | None, Decimal | None]:
    return cells.get((row, "evaluation")), cells.get((row, "realise"))


def sales_results(statement: Statement, at: date | None) -> tuple[list[Table], list[str]]:
    """What property sales give to the investments of the year after, and to the rents of the next ones (l. 6502)."""
    table, years = statement_table(statement), statement.layout.layout["constants"]["rent_years"]
    following = statement.exercise + 1
    invested, rented = (table.cells.get((TOTAL, column)) for column in ("investissement", "loyers"))
    tables = [
        _table(
            f"Investissements de {following}, en AP et en CP",
            ["Emploi", "Montant"],
            [["Produits de cessions employés aux investissements", _number(invested)]],
        )
    ]
    if rented:
        spread = instalments(rented, following, years=years)
        rows = [[str(year), _number(amount)] for year, amount in spread.items()]
        tables.append(_table("Enveloppe des loyers et charges locatives", ["Exercice", "Montant"], rows))
    notes = [
        "Ces crédits ne peuvent donner lieu à un autre usage (l. 6502).",
        "Une vente entre organismes du régime général se fait à la valeur nette comptable : son prix est alors cette"
        " valeur, sans rien à employer (l. 6504).",
    ]
    if statement.exercise == max(statement.layout.convention.years):
        notes.append("Dernière année de la convention : ces produits sont reportés sur la suivante (l. 6504).")
    return tables, notes


def payroll_results(statement: Statement, at: date | None) -> tuple[list[Table], list[str]]:
    """The worked sheet, step by step (1.3.1)."""
    inputs = {row: value for (row, _), value in stated_cells(statement).items()}
    sheet = payroll(inputs, in_april=statement.variant == "avril")
    rows = [[step.label, _number(step.amount), step.formula, f"l. {step.seed_line}"] for step in sheet.steps]
    rows.append(["Masse salariale actualisée", _number(sheet.total), "somme des étapes connues", ""])
    notes = []
    if sheet.missing:
        notes.append(f"Total partiel : {', '.join(sheet.missing)} non calculés, faute de données.")
    if sheet.without_the_second_correction is not None:
        alone = format_exact(sheet.without_the_second_correction)
        notes.append(f"L'écart de N-1 est corrigé deux fois, comme imprimé ; une seule fois : {alone} M€ (A-FNGA-13).")
    tables = [_table("Actualisation, étape par étape, en M€", ["Étape", "Montant", "Calcul", "Texte"], rows)]
    return [*tables, *_incoming(statement, inputs.get("virement_fnas"), at)], notes


def _incoming(statement: Statement, staff_not_replaced: Decimal | None, at: date | None) -> list[Table]:
    """What is voted on the line that comes from the other fund, against what it must strictly be (2.3.2)."""
    fund = statement.layout.fund
    if not fund.incoming:
        return []
    voted = read_ledger(fund=fund, at=at).stated(Measure.VOTED, statement.exercise).get(fund.incoming["line"])
    told = Incoming(voted, staff_not_replaced)
    verdict = _verdict(told.is_strict, "strictement égal, comme le texte l'exige", "le texte exige l'égalité stricte")
    rows = [
        ["Voté sur la ligne du virement", _number(told.voted), ""],
        ["Masse salariale des personnels non remplacés", _number(told.payroll), ""],
        ["Écart", _number(told.difference), "non décidé" if told.is_strict is None else verdict],
    ]
    where = f"{fund.incoming['paragraph']}, l. {fund.incoming['seed_line']}"
    title = f"{fund.incoming['label'].capitalize()} ({where}), voté avec le budget initial"
    return [_table(title, ["Grandeur", "Montant", "Lecture"], rows)]


def advances_results(statement: Statement, at: date | None) -> tuple[list[Table], list[str]]:
    """What bodies keep of the payment credits of their operations (2.5.1, l. 6482)."""
    table = statement_table(statement)
    last = statement.exercise == max(statement.layout.convention.years)
    notes = []
    for row in table.rows:
        unused, kept = (table.cells.get((row.axis.code, column)) for column in ("inutilise", "garde"))
        if row.is_sum or unused is None or kept is None:
            continue
        if fault := advance(unused, kept, is_last_year=last).fault:
            notes.append(f"« {row.label} » : trouvé {format_exact(kept)} M€ gardés, {fault} (l. 6482).")
        if kept and not row.comment:
            notes.append(f"« {row.label} » : l'autorisation du directeur général n'est pas nommée (l. 6482).")
    held = "Chaque avance est dans la limite des crédits non utilisés et nomme son autorisation (l. 6482)."
    return [], notes or [held]


def staff_results(statement: Statement, at: date | None) -> tuple[list[Table], list[str]]:
    """Where the staff stands against what the convention asks and allows (l. 6303-6310, 6395)."""
    staff = statement_table(statement).cells.get(("branche", "total"))
    marks = layout_named(convention=statement.layout.convention, code="plafond_emplois")
    if marks is None:
        return [], []
    values, notes = _marks(marks, statement.exercise, at)
    asked = marks.layout["constants"]
    standing = Standing(
        staff,
        values.get("plafond"),
        values.get("decembre_2012"),
        values.get("supplementaires"),
        values.get("emplois_avenir"),
        Commitments(*(Decimal(asked[name]) for name in ("to_return", "hires", "future_jobs", "conditional"))),
    )
    rows = [
        ["Effectif", _number(standing.staff), ""],
        ["Plafond d'emplois", _number(standing.ceiling), "" if standing.ceiling is not None else "sans plafond connu"],
        ["Au-dessus du plafond", _number(standing.above_ceiling), ""],
        [
            "Restitué depuis décembre 2012",
            _number(standing.returned),
            "" if standing.returned is not None else "situation de décembre 2012 non saisie",
        ],
        [f"Reste à restituer sur {asked['to_return']}", _number(standing.left_to_return), "fin de la convention"],
        [
            "Scénario, si la restitution conditionnelle est décidée",
            _number(standing.scenario),
            f"environ {asked['conditional']} de plus, après la mission de 2015 : ce n'est pas une obligation",
        ],
        [
            f"Agents supplémentaires ({asked['hires']} autorisés)",
            _number(standing.hired),
            _verdict(standing.hires_are_within, "dans l'autorisation", "au-delà"),
        ],
        [
            f"dont emplois d'avenir (au moins {asked['future_jobs']})",
            _number(standing.future_jobs),
            _verdict(standing.future_jobs_are_enough, "atteint", "pas encore atteint"),
        ],
    ]
    notes.append("Les effectifs rendus et les recrutements autorisés sont suivis séparément, sans solde (A-FNGA-16).")
    return [_table("Repères, en EtpMA", ["Repère", "Valeur", "Lecture"], rows)], notes


def _marks(layout: StatementLayout, exercise: int, at: date | None) -> tuple[dict[str, Decimal], list[str]]:
    """The marks of an exercise; the situation of December 2012 is one for all, whenever it was filled."""
    every = {
        year: {row: value for (row, _), value in stated_cells(known).items()}
        for year, known in last_by_exercise(layout=layout, variant="", at=at).items()
    }
    own = dict(every.get(exercise, {}))
    bases = {year: values[BASE] for year, values in every.items() if BASE in values}
    if BASE not in own and bases:
        own[BASE] = bases[max(bases)]
    notes = []
    if len(set(bases.values())) > 1:
        told = ", ".join(f"{format_exact(value)} avec {year}" for year, value in sorted(bases.items()))
        notes.append(f"La situation de décembre 2012 est dite de plusieurs façons : {told}.")
    return own, notes


def _verdict(told: bool | None, yes: str, no: str) -> str:
    return "non saisi" if told is None else yes if told else no


RESULTS: dict[str, Callable[[Statement, date | None], tuple[list[Table], list[str]]]] = {
    "recettes": receipts_results,
    "cessions": sales_results,
    "avances_immobilieres": advances_results,
    "masse_salariale": payroll_results,
    "effectifs": staff_results,
}
"""What is computed from the tables of these codes of the convention's file."""


def annex(*, convention: Convention, codes: Sequence[str], exercise: int, at: date) -> dict[str, Any] | None:
    """The last filled tables of some codes with what follows from them; None when none is filled by a date."""
    tables: list[Table] = []
    notes: list[str] = []
    filled = last_filled(convention=convention, codes=codes, exercise=exercise, at=at)
    for statement in filled:
        shown = statement_table(statement)
        more, said = results_of(statement, at=at)
        tables += [*annex_tables(shown), *(_of_variant(one, shown.variant_label) for one in more)]
        notes += [*annex_notes(shown), *said]
    if not tables:
        return None
    simulated = any(statement.simulated for statement in filled)
    said_once = list(dict.fromkeys(notes))
    return {"title": filled[0].layout.title, "tables": tables, "notes": said_once, "simulated": simulated}


def _of_variant(table: Table, label: str) -> Table:
    """A table whose title says which state of the exercise it follows from."""
    return {**table, "title": f"{table['title']} · {label}"} if label else table
