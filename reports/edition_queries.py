"""Reads of the editions of the funds: what each owes, what keeps it from leaving, what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse

from budgets.queries.editions import EditionSpec, EditionState, edition_of, edition_state, editions_of
from budgets.queries.programme import fund_named, funds
from budgets.queries.transfers import informations_due
from cog.models import Convention, Restitution
from cog.queries import every_restitution
from reports.budget_dashboard import Change, annexes_changed, changes, since
from reports.campaign_queries import Check
from reports.enums import TransmissionKind
from reports.models import Transmission
from reports.transmitted import content_of

BUDGET_KINDS = (TransmissionKind.DASHBOARD, TransmissionKind.FNAS)


class NoEdition(Exception):
    """The convention owes no such edition; the message says what there is."""


@dataclass(frozen=True)
class EditionName:
    """An edition owed: « Tbb 4 » of an exercise, when it is due and what was sent of it."""

    fund_code: str
    exercise: int
    spec: EditionSpec
    kind: TransmissionKind
    title: str
    due: date | None

    @property
    def period(self) -> str:
        """« 2014-TBB4 »: how its transmissions are named."""
        return period_of(self.exercise, self.spec)

    @property
    def short(self) -> str:
        """« Tbb 4, exercice 2014 »."""
        return f"{self.title.split(':')[0].strip()}, exercice {self.exercise}"


def period_of(exercise: int, spec: EditionSpec) -> str:
    """« 2014-TBB4 »."""
    return f"{exercise}-{spec.obligation.replace('-', '')}"


def _name(fund_code: str, exercise: int, spec: EditionSpec, known: dict[tuple[str, str], Restitution]) -> EditionName:
    owed = known.get((spec.obligation, str(exercise)))
    family = spec.obligation.split("-")[0].lower()
    title = owed.obligation.title if owed else spec.obligation
    return EditionName(fund_code, exercise, spec, TransmissionKind(family), title, owed.due if owed else None)


def _owed(convention: Convention) -> dict[tuple[str, str], Restitution]:
    rows = [row for row in every_restitution(convention=convention) if row.obligation.family in BUDGET_KINDS]
    found = {(row.obligation.code, row.covers): row for row in rows}
    codes = {code: row for (code, _), row in found.items()}
    years = {str(year) for year in convention.years}
    for code, row in codes.items():
        for year in years - {covers for own, covers in found if own == code}:
            found[code, year] = Restitution(obligation=row.obligation, covers=year, due=None)
    return found


def edition_name(*, convention: Convention, fund_code: str, exercise: int, number: int) -> EditionName:
    """Raises NoEdition."""
    fund = fund_named(convention=convention, code=fund_code)
    if fund is None:
        raise NoEdition(f"le fonds « {fund_code} » n'existe pas dans la convention")
    if exercise not in convention.years:
        years = convention.years
        raise NoEdition(f"trouvé l'exercice {exercise}, attendu de {min(years)} à {max(years)}")
    spec = edition_of(fund, number)
    if spec is None:
        known = ", ".join(str(one.number) for one in editions_of(fund))
        raise NoEdition(f"trouvé l'édition {number}, attendu {known or 'aucune : ce fonds ne doit pas d’édition'}")
    return _name(fund_code, exercise, spec, _owed(convention))


def sent_editions(*, convention: Convention) -> dict[str, list[Transmission]]:
    """Transmissions of editions by their period, the last number first; without their content."""
    rows = Transmission.objects.filter(convention=convention, kind__in=BUDGET_KINDS)
    found: dict[str, list[Transmission]] = {}
    for row in rows.select_related("transmitted_by").defer("payload", "receipt").order_by("period", "-number"):
        found.setdefault(row.period, []).append(row)
    return found


def last_sent(*, convention: Convention, name: EditionName) -> Transmission | None:
    """The last version sent of an edition."""
    rows = Transmission.objects.filter(convention=convention, kind=name.kind, period=name.period)
    return rows.select_related("transmitted_by").order_by("-number").first()


def former_edition(
    specs: list[EditionSpec], name: EditionName, sent: dict[str, list[Transmission]]
) -> Transmission | None:
    """The last version of the edition before, of the same exercise, that was sent."""
    earlier = [spec for spec in specs if spec.number < name.spec.number]
    for spec in sorted(earlier, key=lambda spec: -spec.number):
        if known := sent.get(period_of(name.exercise, spec)):
            return Transmission.objects.get(pk=known[0].pk)
    return None


@dataclass
class EditionDossier:
    """What would leave if the edition were transmitted now, and everything that keeps it from leaving."""

    convention: Convention
    name: EditionName
    state: EditionState
    former: Transmission | None
    sent: list[Transmission]
    checks: list[Check]

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocking]

    @property
    def told(self) -> list[Check]:
        return [check for check in self.checks if not check.blocking]

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The content itself: the state of the fund, and what moved since the former edition."""
        content = {**self.state.content, "title": self.name.short, "long_title": self.name.title}
        before = content_of(self.former) if self.former is not None else None
        receipt = self.former.receipt_number if self.former is not None else ""
        return {**content, "since": since(before, content, receipt=receipt)}

    @property
    def draft(self) -> dict[str, Any]:
        """The content as it is shown before it is sent."""
        return {**self.payload, "draft": True}

    @cached_property
    def changes(self) -> list[Change]:
        """What a rectification would change of what was sent."""
        return changes(content_of(self.sent[0]), self.payload) if self.sent else []

    @cached_property
    def annexes_changed(self) -> list[str]:
        return annexes_changed(content_of(self.sent[0]), self.payload) if self.sent else []


