"""Reads of the editions of the bilan: who may read which, what comes next, what they answer in the calendar."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cog.models import Convention
from cog.periods import format_date
from cog.permissions import Permission, can
from cog.queries import restitutions
from reports.delivered import PROJECT
from reports.enums import DocumentKind, EditionState, TransmissionKind
from reports.models import Edition, StateNote, SynthesisText, Transmission
from reports.synthesis import Sentence, Written, faults, filled, sentences_of
from reports.transmitted import threads_of


def readable_states(user: Any) -> set[EditionState]:
    """Which states of an edition someone may read: a draft is for who produces it, the board has what it was given."""
    states: set[EditionState] = set()
    if can(user, Permission.READ_PUBLISHED):
        states.add(EditionState.PUBLISHED)
    if can(user, Permission.READ_TRANSMITTED):
        states |= {EditionState.SENT, EditionState.COMMON}
    if can(user, Permission.PRODUCE_REPORT):
        states |= set(EditionState)
    return states


def editions(*, convention: Convention, states: Collection[str]) -> QuerySet[Edition]:
    """The editions in these states, the newest first; without their content."""
    rows = Edition.objects.filter(convention=convention, state__in=states)
    rows = rows.select_related("requested_by", "job", "origin", "agreement__agreed_by").defer("payload")
    return rows.order_by("-requested_at", "-pk")


def edition_or_none(*, edition_id: int, states: Collection[str]) -> Edition | None:
    rows = Edition.objects.select_related("convention", "requested_by", "job", "origin", "agreement__agreed_by")
    return rows.filter(pk=edition_id, state__in=states).first()


def stored_report(*, convention: Convention, year: int) -> Edition | None:
    """The last printed edition of a year that is more than a draft."""
    rows = Edition.objects.filter(convention=convention, kind=DocumentKind.ANNUAL, year=year)
    return rows.exclude(state=EditionState.DRAFT).exclude(file="").order_by("-number").first()


def former_editions(*, convention: Convention, year: int, before: int) -> list[Edition]:
    """What a new edition is compared with: the last one of the same year, the last one of the year before it."""
    rows = Edition.objects.filter(convention=convention, kind=DocumentKind.ANNUAL).exclude(file="")
    same = rows.filter(year=year, number__lt=before).order_by("-number").first()
    earlier = rows.filter(year__lt=year).order_by("-year", "-number").first()
    return [one for one in (same, earlier) if one is not None]


def written_sentences(*, convention: Convention, year: int) -> dict[str, Written]:
    """The last words a person put in place of each sentence of the synthesis."""
    rows = SynthesisText.objects.filter(convention=convention, year=year).select_related("written_by").order_by("pk")
    return {
        row.key: Written(row.text, row.written_by.name, format_date(timezone.localdate(row.written_at))) for row in rows
    }


@dataclass
class SentenceLine:
    """A sentence of the synthesis on the page where it is reworded; `typed` and `faults`: what was just refused."""

    sentence: Sentence
    shown: str
    written: Written | None
    typed: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What the box holds: what was just typed, else a person's words, else the generated ones."""
        return self.typed or (self.written.text if self.written else "") or self.sentence.template

    @property
    def is_written(self) -> bool:
        return self.written is not None and bool(self.written.text)

    @property
    def preview(self) -> str:
        """How the next edition will read, from the figures of this one."""
        told = self.written.text if self.written and self.written.text else self.sentence.template
        return self.shown if faults(told, self.sentence.figures) else filled(told, self.sentence.figures)


def sentence_lines(edition: Edition) -> list[SentenceLine]:
    """The sentences of the synthesis of an edition, with the words that will stand in their place in the next one."""
    said = written_sentences(convention=edition.convention, year=edition.year)
    return [SentenceLine(one, one.text, said.get(one.key)) for one in sentences_of(edition.payload)]


def last_report_sent(*, convention: Convention, year: int) -> Transmission | None:
    """The last project of the bilan of a year that was sent to the State."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.REPORT, period=str(year))
    return rows.select_related("transmitted_by").order_by("-number").first()


def due_of(*, convention: Convention, year: int) -> date | None:
    """When the project of the bilan of a year is owed to the State."""
    return (
        restitutions(convention=convention)
        .filter(obligation__code=PROJECT, covers=str(year))
        .values_list("due", flat=True)
        .first()
    )


def remarks_on(*, convention: Convention, year: int) -> list[StateNote]:
    """What the State wrote on every version of the project, with the answers."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.REPORT, period=str(year))
    return [note for sent in rows.defer("payload", "receipt").order_by("number") for note in threads_of(sent)]


@dataclass(frozen=True)
class NextStep:
    """The gesture that takes an edition further, and what is missing for it; `wait` is empty when it may be done."""

    state: EditionState
    title: str
    wait: str = ""


def next_step(edition: Edition) -> NextStep | None:
    """What may follow a printed edition (l. 12255); None when another one is past it, or nothing follows."""
    if not edition.is_ready:
        return None
    rows = Edition.objects.filter(convention=edition.convention_id, kind=edition.kind, year=edition.year)
    is_last = not rows.filter(number__gt=edition.number).exclude(file="").exists()
    return _step_after(edition) if is_last else None


def _step_after(edition: Edition) -> NextStep | None:
    match EditionState(edition.state):
        case EditionState.DRAFT:
            return NextStep(EditionState.SENT, "Transmettre ce projet à l'État")
        case EditionState.SENT:
            return NextStep(EditionState.COMMON, "Établir le document commun")
        case EditionState.COMMON:
            agreed = hasattr(edition, "agreement")
            wait = "" if agreed else "La tutelle n'a pas encore donné son accord à ce document commun."
            return NextStep(EditionState.PUBLISHED, "Présenter au conseil", wait)
    return None


def waiting_steps(*, convention: Convention) -> list[tuple[Edition, NextStep]]:
    """The last edition of each year with what it waits for; a year presented to the board waits for nothing."""
    rows = Edition.objects.filter(convention=convention, kind=DocumentKind.ANNUAL).exclude(file="")
    last = {row.year: row for row in rows.select_related("agreement").defer("payload").order_by("number")}
    return [(row, step) for _, row in sorted(last.items()) if (step := _step_after(row)) is not None]
