"""PURE. The synthesis of a bilan: sentences built from its figures, and the words a person may put in their place.

A sentence names its figures between braces (« {valeur} pour une cible de {cible} »). Whoever rewrites it moves and
drops names, never types a figure: a figure that cannot be edited is a name, replaced when the report is printed. What
the synthesis tells: what was reached, what slips and why (l. 12255: the bilan « analyse les écarts et leurs causes »).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]

REACHED, SLIPS, WHY, MEANS = "Ce qui est atteint", "Ce qui glisse", "Pourquoi", "Les moyens et les rendez-vous"
PARTS = (REACHED, SLIPS, WHY, MEANS)

MOST_GAPS = 12
"""Indicators whose gap is told one by one: the synthesis keeps to two pages, the others are in its table."""

LONGEST_REASON = 220
"""Characters of an explanation that the synthesis quotes."""

NAME = re.compile(r"\{([a-z0-9_]*)\}")
A_FIGURE = "¤"
"""What stands for a name while the rest of a text is searched for typed figures."""
PLAIN_NUMBERS = re.compile(
    r"F\d+-\d+(?:\.\d+)?"  # an indicator
    r"|(?:[Ff]iches?|[Aa]ctions?|[Dd]omaines?|[Pp]rogrammes?|Tbb|édition)\s+(?:n°\s*)?\d{1,3}(?:(?:,| et) \d{1,3})*"
    r"|n°\s*\d{1,3}|l\.\s*\d+"
    r"|\d{1,2}(?:er)?\s+(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
    r"|\d{2}/\d{2}/\d{4}|\b[TS][1-4]\b|\b[1-4](?:er|e)\s+(?:trimestre|semestre)"
    r"|\b20[0-2]\d\b"
)
"""Numbers that are no figure of the bilan: codes, ranks, dates, years."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One generated sentence: its part, its key, its words with names of figures, and each figure as it is read."""

    part: str
    key: str
    template: str
    figures: Mapping[str, str]
    anchor: str = ""

    @property
    def text(self) -> str:
        return filled(self.template, self.figures)


@dataclass(frozen=True, slots=True)
class Written:
    """The words a person put in place of a sentence."""

    text: str
    by: str
    on: str


def filled(template: str, figures: Mapping[str, str]) -> str:
    """The sentence with its figures. KeyError for a name that is none of them."""
    return NAME.sub(lambda found: figures[found[1]], template)


def faults(text: str, figures: Mapping[str, str]) -> list[str]:
    """What keeps these words from standing in place of the sentence, in French; nothing when they may."""
    known = ", ".join(f"{{{name}}}" for name in figures) or "aucun"
    found = [
        f"trouvé le nom {{{name}}}, attendu l'un de : {known}."
        for name in dict.fromkeys(NAME.findall(text))
        if name not in figures
    ]
    rest = NAME.sub(A_FIGURE, text)
    if "{" in rest or "}" in rest:
        found.append("trouvé une accolade seule ; attendu un nom de chiffre entre deux accolades.")
    if re.search(rf"[\w−-]{A_FIGURE}|{A_FIGURE}[\w{A_FIGURE}]", rest):
        found.append("trouvé un nom de chiffre collé à un signe ou à un mot ; attendu un nom entre deux espaces.")
    typed = [
        number for number in re.findall(r"\d[\d\u00a0\u202f .,]*\d|\d|[^\W\d_]", _bare(rest)) if _is_figure(number)
    ]
    found += [
        f"trouvé « {number.strip()} » écrit à la main ; attendu un nom de chiffre parmi : {known}."
        for number in dict.fromkeys(typed)
    ]
    return found


def _bare(text: str) -> str:
    """The text without the numbers that are no figure; one that a measure follows is a figure all the same."""
    return PLAIN_NUMBERS.sub(lambda found: found[0] if _measured(text[found.end() :]) else "", text)


def _measured(rest: str) -> bool:
    return re.match(r"[\d.,]*\d|\s*(?:%|points?\b|€|k€|M€|places?\b|dossiers?\b|caisses?\b|jours?\b)", rest) is not None


def _is_figure(text: str) -> bool:
    return any(character.isnumeric() for character in text)


def synthesis_payload(sentences: Iterable[Sentence], written: Mapping[str, Written]) -> list[Payload]:
    """The synthesis as it is frozen, part by part: each sentence with its figures, and who rewrote it.

    Words that name a figure which the sentence has no more give it back as it is generated.
    """
    parts: list[Payload] = [{"title": title, "sentences": []} for title in PARTS]
    for one in sentences:
        said = written.get(one.key)
        kept = said if said is not None and said.text and not faults(said.text, one.figures) else None
        parts[PARTS.index(one.part)]["sentences"].append(
            {
                "key": one.key,
                "template": one.template,
                "figures": dict(one.figures),
                "text": filled(kept.text, one.figures) if kept else one.text,
                "by": kept.by if kept else "",
                "on": kept.on if kept else "",
                "anchor": one.anchor,
            }
        )
    return [part for part in parts if part["sentences"]]


