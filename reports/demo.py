"""The reports' part of the demonstration: the quarters of 2013 sent to the State, one late, one rectified."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cog.attachments import AcceptedFile, accept_file
from cog.models import Convention, User
from cog.periods import parse
from reports.edition_queries import edition_name
from reports.enums import NoteKind, TransmissionKind
from reports.models import Transmission
from reports.operations import transmit_document, transmit_edition, transmit_quarter, write_note
from reports.owed_queries import owed_document, situation_of

Progress = Callable[[int, int, str], None]

SENT = {
    "2013-T1": datetime(2013, 4, 29, 15, 20, tzinfo=UTC),
    "2013-T2": datetime(2013, 7, 30, 9, 5, tzinfo=UTC),
    "2013-T3": datetime(2013, 11, 6, 16, 40, tzinfo=UTC),  # a week late
    "2013-T4": datetime(2014, 1, 30, 11, 15, tzinfo=UTC),
}
RECTIFIED = "2013-T2"
RECTIFIED_AT = datetime(2013, 9, 12, 14, 0, tzinfo=UTC)
REASON = (
    "La caisse 011 a corrigé ses délais de traitement de mai 2013 : deux lots de pièces avaient été comptés deux fois."
)
QUESTION = "L'écart avec la cible se creuse-t-il dans les mêmes caisses qu'au trimestre précédent ?"
ANSWER = "Oui : quatorze caisses portent l'essentiel de l'écart, dont neuf depuis le début de l'année."
OPEN_QUESTION = "Quand les caisses qui n'ont pas répondu rendront-elles leurs données ?"


def transmit_past_quarters(
    *, convention: Convention, steering: User, state: User, correct: Callable[[datetime], None], progress: Progress
) -> None:
    """Send the quarters of 2013 on days of that time; what is sent already is left as it is.

    `correct(at)` brings the late correction that the rectification is about, and computes it.
    """
    known = set(Transmission.objects.filter(convention=convention).values_list("period", "number"))
    steps = [*SENT, f"{RECTIFIED}, rectification"]
    for done, (period, at) in enumerate(SENT.items()):
        progress(done, len(steps), f"transmet {period}")
        if (period, 1) not in known:
            sent = transmit_quarter(convention=convention, period=parse(period), by=steering, at=at)
            write_note(transmission=sent, kind=NoteKind.ACKNOWLEDGEMENT, text="", by=state, at=at)
            _exchange(sent, steering, state)
    if (RECTIFIED, 2) not in known:
        progress(len(SENT), len(steps), f"rectifie {RECTIFIED}")
        correct(RECTIFIED_AT)
        transmit_quarter(convention=convention, period=parse(RECTIFIED), by=steering, at=RECTIFIED_AT, reason=REASON)
    progress(len(steps), len(steps), "transmissions faites")


def _exchange(sent: Transmission, steering: User, state: User) -> None:
    """A question that was answered on the third quarter, one that still waits on the fourth."""
    if sent.period == "2013-T3":
        at = sent.transmitted_at.replace(day=sent.transmitted_at.day + 5)
        asked = write_note(transmission=sent, kind=NoteKind.QUESTION, text=QUESTION, subject="F10-21", by=state, at=at)
        later = at.replace(day=at.day + 4)
        write_note(transmission=sent, kind=NoteKind.ANSWER, text=ANSWER, reply_to=asked, by=steering, at=later)
    if sent.period == "2013-T4":
        at = sent.transmitted_at.replace(hour=18)
        write_note(transmission=sent, kind=NoteKind.QUESTION, text=OPEN_QUESTION, by=state, at=at)


EDITIONS = (
    ("fnga", 0, 3), ("fnga", 0, 4), ("fnga", 0, 5), ("fnga", 0, 6), ("fnga", 1, 1), ("fnga", 1, 2), ("fnga", 1, 3),
    ("fnas", 1, 3),
)  # fmt: skip
"""Editions of the funds that were sent: fund, years after the first exercise, number."""


def transmit_editions(*, convention: Convention, steering: User, progress: Progress) -> None:
    """Send some editions of the funds on their due date; what is sent already is left as it is."""
    known = set(Transmission.objects.filter(convention=convention).values_list("period", flat=True))
    for done, (fund, years, number) in enumerate(EDITIONS):
        exercise = min(convention.years) + years
        name = edition_name(convention=convention, fund_code=fund, exercise=exercise, number=number)
        progress(done, len(EDITIONS), f"transmet {name.short}")
        if name.period not in known and name.due is not None:
            at = datetime(name.due.year, name.due.month, name.due.day, 10, 30, tzinfo=UTC)
            late = timedelta(days=4) if (fund, years, number) == ("fnga", 0, 5) else timedelta(0)
            transmit_edition(convention=convention, name=name, situation=name.due, by=steering, at=at + late)
    progress(len(EDITIONS), len(EDITIONS), "éditions transmises")


DOCUMENTS = (
    ("FRA-CHIFFRES", "2013", datetime(2014, 1, 29, 9, 30, tzinfo=UTC), False),
    ("FRA-TDB", "2013-T4", datetime(2014, 2, 20, 14, 10, tzinfo=UTC), False),
    ("EV-LETTRES", "2014-03-03", datetime(2014, 3, 5, 16, 0, tzinfo=UTC), True),
    ("MOY-INFO", "2013", datetime(2014, 4, 15, 11, 0, tzinfo=UTC), False),
    ("MOY-IMMO", "2013", datetime(2014, 4, 15, 11, 20, tzinfo=UTC), False),
    ("MOY-REPORTS-FNGA", "2014", datetime(2014, 4, 15, 11, 40, tzinfo=UTC), False),
    ("SOC-DD", "2013", datetime(2014, 5, 6, 10, 0, tzinfo=UTC), True),  # six days late
    ("FRA-TDB", "2014-T1", datetime(2014, 5, 12, 15, 45, tzinfo=UTC), False),
)
"""Documents owed that were sent: obligation, period, when, and whether a file went with it."""


def transmit_documents(*, convention: Convention, steering: User, progress: Progress) -> None:
    """Send some documents owed on days of that time; what is sent already is left as it is."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.DOCUMENT)
    known = set(rows.values_list("subject", "period"))
    for done, (code, period, at, with_file) in enumerate(DOCUMENTS):
        owed = owed_document(convention=convention, code=code, period=period)
        progress(done, len(DOCUMENTS), f"remet {owed.code} {owed.period}")
        if (code, period) not in known:
            transmit_document(
                convention=convention,
                owed=owed,
                situation=situation_of(owed, at.date()),
                by=steering,
                at=at,
                attachment=_made_up_file(owed.code, owed.short) if with_file else None,
                simulated=True,
            )
    progress(len(DOCUMENTS), len(DOCUMENTS), "documents remis")


def _made_up_file(code: str, title: str) -> AcceptedFile:
    """A one-page PDF that says it is made up."""
    from cog import pdf  # two seconds of import that only a printing process should pay

    words = f"<h1>Pièce simulée</h1><p>{title}. Inventée pour la démonstration.</p>"
    page = f"<!DOCTYPE html><html lang='fr'><head><title>Pièce simulée</title></head><body>{words}</body></html>"
    return accept_file(f"{code.lower()}-piece-simulee.pdf", pdf.render(page, css=""))
