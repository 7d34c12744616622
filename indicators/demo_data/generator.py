"""From measures and bodies to rows: builds every model, then leaves out what the trouble takes away."""

from collections.abc import Iterator, Mapping, Sequence

from indicators.demo_data import catalogue_families, catalogue_means, catalogue_rights, catalogue_service
from indicators.demo_data.figures import Parts
from indicators.demo_data.inputs import DemoBody, DemoDataError, DemoMeasure, Row
from indicators.demo_data.models import Model
from indicators.demo_data.rates import Share
from indicators.demo_data.series import Cells, Series, Slot
from indicators.demo_data.trouble import Trouble
from indicators.demo_data.world import Concern, World

MODELS: Mapping[str, Model] = {
    **catalogue_families.MODELS,
    **catalogue_service.MODELS,
    **catalogue_rights.MODELS,
    **catalogue_means.MODELS,
}

_SAYS_NOTHING_TO_REPORT = frozenset({Concern.NOT_OVERSEAS, Concern.TARGETED})


def generate(*, measures: Sequence[DemoMeasure], bodies: Sequence[DemoBody], years: range, seed: int) -> Iterator[Row]:
    """Rows of every measure, in the order given, then by body, period and breakdown.

    `years`: civil years, in order (the paths are declared for 2012-2017). Same arguments, same rows.
    Raises DemoDataError when a measure has no model, or another list of breakdowns than its model.
    """
    for row, late in generate_with_late(measures=measures, bodies=bodies, years=years, seed=seed):
        if not late:
            yield row


def generate_with_late(
    *, measures: Sequence[DemoMeasure], bodies: Sequence[DemoBody], years: range, seed: int
) -> Iterator[tuple[Row, bool]]:
    """The same rows, and among them, marked, those of the gaps that are filled months after."""
    site = _Site({measure.code: measure for measure in measures}, World(bodies, years, seed))
    trouble = Trouble(site.world)
    for measure in measures:
        yield from site.rows(measure, trouble)


class _Site:
    """The measures built so far; one that is needed by another is built first."""

    def __init__(self, measures: Mapping[str, DemoMeasure], world: World) -> None:
        self.world = world
        self._measures = measures
        self._built: dict[str, Series] = {}
        problems = list(_problems(measures))
        if problems:
            raise DemoDataError("\n".join(problems))

    def of(self, code: str) -> Series:
        """Values of a measure."""
        known = self._built.get(code)
        if known is None:
            known = self._built[code] = MODELS[code].build(self._measures[code], self)
        return known

    def rows(self, measure: DemoMeasure, trouble: Trouble) -> Iterator[tuple[Row, bool]]:
        """Rows of a measure, its second delivery included, and whether they come late."""
        model = MODELS[measure.code]
        yield from _rows(measure, model, self.of(measure.code), trouble)
        settled = model.settle(measure, self)
        if settled is not None:
            for code, values in settled.values.items():
                for slot, cells in zip(settled.slots, values, strict=True):
                    yield from ((row, False) for row in _numbers(measure.code, code, slot, settled, cells))


def _rows(measure: DemoMeasure, model: Model, series: Series, trouble: Trouble) -> Iterator[tuple[Row, bool]]:
    silent = model.concern in _SAYS_NOTHING_TO_REPORT
    for code, values in series.values.items():
        for slot, cells in zip(series.slots, values, strict=True):
            if cells is None:
                statement = "NS" if silent else ""
            elif trouble.is_missing(model.feed, code, slot, numerator=isinstance(model, Share)):
                if trouble.comes_late(model.feed, code, slot):
                    yield from ((row, True) for row in _numbers(measure.code, code, slot, series, cells))
                continue
            else:
                statement = "ND" if trouble.is_unavailable(measure, code, slot) else ""
            if statement:
                said = (Row(measure.code, code, slot.text, name, statement) for name in series.breakdowns)
                yield from ((row, False) for row in said)
            else:
                yield from ((row, False) for row in _numbers(measure.code, code, slot, series, cells))


def _numbers(measure: str, code: str, slot: Slot, series: Series, cells: Cells | None) -> Iterator[Row]:
    for name, value in zip(series.breakdowns, cells or (), strict=False):
        written = str(value) if series.scale == 1 else f"{value // 100}.{value % 100:02d}"
        yield Row(measure, code, slot.text, name, written)


def _problems(measures: Mapping[str, DemoMeasure]) -> Iterator[str]:
    for code, measure in measures.items():
        model = MODELS.get(code)
        if model is None:
            yield f"{code}: no model declared in indicators/demo_data"
            continue
        yield from (f"{code}: needs {other}, which is not given" for other in model.needs if other not in measures)
        yield from _breakdown_problems(measure, model)


def _breakdown_problems(measure: DemoMeasure, model: Model) -> Iterator[str]:
    """One dimension is supplied, with all its values."""
    supplied = {name for name in model.breakdowns if name}
    if not supplied:
        return
    key = next(iter(supplied)).split("=")[0]
    listed = {f"{key}={value}" for value in measure.dimensions.get(key, ())}
    if supplied != listed:
        kind = "parts" if isinstance(model, Parts) else "split"
        yield f"{measure.code}: its {kind} gives {sorted(supplied)}, the measure lists {sorted(listed)}"
