"""Demonstration explanations of the gaps: invented, plausible, one text for each figure that asks for one.

PURE. A text is looked up by (sheet, period), then by sheet; a figure of another sheet takes the one of its kind of gap.
"""

from typing import NamedTuple

INTERNAL, NOT_ATTRIBUTABLE = "interne", "non_imputable"

THRESHOLD = (
    "F14-36",
    "0.5",
    "Le seuil critique (98 %) est à un point et demi de la cible : deux points le masqueraient.",
)
"""Sheet, threshold in points, reason."""

UNTIL = (2014, 1)
"""The last quarter (year, number) whose explanations are written; those of the next ones are missing."""


class DemoExplanation(NamedTuple):
    """What is said of a figure; `quarters` later the value is expected back (none: not announced)."""

    cause: str
    text: str
    action: str = ""
    quarters: int | None = None


WRITTEN: dict[tuple[str, str], DemoExplanation] = {
    ("F10-21", "2013-T1"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Le premier trimestre porte la revalorisation des prestations et le renouvellement des droits au logement : "
        "le nombre de pièces reçues dépasse de 9 % celui du trimestre précédent, à effectifs constants.\n"
        "Une caisse n'a pas remonté le mois de mars ; sans elle, l'ordre de grandeur ne change pas.",
        "",
        4,
    ),
    ("F10-21", "2013-T2"): DemoExplanation(
        INTERNAL,
        "Le stock constitué en début d'année se résorbe lentement. Onze caisses portent les deux tiers de l'écart ; "
        "sept d'entre elles ont changé d'organisation de leurs services de liquidation au printemps.",
        "21/6",
        3,
    ),
    ("F10-21", "2013-T3"): DemoExplanation(
        INTERNAL,
        "Les congés d'été ont rencontré l'ouverture des droits à l'allocation de rentrée scolaire. L'entraide entre "
        "caisses, décidée en juillet, n'a pris effet qu'à la fin du mois d'août.",
        "21/6",
        2,
    ),
    ("F10-21", "2013-T4"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "La mise en œuvre au 1er octobre de mesures publiées en septembre a demandé de reprendre à la main 38 000 "
        "dossiers. Hors ces reprises, le taux aurait été de 83 %.",
        "21/6",
        2,
    ),
    ("F10-21", "2014-T1"): DemoExplanation(
        INTERNAL,
        "Deux points et demi ont été regagnés en un an. L'écart qui reste tient à quatorze caisses, dont neuf ont plus "
        "de dix jours de stock. L'atelier de régulation des charges y envoie des renforts depuis le 10 mars.",
        "21/6",
        1,
    ),
    ("F10-30", "2013-T1"): DemoExplanation(
        INTERNAL,
        "Les réclamations arrivées par téléphone sont encore saisies avec plusieurs jours de retard : le délai mesuré "
        "court depuis l'appel, non depuis la saisie.",
        "10/8",
        4,
    ),
    ("F10-30", "2013-T3"): DemoExplanation(
        INTERNAL,
        "La doctrine de gestion des réclamations n'est appliquée que par 61 caisses. Dans les autres, une réclamation "
        "suit le circuit ordinaire des pièces et en prend le rang.",
        "10/8",
        4,
    ),
    ("F10-30", "2014-T1"): DemoExplanation(
        INTERNAL,
        "Le progrès se poursuit (un point et demi en un trimestre) avec l'extension de la doctrine à 88 caisses. Les "
        "réclamations qui mettent en cause un indu demandent une seconde lecture, qui explique la moitié des retards.",
        "10/8",
        3,
    ),
    ("F10-31", "2013-T4"): DemoExplanation(
        INTERNAL,
        "Premier trimestre mesuré. Les courriels sont traités au fil de l'eau avec les courriers dans 47 caisses : "
        "leur délai n'est pas suivi à part. L'outil de gestion des courriels n'est installé que dans 12 sites.",
        "10/6",
        6,
    ),
    ("F10-31", "2014-T1"): DemoExplanation(
        INTERNAL,
        "Le volume des courriels a crû de 22 % en un an, plus vite que le déploiement de l'outil de gestion (31 "
        "caisses). Une bibliothèque de réponses types est à l'essai dans cinq d'entre elles.",
        "10/6",
        5,
    ),
    ("F10-23", "2013"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Les appels ont dépassé de 11 % la prévision au second semestre, surtout en septembre et en décembre, à la "
        "suite d'annonces sur les prestations familiales. Les débords se concentrent sur les lundis et mardis.",
        "10/3",
        4,
    ),
    ("F21-52", "2013-T1"): DemoExplanation(
        INTERNAL,
        "L'écart est porté par trois caisses d'Île-de-France dont le stock a plus de quinze jours. Sans elles, il "
        "serait de 36 points.",
        "21/6",
        4,
    ),
    ("F21-52", "2013-T3"): DemoExplanation(
        INTERNAL,
        "Les deux caisses les plus en retard ont reçu de l'aide à partir de septembre ; l'effet se lira au trimestre "
        "suivant. La caisse la mieux placée a par ailleurs gagné quatre points, ce qui élargit l'écart.",
        "21/6",
        3,
    ),
    ("F21-52", "2014-T1"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Deux caisses d'outre-mer ont fermé plusieurs jours pour intempéries en février : leur solde ancien a doublé. "
        "L'écart entre les autres caisses diminue de deux points.",
        "21/6",
        2,
    ),
    ("F1-7", "2013"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Le nombre d'assistants maternels a crû plus vite que prévu, et 60 ouvertures de relais ont été reportées par "
        "des communes après le vote de leur budget. Le financement des caisses est acquis.",
        "1/6",
        12,
    ),
    ("F3-11", "2013"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Les crédits d'État versés aux réseaux d'écoute ont été notifiés en septembre : un quart des actions prévues a "
        "glissé sur 2014. La part financée par les caisses a été consommée à 96 %.",
        "3/1",
        8,
    ),
    ("F3-12", "2013"): DemoExplanation(
        INTERNAL,
        "32 lieux d'accueil ont été ouverts pour 45 prévus. Les dossiers refusés l'ont été faute de fonctionnement "
        "suffisant (moins d'une ouverture par semaine) ; le référentiel en préparation doit clarifier ce point.",
        "3/3",
        8,
    ),
    ("F4-17.2", "2013"): DemoExplanation(
        INTERNAL,
        "L'enquête de l'observatoire distingue les caisses des centres sociaux depuis 2013, mais l'outil ne restitue "
        "pas encore le nombre de centres adhérents. Il sera repris à la main pour l'exercice 2014.",
        "4/15",
        4,
    ),
    ("F18-44", "2013"): DemoExplanation(
        INTERNAL,
        "Les marchés passés par les caisses avant la diffusion de la clause type n'en comportent pas ; ceux de la "
        "caisse nationale en comportent à 71 %. Le renouvellement se fait sur trois ans.",
        "18/6",
        4,
    ),
    ("F20-48", "2013"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Dix-neuf directeurs ont été nommés dans l'année, dont cinq femmes. Sur un si petit nombre, une nomination "
        "compte pour cinq points. La liste d'aptitude, arrêtée avec les autres régimes, compte 34 % de femmes.",
        "20/21",
        8,
    ),
    ("F14-36", "2013-T1"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "La certification dépend du délai de réponse du service qui gère l'état civil des personnes nées à l'étranger "
        ": huit dossiers non certifiés sur dix attendent une pièce que l'allocataire doit demander à son pays de "
        "naissance.",
        "",
        8,
    ),
    ("F14-36", "2014-T1"): DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Trois dixièmes de point gagnés en un an. Le reste à certifier concerne surtout des personnes arrivées depuis "
        "moins de six mois, dont l'immatriculation est en cours. La valeur est au-dessus du seuil critique.",
        "",
        4,
    ),
}

