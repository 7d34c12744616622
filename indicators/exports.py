"""The tables of the pages of definitions, targets, groups, thresholds, batches and figures, as they leave them.

Every row the page shows under its filters, whatever its pages; dates and numbers as such, moments as they read here.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from cog.exports import Table
from cog.xlsx import Value
from indicators.compute.gaps import default_allowance
from indicators.enums import GapMode
from indicators.enums import Operator as Side
from indicators.models import GapThreshold, ImportBatch, IndicatorVersion, LocalTarget, Observation
from indicators.queries.definitions import VersionsPage
from indicators.queries.explanations import ThresholdLine
from indicators.queries.floor import FloorPage, TargetsLine
from indicators.queries.groups import CriterionBlock
from indicators.queries.lineage import CellLine, FigurePage


def _marked(simulated: bool) -> str:
    return "simulé" if simulated else ""


def _moment(at: datetime | None) -> datetime | None:
    return timezone.localtime(at) if at else None


def _plain(value: Decimal | None) -> Decimal | None:
    """A number without the zeros that storage adds."""
    return None if value is None else value.normalize() + 0


# --- Thresholds, groups, definitions ------------------------------------------------------------------------------


def threshold_tables(lines: Iterable[ThresholdLine]) -> list[Table]:
    """The threshold of each indicator, then those that were replaced or taken back."""
    header = ["Code", "Intitulé", "Unité", "Seuil par défaut", "Par défaut, compté en", "Seuil propre"]
    header += ["Seuil propre, compté en", "Motif", "Fixé par", "Fixé le", "Simulé"]
    rows: list[list[Any]] = []
    past: list[list[Any]] = []
    for line in lines:
        default = default_allowance(line.unit)
        common = [line.unit, default.value, GapMode(default.mode.value).label]
        own = _threshold(line.own) if line.own else [None] * 6
        rows.append([line.indicator.code, line.indicator.title, *common, *own])
        past += [
            [
                line.indicator.code,
                *_threshold(row),
                row.superseded_by and row.superseded_by.name,
                _moment(row.superseded_at),
            ]
            for row in line.past
        ]
    former = ["Code", "Seuil", "Compté en", "Motif", "Fixé par", "Fixé le", "Simulé", "Remplacé par", "Remplacé le"]
    return [("Seuils", header, rows), ("Seuils d'avant", former, past)]


def _threshold(row: GapThreshold) -> list[Any]:
    named = [row.reason, row.set_by.name, _moment(row.set_at), _marked(row.simulated)]
    return [_plain(row.value), row.get_mode_display(), *named]


def groups_table(blocks: Iterable[CriterionBlock]) -> Table:
    """Every membership, criterion by criterion; its first six columns are those of a file of groups."""
    header = ["organisme", "critere", "groupe", "depuis", "jusqu_au", "source", "nom", "intitulé du critère", "simulé"]
    rows: list[list[Any]] = [
        [
            row.organisation.code, row.key, row.value, row.valid_from, row.valid_to, row.source, row.organisation.name,
            block.label, _marked(row.simulated),
        ]
        for block in blocks
        for group in block.groups
        for row in group.members
    ]  # fmt: skip
    return "Groupes", header, rows


def definitions_table(page: VersionsPage) -> Table:
    """The versions side by side, a field a row; the last column names those that say otherwise than the one before."""
    versions = [column.version for column in page.columns]
    told: list[tuple[str, list[Any]]] = [
        ("En vigueur depuis", [one.version.valid_from for one in page.columns]),
        ("En vigueur jusqu'au", ["jamais en vigueur" if one.is_void else one.until for one in page.columns]),
        ("Provisoire, non arrêtée", ["oui" if one.provisional else "non" for one in versions]),
        ("Arrêtée le", [one.agreed_on for one in versions]),
        ("Arrêtée par", [_agreed_by(one) for one in versions]),
        ("Motif", [one.reason for one in versions]),
        ("Enregistrée le", [_moment(one.adopted_at) for one in versions]),
        ("Enregistrée par", [one.adopted_by.name if one.adopted_by else "avec la convention" for one in versions]),
    ]
    fields = [
        [
            row.label,
            *(cell.text for cell in row.cells),
            ", ".join(str(one.number) for one, cell in zip(versions, row.cells, strict=True) if cell.changed),
        ]
        for row in page.rows
    ]
    last: list[tuple[str, list[Any]]] = [
        ("Choix et hypothèses", [one.note for one in versions]),
        ("Résultats qui en dépendent", [one.results for one in page.columns]),
    ]
    header = ["Champ", *(f"Version {one.number}" for one in versions), "Modifié à la version"]
    framed = [[[label, *cells, ""] for label, cells in part] for part in (told, last)]
    return "Définitions", header, [*framed[0], *fields, *framed[1]]


def _agreed_by(version: IndicatorVersion) -> str:
    if version.agreed_on:
        return str(version.agreed_by)
    return "personne encore, proposition tirée de la convention" if version.provisional else "la convention signée"


# --- Cpog targets -------------------------------------------------------------------------------------------------


def targets_table(lines: Iterable[TargetsLine]) -> Table:
    """What the list of the Cpog targets says of each indicator, a year a row."""
    header = [
        "Code",
        "Intitulé",
        "Année",
        "Caisses qui ont une cible",
        "Agrégat",
        "Sens",
        "Objectif de la Cog",
        "Unité",
    ]
    header += ["Plancher"]
    rows: list[list[Any]] = []
    for line in lines:
        for year, count, page in line.years:
            named = [line.indicator.code, line.indicator.title, year, count]
            if page is None:
                rows.append([*named, None, "", None, line.definition.unit, ""])
                continue
            test = page.test
            side = Side(test.operator.value).label if test.threshold is not None else ""
            judged = [page.definition.unit, _floor_in_words(page)]
            rows.append([*named, _plain(test.aggregate), side, _plain(test.threshold), *judged])
    return "Cibles des Cpog", header, rows


def _floor_in_words(page: FloorPage) -> str:
    if page.test.aggregate is None:
        return "agrégat non calculable"
    if page.test.holds is None:
        return "pas d'objectif à comparer"
    return ("respecté" if page.test.holds else "non respecté") + ("" if page.test.complete else ", incomplet")


def own_targets_table(rows: Iterable[LocalTarget]) -> Table:
    """The targets in force of one's own caisse."""
    header = ["Code", "Intitulé", "Caisse", "Nom", "Année", "Sens", "Cible", "Source", "Simulé"]
    told = [
        [
            row.indicator.code, row.indicator.title, row.organisation.code, row.organisation.name, row.year,
            row.get_operator_display(), _plain(row.threshold), row.source, _marked(row.simulated),
        ]
        for row in rows
    ]  # fmt: skip
    return "Cibles", header, told


