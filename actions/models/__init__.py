"""Tables of the actions: what is printed, what is done about it, by whom, with which proof."""

from actions.models.digest import Digest, MutedDigest
from actions.models.evidence import Evidence
from actions.models.plan import Action, AmendedDeadline, Deadline, Objective, Step
from actions.models.progress import ActionProgress
from actions.models.responsibility import Direction, Responsibility
from actions.models.sdsi import SdsiAxis, SdsiProgramme, SdsiProject, SdsiSynthesis
from actions.models.state import CommitmentWord, SharedDocument, StateValidation

__all__ = [
    "Action",
    "ActionProgress",
    "AmendedDeadline",
    "CommitmentWord",
    "Deadline",
    "Digest",
    "Direction",
    "Evidence",
    "MutedDigest",
    "Objective",
    "Responsibility",
    "SdsiAxis",
    "SdsiProgramme",
    "SdsiProject",
    "SdsiSynthesis",
    "SharedDocument",
    "StateValidation",
    "Step",
]
