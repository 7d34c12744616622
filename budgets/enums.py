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


class ActKind(models.TextChoices):
    """« acte budgétaire »: what the movements of an act do."""

    AMENDMENT = "avenant", "avenant au programme"
    INITIAL = "initial", "budget initial"
    RECTIFIED = "rectifie", "budget rectificatif"
    TRANSFER = "virement", "virement de crédits"
    CARRY_OVER = "report", "report de crédits non consommés"
    RECEIPTS = "recettes", "réemploi de recettes"
    PAYROLL = "actualisation", "actualisation de la masse salariale"
    EXECUTED = "execute", "exécution à une date"
    FORECAST = "prevision", "prévision d'exécution"


class Measure(models.TextChoices):
    """« mesure » of a table: what the movements of some acts add up to."""

    PROGRAMME = "programme", "programme"
    VOTED = "vote", "crédits ouverts"
    EXECUTED = "execute", "exécuté"
    FORECAST = "prevision", "prévision d'exécution"


MEASURE_OF = {
    ActKind.AMENDMENT: Measure.PROGRAMME,
    ActKind.INITIAL: Measure.VOTED,
    ActKind.RECTIFIED: Measure.VOTED,
    ActKind.TRANSFER: Measure.VOTED,
    ActKind.CARRY_OVER: Measure.VOTED,
    ActKind.RECEIPTS: Measure.VOTED,
    ActKind.PAYROLL: Measure.VOTED,
    ActKind.EXECUTED: Measure.EXECUTED,
    ActKind.FORECAST: Measure.FORECAST,
}

STATED_AS_LEVEL = (ActKind.AMENDMENT, ActKind.INITIAL, ActKind.RECTIFIED, ActKind.EXECUTED, ActKind.FORECAST)
"""Acts in which people state where a line now stands; the movement is the change. The others state the change."""

DECIDED = (ActKind.AMENDMENT, ActKind.INITIAL, ActKind.RECTIFIED, ActKind.CARRY_OVER, ActKind.RECEIPTS, ActKind.PAYROLL)
"""Acts that name the deliberation or document that decides them."""


class TransferState(models.TextChoices):
    """« état d'un virement »."""

    DRAFT = "projet", "projet"
    DONE = "fait", "fait"
    REFUSED = "refuse", "refusé"
    DROPPED = "abandonne", "abandonné"


class TransferActKind(models.TextChoices):
    """« acte d'un virement »: the director's decision, and the acts of `budgets.compute.transfers.Act`."""

    DIRECTOR = "decision", "décision du directeur"
    STATE_AGREEMENT = "accord_prealable_etat", "accord préalable des services de l'État"
    COMMITTEE_OPINION = "avis_commission", "avis de la Commission d'action sociale"
    VOTE = "vote", "vote du conseil d'administration"
    STATE_APPROVAL = "approbation_etat", "approbation des services de l'État"
    INFORMATION = "information", "information"
