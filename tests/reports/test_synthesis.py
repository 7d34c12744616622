"""The synthesis of the bilan: sentences from figures, figures that nobody can type."""

from typing import Any

import pytest

from reports.synthesis import Sentence, Written, faults, filled, sentences, sentences_of, synthesis_payload

FIGURES = {"valeur": "83,8 %", "cible": "85 %"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("La valeur est de {valeur} pour {cible}.", []),
        ("Fiche n° 10, F10-21 : {valeur} au 31 décembre 2014 (l. 12255, T4, 1er trimestre).", []),
        ("Les fiches 3, 4 et 12 attendent l'édition n° 2 ; le 15/07/2014.", []),
        ("Rien à dire.", []),
        ("La valeur est de 83,9 %.", ["« 83,9 » écrit à la main"]),
        ("Environ 1 200 dossiers et 12 caisses.", ["« 1 200 » écrit à la main", "« 12 » écrit à la main"]),
        ("{valeurs} contre {cible}", ["{valeurs}"]),
        ("{valeur", ["accolade seule"]),
        ("Il reste 2050 places et 2085 dossiers.", ["« 2050 »", "« 2085 »"]),
        ("En 2014 places.", ["« 2014 »"]),
        ("Aux actions 85 %.", ["« 85 »"]),
        ("n° 1{valeur}", ["collé"]),
        ("−{valeur}", ["collé"]),
        ("La moitié (½).", ["« ½ »"]),
    ],
)
def test_a_person_moves_names_and_types_no_figure(text: str, told: list[str]) -> None:
    found = faults(text, FIGURES)
    assert len(found) == len(told)
    for fault, words in zip(found, told, strict=True):
        assert words in fault


def test_a_figure_is_put_in_the_place_of_its_name() -> None:
    assert filled("{valeur} pour {cible}", FIGURES) == "83,8 % pour 85 %"
    with pytest.raises(KeyError):
        filled("{autre}", FIGURES)


def _value(verdict: str, shown: str = "12,0") -> dict[str, Any]:
    return {"verdict": verdict, "value": shown.replace(",", "."), "shown": shown}


def _sheet(code: str, verdict: str, **more: Any) -> dict[str, Any]:
    told = {"title": f"Titre {code}", "unit": "%", "aimed": "", "target": "au moins 85 %", "gap": "−1,2"}
    return told | {"code": code, "value": _value(verdict), "gap_unit": "point", "explanation": None} | more


def _said(cause: str) -> dict[str, Any]:
    return {
        "cause": cause,
        "cause_code": "interne" if cause.startswith("interne") else "non_imputable",
        "text": ["Oui."],
    }


def _content(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "year": 2014,
        "at": "31 décembre 2014",
        "sheets": [],
        "actions": {"total": 10, "done": 4, "late": 0},
        "oldest_late": None,
        "budgets": [],
        "sdsi": {"counts": {"total": 0, "done": 0, "late": 0}},
        "calendar_counts": {"dated": 0, "on_time": 0, "late": 0, "missing": 0},
    }
    return told | more


def _text(content: dict[str, Any], key: str) -> str:
    return next(one.text for one in sentences(content) if one.key == key)


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["non_atteint"], "En 2014, le seul indicateur de résultat n'atteint pas sa cible."),
        (["atteint", "non_atteint"], "En 2014, 1 des 2 indicateurs de résultat atteint sa cible : Titre F1-0 (F1-0)."),
        (
            ["atteint", "atteint"],
            "2 des 2 indicateurs de résultat atteignent leur cible : Titre F1-0 (F1-0) ; Titre F1-1",
        ),
    ],
)
def test_what_is_reached_is_counted_and_named(verdicts: list[str], words: str) -> None:
    sheets = [_sheet(f"F1-{rank}", verdict) for rank, verdict in enumerate(verdicts)]
    assert words in _text(_content(sheets=sheets), "atteints")


def test_each_gap_has_its_value_its_target_and_its_cause() -> None:
    content = _content(
        sheets=[
            _sheet("F1-1", "non_atteint", explanation=_said("interne au régime")),
            _sheet("F1-2", "en_retard", aimed="repère : 16,7 %", explanation=_said("non imputable au régime")),
            _sheet("F1-3", "en_retard"),
            _sheet("F1-4", "incomplet"),
            _sheet("F1-5", "non_disponible", value=None),
        ]
    )
    assert _text(content, "ecart-F1-1") == (
        "Titre F1-1 (F1-1) : 12,0 % (cible : au moins 85 %), soit un écart de −1,2 point."
        " Cause interne au régime : Oui."
    )
    assert "(repère : 16,7 %)" in _text(content, "ecart-F1-2")
    assert "Aucune explication n'est écrite." in _text(content, "ecart-F1-3")
    assert "F1-4" not in " ".join(one.key for one in sentences(content))
    assert (
        _text(content, "non-juges")
        == "Non jugés en 2014, faute de remontées : 1 ; non comparables : 0 ; sans valeur : 1."
    )
    assert _text(content, "causes").endswith("internes au régime 1, non imputables au régime 1, non expliquées 1.")


