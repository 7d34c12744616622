"""Words as they are searched, and found again where they stand."""

import pytest

from cog.words import Words, excerpt, fold, stem


@pytest.mark.parametrize(
    ("text", "folded"), [("Élèves", "eleves"), ("ŒUVRE", "oeuvre"), ("ça été", "ca ete"), ("F10-21", "f10-21")]
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("one", "other"), [("actions", "action"), ("traitements", "traitement"), ("places", "place")])
def test_endings_are_set_aside(one: str, other: str) -> None:
    assert stem(one).startswith(stem(other)[:4])
    assert Words.of(one).are_in(f"une {other} de plus")


@pytest.mark.parametrize(
    ("asked", "text", "found"),
    [
        ("élèves", "Les ELEVES du primaire", True),
        ("médiation familiale", "le recours à la médiation familiale", True),
        ("médiation pénale", "le recours à la médiation familiale", False),
        ("751", "la caisse 751", True),
        ("751", "la caisse 7", False),
        ("l'accueil", "un accueil", True),
    ],
)
def test_every_word_is_asked(asked: str, text: str, found: bool) -> None:
    assert Words.of(asked).are_in(text) is found


@pytest.mark.parametrize(("asked", "short"), [("", True), ("a", True), ("de la", True), ("10", False), ("rsa", False)])
def test_too_little(asked: str, short: bool) -> None:
    assert Words.of(asked).is_short is short


def test_an_excerpt_sets_the_words_apart_in_their_own_letters() -> None:
    text = "x " * 100 + "Améliorer l’accueil des élèves, puis " + "y " * 100
    pieces = excerpt(text, Words.of("eleve accueil"))
    assert [piece.text for piece in pieces if piece.found] == ["accueil", "élèves"]
    told = "".join(piece.text for piece in pieces)
    assert told.startswith("… ")
    assert told.endswith(" …")
    assert len(told) < 260


def test_an_excerpt_without_the_words_is_the_beginning() -> None:
    assert [piece.text for piece in excerpt("Court texte.", Words.of("absent"))] == ["Court texte."]
