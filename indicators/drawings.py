"""The charts of an indicator's page: from its query to `cog.charts`."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe

from cog import charts
from cog.figures import format_figure
from cog.periods import Granularity, parse
from indicators.compute.verdict import yardstick_at
from indicators.enums import ResultState, TargetRole
from indicators.models import Target
from indicators.queries import (
    NATIONAL,
    Point,
    SheetLine,
    SheetPage,
    caisse_values,
    judged_baseline,
    judged_targets,
)


def sparklines(lines: Iterable[SheetLine]) -> dict[str, SafeString]:
    """code -> the shape of its yearly values, for the sheets that have two at least."""
    return {
        line.indicator.code: _sparkline(line) for line in lines if sum(one.value is not None for one in line.years) > 1
    }


def _sparkline(line: SheetLine) -> SafeString:
    said = ", ".join(f"{point.shown} en {point.period}" for point in line.years)
    drawing = charts.sparkline(
        id=f"tendance-{line.indicator.code}".replace(".", "-"),
        title=f"{line.indicator.code} : {said}",
        values=[point.value for point in line.years],
    )
    return mark_safe(drawing)  # noqa: S308 - our own drawing, every text in it is escaped


def series(page: SheetPage) -> str:
    """The national value over the periods of the length in view, with target and breaks."""
    points = page.charted
    known = [point for point in points if point.value is not None]
    title = f"{page.line.indicator.code} : {_message(page, known)}"
    return charts.series_chart(
        id=f"serie-{page.line.indicator.code}".replace(".", "-"),
        title=title,
        desc=f"{page.line.indicator.title}. {len(known)} valeurs sur {len(points)} périodes.",
        points=[_drawn(page, point) for point in points],
        unit=page.line.unit,
        decimals=page.line.decimals,
        targets=[] if page.definition and page.definition.judged_name else _targets(page.targets, points),
        trajectory=_trajectory(page, points),
    )


def _trajectory(page: SheetPage, points: list[Point]) -> list[Decimal | None]:
    """The indicative trajectory and the targets it leads to, one value a period; nothing where none is indicative."""
    targets, baseline = judged_targets(page.line.indicator), judged_baseline(page.line.indicator)
    national = [target for target in targets if target.scope == NATIONAL]
    if page.definition and page.definition.judged_name:
        return []
    aims = [yardstick_at(parse(point.period), national, baseline) for point in points]
    if not any(aim.indicative for aim in aims if aim):
        return []
    return [aim.threshold if aim else None for aim in aims]


def _message(page: SheetPage, known: list[Point]) -> str:
    if not known:
        return "aucune valeur nationale"
    first, last = known[0], known[-1]
    if first is last:
        return f"{last.shown} {page.line.unit} ({last.label})"
    return f"de {first.shown} ({first.label}) à {last.shown} {page.line.unit} ({last.label})"


def _drawn(page: SheetPage, point: Point) -> charts.Point:
    period = parse(point.period)
    broken = point.period in page.broken
    label = point.period if period.granularity is Granularity.YEAR else point.period.split("-", 1)[1]
    return charts.Point(
        label=label,
        value=point.value,
        group="" if period.granularity is Granularity.YEAR else str(period.year),
        provisional=point.state in (ResultState.PROVISIONAL, ResultState.INCOMPLETE),
        break_label="rupture de série" if broken else "",
    )


def _targets(targets: list[Target], points: list[Point]) -> list[charts.Target]:
    """Each national target as a line over the periods it holds for."""
    drawn = []
    for target in targets:
        if target.scope != "national":
            continue
        held = [
            position
            for position, point in enumerate(points)
            if target.holds_from <= parse(point.period).start and parse(point.period).end <= target.holds_to
        ]
        if held:
            label = "seuil critique" if target.role == TargetRole.CRITICAL else "cible"
            drawn.append(charts.Target(target.threshold, label, held[0], held[-1]))
    return drawn


def distribution(page: SheetPage) -> str:
    """Every caisse at the period; a reader who sees only one has it set apart, the others unnamed."""
    spread = page.dispersion
    values = caisse_values(indicator=page.line.indicator, period=page.period)
    visible = {line.organisation.code: line.organisation.name for line in page.caisses}
    sees_all = all(code in visible for code, _ in values)
    own = None if sees_all else next((value for code, value in values if code in visible), None)
    label = parse(page.period).label if page.period else ""
    box = (spread.q1, spread.median, spread.q3) if spread else None
    national = page.current.value if page.current else None
    if spread and national is not None and not spread.minimum <= national <= spread.maximum:
        national = None  # a total has no place among its parts
    target = next((one for one in _targets(page.targets, [page.current] if page.current else [])), None)
    title = f"{page.line.indicator.code} : {_spread_message(page)}"
    return charts.distribution_chart(
        id=f"distribution-{page.line.indicator.code}".replace(".", "-"),
        title=title,
        desc=f"{page.line.indicator.title}, {label}. {len(values)} caisses représentées.",
        groups=[
            charts.Distribution(
                label=label,
                values=[value for _, value in values],
                box=box,
                national=national,
                own=own,
                names=[visible[code] for code, _ in values] if sees_all else (),
            )
        ],
        unit=page.line.unit,
        decimals=page.line.decimals,
        target=target,
    )


def _spread_message(page: SheetPage) -> str:
    if page.dispersion is None:
        return "aucune valeur locale"
    low = format_figure(page.dispersion.minimum, page.line.decimals)
    high = format_figure(page.dispersion.maximum, page.line.decimals)
    return f"les caisses vont de {low} à {high} {page.line.unit}"
