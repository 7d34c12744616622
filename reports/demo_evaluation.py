"""The final evaluation of the demonstration: simulated readings and positions, through the same operations."""

from datetime import UTC, datetime, timedelta

from cog.models import Convention, User
from reports.enums import Party, Stance, SubjectKind
from reports.evaluation_queries import EvaluationPage, evaluation_page, final_evaluation
from reports.final_evaluation import Payload, Subject
from reports.models import FinalEvaluation
from reports.operations import ReadingEntry, open_evaluation, share_readings, take_position, write_reading

OPENED = datetime(2017, 10, 2, 9, 30, tzinfo=UTC)
CNAF_WRITES = datetime(2017, 11, 6, 8, 0, tzinfo=UTC)
CNAF_SHARES = datetime(2017, 11, 27, 15, 0, tzinfo=UTC)
STATE_WRITES = datetime(2017, 12, 4, 8, 0, tzinfo=UTC)
STATE_SHARES = datetime(2017, 12, 12, 16, 30, tzinfo=UTC)
POSITIONS = datetime(2017, 12, 18, 9, 0, tzinfo=UTC)

INTERNAL = (
    "Les outils de pilotage de la charge ont été généralisés plus tard que prévu.",
    "La mutualisation des renforts entre caisses n'a pas couvert les pics de l'automne.",
    "La saisie des dossiers reste inégale d'une caisse à l'autre.",
)
NOT_ATTRIBUTABLE = (
    "La charge a crû avec le nombre de bénéficiaires de minima sociaux.",
    "Les simplifications attendues de la réglementation sont entrées en vigueur après la période.",
    "Les collectivités partenaires ont revu leurs projets à la baisse.",
)
BY_DEGREE = {
    "atteint": "L'objectif est atteint à la fin de la convention ; le résultat tient depuis plusieurs périodes.",
    "partiel": "L'objectif n'est pas atteint, mais l'essentiel du chemin est fait : la tendance est continue.",
    "non_atteint": "L'objectif n'est pas atteint ; le résultat s'est écarté de la cible dès le milieu de la période.",
    "non_calculable": "L'objectif ne se mesure pas tel qu'il est écrit ; restent les données, qui disent une tendance.",
}
STATE_ON = {
    "atteint": "L'État partage le constat : la cible est respectée.",
    "partiel": "L'État constate un progrès réel et regrette que la cible n'ait pas été atteinte.",
    "non_atteint": "L'État relève que la cible n'est pas atteinte et que les mesures correctrices sont venues tard.",
    "non_calculable": "L'État regrette que l'indicateur n'ait pas été construit pendant la période.",
}
DISPUTED = "L'État ne tient pas ces causes pour non imputables au régime : elles étaient connues à la signature."
RESERVED = "Accord sur le constat ; la part des causes extérieures reste à chiffrer."


def load_evaluation(*, convention: Convention, steering: User, state: User) -> int:
    """Open the evaluation and write both sides of it; one that is open already is left as it is. How many readings."""
    if final_evaluation(convention=convention) is not None:
        return 0
    evaluation = open_evaluation(convention=convention, by=steering, at=OPENED)
    subjects = [one for one in _seen(evaluation, Party.CNAF).subjects if _is_read(one)]
    for place, one in enumerate(subjects):
        _read(evaluation, Party.CNAF, _cnaf(one, place), steering, CNAF_WRITES + timedelta(hours=place))
    share_readings(evaluation=evaluation, party=Party.CNAF, by=steering, at=CNAF_SHARES)
    for place, one in enumerate(subjects):
        if place % 6 != 5:  # some still wait for the State
            _read(evaluation, Party.STATE, _state(one), state, STATE_WRITES + timedelta(hours=place))
    share_readings(evaluation=evaluation, party=Party.STATE, by=state, at=STATE_SHARES)
    _take_positions(evaluation, steering, state)
    return len(subjects)


def _seen(evaluation: FinalEvaluation, party: Party) -> EvaluationPage:
    return evaluation_page(evaluation=evaluation, viewer=party)


def _is_read(subject: Subject) -> bool:
    """The result indicators, and every other fiche: the rest is left for those who try the pages."""
    if subject.is_indicator:
        return bool(subject.measure["type"] == "resultat")
    return bool(subject.measure["fiche"] % 2 == 0)


def _read(evaluation: FinalEvaluation, party: Party, entry: ReadingEntry, by: User, at: datetime) -> None:
    write_reading(evaluation=evaluation, party=party, entry=entry, seen=0, by=by, at=at, simulated=True)


def _cnaf(subject: Subject, place: int) -> ReadingEntry:
    measure = subject.measure
    missed = _is_missed(measure)
    internal = INTERNAL[place % 3 : place % 3 + 1] if missed and place % 2 == 0 else ()
    outside = NOT_ATTRIBUTABLE[place % 3 : place % 3 + 1] if missed else ()
    return ReadingEntry(SubjectKind(measure["kind"]), measure["subject"], _words(measure, BY_DEGREE), internal, outside)


def _state(subject: Subject) -> ReadingEntry:
    measure, said = subject.measure, _is_missed(subject.measure)
    internal = (INTERNAL[0], INTERNAL[2]) if said and measure.get("degree") == "non_atteint" else ()
    return ReadingEntry(SubjectKind(measure["kind"]), measure["subject"], _words(measure, STATE_ON), internal)


def _is_missed(measure: Payload) -> bool:
    if "degree" in measure:
        return measure["degree"] in ("partiel", "non_atteint")
    return measure["actions"]["late"] > 0


def _words(measure: Payload, words: dict[str, str]) -> str:
    """What is said of an indicator by its degree; of a fiche by its actions."""
    if "degree" in measure:
        return words[measure["degree"]]
    late = measure["actions"]["late"]
    return words["partiel"] if late else words["atteint"]


def _take_positions(evaluation: FinalEvaluation, steering: User, state: User) -> None:
    """Each party on the other's reading: mostly agreed, disputed where the target is missed for outside causes."""
    for party, by in ((Party.STATE, state), (Party.CNAF, steering)):
        shown = [one for one in _seen(evaluation, party).subjects if one.side(party.other).reading is not None]
        for place, one in enumerate(shown):
            reading = one.side(party.other).reading
            disputed = party is Party.STATE and reading.not_attributable and one.measure.get("degree") == "non_atteint"
            if not disputed and place % 9 == 8:
                continue  # still awaited
            reserve = RESERVED if party is Party.STATE and reading.not_attributable else ""
            take_position(
                evaluation=evaluation,
                party=party,
                about=reading,
                stance=Stance.DISAGREES if disputed else Stance.AGREES,
                text=DISPUTED if disputed else reserve,
                by=by,
                at=POSITIONS + timedelta(minutes=7 * place),
                simulated=True,
            )
