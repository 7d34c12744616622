"""Stored codes of the ground floor and their French labels."""

from django.db import models


class OrganisationKind(models.TextChoices):
    """« nature d'organisme »: who may report a figure (`organisations.csv`)."""

    CAISSE = "caisse", "caisse d'allocations familiales"
    CNAF = "cnaf", "caisse nationale"
    CERTI = "certi", "centre régional de traitement informatique"
    CNEDI = "cnedi", "centre national d'études et de développement informatique"
    POLE = "pole", "pôle régional mutualisé"
    SHARED_SERVICE = "service_commun", "service commun"
    FEDERATION = "federation", "fédération régionale"
    MARITIME = "caisse_maritime", "caisse maritime, hors réseau"
    UNION = "uioss", "union immobilière des organismes de sécurité sociale"
    WHOLE = "national", "ensemble national"
    OTHER = "autre", "autre organisme"


class Role(models.TextChoices):
    """« rôle »: the six kinds of people, and the operators (design/domain.md §1)."""

    STEERING = "pilotage", "pilotage (Cnaf)"
    CONTRIBUTOR = "contributeur", "direction contributrice"
    CAISSE = "caf", "caisse"
    STATE = "tutelle", "tutelle (État)"
    BOARD = "conseil", "conseil d'administration"
    CONTROL = "controle", "corps de contrôle"
    OPERATIONS = "exploitation", "exploitation"


class AccountState(models.TextChoices):
    """« état d'un compte »: read from it, stored nowhere."""

    OPEN = "ouvert", "ouvert"
    INVITED = "invite", "invité, pas encore venu"
    CLOSED = "ferme", "fermé"


class JobState(models.TextChoices):
    """« état d'un travail de fond »."""

    WAITING = "en_attente", "en attente"
    RUNNING = "en_cours", "en cours"
    DONE = "termine", "terminé"
    FAILED = "echec", "en échec"
    CANCELLED = "annule", "annulé"


class ObligationFamily(models.TextChoices):
    """« famille de restitution »: what kind of account is owed, in the order pages show them."""

    RESULTS = "resultats", "résultats des indicateurs"
    TBB = "tbb", "tableaux de bord budgétaires (Fnga)"
    FNAS = "fnas", "états du Fnas"
    REPORT = "bilan", "bilans"
    FRAUD = "fraude", "lutte contre la fraude"
    STEERING = "pilotage", "pilotage"
    SDSI = "sdsi", "système d'information"
    MEANS = "moyens", "moyens"
    SOCIAL = "social", "action sociale"
    STATISTICS = "statistique", "statistiques"
    EVENT = "evenement", "à l'événement"
    MILESTONE = "jalon", "jalons"


class AnomalyTopic(models.TextChoices):
    """« sujet d'une anomalie du texte »."""

    NUMBERING = "numerotation", "numérotation"
    DEADLINE = "echeance", "échéance"
    FIGURE = "chiffre", "chiffre"
    TARGET = "cible", "cible"
    BASELINE = "reference_2012", "valeur de référence"
    REFERENCE = "renvoi", "renvoi"
    TITLE = "intitule", "intitulé"
    UNIT = "unite", "unité"
    BUDGET = "budget", "budget"
    PERIMETER = "perimetre", "périmètre"
    MISSING = "manque", "manque"
    TYPO = "coquille", "coquille"


class ChangeKind(models.TextChoices):
    """« objet d'une modification »: what an amendment may version (annexe 4, § 3)."""

    TARGET = "cible", "cible d'un indicateur"
    DEFINITION = "definition", "définition d'un indicateur"
    DEADLINE = "echeance", "échéance d'une action"
    PROGRAMME = "programme", "montant du programme"


class AmendmentState(models.TextChoices):
    """« état d'un avenant »."""

    DRAFT = "projet", "projet"
    APPROVED = "approuve", "approuvé, pas encore en vigueur"
    IN_FORCE = "en_vigueur", "en vigueur"
    TAKEN_BACK = "retire", "retiré avant son entrée en vigueur"


class NotificationKind(models.TextChoices):
    """« nature de notification », in the order of the page where one chooses."""

    SENT = "transmission", "un trimestre ou un document est transmis à l'État"
    QUESTION = "question", "la tutelle pose une question ou fait une observation"
    ANSWER = "reponse", "la Cnaf répond à une question de la tutelle"
    VALIDATION = "validation", "une validation est demandée à l'État, ou obtient sa réponse"
    BOARD = "conseil", "un bilan peut être présenté au conseil"
    FILE = "fichier", "un fichier que j'ai envoyé est accepté ou abandonné par quelqu'un d'autre"
    REMINDER = "rappel", "un rappel est adressé à ma caisse"
    JOB = "travail", "un travail de fond que j'ai demandé est fini, ou a échoué"


class NotificationChannel(models.TextChoices):
    """« canal de notification »."""

    NONE = "aucun", "aucune"
    IN_APP = "application", "dans l'application"
    MAIL = "courriel", "dans l'application et par courriel, aussitôt"


class MailState(models.TextChoices):
    """« état du courriel d'une notification »."""

    NONE = "aucun", "aucun courriel"
    TO_SEND = "a_envoyer", "à envoyer"
    SENT = "envoye", "envoyé"
