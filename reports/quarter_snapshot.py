"""PURE. What a quarter's transmission holds, once frozen: counts, the rows of a sheet, and what two of them differ in.

The content is plain text, integers, booleans and None (`snapshot.canonical`); figures are unrounded, in plain notation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cog.figures import format_exact

Content = Mapping[str, Any]
"""The content of a transmission, or of one of its sheets."""

NATIONAL = "national"
KEY = ("scope", "period", "name", "breakdown")
"""What names a result within its sheet."""

COMPARED = {
    "value": "valeur",
    "numerator": "numérateur",
    "denominator": "dénominateur",
    "state": "état",
    "verdict": "verdict",
    "reported": "remontées reçues",
    "version": "version de la définition",
}
"""What of a result may be rectified, and its name."""

NUMBERS = frozenset(COMPARED[name] for name in ("value", "numerator", "denominator", "reported"))
"""Those of them that are numbers, by their names."""

GENERAL = {
    "title": "intitulé",
    "unit": "unité",
    "versions": "définition",
    "targets": "cibles de la convention",
    "baselines": "valeurs de référence",
}
"""What of a sheet may be rectified beside its figures, and its name."""

MARKS = {
    "n": "caisses",
    "minimum": "minimum",
    "d1": "1er décile",
    "q1": "1er quartile",
    "median": "médiane",
    "q3": "3e quartile",
    "d9": "9e décile",
    "maximum": "maximum",
    "value_range": "étendue",
    "stdev": "écart-type",
    "mean": "moyenne",
}
"""The marks of a dispersion, and their names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a rectification changes; `before` and `after` are texts, empty where there was or is nothing."""

    code: str
    title: str
    scope: str
    period: str
    name: str
    what: str
    before: str
    after: str

    @property
    def is_national(self) -> bool:
        """Whether it bears on the whole, or on the sheet itself, and not on one caisse."""
        return self.scope in ("", NATIONAL)


def rows_of(content: Content, sheet: Content) -> Iterator[dict[str, Any]]:
    """The results of a sheet, each as a mapping of its columns."""
    columns = content["result_columns"]
    for row in sheet["results"]:
        yield dict(zip(columns, row, strict=True))


def counts(content: Content) -> dict[str, int]:
    """What the receipt says of the content: sheets, figures, of which national ones without value, explanations."""
    figures = [figure for sheet in content["sheets"] for figure in sheet["figures"]]
    return {
        "sheets": len(content["sheets"]),
        "figures": len(figures),
        "missing": len(content["missing"]),
        "results": sum(len(sheet["results"]) for sheet in content["sheets"]),
        "explanations": sum(figure["explanation"] is not None for figure in figures),
        "caisses": len(
            {row["scope"] for sheet in content["sheets"] for row in rows_of(content, sheet) if _is_local(row)}
        ),
    }


def receipt_words(content: Content) -> dict[str, str]:
    """What the receipt of a quarter says it is about: the convention, what was sent, what is in it."""
    told = counts(content)
    many = "s" if told["explanations"] > 1 else ""
    return {
        "convention_title": content["convention"]["title"],
        "what": f"résultats des indicateurs du {content['period_label']}",
        "counted": (
            f"{told['figures']} résultats nationaux de {told['sheets']} fiches techniques, dont {told['missing']} sans"
            f" valeur ; {told['results']} lignes de {told['caisses']} caisses, les ventilations comprises ;"
            f" {told['explanations']} explication{many} d’écart"
        ),
    }


def _is_local(row: Mapping[str, Any]) -> bool:
    return row["scope"] not in (NATIONAL, "caf") and row["value"] is not None


def difference(old: Content, new: Content) -> list[Difference]:
    """What `new` changes of `old`, sheet by sheet in the order of the new one; a sheet that goes comes last."""
    before = {sheet["code"]: sheet for sheet in old["sheets"]}
    after = {sheet["code"]: sheet for sheet in new["sheets"]}
    found: list[Difference] = []
    for code in (*after, *(code for code in before if code not in after)):
        one, two = before.get(code), after.get(code)
        if one is None or two is None:
            title = (one or two or {})["title"]
            told = ("", "fiche ajoutée") if one is None else ("fiche présente", "")
            found.append(Difference(code, title, "", "", "", "fiche", *told))
            continue
        found += _of_sheet(old, one, new, two)
    return found


def _of_sheet(old: Content, one: Content, new: Content, two: Content) -> Iterator[Difference]:
    code, title = two["code"], two["title"]
    for field, what in GENERAL.items():
        if one[field] != two[field]:
            yield Difference(code, title, "", "", "", what, _said(one[field]), _said(two[field]))
    yield from _of_dispersions(old, one, new, two)
    targets, held = _local_targets(one), _local_targets(two)
    for caisse, year in sorted(targets.keys() | held.keys()):
        told = targets.get((caisse, year), ""), held.get((caisse, year), "")
        if told[0] != told[1]:
            yield Difference(code, title, caisse, year, "", "cible du Cpog", *told)
    explained, now = _explanations(one), _explanations(two)
    for period in sorted(explained.keys() | now.keys()):
        told = explained.get(period, ""), now.get(period, "")
        if told[0] != told[1]:
            yield Difference(code, title, NATIONAL, period, "", "explication", *told)
    rows = {tuple(row[name] for name in KEY): row for row in rows_of(old, one)}
    kept = {tuple(row[name] for name in KEY): row for row in rows_of(new, two)}
    for key in sorted(rows.keys() | kept.keys(), key=lambda key: (key[0] != NATIONAL, key)):
        scope, period, name, breakdown = key
        label = " · ".join(filter(None, (name, breakdown)))
        for field, what in COMPARED.items():
            told = _text(rows.get(key), field), _text(kept.get(key), field)
            if told[0] != told[1]:
                yield Difference(code, title, scope, period, label, what, *told)


def _of_dispersions(old: Content, one: Content, new: Content, two: Content) -> Iterator[Difference]:
    """The marks that move, period by period."""
    before = {row[0]: dict(zip(old["dispersion_columns"], row, strict=True)) for row in one["dispersions"]}
    after = {row[0]: dict(zip(new["dispersion_columns"], row, strict=True)) for row in two["dispersions"]}
    for period in sorted(before.keys() | after.keys()):
        known, now = before.get(period), after.get(period)
        moved = [mark for mark in MARKS if _text(known, mark) != _text(now, mark)]
        if moved:
            told = [
                " ; ".join(f"{MARKS[mark]} {_french(row, mark)}" for mark in moved) if row else ""
                for row in (known, now)
            ]
            yield Difference(two["code"], two["title"], NATIONAL, period, "", "dispersion entre les caisses", *told)


def _local_targets(sheet: Content) -> dict[tuple[str, str], str]:
    """(caisse, year) -> its Cpog target."""
    return {(caisse, str(year)): f"{side} {threshold}" for caisse, year, side, threshold, *_ in sheet["local_targets"]}


def _explanations(sheet: Content) -> dict[str, str]:
    return {
        figure["period"]: f"{figure['explanation']['cause_label']} : {figure['explanation']['text']}"
        for figure in sheet["figures"]
        if figure["explanation"] is not None
    }


def _text(row: Mapping[str, Any] | None, field: str) -> str:
    return "" if row is None or row[field] is None else str(row[field])


def _french(row: Mapping[str, Any], field: str) -> str:
    """A mark of a dispersion with every digit it has: « 11,0607666698291 »."""
    text = _text(row, field)
    return format_exact(Decimal(text)) if text else "n.d."


def _said(value: Any) -> str:
    """A part of a sheet in a few words: its own text, or how many lines it has."""
    if isinstance(value, str):
        return value
    words = [one["words"] for one in value if isinstance(one, dict) and one.get("words")]
    return " ; ".join(words) or f"{len(value)} ligne{'s' if len(value) > 1 else ''}"
