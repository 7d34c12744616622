"""Unused dotations: what is asked and checked, what is stored, what a page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from budgets.compute.unspent import KEPT_AT_MOST, Unspent, UnspentError, unspent
from budgets.models import Allotment, UnspentRow, UnspentStatement
from budgets.queries.allotment import amount_fault, in_force, known_dotations
from cog.figures import format_exact
from cog.models import Convention, Organisation


@dataclass(frozen=True)
class UnspentRequest:
    """What the caisses spent of their dotations of an exercise, in k€ by code.

    `seen`: the last number of the exercise that the person had in view (0: none).
    """

    exercise: int
    executed: Mapping[str, Decimal]
    closed_on: date
    source: str
    board_act: str = ""
    reason: str = ""
    seen: int = 0


class UnspentRefused(Exception):
    """What keeps a statement from being made or recorded; `problems` says all of it, in French."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def statements(*, convention: Convention, exercise: int) -> QuerySet[UnspentStatement]:
    """The statements of an exercise, the one in force first."""
    rows = UnspentStatement.objects.filter(convention=convention, exercise=exercise)
    return rows.select_related("recorded_by", "allotment").order_by("-number")


def prepared(*, convention: Convention, request: UnspentRequest, today: date) -> dict[str, Unspent]:
    """What each caisse keeps and what is pooled, by code; nothing is written. Raises UnspentRefused."""
    problems = faults_of_the_source(convention=convention, request=request, today=today)
    dotations = known_dotations(convention=convention, exercise=request.exercise)
    if not dotations:
        raise UnspentRefused(
            [*problems, f"Exercice {request.exercise} : aucune répartition enregistrée, la saisir d'abord."]
        )
    unknown = sorted(set(request.executed) - set(dotations))
    missing = sorted(set(dotations) - set(request.executed))
    problems += [f"Caisse « {code} » : sans dotation dans la répartition de {request.exercise}." for code in unknown]
    if missing:
        problems.append(f"Caisses sans dépense, {len(missing)} sur {len(dotations)} : {', '.join(missing)}.")
    found = {}
    for code in sorted(set(dotations) & set(request.executed)):
        spent = request.executed[code]
        try:
            found[code] = unspent(dotation=dotations[code], executed=spent)
        except UnspentError as wrong:
            problems.append(f"Caisse {code} : {wrong}")
            continue
        if fault := amount_fault(spent):
            problems.append(f"Caisse {code}, dépense exécutée : {fault}")
    if problems:
        raise UnspentRefused(problems)
    return found


def faults_of_the_source(*, convention: Convention, request: UnspentRequest, today: date) -> list[str]:
    """What is wrong with the date, the source or the reason, in French."""
    found = []
    if not request.source.strip():
        found.append("Source : dire d'où viennent les dépenses (comptes de l'exercice, état de la Das…).")
    if request.closed_on > today:
        found.append(f"Comptes arrêtés au : trouvé {request.closed_on:%d/%m/%Y}, attendu une date passée.")
    if request.closed_on < date(request.exercise, 12, 31):
        found.append(
            f"Comptes arrêtés au : trouvé {request.closed_on:%d/%m/%Y}, attendu le 31/12/{request.exercise} au plus "
            "tôt ; les crédits non consommés se constatent à la clôture."
        )
    last = statements(convention=convention, exercise=request.exercise).first()
    if last is not None and not request.reason.strip():
        found.append(f"Motif : dire pourquoi cet état remplace le n° {last.number} de {request.exercise}.")
    if last is None and request.reason.strip():
        found.append(f"Motif : aucun état de {request.exercise} n'est à remplacer, laisser vide.")
    return found


@dataclass(frozen=True)
class UnspentLine:
    """What becomes of the dotation of a caisse, beside its body."""

    body: Organisation
    found: Unspent

    @property
    def words(self) -> str:
        """What is to be said of it."""
        if self.found.overspent:
            return "dépassement : à expliquer"
        if self.found.pooled:
            return "limite atteinte, l'excédent est mutualisé"
        return "gardé en entier" if self.found.kept else "tout est consommé"


@dataclass(frozen=True)
class UnspentTable:
    """A statement as its page shows it: computed and not kept yet, or kept (`stored`)."""

    exercise: int
    lines: list[UnspentLine]
    allotment: Allotment | None
    stored: UnspentStatement | None = None
    former: Sequence[UnspentStatement] = ()

    @property
    def totals(self) -> dict[str, Decimal]:
        names = ("dotation", "executed", "limit", "unused", "kept", "pooled", "overspent")
        return {name: sum((getattr(line.found, name) for line in self.lines), Decimal(0)) for name in names}

    @property
    def limit_shown(self) -> str:
        return format_exact((self.stored.kept_at_most if self.stored else KEPT_AT_MOST) * 100, "%")

    @property
    def overspent(self) -> list[UnspentLine]:
        return [line for line in self.lines if line.found.overspent]

    @property
    def at_the_limit(self) -> list[UnspentLine]:
        return [line for line in self.lines if line.found.pooled]

    @property
    def stands_on_a_former_allotment(self) -> bool:
        """Whether the dotations were shared anew since."""
        return self.stored is not None and self.allotment is not None and self.stored.allotment_id != self.allotment.pk


def table_of(*, convention: Convention, exercise: int, found: Mapping[str, Unspent]) -> UnspentTable:
    """The page of a statement that is computed and not kept yet."""
    bodies = {one.code: one for one in Organisation.objects.filter(convention=convention)}
    lines = [UnspentLine(bodies[code], one) for code, one in sorted(found.items())]
    return UnspentTable(exercise, lines, in_force(convention=convention, exercise=exercise))


def stored_table(*, convention: Convention, exercise: int) -> UnspentTable:
    """The statement in force of an exercise; without one, a table without lines."""
    known = list(statements(convention=convention, exercise=exercise))
    rows = UnspentRow.objects.filter(statement=known[0]) if known else UnspentRow.objects.none()
    lines = [
        UnspentLine(
            row.organisation,
            Unspent(row.dotation, row.executed, row.limit, row.unused, row.kept, row.pooled, row.overspent),
        )
        for row in rows.select_related("organisation").order_by("organisation__code")
    ]
    last = in_force(convention=convention, exercise=exercise)
    return UnspentTable(exercise, lines, last, known[0] if known else None, known[1:])