def situation_of(name: EditionName, today: date) -> date:
    """The day an edition speaks of unless told otherwise: its due date, or today while that is to come."""
    return min(today, name.due) if name.due is not None else today


def edition_dossier(*, convention: Convention, name: EditionName, at: date, today: date) -> EditionDossier:
    """An edition with the acts dated up to `at`, looked at from every side."""
    fund = fund_named(convention=convention, code=name.fund_code)
    assert fund is not None, "edition_name has found it"  # noqa: S101
    state = edition_state(fund=fund, exercise=name.exercise, spec=name.spec, at=at)
    every = sent_editions(convention=convention)
    sent, former = every.get(name.period, []), former_edition(editions_of(fund), name, every)
    return EditionDossier(convention, name, state, former, sent, list(_checks(convention, name, state, former, today)))


def _checks(
    convention: Convention, name: EditionName, state: EditionState, former: Transmission | None, today: date
) -> Iterator[Check]:
    """Everything looked at, in the order in which it is mended."""
    year = {"code": name.fund_code, "exercise": name.exercise}
    if state.at > today:
        yield Check("future", f"La situation du {state.at:%d/%m/%Y} est à venir.", "Choisir une date passée.")
    for kind in state.missing_acts:
        yield Check(
            f"no_{kind}",
            f"Rien n'est enregistré au {state.at:%d/%m/%Y} : {kind.label}.",
            "Le saisir, ou choisir une autre date.",
            reverse("budget-entry", kwargs={**year, "kind": kind.value}),
        )
    if state.partial_lines:
        yield Check(
            "partial",
            f"{len(state.partial_lines)} sommes sont partielles.",
            "Saisir les lignes qui manquent.",
            reverse("budget-year", kwargs=year),
            items=tuple(state.partial_lines[:6]),
        )
    if name.spec.closed and not state.is_closed:
        yield Check(
            "not_closed",
            f"L'exécution de {name.exercise} n'est pas arrêtée au 31/12.",
            "Saisir l'exécution de l'année entière.",
            reverse("budget-entry", kwargs={**year, "kind": "execute"}),
        )
    if not state.former_closed:
        yield Check(
            "former_not_closed",
            f"L'exercice {name.exercise - 1} n'est pas clos : les crédits reportés et non reportés ne sont pas connus.",
            "Saisir son exécution au 31/12.",
            reverse("budget-entry", kwargs={"code": name.fund_code, "exercise": name.exercise - 1, "kind": "execute"}),
        )
    if name.spec.analysis and state.analysis is None:
        yield Check(
            "no_analysis",
            "L'analyse de l'exécution n'est pas écrite.",
            "L'écrire.",
            reverse("budget-analysis", kwargs={**year, "number": name.spec.number}),
        )
    if name.spec.staff and state.content["staff"] is None:
        yield Check(
            "no_staff",
            "Le suivi des effectifs, annexé à cette édition, n'est pas rempli.",
            "Le remplir.",
            reverse("statements"),
        )
    yield from _told(convention, name, state, former)


def _told(
    convention: Convention, name: EditionName, state: EditionState, former: Transmission | None
) -> Iterator[Check]:
    """What goes as it is, and is worth knowing."""
    if former is None and name.spec.number > 1:
        yield Check(
            "no_former",
            "Aucune édition précédente de cet exercice n'a été transmise : ce qui a bougé ne peut être dit.",
            "",
            blocking=False,
        )
    if state.content["conformity"]["conforms"] is False:
        yield Check(
            "not_conform",
            "Le budget voté dépasse la convention : son approbation n'est pas réputée acquise.",
            "",
            reverse("budget-conformity", kwargs={"code": name.fund_code, "exercise": name.exercise}),
            blocking=False,
        )
    late = [
        one
        for one in informations_due(convention=convention)
        if one.due < state.at and one.transfer.fund.code == name.fund_code
    ]
    if late:
        yield Check(
            "information_late",
            f"{len(late)} information{'s' if len(late) > 1 else ''} de virement en retard.",
            "La donner et l'enregistrer.",
            reverse("budget-transfers"),
            blocking=False,
        )


@dataclass(frozen=True)
class EditionLine:
    """An edition in the list."""

    name: EditionName
    sent: Transmission | None
    first: Transmission | None
    state: str
    state_label: str


def edition_lines(*, convention: Convention, at: date) -> list[EditionLine]:
    """Every edition of the term, by exercise, fund and number; how each stands at a day."""
    known, owed = sent_editions(convention=convention), _owed(convention)
    lines = []
    for exercise in convention.years:
        for fund in funds(convention=convention):
            for spec in editions_of(fund):
                lines.append(_line(_name(fund.code, exercise, spec, owed), known, at))
    return lines


STATES = {
    "a_venir": "à venir",
    "ouverte": "ouverte",
    "en_retard": "en retard",
    "transmise": "transmise",
    "transmise_en_retard": "transmise en retard",
    "sans_date": "hors de la convention",
}


def _line(name: EditionName, known: dict[str, list[Transmission]], at: date) -> EditionLine:
    sent = known.get(name.period, [])
    if sent:
        code = "transmise_en_retard" if sent[-1].late else "transmise"
    elif name.due is None:
        code = "sans_date"
    elif at > name.due:
        code = "en_retard"
    else:
        code = "ouverte" if (name.due - at).days <= 60 else "a_venir"
    return EditionLine(name, sent[0] if sent else None, sent[-1] if sent else None, code, STATES[code])
