"""The Sdsi, the staff, the calendar, the remarks and the annexes of a bilan in its Word twin."""

from decimal import Decimal
from typing import Any

from cog.figures import format_figure
from cog.word import Part, Word
from reports.annual_report import quoted_sources
from reports.annual_word_text import DASH, DETAIL, blocks_of, french, lines_of
from reports.enums import EditionState
from reports.snapshot import digest

Payload = dict[str, Any]


def sdsi(word: Word, payload: Payload) -> None:
    told = payload["sdsi"]
    if not told["axes"]:
        return
    word.heading("Schéma directeur du système d’information", 1, "sdsi")
    word.paragraph(french(told["tally"]), "Chapeau")
    header = ["N°", "Programme", "Lignes", "Réalisées", "En retard", f"Dépenses {payload['year']} (k€)"]
    for axis in told["axes"]:
        word.heading(french(f"Axe {axis['number']}. {axis['title'] or '(sans intitulé)'}"), 2)
        rows = [
            [
                str(one["number"]),
                _programme(one),
                *(str(one["counts"][name]) for name in ("total", "done", "late")),
                one["spending"] or "n.d.",
            ]
            for one in axis["programmes"]
        ]
        caption = french(f"Axe {axis['number']} : les programmes au {payload['at']}")
        word.table(caption, header, rows, numeric={2, 3, 4, 5}, widths=(1, 9, 2, 2, 2, 3))


def _programme(one: Payload) -> list[Part]:
    told = [Part(french(one["title"]) or "(sans intitulé)")]
    told += [Part(french(f"Apports métiers. {one['gains']}"), DETAIL)] if one["gains"] else []
    done = one["achievements"]
    return [*told, *([Part(french(f"Réalisations techniques. {done}"), DETAIL)] if done else [])]


def staff(word: Word, payload: Payload) -> None:
    word.heading("Effectifs", 1, "effectifs")
    if not payload["staff"]:
        word.paragraph(f"Aucun suivi des effectifs de {payload['year']} n’est enregistré (annexe au Tbb, l. 6666).")
        return
    for table in payload["staff"]["tables"]:
        rows = [[_cell(value) for value in line] for line in table["rows"]]
        widths = [3, *[2] * (len(table["header"]) - 1)]
        word.table(french(table["title"]), table["header"], rows, numeric=set(table["numeric"]) - {0}, widths=widths)
    for note in payload["staff"]["notes"]:
        word.paragraph(french(note), "Note")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return format_figure(Decimal(value["number"]), 2)
    return "" if value is None else french(str(value))


def calendar(word: Word, payload: Payload) -> None:
    year = payload["year"]
    word.heading(f"Calendrier des restitutions de {year}", 1, "calendrier")
    header = ["Échéance", "Restitution", "Porte sur", "Destinataire", "Situation"]
    rows = [
        [
            row["due"] or "sans date",
            french(row["title"]),
            row["covers"] or DASH,
            french(row["recipient"]),
            lines_of(row["state_label"], f"le {row['done_on']}" if row["done_on"] else ""),
        ]
        for row in payload["calendar"]
    ]
    if rows:
        caption = f"Ce que la convention demandait de rendre en {year}, par date"
        word.table(caption, header, rows, widths=(3, 7, 3, 4, 4))
    else:
        word.paragraph("Aucune restitution n’est datée de cette année.")
    if payload["commitments"]:
        word.heading("Engagements de l’État hors des fiches", 2)
        word.bullets(map(french, payload["commitments"]))


def remarks(word: Word, payload: Payload) -> None:
    rows = payload.get("remarks", [])
    if not rows:
        return
    word.heading("Remarques des parties", 1, "remarques")
    word.paragraph(
        "Ce que la tutelle a écrit sur le projet de bilan, et ce que la Cnaf a répondu, dans les mots de chacune."
    )
    told = [
        [
            french(f"{one['subject']} {one['title']}".strip()),
            lines_of(f"{one['kind'].capitalize()}. {one['text']}", f"{one['by']}, le {one['on']}"),
            [
                part
                for answer in one["answers"]
                for part in lines_of(answer["text"], f"{answer['by']}, le {answer['on']}")
            ]
            or ("Sans réponse." if one["wants_answer"] else ""),
        ]
        for one in rows
    ]
    word.table("Les remarques sur le projet", ["Sur", "Tutelle", "Cnaf"], told, widths=(2, 3, 3))


