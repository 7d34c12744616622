"""The writes of the indicators, the only code of the app that saves: reference, observations, results."""

from indicators.operations.definitions import (
    Adoption,
    AdoptionRefused,
    Fault,
    adopt_version,
    faults_of,
    why_it_stays,
    withdraw_version,
)
from indicators.operations.observations import Accepted, ImportRefused, Received, accept_batch, receive_batch
from indicators.operations.reference import save_indicators
from indicators.operations.results import Computed, compute_results

__all__ = [
    "Accepted",
    "Adoption",
    "AdoptionRefused",
    "Computed",
    "Fault",
    "ImportRefused",
    "Received",
    "accept_batch",
    "adopt_version",
    "compute_results",
    "faults_of",
    "receive_batch",
    "save_indicators",
    "why_it_stays",
    "withdraw_version",
]
