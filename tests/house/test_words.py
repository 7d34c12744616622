"""The reader of the pages' words finds what it is for, and leaves the references of the text."""

import pytest

from tests.words import faults_in


@pytest.mark.parametrize(
    "text", ["85.3 %", "le 2014-03-31", "écart -5", 'dit "oui"', "None", "0.5 point", "le payload", "(-3)"]
)
def test_faults_are_found(text: str) -> None:
    assert faults_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "85,3 %",
        "le 31 mars 2014",
        "−5",
        "« oui »",
        "F1-4.2 Évolution",
        "annexe 1, Fnga, 2.1",
        "2.4 l. 6469",
        "F10-21",
        "2013-2017",
    ],
)
def test_french_is_left(text: str) -> None:
    assert not faults_in(text)
