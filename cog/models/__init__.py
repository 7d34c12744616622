"""Tables every app shares: the convention, its fiches, the bodies of the branch, the accounts."""

from cog.audit import AuditEvent
from cog.audit_seal import AuditSeal
from cog.jobs import Job
from cog.models.accounts import Membership, User
from cog.models.amendments import Amendment, AmendmentChange
from cog.models.convention import Convention, Domain, Fiche, Organisation, OrganisationQuerySet
from cog.models.inbox import NewsReading, Notification, NotificationChoice
from cog.models.text import Acronym, Obligation, Restitution, SourceAnomaly, StateCommitment
from cog.schedule import ScheduledRun
from cog.submissions import Submission

__all__ = [
    "Acronym",
    "Amendment",
    "AmendmentChange",
    "AuditEvent",
    "AuditSeal",
    "Convention",
    "Domain",
    "Fiche",
    "Job",
    "Membership",
    "NewsReading",
    "Notification",
    "NotificationChoice",
    "Obligation",
    "Organisation",
    "OrganisationQuerySet",
    "Restitution",
    "ScheduledRun",
    "SourceAnomaly",
    "StateCommitment",
    "Submission",
    "User",
]
