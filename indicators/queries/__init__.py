"""Reads of the indicators.

`engine`, `facts` and `evaluation` for calculations, `sheets` and `shown` for pages, `open_data` for the package.
"""

from indicators.queries.definitions import status_of
from indicators.queries.engine import (
    breaks_of,
    definition_of,
    intake_reference,
    judged_baseline,
    judged_targets,
    version_at,
    versions_of,
)
from indicators.queries.evaluation import Dependencies, Evaluated, Evaluation
from indicators.queries.facts import FactLoader, LoadedFacts, catalogue, load_facts
from indicators.queries.known_at import (
    CannotRestore,
    evaluated_sheets,
    evaluation_known,
    reference_read_at,
    versions_known,
)
from indicators.queries.known_values import file_check_of
from indicators.queries.local_targets import local_targets_by_indicator, local_targets_of
from indicators.queries.open_data import iter_dispersions, iter_observations, iter_results, measures_of, published_of
from indicators.queries.published import Beside, published_beside
from indicators.queries.sheets import caisse_values, indicators_of, sheet_lines, sheet_page
from indicators.queries.shown import ATTENTION, NATIONAL, CaisseLine, Point, SheetLine, SheetPage, by_attention

__all__ = [
    "ATTENTION",
    "NATIONAL",
    "Beside",
    "CaisseLine",
    "CannotRestore",
    "Dependencies",
    "Evaluated",
    "Evaluation",
    "FactLoader",
    "LoadedFacts",
    "Point",
    "SheetLine",
    "SheetPage",
    "breaks_of",
    "by_attention",
    "caisse_values",
    "catalogue",
    "definition_of",
    "evaluated_sheets",
    "evaluation_known",
    "file_check_of",
    "indicators_of",
    "intake_reference",
    "iter_dispersions",
    "iter_observations",
    "iter_results",
    "judged_baseline",
    "judged_targets",
    "load_facts",
    "local_targets_by_indicator",
    "local_targets_of",
    "measures_of",
    "published_beside",
    "published_of",
    "reference_read_at",
    "sheet_lines",
    "sheet_page",
    "status_of",
    "version_at",
    "versions_known",
    "versions_of",
]