def floor_tables(page: FloorPage, past: Iterable[LocalTarget]) -> list[Table]:
    """The floor test, a caisse a row: it may be sent back as a file of targets. Then the targets it replaced."""
    header = ["indicateur", "caisse", "nom", "annee", "seuil", "attendu", "poids", "part dans l'écart", "constat"]
    asked = page.test.threshold is not None
    rows: list[list[Any]] = [
        [
            page.indicator.code, row.body.code, row.body.name, page.year, _plain(row.threshold), row.expected,
            _plain(row.weight), row.contribution,
            "insuffisante" if row.contribution is not None
            else "sans cible" if row.threshold is None else "suffisante" if asked else "",
        ]
        for row in sorted(page.rows, key=lambda one: one.body.code)
    ]  # fmt: skip
    former = ["Caisse", "Nom", "Année", "Sens", "Cible", "Source", "Saisie le", "Saisie par", "Close le", "Close par"]
    closed: list[list[Any]] = [
        [
            row.organisation.code, row.organisation.name, row.year, row.get_operator_display(), _plain(row.threshold),
            row.source, _moment(row.entered_at), row.entered_by.name, _moment(row.closed_at),
            row.closed_by and row.closed_by.name,
        ]
        for row in past
    ]  # fmt: skip
    return [("Cibles", header, rows), ("Cibles remplacées", former, closed)]


# --- Batches, values and figures ----------------------------------------------------------------------------------


def batches_table(rows: Iterable[ImportBatch]) -> Table:
    """The files received, one a row; what a file changes is blank until it is checked."""
    header = ["Lot", "Fichier", "État", "Reçu le", "Reçu de", "Caisse de l'envoi", "Organismes", "Valeurs", "Ajoutées"]
    header += ["Corrigées", "Erreurs", "Avertissements", "Accepté le", "Empreinte (sha256)", "Simulé"]
    told: list[list[Any]] = []
    for row in rows:
        found, checked = row.summary, bool(row.summary.get("digest"))
        counts = [found["added"], found["corrected"]] if checked else [None, None]
        received = [_moment(row.received_at), row.received_by.name, row.only.code if row.only else ""]
        known = [len(found["caisses"]) if found.get("caisses") else None, row.row_count, *counts]
        ended = [row.errors, row.warnings, _moment(row.accepted_at), row.sha256, _marked(row.simulated)]
        told.append([row.pk, row.file_name, row.state_in_words, *received, *known, *ended])
    return "Lots de remontée", header, told


def batch_tables(batch: ImportBatch, corrections: Iterable[dict[str, Any]]) -> list[Table]:
    """What a file corrects, old and new, as its page lists it; then its values body by body."""
    header = ["mesure", "caisse", "periode", "ventilation", "En vigueur", "Dans le fichier", "Feuille", "Cellule"]
    header += ["Ligne", "Valeur en vigueur simulée"]
    rows = [
        [
            one["measure"], one["caisse"], one["period"], one["breakdown"], _number(one["old"]), _number(one["new"]),
            one["sheet"], one["cell"], one["line"], _marked(one["old_simulated"]),
        ]
        for one in corrections
    ]  # fmt: skip
    changed = batch.summary.get("changed_caisses", {})
    bodies = [[code, count, changed.get(code, 0)] for code, count in batch.summary.get("caisses", {}).items()]
    return [
        ("Valeurs corrigées", header, rows),
        ("Valeurs par organisme", ["Organisme", "Valeurs", "Changent"], bodies),
    ]