def annexes(word: Word, payload: Payload) -> None:
    _pending(word, payload)
    word.heading("Annexe B. Définitions des indicateurs de suivi", 1, "definitions")
    for one in payload["definitions"]:
        word.heading(french(f"{one['code']} {one['title']}"), 3)
        for part in blocks_of(one["definition"]):
            word.paragraph(part.text)
        source = f"Source : {one['source']}. " if one["source"] else ""
        word.paragraph(french(f"{source}l. {one['seed_line']}"), "Note")
    _corrections(word, payload)
    _anomalies(word, payload)
    if payload.get("acronyms"):
        word.heading("Annexe E. Sigles et termes", 1, "sigles")
        rows = [[one["code"], lines_of(one["words"], one["note"])] for one in payload["acronyms"]]
        word.table("Les sigles de la convention", ["Sigle", "Mots"], rows, widths=(1, 5))
    _sources(word, payload)


def _pending(word: Word, payload: Payload) -> None:
    year = payload["year"]
    word.heading(f"Annexe A. Indicateurs sans valeur en {year}", 1, "sans-valeur")
    rows = [
        [row["code"], *(french(row[name]) for name in ("title", "kind_label", "reason"))] for row in payload["pending"]
    ]
    if not rows:
        word.paragraph("Tous les indicateurs ont une valeur.")
        return
    header = ["Code", "Indicateur", "Type", "Pourquoi"]
    word.table(f"Les indicateurs sans valeur en {year}, et pourquoi", header, rows, widths=(2, 7, 3, 5))


def _corrections(word: Word, payload: Payload) -> None:
    word.heading("Annexe C. Corrections depuis les éditions précédentes", 1, "corrections")
    if not payload["corrections"]:
        word.paragraph("Aucune édition précédente à laquelle comparer celle-ci.")
    for told in payload["corrections"]:
        if not told["rows"]:
            word.paragraph(f"Aucune valeur nationale annuelle n’a changé depuis {told['against']}.")
            continue
        rows = [
            [row["code"], french(row["title"] + (f" ({row['unit']})" if row["unit"] else "")), row["period"],
             french(row["before"]), french(row["after"])]
            for row in told["rows"]
        ]  # fmt: skip
        caption = f"Valeurs nationales annuelles qui ont changé depuis {told['against']}"
        word.table(caption, ["Code", "Indicateur", "Année", "Disait", "Dit"], rows, widths=(2, 5, 1, 4, 4))
        if told["more"]:
            word.paragraph(french(f"Corrections qui se lisent dans l’application : {told['more']}."), "Note")


def _anomalies(word: Word, payload: Payload) -> None:
    word.heading("Annexe D. Anomalies du texte signé", 1, "anomalies")
    word.paragraph(
        "Le texte signé contient des fautes, des contradictions et des sommes qui ne tombent pas juste. Chacune est "
        "relevée ici à sa ligne, avec la lecture retenue ; les mots et les chiffres imprimés ne sont jamais corrigés."
    )
    for group in payload["anomalies"]:
        word.heading(french(group["place"]), 3)
        for row in group["records"]:
            where = ", ".join(filter(None, (row["detail"], f"l. {row['seed_line']} ({row['topic']})")))
            word.paragraph(french(f"{row['code']}, {where}. {row['what']} Lecture : {row['reading']}"))


def _sources(word: Word, payload: Payload) -> None:
    held = payload["convention"]
    word.heading("Annexe F. Sources et empreintes", 1, "sources")
    file = f" : texte « {held['seed_file']} », dont les numéros de ligne sont cités" if held["seed_file"] else ""
    simulated = ", simulées pour la démonstration" if payload["simulated"] else ""
    told = [f"{held['title']}, {held['short_title']}{file}."]
    told.append(
        f"Valeurs remontées par les organismes{simulated} ; indicateurs calculés selon les définitions de l’annexe 3 "
        "de la convention."
    )
    told += [
        f"{source} : valeurs publiées citées pour {', '.join(codes)}."
        for source, codes in quoted_sources(payload["sheets"])
    ]
    word.bullets(map(french, told))
    label = EditionState(payload["state"]).label
    rows = [
        ["Document", f"Bilan annuel {payload['year']}, édition n° {payload['number']}, {label}"],
        ["Convention", held["code"]],
        ["Date", payload["produced_on"]],
        ["Empreinte du contenu (SHA-256)", digest(payload)],
    ]
    word.table("Ce qui identifie cette édition", ["Ce que c’est", "Valeur"], rows, widths=(1, 3))
