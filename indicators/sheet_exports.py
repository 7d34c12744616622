"""What leaves the pages of an indicator and of the caisses: their tables, the national series and the caisses flat."""

from typing import Any

from cog.exports import Table
from cog.periods import parse
from cog.xlsx import Value
from indicators.compute.terms import RATIO, Terms, local_terms_of, terms_of
from indicators.models import Dispersion
from indicators.queries.caisses import PLACES, CaisseStanding, OwnLine
from indicators.queries.shown import Point, SheetPage

Rows = list[list[Any]]
"""A table in cells, its header first."""


def _told(point: Point) -> list[Any]:
    """A result in cells: what `_told_header` names."""
    return [
        point.value,
        point.numerator,
        point.denominator,
        point.verdict_label,
        point.state_label,
        point.units_reported,
        point.units_concerned,
        "simulé" if point.simulated else "",
    ]


def national_terms(page: SheetPage) -> Terms:
    """What the two numbers beside the national value are."""
    return terms_of(page.definition) if page.definition else RATIO


def local_terms(page: SheetPage) -> Terms:
    """What the two numbers beside a caisse's value are."""
    return local_terms_of(page.definition) if page.definition else RATIO


def _told_header(terms: Terms) -> list[str]:
    names = ["Valeur", terms.first, terms.second or "(sans objet)", "Verdict", "État", "Ont répondu", "Concernés"]
    return [*names, "Simulé"]


def series_rows(page: SheetPage) -> Rows:
    """The national values of every period; header first."""
    rows = [[point.period, point.label, *_told(point)] for point in page.series]
    return [["Période", "En toutes lettres", *_told_header(national_terms(page))], *rows]


def caisse_rows(page: SheetPage) -> Rows:
    """The caisses the reader may see at the period in view; header first."""
    header = [
        "Code",
        "Caisse",
        "Département",
        "Période",
        "Unité",
        "Rang",
        "Place",
        "Écart au national",
        "Cible du Cpog",
    ]
    rows = []
    for line in page.caisses:
        body = line.organisation
        place = [line.rank, line.quarter or "non classée", line.gap, line.target]
        rows.append(
            [
                body.code,
                body.name,
                body.departement_name,
                line.point.period,
                page.local_unit,
                *place,
                *_told(line.point),
            ]
        )
    return [[*header, *_told_header(local_terms(page))], *rows]


def spread_rows(spreads: list[Dispersion]) -> Rows:
    """The spread of the caisses, a period a row; header first."""
    rows = [[*(getattr(one, name) for name in _SPREAD), "simulé" if one.simulated else ""] for one in spreads]
    return [[*_SPREAD.values(), "Simulé"], *rows]


_SPREAD = {
    "period": "Période",
    "n": "Caisses",
    "minimum": "Minimum",
    "d1": "1er décile",
    "q1": "1er quartile",
    "median": "Médiane",
    "q3": "3e quartile",
    "d9": "9e décile",
    "maximum": "Maximum",
    "value_range": "Étendue",
    "stdev": "Écart-type",
    "mean": "Moyenne des caisses",
}


def sheet_tables(page: SheetPage) -> list[Table]:
    """Everything the page of an indicator shows in figures, one sheet for each of its tables; values unrounded."""
    (series, *national), (bodies, *caisses) = series_rows(page), caisse_rows(page)
    parts = [["ventilation", name, point.period, page.line.unit, *_told(point)] for name, point in page.breakdowns]
    parts += [
        ["valeur associée", line.label, line.point.period, line.unit, *_told(line.point)] for line in page.companions
    ]
    part_header = ["Nature", "Valeur de", "Période", "Unité", *_told_header(national_terms(page))]
    published = [
        [row.period or row.year, row.scope, row.value, row.unit, row.basis, row.confidence, row.source, row.source_url]
        for row in page.published
    ]
    header = ["Période", "Portée", "Valeur publiée", "Unité", "Nature", "Confiance", "Source", "Adresse"]
    return [
        ("Série nationale", series, national),
        ("Caisses", bodies, caisses),
        ("Ventilations", part_header, parts),
        ("Publié ailleurs", header, published),
    ]


def sheet_facts(page: SheetPage) -> list[tuple[str, Value]]:
    """What the tables of an indicator are read with."""
    one = page.line.indicator
    return [
        ("Indicateur", f"{one.code} · {one.title}"),
        ("Unité", page.line.unit),
        ("Période en vue", parse(page.period).label if page.period else "aucune"),
        ("Valeur nationale", page.current.shown if page.current else "n.d."),
        ("En une phrase", page.sentence),
        *(("Cible", words) for words, _ in page.target_lines),
        *(("Valeur de référence", words) for words, _ in page.baseline_lines),
        *(("Rupture de série", str(one["reason"])) for one in one.breaks),
    ]


def caisses_table(rows: list[CaisseStanding]) -> Table:
    """The caisses of the list, one a line."""
    header = ["Code", "Caisse", "Région", "Indicateurs avec une valeur", "Indicateurs attendus"]
    header += [f"Dans le {place}" for place in PLACES]
    header += ["Cibles du Cpog atteintes ou en bonne voie", "Cibles non atteintes ou en retard", "Simulé"]
    lines = []
    for row in rows:
        body = row.organisation
        placed = [row.quarters[place] for place in PLACES]
        judged = [row.reached, row.missed, "simulé" if row.simulated else ""]
        lines.append([body.code, body.name, body.region_2016, row.known, row.expected, *placed, *judged])
    return "Caisses", header, lines


def caisse_table(lines: list[OwnLine]) -> Table:
    """One caisse: its result of every indicator, values unrounded."""
    header = ["Code", "Intitulé", "Fiche", "Période", "Valeur", "Unité", "Rang", "Sur", "Place", "Écart au national"]
    header += ["Valeur nationale comparable", "Cible du Cpog", "Verdict", "Sur un an", "État", "Simulé"]
    rows = []
    for line in lines:
        one, own = line.line.indicator, line.own
        named: list[Any] = [one.code, one.title, one.fiche.number]
        if own is None:
            rows.append([*named, line.line.latest.period if line.line.latest else "", None, line.unit, *[""] * 9])
            continue
        point = own.point
        told = [point.period, point.value, line.unit, own.rank, own.ranked, own.quarter, own.gap, line.nation_shown]
        change = "rupture de série" if line.broken else line.change
        judged = [own.target, point.verdict_label, change, point.state_label, "simulé" if point.simulated else ""]
        rows.append([*named, *told, *judged])
    return "Résultats", header, rows
