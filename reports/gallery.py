"""The gallery: each component of `templates/components/` with made-up words, in each of its states.

A component that is not here fails tests/house/test_gallery.py. Nothing is read: the names and figures are examples.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace as Example
from typing import Any

import django_tables2 as tables
from django import forms

from actions.compute.timeliness import Timeliness
from cog.forms import DateFilter
from cog.paging import SizedPaginator
from indicators.enums import Verdict

JOB = "00000000-0000-4000-8000-000000000000"
DAY = date(2014, 6, 30)


@dataclass(frozen=True)
class State:
    """One state of a component: what it is called, what it is given."""

    name: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Component:
    """« composant »: a file of `templates/components/`, what it is for, its states."""

    file: str
    title: str
    purpose: str
    states: list[State]

    @property
    def template(self) -> str:
        return f"components/{self.file}.html"


class ExampleForm(forms.Form):
    """Two fields, to show what a form looks like when it is empty, wrong or locked."""

    montant = forms.CharField(label="Montant, en k€", help_text="Comme « 1 234,5 ».")
    fichier = forms.FileField(label="Fichier", required=False)
    source = forms.CharField(label="Source", required=False, max_length=80)


def _form(name: str, data: dict[str, str] | None = None, locked: bool = False) -> ExampleForm:
    form = ExampleForm(data, auto_id=f"exemple_{name}_%s")
    form.fields["montant"].disabled = locked
    return form


class ExampleTable(tables.Table):
    """Names and figures that mean nothing; the last row is the figure of the whole, not a sum of the rows."""

    name = tables.Column(verbose_name="Caisse", footer="Ensemble")
    value = tables.Column(
        verbose_name="Valeur",
        attrs={"td": {"class": "num"}, "th": {"class": "num"}, "tf": {"class": "num"}},
        footer="84,5",
    )

    class Meta:
        sequence = ("name", "value")
        order_by = "name"


class _Message(Example):
    def __str__(self) -> str:
        return str(self.text)


def _point(shown: str, **changes: Any) -> Example:
    known = {"label": "1er trimestre 2014", "state_label": "définitif", "simulated": False, "verdict": "atteint"}
    value = None if shown == "n.d." else Decimal("85.3")
    return Example(shown=shown, value=value, **(known | {"verdict_label": "atteint"} | changes))


def _job(state: str, **changes: Any) -> Example:
    known = {"pk": f"{JOB[:-4]}{len(state) + len(changes):04}", "state": state, "done": 0, "total": 0, "percent": 0}
    known |= {"message": "", "attempts": 1, "cancel_asked_at": None, "cancel_asked_by": None, "may_be_cancelled": True}
    return Example(**(known | {"is_over": state in ("termine", "annule", "echec")} | changes))


def _deadline(raw: str, kind: str, start: date | None = None, end: date | None = None) -> dict[str, Any]:
    return {"deadline": Example(raw=raw, kind=kind, start=start, end=end)}


def _line(code: str, title: str, point: Example | None, to_build: bool = False) -> Example:
    indicator = Example(code=code, title=title, get_kind_display="résultat (opposable)")
    return Example(
        indicator=indicator, baseline="82 % en 2012", target="85 %", latest=point, unit="%", to_build=to_build
    )


def _tile(number: int, title: str, late: int, verdict: Verdict | None) -> Example:
    return Example(
        fiche=Example(number=number, title=title),
        verdict=verdict.value if verdict else "",
        verdict_label=verdict.label if verdict else "",
        indicators=3,
        tally=Example(late=late, total=13),
    )


LONG = "Un intitulé bien plus long que la moyenne, comme la convention en écrit, pour voir où la ligne se coupe "
LINES = [
    _line("F10-21", "Taux de pièces traitées en 15 jours ouvrés", _point("85,3", simulated=True)),
    _line("F1-5", LONG * 2, _point("n.d.", verdict="incomplet", verdict_label="incomplet", state_label="provisoire")),
    _line("F6-19", "Indicateur que la convention laisse à construire", None, to_build=True),
]
TILES = [
    Example(
        domain=Example(number=1, title="Exemple de domaine"),
        tiles=[
            _tile(1, LONG, 4, Verdict.BEHIND),
            _tile(2, "Une fiche sans retard", 0, Verdict.REACHED),
            _tile(3, "Une fiche dont rien n'est encore calculé", 0, None),
        ],
    )
]
SPREAD = Example(
    n=102,
    simulated=False,
    minimum=Decimal("61.2"),
    d1=Decimal("72.4"),
    q1=Decimal("78.1"),
    median=Decimal("84.6"),
    q3=Decimal("90.0"),
    d9=Decimal("94.3"),
    maximum=Decimal("99.1"),
    value_range=Decimal("37.9"),
    stdev=Decimal("8.2"),
    mean=Decimal("83.7"),
)
RATES = {"eaje_psu": "13.1", "eaje_hors_psu": "2.4", "eaje_total": "15.5", "preecole": "4.2", "global": "55.1"}
PUBLISHED = Example(
    period="2014-T1",
    year=2014,
    scope="national",
    value="85.3",
    unit="%",
    basis="proxy",
    confidence="medium",
    source="Exemple de rapport",
    source_url="",
    note="une phrase de précaution",
)
SHEET = dict.fromkeys(
    ("domain", "reference", "type", "external_reference", "source", "definition", "actors", "periodicity"),
    "Exemple\n· premier point\n· second point",
) | {"objective": LONG, "value_2012": "82 %", "target": "85 %", "remark": ""}
VERSION = Example(
    method={"method": "ratio", "factor": 100, "numerator": "pieces_traitees_15j", "denominator": "pieces_traitees"}
    | {"unit": "%", "decimals": 1, "better": "high", "national": "sum"},
    method_in_words="rapport d'un numérateur à un dénominateur",
    national_in_words="numérateurs et dénominateurs sommés",
    better_in_words="une hausse est un progrès",
    number=1,
    valid_from=date(2013, 1, 1),
    agreed_by="",
    provisional=True,
    note="",
)

COMPONENTS = [
    Component(
        "account",
        "Menu du compte",
        "Qui est connecté, avec quelles habilitations, et comment sortir.",
        [State("avec une habilitation", {"roles": [Example(label="pilotage (Cnaf)")]}), State("sans", {"roles": []})],
    ),
    Component("appearance", "Apparence", "Page claire ou sombre, retenue sur l'ordinateur.", [State("courant")]),
    Component(
        "coverage",
        "Taux de couverture",
        "Les places d'accueil publiées, département par département.",
        [
            State(
                "replié",
                {"rows": [Example(year=2017, departement_code="01", departement_name="Ain", rates=RATES)] * 2},
            )
        ],
    ),
    Component(
        "crumbs",
        "Fil d'Ariane",
        "La page parente et la page présente.",
        [State("courant", {"url": "#crumbs", "label": "Liste", "here": "Page présente"})],
    ),
    Component(
        "date_form",
        "Situation à une date",
        "La date à laquelle la page est lue, gardée dans son adresse.",
        [
            State("courant", {"form": DateFilter(), "at": DAY}),
            State(
                "date illisible",
                {"form": DateFilter({"au": "hier"}, auto_id="exemple_%s"), "at": DAY},
            ),
        ],
    ),
    Component(
        "day_field",
        "Date de lecture",
        "Le champ de la date à laquelle une liste est lue ; accepte 30/06/2014, 30.06.14 ou 2014-06-30.",
        [State("courant", {"form": DateFilter(auto_id="jour_%s"), "at": DAY})],
    ),
    Component(
        "deadline",
        "Échéance",
        "Ce que la convention écrit, et comment l'application le lit.",
        [
            State("une date", _deadline("31/12/2013", "date", DAY, DAY)),
            State("au plus tard", _deadline("2014", "by", None, date(2014, 12, 31))),
            State("en continu", _deadline("en continu", "ongoing", None, date(2017, 12, 31))),
            State("case vide", _deadline("", "unscheduled")),
        ],
    ),
    Component(
        "dispersion",
        "Dispersion",
        "Les repères de la répartition des caisses.",
        [State("replié", {"spread": SPREAD, "unit": "%", "decimals": 1, "label": "1er trimestre 2014"})],
    ),
    Component(
        "empty",
        "Rien à montrer",
        "Pourquoi il n'y a rien, et quoi faire.",
        [
            State("courant", {"title": "Aucune action.", "why": "Aucune ne répond au filtre."}),
            State(
                "avec ce qu'il faut faire",
                {"title": "Aucune remontée.", "why": "Rien n'a été envoyé.", "todo": "Envoyer un premier classeur."},
            ),
        ],
    ),
    Component(
        "error_summary",
        "Résumé des erreurs",
        "En tête de page, chaque erreur mène à son champ.",
        [State("une erreur", {"form": _form("resume", {"montant": ""}), "quiet": True})],
    ),
    Component(
        "export_links",
        "Fichiers d'un tableau",
        "Le tableau affiché, filtres compris, en fichier.",
        [State("classeur et texte", {"route": "glossary-file", "flat": True})],
    ),
    Component(
        "fiche_tiles",
        "Tuiles des fiches",
        "Les fiches d'un domaine, avec leur verdict dominant et leurs retards.",
        [State("courant", {"domains": TILES, "with_progress": True})],
    ),
    Component(
        "field",
        "Champ",
        "L'intitulé, le contrôle, l'aide, et l'erreur dans les mots du résumé.",
        [
            State("vide", {"field": _form("vide")["montant"]}),
            State("en erreur", {"field": _form("erreur", {"montant": ""})["montant"]}),
            State("verrouillé", {"field": _form("verrou", locked=True)["montant"]}),
        ],
    ),
    Component(
        "figure",
        "Chiffre",
        "La valeur, son unité, sa période, son état, sa marque.",
        [
            State("grand", {"point": _point("85,3"), "unit": "%", "large": True}),
            State("simulé", {"point": _point("85,3", simulated=True), "unit": "%"}),
            State("absent", {"point": _point("n.d.", state_label="incomplet"), "unit": "%"}),
        ],
    ),
    Component(
        "filter_form",
        "Filtres",
        "Les filtres d'une liste, gardés dans son adresse.",
        [State("courant", {"form": _form("filtre", {"montant": "12"}), "clear": True})],
    ),
    Component(
        "floor_verdict",
        "Plancher",
        "Ce que dit le contrôle d'un plancher.",
        [
            State("respecté", {"test": Example(aggregate=1, holds=True, complete=True)}),
            State("non respecté", {"test": Example(aggregate=1, holds=False, complete=False)}),
            State("sans objectif", {"test": Example(aggregate=1, holds=None, complete=True)}),
            State("non calculable", {"test": Example(aggregate=None, holds=None, complete=False)}),
        ],
    ),
    Component(
        "indicator_lines",
        "Indicateurs",
        "Un indicateur par ligne, de sa référence à son verdict.",
        [State("courant", {"lines": LINES, "caption": "Exemple d'indicateurs", "with_results": True})],
    ),
    Component(
        "job_cancel",
        "Arrêter un travail",
        "Le bouton qui arrête un travail de fond, pour qui le peut.",
        [
            State("en cours", {"job": _job("en_cours")}),
            State("déjà fini", {"job": _job("termine", may_be_cancelled=False)}),
        ],
    ),
    Component(
        "job_progress",
        "Avancement d'un travail",
        "Où en est un travail long, en mots, en nombre et en barre.",
        [
            State("en attente", {"job": _job("en_attente", attempts=0)}),
            State(
                "en cours", {"job": _job("en_cours", done=41, total=102, percent=40, message="calcule la caisse 041")}
            ),
            State("terminé", {"job": _job("termine")}),
            State("en échec", {"job": _job("echec", message="Le fichier n'a pas pu être relu.")}),
        ],
    ),
    Component("line_ref", "Ligne du texte", "Où vérifier dans la convention.", [State("courant", {"line": 9754})]),
    Component(
        "messages",
        "Messages",
        "Ce qui vient d'être fait ou refusé ; reste jusqu'à la page suivante.",
        [
            State("fait", {"messages": [_Message(level_tag="success", text="L'avancement est enregistré.")]}),
            State("refusé", {"messages": [_Message(level_tag="error", text="Le trimestre est déjà transmis.")]}),
        ],
    ),
    Component(
        "method",
        "Méthode de calcul",
        "La définition en vigueur, en mots.",
        [State("courant", {"version": VERSION, "measures": []})],
    ),
    Component(
        "nav_item",
        "Entrée de navigation",
        "Un lien du menu ; la page présente est dite.",
        [
            State("courant", {"url": "#nav_item", "label": "Ailleurs"}),
            State("page présente", {"url": "/aide/composants/", "label": "Ici"}),
        ],
    ),
    Component(
        "nothing_sent",
        "Rien n'est transmis",
        "Ce que lit qui ne voit que le transmis, à la place du travail en cours.",
        [
            State("tutelle", {"what": "les résultats", "may": {"read_transmitted": True, "read_published": True}}),
            State("conseil", {"what": "les résultats", "may": {"read_published": True}}),
        ],
    ),
    Component(
        "pagination",
        "Pages d'une liste",
        "Les pages et le nombre de lignes par page, en liens qui gardent les filtres.",
        [State("liste longue", {"page": SizedPaginator(range(292), 25).get_page(5)})],
    ),
    Component(
        "printed",
        "Texte de la convention",
        "Une case telle qu'imprimée.",
        [
            State("paragraphes et points", {"text": f"{LONG}:\n· un point\n· un autre"}),
            State("case vide", {"text": ""}),
        ],
    ),
    Component(
        "published",
        "Valeurs publiées",
        "Ce que d'autres ont publié, avec la source et la confiance.",
        [State("courant", {"rows": [PUBLISHED]})],
    ),
    Component("simulated", "Simulé", "La marque d'un chiffre inventé.", [State("courant")]),
    Component(
        "table",
        "Tableau",
        "Tri par lien, en-tête et première colonne fixes, lignes par page, ligne d'ensemble.",
        [
            State(
                "trié, avec sa ligne d'ensemble",
                {
                    "table": ExampleTable([{"name": "Ain", "value": "85,3"}, {"name": "Aisne", "value": "83,0"}]),
                    "caption": "Exemple de tableau",
                    "note": "en %",
                    "row_header": "name",
                },
            )
        ],
    ),
    Component(
        "targets_file_form",
        "Fichier de cibles",
        "Envoi d'un fichier de cibles locales.",
        [State("vide", {"form": _form("cibles")})],
    ),
    Component(
        "technical_sheet",
        "Fiche technique",
        "Les cases de l'annexe 3, telles qu'imprimées.",
        [State("courant", {"sheet": SHEET})],
    ),
    Component(
        "timeliness",
        "Respect de l'échéance",
        "Un signe, un mot, une couleur.",
        [State(value.label, {"value": value}) for value in Timeliness],
    ),
    Component(
        "verdict",
        "Verdict",
        "Un signe, un mot, une couleur, toujours les trois.",
        [State(value.label, {"code": value.value, "label": value.label}) for value in Verdict]
        + [State("en grand", {"code": "atteint", "label": "atteint", "large": True})],
    ),
]
