"""PURE. What the printed dossier of a quarter places: its frozen content, in sentences, by fiche, and in annexes.

Nothing is read but the content: figures are those it holds, gaps and sentences the ones it was sent with. A content
older than schema 2 knows no domain and no gap: it is printed without.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Any

from cog.figures import BEFORE_UNIT, format_figure
from cog.periods import PeriodError, format_date, parse
from indicators.compute.methods_file import definition_from
from indicators.compute.terms import local_unit_of
from reports.quarter_snapshot import MARKS, NATIONAL, Content, Difference, counts, receipt_words, rows_of

RESULT = "resultat"
SHOWN_MARKS = ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range")
"""The marks of a dispersion that paper has room for; the workbook has them all."""


@dataclass(frozen=True)
class Line:
    """A national figure as it was sent: `sheet` and `figure` of the content, and how much of it was reported.

    `answered`: « 99/102 » bodies; `reports`: « 1 223/1 224 » where reports are missing though all answered.
    `first`: whether it is the first of its sheet, the one that carries the title.
    """

    sheet: Content
    figure: Content
    answered: str
    reports: str
    first: bool

    @property
    def is_result(self) -> bool:
        return bool(self.sheet["kind"] == RESULT)

    @property
    def explanation(self) -> dict[str, str] | None:
        """What was said of it, ready to be read."""
        said = self.figure["explanation"]
        if said is None:
            return None
        fiche, _, ordinal = said["corrective_action"].partition("/")
        return {
            "cause": said["cause_label"],
            "text": said["text"],
            "action": f"fiche n°{BEFORE_UNIT}{fiche}, action de rang {ordinal}" if fiche else "aucune",
            "expected_return": _period(said["expected_return"]) or "non annoncé",
            "author": said["written_by"],
            "written_on": _day(said["written_on"]),
            "revision": str(said["revision"]),
        }


@dataclass(frozen=True)
class Fiche:
    """The figures of a fiche, the result indicators first."""

    number: int
    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Domain:
    """The fiches of a domain; without number nor title in a content that knows no domain."""

    number: int | None
    title: str
    fiches: list[Fiche] = field(default_factory=list)


def presentation(content: Content, differences: Iterable[Difference] = ()) -> dict[str, Any]:
    """What the template of the dossier places. `differences`: what a rectification changes of what it replaces."""
    lines = list(_lines(content))
    changed = list(differences)
    return {
        **receipt_words(content),
        "sentences": sentences(content, changed),
        "verdicts": _verdicts(lines),
        "domains": _domains(lines),
        "missing": [line for line in lines if not line.figure["has_value"]],
        "dispersions": list(_dispersions(content)),
        "definitions": list(_definitions(content)),
        "national_changes": [one for one in changed if one.is_national],
        "local_changes": _local_changes(changed),
    }


def _lines(content: Content) -> Iterator[Line]:
    for sheet in content["sheets"]:
        own = {row["period"]: row for row in rows_of(content, sheet) if _is_headline(row)}
        for rank, figure in enumerate(sheet["figures"]):
            row = own.get(figure["period"])
            yield Line(sheet, figure, *_completeness(row), first=rank == 0)


def _is_headline(row: Mapping[str, Any]) -> bool:
    return bool(row["scope"] == NATIONAL and not row["name"] and not row["breakdown"])


def _completeness(row: Mapping[str, Any] | None) -> tuple[str, str]:
    if row is None or not row["concerned"]:
        return "", ""
    told = f"{_whole(row['reported'])}/{_whole(row['concerned'])}"
    if row["units_concerned"] <= 1:
        return "", told if row["reported"] < row["concerned"] else ""
    answered = f"{_whole(row['units_reported'])}/{_whole(row['units_concerned'])}"
    return answered, told if row["reported"] < row["concerned"] else ""


def _whole(count: int) -> str:
    return format_figure(Decimal(count), 0)


def _domains(lines: list[Line]) -> list[Domain]:
    """The lines by domain and fiche, in the order of the convention."""
    ordered = sorted(lines, key=lambda line: (line.sheet["fiche"], not line.is_result))  # stable: the annex within
    found = []
    for (number, title), own in groupby(ordered, key=_domain_of):
        domain = Domain(number, title)
        for fiche, kept in groupby(own, key=lambda line: line.sheet["fiche"]):
            held = list(kept)
            domain.fiches.append(Fiche(fiche, held[0].sheet["fiche_title"], held))
        found.append(domain)
    return found


def _domain_of(line: Line) -> tuple[int | None, str]:
    return line.sheet.get("domain"), line.sheet.get("domain_title", "")


def _verdicts(lines: list[Line]) -> list[dict[str, Any]]:
    """How many figures have each verdict, the binding ones apart; the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    binding: Counter[tuple[str, str]] = Counter()
    for line in lines:
        key = line.figure["verdict"], line.figure["verdict_label"]
        counted[key] += 1
        binding[key] += line.is_result
    ordered = sorted(counted, key=lambda key: (-binding[key], -counted[key], key[1]))
    return [
        {"code": code, "label": label, "results": binding[code, label], "total": counted[code, label]}
        for code, label in ordered
    ]


