"""PURE. The help of each page: its part of « Aide », found from the address; told in the order of the navigation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A part of the help: the addresses it is about, its title, what it says."""

    anchor: str
    title: str
    paths: tuple[str, ...]
    words: tuple[str, ...]


TOPICS = (
    Topic(
        "page-accueil",
        "Accueil",
        ("/",),
        (
            "« À faire » dit ce qui attend de vous quelque chose, par qui, pour quand, avec le bouton qui y "
            "mène : ce qui est en retard d'abord. La liste dépend de vos habilitations.",
            "En dessous, l'état de la convention à la date choisie ; chaque nombre mène à sa liste. Qui ne "
            "lit que ce qui est transmis ou publié y trouve ce que dit le dernier envoi ou le dernier bilan.",
        ),
    ),
    Topic(
        "page-recherche",
        "Recherche",
        ("/recherche/",),
        (
            "Tous les mots doivent se trouver dans un même texte ; les accents, les majuscules et les "
            "terminaisons courantes ne comptent pas. Un code exact (« F10-21 », « 10-3 », « 751 ») mène "
            "droit à sa page.",
            "On ne trouve que ce que l'on peut lire.",
        ),
    ),
    Topic(
        "page-fiches",
        "Domaines et fiches",
        ("/fiches/", "/domaines/"),
        (
            "Une fiche rassemble ses actions, ses indicateurs, les engagements de l'État, les explications "
            "d'écart et les anomalies de son texte, à la date choisie. Son verdict est le plus défavorable "
            "de ses indicateurs opposables.",
        ),
    ),
    Topic(
        "page-actions",
        "Actions et schéma directeur",
        ("/actions/",),
        (
            "Chaque action garde l'histoire datée et signée de ce qui en a été dit ; rien ne s'efface. Une "
            "échéance révisée dit pourquoi et qui l'a acceptée. La grille d'une fiche permet de tout dire "
            "d'un coup, au clavier ou par collage.",
        ),
    ),
    Topic(
        "page-indicateurs",
        "Indicateurs",
        ("/indicateurs/", "/caisses/"),
        (
            "Toute valeur mène à son calcul, à ses données, au fichier et à la cellule d'où elle vient. Une "
            "valeur incomplète est montrée avec le nombre de caisses qui ont répondu ; elle n'est pas "
            "comparée à la cible.",
            "Une caisse voit ses valeurs, celle de la nation et sa place ; jamais le nom des autres.",
        ),
    ),
    Topic(
        "page-remontees",
        "Remontées",
        ("/remontees/",),
        (
            "Envoyer un fichier se fait en trois temps : le déposer, lire le contrôle (rien n'est écrit), "
            "confirmer. Chaque anomalie donne sa feuille, sa cellule, ce qui est trouvé, ce qui est attendu "
            "et comment y remédier ; le classeur annoté les montre à leur place.",
        ),
    ),
    Topic(
        "page-explications",
        "Explications",
        ("/explications/",),
        (
            "Un écart s'explique quand la cible n'est pas atteinte, que la trajectoire n'est pas tenue, que "
            "la valeur manque ou que le seuil de l'indicateur est dépassé : la cause est interne, ou ne peut"
            " être imputée au régime. Ce qui manque vient d'abord.",
        ),
    ),
    Topic(
        "page-transmissions",
        "Campagnes et transmissions",
        ("/campagnes/", "/transmissions/", "/documents-dus/", "/calendrier/"),
        (
            "Transmettre fige une copie de tout : chiffres, explications, définitions. Rien n'y change plus "
            "; une correction est une rectification, qui dit ce qui diffère et pourquoi. La tutelle accuse "
            "réception, questionne, observe ; la Cnaf répond.",
        ),
    ),
    Topic(
        "page-budgets",
        "Budgets",
        ("/budgets/",),
        (
            "Chaque fonds est montré sur la présentation de la convention : programme, budget initial, "
            "crédits ouverts, exécuté, prévision. Toute somme s'ouvre jusqu'aux actes qui la font ; une "
            "somme partielle le dit.",
        ),
    ),
    Topic(
        "page-documents",
        "Documents, évaluation et données",
        ("/documents/", "/donnees/", "/evaluation/", "/mission/"),
        (
            "Un bilan va du projet au document commun puis au conseil ; chaque édition est numérotée et "
            "gardée. Les données ouvertes sont celles que vos droits permettent de lire.",
        ),
    ),
    Topic(
        "page-comparer",
        "Comparer",
        ("/comparer/",),
        (
            "Choisir deux situations : deux dates, deux transmissions ou deux éditions. Seul ce que la "
            "seconde dit autrement est montré, avec la raison quand quelqu'un l'a écrite.",
        ),
    ),
    Topic(
        "page-nouveautes",
        "Nouveautés et notifications",
        ("/nouveautes/", "/notifications/"),
        (
            "Les nouveautés disent ce qui a changé parmi ce que vous pouvez lire. Les notifications disent "
            "ce qui vous concerne vous ; « Mes notifications » choisit, pour chaque chose, si elle vous est "
            "dite ici, ou aussi par courriel.",
        ),
    ),
)


def topic_of(path: str) -> Topic | None:
    """The part of the help that is about a page: the longest address that begins like its own."""
    known = [
        (begun, topic)
        for topic in TOPICS
        for begun in topic.paths
        if path == begun or (begun != "/" and path.startswith(begun))
    ]
    return max(known, key=lambda pair: len(pair[0]))[1] if known else None
