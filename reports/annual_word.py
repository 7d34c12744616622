"""From the frozen payload of a bilan to its editable twin in Word: same parts, same words, same figures as the PDF.

Nothing is read but the payload. Figures are those it shows (`shown`), never written again from their exact value.
"""

from datetime import UTC, datetime
from typing import Any

from cog.word import FIGURES, TABLES, About, Row, Word
from reports import annual_drawings, annual_word_annexes, annual_word_sheets
from reports.annual_word_text import DASH, french, gap, lines_of, numbered_value, verdict
from reports.enums import EditionState
from reports.snapshot import digest

Payload = dict[str, Any]

FOLLOWED = (
    "Le bilan dit où en sont, au {at}, les engagements de la {title} : les actions de chaque fiche thématique et leurs "
    "échéances, les indicateurs de résultat (opposables) et de pilotage (de suivi), les engagements de l’État et les "
    "budgets."
)
READING = (
    "Une action est en retard quand la fin de l’échéance imprimée dans la convention est passée et qu’elle n’est pas "
    "réalisée ; elle est bientôt échue à moins de 90 jours de cette fin. Une action abandonnée sort du compte.",
    "Les verdicts comparent des valeurs non arrondies. Avant une cible datée d’une année, la valeur est comparée à une "
    "trajectoire indicative : la ligne droite qui mène de la valeur de référence à la cible. Le repère est le point de "
    "cette ligne pour l’année.",
    "L’écart est la valeur moins la cible, ou moins le repère. Il est entre parenthèses quand des remontées manquent.",
    "n.d. : non disponible, jamais compté pour zéro. s.o. : sans objet. p : provisoire. i : des remontées manquent. "
    "‡ : somme imprimée qui diffère de celle de ses lignes. l. N : ligne N du texte de la convention.",
)
SIMULATED = (
    "DONNÉES SIMULÉES. Des valeurs et des avancements de ce document sont inventés pour la démonstration. Seuls les "
    "textes de la convention, ses budgets et les valeurs publiées citées avec leur source sont réels."
)
TWIN = (
    "Ce fichier est le jumeau modifiable du PDF : on peut le reprendre, l’annoter, le mettre à une autre charte (tout "
    "y est porté par des styles). Le PDF seul fait foi ; les deux ont la même empreinte de contenu."
)
STATES = {
    EditionState.DRAFT: "Ce document est un projet : il n’est pas transmis à l’État et ne vaut pas restitution.",
    EditionState.SENT: "Projet de bilan que la Cnaf a transmis à l’État, d’où les deux parties établissent un document "
    "commun.",
    EditionState.COMMON: "Document commun à l’État et à la Cnaf, avec les remarques de chacune des parties.",
    EditionState.PUBLISHED: "Document commun à l’État et à la Cnaf, présenté au conseil d’administration le {on}.",
}


def word_report(payload: Payload) -> bytes:
    """The document; the same payload gives the same bytes."""
    word = _opened(payload)
    _cover(word, payload)
    word.contents("Sommaire")
    word.contents("Liste des tableaux", TABLES)
    word.contents("Liste des figures", FIGURES)
    _reading(word, payload)
    _synthesis(word, payload)
    _key_figures(word, payload)
    for domain in payload["domains"]:
        _domain(word, payload, domain)
    annual_word_sheets.sheets(word, payload)
    annual_word_sheets.maps(word, payload)
    annual_word_annexes.sdsi(word, payload)
    _budgets(word, payload)
    annual_word_annexes.staff(word, payload)
    annual_word_annexes.calendar(word, payload)
    annual_word_annexes.remarks(word, payload)
    annual_word_annexes.annexes(word, payload)
    return word.bytes()


