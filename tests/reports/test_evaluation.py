"""The final evaluation: each writes its own half, sees of the other what was shared, and nothing moves once closed."""

import json
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from cog.models import AuditEvent, Convention, User
from reports.enums import Party, Stance, SubjectKind
from reports.evaluation_queries import closing_faults, evaluation_page, measures_now
from reports.final_evaluation import synthesis
from reports.models import EvaluationPosition, EvaluationReading, EvaluationShare, FinalEvaluation
from reports.operations import (
    EvaluationRefused,
    NotAllowed,
    ReadingEntry,
    ReadingMoved,
    close_evaluation,
    open_evaluation,
    write_reading,
)
from reports.snapshot import digest
from tests.reports.evaluation_steps import AT, CODE, INDICATOR, Steps, set_value

pytestmark = pytest.mark.django_db
CNAF, STATE = Party.CNAF, Party.STATE
FICHE = (SubjectKind.FICHE, "10")


def test_it_opens_in_the_last_year_once(convention: Convention, people: dict[str, User]) -> None:
    with pytest.raises(EvaluationRefused, match="en 2017"):
        open_evaluation(convention=convention, by=people["pilotage"], at=datetime(2016, 12, 1, tzinfo=UTC))
    for role in ("tutelle", "contributeur", "conseil", "caf", "controle", "exploitation"):
        with pytest.raises(NotAllowed):
            open_evaluation(convention=convention, by=people[role], at=AT)
    first = open_evaluation(convention=convention, by=people["pilotage"], at=AT)
    assert open_evaluation(convention=convention, by=people["pilotage"], at=AT) == first
    assert AuditEvent.objects.filter(action="evaluation.opened").count() == 1


def test_what_is_measured(steps: Steps) -> None:
    told = {
        (one["kind"], one["subject"]): one
        for one in measures_now(convention=steps.evaluation.convention, at=AT.date())["subjects"]
    }
    judged = told["indicateur", CODE]
    assert (judged["degree"], judged["share"], judged["share_shown"]) == ("partiel", "0.5", "50\u00a0%")
    assert (judged["year"], judged["exact"]) == ("2017", "86")
    results = [one for one in told.values() if one.get("type") == "resultat"]
    assert len(results) == 23
    assert all(one["degree"] == "non_calculable" and one["reason"] for one in results if one["subject"] != CODE)
    assert len([one for one in told.values() if one["kind"] == "fiche"]) == 23
    fiche = told["fiche", "10"]
    counts = {one["code"]: one["count"] for one in fiche["degrees"]}
    own = [one for key, one in told.items() if key[0] == "indicateur" and one["fiche"] == 10]
    assert counts["partiel"] == 1 and sum(counts.values()) == len(own)


def test_each_sees_its_own_and_of_the_other_what_was_shared(steps: Steps) -> None:
    steps.write(CNAF, "Première.")
    assert steps.seen_by(CNAF).cnaf.reading.text == "Première."
    assert evaluation_page(evaluation=steps.evaluation, viewer=STATE).subjects == []
    steps.share(CNAF)
    steps.write(CNAF, "Deuxième.", seen=1)
    assert steps.seen_by(STATE).cnaf.reading.text == "Première."
    assert len(steps.seen_by(STATE).cnaf.revisions) == 1
    steps.write(STATE, "De l'État.")
    assert steps.seen_by(CNAF).state.reading is None
    assert steps.seen_by(STATE).state.reading.text == "De l'État."
    assert evaluation_page(evaluation=steps.evaluation, viewer=CNAF).unshared == 1
    steps.share(STATE)
    steps.share(CNAF)
    assert steps.seen_by(CNAF).state.reading.text == "De l'État."
    assert [one.text for one in steps.seen_by(STATE).cnaf.revisions] == ["Deuxième.", "Première."]


def test_the_state_reads_the_measures_as_they_were_shared(steps: Steps) -> None:
    steps.write(CNAF)
    share = steps.share(CNAF)
    set_value(steps.evaluation.convention, "90")
    assert steps.seen_by(STATE).measure["degree"] == "partiel"
    assert steps.seen_by(CNAF).measure["degree"] == "atteint"
    assert digest(json.loads(share.measures)) == share.sha256
    steps.share(CNAF)  # nothing was written since, the measures moved
    assert steps.seen_by(STATE).measure["degree"] == "atteint"
    with pytest.raises(EvaluationRefused, match="Tout est déjà partagé"):
        steps.share(CNAF)


def test_nobody_writes_for_the_other(steps: Steps, people: dict[str, User]) -> None:
    entry = ReadingEntry(*INDICATOR, "Au nom de l'autre.")
    for party, role in ((STATE, "pilotage"), (CNAF, "tutelle"), (CNAF, "contributeur"), (STATE, "controle")):
        with pytest.raises(NotAllowed):
            write_reading(evaluation=steps.evaluation, party=party, entry=entry, seen=0, by=people[role], at=AT)
    assert not EvaluationReading.objects.exists()


