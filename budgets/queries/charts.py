"""Charts of a fund: programme against executed by year, for the whole fund or one of its groups."""

from dataclasses import dataclass
from decimal import Decimal

from budgets.compute.stages import rate
from budgets.enums import LineKind, Measure
from budgets.queries.ledger import Ledger
from budgets.queries.rules import groups_of
from cog.charts import Bars, bars_chart

MOST = 4
"""Years a chart of rates shows, the last ones."""

SHOWN = (Measure.PROGRAMME, Measure.VOTED, Measure.EXECUTED, Measure.FORECAST)


def series_of(ledger: Ledger, group: str) -> dict[Measure, list[Decimal | None]]:
    """Each measure by year, for a group of spending, or for the fund's grand total when `group` is empty."""
    if not group:
        top = [line for line in ledger.lines if line.kind == LineKind.TOTAL and line.parent_id is None]
        if not top:
            return {}
        position = top[-1].position
        return {
            measure: [ledger.completed(measure, year).amounts.get(position) for year in ledger.years]
            for measure in SHOWN
        }
    own = [one for one in ledger.layout.stated() if ledger.line_at[one].group == group]
    found: dict[Measure, list[Decimal | None]] = {}
    for measure in SHOWN:
        found[measure] = []
        for year in ledger.years:
            stated = ledger.stated(measure, year)
            known = [stated[position] for position in own if position in stated]
            found[measure].append(sum(known, Decimal(0)) if known else None)
    return found


@dataclass(frozen=True)
class Drawn:
    """What a chart shows, in figures: its bars (`names`) in each of the categories."""

    title: str
    desc: str
    unit: str
    decimals: int
    first: str
    categories: list[str]
    names: list[str]
    values: list[list[Decimal | None]]
    """One row a name, one value a category."""

    @property
    def header(self) -> list[str]:
        return [self.first, *self.names]

    @property
    def rows(self) -> list[tuple[str, list[Decimal | None]]]:
        """A category a row, its figures in the order of the names."""
        return [(one, [row[rank] for row in self.values]) for rank, one in enumerate(self.categories)]

    def svg(self, code: str) -> str:
        return bars_chart(
            id=code,
            title=self.title,
            desc=self.desc,
            categories=self.categories,
            series=[Bars(name, row) for name, row in zip(self.names, self.values, strict=True)],
            unit=self.unit,
            decimals=self.decimals,
        )


def drawn_rates(*, ledger: Ledger) -> Drawn | None:
    """Executed as a share of what is opened, group by group, in the years that have both; None where none has."""
    names, values = [], []
    for group in groups_of(ledger.fund):
        series = series_of(ledger, group.code)
        rates = [
            rate(executed, voted)
            for executed, voted in zip(series[Measure.EXECUTED], series[Measure.VOTED], strict=True)
        ]
        if any(one is not None for one in rates):
            names.append(group.label)
            values.append(rates)
    years = [rank for rank in range(len(ledger.years)) if any(row[rank] is not None for row in values)][-MOST:]
    if not years:
        return None
    return Drawn(
        title="Taux d'exécution par groupe, en %",
        desc="Exécuté rapporté aux crédits ouverts, par groupe de dépenses et par année.",
        unit="%",
        decimals=1,
        first="Groupe",
        categories=names,
        names=[str(ledger.years[rank]) for rank in years],
        values=[[row[rank] for row in values] for rank in years],
    )


def drawn_measures(*, ledger: Ledger, group: str = "") -> Drawn | None:
    """Each measure by year, of the fund or of a group; None for a group that does not exist or has no figure."""
    labels = {one.code: one.label for one in groups_of(ledger.fund)}
    if group and group not in labels:
        return None
    series = series_of(ledger, group)
    kept = [(measure, values) for measure, values in series.items() if any(value is not None for value in values)]
    if not kept:
        return None
    name = labels.get(group, ledger.fund.name)
    return Drawn(
        title=f"{name[0].upper()}{name[1:]}, en {ledger.fund.unit}",
        desc="Par année : " + ", ".join(str(measure.label) for measure, _ in kept) + ".",
        unit=ledger.fund.unit,
        decimals=ledger.decimals,
        first="Année",
        categories=[str(year) for year in ledger.years],
        names=[str(measure.label).capitalize() for measure, _ in kept],
        values=[values for _, values in kept],
    )
