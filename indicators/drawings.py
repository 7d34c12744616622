"""The charts of an indicator's page: from its query to `cog.charts`."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe

from cog import charts, maps
from cog.figures import format_figure
from cog.models import Convention, Job, Organisation
from cog.periods import Granularity, parse
from indicators.compute.verdict import yardstick_at
from indicators.enums import ResultState, TargetRole
from indicators.models import Dispersion, Indicator
from indicators.queries import (
    NATIONAL,
    CaisseLine,
    Point,
    SheetLine,
    SheetPage,
    caisse_values,
    judged_baseline,
    judged_targets,
    published_beside,
    sheet_page,
)


def draw_from_job(job: Job, beat: Callable[[int, int, str], None]) -> None:
    """Draw what the pages of the indicators show first, before anybody asks: the drawings are kept by their content."""
    convention = Convention.objects.get(code=job.arguments["convention"])
    codes = list(Indicator.objects.filter(convention=convention).order_by("position").values_list("code", flat=True))
    caisses = Organisation.objects.filter(convention=convention)
    for done, code in enumerate(codes):
        beat(done, len(codes), f"dessine {code}")
        page = sheet_page(convention=convention, code=code, caisses=caisses)
        if page is not None and page.period:
            for draw in (series, distribution, spread_over_time):
                draw(page)


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
        points=_points(page, points),
        unit=page.line.unit,
        decimals=page.line.decimals,
        targets=[] if page.definition and page.definition.judged_name else _targets(page, points),
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


def _points(page: SheetPage, points: list[Point]) -> list[charts.Point]:
    """The points in view; beside them what was published as the convention's own measure."""
    published = {
        period: tuple(one.value for one in rows if one.is_direct)
        for period, rows in published_beside(page.published, points).items()
    }
    return [_drawn(page, point, published.get(point.period, ())) for point in points]


def _drawn(page: SheetPage, point: Point, published: tuple[Decimal, ...]) -> charts.Point:
    period = parse(point.period)
    broken = point.period in page.broken
    label = point.period if period.granularity is Granularity.YEAR else point.period.split("-", 1)[1]
    return charts.Point(
        label=label,
        value=point.value,
        group="" if period.granularity is Granularity.YEAR else str(period.year),
        provisional=point.state in (ResultState.PROVISIONAL, ResultState.INCOMPLETE),
        break_label="rupture de série" if broken else "",
        published=published,
    )


def _targets(page: SheetPage, points: list[Point]) -> list[charts.Target]:
    """Each national target as a line over the periods it holds for."""
    drawn = []
    held_at = [page.held_at(parse(point.period)) for point in points]
    for target in page.targets:
        if target.scope != "national":
            continue
        held = [position for position, aims in enumerate(held_at) if target in aims]
        if held:
            label = "seuil critique" if target.role == TargetRole.CRITICAL else "cible"
            drawn.append(charts.Target(target.threshold, label, held[0], held[-1]))
    return drawn


def distribution(page: SheetPage) -> str:
    """Every caisse at the period; a reader who sees only one has it set apart, the others unnamed."""
    label = parse(page.period).label if page.period else ""
    group = _spread(page, page.period, label)
    aimed = [page.current] if page.current and page.definition and not page.definition.is_spread else []
    target = next((one for one in _targets(page, aimed)), None)  # that of a spread has no place among values
    title = f"{page.line.indicator.code} : {_spread_message(page)}"
    return charts.distribution_chart(
        id=f"distribution-{page.line.indicator.code}".replace(".", "-"),
        title=title,
        desc=f"{page.line.indicator.title}, {label}. {len(group.values)} caisses représentées.",
        groups=[group],
        unit=page.local_unit,
        decimals=page.line.decimals,
        target=target,
    )


SPREADS = 8
"""How many periods stand side by side in the drawing of the spread over time."""


