"""The writes of the indicators, the only code of the app that saves: reference, observations, results."""

from indicators.operations.batches import (
    Sent,
    abandon_batch,
    request_acceptance,
    request_check,
    send_batch,
)
from indicators.operations.definitions import (
    Adoption,
    AdoptionRefused,
    Fault,
    adopt_version,
    faults_of,
    why_it_stays,
    withdraw_version,
)
from indicators.operations.groups import GroupsOverlap, GroupsSaved, save_groups
from indicators.operations.local_targets import TargetEntry, TargetsMoved, TargetsSaved, save_local_targets
from indicators.operations.observations import (
    AcceptanceRefused,
    Accepted,
    CheckOutdated,
    ImportRefused,
    Received,
    accept_batch,
    receive_batch,
)
from indicators.operations.reference import save_indicators
from indicators.operations.results import (
    Computed,
    compute_results,
    mark_stale,
    mark_stale_sheet,
    recompute_stale,
    request_recompute,
)

__all__ = [
    "AcceptanceRefused",
    "Accepted",
    "Adoption",
    "AdoptionRefused",
    "CheckOutdated",
    "Computed",
    "Fault",
    "GroupsOverlap",
    "GroupsSaved",
    "ImportRefused",
    "Received",
    "Sent",
    "TargetEntry",
    "TargetsMoved",
    "TargetsSaved",
    "abandon_batch",
    "accept_batch",
    "adopt_version",
    "compute_results",
    "faults_of",
    "mark_stale",
    "mark_stale_sheet",
    "receive_batch",
    "recompute_stale",
    "request_acceptance",
    "request_check",
    "request_recompute",
    "save_groups",
    "save_indicators",
    "save_local_targets",
    "send_batch",
    "why_it_stays",
    "withdraw_version",
]
