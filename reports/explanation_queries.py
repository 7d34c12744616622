"""Reads of the explanations that meet the actions: a quarter's list, the entry of one, its revisions side by side."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actions.queries import iter_actions
from cog.models import Convention, Fiche
from cog.periods import Granularity, Period, quarter
from indicators.queries import indicators_of
from indicators.queries.explanations import (
    Figure,
    explained_figure,
    explanation_before,
    explanation_history,
    explanations_wanted,
)

LONGEST_LABEL = 90
LENGTHS = (Granularity.QUARTER, Granularity.SEMESTER, Granularity.YEAR)

Choices = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class QuarterPage:
    """What a quarter asks to be explained, cut by what the reader chose."""

    transmission: Period
    figures: list[Figure]
    shown: list[Figure]
    fiches: list[Fiche]

    @property
    def missing(self) -> list[Figure]:
        return [one for one in self.shown if one.is_missing]

    @property
    def written(self) -> list[Figure]:
        return [one for one in self.shown if not one.is_missing]

    @property
    def total(self) -> int:
        return len(self.figures)

    @property
    def total_missing(self) -> int:
        return sum(one.is_missing for one in self.figures)

    @property
    def total_written(self) -> int:
        return self.total - self.total_missing

    @property
    def simulated(self) -> bool:
        return any(one.simulated or (one.explanation and one.explanation.simulated) for one in self.figures)


def quarter_page(*, convention: Convention, transmission: Period, state: str = "", fiche: str = "") -> QuarterPage:
    """The figures of a quarter's dossier that ask for an explanation, in the order of the fiches.

    `state`: « manquantes », « ecrites » or all; `fiche`: a number, or all.
    """
    figures = explanations_wanted(convention=convention, period=str(transmission))
    figures.sort(key=lambda one: (one.indicator.fiche.number, one.indicator.position))
    fiches = list({one.indicator.fiche_id: one.indicator.fiche for one in figures}.values())
    shown = [
        one
        for one in figures
        if (state != "manquantes" or one.is_missing)
        and (state != "ecrites" or not one.is_missing)
        and (not fiche or str(one.indicator.fiche.number) == fiche)
    ]
    return QuarterPage(transmission, figures, shown, fiches)


def action_labels(*, convention: Convention) -> dict[str, str]:
    """`10/3` -> « 3. Généraliser… »: the actions, by the key an explanation keeps; fiche 23's are those of the Sdsi."""
    return {
        f"{action.fiche.number}/{action.ordinal}": _label(action.number, action.label)
        for action in iter_actions(convention=convention)
    }


def _label(number: str, text: str) -> str:
    words = " ".join(text.replace("·", " ").split())
    short = words if len(words) <= LONGEST_LABEL else words[:LONGEST_LABEL].rsplit(" ", 1)[0] + "…"
    return f"{number or 's.n.'} · {short}"


def action_choices(labels: dict[str, str], *, first: int) -> Choices:
    """The actions by fiche, those of the indicator's own fiche first."""
    groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for key, label in labels.items():
        groups[int(key.partition("/")[0])].append((key, label))
    ordered = sorted(groups, key=lambda number: (number != first, number))
    return [(f"Fiche n° {number}", groups[number]) for number in ordered]


@dataclass(frozen=True)
class Revision:
    """One wording of an explanation, and what it changed from the one before: (what, before, after)."""

    row: Any
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class EntryPage:
    """One figure and what is said of it: the latest wording, those before it, the explanation of the period before."""

    figure: Figure
    transmission: Period
    revisions: list[Revision]
    before: Any
    labels: dict[str, str]

    @property
    def transmission_code(self) -> str:
        return str(self.transmission)

    @property
    def choices(self) -> Choices:
        return action_choices(self.labels, first=self.figure.indicator.fiche.number)


def entry_page(*, convention: Convention, code: str, period: Period) -> EntryPage | None:
    """The page of one national figure; None where the indicator or the period is not one of the convention's."""
    indicator = indicators_of(convention=convention).select_related("fiche__domain", "convention").filter(code=code)
    found = indicator.first()
    inside = convention.start <= period.start and period.end <= convention.end
    if found is None or period.granularity not in LENGTHS or not inside:
        return None
    labels = action_labels(convention=convention)
    return EntryPage(
        figure=explained_figure(indicator=found, period=period),
        transmission=transmission_of(period),
        revisions=revisions_of(explanation_history(indicator=found, period=str(period)), labels),
        before=explanation_before(indicator=found, period=period),
        labels=labels,
    )


def transmission_of(period: Period) -> Period:
    """The quarter whose dossier holds a period's result: itself, or the first one of the year after."""
    return period if period.granularity is Granularity.QUARTER else quarter(period.year + 1, 1)


def revisions_of(history: Iterable[Any], labels: dict[str, str]) -> list[Revision]:
    """The wordings, the latest first, each with what it changed."""
    rows = list(history)
    befores = [*rows[1:], None][: len(rows)]
    return [Revision(row, _changes(row, before, labels)) for row, before in zip(rows, befores, strict=True)]


def _changes(row: Any, before: Any, labels: dict[str, str]) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    told = [_told(one, labels) for one in (before, row)]
    return [(what, told[0][what], told[1][what]) for what in told[0] if told[0][what] != told[1][what]]


def _told(row: Any, labels: dict[str, str]) -> dict[str, str]:
    return {
        "Cause": row.cause_label,
        "Explication": row.text,
        "Action corrective": action_in_words(row.corrective_action, labels) or "aucune",
        "Retour attendu": row.expected_return_label or "non annoncé",
    }


def action_in_words(key: str, labels: dict[str, str]) -> str:
    """« fiche n° 10, action 3 Généraliser… »; the key itself where the convention has no such action."""
    if not key:
        return ""
    return f"fiche n° {key.partition('/')[0]}, action {labels.get(key, key)}"
