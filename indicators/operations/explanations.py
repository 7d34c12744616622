"""Writing why a figure is away from its target, and from which gap it is asked: added to, never edited."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cog import audit
from cog.models import Organisation, User
from cog.periods import PeriodError, parse
from indicators.enums import Cause, GapMode
from indicators.models import Explanation, GapThreshold, Indicator

ACTION_KEY = re.compile(r"[1-9][0-9]{0,3}/[1-9][0-9]{0,3}")
LONGEST = 4000


@dataclass(frozen=True)
class ExplanationEntry:
    """What a person says of a figure. `corrective_action` is a key `10/3`, `expected_return` a period or a day."""

    cause: str
    text: str
    corrective_action: str = ""
    expected_return: str = ""


class ExplanationRefused(Exception):
    """What is wrong with an entry: (field, sentence)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__(" ".join(words for _, words in faults))


class ExplanationMoved(Exception):
    """Someone wrote since the entry was prepared: nothing is written. `current`: what is in force now."""

    def __init__(self, current: Explanation) -> None:
        self.current = current
        super().__init__(
            f"{current.written_by.name} a écrit une explication pendant la saisie (révision {current.revision}) : "
            "rien n'est enregistré."
        )


class ThresholdMoved(Exception):
    """Someone set the threshold since the form was opened: nothing is written."""

    def __init__(self) -> None:
        super().__init__(
            "Le seuil a changé pendant la saisie : rien n'est enregistré. Relire celui qui est en vigueur."
        )


@transaction.atomic
def write_explanation(
    *,
    indicator: Indicator,
    period: str,
    entry: ExplanationEntry,
    seen: int,
    by: User,
    at: datetime,
    organisation: Organisation | None = None,
    simulated: bool = False,
) -> Explanation:
    """Add an explanation, or the next revision of the one in force; the same words again change nothing.

    `seen`: the revision the person started from (0: none). Raises ExplanationRefused, ExplanationMoved.
    """
    faults = _faults(period, entry)
    if faults:
        raise ExplanationRefused(faults)
    Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)  # one writer at a time on a sheet
    rows = Explanation.objects.filter(indicator=indicator, period=period, organisation=organisation)
    last = rows.select_related("written_by").order_by("-revision").first()
    if last is not None and last.revision != seen:
        raise ExplanationMoved(last)
    if last is not None and _says_the_same(last, entry):
        return last
    if last is not None:
        rows.filter(pk=last.pk).update(superseded_at=at, superseded_by=by)
    added = Explanation.objects.create(
        indicator=indicator,
        period=period,
        organisation=organisation,
        revision=last.revision + 1 if last else 1,
        cause=entry.cause,
        text=entry.text.strip(),
        corrective_action=entry.corrective_action,
        expected_return=entry.expected_return,
        simulated=simulated,
        written_at=at,
        written_by=by,
    )
    audit.record(
        action="explanation.written",
        subject=" ".join(filter(None, (indicator.code, period, organisation.code if organisation else ""))),
        by=by,
        at=at,
        before=_told(last) if last else None,
        after=_told(added),
    )
    return added


def _told(row: Explanation) -> dict[str, str | int]:
    names = ("revision", "cause", "text", "corrective_action", "expected_return")
    return {name: getattr(row, name) for name in names}


def _says_the_same(row: Explanation, entry: ExplanationEntry) -> bool:
    said = (row.cause, row.text, row.corrective_action, row.expected_return)
    return said == (entry.cause, entry.text.strip(), entry.corrective_action, entry.expected_return)


def _faults(period: str, entry: ExplanationEntry) -> list[tuple[str, str]]:
    """All that is wrong with an entry, in French; an unreadable `period` is a programming error (PeriodError)."""
    explained = parse(period)
    faults = []
    if entry.cause not in Cause.values:
        faults.append(("cause", "Dire si la cause est interne au régime ou ne lui est pas imputable."))
    if not entry.text.strip():
        faults.append(("text", "Écrire l'explication."))
    elif len(entry.text) > LONGEST:
        faults.append(("text", f"Trouvé {len(entry.text)} caractères, attendu {LONGEST} au plus."))
    if entry.corrective_action and not ACTION_KEY.fullmatch(entry.corrective_action):
        faults.append(
            ("corrective_action", f"Trouvé « {entry.corrective_action} », attendu « 10/3 » : la fiche, puis le rang.")
        )
    if entry.expected_return:
        try:
            expected = parse(entry.expected_return)
        except PeriodError as unreadable:
            faults.append(("expected_return", f"Trouvé « {unreadable.found} », attendu {unreadable.expected}."))
        else:
            if expected.end <= explained.end:
                words = (
                    f"Le retour attendu ({expected.label}) doit venir après la période expliquée ({explained.label})."
                )
                faults.append(("expected_return", words))
    return faults


@transaction.atomic
def set_gap_threshold(
    *,
    indicator: Indicator,
    value: Decimal | None,
    mode: str,
    reason: str,
    seen: int | None,
    by: User,
    at: datetime,
    simulated: bool = False,
) -> GapThreshold | None:
    """Set from which gap an indicator asks for an explanation; None gives the default back.

    `seen`: the key of the row that was in force when the form was opened. Raises ThresholdMoved.
    """
    Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    current = GapThreshold.objects.filter(indicator=indicator, superseded_at__isnull=True).first()
    if (current.pk if current else None) != seen:
        raise ThresholdMoved
    if current is None and value is None:
        return None
    if current is not None and (current.value, current.mode) == (value, mode):
        return current
    GapThreshold.objects.filter(indicator=indicator, superseded_at__isnull=True).update(
        superseded_at=at, superseded_by=by
    )
    added = None
    if value is not None:
        added = GapThreshold.objects.create(
            indicator=indicator,
            value=value,
            mode=GapMode(mode),
            reason=reason.strip(),
            simulated=simulated,
            set_at=at,
            set_by=by,
        )
    audit.record(
        action="gap_threshold.set",
        subject=indicator.code,
        by=by,
        at=at,
        details={"reason": reason.strip()},
        before={"value": f"{current.value.normalize():f}", "mode": current.mode} if current else None,
        after={"value": None if value is None else f"{value.normalize():f}", "mode": mode},
    )
    return added