def _opened(payload: Payload) -> Word:
    held, state = payload["convention"], EditionState(payload["state"])
    marks = ["PROJET"] if state == EditionState.DRAFT else []
    marks += ["DONNÉES SIMULÉES"] if payload["simulated"] else []
    title = f"Bilan annuel {payload['year']}"
    about = About(
        title=f"{title} · {held['short_title']} · {state.label}",
        subject=f"{held['title']} : exécution au {payload['at']}",
        author=f"Branche {held['branch']}",
        keywords="bilan annuel, convention d’objectifs et de gestion",
        comments=f"Jumeau modifiable de l’édition n° {payload['number']} ; empreinte du contenu {digest(payload)}",
        made=datetime.fromisoformat(payload["produced_on_iso"]).replace(tzinfo=UTC),
    )
    foot = f"Édition n° {payload['number']} du {payload['produced_on']} · empreinte {digest(payload)[:12]}"
    return Word(about, head=" · ".join([title, held["short_title"], *marks]), foot=foot)


def _cover(word: Word, payload: Payload) -> None:
    held, state = payload["convention"], EditionState(payload["state"])
    word.paragraph(f"Bilan annuel {payload['year']}", "Title")
    word.paragraph(french(held["title"]), "Subtitle")
    word.paragraph(f"{held['short_title']} · situation au {payload['at']}", "Subtitle")
    number = f"édition n° {payload['number']}"
    told = f"PROJET, {number}" if state == EditionState.DRAFT else f"Édition n° {payload['number']}, {state.label}"
    word.paragraph(f"{told}, produite le {payload['produced_on']}", "Chapeau")
    word.paragraph(STATES[state].format(on=payload["presented_on"]))
    if payload["simulated"]:
        word.paragraph(SIMULATED, "Alerte")
    word.paragraph(TWIN)
    word.paragraph(f"Empreinte du contenu (SHA-256) : {digest(payload)}", "Note")


def _reading(word: Word, payload: Payload) -> None:
    word.heading("Clés de lecture", 1, "lecture")
    word.paragraph(FOLLOWED.format(at=payload["at"], title=french(payload["convention"]["title"])))
    for text in READING:
        word.paragraph(french(text))


def _synthesis(word: Word, payload: Payload) -> None:
    word.heading("Synthèse", 1, "synthese")
    kept = payload["calendar_counts"]
    rows = [[one["label"], str(one["count"])] for one in payload["verdicts"]]
    rows.append(["actions réalisées", f"{payload['actions']['done']} sur {payload['actions']['total']}"])
    rows.append(["actions en retard", str(payload["actions"]["late"])])
    for fund in payload["budgets"]:
        if fund["whole"]:
            until = f" au {fund['whole']['until']}" if fund["whole"]["until"] else ""
            rows.append([f"part du {fund['code'].capitalize()} exécutée{until}", fund["whole"]["rate"]])
    if kept["dated"]:
        rows.append(["restitutions à l’heure", f"{kept['on_time']} sur {kept['dated']}"])
    word.table("La convention en quelques comptes", ["Compte", "Valeur"], rows, numeric={1}, widths=(4, 1))
    for part in payload.get("synthesis", []):
        word.heading(part["title"], 2)
        for one in part["sentences"]:
            by = f" (texte de {one['by']}, le {one['on']})" if one.get("by") else ""
            word.paragraph(f"{french(one['text'])}{by}", page_of=one.get("anchor") or "")


def _key_figures(word: Word, payload: Payload) -> None:
    year = payload["year"]
    word.heading("Chiffres clés", 1, "chiffres")
    word.heading("Indicateurs de résultat", 2)
    header = ["Code", "Indicateur", "Cible", f"Valeur {year}", "Écart", "Verdict"]
    rows = [
        [
            sheet["code"],
            french(sheet["title"]),
            lines_of(sheet["target"] or DASH, sheet["aimed"]),
            numbered_value(sheet),
            gap(sheet),
            verdict(sheet),
        ]
        for sheet in payload["sheets"]
    ]
    word.table(f"Les indicateurs de résultat en {year}", header, rows, numeric={3, 4}, widths=(3, 9, 6, 4, 4, 5))
    word.heading("Actions, fiche par fiche", 2)
    word.paragraph(french(payload["tally"]))
    header = ["N°", "Fiche thématique", "Actions", "Réalisées", "En retard", "Bientôt échues"]
    told: list[Row] = []
    for domain in payload["domains"]:
        told.append(Row([french(domain["title"])], "groupe"))
        for fiche in domain["fiches"]:
            counts = [str(fiche["counts"][name]) for name in ("total", "done", "late", "soon")]
            told.append(Row([str(fiche["number"]), french(fiche["title"]), *counts]))
    caption = f"Les actions au {payload['at']}, hors actions abandonnées"
    word.table(caption, header, told, numeric={2, 3, 4, 5}, widths=(1, 9, 2, 2, 2, 2))


