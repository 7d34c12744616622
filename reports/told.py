"""PURE. What a frozen document says of the convention in one look: its verdicts counted, and the worst of each fiche.

For readers who see nothing before it is sent or published: a quarter transmitted to the State, a bilan of the board.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Verdict = tuple[str, str]
"""(code, label)."""


@dataclass(frozen=True)
class Told:
    """What a document says: (code, label, how many figures), and fiche number -> its least favourable verdict."""

    verdicts: list[tuple[str, str, int]]
    by_fiche: dict[int, Verdict]
    actions: str = ""  # the sentence of a bilan on the actions


def told_by_quarter(content: Mapping[str, Any], order: Sequence[str]) -> Told:
    """The result indicators of a transmitted quarter. `order`: verdicts, from the least favourable."""
    return _told(
        (
            (sheet["fiche"], (figure["verdict"], figure["verdict_label"]))
            for sheet in content["sheets"]
            if sheet["kind"] == "resultat"
            for figure in sheet["figures"]
        ),
        order,
    )


def told_by_report(content: Mapping[str, Any], order: Sequence[str]) -> Told:
    """The result indicators of a bilan, fiche by fiche."""
    found = _told(
        (
            (fiche["number"], (line["value"]["verdict"], line["value"]["verdict_label"]))
            for domain in content["domains"]
            for fiche in domain["fiches"]
            for line in fiche["indicators"]
            if line["kind"] == "resultat" and line["value"]
        ),
        order,
    )
    counted = [(row["code"], row["label"], row["count"]) for row in content["verdicts"]]
    return Told(counted, found.by_fiche, content["tally"])


def _told(figures: Iterable[tuple[int, Verdict]], order: Sequence[str]) -> Told:
    known = list(figures)
    rank = {code: place for place, code in enumerate(order)}
    by_fiche: dict[int, list[Verdict]] = defaultdict(list)
    for number, verdict in known:
        by_fiche[number].append(verdict)
    counted = Counter(verdict for _, verdict in known)
    ordered = sorted(counted, key=lambda verdict: rank.get(verdict[0], len(order)))
    return Told(
        [(code, label, counted[code, label]) for code, label in ordered],
        {number: min(own, key=lambda one: rank.get(one[0], len(order))) for number, own in by_fiche.items()},
    )
