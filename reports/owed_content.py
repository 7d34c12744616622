"""The blocks of a document owed, each built from what the other apps hold at a day, as plain JSON.

A block is a title, where it comes from, tables and notes. A cell is a text, or {"number", "shown", "unit"}: the number
unrounded, as it is read, and its unit. What a block lacks is told apart, with where to mend it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from actions.enums import Plan
from actions.queries import ActionView, action_views
from actions.queries.sdsi import spent, synthesis_lines
from actions.queries.state_part import commitment_views
from budgets.queries.carry_over import carry_statement
from budgets.queries.conformity import conformity_page
from budgets.queries.ledger import read_ledger
from budgets.queries.programme import fund_named
from budgets.queries.statements import last_filled, layout_named, numeric_columns
from budgets.queries.tables import HEADINGS, year_table
from budgets.queries.worked import annex
from cog.figures import format_exact, format_figure, format_whole, plain
from cog.models import Convention
from cog.periods import Period, format_date, parse
from indicators.queries.documents import KnownFigure, MeasureLine, known_figures, measure_lines
from reports.models import Transmission

Block = dict[str, Any]
Cell = Any


@dataclass(frozen=True)
class Situation:
    """What a document speaks of: the day, the period it covers where it has one, and its exercise."""

    convention: Convention
    at: date
    period: Period | None
    exercise: int

    @property
    def until(self) -> date:
        """The last day of which results count: the end of the period, or the day itself while that is to come."""
        return min(self.period.end, self.at) if self.period is not None else self.at

    @property
    def day(self) -> str:
        return format_date(self.at)


@dataclass(frozen=True)
class Missing:
    """Something a block lacks: `empty` when it then says nothing at all."""

    sentence: str
    mend: str = ""
    url: str = ""
    empty: bool = True


@dataclass
class Built:
    """A block as it stands, and what it lacks."""

    block: Block
    missing: list[Missing] = field(default_factory=list)


def build(spec: dict[str, Any], situation: Situation) -> Built:
    """The block a layout asks for."""
    return BUILDERS[spec["kind"]](spec, situation)


def _block(
    spec: dict[str, Any], source: str, tables: list[dict[str, Any]], notes: Sequence[str] = (), *, simulated: bool
) -> Block:
    return {
        "kind": spec["kind"],
        "title": spec["title"],
        "source": source,
        "tables": [table for table in tables if table["rows"]],
        "notes": list(notes),
        "simulated": simulated,
    }


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    kept = [list(row) for row in rows]
    return {"title": title, "header": list(header), "rows": kept, "numeric": numeric_columns(kept)}


def _number(value: Decimal | None, shown: str = "", unit: str = "") -> Cell:
    """A figure; a blank where it is not known."""
    return "" if value is None else {"number": plain(value), "shown": shown or format_exact(value, unit), "unit": unit}


def _count(count: int) -> Cell:
    return _number(Decimal(count))


# --- Indicators and measures ----------------------------------------------------------------------------------------


def _indicators(spec: dict[str, Any], situation: Situation) -> Built:
    found = known_figures(
        convention=situation.convention, codes=spec["codes"], period=situation.period, until=situation.until
    )
    rows = [row for one in found for row in _figure_rows(one)]
    lost = [one.figure.indicator.code for one in found if one.figure.amount is None]
    missing = []
    if lost:
        empty = len(lost) == len(found)
        sentence = f"Sans valeur à cette date : {', '.join(lost)}."
        mend = "Ces lignes partent comme non disponibles." if not empty else "Attendre leurs résultats."
        missing.append(Missing(sentence, mend, reverse("indicators"), empty=empty))
    header = ["Indicateur", "Période", "Valeur", "Cible", "Verdict", "État"]
    source = f"Résultats nationaux calculés, dernière période close au {format_date(situation.until)}"
    simulated = any(one.figure.simulated for one in found)
    table = _table(f"Chiffres nationaux de {len(found)} fiches techniques", header, rows)
    return Built(_block(spec, source, [table], simulated=simulated), missing)


def _figure_rows(one: KnownFigure) -> list[list[Cell]]:
    figure = one.figure
    label = parse(figure.period).label
    name = f"{figure.indicator.code} · {figure.indicator.title}"
    value = _number(figure.amount, figure.value, figure.unit) or figure.value
    rows = [[name, label, value, figure.target, figure.verdict_label, figure.state_label]]
    for beside in one.beside:
        shown = format_figure(beside.amount, beside.decimals, beside.unit if beside.amount is not None else "")
        own = _number(beside.amount, shown, beside.unit) or shown
        rows.append([f"{figure.indicator.code} · {beside.label}", label, own, "", "", beside.state_label])
    return rows


def _measures(spec: dict[str, Any], situation: Situation) -> Built:
    years = [year for year in situation.convention.years if year <= situation.until.year]
    rules = [(rule["code"], rule["over"]) for rule in spec["measures"]]
    lines = measure_lines(convention=situation.convention, rules=rules, years=years, until=situation.until)
    rows = [
        [
            line.label,
            line.unit,
            *(_number(total.amount) or "n.d." for total in line.totals),
            f"{total.reported} sur {total.concerned}" if (total := line.totals[-1]).concerned else "s.o.",
        ]
        for line in lines
        if line.totals
    ]
    over = situation.until == date(situation.until.year, 12, 31)
    heads = [str(year) if over or year != years[-1] else f"{year}, au {situation.until:%d/%m}" for year in years]
    header = ["Donnée", "Unité", *heads, f"Remontées de {years[-1]}" if years else "Remontées"]
    notes = [
        "Total de ce que les caisses ont remonté : ce qui manque n’est pas compté, et n’est jamais tenu pour nul.",
        *(note for line in lines for note in _incomplete(line, years)),
    ]
    missing = [] if any(total.amount is not None for line in lines for total in line.totals) else [_NO_MEASURE]
    simulated = any(total.simulated for line in lines for total in line.totals)
    table = _table(f"{len(rows)} données, année après année", header, rows)
    return Built(_block(spec, "Données remontées et acceptées", [table], notes, simulated=simulated), missing)


_NO_MEASURE = Missing("Aucune donnée n’est remontée.", "Importer les données des caisses.")


def _incomplete(line: MeasureLine, years: Sequence[int]) -> list[str]:
    """Years other than the last of which a part only was reported."""
    return [
        f"{line.label}, {year} : {total.reported} remontées sur {total.concerned}."
        for year, total in list(zip(years, line.totals, strict=True))[:-1]
        if total.amount is not None and not total.is_whole
    ]


# --- Actions and commitments ----------------------------------------------------------------------------------------


def _actions(spec: dict[str, Any], situation: Situation) -> Built:
    plan = Plan.SDSI if spec["plan"] else Plan.COG
    views = action_views(convention=situation.convention, at=situation.at, with_progress=True, plan=plan)
    kept = [view for view in views if plan is Plan.SDSI or view.action.fiche.number in spec["fiches"]]
    header = ["Action", "Échéance", "Avancement", "Situation", "%", "Dernier mot"]
    silent = [view for view in kept if view.last is None]
    missing = []
    if silent:
        url = reverse("actions")
        sentence = f"Rien n’est dit de {len(silent)} action{'s' if len(silent) > 1 else ''} sur {len(kept)}."
        missing.append(Missing(sentence, "Elles partent « à lancer ».", url, empty=False))
    source = f"Avancement dit par les directions en charge, situation au {situation.day}"
    simulated = any(view.last is not None and view.last.simulated for view in kept)
    late = sum(view.is_late for view in kept)
    title = f"{len(kept)} actions, dont {late} en retard" if late else f"{len(kept)} actions, aucune en retard"
    table = _table(title, header, [_action_row(view) for view in kept])
    return Built(_block(spec, source, [table], simulated=simulated), missing)


def _action_row(view: ActionView) -> list[Cell]:
    action, last = view.action, view.last
    place = "Sdsi" if action.plan == Plan.SDSI else str(action.fiche.number)
    lines = [line.strip(" ·•\t") for line in action.deadline_cell.splitlines()]
    written = " ; ".join(filter(None, lines))
    return [
        f"{place}/{action.number or action.ordinal} · {action.name}",
        written or "sans échéance",
        view.status_label,
        view.timeliness.label if view.timeliness else "",
        _count(view.percent) if view.percent is not None else "",
        f"{last.as_of:%d/%m/%Y} : {last.comment or last.get_status_display()}" if last else "",
    ]


def _commitments(spec: dict[str, Any], situation: Situation) -> Built:
    views = commitment_views(convention=situation.convention, at=situation.at, with_words=True)
    kept = [view for view in views if view.commitment.fiche and view.commitment.fiche.number in spec["fiches"]]
    rows = [
        [
            f"Fiche {view.commitment.fiche.number} · {view.commitment.wording}" if view.commitment.fiche else "",
            view.commitment.deadline_raw or "sans échéance",
            view.last.get_status_display() if view.last else "non renseigné",
            view.timeliness.label if view.timeliness else "",
            f"{view.last.as_of:%d/%m/%Y} : {view.last.comment}" if view.last and view.last.comment else "",
        ]
        for view in kept
    ]
    header = ["Engagement", "Échéance", "État", "Situation", "Ce qu’en dit la tutelle"]
    source = f"Mots de la tutelle, situation au {situation.day}"
    simulated = any(view.last is not None and view.last.simulated for view in kept)
    table = _table(f"{len(rows)} engagements", header, rows)
    return Built(_block(spec, source, [table], simulated=simulated))


def _sdsi_synthesis(spec: dict[str, Any], situation: Situation) -> Built:
    lines = synthesis_lines(convention=situation.convention, year=situation.exercise)
    rows = [
        [
            f"{line.programme.number} · {line.programme.title or '(sans intitulé)'}",
            f"{line.group.tally.done} sur {line.group.tally.total}",
            _count(line.group.tally.late),
            line.last.gains if line.last else "",
            line.last.achievements if line.last else "",
            _number(line.last.spending, unit="k€") if line.last else "",
        ]
        for line in lines
    ]
    header = ["Programme", "Réalisés", "En retard", "Apports métiers", "Réalisations techniques", "Dépenses"]
    known, unknown = spent(lines)
    notes = [f"Dépenses connues : {format_exact(known, 'k€')}."] if known is not None else []
    if unknown and known is not None:
        notes.append(f"{unknown} programme{'s' if unknown > 1 else ''} sans dépense saisie : non comptés.")
    told = [line for line in lines if line.last is not None]
    missing = []
    if len(told) < len(lines) or not lines:
        sentence = f"La synthèse de {situation.exercise} est écrite pour {len(told)} programmes sur {len(lines)}."
        where = reverse("sdsi-synthesis", kwargs={"year": situation.exercise})
        missing.append(Missing(sentence, "L’écrire.", where, empty=not told))
    source = f"Situation au 31/12/{situation.exercise}, synthèse écrite par la Cnaf"
    simulated = any(line.last is not None and line.last.simulated for line in lines)
    table = _table(f"{len(rows)} programmes", header, rows)
    return Built(_block(spec, source, [table], notes, simulated=simulated), missing)


# --- Means ----------------------------------------------------------------------------------------------------------


def _statements(spec: dict[str, Any], situation: Situation) -> Built:
    convention, at, exercise = situation.convention, situation.at, situation.exercise + spec["before"]
    filled = last_filled(convention=convention, codes=spec["codes"], exercise=exercise, at=at)
    known = {row.layout.code for row in filled}
    missing = []
    for code in spec["codes"]:
        layout = layout_named(convention=convention, code=code)
        if layout is not None and code not in known:
            sentence = f"« {layout.title} » n’est pas rempli pour {exercise} au {situation.day}."
            missing.append(Missing(sentence, "Le remplir.", reverse("statements"), empty=not known))
    told = annex(convention=convention, codes=spec["codes"], exercise=exercise, at=at) if known else None
    source = f"Tableaux remplis au titre de {exercise}, tels que connus au {situation.day}"
    tables, notes = (told["tables"], told["notes"]) if told else ([], [])
    return Built(_block(spec, source, tables, notes, simulated=bool(told and told["simulated"])), missing)


def _budget(spec: dict[str, Any], situation: Situation) -> Built:
    fund = fund_named(convention=situation.convention, code=spec["fund"])
    assert fund is not None, "checked when the file is loaded"  # noqa: S101
    table = year_table(ledger=read_ledger(fund=fund, at=situation.at), exercise=situation.exercise)
    rows = [row for row in table.rows if not row.is_header]
    kept = [rank for rank in range(len(HEADINGS)) if any(row.figures[rank].amount is not None for row in rows)]
    cells = [
        [row.line.label, *(_number(row.figures[rank].amount, row.figures[rank].full) for rank in kept)] for row in rows
    ]
    title = f"{fund.name}, exercice {situation.exercise}, en {fund.unit}"
    shown = _table(title, ["Ligne", *(HEADINGS[rank] for rank in kept)], cells)
    missing = []
    if not table.acts:
        where = reverse("budget-year", kwargs={"code": fund.code, "exercise": situation.exercise})
        sentence = f"Aucun acte n’est enregistré pour {fund.name} en {situation.exercise} au {situation.day}."
        missing.append(Missing(sentence, "Saisir le budget.", where))
    notes = [f"En date du {act.dated:%d/%m/%Y} : {act.label}." for act in table.acts]
    source = f"Actes budgétaires enregistrés au {situation.day}"
    return Built(_block(spec, source, [shown], notes, simulated=table.simulated), missing)


def _split(spec: dict[str, Any], situation: Situation) -> Built:
    fund = fund_named(convention=situation.convention, code=spec["fund"])
    assert fund is not None, "checked when the file is loaded"  # noqa: S101
    page = conformity_page(fund=fund, exercise=situation.exercise, at=situation.at)
    acts = read_ledger(fund=fund, at=situation.at).acts(situation.exercise)

    def money(value: Decimal | None) -> Cell:
        return "n.d." if value is None else _number(value, format_whole(value, page.decimals))

    rows = [[row.label, money(row.voted), money(row.local), money(row.national)] for row in page.split]
    header = ["Ligne", "Crédits ouverts", "Organismes locaux", "Caisse nationale"]
    missing = []
    if not rows:
        where = reverse("budget-conformity", kwargs={"code": fund.code, "exercise": situation.exercise})
        missing.append(Missing(f"Aucun crédit n’est ouvert en {situation.exercise}.", "Saisir le budget.", where))
    elif any(row.national is None for row in page.split):
        missing.append(Missing("La part de la Caisse nationale n’est pas dite de chaque ligne.", empty=False))
    source = f"Crédits limitatifs ouverts au {situation.day}"
    table = _table(f"Crédits limitatifs ouverts, en {fund.unit}", header, rows)
    return Built(_block(spec, source, [table], simulated=any(act.simulated for act in acts)), missing)


def _carried(spec: dict[str, Any], situation: Situation) -> Built:
    fund = fund_named(convention=situation.convention, code=spec["fund"])
    assert fund is not None, "checked when the file is loaded"  # noqa: S101
    before = situation.exercise - 1
    page = carry_statement(fund=fund, exercise=before, at=situation.at)
    ledger = read_ledger(fund=fund, at=situation.at)

    def money(value: Decimal | None) -> Cell:
        return _number(value, "" if value is None else format_whole(value, page.decimals))

    origins = [
        [
            row.line.label,
            *map(money, (row.authorised, row.executed, row.left.unused, row.local_left, row.national_left)),
            *map(money, (row.left.carriable, row.left.cancelled)),
        ]
        for row in page.origins
    ]
    header = ["Ligne", "Ouverts", "Exécuté", "Reste", "dont locaux", "dont Caisse nationale"]
    goes = [[row.label, money(row.amount)] for row in page.destinations]
    tables = [
        _table(f"Origine en {before}, en {fund.unit}", [*header, "Reportable", "Non reportable"], origins),
        _table(f"Destination en {situation.exercise}, en {fund.unit}", ["Groupe", "Reporté"], goes),
    ]
    totals = [
        ("reportables", page.carriable),
        ("reportés", page.carried),
        ("reportables et non reportés", page.not_carried),
        ("non reportables", page.cancelled),
    ]
    said = ", ".join(f"{name} {format_whole(amount, page.decimals)}" for name, amount in totals)
    missing = []
    if page.closed_on is None:
        where = reverse("budget-entry", kwargs={"code": fund.code, "exercise": before, "kind": "execute"})
        sentence = f"L’exécution de {before} n’est pas arrêtée au 31/12 : rien n’est connu des crédits qui restent."
        missing.append(Missing(sentence, "Saisir l’exécution de l’année entière.", where))
    elif not page.destinations:
        where = reverse("budget-entry", kwargs={"code": fund.code, "exercise": situation.exercise, "kind": "report"})
        sentence = f"Aucun report n’est décidé en {situation.exercise}."
        missing.append(Missing(sentence, "L’état part sans destination.", where, empty=False))
    notes = [f"Crédits {said} {fund.unit}."] if page.closed_on else []
    source = f"Exécution de {before} et décisions de report connues au {situation.day}"
    simulated = any(act.simulated for year in (before, situation.exercise) for act in ledger.acts(year))
    return Built(_block(spec, source, tables if page.closed_on else [], notes, simulated=simulated), missing)


# --- What was sent, what is not kept --------------------------------------------------------------------------------


def _transmissions(spec: dict[str, Any], situation: Situation) -> Built:
    rows = Transmission.objects.filter(convention=situation.convention, transmitted_at__date__lte=situation.at).defer(
        "payload", "receipt"
    )
    found = list(rows.order_by("transmitted_at", "pk"))
    cells = [
        [
            f"n° {row.receipt_number}",
            row.get_kind_display(),
            f"{row.transmitted_at:%d/%m/%Y}",
            ("en retard" if row.late else "à l’heure") if row.due else "sans date",
            row.reason,
            row.sha256,
        ]
        for row in found
    ]
    header = ["Reçu", "Nature", "Transmis le", "Échéance", "Motif de la rectification", "Empreinte (SHA-256)"]
    source = f"Registre des transmissions au {situation.day}"
    missing = [] if found else [Missing("Rien n’a été transmis à cette date.")]
    simulated = any(row.simulated for row in found)
    table = _table(f"{len(cells)} transmissions, la première d’abord", header, cells)
    return Built(_block(spec, source, [table], simulated=simulated), missing)


def _absent(spec: dict[str, Any], situation: Situation) -> Built:
    return Built(_block(spec, "Non tenu dans l’application", [], spec["items"], simulated=False))


BUILDERS: dict[str, Callable[[dict[str, Any], Situation], Built]] = {
    "indicators": _indicators,
    "measures": _measures,
    "actions": _actions,
    "commitments": _commitments,
    "sdsi_synthesis": _sdsi_synthesis,
    "statements": _statements,
    "budget": _budget,
    "split": _split,
    "carried": _carried,
    "transmissions": _transmissions,
    "absent": _absent,
}