def _domain(word: Word, payload: Payload, domain: Payload) -> None:
    word.heading(french(f"Domaine {domain['number']}. {domain['title']}"), 1, f"domaine-{domain['number']}")
    for fiche in domain["fiches"]:
        annual_word_sheets.fiche(word, payload, fiche)


def _budgets(word: Word, payload: Payload) -> None:
    word.heading("Budgets", 1, "budgets")
    bars = annual_drawings.bars(payload)
    for fund in payload["budgets"]:
        unit = fund["unit"]
        word.heading(f"{fund['name']}, par année", 2)
        whole = fund["whole"]
        if whole:
            when = f"Au {whole['until']}" if whole["until"] else f"En {payload['year']}"
            told = f"{when}, {whole['executed']} {unit} exécutés pour {whole['voted']} {unit} ouverts"
            told += f", soit {whole['rate']}."
        else:
            told = f"L’exécution de {payload['year']} n’est pas connue en entier."
        word.paragraph(told, "Chapeau")
        if fund["code"] in bars:
            annual_word_sheets.bars(word, fund, bars[fund["code"]])
        _execution(word, payload, fund)
        _programme(word, fund)


def _execution(word: Word, payload: Payload, fund: Payload) -> None:
    told = fund["execution"]
    word.heading(fund["name"], 2, f"budget-{fund['code']}")
    if not told:
        word.paragraph(f"Aucun budget de {payload['year']} n’est enregistré pour ce fonds.")
        return
    when = f", exécution au {told['executed_on']}" if told["executed_on"] else ""
    caption = f"{french(fund['title'])}, exercice {told['exercise']}, en {fund['unit']}{when}"
    rows = [
        _money(row, [f"({c['shown']})" if c["partial"] else c["shown"] for c in row["cells"]]) for row in told["rows"]
    ]
    _wide(word, caption, told["headings"], rows)
    closed = "" if told["closed"] else " L’exercice n’est pas clos : l’exécution est celle de la date dite."
    word.paragraph(
        "Une case vide n’est pas connue ; un zéro l’est. Entre parenthèses : somme dont une partie n’est pas connue."
        + closed,
        "Note",
    )


def _programme(word: Word, fund: Payload) -> None:
    word.heading(f"{fund['name']}, programme de la convention", 2)
    caption = f"{french(fund['title'])}, programme de la convention, en {fund['unit']}"
    rows = [_money(row, [f"{c['shown']}‡" if c["gap"] else c["shown"] for c in row["cells"]]) for row in fund["rows"]]
    _wide(word, caption, fund["columns"], rows)
    word.paragraph(
        "Montants et signes tels qu’imprimés à l’annexe 1 de la convention. ‡ : voir les sommes ci-après.", "Note"
    )
    if fund["notes"]:
        told = [[note["label"] or "(sans intitulé)", french(one)] for note in fund["notes"] for one in note["gaps"]]
        word.table(f"{fund['name']} : sommes imprimées qui diffèrent de leurs lignes", ["Ligne", "Écart"], told)


def _wide(word: Word, caption: str, headings: list[str], rows: list[Row]) -> None:
    places = set(range(1, len(headings) + 1))
    word.table(caption, ["Ligne", *headings], rows, numeric=places, widths=[7, *[2] * len(headings)])


def _money(row: Payload, cells: list[str]) -> Row:
    """A row of a fund; what it is in the arithmetic is told by its style."""
    kind = {"total": "total", "memo": "mémoire"}.get(row["kind"], "")
    label = "\u2002" * row["depth"] + (french(row["label"]) or "(sans intitulé)")
    return Row([french(label)], "groupe") if row["kind"] == "header" else Row([label, *cells], kind)
