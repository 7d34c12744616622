"""The draft amendment of the demonstration: simulated, through the same operations; nobody approved it."""

from datetime import UTC, date, datetime

from cog.amendments.operations import Act, change_values, draft_amendment
from cog.amendments.registry import part_of
from cog.enums import ChangeKind
from cog.models import Amendment, Convention, User

AT = datetime(2015, 10, 12, 9, 0, tzinfo=UTC)
ACT = Act(
    title="Suites du rendez-vous État/Cnaf de 2015",
    effective_on=date(2016, 1, 1),
    reference="Projet d'avenant de l'automne 2015",
    signatories="l'État et la Cnaf",
    text="Projet simulé pour la démonstration : il n'a jamais existé.",
)
CHANGES = (
    (ChangeKind.TARGET, "F10-23", "88", "article 2"),
    (ChangeKind.DEADLINE, "10-3", "Fin 2016", "article 3"),
    (ChangeKind.PROGRAMME, "fnga/3", "1 480", "article 4"),
)


def load_amendment(*, convention: Convention, by: User) -> int:
    """Prepare the draft; one that is there already is left as it is. How many values it changes."""
    if Amendment.objects.filter(convention=convention).exists():
        return 0
    row = draft_amendment(convention=convention, act=ACT, by=by, at=AT, simulated=True)
    done = 0
    for kind, subject, entry, source in CHANGES:
        lines = part_of(kind).lines(convention=convention, subject=subject, on=row.effective_on)
        if not lines:
            continue  # another convention has other codes
        told = {lines[0].key: entry}
        saved = change_values(amendment=row, kind=kind, subject=subject, entries=told, source=source, by=by, at=AT)
        done += len(saved)
    return done
