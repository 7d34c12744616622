"""The files of the open data package: their columns, what each means in French, their key, where their rows come from.

Frictionless Tabular Data Package: UTF-8, commas, point decimals, ISO dates, rows sorted by their key.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from cog.permissions import Permission
from reports.opendata import rows
from reports.opendata.known import Known
from reports.opendata.rows import Row


class Basis(Enum):
    """What a file rests on, hence what it can be as of."""

    TEXT = "texte"  # the text of the convention and its sources, as they are read
    TRAIL = "enregistrements"  # what people recorded, each with its date
    RESULTS = "résultats"  # what is computed from it


@dataclass(frozen=True)
class Column:
    """A column: its name, its Frictionless type, what it means in French."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class File:
    """A file of the package: its columns, its key, what it rests on, who may read it whole, whence its rows come."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Known], Iterator[Row]]
    basis: Basis = Basis.TEXT
    permission: Permission = Permission.READ_REFERENCE


def columns(told: str) -> tuple[Column, ...]:
    """One column a line: « year integer : année »."""
    found = []
    for line in filter(None, map(str.strip, told.splitlines())):
        named, _, meaning = line.partition(" : ")
        name, _, kind = named.partition(" ")
        found.append(Column(name, kind or "string", meaning))
    return tuple(found)


_ACTION = """
    plan : plan suivi, cog (fiches) ou sdsi (schéma directeur)
    fiche integer : numéro de la fiche thématique
    ordinal integer : rang de l'action dans sa fiche, à partir de 1
"""
_RESULT = """
    code : code de l'indicateur
    scope : portée : national, caf (les caisses seules) ou code d'une caisse
    period : période du résultat, 2014-03, 2014-T1, 2014-S1 ou 2014
    breakdown : ventilation, « cle=valeur » séparées par « ; » ; vide pour le total
    value number : valeur, non arrondie, dans l'unité de l'indicateur ; vide si elle manque
    numerator number : numérateur, ou première des deux quantités
    denominator number : dénominateur, ou seconde des deux quantités
    state : état : definitif, provisoire, incomplet, sans_objet, a_construire, ou non_calculable et son motif
    verdict : comparaison à la cible : atteint, conforme, en_retard, non_atteint, sans_cible…
    completeness number : part des remontées reçues, de 0 à 1
    version integer : numéro de la définition appliquée
    simulated integer : 1 si une donnée simulée entre dans la valeur
