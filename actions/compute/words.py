"""What makes a word on an action right: the rules of an entry, before anything is written.

PURE. A word that claims must show: « réalisée » has its day and a proof, or why there is none; « reportée » and
« abandonnée » name the act that decided it; a revised deadline says why and who agreed to it.
"""

from dataclasses import dataclass
from datetime import date

from actions.compute.timeliness import Status

Fault = tuple[str, str]
"""(field, what was found and what was expected)."""

DECIDED = (Status.REPORTEE, Status.ABANDONNEE)


@dataclass(frozen=True, slots=True)
class Word:
    """« avancement » as it is entered: what holds on the day `as_of`.

    `percent` is from 0 to 100. `without_evidence`: why a thing done has no file that proves it. `decision`: the
    reference of the act. `revised_end`: the new last day, with its reason and who agreed.
    """

    status: str
    as_of: date
    done_on: date | None = None
    percent: int | None = None
    without_evidence: str = ""
    decision: str = ""
    revised_end: date | None = None
    revision_reason: str = ""
    revision_agreed_by: str = ""
    comment: str = ""


def faults(word: Word, *, today: date, has_evidence: bool) -> list[Fault]:
    """Everything that is wrong with a word, each with its field; nothing when it may be written."""
    found: list[Fault] = []
    try:
        status = Status(word.status)
    except ValueError:
        return [("status", f"L'état « {word.status} » n'existe pas : choisir un état de la liste.")]
    if word.as_of > today:
        found.append(("as_of", "Cette date est à venir : un avancement se constate, au plus tard aujourd'hui."))
    found += _done(word, status, has_evidence)
    if status in DECIDED and not word.decision.strip():
        found.append(
            ("decision", f"Une action {_LABEL[status]} cite sa décision : une note, un relevé, une lettre, sa date.")
        )
    found += _percent(word, status)
    return found + _revision(word)


_LABEL = {Status.REPORTEE: "reportée", Status.ABANDONNEE: "abandonnée"}


def _done(word: Word, status: Status, has_evidence: bool) -> list[Fault]:
    if status is not Status.REALISEE:
        if word.done_on is not None:
            return [
                ("done_on", "Une date de réalisation ne va qu'avec l'état « réalisée » : l'effacer, ou changer l'état.")
            ]
        return []
    found = []
    if word.done_on is None:
        found.append(("done_on", "Une action réalisée dit quel jour elle l'a été."))
    elif word.done_on > word.as_of:
        found.append(("done_on", "Ce jour est après la situation décrite : le corriger, ou la dater plus tard."))
    if not has_evidence and not word.without_evidence.strip():
        found.append(
            (
                "without_evidence",
                "Aucune pièce n'est jointe à l'action : en joindre une, ou dire pourquoi il n'y en a pas.",
            )
        )
    return found


def _percent(word: Word, status: Status) -> list[Fault]:
    if word.percent is None:
        return []
    if not 0 <= word.percent <= 100:
        return [("percent", f"{word.percent} % : un avancement va de 0 à 100 %.")]
    if status is Status.REALISEE and word.percent != 100:
        return [("percent", f"{word.percent} % pour une action réalisée : mettre 100 %, ou « en cours ».")]
    if status is Status.A_LANCER and word.percent:
        return [("percent", f"{word.percent} % pour une action à lancer : mettre « en cours », ou 0 %.")]
    return []


def _revision(word: Word) -> list[Fault]:
    said = (word.revised_end, word.revision_reason.strip(), word.revision_agreed_by.strip())
    if not any(said):
        return []
    missing = {
        "revised_end": "Un motif de révision va avec la nouvelle échéance : la donner, ou effacer le motif.",
        "revision_reason": "Une échéance révisée dit pourquoi elle l'est.",
        "revision_agreed_by": "Une échéance révisée dit qui l'a acceptée : la direction, le comité, l'État.",
    }
    return [(name, words) for (name, words), value in zip(missing.items(), said, strict=True) if not value]