def sentences_of(payload: Payload) -> list[Sentence]:
    """The generated sentences of a frozen synthesis; none in an edition printed before it had one."""
    return [
        Sentence(part["title"], one["key"], one["template"], one["figures"], one["anchor"])
        for part in payload.get("synthesis", [])
        for one in part["sentences"]
    ]


# --- What the sentences say ------------------------------------------------------------------------------------------


def sentences(content: Payload) -> list[Sentence]:
    """Every sentence of the synthesis, from the parts of the bilan that it sums up."""
    return [
        *_reached(content),
        *_slips(content),
        *_why(content),
        *_means(content),
    ]


def _of(sheets: Sequence[Payload], *verdicts: str) -> list[Payload]:
    return [sheet for sheet in sheets if sheet["value"] and sheet["value"]["verdict"] in verdicts]


def _named(sheets: Sequence[Payload]) -> str:
    return " ; ".join(f"{sheet['title']} ({sheet['code']})" for sheet in sheets)


def _agreed(count: int, none: str, one: str, several: str) -> str:
    """The words that go with a count, in French: none, one, several."""
    return none if count == 0 else one if count == 1 else several


def _reached(content: Payload) -> Iterable[Sentence]:
    sheets = content["sheets"]
    reached, on_track, tally = _of(sheets, "atteint"), _of(sheets, "conforme"), content["actions"]
    if not sheets:
        yield Sentence(REACHED, "atteints", "Aucun indicateur de résultat n'est suivi.", {})
        return
    yield Sentence(
        REACHED,
        "atteints",
        "En {annee}, le seul indicateur de résultat atteint sa cible : {liste}."
        if len(sheets) == len(reached) == 1
        else "En {annee}, le seul indicateur de résultat n'atteint pas sa cible."
        if len(sheets) == 1
        else _agreed(
            len(reached),
            "En {annee}, aucun des {total} indicateurs de résultat n'atteint sa cible.",
            "En {annee}, {atteints} des {total} indicateurs de résultat atteint sa cible : {liste}.",
            "En {annee}, {atteints} des {total} indicateurs de résultat atteignent leur cible : {liste}.",
        ),
        {
            "atteints": str(len(reached)),
            "total": str(len(sheets)),
            "annee": str(content["year"]),
            "liste": _named(reached),
        },
    )
    if on_track:
        yield Sentence(
            REACHED,
            "trajectoire",
            _agreed(
                len(on_track),
                "",
                "{conformes} est conforme à la trajectoire indicative qui mène à sa cible : {liste}.",
                "{conformes} sont conformes à la trajectoire indicative qui mène à leur cible : {liste}.",
            ),
            {"conformes": str(len(on_track)), "liste": _named(on_track)},
        )
    if not tally["total"]:
        return
    yield Sentence(
        REACHED,
        "actions",
        _agreed(
            tally["done"],
            "Au {date}, aucune des {actions} actions des fiches thématiques n'est réalisée.",
            "Au {date}, {realisees} des {actions} actions des fiches thématiques est réalisée.",
            "Au {date}, {realisees} des {actions} actions des fiches thématiques sont réalisées.",
        ),
        {"date": content["at"], "realisees": str(tally["done"]), "actions": str(tally["total"])},
    )


def _slips(content: Payload) -> Iterable[Sentence]:
    sheets = content["sheets"]
    missed, behind, partial = _of(sheets, "non_atteint"), _of(sheets, "en_retard"), _of(sheets, "incomplet")
    apart = _of(sheets, "non_comparable")
    unknown = [sheet for sheet in sheets if not sheet["value"] or not sheet["value"]["value"]]
    unknown = [sheet for sheet in unknown if sheet not in partial]
    yield Sentence(
        SLIPS,
        "ecarts",
        "Indicateurs de résultat qui n'atteignent pas leur cible : {non_atteints} sur {total} ; en retard sur leur"
        " trajectoire : {en_retard}.",
        {"non_atteints": str(len(missed)), "en_retard": str(len(behind)), "total": str(len(sheets))},
    )
    told = [*missed, *behind]
    yield from map(_gap, told[:MOST_GAPS])
    if rest := told[MOST_GAPS:]:
        yield Sentence(
            SLIPS,
            "autres-ecarts",
            "Dans le même cas : {liste}.",
            {"nombre": str(len(rest)), "liste": ", ".join(sheet["code"] for sheet in rest)},
        )
    if partial or unknown or apart:
        yield Sentence(
            SLIPS,
            "non-juges",
            "Non jugés en {annee}, faute de remontées : {incomplets} ; non comparables : {non_comparables} ; sans"
            " valeur : {sans_valeur}.",
            {
                "incomplets": str(len(partial)),
                "non_comparables": str(len(apart)),
                "sans_valeur": str(len(unknown)),
                "annee": str(content["year"]),
            },
        )
    yield _late(content)


