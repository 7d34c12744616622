"""Stored codes of the indicators and their French labels."""

from django.db import models


class IndicatorKind(models.TextChoices):
    """« type »: result indicators bind the Cnaf, monitoring ones inform."""

    RESULT = "resultat", "résultat (opposable)"
    MONITORING = "suivi", "pilotage (suivi)"


class IndicatorStatus(models.TextChoices):
    """« état de la définition »: some indicators are still to be built when the convention is signed."""

    DEFINED = "defined", "défini"
    TO_BUILD = "to_build", "à construire"


class ValueKind(models.TextChoices):
    """« nature de la valeur » of a measure."""

    COUNT = "count", "dénombrement"
    AMOUNT = "amount", "quantité"
    FLAG = "flag", "oui ou non"
    AVERAGE = "average", "moyenne"


class Level(models.TextChoices):
    """« niveau de saisie »: who reports the measure."""

    CAISSE = "caisse", "caisse"
    ORGANISATION = "organisation", "organisme de la branche"
    NATIONAL = "national", "national"


class Rhythm(models.TextChoices):
    """« périodicité »."""

    DAILY = "daily", "quotidienne"
    MONTHLY = "monthly", "mensuelle"
    QUARTERLY = "quarterly", "trimestrielle"
    SEMESTRIAL = "semestrial", "semestrielle"
    ANNUAL = "annual", "annuelle"


class TargetRole(models.TextChoices):
    """« rôle de la cible »."""

    TARGET = "target", "cible"
    CRITICAL = "critical_threshold", "seuil critique"


class TargetMode(models.TextChoices):
    """« mode de la cible »: an absolute value, or a change from the baseline."""

    ABSOLUTE = "absolute", "valeur"
    POINTS = "change_points", "évolution en points"
    PERCENT = "change_percent", "évolution en %"


class Operator(models.TextChoices):
    """« sens de la comparaison »."""

    AT_LEAST = ">=", "au moins"
    AT_MOST = "<=", "au plus"
    EQUAL = "=", "égal à"


class TargetOrigin(models.TextChoices):
    """« origine de la cible »: where it is printed."""

    TARGET = "target", "case « Cible »"
    REMARK = "remark", "case « Remarque »"
    FICHE = "fiche", "fiche thématique seule"
    DEFINITION = "definition", "case « Définition »"
    AMENDMENT = "amendment", "avenant"


class BatchState(models.TextChoices):
    """« état d'un lot de remontée »."""

    RECEIVED = "recu", "reçu, contrôle en cours"
    REFUSED = "refuse", "refusé"
    CHECKED = "verifie", "vérifié, en attente d'acceptation"
    ACCEPTED = "accepte", "accepté"
    ABANDONED = "abandonne", "abandonné"


class BatchForm(models.TextChoices):
    """« forme du fichier »."""

    LONG_CSV = "long_csv", "forme longue, CSV"
    LONG_XLSX = "long_xlsx", "forme longue, classeur"
    TEMPLATE = "modele", "modèle d'une caisse"


class DueState(models.TextChoices):
    """« état d'une remontée attendue », what matters most first."""

    LATE = "en_retard", "en retard, rien reçu"
    PARTIAL_LATE = "partiel_retard", "en retard, incomplet"
    EXPECTED = "attendu", "attendu, rien reçu"
    PARTIAL = "partiel", "incomplet"
    COMPLETE = "complet", "complet"
    NOT_CONCERNED = "sans_objet", "sans objet"


class VersionOrigin(models.TextChoices):
    """« origine de la définition »: the reference files of the convention, or an adoption recorded here."""

    REFERENCE = "reference", "convention"
    APPLICATION = "application", "adoptée en cours de convention"


class Statement(models.TextChoices):
    """« mention »: what is said in place of a number; a blank says nothing and makes no row."""

    NUMBER = "", "valeur"
    NOT_CONCERNED = "NS", "sans objet"
    NOT_AVAILABLE = "ND", "non disponible"


