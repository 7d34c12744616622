"""PURE. The parts of the bilan beside the indicators: actions, Sdsi, budgets, calendar, maps, corrections, annexes.

Same rule as `annual_report`: plain text and lists, each figure as it will be read, nothing that the clock decides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cog.calendar import State
from cog.figures import BEFORE_UNIT, format_exact
from cog.periods import PeriodError, format_date, parse
from reports.annual_report import blocks, exact

Payload = dict[str, Any]

MOST_CORRECTIONS = 200
"""Corrected figures that the annex lists one by one; beyond, it says how many more there are."""


# --- Actions ---------------------------------------------------------------------------------------------------------


LONGEST_BRIEF = 140
"""Characters of an action that is only named."""


def action_payload(view: Any, year: int, *, is_due: bool) -> Payload:
    """An action as it stood at the end of the year; `is_due`: one of its deadlines ends in the year.

    `is_told`: it is printed whole, being due, done or postponed in the year, or late; the others are named.
    """
    last, revision = view.last, view.revision
    moved = last is not None and last.as_of.year == year and (last.done_on is not None or bool(last.decision))
    return {
        "ordinal": view.action.ordinal,
        "number": view.action.number,
        "label": blocks(view.action.label),
        "deadline": [line for line in view.action.deadline_cell.split("\n") if line.strip()],
        "status": view.status_label,
        "timeliness": view.timeliness.value if view.timeliness else "",
        "timeliness_label": view.timeliness.label if view.timeliness else "",
        "done_on": format_date(last.done_on) if last and last.done_on else "",
        "is_due": is_due,
        "is_told": is_due or moved or view.is_late,
        "short": brief(view.action.label),
        "evidence": _evidence(last),
        "decision": last.decision if last else "",
        "revised": format_date(revision.revised_end) if revision else "",
        "revision_reason": revision.revision_reason if revision else "",
        "comment": last.comment if last else "",
        "simulated": bool(last and last.simulated),
    }


def brief(label: str) -> str:
    """The first words of an action: « Adapter les outils de pilotage… »."""
    text = " ".join(line.strip().lstrip("·").strip() for line in label.split("\n") if line.strip())
    return text if len(text) <= LONGEST_BRIEF else text[:LONGEST_BRIEF].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _evidence(last: Any) -> str:
    """What proves an action that is said to be done: a file, or the reason there is none."""
    if last is None or not last.done_on:
        return ""
    return "pièce jointe" if last.has_evidence else f"sans pièce{BEFORE_UNIT}: {last.without_evidence}"


def oldest_late(views: Iterable[Any]) -> Payload | None:
    """The late action whose end is the furthest past: its fiche, its last day."""
    late = [view for view in views if view.is_late and view.end is not None]
    if not late:
        return None
    first = min(late, key=lambda view: (view.end, view.action.fiche.number, view.action.ordinal))
    return {"fiche": first.action.fiche.number, "end": format_date(first.end)}


# --- Sdsi ------------------------------------------------------------------------------------------------------------


def sdsi_payload(axes: Iterable[Any], lines: Iterable[Any], tally: Any) -> Payload:
    """The information-system plan, programme by programme: where its rows are, what it brought, what it cost (l. 4508).

    `axes`: `actions.queries.sdsi.AxisView`; `lines`: `SynthesisLine`, one a programme.
    """
    said = {line.programme.pk: line.last for line in lines}
    return {
        "counts": tally_payload(tally),
        "axes": [
            {
                "number": axis.axis.number,
                "title": axis.axis.title,
                "programmes": [_programme(group, said.get(group.programme.pk)) for group in axis.programmes],
            }
            for axis in axes
        ],
    }


def _programme(group: Any, last: Any) -> Payload:
    return {
        "number": group.programme.number,
        "title": group.programme.title,
        "counts": tally_payload(group.tally),
        "gains": last.gains if last else "",
        "achievements": last.achievements if last else "",
        "spending": format_exact(last.spending) if last and last.spending is not None else "",
        "simulated": bool(last and last.simulated),
    }


# --- Budgets ---------------------------------------------------------------------------------------------------------


def table_payload(table: Any) -> Payload:
    """A fund's programme on its own layout."""
    return {
        "code": table.fund.code,
        "name": table.fund.name,
        "title": table.fund.title,
        "unit": table.fund.unit,
        "columns": table.columns,
        "notes": [
            {
                "label": row.line.label,
                "gaps": [
                    f"{column}{BEFORE_UNIT}: {cell.gap}"
                    for column, cell in zip(table.columns, row.cells, strict=True)
                    if cell.gap
                ],
            }
            for row in table.rows
            if any(cell.gap for cell in row.cells)
        ],
        "rows": [
            {
                "label": row.line.label,
                "kind": row.line.kind,
                "depth": row.depth,
                "cells": [{"shown": cell.shown, "gap": cell.gap} for cell in row.cells],
            }
            for row in table.rows
        ],
    }


