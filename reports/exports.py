"""The tables of the reports' pages as they leave them: every row the filters keep, dates and numbers as such."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cog.exports import Table
from cog.models import SourceAnomaly
from cog.queries import DatedRestitution
from indicators.queries.explanations import Figure
from reports.annual_editions import parts_changed
from reports.annual_parts import moved_points
from reports.budget_dashboard import annexes_changed, changes
from reports.campaign_queries import CampaignLine, CampaignPage
from reports.edition_queries import EditionLine
from reports.link_queries import LinkPage
from reports.models import Edition, Transmission
from reports.owed_document import DocumentChange
from reports.quarter_snapshot import NATIONAL, NUMBERS, Difference
from reports.queries import DomainMap


def transmissions_table(rows: Iterable[Transmission]) -> Table:
    """What was sent to the State, one a row, as `transmitted.listed` gives it."""
    header = ["Reçu", "Nature", "Période", "Numéro", "Transmise le", "Par", "Échéance", "Délai", "Rectification"]
    header += ["Motif", "Accusé de réception", "Questions sans réponse", "Empreinte (sha256)", "Simulé"]
    told = [
        [
            row.receipt_number, row.get_kind_display(), row.period, row.number, timezone.localtime(row.transmitted_at),
            row.transmitted_by.name, row.due, "en retard" if row.late else "à l'heure",
            "oui" if row.is_rectification else "non", row.reason, "oui" if row.acknowledged else "non", row.waiting,
            row.sha256, "simulé" if row.simulated else "",
        ]
        for row in rows
    ]  # fmt: skip
    return "Transmissions", header, told


def calendar_table(rows: Iterable[DatedRestitution]) -> Table:
    """The accounts that are owed, by date; those without a date last."""
    header = ["Date", "Jour ouvré suivant", "Restitution", "Nature", "Objet", "Destinataire", "État", "Remise le"]
    header += ["Source", "Ligne du texte"]
    told = []
    for row in rows:
        one, what = row.restitution, row.restitution.obligation
        named = [one.due, row.next_working_day, what.title, what.get_family_display(), one.covers, what.recipient]
        told.append([*named, row.state_label, row.delivered, what.source, what.seed_line])
    return "Remises", header, told


def fiches_table(domains: Iterable[DomainMap], *, with_results: bool, with_progress: bool) -> Table:
    """The fiches, one a row, with what stands out of each."""
    header = ["Domaine", "Intitulé du domaine", "Fiche", "Intitulé", "Actions"]
    header += ["Réalisées", "En retard", "Abandonnées"] * with_progress
    header += ["Indicateurs", *["Verdict le plus défavorable"] * with_results]
    rows: list[list[Any]] = []
    for group in domains:
        for tile in group.tiles:
            counted = [tile.tally.done, tile.tally.late, tile.tally.abandoned] if with_progress else []
            judged = [tile.verdict_label] if with_results else []
            named = [group.domain.number, group.domain.title, tile.fiche.number, tile.fiche.title, tile.tally.total]
            rows.append([*named, *counted, tile.indicators, *judged])
    return "Fiches", header, rows


def slips_table(slips: Iterable[SourceAnomaly]) -> Table:
    """The slips of the text of a fiche."""
    rows = [[one.place, one.seed_line, one.what, one.reading, one.code] for one in slips]
    return "Anomalies du texte", ["Endroit", "Ligne du texte", "Ce qui étonne", "Lecture retenue", "Code"], rows


def campaigns_table(lines: Iterable[CampaignLine]) -> Table:
    """The quarters of the term, the latest first."""
    header = ["Trimestre", "En toutes lettres", "Échéance", "État", "Première transmission", "Dernière version", "du"]
    rows = []
    for line in lines:
        first = timezone.localtime(line.first.transmitted_at) if line.first else None
        last = [line.sent.number, timezone.localtime(line.sent.transmitted_at)] if line.sent else [None, None]
        rows.append([str(line.period), line.period.label, line.due, line.state_label, first, *last])
    return "Campagnes", header, rows


def campaign_tables(page: CampaignPage) -> list[Table]:
    """A quarter being prepared: its national figures, what keeps it from leaving, what was reported by fiche."""
    checks = [
        ["à lever" if check.blocking else "à savoir", check.sentence, check.mend, " ; ".join(check.items)]
        for check in [*page.ready.blocking, *page.ready.told]
    ]
    by_fiche = [
        [
            line.subject.number, line.subject.title, line.total, line.complete, line.not_concerned, line.awaited,
            line.absent,
        ]
        for line in page.matrix.by_fiche()
    ]  # fmt: skip
    fiches = ["Fiche", "Intitulé", "Remontées", "Complètes", "Sans objet", "Attendues encore", "Valeurs manquantes"]
    return [
        figures_table(page.ready.figures),
        ("Contrôles", ["Nature", "Constat", "Comment lever", "Exemples"], checks),
        ("Remontées par fiche", fiches, by_fiche),
    ]


def figures_table(figures: Sequence[Figure]) -> Table:
    """National figures of a dossier, values unrounded."""
    header = ["Fiche", "Indicateur", "Intitulé", "Type", "Période", "Valeur", "Unité", "Comparée à", "Écart"]
    header += ["Verdict", "État", "Explication demandée parce que", "Explication", "Simulé"]
    rows = []
    for one in figures:
        sheet = one.indicator
        named = [sheet.fiche.number, sheet.code, sheet.title, sheet.get_kind_display(), one.period, one.number]
        judged = [one.unit, one.target, one.gap, one.verdict_label, one.state_label, one.why]
        said = one.explanation.text if one.explanation else ""
        rows.append([*named, *judged, said, "simulé" if one.simulated else ""])
    return "Résultats nationaux", header, rows


def editions_table(lines: Iterable[EditionLine]) -> Table:
    """The editions of the funds, by exercise."""
    header = ["Fonds", "Exercice", "Édition", "Intitulé", "Échéance", "État", "Première transmission", "Version", "du"]
    rows = []
    for line in lines:
        name = line.name
        first = timezone.localtime(line.first.transmitted_at) if line.first else None
        last = [line.sent.number, timezone.localtime(line.sent.transmitted_at)] if line.sent else [None, None]
        rows.append([name.fund_code, name.exercise, name.period, name.title, name.due, line.state_label, first, *last])
    return "Éditions", header, rows


def link_tables(page: LinkPage) -> list[Table]:
    """What an action is meant to move, and the gaps that count on it."""
    links = [
        [link.indicator_code, title, link.reason, timezone.localtime(link.linked_at), link.linked_by.name]
        for link, title in page.titled
    ]
    gaps = [
        [one.indicator.code, one.period, one.cause_label, one.text, one.written_by.name] for one in page.explanations
    ]
    return [
        ("Indicateurs", ["Indicateur", "Intitulé", "Ce qui en est attendu", "Lié le", "Par"], links),
        ("Écarts", ["Indicateur", "Période", "Cause", "Explication", "Écrite par"], gaps),
    ]


def differences_table(rows: Iterable[Difference]) -> Table:
    """What a rectified quarter changes, all of it: the sheets and the whole, then the caisses; numbers as numbers."""
    header = ["Indicateur", "Intitulé", "Où", "Période", "Valeur de", "Ce qui change", "Avant", "Après"]
    told = []
    for one in sorted(rows, key=lambda row: not row.is_national):
        where = "national" if one.scope == NATIONAL else one.scope or "la fiche"
        numeric = one.what in NUMBERS
        values = [_number(text) if numeric else text for text in (one.before, one.after)]
        told.append([one.code, one.title, where, one.period, one.name, one.what, *values])
    return "Différences", header, told


def _number(text: str) -> Decimal | None:
    """A frozen number; nothing where there was or is none."""
    return Decimal(text) if text else None


def budget_differences_tables(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Table]:
    """What a rectified edition of a fund changes: its amounts, and the annexes that are other."""
    units = {row["position"]: row["unit"] for row in after["rows"]}
    rows: list[list[Any]] = []
    for one in changes(before, after):
        unit = "%" if one.column == "rate" else units[one.position]
        told = [_number(one.before or ""), _number(one.after or ""), one.change]
        rows.append([one.position, one.label, one.heading, *told, unit])
    return [
        ("Différences", ["Rang", "Ligne", "Colonne", "Avant", "Après", "Écart", "Unité"], rows),
        ("Annexes changées", ["Annexe"], [[name] for name in annexes_changed(before, after)]),
    ]


def report_differences_tables(before: dict[str, Any], after: dict[str, Any]) -> list[Table]:
    """What a second project of the bilan changes: every national yearly value, and the parts that are other."""
    header = ["Indicateur", "Intitulé", "Unité", "Année", "Valeur avant", "État avant", "Verdict avant"]
    rows = []
    for line, old, new in moved_points(before, after):
        told = [
            cell
            for point in (old, new)
            for cell in (_number(point["value"] or ""), point["state_label"], point["verdict_label"])
        ]
        rows.append([line["code"], line["title"], line["unit"], new["period"], *told])
    return [
        ("Différences", [*header, "Valeur après", "État après", "Verdict après"], rows),
        ("Parties changées", ["Partie"], [[name] for name in parts_changed(before, after)]),
    ]


def document_differences_table(rows: Iterable[DocumentChange]) -> Table:
    """What a document sent again changes, all of it."""
    header = ["Partie", "Ligne", "Colonne", "Avant", "Unité avant", "Après", "Unité après"]
    told = []
    for one in rows:
        before, after = one.cells or (one.before, one.after)
        told.append([one.block, one.row, one.column, *_cell_and_unit(before), *_cell_and_unit(after)])
    return "Différences", header, told


def _cell_and_unit(cell: Any) -> list[Any]:
    """A cell of a document, its number as a number with its unit beside."""
    if isinstance(cell, Mapping):
        return [Decimal(cell["number"]), cell.get("unit", "")]
    return ["" if cell is None else cell, ""]


def library_table(editions: Iterable[Edition]) -> Table:
    """The editions one may read, the newest first, with their fingerprints."""
    header = ["Document", "Exercice", "Édition", "État", "Demandée le", "Demandée par", "Production"]
    header += ["Présentée au conseil le", "Taille du PDF (octets)", "Empreinte du PDF (sha256)"]
    rows: list[list[Any]] = []
    for one in editions:
        job = one.job.get_state_display() if one.job else "non demandée"
        asked = [timezone.localtime(one.requested_at), one.requested_by.name, "prête" if one.is_ready else job]
        printed = [one.presented_on, one.file_size or None, one.file_sha256]
        named = [one.get_kind_display(), one.year, one.number, one.get_state_display()]
        rows.append([*named, *asked, *printed, one.payload_sha256, "simulé" if one.simulated else ""])
    return "Éditions", [*header, "Empreinte du contenu (sha256)", "Simulé"], rows