# --- In sentences --------------------------------------------------------------------------------------------------


def sentences(content: Content, differences: Iterable[Difference] = ()) -> list[str]:
    """The quarter for a reader in a hurry: how many figures, what they say, what misses, what a rectification moves."""
    counted, lines = counts(content), list(_lines(content))
    figures = [line.figure for line in lines]
    told = [_held(content["period_label"], counted), _binding(lines)]
    wanted = sum(bool(figure["why"]) for figure in figures)
    unsaid = sum(bool(figure["why"]) and figure["explanation"] is None for figure in figures)
    if wanted:
        told.append(_asked(wanted, unsaid))
    incomplete = sum(figure["verdict"] == "incomplet" for figure in figures)
    if incomplete:
        part = _many(
            incomplete, "résultat incomplet part sans être jugé", "résultats incomplets partent sans être jugés"
        )
        told.append(f"{part}{BEFORE_UNIT}: des remontées manquent.")
    provisional = sum(any(version["provisional"] for version in sheet["versions"]) for sheet in content["sheets"])
    if provisional:
        part = _many(provisional, "fiche technique repose", "fiches techniques reposent")
        told.append(f"{part} sur une définition provisoire, non arrêtée.")
    if counted["caisses"]:
        told.append(f"{_many(counted['caisses'], 'caisse a', 'caisses ont')} au moins une valeur locale.")
    return [*filter(None, told), *_rectified(list(differences))]


def _held(period_label: str, counted: Mapping[str, int]) -> str:
    known = counted["figures"] - counted["missing"]
    words = (
        f"Le dossier du {period_label} porte {_many(counted['figures'], 'résultat national', 'résultats nationaux')}, "
        f"de {_many(counted['sheets'], 'fiche technique', 'fiches techniques')}"
    )
    if not counted["missing"]:
        return f"{words}{BEFORE_UNIT}: tous ont une valeur."
    absent = _many(counted["missing"], "n'en a", "n'en ont")
    return f"{words}{BEFORE_UNIT}: {_many(known, 'a', 'ont')} une valeur, {absent} pas."


def _binding(lines: list[Line]) -> str:
    """« 4 résultats opposables ont une valeur : 2 « atteint », 1 « non atteint ». »"""
    judged = Counter(line.figure["verdict_label"] for line in lines if line.is_result and line.figure["has_value"])
    if not judged:
        return "Aucun résultat opposable n'a de valeur."
    shares = ", ".join(f"{count} «{BEFORE_UNIT}{label}{BEFORE_UNIT}»" for label, count in judged.most_common())
    head = _many(judged.total(), "résultat opposable a une valeur", "résultats opposables ont une valeur")
    return f"{head}{BEFORE_UNIT}: {shares}."