def execution_payload(table: Any, headings: Sequence[str]) -> Payload | None:
    """A fund in one exercise, every measure of `budgets.queries.tables.YearTable`; None where nothing is voted."""
    if not table.acts:
        return None
    return {
        "exercise": table.exercise,
        "headings": list(headings),
        "executed_on": format_date(table.executed_on) if table.executed_on else "",
        "closed": table.closed_on is not None,
        "simulated": table.simulated,
        "rows": [
            {
                "label": row.line.label,
                "kind": row.line.kind,
                "depth": row.depth,
                "cells": [
                    {"shown": figure.shown, "value": exact(figure.amount), "partial": figure.partial}
                    for figure in row.figures
                ],
            }
            for row in table.rows
        ],
    }


def whole_fund(table: Any) -> Payload | None:
    """What the fund's last total says of the exercise: opened, executed, rate; None unless it is known whole.

    `until`: the day of the execution of an exercise that is not closed.
    """
    total = next((row for row in reversed(table.rows) if row.is_total and row.depth == 0), None)
    if total is None or total.executed.amount is None or total.voted.amount is None:
        return None
    if total.executed.partial or total.voted.partial or total.rate.amount is None:
        return None
    return {
        "voted": total.voted.shown,
        "executed": total.executed.shown,
        "rate": total.rate.shown,
        "until": "" if table.closed_on or not table.executed_on else format_date(table.executed_on),
    }


def bars_payload(series: Mapping[Any, Sequence[Decimal | None]], years: Sequence[int], decimals: int) -> Payload | None:
    """The measures of a fund by year, for its chart; None where no year has any."""
    kept = [
        (str(measure.label), values) for measure, values in series.items() if any(one is not None for one in values)
    ]
    if not kept:
        return None
    return {
        "years": [str(year) for year in years],
        "decimals": decimals,
        "series": [{"label": label, "values": [exact(one) for one in values]} for label, values in kept],
    }


# --- Calendar --------------------------------------------------------------------------------------------------------

KEPT = {
    State.FAITE: "faite",
    State.FAITE_EN_RETARD: "faite en retard",
    State.EN_RETARD: "non enregistrée comme faite",
    State.BIENTOT_DUE: "à venir",
    State.A_VENIR: "à venir",
    State.ANTERIEURE_SIGNATURE: "antérieure à la signature",
    State.SANS_DATE: "sans date imprimée",
}


def calendar_payload(rows: Iterable[Any], at: date) -> list[Payload]:
    """The accounts owed in the year, each kept or late at a day; `rows`: `cog.queries.DatedRestitution`."""
    return [
        {
            "due": format_date(row.restitution.due) if row.restitution.due else "",
            "title": row.restitution.obligation.title,
            "covers": covered(row.restitution.covers),
            "recipient": row.restitution.obligation.recipient,
            "state": row.state.value,
            "state_label": KEPT[row.state],
            "done_on": format_date(row.delivered) if row.delivered and row.delivered <= at else "",
        }
        for row in rows
    ]


def calendar_counts(rows: Sequence[Payload]) -> dict[str, int]:
    """How many dated accounts were given on time, late, or are not recorded as given."""
    states = [row["state"] for row in rows]
    on_time, late, missing = (states.count(one.value) for one in (State.FAITE, State.FAITE_EN_RETARD, State.EN_RETARD))
    return {"dated": on_time + late + missing, "on_time": on_time, "late": late, "missing": missing}


# --- Maps ------------------------------------------------------------------------------------------------------------


def map_payload(page: Any) -> Payload | None:
    """The caisses at the period in view by departement and quarter; None where no caisse has a value.

    `page`: `indicators.queries.SheetPage` with its caisses.
    """
    lines = [line for line in page.caisses if line.organisation.departement]
    places = sorted({line.quarter for line in lines if line.quarter})
    if not places:
        return None
    return {
        "code": page.line.indicator.code,
        "title": page.line.indicator.title,
        "unit": page.local_unit,
        "areas": [
            [line.organisation.departement, places.index(line.quarter) if line.quarter else None] for line in lines
        ],
        "quarters": [_quarter(place, lines) for place in places],
        "missing": sum(line.point.value is None for line in page.caisses),
    }


def _quarter(place: str, lines: Iterable[Any]) -> Payload:
    """A quarter of the caisses: how many, its first and last value."""
    points = sorted(
        (line.point for line in lines if line.quarter == place and line.point.value is not None),
        key=lambda point: point.value,
    )
    return {"place": place, "count": len(points), "low": points[0].shown, "high": points[-1].shown}


# --- Corrections -----------------------------------------------------------------------------------------------------


def corrections(former: Payload, content: Payload, label: str) -> Payload:
    """What a later edition says otherwise than a former one, of the years both hold: national yearly values, verdicts.

    `label` names the former edition. Values are compared unrounded: one that moves behind its rounding is told.
    """
    rows = [
        {
            "code": line["code"],
            "title": line["title"],
            "unit": line["unit"],
            "period": point["period"],
            "before": _said(old, point),
            "after": _said(point, old),
        }
        for line, old, point in moved_points(former, content)
    ]
    return {"against": label, "rows": rows[:MOST_CORRECTIONS], "more": max(0, len(rows) - MOST_CORRECTIONS)}