BY_SHEET: dict[str, DemoExplanation] = {
    "F10-30": DemoExplanation(
        INTERNAL,
        "L'écart se réduit avec l'extension de la doctrine de gestion des réclamations, caisse après caisse. Les "
        "réclamations sans pièce jointe restent les plus longues : il faut rappeler l'allocataire.",
        "10/8",
        3,
    ),
    "F14-36": DemoExplanation(
        NOT_ATTRIBUTABLE,
        "La part des personnes nées à l'étranger dont l'état civil attend une pièce est stable. Les relances "
        "automatiques ont certifié 12 000 personnes dans le trimestre, autant que de nouvelles arrivées.",
        "",
        4,
    ),
}

BY_GROUND: dict[str, DemoExplanation] = {
    "absente": DemoExplanation(
        INTERNAL, "La donnée n'a pas été remontée à temps. Elle est reprise avec les caisses concernées.", "", 2
    ),
    "": DemoExplanation(
        INTERNAL, "L'écart tient à un petit nombre de caisses, avec lesquelles un plan de retour est arrêté.", "", 4
    ),
}

REVISED = (
    "F10-23",
    "2013",
    DemoExplanation(
        NOT_ATTRIBUTABLE,
        "Les appels ont dépassé de 11 % la prévision au second semestre, surtout en septembre et en décembre, à la "
        "suite d'annonces sur les prestations familiales.\n"
        "Précision du 24 avril : quatre plateformes sur dix-huit portent la moitié des appels perdus ; le serveur "
        "vocal y est réglé de nouveau, et l'entraide entre plateformes ouvre en juin.",
        "10/3",
        3,
    ),
)
"""A second wording of an explanation: sheet, period, what it says."""


def explanation_of(code: str, period: str, ground: str) -> DemoExplanation:
    """What the demonstration says of a figure."""
    found = WRITTEN.get((code, period)) or BY_SHEET.get(code)
    return found or BY_GROUND.get(ground) or BY_GROUND[""]
