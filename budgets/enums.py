"""Stored codes of the budgets and their French labels."""

from django.db import models


class LineKind(models.TextChoices):
    """« nature de ligne »: what a printed row does in the arithmetic of its table."""

    HEADER = "header", "titre"
    TOTAL = "total", "total"
    COMPONENT = "component", "composante"
    MEMO = "memo", "pour mémoire"
    DEDUCTION = "deduction", "à déduire"
    RATE = "rate", "taux"
    DIFFERENCE = "difference", "écart"


class Nature(models.TextChoices):
    """« caractère des crédits »."""

    CAPPED = "limitatif", "limitatif"
    CAPPED_YEARLY = "limitatif_annuel", "limitatif annuel"
    CAPPED_OVER_TERM = "limitatif_pluriannuel", "limitatif pluriannuel"
    ESTIMATED = "evaluatif", "évaluatif"


class Stage(models.TextChoices):
    """« stade du montant »."""

    PROGRAMME = "programme", "programme de la convention"
    INITIAL = "initial", "budget initial"
    RECTIFIED = "rectifie", "budget rectificatif"
    EXECUTED = "execute", "exécuté"
    FORECAST = "prevision", "prévision"