def moved_points(former: Payload, content: Payload) -> Iterator[tuple[Payload, Payload, Payload]]:
    """Every yearly point that moved: its indicator, what it was, what it is; unrounded, in printed order."""
    before = {line["code"]: line for line in _lines(former)}
    for line in _lines(content):
        known = {point["period"]: point for point in before.get(line["code"], {}).get("years", [])}
        for point in line["years"]:
            old = known.get(point["period"])
            if old is not None and any(old[name] != point[name] for name in ("value", "state", "verdict")):
                yield line, old, point


def _lines(content: Payload) -> list[Payload]:
    return [line for domain in content["domains"] for fiche in domain["fiches"] for line in fiche["indicators"]]


def _said(point: Payload, other: Payload) -> str:
    """A value with its state and verdict; in full where its rounding would hide that it moved."""
    value = point["shown"]
    if point["value"] != other["value"] and point["shown"] == other["shown"]:
        value = point["value"].replace(".", ",")
    return ", ".join(filter(None, (value or "n.d.", point["state_label"], point["verdict_label"])))


# --- Remarks ---------------------------------------------------------------------------------------------------------


def remarks_payload(
    threads: Iterable[Any], titles: Mapping[str, str], day_of: Callable[[datetime], date]
) -> list[Payload]:
    """What the State wrote on the project and what the Cnaf answered, side by side, in the order of the indicators.

    `threads`: questions and observations with their `answers`; `titles`: code -> title of what a note may be about;
    `day_of`: the day of a moment where people live.
    """
    order = {code: place for place, code in enumerate(titles, 1)}
    rows = [
        {
            "subject": note.subject,
            "title": titles.get(note.subject, "") if note.subject else "Ensemble du bilan",
            "kind": note.get_kind_display(),
            "text": note.text,
            "by": note.written_by.name,
            "on": format_date(day_of(note.written_at)),
            "wants_answer": note.kind == "question",
            "answers": [
                {"text": one.text, "by": one.written_by.name, "on": format_date(day_of(one.written_at))}
                for one in note.answers.all()
            ],
        }
        for note in threads
    ]
    return sorted(rows, key=lambda row: order.get(row["subject"], 0))


# --- What the text says, and counts ---------------------------------------------------------------------------------


def anomalies_by_place(rows: Iterable[Any]) -> list[Payload]:
    """The anomalies of the text, gathered by the part they are in (« Fiche 12 »), in the order of the text."""
    groups: dict[str, list[Payload]] = {}
    for row in rows:
        place, _, detail = row.place.partition(", ")
        groups.setdefault(place, []).append(
            {
                "code": row.code,
                "detail": detail,
                "seed_line": row.seed_line,
                "topic": row.get_topic_display(),
                "what": row.what,
                "reading": row.reading,
            }
        )
    return [{"place": place, "records": records} for place, records in groups.items()]


def pending_payload(line: Any, value: Any) -> Payload | None:
    """Why an indicator has no value this year; None when it has one."""
    if value is not None and value.value is not None:
        return None
    if line.to_build:
        reason = "indicateur à construire : la convention n'en arrête pas la définition"
    elif value is None:
        reason = "aucun résultat n'est dû pour cette année"
    else:
        reason = value.state_label
    return {
        "code": line.indicator.code,
        "title": line.indicator.title,
        "kind_label": line.indicator.get_kind_display(),
        "reason": reason.replace(" : ", f"{BEFORE_UNIT}: "),
        "seed_line": line.indicator.seed_line,
    }


def covered(code: str) -> str:
    """What an account covers, in words; other words than a period are left as they are."""
    try:
        return parse(code).label
    except PeriodError:
        return code


def tally_payload(tally: Any) -> Payload:
    """The counts of a fiche's actions."""
    return {name: getattr(tally, name) for name in ("total", "done", "late", "soon", "abandoned", "unscheduled")}


def tally_sentence(tally: Any, at: str) -> str:
    """« 4 actions sur 13 sont en retard au 31 décembre 2014. »"""
    if not tally.total:
        return "Aucune action n'est suivie."
    if not tally.late:
        whole = f"Aucune des {tally.total} actions n'est" if tally.total > 1 else "La seule action n'est pas"
        words = f"{whole} en retard au {at}"
    elif tally.late == 1:
        words = f"1 action sur {tally.total} est en retard au {at}"
    else:
        words = f"{tally.late} actions sur {tally.total} sont en retard au {at}"
    words += f"{BEFORE_UNIT}; {tally.done} réalisée{'s' if tally.done > 1 else ''}."
    if tally.abandoned:
        words += f" {tally.abandoned} abandonnée{'s' if tally.abandoned > 1 else ''}, hors de ce compte."
    return words
