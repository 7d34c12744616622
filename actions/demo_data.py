"""Demonstration progress of actions: dated words from the first quarter of 2013 to the end of 2017.

PURE: standard library and the pure part of this app; no Django, no clock, no file. Simulated from a seed:
the same actions and the same seed give the same words, and an action's words do not depend on the others. The
comments are general on purpose: they say nothing that could be taken for a fact about the branch.

Each action has a course, drawn once:
- about 70 % are done before the end of their deadline;
- about 20 % are done 3 weeks to 10 months after it; past 2017 they are still « en cours » at the last word;
- about 5 % are « abandonnée » and 5 % « reportée » around their end, for good;
- « en continu » and « à partir de » run on to the end; what has no deadline is never late;
- what starts after the last word is « à lancer ».
A word is said on the last day of a quarter: when the status has changed, at the end of a year, and now and
then in between. « réalisée » and « abandonnée » are said once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from actions.compute.deadlines import Kind
from actions.compute.timeliness import Status

FIRST_DAY, LAST_DAY = date(2013, 1, 2), date(2017, 12, 31)

LATE, ABANDONED, POSTPONED = 0.20, 0.05, 0.05
"""Part of the actions that have a deadline; the rest are done in time."""

SPOKEN = 0.35
"""Chance of a word at the end of a quarter when nothing calls for one."""

_OPEN_ENDED = frozenset({Kind.ONGOING, Kind.FROM})
_CLOSED = frozenset({Status.REALISEE, Status.ABANDONNEE})

_COMMENTS = {
    Status.A_LANCER: (
        "Action non engagée à ce stade.",
        "Cadrage à prévoir ; aucune étape commencée.",
        "Démarrage attendu ; calendrier à préciser.",
        "Note de lancement en préparation.",
    ),
    Status.EN_COURS: (
        "Groupe de travail réuni ; livrable attendu.",
        "Travaux engagés ; prochain point au trimestre suivant.",
        "Première étape terminée ; la suivante est commencée.",
        "Projet de livrable en relecture.",
        "Consultation des directions concernées en cours.",
        "Avancement conforme au calendrier.",
        "Travaux poursuivis ; pas de difficulté signalée.",
    ),
    Status.REALISEE: (
        "Dernière étape terminée ; action close.",
        "Livrable remis ; action close.",
        "Action terminée ; suivi courant par la direction chargée de l'action.",
    ),
    Status.REPORTEE: (
        "Report demandé ; nouvelle échéance à fixer.",
        "Action reportée dans l'attente d'un préalable.",
        "Report maintenu ; calendrier à revoir.",
    ),
    Status.ABANDONNEE: (
        "Action abandonnée ; motif à consigner.",
        "Abandon proposé et retenu ; action close.",
    ),
}
_LATE_COMMENTS = {
    Status.EN_COURS: (
        "Échéance dépassée ; travaux poursuivis.",
        "Retard signalé ; nouveau calendrier à confirmer.",
        "Livrable attendu depuis l'échéance ; relance faite.",
    ),
    Status.REALISEE: ("Action terminée après l'échéance.", "Livrable remis avec retard ; action close."),
}


@dataclass(frozen=True, slots=True)
class DemoAction:
    """« action » as the generator needs it: kind (a code of Kind), start and end of its deadline, as read.

    Where several deadlines belong to an action, give the first start and the last end.
    """

    key: str
    fiche: int
    start: date | None
    end: date | None
    kind: str


class Entry(NamedTuple):
    """« avancement »: one word on an action; `done_on` only for « réalisée », on or before `as_of`."""

    key: str
    as_of: date
    status: Status
    done_on: date | None
    comment: str


@dataclass(frozen=True, slots=True)
class _Course:
    """When an action starts, and how and when it ends (None: it does not, within these years)."""

    started: date
    closing: Status | None
    closed: date | None
    end: date | None

    def status(self, at: date) -> Status:
        """What is true on a day."""
        if self.closing is not None and self.closed is not None and at >= self.closed:
            return self.closing
        return Status.EN_COURS if at >= self.started else Status.A_LANCER

    def is_late(self, at: date) -> bool:
        """Whether the end of the deadline is past; once done, whether it was done after."""
        done = self.closed if self.closing is Status.REALISEE and self.closed is not None else None
        return self.end is not None and min(at, done or at) > self.end


def generate_progress(*, actions: Sequence[DemoAction], seed: int) -> Iterator[Entry]:
    """Words on every action, in the order given, then by date; at least one each.

    Raises ValueError for an unknown kind.
    """
    for action in actions:
        rng = Random(f"{seed}:{action.key}")  # noqa: S311 - reproducible demonstration data, no secret
        yield from _words(action.key, _course(action, rng), rng)


def _course(action: DemoAction, rng: Random) -> _Course:
    kind = Kind(action.kind)
    fate = rng.random()
    begin, end = action.start or FIRST_DAY, action.end
    if begin > LAST_DAY:
        return _Course(begin, None, None, end)
    last = min(end or LAST_DAY, LAST_DAY)
    started = _started(begin, last, rng)
    if end is None:
        closing = Status.REALISEE if fate < 0.5 else None
        return _Course(started, closing, _between(started, LAST_DAY, rng) if closing else None, None)
    around = max(started, end - timedelta(days=rng.randint(0, 120))) + timedelta(days=rng.randint(1, 200))
    if fate < ABANDONED:
        return _Course(started, Status.ABANDONNEE, around, end)
    if fate < ABANDONED + POSTPONED:
        return _Course(started, Status.REPORTEE, min(around, LAST_DAY), end)
    if kind in _OPEN_ENDED:
        return _Course(started, Status.REALISEE if fate > 0.85 else None, _between(started, last, rng), end)
    if fate < ABANDONED + POSTPONED + LATE:
        return _Course(started, Status.REALISEE, end + timedelta(days=rng.randint(21, 300)), end)
    return _Course(started, Status.REALISEE, _between(started, end, rng), end)


def _started(begin: date, last: date, rng: Random) -> date:
    """In the first third of the deadline's span, or some months before a deadline that is a day."""
    span = (last - begin).days
    if span < 60:
        return max(FIRST_DAY, begin - timedelta(days=rng.randint(60, 240)))
    return max(FIRST_DAY, begin + timedelta(days=rng.randint(0, span // 3)))


def _between(started: date, last: date, rng: Random) -> date:
    """In the last third of what is left."""
    span = max((last - started).days, 0)
    return max(last, started) - timedelta(days=rng.randint(0, span // 3))


def _words(key: str, course: _Course, rng: Random) -> Iterator[Entry]:
    said: Status | None = None
    comment = ""
    for as_of in _quarter_ends():
        status = course.status(as_of)
        due = status is not said or as_of.month == 12 or rng.random() < SPOKEN
        if not due:
            continue
        late = course.is_late(as_of)
        pool = (_LATE_COMMENTS.get(status) if late else None) or _COMMENTS[status]
        comment = rng.choice([text for text in pool if text != comment])
        yield Entry(key, as_of, status, course.closed if status is Status.REALISEE else None, comment)
        said = status
        if status in _CLOSED:
            return


def _quarter_ends() -> Iterator[date]:
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        yield from (date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31))
