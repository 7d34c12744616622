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
from reports.models import DataPackage, Edition, FinalEvaluation, StateNote, SynthesisText, Transmission
from reports.papers import every_edition
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
    rows = _readable(states).filter(convention=convention).select_related("requested_by", "job")
    return rows.defer("payload").order_by("-requested_at", "-pk")


def last_editions(*, convention: Convention, states: Collection[str], limit: int) -> list[Edition]:
    """The last editions asked for that someone may read."""
    rows = [row for row in every_edition(convention=convention) if row.state in states]
    if EditionState.DRAFT not in states:
        rows = [row for row in rows if row.is_ready]
    return sorted(rows, key=lambda row: (row.requested_at, row.pk), reverse=True)[:limit]


def edition_or_none(*, edition_id: int, states: Collection[str]) -> Edition | None:
    """An edition one may read; its content is read when it is asked for."""
    rows = _readable(states).select_related("convention", "requested_by", "job", "origin", "agreement__agreed_by")
    return rows.defer("payload", "origin__payload").filter(pk=edition_id).first()


def edition_numbered(*, convention: Convention, year: int, number: int, states: Collection[str]) -> Edition | None:
    """The bilan of a year that has this number, when one may read it."""
    return _readable(states).filter(convention=convention, kind=DocumentKind.ANNUAL, year=year, number=number).first()


def _readable(states: Collection[str]) -> QuerySet[Edition]:
    """What is asked for, under way or refused is for who produces editions; the others read what is printed."""
    rows = Edition.objects.filter(state__in=states)
    return rows if EditionState.DRAFT in states else rows.exclude(file="")


def stored_report(*, convention: Convention, year: int, kind: str = DocumentKind.ANNUAL) -> Edition | None:
    """The last printed edition of a document and year that is more than a draft."""
    rows = Edition.objects.filter(convention=convention, kind=kind, year=year)
    return rows.exclude(state=EditionState.DRAFT).exclude(file="").order_by("-number").first()


def former_editions(*, convention: Convention, year: int, before: int) -> list[Edition]:
    """What a new edition is compared with: what was last sent or shown of the same year, and of a year before it."""
    rows = Edition.objects.filter(convention=convention, kind=DocumentKind.ANNUAL).exclude(file="")
    rows = rows.exclude(state=EditionState.DRAFT)
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
    return rows.select_related("transmitted_by").defer("payload", "receipt").order_by("-number").first()


def package_of(edition: Edition) -> DataPackage | None:
    """The open data of a published edition, however far their preparation is."""
    return DataPackage.objects.filter(edition=edition).select_related("job").first()


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
    """What may follow a printed edition (l. 12255, 12257); None when another one is past it, or nothing follows.

    A later draft is past a draft only: it takes nothing from what was sent.
    """
    if not edition.is_ready:
        return None
    rows = Edition.objects.filter(convention=edition.convention_id, kind=edition.kind, year=edition.year)
    later = rows.filter(number__gt=edition.number).exclude(file="")
    if edition.state != EditionState.DRAFT:
        later = later.exclude(state=EditionState.DRAFT)
    return None if later.exists() else _step_after(edition)


def _step_after(edition: Edition) -> NextStep | None:
    match EditionState(edition.state):
        case EditionState.DRAFT if edition.kind == DocumentKind.EVALUATION:
            closed = FinalEvaluation.objects.filter(convention=edition.convention_id, closed_at__isnull=False)
            wait = "" if closed.exists() else "L'évaluation n'est pas close."
            return NextStep(EditionState.COMMON, "Établir le rapport commun", wait)
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
    """The last draft and the last later edition of each document and year, with what they wait for."""
    rows = [row for row in every_edition(convention=convention) if row.is_ready]
    last: dict[tuple[str, int, bool], Edition] = {}
    for row in sorted(rows, key=lambda row: row.number):
        is_draft = row.state == EditionState.DRAFT
        if not is_draft:
            last.pop((row.kind, row.year, True), None)  # what left is past the drafts before it
        last[row.kind, row.year, is_draft] = row
    return [(row, step) for _, row in sorted(last.items()) if (step := _step_after(row)) is not None]
