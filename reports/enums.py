"""Stored codes of the documents and their French labels."""

from django.db import models


class DocumentKind(models.TextChoices):
    """« nature de document »."""

    ANNUAL = "bilan", "bilan annuel"
    EVALUATION = "evaluation", "évaluation contradictoire finale"


class EditionState(models.TextChoices):
    """« état d'une édition »: one way only, each state printed as an edition of its own (l. 12255)."""

    DRAFT = "projet", "projet"
    SENT = "transmis", "projet transmis à l'État"
    COMMON = "commun", "document commun"
    PUBLISHED = "publie", "présenté au conseil"


class DataForm(models.TextChoices):
    """« forme d'un paquet de données »."""

    PACKAGE = "paquet", "paquet de fichiers CSV"
    WORKBOOK = "classeur", "classeur de tous les résultats"


class TransmissionKind(models.TextChoices):
    """« nature de transmission »."""

    QUARTER = "trimestre", "résultats d'un trimestre"
    DASHBOARD = "tbb", "tableau de bord budgétaire"
    FNAS = "fnas", "état du Fnas"
    REPORT = "bilan", "projet de bilan annuel"
    DOCUMENT = "document", "document dû"


class NoteKind(models.TextChoices):
    """« nature de note »: what the State writes on a transmission, and what it is answered."""

    ACKNOWLEDGEMENT = "accuse", "accusé de réception"
    QUESTION = "question", "question"
    ANSWER = "reponse", "réponse"
    OBSERVATION = "observation", "observation"


class FeedScope(models.TextChoices):
    """« contenu d'un flux de calendrier »."""

    OWN = "mes_fiches", "les échéances de mes fiches et les remises"
    ROLE = "tout", "toutes les échéances que mon rôle peut lire"


class Party(models.TextChoices):
    """« partie » to the convention: each writes its own half of the final evaluation (l. 12257)."""

    CNAF = "cnaf", "la Cnaf"
    STATE = "etat", "l'État"

    @property
    def other(self) -> "Party":
        return Party.STATE if self is Party.CNAF else Party.CNAF


class SubjectKind(models.TextChoices):
    """« objet évalué »."""

    INDICATOR = "indicateur", "indicateur"
    FICHE = "fiche", "fiche thématique"


class Stance(models.TextChoices):
    """« position » of a party on what the other one reads."""

    AGREES = "accord", "accord"
    DISAGREES = "desaccord", "désaccord"
