"""The fiches, the result indicators and the maps of a bilan in its Word twin; every drawing before its data."""

from decimal import Decimal
from typing import Any

from cog.figures import format_figure
from cog.word import Part, Row, Word
from reports import annual_drawings
from reports.annual_word_text import (
    DASH,
    DETAIL,
    blocks_of,
    french,
    gap,
    lines_of,
    numbered_value,
    plural,
    value_of,
    verdict,
)

Payload = dict[str, Any]

SPREAD = {
    "minimum": "Minimum",
    "d1": "1er décile",
    "q1": "1er quartile",
    "median": "Médiane",
    "q3": "3e quartile",
    "d9": "9e décile",
    "maximum": "Maximum",
    "value_range": "Étendue",
    "stdev": "Écart-type",
    "mean": "Moyenne",
}


# --- A fiche --------------------------------------------------------------------------------------------------------


def fiche(word: Word, payload: Payload, told: Payload) -> None:
    number = told["number"]
    word.heading(french(f"Fiche n° {number}. {told['title']}"), 2, f"fiche-{number}")
    if told["objectives"]:
        word.paragraph(french(told["tally"]), "Chapeau")
        word.heading("Actions", 3)
        _actions(word, payload, told)
    if told["indicators"]:
        word.heading("Indicateurs", 3)
        _indicators(word, payload, told)
    if told["commitments"]:
        word.heading("Engagements de l’État", 3)
        word.bullets(map(french, told["commitments"]))


def _actions(word: Word, payload: Payload, told: Payload) -> None:
    rows: list[Row] = []
    for objective in told["objectives"]:
        if objective["title"]:
            rows.append(Row([french(" ".join(objective["title"]))], "groupe"))
        rows += [Row(_action(one, payload["year"])) for one in objective["actions"]]
    header = ["N°", "Action", "Échéance imprimée", "État", "Au 31 décembre"]
    caption = f"Fiche n° {told['number']} : les actions et leur situation au {payload['at']}"
    word.table(french(caption), header, rows, widths=(1, 11, 4, 3, 3))


def _action(one: Payload, year: int) -> list[Any]:
    label = [Part(french(one["short"]))]
    if one["is_told"]:
        said = (
            one["comment"],
            one["revision_reason"] and f"Échéance révisée : {one['revision_reason']}",
            one["decision"] and f"Décision : {one['decision']}",
            one["evidence"] and f"Preuve : {one['evidence']}",
        )
        label = [*blocks_of(one["label"]), *(Part(french(text), DETAIL) for text in said if text)]
    deadline = [Part(french(line)) for line in one["deadline"]] or [Part(DASH)]
    deadline += [Part(f"révisée au {one['revised']}", DETAIL)] if one["revised"] else []
    deadline += [Part(f"due en {year}", DETAIL)] if one["is_due"] else []
    done = f"le {one['done_on']}" if one["done_on"] else ""
    return [one["number"] or DASH, label, deadline, lines_of(one["status"], done), one["timeliness_label"] or DASH]


def _indicators(word: Word, payload: Payload, told: Payload) -> None:
    year = payload["year"]
    header = ["Indicateur", "Référence", "Cible", f"Valeur {year}", "Écart", "Par année", "Verdict"]
    rows = [
        [
            lines_of(f"{line['code']} {line['title']}", "opposable" if line["kind"] == "resultat" else ""),
            french(line["baseline"]) or DASH,
            lines_of(line["target"] or DASH, line["aimed"]),
            numbered_value(line),
            gap(line),
            [Part(f"{point['period']} : {value_of(point, '')}") for point in line["years"]] or DASH,
            verdict(line),
        ]
        for line in told["indicators"]
    ]
    caption = french(f"Fiche n° {told['number']} : les indicateurs en {year}")
    word.table(caption, header, rows, numeric={3, 4}, widths=(8, 4, 4, 4, 4, 4, 4))


# --- A result indicator ---------------------------------------------------------------------------------------------


def sheets(word: Word, payload: Payload) -> None:
    word.heading("Indicateurs de résultat", 1, "indicateurs")
    for sheet in payload["sheets"]:
        _sheet(word, payload, sheet)


def _sheet(word: Word, payload: Payload, sheet: Payload) -> None:
    code = sheet["code"]
    word.heading(french(f"{code}. {sheet['title']}"), 2, f"indicateur-{code}")
    word.paragraph(f"{numbered_value(sheet)} : {verdict(sheet)}", "Chapeau")
    word.paragraph(french(sheet["sentence"]))
    word.table(f"Repères de {code}", ["Repère", "Valeur"], _facts(payload, sheet), widths=(1, 3))
    if sheet["series"]:
        _series(word, sheet)
    for one in sheet["breaks"]:
        word.paragraph(french(f"Rupture de série : {one['reason']}."), "Note")
    if sheet["spread"]:
        _spread(word, payload, sheet)
    if sheet["published"]:
        _published(word, payload, sheet)
    if sheet.get("explanation"):
        _explanation(word, sheet["explanation"])
    word.heading("Définition", 3)
    for part in blocks_of(sheet["definition"]):
        word.paragraph(part.text)
    source = f"Source : {sheet['source']}. " if sheet["source"] else ""
    word.paragraph(french(f"{source}Texte de la convention, annexe 3, l. {sheet['seed_line']}."), "Note")


