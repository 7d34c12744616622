"""Recording what the caisses did not spend of their dotations."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from budgets.compute.unspent import KEPT_AT_MOST
from budgets.models import UnspentRow, UnspentStatement
from budgets.queries.allotment import in_force
from budgets.queries.unspent import UnspentRefused, UnspentRequest, prepared, statements
from cog import audit
from cog.models import Convention, Organisation, User


@transaction.atomic
def record_unspent(
    *, convention: Convention, request: UnspentRequest, by: User, at: datetime, simulated: bool = False
) -> UnspentStatement:
    """Compute what is kept and pooled (l. 6055, 6057) and keep it, all of it or nothing.

    Raises UnspentRefused with every problem, or when the last number is not the one that was seen.
    """
    Convention.objects.select_for_update(of=("self",)).get(pk=convention.pk)  # one writer at a time
    last = statements(convention=convention, exercise=request.exercise).first()
    if (last.number if last else 0) != request.seen:
        told = f"{last.recorded_by.name} a enregistré l'état n° {last.number}" if last else "Aucun n'est enregistré"
        raise UnspentRefused([f"{told} pour {request.exercise} : rien n'est enregistré, relire d'abord."])
    found = prepared(convention=convention, request=request, today=timezone.localdate(at))
    row = UnspentStatement.objects.create(
        convention=convention,
        allotment=in_force(convention=convention, exercise=request.exercise),
        exercise=request.exercise,
        number=request.seen + 1,
        kept_at_most=KEPT_AT_MOST,
        closed_on=request.closed_on,
        source=request.source.strip(),
        board_act=request.board_act.strip(),
        reason=request.reason.strip(),
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    bodies = {one.code: one for one in Organisation.objects.filter(convention=convention)}
    UnspentRow.objects.bulk_create(
        UnspentRow(
            statement=row,
            organisation=bodies[code],
            dotation=one.dotation,
            executed=one.executed,
            limit=one.limit,
            kept=one.kept,
            pooled=one.pooled,
            overspent=one.overspent,
        )
        for code, one in found.items()
    )
    if simulated:
        Convention.objects.filter(pk=convention.pk).update(holds_simulated=True)
    pooled = str(sum(one.pooled for one in found.values()))
    details = {"pooled": pooled, "source": row.source, "reason": row.reason, "simulated": simulated}
    audit.record(action="budgets.unspent_recorded", subject=str(row), by=by, at=at, details=details)
    return row
