"""Reads of the campaigns: what a quarter's transmission needs before it may leave, and what was sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cog.calendar import Occurrence, Precision
from cog.enums import ObligationFamily
from cog.models import Convention, Organisation
from cog.periods import Granularity, Period, parse
from indicators.compute.due import due_on
from indicators.queries.content import SheetContent, quarter_content, stale_sheets, undecided_batches
from indicators.queries.due import DueQuarter, due_quarter
from indicators.queries.explanations import Figure
from reports.campaign_content import quarter_payload
from reports.enums import TransmissionKind
from reports.models import Transmission
from reports.papers import calendar_rows
from reports.quarter_snapshot import Difference, difference
from reports.snapshot import digest
from reports.transmitted import content_of, listed

NAMED = 6  # examples given in a sentence


@dataclass(frozen=True)
class Check:
    """One thing looked at before a quarter may leave: what is wrong, and where to mend it.

    `blocking`: nothing leaves while it stands; the others are told, and go with the figures.
    """

    code: str
    sentence: str
    mend: str
    url: str = ""
    blocking: bool = True
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.sentence} {self.mend}".strip()


@dataclass
class Dossier:
    """What would leave if the quarter were transmitted now, and everything that keeps it from leaving."""

    convention: Convention
    period: Period
    due: date | None
    sheets: list[SheetContent]
    checks: list[Check]

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocking]

    @property
    def told(self) -> list[Check]:
        return [check for check in self.checks if not check.blocking]

    @property
    def figures(self) -> list[Figure]:
        return [figure for sheet in self.sheets for figure in sheet.figures]

    @property
    def verdicts(self) -> list[tuple[str, str, int]]:
        """(code, label, how many figures), the most frequent first."""
        counted = Counter((figure.verdict, figure.verdict_label) for figure in self.figures)
        return [(code, label, count) for (code, label), count in counted.most_common()]

    @property
    def wanted(self) -> list[Figure]:
        """The figures of which an explanation is asked."""
        return [figure for figure in self.figures if figure.wanted is not None]

    @property
    def unexplained(self) -> list[Figure]:
        return [figure for figure in self.wanted if figure.explanation is None]

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The content itself, built only when it is needed."""
        return quarter_payload(convention=self.convention, period=str(self.period), sheets=self.sheets)


def dossier(*, convention: Convention, period: Period, at: date) -> Dossier:
    """The quarter as it stands, looked at from every side."""
    sheets = quarter_content(convention=convention, period=str(period))
    due = due_of(convention=convention, period=period)
    return Dossier(convention, period, due, sheets, list(_checks(convention, period, sheets, at)))


def changes_since(former: Transmission | None, ready: Dossier) -> list[Difference]:
    """What a rectification would change of what was sent; nothing when nothing was."""
    return difference(content_of(former), ready.payload) if former is not None else []


def due_of(*, convention: Convention, period: Period) -> date | None:
    """The date by which the results of a quarter are owed; None when the calendar has none."""
    return due_on(period, _result_dates(convention))


def _result_dates(convention: Convention) -> list[Occurrence]:
    """Every date at which results are owed."""
    rows = calendar_rows(convention=convention)
    owed = [row for row in rows if row.obligation.family == ObligationFamily.RESULTS]
    return [Occurrence(row.obligation.code, None, row.due, row.covers, Precision.DAY) for row in owed]


def _checks(convention: Convention, period: Period, sheets: list[SheetContent], at: date) -> Iterable[Check]:
    """Everything looked at, in the order in which it is mended."""
    figures = [figure for sheet in sheets for figure in sheet.figures]
    periods = {figure.period for figure in figures}
    if at <= period.end:
        yield Check(
            "not_over",
            f"{period.label} n'est pas terminé.",
            f"La transmission s'ouvre le lendemain du {period.end:%d/%m/%Y}.",
        )
    waiting = undecided_batches(convention=convention, periods=periods)
    if waiting:
        yield Check(
            "waiting_files",
            _counted(len(waiting), "fichier remonté attend une décision", "fichiers remontés attendent une décision"),
            "Les accepter ou les abandonner.",
            reverse("batches"),
            items=tuple(batch.file_name for batch in waiting),
        )
    years = {parse(text).year for text in periods}
    codes = {sheet.indicator.code for sheet in sheets}
    stale = [one.code for one in stale_sheets(convention=convention, years=years) if one.code in codes]
    if stale:
        yield Check(
            "stale",
            _counted(len(stale), "fiche repose sur des données changées", "fiches reposent sur des données changées"),
            "Attendre la fin du calcul en cours, ou lancer « manage.py compute ».",
            reverse("jobs"),
            items=tuple(stale),
        )
    absent = [f"{sheet.indicator.code} {text}" for sheet in sheets for text in _not_computed(sheet)]
    if absent:
        yield Check(
            "not_computed",
            _counted(len(absent), "résultat dû n'est pas calculé", "résultats dus ne sont pas calculés"),
            "Lancer le calcul de ces périodes (« manage.py compute »).",
            items=tuple(absent),
        )
    unexplained = [figure for figure in figures if figure.is_missing]
    if unexplained:
        yield Check(
            "unexplained",
            _counted(len(unexplained), "écart n'est pas expliqué", "écarts ne sont pas expliqués"),
            "Écrire l'explication de chacun.",
            explanations_url(period),
            items=tuple(f"{one.indicator.code} {one.period}{BEFORE}: {one.why}" for one in unexplained),
        )
    yield from _told(figures)