def spread_over_time(page: SheetPage) -> str:
    """Every caisse at the last periods of the length in view, up to the one in view."""
    spreads = spreads_in_view(page)
    ranges = [f"{format_figure(one.value_range, page.line.decimals)} ({parse(one.period).label})" for one in spreads]
    said = "aucune valeur locale"
    if ranges:
        way = f"va de {ranges[0]} à {ranges[-1]}" if len(ranges) > 1 else f"est de {ranges[0]}"
        said = f"l'étendue entre les caisses, en {page.local_unit or 'nombre'}, {way}"
    return charts.distribution_chart(
        id=f"dispersion-{page.line.indicator.code}".replace(".", "-"),
        title=f"{page.line.indicator.code} : {said}",
        desc=f"{page.line.indicator.title}. {len(spreads)} périodes.",
        groups=[_spread(page, one.period, one.period) for one in spreads],
        unit=page.local_unit,
        decimals=page.line.decimals,
    )


def spreads_in_view(page: SheetPage) -> list[Dispersion]:
    """The spreads of the length in view, the last ones up to the period in view."""
    if not page.period:
        return []
    now = parse(page.period)
    kept = [
        one
        for one in page.dispersions
        if parse(one.period).granularity is now.granularity and parse(one.period) <= now and one.n
    ]
    return kept[-SPREADS:]


def _spread(page: SheetPage, period: str, label: str) -> charts.Distribution:
    """The caisses at a period, named only for a reader who sees them all."""
    spread = next((row for row in page.dispersions if row.period == period), None)
    values = caisse_values(indicator=page.line.indicator, period=period)
    visible = page.visible
    sees_all = all(code in visible for code, _ in values)
    national = next((point.value for point in page.series if point.period == period), None)
    if page.definition is None or not page.definition.compares_with_nation:
        national = None  # a total has no place among its parts
    return charts.Distribution(
        label=label,
        values=[value for _, value in values],
        box=(spread.q1, spread.median, spread.q3) if spread else None,
        national=national,
        own=None if sees_all else next((value for code, value in values if code in visible), None),
        names=[visible[code] for code, _ in values] if sees_all else (),
    )


def _spread_message(page: SheetPage) -> str:
    if page.dispersion is None:
        return "aucune valeur locale"
    low = format_figure(page.dispersion.minimum, page.line.decimals)
    high = format_figure(page.dispersion.maximum, page.line.decimals)
    return f"les caisses vont de {low} à {high} {page.local_unit}"


def caisse_map(page: SheetPage) -> str:
    """The caisses at the period by departement, in four shades: the quarters the table gives as their place."""
    lines = [line for line in page.caisses if line.organisation.departement]
    places = sorted({line.quarter for line in lines if line.quarter})
    return maps.map_chart(
        id=f"carte-{page.line.indicator.code}".replace(".", "-"),
        title=f"{page.line.indicator.code} : {_spread_message(page)}",
        desc=f"{page.line.indicator.title}, {parse(page.period).label}.",
        areas=[_area(line, places, page.local_unit) for line in lines],
        keys=[_quarter_words(place, lines, page) for place in places],
    )


def _area(line: CaisseLine, places: list[str], unit: str) -> maps.Area:
    said = f"{line.organisation.name} : {line.point.shown} {unit if line.point.value is not None else ''}".strip()
    return maps.Area(line.organisation.departement, said, places.index(line.quarter) if line.quarter else None)


def _quarter_words(place: str, lines: list[CaisseLine], page: SheetPage) -> str:
    """« 1er quart : de 85,3 à 99,0 % »: the values that are in it, not the bounds that made it."""
    values = [line.point.value for line in lines if line.quarter == place and line.point.value is not None]
    low, high = format_figure(min(values), page.line.decimals), format_figure(max(values), page.line.decimals)
    return f"{place} : " + (f"{low} {page.local_unit}" if low == high else f"de {low} à {high} {page.local_unit}")
