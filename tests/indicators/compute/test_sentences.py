"""Sentences: what is written under a figure, word for word."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cog.figures import Operator, Reason
from cog.periods import parse
from indicators.compute.methods import Completeness, Outcome, State, not_computable
from indicators.compute.sentences import coverage, result_sentence, when
from indicators.compute.verdict import Baseline, Break, Target, judge
from tests.indicators.compute.builders import sheet

FULL = Completeness(102, 102, 102, 102)
SUBJECT = "des pièces traitées en 15 jours ouvrés"
DESK = Target(
    "F10-21",
    "national",
    2013,
    date(2013, 1, 1),
    date(2017, 12, 31),
    Operator.AT_LEAST,
    Decimal(85),
    "%",
    Decimal(85),
)
DATED = replace(DESK, year=2017, start=date(2017, 1, 1))
BREAK = Break(date(2014, 1, 1), "délais en jours calendaires avant janvier 2014")


def sentence(value, period, targets, state=State.DEFINITIVE, completeness=FULL, spread=None, code="F10-21", **options):
    definition = sheet(code)
    outcome = Outcome(Decimal(value), None, None, state, None, completeness)
    judgement = judge(definition, outcome, parse(period), targets, **options)
    text = result_sentence(definition, SUBJECT, outcome, judgement, parse(period), spread=spread)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_sentence_of_the_look():
    answers = Completeness(297, 306, 99, 102)
    text = sentence("85.34", "2014-T2", [DESK], completeness=answers, spread=Decimal("41.2"))
    assert text == (
        "85,3 % des pièces traitées en 15 jours ouvrés au T2 2014 : la cible (85 %) est atteinte. "
        "99 caisses sur 102 ont répondu ; l'écart entre la première et la dernière est de 41,2 points."
    )


@pytest.mark.parametrize(
    ("value", "period", "targets", "options", "expected"),
    [
        ("84.96", "2014", [DESK], {}, "84,96 % {s} en 2014 : la cible (85 %) n'est pas atteinte."),
        ("70", "2014-03", [], {}, "70,0 % {s} en mars 2014 : aucune cible ne s'applique à cette période."),
        ("70", "2014-S1", [DATED], {"baseline": Baseline(2012, Decimal(60))},
         "70,0 % {s} au S1 2014 : conforme à la trajectoire indicative (70,0 %) "
         "vers la cible de 2017 (85 %)."),
        ("69.99", "2014", [DATED], {"baseline": Baseline(2012, Decimal(60))},
         "69,99 % {s} en 2014 : en retard sur la trajectoire indicative (70,00 %) "
         "vers la cible de 2017 (85 %)."),
        ("80", "2013", [DESK], {"breaks": [BREAK]},
         "80,0 % {s} en 2013 : non comparable avec la cible (85 %), "
         "délais en jours calendaires avant janvier 2014."),
        ("90", "2014", [DESK], {"state": State.INCOMPLETE},
         "90,0 % {s} en 2014 : résultat incomplet, non comparé à une cible."),
    ],
)  # fmt: skip
def test_one_sentence_per_verdict(value, period, targets, options, expected):
    text = sentence(value, period, targets, **options)
    assert text == f"{expected.format(s=SUBJECT)} Les 102 caisses ont répondu."


def test_F10_27_says_its_definition_is_not_adopted():
    assert "définition provisoire, non arrêtée" in sentence("45", "2017", [DATED], code="F10-27")


def test_a_figure_that_is_not_there_says_why():
    outcome = not_computable(Reason.ZERO_DENOMINATOR, Completeness(1, 1, 1, 1))
    definition = sheet("F10-21")
    judgement = judge(definition, outcome, parse("2014-T2"), [DESK])
    text = result_sentence(definition, SUBJECT, outcome, judgement, parse("2014-T2"))
    assert text == "Résultat au T2 2014 non calculable\u00a0: le dénominateur est nul."


@pytest.mark.parametrize(
    ("state", "expected"),
    [(State.NOT_APPLICABLE, "Sans objet en 2014."),
     (State.TO_BUILD, "Indicateur à construire : aucune valeur tant que sa définition n'est pas arrêtée.")],
)  # fmt: skip
def test_absences(state, expected):
    outcome = Outcome(None, None, None, state, None, Completeness(0, 1, 0, 1))
    judgement = judge(sheet("F10-21"), outcome, parse("2014"), [])
    text = result_sentence(sheet("F10-21"), SUBJECT, outcome, judgement, parse("2014"))
    assert text.replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("completeness", "expected"),
    [
        (Completeness(1, 1, 1, 1), ""),
        (Completeness(0, 102, 0, 102), "Aucune réponse sur 102 caisses"),
        (Completeness(1, 102, 1, 102), "1 caisse sur 102 a répondu"),
        (Completeness(1220, 1224, 102, 102),
         "Les 102 caisses ont répondu, avec 1\u202f220 remontées sur 1\u202f224 attendues"),
    ],
)  # fmt: skip
def test_coverage(completeness, expected):
    assert coverage(completeness, "caisses") == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2014-04-01", "le 1er avril 2014"), ("2014-03", "en mars 2014"), ("2014-T2", "au T2 2014"),
     ("2014-S1", "au S1 2014"), ("2014", "en 2014")],
)  # fmt: skip
def test_when(period, expected):
    assert when(parse(period)) == expected