def test_beyond_two_pages_the_gaps_are_only_named() -> None:
    content = _content(sheets=[_sheet(f"F1-{rank}", "non_atteint") for rank in range(15)])
    told = [one for one in sentences(content) if one.key.startswith("ecart-")]
    assert len(told) == 12
    assert _text(content, "autres-ecarts") == "Dans le même cas : F1-12, F1-13, F1-14."


def test_an_execution_not_known_whole_is_no_figure() -> None:
    known = {
        "code": "fnga",
        "name": "Fnga",
        "unit": "M€",
        "whole": {"voted": "10", "executed": "9", "rate": "90,0 %", "until": ""},
    }
    unknown = {"code": "fnas", "name": "Fnas", "unit": "k€", "whole": None}
    content = _content(budgets=[known, unknown])
    assert _text(content, "budget-fnga") == "Fnga : 9 M€ exécutés en 2014 pour 10 M€ ouverts, soit 90,0 %."
    assert _text(content, "budget-fnas") == "Fnas : l'exécution de 2014 n'est pas connue en entier."
    known["whole"]["until"] = "30 septembre 2014"
    assert "exécutés au 30 septembre 2014" in _text(content, "budget-fnga")


def test_nothing_followed_is_said_without_figures() -> None:
    told = {one.key: one.text for one in sentences(_content(actions={"total": 0, "done": 0, "late": 0}))}
    assert told["atteints"] == "Aucun indicateur de résultat n'est suivi."
    assert "actions" not in told


def test_the_words_of_a_person_stand_until_their_figure_is_gone() -> None:
    one = Sentence("Ce qui glisse", "ecarts", "Écart de {ecart}.", {"ecart": "2 points"}, "indicateur-F1-1")
    said = {"ecarts": Written("Il manque {ecart}.", "Camille", "2 mars 2015")}
    [part] = synthesis_payload([one], said)
    assert part["sentences"][0]["text"] == "Il manque 2 points."
    assert part["sentences"][0]["by"] == "Camille"
    assert sentences_of({"synthesis": [part]}) == [one]
    gone = Sentence("Ce qui glisse", "ecarts", "Écart inconnu.", {})
    [part] = synthesis_payload([gone], said)
    assert (part["sentences"][0]["text"], part["sentences"][0]["by"]) == ("Écart inconnu.", "")
    assert sentences_of({}) == []


def test_a_long_explanation_is_cut_at_a_sentence() -> None:
    words = ["Une phrase assez longue pour la synthèse du bilan annuel. "] * 8
    long = _said("interne au régime") | {"text": words}
    content = _content(sheets=[_sheet("F1-1", "non_atteint", explanation=long)])
    told = _text(content, "ecart-F1-1")
    assert told.endswith("annuel.")
    assert len(told) < 400


def test_every_generated_sentence_may_be_kept_as_it_is() -> None:
    sheets = [_sheet(f"F1-{rank}", verdict) for rank, verdict in enumerate(("atteint", "conforme", "en_retard"))]
    sheets += [_sheet(f"F2-{rank}", "non_atteint", explanation=_said("interne au régime")) for rank in range(14)]
    fund = {"code": "fnga", "name": "Fnga", "unit": "M€", "whole": {"voted": "10", "executed": "9", "rate": "90 %"}}
    fund["whole"]["until"] = "30 juin 2014"
    content = _content(
        sheets=[*sheets, _sheet("F3-1", "incomplet")],
        actions={"total": 10, "done": 4, "late": 2},
        oldest_late={"fiche": 10, "end": "31 décembre 2013"},
        budgets=[fund, fund | {"code": "fnas", "whole": None}],
        sdsi={"counts": {"total": 76, "done": 9, "late": 1}},
        calendar_counts={"dated": 4, "on_time": 2, "late": 1, "missing": 1},
    )
    told = sentences(content)
    assert len(told) > 20
    assert [(one.key, faults(one.template, one.figures)) for one in told if faults(one.template, one.figures)] == []
