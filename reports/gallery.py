"""The gallery: each component of `templates/components/` in each of its states.

A component that is not here fails tests/house/test_gallery.py.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace as Example
from typing import Any

from actions.compute.timeliness import Timeliness
from cog.forms import DateFilter
from cog.paging import SizedPaginator
from indicators.enums import Verdict
from reports.gallery_examples import (
    DAY,
    HIT,
    LINES,
    LONG,
    NEWS,
    PUBLISHED,
    RATES,
    SENT,
    SHEET,
    SPREAD,
    TILES,
    TODO,
    VERSION,
    ExampleTable,
    Message,
    deadline_example,
    form_example,
    job_example,
    point_example,
)


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
    within: str = ""
    """The element it lives in, where it is a part of one: « ul », « tr »."""

    @property
    def template(self) -> str:
        return f"components/{self.file}.html"


COMPONENTS = [
    Component(
        "account",
        "Menu du compte",
        "Qui est connecté, avec quelles habilitations, et comment sortir.",
        [State("avec une habilitation", {"roles": [Example(label="pilotage (Cnaf)")]}), State("sans", {"roles": []})],
    ),
    Component("appearance", "Apparence", "Page claire ou sombre, retenue sur l'ordinateur.", [State("courant")]),
    Component(
        "as_transmitted_band",
        "Tel que transmis",
        "La bande d'une page lue telle qu'elle a été transmise, et le retour.",
        [State("courant", {"transmission": SENT})],
    ),
    Component(
        "as_transmitted_link",
        "Lire tel que transmis",
        "Le lien vers la même page telle que transmise, pour qui lit les transmissions.",
        [State("courant", {"may": {"read_transmitted": True}})],
    ),
    Component(
        "bell",
        "Notifications",
        "Le lien vers les notifications, avec le nombre de celles qui ne sont pas lues.",
        [State("aucune non lue", {"unread": 0}), State("trois non lues", {"unread": 3})],
    ),
    Component(
        "chart",
        "Graphique",
        "Une image de sa propre adresse, chargée quand on y vient, avec ses fichiers ; son tableau est à côté.",
        [
            State(
                "courant",
                {
                    "src": "/actions/calendrier/frise.svg?fiche=1",
                    "csv": "/actions/calendrier/frise.csv?fiche=1",
                    "alt": "Frise des actions de la fiche 1.",
                    "label": "Exemple de graphique",
                    "name": "exemple",
                    "width": 960,
                    "height": 400,
                    "wide": True,
                },
            )
        ],
    ),
    Component(
        "column",
        "En-tête qui trie",
        "Un lien qui trie le tableau ; le sens en cours est dit par un signe et au lecteur d'écran.",
        [
            State("au repos", {"label": "Attendues", "css": "num", "link": "#column"}),
            State("croissant", {"label": "Attendues", "css": "num", "order": "ascending", "link": "#column"}),
            State("décroissant", {"label": "Attendues", "css": "num", "order": "descending", "link": "#column"}),
        ],
        within="tr",
    ),
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
        "Le champ de la date à laquelle une liste est lue ; accepte 30/06/2014, 30.06.14 ou 30 juin 2014.",
        [State("courant", {"form": DateFilter(auto_id="jour_%s"), "at": DAY})],
    ),
    Component(
        "deadline",
        "Échéance",
        "Ce que la convention écrit, et comment l'application le lit.",
        [
            State("une date", deadline_example("31/12/2013", "date", DAY, DAY)),
            State("au plus tard", deadline_example("2014", "by", None, date(2014, 12, 31))),
            State("en continu", deadline_example("en continu", "ongoing", None, date(2017, 12, 31))),
            State("case vide", deadline_example("", "unscheduled")),
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
        [State("une erreur", {"form": form_example("resume", {"montant": ""}), "quiet": True})],
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
            State("vide", {"field": form_example("vide")["montant"]}),
            State("en erreur", {"field": form_example("erreur", {"montant": ""})["montant"]}),
            State("verrouillé", {"field": form_example("verrou", locked=True)["montant"]}),
        ],
    ),
    Component(
        "figure",
        "Chiffre",
        "La valeur, son unité, sa période, son état, sa marque.",
        [
            State("grand", {"point": point_example("85,3"), "unit": "%", "large": True}),
            State("simulé", {"point": point_example("85,3", simulated=True), "unit": "%"}),
            State("absent", {"point": point_example("n.d.", state_label="incomplet"), "unit": "%"}),
        ],
    ),
    Component(
        "filter_form",
        "Filtres",
        "Les filtres d'une liste, gardés dans son adresse.",
        [State("courant", {"form": form_example("filtre", {"montant": "12"}), "clear": True})],
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
        "hit",
        "Trouvé par la recherche",
        "Où les mots cherchés se trouvent, avec ceux qui les entourent.",
        [State("courant", {"hit": HIT})],
        within="ul",
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
            State("en cours", {"job": job_example("en_cours")}),
            State("déjà fini", {"job": job_example("termine", may_be_cancelled=False)}),
        ],
    ),
    Component(
        "job_progress",
        "Avancement d'un travail",
        "Où en est un travail long, en mots, en nombre et en barre.",
        [
            State("en attente", {"job": job_example("en_attente", attempts=0)}),
            State(
                "en cours",
                {"job": job_example("en_cours", done=41, total=102, percent=40, message="calcule la caisse 041")},
            ),
            State("terminé", {"job": job_example("termine")}),
            State("en échec", {"job": job_example("echec", message="Le fichier n'a pas pu être relu.")}),
        ],
    ),
    Component("line_ref", "Ligne du texte", "Où vérifier dans la convention.", [State("courant", {"line": 9754})]),
    Component(
        "messages",
        "Messages",
        "Ce qui vient d'être fait ou refusé ; reste jusqu'à la page suivante.",
        [
            State("fait", {"messages": [Message(level_tag="success", text="L'avancement est enregistré.")]}),
            State("refusé", {"messages": [Message(level_tag="error", text="Le trimestre est déjà transmis.")]}),
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
        within="ul",
    ),
    Component(
        "news_list",
        "Ce qui a changé",
        "Ce qui est arrivé, par qui, le plus récent d'abord.",
        [State("courant", {"news": NEWS}), State("avec le jour", {"news": NEWS, "with_day": True})],
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
    Component("search_box", "Recherche", "La seule boîte de recherche, en tête de cette page comme des autres.", []),
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
        [State("vide", {"form": form_example("cibles")})],
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
        "todo_list",
        "À faire",
        "Quoi, par qui, pour quand, et le bouton qui y mène.",
        [State("à temps et en retard", {"todo": TODO})],
    ),
    Component(
        "verdict",
        "Verdict",
        "Un signe, un mot, une couleur, toujours les trois.",
        [State(value.label, {"code": value.value, "label": value.label}) for value in Verdict]
        + [State("en grand", {"code": "atteint", "label": "atteint", "large": True})],
    ),
    Component(
        "verdict_counts",
        "Verdicts comptés",
        "Combien d'indicateurs à chaque verdict, chacun menant à sa liste.",
        [
            State(
                "courant",
                {
                    "verdicts": [(one.value, one.label, 3) for one in (Verdict.REACHED, Verdict.MISSED)],
                    "url": "/indicateurs/?type=resultat",
                    "without": 2,
                },
            )
        ],
    ),
]