BEFORE = "\u00a0"


def explanations_url(period: Period) -> str:
    """The page where the gaps of a quarter are explained."""
    return f"{reverse('explanations')}?transmission={period}"


def _told(figures: list[Any]) -> Iterable[Check]:
    """What leaves as it is, and is told."""
    incomplete = [figure for figure in figures if figure.verdict == "incomplet" or figure.state_label == "incomplet"]
    if incomplete:
        yield Check(
            "incomplete",
            _counted(len(incomplete), "résultat national est incomplet", "résultats nationaux sont incomplets"),
            "Il part avec sa complétude, qui dit combien de caisses ont répondu.",
            blocking=False,
            items=tuple(f"{one.indicator.code} {one.period}" for one in incomplete),
        )
    built = [figure for figure in figures if figure.verdict == "a_construire"]
    if built:
        yield Check(
            "to_build",
            _counted(len(built), "résultat est à construire", "résultats sont à construire"),
            "Sa définition n'est pas arrêtée : il part sans verdict.",
            blocking=False,
            items=tuple(f"{one.indicator.code} {one.period}" for one in built),
        )


def _not_computed(sheet: SheetContent) -> list[str]:
    """The periods of a dossier for which a sheet has no row for the whole: a value, or the reason why there is none."""
    known = {row[0] for row in sheet.results if row[1] == "national"}
    return [figure.period for figure in sheet.figures if figure.period not in known]


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}."


def transmissions(*, convention: Convention) -> QuerySet[Transmission]:
    """Every transmission of results, the latest quarter first, its last number first; without their content."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.QUARTER)
    return rows.select_related("transmitted_by").defer("payload", "receipt").order_by("-period", "-number")


def last_transmission(*, convention: Convention, period: Period) -> Transmission | None:
    """What was last sent for a quarter."""
    rows = Transmission.objects.filter(convention=convention, kind=TransmissionKind.QUARTER, period=str(period))
    return rows.select_related("transmitted_by").order_by("-number").first()


def quarter_or_none(text: str) -> Period | None:
    """The quarter a text names."""
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if found.granularity is Granularity.QUARTER else None


@dataclass(frozen=True)
class CampaignLine:
    """One quarter in the list: when it is due, what was sent, how it stands."""

    period: Period
    due: date | None
    state: str
    state_label: str
    sent: Transmission | None
    first: Transmission | None


STATES = {
    "a_venir": "à venir",
    "ouverte": "ouverte",
    "en_retard": "en retard",
    "transmise": "transmise",
    "transmise_en_retard": "transmise en retard",
}


def campaign_lines(*, convention: Convention, at: date) -> list[CampaignLine]:
    """Every quarter of the term, the latest first."""
    known: dict[str, list[Transmission]] = {}
    for row in listed(convention=convention):
        known.setdefault(row.period, []).append(row)
    quarters = [
        Period.containing(date(year, month, 1), Granularity.QUARTER)
        for year in convention.years
        for month in (1, 4, 7, 10)
    ]
    dates = _result_dates(convention)
    return [_line(quarter, due_on(quarter, dates), known.get(str(quarter), []), at) for quarter in reversed(quarters)]


def _line(period: Period, due: date | None, sent: list[Transmission], at: date) -> CampaignLine:
    if sent:
        code = "transmise_en_retard" if sent[-1].late else "transmise"
    elif at <= period.end:
        code = "a_venir"
    else:
        code = "en_retard" if due is not None and at > due else "ouverte"
    return CampaignLine(period, due, code, STATES[code], sent[0] if sent else None, sent[-1] if sent else None)


def current(lines: list[CampaignLine]) -> CampaignLine | None:
    """The first quarter that is over and was not sent: the one people work on."""
    open_ = [line for line in lines if line.sent is None and line.state != "a_venir"]
    return open_[-1] if open_ else None


def open_campaign(*, convention: Convention, at: date) -> CampaignLine | None:
    """The quarter people work on at a day."""
    return current(campaign_lines(convention=convention, at=at))


@dataclass(frozen=True)
class CampaignPage:
    """What the page of a quarter places."""

    ready: Dossier
    line: CampaignLine
    matrix: DueQuarter
    sent: list[Transmission]
    stands: bool

    @property
    def period(self) -> Period:
        return self.ready.period

    @property
    def can_leave(self) -> bool:
        return not self.ready.blocking and not self.stands


def campaign_page(*, convention: Convention, period: Period, at: date) -> CampaignPage:
    """A quarter as it stands. `stands`: what was last sent is still what would leave."""
    bodies = Organisation.objects.filter(convention=convention, in_network=True, valid_to__isnull=True)
    matrix = due_quarter(convention=convention, transmission=period, at=at, bodies=bodies.order_by("code"))
    ready = dossier(convention=convention, period=period, at=at)
    rows = list(transmissions(convention=convention).filter(period=str(period)))
    line = _line(period, ready.due, rows, at)
    stands = bool(rows) and rows[0].sha256 == digest(ready.payload)
    return CampaignPage(ready, line, matrix, rows, stands)
