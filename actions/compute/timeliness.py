"""Timeliness of an action at a date: derived from its recorded status and the reading of its deadline.

Source: domain rules §3. An action is late once the END of its reading is past: « En continu » and
« Dès 2013 » run to the end of the convention and are late only after it.
"""

from datetime import date
from enum import StrEnum

from actions.compute.deadlines import Kind


class Status(StrEnum):
    """« État d'avancement »: what people record, never derived."""

    A_LANCER = "a_lancer"
    EN_COURS = "en_cours"
    REALISEE = "realisee"
    REPORTEE = "reportee"
    ABANDONNEE = "abandonnee"


class Timeliness(StrEnum):
    """« Respect de l'échéance »: derived at a date, never recorded."""

    A_L_HEURE = "a_l_heure"
    BIENTOT_ECHUE = "bientot_echue"
    EN_RETARD = "en_retard"
    REALISEE_A_TEMPS = "realisee_a_temps"
    REALISEE_EN_RETARD = "realisee_en_retard"
    SANS_ECHEANCE = "sans_echeance"

    @property
    def label(self) -> str:
        """What a page says, in French."""
        return _LABELS[self]


_LABELS = {
    Timeliness.A_L_HEURE: "à l'heure",
    Timeliness.BIENTOT_ECHUE: "bientôt échue",
    Timeliness.EN_RETARD: "en retard",
    Timeliness.REALISEE_A_TEMPS: "réalisée à temps",
    Timeliness.REALISEE_EN_RETARD: "réalisée en retard",
    Timeliness.SANS_ECHEANCE: "sans échéance",
}


_WITHOUT_DATES = (Kind.UNSCHEDULED, Kind.CROSS_REFERENCE)


def timeliness(
    status: str,
    done_on: date | None,
    deadline_end: date | None,
    kind: str,
    at: date,
    soon_days: int = 90,
) -> Timeliness:
    """Where an action stands at a date.

    status: a code of Status. done_on: the day it was done; if after ``at``, it was still open at ``at``.
    deadline_end: last day of the reading in force at ``at``; for a postponed action, the revised one.
    kind: a code of Kind. soon_days: how many days ahead an end is « bientôt échue », that day included.

    Without an end (nothing scheduled, a cross-reference, « Post 2017 ») there is no deadline to meet. An
    abandoned action meets none either, whatever was written: its status tells the rest, and calling it late
    would ask for work that nobody expects.

    Raises ValueError for an unknown status or kind, and for « réalisée » without its day.
    """
    status, kind = Status(status), Kind(kind)
    if status is Status.REALISEE and done_on is None:
        raise ValueError("an action « réalisée » needs the day it was done")
    if status is Status.ABANDONNEE or deadline_end is None or kind in _WITHOUT_DATES:
        return Timeliness.SANS_ECHEANCE
    if status is Status.REALISEE and done_on is not None and done_on <= at:
        return Timeliness.REALISEE_A_TEMPS if done_on <= deadline_end else Timeliness.REALISEE_EN_RETARD
    if at > deadline_end:
        return Timeliness.EN_RETARD
    if (deadline_end - at).days <= soon_days:
        return Timeliness.BIENTOT_ECHUE
    return Timeliness.A_L_HEURE
