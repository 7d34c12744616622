"""Reads of the indicators: `engine` for calculations, `sheets` and `shown` for pages, `open_data` for the package."""

from indicators.queries.definitions import status_of, version_at
from indicators.queries.engine import (
    LoadedFacts,
    breaks_of,
    catalogue,
    definition_of,
    intake_reference,
    judged_baseline,
    judged_targets,
    load_facts,
    versions_in_force,
)
from indicators.queries.open_data import iter_dispersions, iter_observations, iter_results, measures_of, published_of
from indicators.queries.sheets import caisse_values, indicators_of, sheet_lines, sheet_page
from indicators.queries.shown import ATTENTION, NATIONAL, CaisseLine, Point, SheetLine, SheetPage, by_attention

__all__ = [
    "ATTENTION",
    "NATIONAL",
    "CaisseLine",
    "LoadedFacts",
    "Point",
    "SheetLine",
    "SheetPage",
    "breaks_of",
    "by_attention",
    "caisse_values",
    "catalogue",
    "definition_of",
    "indicators_of",
    "intake_reference",
    "iter_dispersions",
    "iter_observations",
    "iter_results",
    "judged_baseline",
    "judged_targets",
    "load_facts",
    "measures_of",
    "published_of",
    "sheet_lines",
    "sheet_page",
    "status_of",
    "version_at",
    "versions_in_force",
]