class ResultState(models.TextChoices):
    """« état du résultat »: how far a figure can be relied on, or why there is none."""

    FINAL = "definitif", "définitif"
    PROVISIONAL = "provisoire", "provisoire"
    INCOMPLETE = "incomplet", "incomplet"
    NOT_CONCERNED = "sans_objet", "sans objet"
    TO_BUILD = "a_construire", "indicateur à construire"
    ZERO_DENOMINATOR = "non_calculable:denominateur_nul", "non calculable : dénominateur nul"
    MISSING = "non_calculable:donnee_manquante", "non calculable : donnée manquante"
    NO_POSITIVE_BALANCE = "non_calculable:solde_nul_ou_negatif", "non calculable : solde nul ou négatif"


class Verdict(models.TextChoices):
    """« verdict »: the figure against its target, on the unrounded value."""

    REACHED = "atteint", "atteint"
    ON_TRACK = "conforme", "conforme à la trajectoire"
    BEHIND = "en_retard", "en retard sur la trajectoire"
    MISSED = "non_atteint", "non atteint"
    NOT_COMPARABLE = "non_comparable", "non comparable"
    NO_TARGET = "sans_cible", "sans cible"
    NOT_AVAILABLE = "non_disponible", "non disponible"
    INCOMPLETE = "incomplet", "incomplet"
    TO_BUILD = "a_construire", "à construire"


class Method(models.TextChoices):
    """« calcul »: what a sheet computes, in words."""

    COUNT = "count", "dénombrement : la somme de ce qui est remonté"
    RATIO = "ratio", "rapport d'un numérateur à un dénominateur"
    VARIATION = "variation", "variation depuis l'année précédente"
    EVOLUTION = "evolution", "évolution d'une année sur l'autre, en pour cent"
    GROWTH_GAP = "growth_gap", "rapport de deux rythmes de croissance"
    COVERAGE_GAP = "coverage_gap", "rapport de deux taux de couverture"
    WEIGHTED_GAP = "weighted_gap", "écart pondéré entre prévisions et réalisé"
    DISPERSION = "dispersion", "dispersion des caisses : étendue et écart-type"
    VARIATION_COEFFICIENT = "variation_coefficient", "coefficient de variation des caisses"
    QUANTILES = "quantiles", "déciles des valeurs des caisses"
    SHARE_OF_UNITS = "share_of_units", "part des organismes qui remplissent une condition"
    REFERENCE_INDEX = "reference_index", "évolution par rapport à une année de référence"
    SURVEY = "survey", "enquête, par échantillon"
    TO_BUILD = "to_build", "à construire : la convention ne l'arrête pas"


class NationalRule(models.TextChoices):
    """« valeur nationale »: how local values make the national one, in words."""

    OF_SUMS = "of_sums", "calculée sur les sommes des caisses, non sur leur moyenne"
    OF_SUMS_PLUS = "of_sums_plus", "sommes des caisses et supplément connu de la seule Cnaf"
    MEAN = "mean", "moyenne des caisses, sans pondération"
    NATIONAL_ONLY = "national_only", "remontée une fois, au niveau national"
    DISPERSION = "dispersion", "tirée de la répartition des valeurs des caisses"
    QUANTILES = "quantiles", "tirée de la répartition des valeurs des caisses"
    VARIATION_COEFFICIENT = "variation_coefficient", "tirée de la répartition des valeurs des caisses"
    SHARE_OF_UNITS = "share_of_units", "part des organismes concernés"


class Better(models.TextChoices):
    """« sens du progrès »."""

    HIGHER = "higher", "une valeur plus haute est meilleure"
    LOWER = "lower", "une valeur plus basse est meilleure"
    NONE = "none", "ni la hausse ni la baisse n'est un progrès en soi"


class Cause(models.TextChoices):
    """« cause de l'écart »: the convention sets apart what the regime answers for (l. 12259)."""

    INTERNAL = "interne", "interne au régime"
    NOT_ATTRIBUTABLE = "non_imputable", "non imputable au régime"


class GapMode(models.TextChoices):
    """« mode du seuil d'explication »: in the unit of the sheet, or as a share of the target."""

    POINTS = "points", "points, ou unités de l'indicateur"
    PERCENT = "percent", "% de la cible"