"""

FILES: tuple[File, ...] = (
    File(
        "fiches",
        "Fiches thématiques",
        columns("""
            number integer : numéro de la fiche
            title : titre imprimé de la fiche
            domain integer : numéro du domaine
            seed_line integer : ligne du texte de la convention
        """),
        ("number",),
        rows.fiches,
    ),
    File(
        "actions",
        "Actions, une par ligne imprimée",
        columns(
            _ACTION
            + """
            number : numéro imprimé de l'action ; vide où il n'y en a pas
            objective : objectif, précédé de son sous-titre
            label : libellé entier de l'action, puces comprises
            seed_line integer : ligne du texte de la convention
        """
        ),
        ("plan", "fiche", "ordinal"),
        rows.actions,
    ),
    File(
        "steps",
        "Étapes des actions",
        columns(
            _ACTION
            + """
            step integer : rang de l'étape, à partir de 1
            label : libellé de l'étape
        """
        ),
        ("plan", "fiche", "ordinal", "step"),
        rows.steps,
    ),
    File(
        "deadlines",
        "Échéances, telles qu'écrites et telles que lues",
        columns(
            _ACTION
            + """
            step integer : rang de l'étape ; vide quand l'échéance vaut pour toute l'action
            raw : échéance telle qu'imprimée
            kind : lecture : date, period, year, ongoing, from, unscheduled ou cross_reference
            start date : premier jour de la lecture
            end date : dernier jour de la lecture : l'action est en retard une fois ce jour passé
        """
        ),
        (),
        rows.deadlines,
    ),
    File(
        "indicators",
        "Indicateurs, une fiche technique par ligne",
        columns("""
            code : code de l'indicateur
            printed_code : code tel qu'imprimé
            number integer : numéro imprimé
            fiche integer : numéro de la fiche thématique
            kind : resultat (opposable) ou suivi (pilotage)
            title : intitulé
            unit : unité de la valeur
            better : sens favorable
            method : méthode de calcul
            periodicities : périodicités imprimées, séparées par « ; »
            status : defined, ou to_build tant que la définition n'est pas arrêtée
            seed_line integer : ligne du texte de la convention
        """),
        ("code",),
        rows.indicators,
        Basis.TRAIL,
    ),
    File(
        "measures",
        "Données de base",
        columns("""
            code : code de la donnée de base
            label : libellé
            unit : unité
            value_kind : nature : count (effectif), amount (montant), flag (oui/non), average (moyenne)
            level : niveau de saisie : caisse, organisation ou national
            finest_period : période la plus fine
            breakdowns : ventilations possibles
        """),
        ("code",),
        rows.measures,
    ),
    File(
        "baselines",
        "Valeurs de référence imprimées",
        columns("""
            code : code de l'indicateur
            label : libellé de la valeur
            year integer : année
            value number : valeur telle qu'imprimée
            unit : unité telle qu'imprimée
            note : note de lecture
        """),
        (),
        rows.baselines,
    ),
    File(
        "targets",
        "Cibles",
        columns("""
            code : code de l'indicateur
            scope : portée : national, ou code de la caisse pour une cible de Cpog
            year integer : année imprimée ; vide où il n'y en a pas
            from date : premier jour où la cible vaut
            to date : dernier jour où la cible vaut
            cumulative integer : 1 si elle porte sur un cumul
            role : target (cible) ou critical_threshold (seuil critique)
            mode : absolute, change_points ou change_percent
            operator : sens de la comparaison
            value number : valeur telle qu'imprimée
            unit : unité telle qu'imprimée
            threshold number : seuil comparé, dans l'unité de l'indicateur
            intermediate integer : 1 si la cible est intermédiaire
            origin : provenance : target, remark, fiche, definition, amendment ou cpog
        """),
        (),
        rows.targets,
        Basis.TRAIL,
        Permission.READ_RESULTS,
    ),
    File(
        "budget_lines",
        "Lignes des tableaux budgétaires",
        columns("""
            fund : fonds : fnas ou fnga
            position integer : rang de la ligne dans le tableau imprimé
            label : libellé imprimé
            parent_position integer : rang de la ligne dont celle-ci est une part
            kind : rôle de la ligne : header, total, component, memo, deduction, rate ou difference
            nature : nature des crédits, limitatif ou évaluatif
            seed_line integer : ligne du texte de la convention
        """),
        ("fund", "position"),
        rows.budget_lines,
    ),
    File(
        "budget_amounts",
        "Montants des tableaux budgétaires",
        columns("""
            fund : fonds : fnas ou fnga
            position integer : rang de la ligne
            year : exercice ; 2012-2017 pour la colonne de variation
            amount number : montant, dans l'unité du fonds
            unit : unité : k€ ou M€
            stage : étape : programme, initial, rectifie, execute ou prevision
            edition : acte qui porte le montant ; vide pour le programme imprimé
        """),
        ("fund", "position", "year", "stage", "edition"),
        rows.budget_amounts,
        Basis.TRAIL,
        Permission.READ_BUDGETS,
    ),
    File(
        "observations",
        "Valeurs remontées en vigueur",
        columns("""
            measure : code de la donnée de base
            caisse : code de l'organisme, ou NATIONAL
            period : période de la valeur
            breakdown : ventilation ; vide pour le total
            value number : valeur remontée
            state : valeur, ou la mention remontée à sa place (NS sans objet, ND non disponible)
            revision integer : rang de la correction, 1 pour la première valeur
            import integer : numéro du fichier remonté
        """),
        ("measure", "caisse", "period", "breakdown"),
        rows.observations,
        Basis.TRAIL,
        Permission.SEE_OBSERVATIONS,
    ),
    File(
        "results",
        "Résultats des indicateurs",
        columns(_RESULT),
        ("code", "scope", "period", "breakdown"),
        rows.results,
        Basis.RESULTS,
        Permission.READ_RESULTS,
    ),
    File(
        "secondary_results",
        "Résultats secondaires",
        columns(_RESULT + "name : nom de la valeur secondaire ou de la variante"),
        ("code", "scope", "period", "breakdown", "name"),
        rows.secondary_results,
        Basis.RESULTS,
        Permission.READ_RESULTS,
    ),
    File(
        "published",
        "Valeurs publiées, avec leur source",
        columns("""
            indicator : code de l'indicateur
            year : année
            period : période, où elle est dite
            scope : portée
            value : valeur telle que publiée
            unit : unité
            basis : nature de la valeur
            source : document où elle est publiée
            source_url : adresse du document
            confidence : confiance accordée à la lecture
            note : note de lecture
        """),
        (),
        rows.published,
    ),
    File(
        "dispersions",
        "Dispersion des valeurs locales",
        columns("""
            code : code de l'indicateur
            period : période
            n integer : nombre de caisses qui ont une valeur
            min number : minimum
            d1 number : premier décile
            q1 number : premier quartile
            median number : médiane
            q3 number : troisième quartile
            d9 number : neuvième décile
            max number : maximum
            range number : étendue
            stdev number : écart-type
            mean number : moyenne des valeurs locales, sans pondération
        """),
        ("code", "period"),
        rows.dispersions,
        Basis.RESULTS,
        Permission.READ_RESULTS,
    ),
    File(
        "transmissions",
        "Transmissions à l'État",
        columns("""
            kind : nature : trimestre, tbb ou fnas
            period : période ou édition transmise
            number integer : numéro, 1 pour la première, puis un par rectification
            due : échéance
            transmitted_at : date et heure de la transmission
            late : 1 si elle est partie après l'échéance
            sha256 : empreinte du contenu transmis
            replaces integer : numéro de la transmission rectifiée
        """),
        ("kind", "period", "number"),
        rows.transmissions,
        Basis.TRAIL,
        Permission.READ_TRANSMITTED,
    ),
    File(
        "anomalies",
        "Anomalies du texte",
        columns("""
            place : fiche ou tableau
            seed_line integer : ligne du texte de la convention
            what : ce qui étonne
            reading : lecture retenue
        """),
        (),
        rows.anomalies,
    ),
)


def files_named(names: Iterable[str]) -> list[File]:
    """The files of these names, in the order of the package."""
    wanted = set(names)
    return [file for file in FILES if file.name in wanted]