def _facts(payload: Payload, sheet: Payload) -> list[list[str]]:
    provisional = ", définition provisoire" if sheet["provisional_definition"] else ""
    told = [
        ("Cible", sheet["target"] or "aucune"),
        ("Référence", sheet["baseline"] or "aucune"),
        (f"Trajectoire {payload['year']}", sheet["aimed"]),
        ("Écart", gap(sheet)),
        ("Méthode", sheet["method"] and f"{sheet['method']}{provisional}"),
        (sheet["numerator_label"] or "Numérateur", sheet["numerator"]),
        (sheet["denominator_label"] or "Dénominateur", sheet["denominator"]),
    ]
    return [[french(name), french(text)] for name, text in told if text]


def _series(word: Word, sheet: Payload) -> None:
    code = sheet["code"]
    caption = f"{code} : valeurs nationales, cibles et trajectoire indicative"
    told = "; ".join(f"{point['label']} : {point['shown'] or 'n.d.'}" for point in sheet["series"])
    alt = french(f"{sheet['title']}, en {sheet['unit']}. {told}. Les mêmes valeurs sont dans le tableau qui suit.")
    word.figure(annual_drawings.series(sheet), french(caption), alt)
    rows = [
        [
            point["label"],
            value_of(point, sheet["unit"]),
            point["state_label"],
            point["verdict_label"],
            point["answered"] or DASH,
        ]
        for point in sheet["series"]
    ]
    header = ["Période", "Valeur", "État", "Verdict", "Réponses"]
    word.table(french(f"{code} : valeurs nationales par période"), header, rows, numeric={1, 4}, widths=(3, 3, 3, 5, 2))


def _spread(word: Word, payload: Payload, sheet: Payload) -> None:
    code, shown = sheet["code"], sheet["spread"]["shown"]
    if sheet["locals"]:
        alt = f"{sheet['title']} : {sheet['spread']['n']} valeurs locales, de {shown['minimum']} à {shown['maximum']}, "
        alt += f"médiane {shown['median']}. Les marques de la dispersion sont dans le tableau qui suit."
        caption = f"{code} : dispersion des valeurs locales en {payload['year']}"
        word.figure(annual_drawings.spread(sheet), french(caption), french(alt))
    caption = f"{code} : dispersion des valeurs locales en {payload['year']}, en {sheet['unit']}"
    row = [str(sheet["spread"]["n"]), *(shown[name] for name in SPREAD)]
    word.table(french(caption), ["Nombre", *SPREAD.values()], [row], numeric=range(len(row)))


def _published(word: Word, payload: Payload, sheet: Payload) -> None:
    own = "simulées " if payload["simulated"] else ""
    caption = f"{sheet['code']} : valeurs réelles publiées, à côté des valeurs {own}de ce document"
    names = ("period", "value", "unit", "basis", "source")
    rows = [[french(str(row[name])) for name in names] for row in sheet["published"]]
    word.table(
        french(caption), ["Période", "Valeur", "Unité", "Nature", "Source"], rows, numeric={1}, widths=(2, 2, 2, 3, 7)
    )


def _explanation(word: Word, said: Payload) -> None:
    word.heading(french(f"Explication de l’écart, {said['period']}"), 3)
    cut = " (La suite se lit dans l’application.)" if said["is_cut"] else ""
    word.paragraph(french(f"Cause {said['cause']}. {' '.join(said['text'])}{cut}"))
    simulated = " (explication simulée)" if said["simulated"] else ""
    others = f" Autres explications de l’année : {', '.join(said['others'])}." if said["others"] else ""
    told = f"Action corrective : {said['action'] or 'aucune'}. "
    told += f"Retour attendu : {said['expected_return'] or 'non annoncé'}. "
    word.paragraph(french(f"{told}{said['written_by']}, le {said['written_on']}{simulated}.{others}"), "Note")


# --- Maps and bars --------------------------------------------------------------------------------------------------


def maps(word: Word, payload: Payload) -> None:
    if not payload.get("maps"):
        return
    atlas = annual_drawings.atlas(payload)
    word.heading("Cartes", 1, "cartes")
    word.paragraph(
        "Les caisses de chaque département en quatre quarts, du mieux placé (le plus foncé) au moins bien placé. Un "
        "département hachuré n’a pas de valeur ; un département rayé a deux caisses de quarts différents."
    )
    for one in payload["maps"]:
        title = french(f"{one['code']} {one['title']}")
        word.heading(title, 2)
        quarters = "; ".join(f"{q['place']} : {plural(q['count'], 'caisse')}" for q in one["quarters"])
        alt = french(f"Carte de {title} par département, en {one['unit']}. {quarters}.")
        word.figure(atlas[one["code"]], french(f"{one['code']} : les caisses par quart"), alt, width=0.62)
        header = ["Quart", "Caisses", "Première valeur", "Dernière valeur"]
        rows = [[q["place"], str(q["count"]), q["low"], q["high"]] for q in one["quarters"]]
        word.table(french(f"{one['code']} : caisses par quart, en {one['unit']}"), header, rows, numeric={1, 2, 3})
        if one["missing"]:
            word.paragraph(french(f"Sans valeur : {plural(one['missing'], 'caisse')}."), "Note")


def bars(word: Word, fund: Payload, drawing: str) -> None:
    """A fund by year, and the same measures as a table."""
    told = fund["bars"]
    caption = f"{fund['name']} : total du fonds par année, en {fund['unit']}"
    names = ", ".join(one["label"] for one in told["series"])
    alt = french(f"{caption} : {names}. Les mêmes montants sont dans le tableau qui suit.")
    word.figure(drawing, french(caption), alt)
    shown = [
        [format_figure(Decimal(value), told["decimals"]) if value else "" for value in one["values"]]
        for one in told["series"]
    ]
    rows = [[year, *(values[place] for values in shown)] for place, year in enumerate(told["years"])]
    header = ["Année", *(one["label"].capitalize() for one in told["series"])]
    word.table(french(caption), header, rows, numeric=range(1, len(header)))
