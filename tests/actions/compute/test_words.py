"""What a word on an action must show before it is written: a table of cases, every fault told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.compute.timeliness import Status
from actions.compute.words import Word, faults

TODAY = date(2014, 6, 30)
DONE = {"status": "realisee", "as_of": TODAY, "done_on": date(2014, 5, 12), "without_evidence": "réunion sans relevé"}
REVISED = {
    "revised_end": date(2015, 6, 30),
    "revision_reason": "marché relancé",
    "revision_agreed_by": "copil du 3 mai",
}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"status": "en_cours", "as_of": TODAY}, []),
        ({"status": "a_lancer", "as_of": TODAY, "percent": 0}, []),
        (DONE, []),
        (DONE | {"percent": 100}, []),
        (DONE | {"done_on": TODAY}, []),
        ({"status": "reportee", "as_of": TODAY, "decision": "note 2014-12"}, []),
        ({"status": "en_cours", "as_of": TODAY} | REVISED, []),
        ({"status": "terminee", "as_of": TODAY}, ["status"]),
        ({"status": "en_cours", "as_of": date(2014, 7, 1)}, ["as_of"]),
        (DONE | {"done_on": None}, ["done_on"]),
        (DONE | {"done_on": date(2014, 7, 1)}, ["done_on"]),
        (DONE | {"without_evidence": "  "}, ["without_evidence"]),
        (DONE | {"done_on": None, "without_evidence": "", "percent": 80}, ["done_on", "without_evidence", "percent"]),
        ({"status": "en_cours", "as_of": TODAY, "done_on": TODAY}, ["done_on"]),
        ({"status": "reportee", "as_of": TODAY}, ["decision"]),
        ({"status": "abandonnee", "as_of": TODAY, "decision": " "}, ["decision"]),
        ({"status": "en_cours", "as_of": TODAY, "percent": 101}, ["percent"]),
        ({"status": "en_cours", "as_of": TODAY, "percent": -1}, ["percent"]),
        ({"status": "a_lancer", "as_of": TODAY, "percent": 10}, ["percent"]),
        ({"status": "en_cours", "as_of": TODAY} | REVISED | {"revision_reason": ""}, ["revision_reason"]),
        ({"status": "en_cours", "as_of": TODAY} | REVISED | {"revision_agreed_by": ""}, ["revision_agreed_by"]),
        ({"status": "en_cours", "as_of": TODAY, "revision_reason": "retard"}, ["revised_end", "revision_agreed_by"]),
    ],
)
def test_every_fault_is_told_with_its_field(changes: dict[str, object], fields: list[str]) -> None:
    word = Word(**changes)  # type: ignore[arg-type]
    assert [field for field, _ in faults(word, today=TODAY, has_evidence=False)] == fields


def test_a_file_that_proves_it_stands_for_the_reason() -> None:
    word = Word(**DONE | {"without_evidence": ""})  # type: ignore[arg-type]
    assert faults(word, today=TODAY, has_evidence=True) == []


@given(
    st.sampled_from(Status),
    st.none() | st.dates(),
    st.none() | st.integers(-5, 120),
    st.text(max_size=3),
    st.text(max_size=3),
)
def test_what_passes_keeps_every_promise(
    status: Status, done_on: date | None, percent: int | None, reason: str, decision: str
) -> None:
    word = Word(status, TODAY, done_on, percent, reason, decision)
    if faults(word, today=TODAY, has_evidence=False):
        return
    assert (status is Status.REALISEE) is (done_on is not None)
    assert status is not Status.REALISEE or (reason.strip() and done_on is not None and done_on <= TODAY)
    assert status not in (Status.REPORTEE, Status.ABANDONNEE) or decision.strip()
    assert percent is None or 0 <= percent <= 100
