"""The states of the convention that a reader may compare: at a date, as transmitted, as printed in an edition."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from actions.queries import ActionView, action_views
from budgets.queries.consumption import consumptions
from cog.figures import format_figure
from cog.models import Convention
from cog.periods import format_date, parse
from cog.permissions import Permission, can
from indicators.queries import sheet_lines
from indicators.queries.explanations import explanations_known
from reports.comparison import Fact, Situation
from reports.enums import DocumentKind
from reports.models import Edition, Transmission
from reports.papers import every_edition, every_sent
from reports.report_queries import readable_states
from reports.transmitted import content_of

INDICATORS, ACTIONS, BUDGETS = "Indicateurs", "Actions", "Budgets"
AT_A_DATE = "date"


class NoSituation(Exception):
    """The address names no state that the reader may compare; the message says what to do."""


@dataclass(frozen=True)
class Offer:
    """What a reader may choose for a side: (code, label) by group."""

    groups: list[tuple[str, list[tuple[str, str]]]]


def reads_dates(user: Any) -> bool:
    """Whether a reader may compare two dates: they read what is in course, before it is sent."""
    return can(user, Permission.READ_RESULTS) and can(user, Permission.READ_PROGRESS)


def offer(user: Any, *, convention: Convention) -> Offer:
    """Everything a side may be."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    if reads_dates(user):
        groups.append(("À une date", [(AT_A_DATE, "ce qui est connu, à la date écrite à côté")]))
    if can(user, Permission.READ_TRANSMITTED):
        rows = sorted(_comparable(convention), key=lambda row: row.transmitted_at, reverse=True)
        groups.append(("Tel que transmis", [(f"t{row.pk}", _sent_label(row)) for row in rows]))
    printed = _printed(user, convention)
    if printed:
        groups.append(("Bilan annuel", [(f"e{row.pk}", _printed_label(row)) for row in printed]))
    return Offer(groups)


def _comparable(convention: Convention) -> Iterator[Transmission]:
    return (row for row in every_sent(convention=convention) if row.is_quarter or row.is_budget)


def _printed(user: Any, convention: Convention) -> list[Edition]:
    states = readable_states(user)
    rows = [row for row in every_edition(convention=convention) if row.kind == DocumentKind.ANNUAL and row.is_ready]
    return [row for row in reversed(rows) if row.state in states]


def _sent_label(row: Transmission) -> str:
    day = format_date(timezone.localdate(row.transmitted_at))
    return f"{row.get_kind_display()}, {row.period_label}, n° {row.number}, transmis le {day}"


def _printed_label(row: Edition) -> str:
    return f"{row}, {row.get_state_display()}"


def situation(user: Any, *, convention: Convention, code: str, at: date | None) -> Situation:
    """The state that a code names, for what the reader may read of it. Raises NoSituation."""
    if code == AT_A_DATE and reads_dates(user):
        return _at(user, convention, min(at or timezone.localdate(), convention.end))
    key = int(code[1:]) if code[1:].isdigit() else 0
    if code.startswith("t") and can(user, Permission.READ_TRANSMITTED):
        sent = next((row for row in _comparable(convention) if row.pk == key), None)
        if sent is not None:
            return _sent(sent)
    if code.startswith("e"):
        printed = next((row for row in _printed(user, convention) if row.pk == key), None)
        if printed is not None:
            return _edition(printed)
    raise NoSituation("Cette situation n'existe pas, ou n'est pas ouverte à ce compte : la choisir dans la liste.")


# --- At a date ------------------------------------------------------------------------------------------------------


def _at(user: Any, convention: Convention, at: date) -> Situation:
    lines = sheet_lines(convention=convention, until=at)
    views = action_views(convention=convention, at=at, with_progress=True, with_steps=False)
    said = explanations_known(convention=convention) if can(user, Permission.READ_EXPLANATIONS) else {}
    indicators = {}
    for line in lines:
        if line.latest is not None:
            point, code = line.latest, line.indicator.code
            shown = f"{_value(point.shown, line.unit)} ({point.label}), {point.verdict_label}"
            why = said.get((code, point.period), "")
            indicators[code] = Fact(f"{code} {line.indicator.title}", shown, reverse("indicator", args=[code]), why)
    sections = {INDICATORS: indicators, ACTIONS: {view.action.key: _action(view) for view in views}}
    if can(user, Permission.READ_BUDGETS):
        sections[BUDGETS] = dict(_budgets(convention, at))
    simulated = any(line.latest.simulated for line in lines if line.latest)
    return Situation(f"au {format_date(at)}", sections, simulated)