def _number(text: str) -> Decimal | str:
    """A number kept as text; words (« ND ») as they are."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_SOURCE = ["Révision", "Fichier", "Empreinte (sha256)", "Feuille", "Cellule", "Ligne", "Reçu de", "Reçu le"]
_SOURCE += ["Accepté par", "Accepté le", "Simulé"]


def _source(one: Observation) -> list[Any]:
    """Where a value was read, and who brought it: what `_SOURCE` names."""
    batch = one.batch
    place = [batch.file_name, batch.sha256, one.source_sheet, one.source_cell, one.source_row]
    received = [batch.received_by.name, _moment(batch.received_at)]
    accepted = [batch.accepted_by.name if batch.accepted_by else "", _moment(batch.accepted_at)]
    return [one.revision, *place, *received, *accepted, _marked(batch.simulated)]


def history_table(revisions: Iterable[Observation]) -> Table:
    """Every revision of a value, the one in force first."""
    header = ["Valeur", "Mention", "État", *_SOURCE, "Motif"]
    rows = [
        [
            _plain(one.value),
            one.get_statement_display(),
            "remplacée" if one.closed_by_id else "en vigueur",
            *_source(one),
            one.batch.reason,
        ]
        for one in revisions
    ]
    return "Révisions", header, rows


def figure_tables(page: FigurePage) -> list[Table]:
    """What a figure is made of: each table its page shows, the components or the values first; never none."""
    tables = [] if page.body or not page.groups else [_components(page)]
    if page.cells or not tables:
        tables += [_cells(page.cells), _former_cells(page.cells)]
    if page.lineage.months:
        header = ["Mois de la prévision", "Prévision", "Réalisé", "Écart, en %", "Poids"]
        months = [
            [
                f"{page.period.year}-{one.number:02d}",
                _plain(one.forecast),
                _plain(one.accounts),
                one.gap,
                _plain(one.weight),
            ]
            for one in page.lineage.months
        ]
        tables.append(("Mois comparés", header, months))
    if page.lineage.parts:
        parts = [[part.breakdown, part.outcome.value] for part in page.lineage.parts]
        tables.append(("Ventilations", ["Ventilation", "Valeur"], parts))
    return tables


def _components(page: FigurePage) -> Table:
    """What each body the reader may see brings, those that bring nothing first in each calculation."""
    header = ["Calcul", "Code", "Organisme", "Numérateur ou quantité", "Dénominateur", "Valeur"]
    header += ["Données non remontées", "Pourquoi rien n'est compté"]
    rows: list[list[Any]] = []
    for group in page.groups:
        for line in group.lines:
            quantities = [_plain(one) for one in line.component.quantities or ()]
            first, second = (*quantities, None, None)[:2]
            counted = [first, second if group.has_denominator else None, line.component.value]
            rows.append([group.title, line.code, line.name, *counted, line.missing, line.why])
    return "Composants", header, rows


def _named(line: CellLine) -> list[Any]:
    one = line.cell
    return [one.measure, line.measure.label if line.measure else "", one.organisation, str(one.period), one.breakdown]


_CELL = ["mesure", "Donnée", "caisse", "periode", "ventilation"]


def _cells(lines: Iterable[CellLine]) -> Table:
    """The values read, in the order of the page, each with where it was read; one that is missing says why."""
    header = [*_CELL, "Retranchée", "Valeur", "Mention", "Unité", *_SOURCE]
    rows: list[list[Any]] = []
    for line in lines:
        value = line.cell.value if isinstance(line.cell.value, Decimal) else None
        words = line.reason if line.is_missing else "" if value is not None else line.shown
        told = ["oui" if line.cell.sign < 0 else "", _plain(value), words, line.measure.unit if line.measure else ""]
        rows.append([*_named(line), *told, *(_source(line.current) if line.current else [None] * len(_SOURCE))])
    return "Valeurs remontées", header, rows


def _former_cells(lines: Iterable[CellLine]) -> Table:
    rows: list[list[Any]] = [
        [*_named(line), _plain(old.value), old.get_statement_display(), *_source(old)]
        for line in lines
        for old in line.former
    ]
    return "Valeurs remplacées", [*_CELL, "Valeur", "Mention", *_SOURCE], rows


def figure_facts(page: FigurePage) -> list[tuple[str, Value]]:
    """What the tables of a figure are about."""
    agrees = "le chiffre est le même" if page.agrees else "les composants ne redonnent pas la valeur affichée"
    return [
        ("Indicateur", f"{page.indicator.code} · {page.indicator.title}"),
        ("Chiffre", f"{page.shown} {page.unit}".strip()),
        ("État", page.state_label),
        ("Formule", page.formula),
        ("Définition", f"version {page.version.number}, en vigueur depuis le {page.version.valid_from:%d/%m/%Y}"),
        ("Recalculé", agrees),
    ]
