"""What is measured: definitions, targets, observations and results."""

from indicators.models.definitions import Baseline, Indicator, IndicatorVersion, LocalTarget, OrganisationGroup, Target
from indicators.models.explanations import Explanation, GapThreshold
from indicators.models.observations import ImportBatch, Measure, Observation, Reminder
from indicators.models.published import ChildcareCoverage, PublishedResult
from indicators.models.results import Dispersion, IndicatorResult, StaleResult

__all__ = [
    "Baseline",
    "ChildcareCoverage",
    "Dispersion",
    "Explanation",
    "GapThreshold",
    "ImportBatch",
    "Indicator",
    "IndicatorResult",
    "IndicatorVersion",
    "LocalTarget",
    "Measure",
    "Observation",
    "OrganisationGroup",
    "PublishedResult",
    "Reminder",
    "StaleResult",
    "Target",
]