def _value(shown: str, unit: str) -> str:
    return f"{shown}\u00a0{unit}".strip()


def _action(view: ActionView) -> Fact:
    parts = [view.status_label]
    if view.percent is not None:
        parts.append(f"{view.percent}\u00a0%")
    if view.is_late:
        parts.append("en retard")
    if view.revisions and view.end is not None:
        parts.append(f"échéance révisée au {format_date(view.end)}")
    label = " ".join(view.action.label.split())
    title = f"{view.action.key} {label[:117] + '…' if len(label) > 118 else label}"
    why = (view.last.revision_reason or view.last.comment) if view.last else ""
    return Fact(title, ", ".join(parts), reverse("action", args=[view.action.key]), why)


def _budgets(convention: Convention, at: date) -> Iterator[tuple[str, Fact]]:
    for one in consumptions(convention=convention, year=at.year, at=at):
        name, url = one.fund.code.title(), reverse("budget-year", args=[one.fund.code, one.year])
        for key, word, shown in (
            ("programme", "programme", one.programme_shown),
            ("voted", "crédits ouverts", one.voted_shown),
            ("executed", "exécuté", one.executed_shown),
        ):
            yield f"{one.fund.code} {one.year} {key}", Fact(f"{name} {one.year}, {word}", shown, url)


# --- As it was frozen -----------------------------------------------------------------------------------------------


def _sent(row: Transmission) -> Situation:
    content = content_of(Transmission.objects.only("payload").get(pk=row.pk))
    if row.is_budget:
        return Situation(_sent_label(row), {BUDGETS: dict(_rows(row, content))}, row.simulated)
    indicators = {}
    for sheet in content["sheets"]:
        figure = max(sheet["figures"], key=lambda one: parse(one["period"]).end)
        shown = f"{figure['value']} ({figure['period_label']}), {figure['verdict_label']}"
        why = figure["explanation"]["text"] if figure["explanation"] else ""
        url = reverse("transmission-sheet", args=[row.pk, sheet["code"]])
        indicators[sheet["code"]] = Fact(f"{sheet['code']} {sheet['title']}", shown, url, why)
    return Situation(_sent_label(row), {INDICATORS: indicators}, row.simulated)


def _rows(row: Transmission, content: dict[str, Any]) -> Iterator[tuple[str, Fact]]:
    """The lines of a fund: what was voted, spent and forecast."""
    decimals, url = content["fund"]["decimals"], reverse("transmission", args=[row.pk])
    for line in content["rows"]:
        told = [
            f"{word} {format_figure(Decimal(line[name]), decimals, line['unit'])}"
            for name, word in (("voted", "ouvert"), ("executed", "exécuté"), ("forecast", "prévu"))
            if line[name] is not None
        ]
        if told:
            yield f"{content['fund']['code']} {line['position']}", Fact(line["label"], ", ".join(told), url)


def _edition(row: Edition) -> Situation:
    content = Edition.objects.only("payload").get(pk=row.pk).payload
    indicators, actions = {}, {}
    for domain in content["domains"]:
        for fiche in domain["fiches"]:
            number, counts = fiche["number"], fiche["counts"]
            url = reverse("fiche", args=[number])
            shown = f"{counts['done']} réalisées, {counts['late']} en retard, sur {counts['total']}"
            actions[str(number)] = Fact(f"Fiche n° {number}", shown, url)
            for line in fiche["indicators"]:
                if line["value"]:
                    value = line["value"]
                    told = f"{_value(value['shown'], line['unit'])} ({value['label']}), {value['verdict_label']}"
                    url = reverse("indicator", args=[line["code"]])
                    indicators[line["code"]] = Fact(f"{line['code']} {line['title']}", told, url)
    why = {sheet["code"]: sheet["explanation"]["text"] for sheet in content["sheets"] if sheet.get("explanation")}
    explained = {code: Fact(one.title, one.shown, one.url, why.get(code, "")) for code, one in indicators.items()}
    return Situation(_printed_label(row), {INDICATORS: explained, ACTIONS: actions}, row.simulated)
