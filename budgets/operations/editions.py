"""Writing about an edition."""

from datetime import datetime

from django.db import transaction

from budgets.models import EditionAnalysis, Fund
from budgets.queries.editions import edition_of
from cog import audit
from cog.models import User


class AnalysisRefused(Exception):
    """The analysis cannot be kept; the message says why."""


@transaction.atomic
def write_analysis(
    *, fund: Fund, exercise: int, number: int, text: str, by: User, at: datetime, simulated: bool = False
) -> EditionAnalysis:
    """Write the analysis that accompanies an edition; the former ones are kept. Raises AnalysisRefused."""
    if edition_of(fund, number) is None or exercise not in fund.convention.years:
        raise AnalysisRefused("Cette édition n'existe pas.")
    if not text.strip():
        raise AnalysisRefused("Écrire l'analyse : trouvé un texte vide.")
    former = EditionAnalysis.objects.filter(fund=fund, exercise=exercise, number=number).order_by("-pk").first()
    written = EditionAnalysis.objects.create(
        fund=fund,
        exercise=exercise,
        number=number,
        text=text.strip(),
        simulated=simulated,
        written_at=at,
        written_by=by,
    )
    audit.record(
        action="edition.analysis",
        subject=f"{fund.code} {exercise}, édition {number}",
        by=by,
        at=at,
        before={"text": former.text} if former else None,
        after={"text": written.text},
    )
    return written