def test_wordings_are_added_never_edited(steps: Steps) -> None:
    first = steps.write(CNAF, "Un.", internal=["a", " ", "b  c"])
    assert first.internal == ["a", "b c"]
    assert steps.write(CNAF, "Un.", seen=1, internal=["a", "b c"]) == first
    with pytest.raises(ReadingMoved) as moved:
        steps.write(CNAF, "Trop tard.")
    assert moved.value.current == first
    assert steps.write(CNAF, "Deux.", seen=1).revision == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationReading.objects.filter(pk=first.pk).update(text="Autre.")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (ReadingEntry(SubjectKind.INDICATOR, "F99-1", "Lu."), "n'est pas un objet"),
        (ReadingEntry(SubjectKind.FICHE, "99", "Lu."), "n'est pas un objet"),
        (ReadingEntry(SubjectKind.FICHE, "x", "Lu."), "n'est pas un objet"),
        (ReadingEntry(*INDICATOR, "  "), "Écrire la lecture"),
        (ReadingEntry(*INDICATOR, "x" * 4001), "4000 au plus"),
        (ReadingEntry(*INDICATOR, "Lu.", internal=["c"] * 13), "12 au plus"),
        (ReadingEntry(*INDICATOR, "Lu.", not_attributable=["c" * 401]), "Cause trop longue"),
    ],
)
def test_a_reading_that_cannot_be_kept_says_why(steps: Steps, entry: ReadingEntry, words: str) -> None:
    with pytest.raises(EvaluationRefused, match=words):
        write_reading(evaluation=steps.evaluation, party=CNAF, entry=entry, seen=0, by=steps.by(CNAF), at=AT)


def test_a_position_is_on_the_wording_that_was_shared(steps: Steps) -> None:
    unseen = steps.write(CNAF, "Pas encore partagée.")
    with pytest.raises(EvaluationRefused, match="n'est pas partagée"):
        steps.position(STATE, unseen)
    steps.share(CNAF)
    with pytest.raises(EvaluationRefused, match="dit pourquoi"):
        steps.position(STATE, unseen, Stance.DISAGREES)
    with pytest.raises(EvaluationRefused):
        steps.position(CNAF, unseen)  # on its own words
    steps.position(STATE, unseen, Stance.DISAGREES, "Ces causes étaient connues.")
    assert steps.seen_by(CNAF).outcome == steps.seen_by(STATE).outcome == "desaccord"
    steps.position(STATE, unseen)
    assert steps.seen_by(STATE).outcome == "accord"
    assert EvaluationPosition.objects.count() == 2  # the disagreement stays in the history
    steps.write(CNAF, "Corrigée.", seen=1)
    steps.share(CNAF)
    stale = steps.seen_by(STATE)
    assert stale.outcome == "en_attente" and not stale.state.stands
    with pytest.raises(EvaluationRefused, match="remplacée"):
        steps.position(STATE, unseen)


def test_counts_by_kind(steps: Steps) -> None:
    steps.write(CNAF, "Lu.", internal=["une"], not_attributable=["deux", "trois"])
    steps.write(CNAF, "Lu.", key=FICHE, internal=["quatre"])
    steps.share(CNAF)
    steps.write(STATE, "Lu.", internal=["cinq"])
    steps.share(STATE)
    steps.position(STATE, steps.shared(CNAF), Stance.DISAGREES, "Non.")
    told = synthesis(evaluation_page(evaluation=steps.evaluation, viewer=CNAF).subjects)
    counted = {one.party: (one.internal, one.not_attributable, one.subjects) for one in told.causes}
    assert counted == {"cnaf": (2, 2, 2), "etat": (1, 0, 1)}
    outcomes = {one["code"]: (one["indicators"], one["fiches"]) for one in told.outcomes}
    assert outcomes["desaccord"] == (1, 0) and outcomes["en_attente"] == (0, 1)
    assert {one["code"]: one["count"] for one in told.results} == {
        "atteint": 0, "partiel": 1, "non_atteint": 0, "non_calculable": 22,
    }  # fmt: skip
    assert told.readings == {"cnaf": 2, "etat": 1} and told.total == 46


def test_it_closes_only_when_everything_is_shared_and_stands(steps: Steps, people: dict[str, User]) -> None:
    def faults() -> str:
        return " ".join(closing_faults(steps.evaluation, AT.date()))

    assert "La Cnaf n'a encore partagé" in faults() and "L'État n'a encore partagé" in faults()
    steps.both_shared()
    assert faults() == ""
    steps.write(STATE, "Repentir.", seen=1)
    assert "L'État a écrit des lectures qui ne sont pas partagées." in faults()
    steps.share(STATE)
    set_value(steps.evaluation.convention, "87")
    assert f"({CODE}, fiche n° 10)" not in faults() and CODE in faults()
    with pytest.raises(EvaluationRefused, match="partager de nouveau"):
        close_evaluation(evaluation=steps.evaluation, by=people["pilotage"], at=AT)
    steps.share(CNAF)
    with pytest.raises(NotAllowed):
        close_evaluation(evaluation=steps.evaluation, by=people["tutelle"], at=AT)
    assert close_evaluation(evaluation=steps.evaluation, by=people["pilotage"], at=AT).is_closed


def test_closed_it_says_the_same_for_good(steps: Steps, people: dict[str, User]) -> None:
    steps.both_shared()
    close_evaluation(evaluation=steps.evaluation, by=people["pilotage"], at=AT)
    steps.evaluation.refresh_from_db()
    set_value(steps.evaluation.convention, "90")
    for party in Party:
        assert steps.seen_by(party).measure["degree"] == "partiel"
    for gesture in (
        lambda: steps.write(STATE, "Après.", seen=1),
        lambda: steps.share(CNAF),
        lambda: steps.position(STATE, steps.shared(CNAF)),
    ):
        with pytest.raises(EvaluationRefused, match="close"):
            gesture()
    counts = [model.objects.count() for model in (EvaluationReading, EvaluationShare, EvaluationPosition)]
    assert counts == [2, 2, 0]
    with pytest.raises(IntegrityError), transaction.atomic():
        FinalEvaluation.objects.update(closed_at=None, closed_by=None)