def _asked(wanted: int, unsaid: int) -> str:
    words = _many(wanted, "écart ou absence demande une explication", "écarts ou absences demandent une explication")
    if not unsaid:
        return f"{words}{BEFORE_UNIT}: {'elle est donnée' if wanted == 1 else 'toutes sont données'}."
    return f"{words}{BEFORE_UNIT}: {_many(unsaid, 'manque', 'manquent')}."


def _rectified(differences: list[Difference]) -> list[str]:
    if not differences:
        return []
    national = len({(one.code, one.period, one.name) for one in differences if one.is_national})
    local = len({(one.code, one.period, one.scope, one.name) for one in differences if not one.is_national})
    parts = []
    if national:
        parts.append(_many(national, "résultat national ou définition", "résultats nationaux ou définitions"))
    if local:
        parts.append(_many(local, "résultat de caisse", "résultats de caisses"))
    verb = "change" if national + local == 1 else "changent"
    return [f"{' et '.join(parts)} {verb} par rapport à la transmission rectifiée."]


def _many(count: int, one: str, several: str) -> str:
    """« 1 résultat », « 1 204 résultats »: French is plural from two on."""
    return f"{_whole(count)} {several if count >= 2 else one}"


# --- Annexes -------------------------------------------------------------------------------------------------------


def _dispersions(content: Content) -> Iterator[dict[str, Any]]:
    """The spread of the caisses, sheet by sheet and period by period, with the decimals of the sheet."""
    columns = content["dispersion_columns"]
    for sheet in content["sheets"]:
        for row in sheet["dispersions"]:
            marks = dict(zip(columns, row, strict=True))
            if marks["n"]:
                yield {
                    "code": sheet["code"],
                    "title": sheet["title"],
                    "period": parse(marks["period"]).label,
                    "n": marks["n"],
                    "unit": _local_unit(sheet),
                    "shown": [_figure(marks[name], sheet["decimals"]) for name in SHOWN_MARKS],
                }


def _local_unit(sheet: Content) -> str:
    """The unit of the values a dispersion is over: not that of the sheet where it is itself a spread."""
    if not sheet["versions"]:
        return str(sheet["unit"])
    return local_unit_of(definition_from(sheet["code"], json.loads(sheet["versions"][-1]["method"])), {})


def mark_labels() -> list[str]:
    """The headings of the dispersions."""
    return [MARKS[name] for name in SHOWN_MARKS]


def _figure(text: str | None, decimals: int) -> str:
    return format_figure(None if text is None else Decimal(text), decimals)


def _definitions(content: Content) -> Iterator[dict[str, Any]]:
    """Every definition the figures rest on, with its own fingerprint (SHA-256 of the frozen method)."""
    for sheet in content["sheets"]:
        if not sheet["versions"]:
            yield {"code": sheet["code"], "title": sheet["title"], "version": None}
        for version in sheet["versions"]:
            agreed = f"{version['agreed_by']}, le {_day(version['agreed_on'])}" if version["agreed_on"] else ""
            yield {
                "code": sheet["code"],
                "title": sheet["title"],
                "version": version["number"],
                "words": version["words"],
                "formula": version["formula"],
                "provisional": version["provisional"],
                "agreed": agreed or version["agreed_by"],
                "fingerprint": sha256(version["method"].encode()).hexdigest()[:12],
            }


def _local_changes(differences: list[Difference]) -> list[dict[str, Any]]:
    """How many results of caisses change, sheet by sheet."""
    found: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for one in differences:
        if not one.is_national:
            found.setdefault((one.code, one.title), set()).add((one.scope, one.period, one.name))
    return [
        {"code": code, "title": title, "results": len(rows), "caisses": len({scope for scope, _, _ in rows})}
        for (code, title), rows in found.items()
    ]


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso)) if iso else ""


def _period(code: str) -> str:
    """A period in words; other words are left as they are."""
    try:
        return parse(code).label if code else ""
    except PeriodError:
        return code
