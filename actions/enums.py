"""Stored codes of the actions and their French labels."""

from django.db import models


class Plan(models.TextChoices):
    """« plan »: where an action is printed."""

    COG = "cog", "fiches thématiques"
    SDSI = "sdsi", "schéma directeur du système d'information (Sdsi)"


class DeadlineKind(models.TextChoices):
    """« nature de l'échéance »: how the printed words were read."""

    DATE = "date", "date"
    PERIOD = "period", "période"
    YEAR = "year", "année"
    ONGOING = "ongoing", "en continu"
    FROM = "from", "à partir de"
    UNSCHEDULED = "unscheduled", "sans échéance"
    CROSS_REFERENCE = "cross_reference", "renvoi"


class ActionStatus(models.TextChoices):
    """« état d'avancement » recorded by the direction in charge; whether it is late is derived, never stored."""

    TO_START = "a_lancer", "à lancer"
    RUNNING = "en_cours", "en cours"
    DONE = "realisee", "réalisée"
    POSTPONED = "reportee", "reportée"
    ABANDONED = "abandonnee", "abandonnée"


class Charge(models.TextChoices):
    """« rôle d'une direction »: one is in charge, others are associated."""

    LEAD = "pilote", "direction en charge"
    ASSOCIATED = "associee", "direction associée"


class CommitmentStatus(models.TextChoices):
    """« état d'un engagement de l'État », in the words of the tutelle."""

    TO_START = "a_lancer", "à lancer"
    RUNNING = "en_cours", "en cours"
    KEPT = "tenu", "tenu"
    CHANGED = "modifie", "modifié d'un commun accord"
    DROPPED = "abandonne", "abandonné"


class Answer(models.TextChoices):
    """« réponse de l'État » to a validation it was asked for."""

    AGREED = "accord", "accord"
    RESERVED = "reserve", "accord avec réserves"
    REFUSED = "refus", "refus"


class DigestKind(models.TextChoices):
    """« partie du récapitulatif hebdomadaire »: each may be refused by itself."""

    SOON = "avant", "actions bientôt échues"
    LATE = "apres", "actions en retard"
    YEARLY = "annuel", "actions « en continu » dont le mot de l'année manque"


class SharedKind(models.TextChoices):
    """« nature d'un document partagé » with the State as it appears."""

    LETTER = "lettre", "lettre réseau"
    DASHBOARD = "tableau", "tableau de bord national"
