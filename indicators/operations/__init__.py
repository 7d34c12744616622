"""The writes of the indicators, the only code of the app that saves: reference, observations, results."""

from indicators.operations.observations import Accepted, ImportRefused, Received, accept_batch, receive_batch
from indicators.operations.reference import save_indicators
from indicators.operations.results import Computed, compute_results

__all__ = [
    "Accepted",
    "Computed",
    "ImportRefused",
    "Received",
    "accept_batch",
    "compute_results",
    "receive_batch",
    "save_indicators",
]
