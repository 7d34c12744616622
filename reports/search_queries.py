"""One search over everything the reader may read, by kind; an exact code goes straight to its page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from actions.queries.pages import action_or_none
from actions.queries.search import action_source, progress_source, state_source
from budgets.queries.search import act_sources, line_source
from cog.models import Convention, Fiche, Organisation, OrganisationQuerySet
from cog.periods import format_date
from cog.permissions import Permission, caisses_visible_to, can
from cog.search import APART, Group, Hit, Source, find, joined, reference_sources
from cog.words import Piece, Words
from indicators.queries.search import explanation_source, indicator_source
from reports.enums import NoteKind
from reports.models import StateNote
from reports.papers import every_edition, every_sent
from reports.report_queries import readable_states


@dataclass(frozen=True)
class Found:
    """What was found: the page of an exact code, then every kind that has something, and how many in all."""

    words: Words
    direct: list[Hit] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)

    def of(self, kind: str) -> Group | None:
        return next((group for group in self.groups if group.kind == kind), None)


def search(user: Any, *, convention: Convention, words: Words) -> Found:
    """Everything that holds the words, scoped as pages are; nothing when there is too little to look for."""
    if words.is_short:
        return Found(words)
    sources = [
        indicator_source(convention=convention),
        action_source(convention=convention),
        *reference_sources(convention=convention, bodies=_bodies(user, convention)),
        line_source(convention=convention),
        *_told(user, convention),
    ]
    groups = [*find(sources, words), Group("documents", "Documents", list(_documents(user, convention, words)))]
    first = sorted(groups, key=lambda group: not any(hit.named for hit in group.hits))
    return Found(words, list(_direct(convention, words, groups)), [group for group in first if group.hits])


def _bodies(user: Any, convention: Convention) -> OrganisationQuerySet:
    """The caisses whose page the reader may open."""
    if not can(user, Permission.READ_RESULTS):
        return Organisation.objects.none()
    return caisses_visible_to(user).caisses().filter(convention=convention)


def _told(user: Any, convention: Convention) -> Iterator[Source]:
    """What people wrote, each for who may read it."""
    if can(user, Permission.READ_EXPLANATIONS):
        yield explanation_source(convention=convention)
    if can(user, Permission.READ_PROGRESS):
        yield progress_source(convention=convention)
    if can(user, Permission.READ_STATE_PART):
        yield state_source(convention=convention)
    if can(user, Permission.READ_BUDGETS):
        yield from act_sources(convention=convention)
    if can(user, Permission.READ_TRANSMITTED):
        yield _notes(convention)


def _notes(convention: Convention) -> Source:
    """What the State wrote on what it received, and the answers."""
    return Source(
        "notes",
        "Notes de la tutelle et réponses",
        StateNote.objects.filter(transmission__convention=convention),
        ("text",),
        joined("transmission_id", "kind", "transmission__period"),
        lambda key: reverse("transmission", args=[int(key.split(APART)[0])]) + "#notes",
        title=lambda key: f"{NoteKind(key.split(APART)[1]).label.capitalize()}, {key.split(APART)[2]}",
        rank=-F("pk"),
        simulated="transmission__simulated",
    )


def _documents(user: Any, convention: Convention, words: Words) -> Iterator[Hit]:
    """Transmissions and editions, by their names: there are few of them."""
    if can(user, Permission.READ_TRANSMITTED):
        for sent in every_sent(convention=convention):
            title = f"{sent.get_kind_display().capitalize()} {sent.period_label}, n° {sent.receipt_number}"
            if words.are_in(f"{title} {sent.subject} {sent.reason}"):
                day = format_date(timezone.localdate(sent.transmitted_at))
                pieces = [Piece(f"transmis le {day}" + (f" : {sent.reason}" if sent.reason else ""))]
                yield Hit(title, reverse("transmission", args=[sent.pk]), pieces, simulated=sent.simulated, named=True)
    states = readable_states(user)
    for edition in every_edition(convention=convention):
        if edition.state in states and (edition.is_ready or can(user, Permission.PRODUCE_REPORT)):
            title = str(edition)
            if words.are_in(f"{title} {edition.get_state_display()}"):
                pieces = [Piece(str(edition.get_state_display()))]
                yield Hit(title, reverse("edition", args=[edition.pk]), pieces, simulated=edition.simulated, named=True)


def _direct(convention: Convention, words: Words, groups: list[Group]) -> Iterator[Hit]:
    """The page of an exact code: an action « 10-3 », a fiche « 10 », whatever carries this very code."""
    asked = words.raw.casefold().replace("/", "-").replace(" ", "")
    action = action_or_none(convention=convention, key=asked)
    if action is not None:
        yield Hit(f"Action {asked}", reverse("action", args=[asked]), [Piece(action.label)])
    for group in groups:
        for hit in group.hits:
            codes = {hit.title.casefold(), hit.note.casefold(), hit.title.casefold().split(" ", 1)[-1]}
            if asked in {code.replace(" ", "") for code in codes}:
                yield hit
    number = asked.removeprefix("fiche").removeprefix("n°")
    if number.isdigit() and Fiche.objects.filter(convention=convention, number=int(number)).exists():
        yield Hit(f"Fiche n° {int(number)}", reverse("fiche", args=[int(number)]), [])