def _gap(sheet: Payload) -> Sentence:
    figures = {
        "indicateur": f"{sheet['title']} ({sheet['code']})",
        "valeur": f"{sheet['value']['shown']} {sheet['unit']}",
        "cible": sheet["aimed"] or f"cible : {sheet['target']}",
        "ecart": f"{sheet['gap']} {sheet['gap_unit']}",
    }
    words = "{indicateur} : {valeur} ({cible}), soit un écart de {ecart}."
    said = sheet["explanation"]
    if said:
        figures |= {"cause": said["cause"], "explication": _shortened(" ".join(said["text"]))}
        words += " Cause {cause} : {explication}"
    else:
        words += " Aucune explication n'est écrite."
    return Sentence(SLIPS, f"ecart-{sheet['code']}", words, figures, f"indicateur-{sheet['code']}")


def _shortened(text: str) -> str:
    """The first sentences that hold in the synthesis."""
    if len(text) <= LONGEST_REASON:
        return text
    cut = text[:LONGEST_REASON]
    stop = max(cut.rfind(mark) for mark in (". ", "! ", "? "))
    return cut[: stop + 1] if stop > LONGEST_REASON // 3 else cut.rsplit(" ", 1)[0] + "…"


def _late(content: Payload) -> Sentence:
    late, oldest = content["actions"]["late"], content["oldest_late"]
    words = _agreed(
        late,
        "Aucune action n'est en retard au {date}",
        "{retard} action est en retard au {date}",
        "{retard} actions sont en retard au {date}",
    )
    figures = {"retard": str(late), "date": content["at"]}
    if oldest:
        words += " ; la plus ancienne, de la fiche n° {fiche}, devait finir le {fin}"
        figures |= {"fiche": str(oldest["fiche"]), "fin": oldest["end"]}
    return Sentence(SLIPS, "actions-en-retard", words + ".", figures)


def _why(content: Payload) -> Iterable[Sentence]:
    gaps = _of(content["sheets"], "non_atteint", "en_retard")
    causes = [sheet["explanation"]["cause_code"] for sheet in gaps if sheet["explanation"]]
    if gaps:
        yield Sentence(
            WHY,
            "causes",
            "Causes des écarts ({ecarts}) : internes au régime {internes}, non imputables au régime {externes}, non"
            " expliquées {muets}.",
            {
                "ecarts": str(len(gaps)),
                "internes": str(causes.count("interne")),
                "externes": str(len(causes) - causes.count("interne")),
                "muets": str(len(gaps) - len(causes)),
            },
        )


def _means(content: Payload) -> Iterable[Sentence]:
    yield from (_spent(fund, content["year"]) for fund in content["budgets"])
    sdsi, kept = content["sdsi"]["counts"], content["calendar_counts"]
    if sdsi["total"]:
        yield Sentence(
            MEANS,
            "sdsi",
            "Schéma directeur du système d'information : lignes de projet réalisées {realisees} sur {lignes}, en retard"
            " {retard}.",
            {"realisees": str(sdsi["done"]), "lignes": str(sdsi["total"]), "retard": str(sdsi["late"])},
            "sdsi",
        )
    if kept["dated"]:
        yield Sentence(
            MEANS,
            "calendrier",
            "Restitutions datées de {annee} : {dues} ; faites à l'heure : {heure} ; en retard : {tard} ; non"
            " enregistrées comme faites : {reste}.",
            {
                "dues": str(kept["dated"]),
                "annee": str(content["year"]),
                "heure": str(kept["on_time"]),
                "tard": str(kept["late"]),
                "reste": str(kept["missing"]),
            },
            "calendrier",
        )


def _spent(fund: Payload, year: int) -> Sentence:
    """What a fund spent of what was opened; an execution that is not known whole is not told as a figure."""
    figures, anchor = {"fonds": fund["name"], "annee": str(year)}, f"budget-{fund['code']}"
    whole = fund["whole"]
    if whole is None:
        return Sentence(MEANS, anchor, "{fonds} : l'exécution de {annee} n'est pas connue en entier.", figures, anchor)
    figures |= {
        "execute": f"{whole['executed']} {fund['unit']}",
        "ouverts": f"{whole['voted']} {fund['unit']}",
        "taux": whole["rate"],
    }
    when = "en {annee}"
    if whole["until"]:  # the exercise is not closed
        figures["jour"], when = whole["until"], "au {jour}"
    words = "{fonds} : {execute} exécutés " + when + " pour {ouverts} ouverts, soit {taux}."
    return Sentence(MEANS, anchor, words, figures, anchor)
