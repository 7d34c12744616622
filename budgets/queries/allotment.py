"""Allotments of the dotations d'action sociale: what is asked and checked, what is stored, what a page shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from budgets.compute import allotment as engine
from budgets.models import Allotment, AllotmentRow, BudgetAmount, UnspentStatement
from cog.figures import NOT_APPLICABLE, NOT_AVAILABLE, decimals_of, format_exact, format_figure
from cog.models import Convention, Organisation

DOTATIONS = "dotations"
"""The fungibility group of the socle of the dotations (A-FNAS-40)."""

MAX_AMOUNT = Decimal(10) ** 12
UNUSUAL_GROWTH = Decimal("0.2")


@dataclass(frozen=True)
class AllotmentRequest:
    """What is asked for: the allotment of an exercise, by an act. Amounts in k€.

    `seen`: the last number of the exercise that the person had in view (0: none).
    """

    exercise: int
    envelope: Decimal
    entries: tuple[engine.Entry, ...]
    act: str
    decided_on: date
    parameters: engine.Parameters = engine.OF_THE_TEXT
    state_notice: str = ""
    reason: str = ""
    seen: int = 0


class AllotmentRefused(Exception):
    """What keeps an allotment from being made or recorded; `problems` says all of it, in French."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def caisses(*, convention: Convention) -> list[Organisation]:
    """The caisses of the network, by code: each has its dotation."""
    return list(Organisation.objects.filter(convention=convention).caisses().order_by("code"))


def allotments(*, convention: Convention) -> QuerySet[Allotment]:
    """Every allotment, the latest exercise first; of an exercise, the number in force first."""
    rows = Allotment.objects.filter(convention=convention).select_related("recorded_by", "convention")
    return rows.order_by("-exercise", "-number")


def in_force(*, convention: Convention, exercise: int) -> Allotment | None:
    """The last allotment of an exercise."""
    return allotments(convention=convention).filter(exercise=exercise).first()


def prepared(*, convention: Convention, request: AllotmentRequest, today: date) -> engine.Allotment:
    """The allotment asked for, checked and computed; nothing is written. Raises AllotmentRefused with every problem."""
    problems = faults_of_the_act(convention=convention, request=request, today=today)
    problems += _faults_of_the_caisses(convention, request)
    try:
        found = engine.allot(request.entries, envelope=request.envelope, parameters=request.parameters)
    except engine.AllotmentImpossible as impossible:
        raise AllotmentRefused([*problems, *impossible.problems]) from impossible
    if problems:
        raise AllotmentRefused(problems)
    return found


def faults_of_the_act(*, convention: Convention, request: AllotmentRequest, today: date) -> list[str]:
    """What is wrong with the exercise, the act, the reason or the parameters, in French."""
    last = in_force(convention=convention, exercise=request.exercise)
    found = []
    if request.exercise not in convention.years:
        years = f"{convention.start.year} à {convention.end.year}"
        found.append(f"Exercice : trouvé {request.exercise}, attendu une année de la convention, de {years}.")
    if not request.act.strip():
        found.append("Décision : citer l'acte qui arrête la répartition (conseil, lettre, date).")
    if request.decided_on > today:
        found.append(f"Date de la décision : trouvé {request.decided_on:%d/%m/%Y}, attendu une date passée.")
    if last is not None and not request.reason.strip():
        found.append(f"Motif : dire pourquoi cette répartition remplace le n° {last.number} de {request.exercise}.")
    if last is None and request.reason.strip():
        found.append(f"Motif : aucune répartition de {request.exercise} n'est à remplacer, laisser vide.")
    if request.parameters != engine.OF_THE_TEXT and not request.state_notice.strip():
        found.append(
            "Paramètres modifiés : citer l'avis donné au préalable aux services de l'État (l. 6049), ou reprendre ceux "
            "de la convention, 70 % et 110 %."
        )
    return found


def _faults_of_the_caisses(convention: Convention, request: AllotmentRequest) -> list[str]:
    names = {one.code: one.name for one in caisses(convention=convention)}
    given = Counter(one.code for one in request.entries)
    found = [
        f"Caisse « {code} » : code inconnu, attendu celui d'une caisse du réseau."
        for code in sorted(given)
        if code not in names
    ]
    missing = [f"{code} {names[code]}" for code in names if code not in given]
    if missing:
        found.append(f"Caisses sans ligne, {len(missing)} sur {len(names)} : {', '.join(missing)}.")
    amounts = [("Enveloppe nationale", request.envelope)]
    for one in request.entries:
        amounts += [(f"Caisse {one.code}, prestations versées", one.benefits)]
        amounts += [(f"Caisse {one.code}, dotation précédente", one.previous)]
    return found + [f"{what} : {fault}" for what, value in amounts if (fault := amount_fault(value))]


def amount_fault(value: Decimal) -> str:
    """What keeps an amount in k€ from being stored as it is; signs are checked with the rest."""
    if not value.is_finite():
        return ""
    if abs(value) >= MAX_AMOUNT:
        return f"trouvé {format_exact(value)}, attendu moins de {format_exact(MAX_AMOUNT)} k€."
    if decimals_of(value) > decimals_of(engine.CENT):
        return f"trouvé {format_exact(value)} k€, attendu un nombre entier de centimes : arrondir à 5 décimales."
    return ""


def _signed_rate(rate: Decimal) -> str:
    """A change given as a fraction: « +1,25 % »."""
    shown = format_figure(rate * 100, 2, "%")
    return f"+{shown}" if rate > 0 else shown


@dataclass(frozen=True)
class Line:
    """The dotation of a caisse, beside its body."""

    body: Organisation
    share: engine.Share

    @property
    def basis_words(self) -> str:
        """What its dotation is in the end, in words."""
        share = self.share
        if share.basis is engine.Basis.CAPPED:
            return "plafond"
        if share.basis is engine.Basis.GUARANTEED:
            return f"garantie, au tour {share.settled_in}" if share.settled_in else "garantie"
        if share.entry.decreases is None:
            return "prorata, allocataires inconnus"
        return "prorata, garantie sans effet" if share.entry.decreases else "prorata"

    @property
    def growth_shown(self) -> str:
        growth = self.share.growth
        return NOT_APPLICABLE if growth is None else _signed_rate(growth)


@dataclass(frozen=True)
class AllotmentTable:
    """An allotment as its page shows it: computed and not kept yet, or kept (`stored`)."""

    exercise: int
    result: engine.Allotment
    lines: list[Line]
    notes: list[str]
    programme: Decimal | None
    stored: Allotment | None = None
    is_in_force: bool = True

    @property
    def total(self) -> Decimal:
        return sum((line.share.amount for line in self.lines), Decimal(0))

    @property
    def total_benefits(self) -> Decimal:
        return sum((line.share.entry.benefits for line in self.lines), Decimal(0))

    @property
    def total_previous(self) -> Decimal:
        return sum((line.share.entry.previous for line in self.lines), Decimal(0))

    @property
    def total_retained(self) -> Decimal:
        return sum((line.share.retained for line in self.lines), Decimal(0))

    @property
    def total_spread(self) -> Decimal:
        return sum((line.share.spread for line in self.lines), Decimal(0))

    @property
    def mean_shown(self) -> str:
        return _signed_rate(self.result.mean_growth)

    @property
    def guaranteed_shown(self) -> str:
        return _signed_rate(self.result.guaranteed_rate)

    @property
    def part_shown(self) -> str:
        return format_exact(self.result.parameters.guaranteed_part * 100, "%")

    @property
    def cap_shown(self) -> str:
        return format_exact(self.result.parameters.cap * 100, "%")

    def line_of(self, code: str) -> Line | None:
        """The line of a caisse; None when it has none here."""
        return next((line for line in self.lines if line.body.code == code), None)

    def rounds_of(self, line: Line) -> list[engine.Round]:
        """The rounds that a caisse took part in."""
        stopped = line.share.settled_in
        return [one for one in self.result.rounds if stopped is None or one.number <= stopped]

    @property
    def guaranteed(self) -> list[Line]:
        return [line for line in self.lines if line.share.basis is engine.Basis.GUARANTEED]

    @property
    def capped(self) -> list[Line]:
        return [line for line in self.lines if line.share.basis is engine.Basis.CAPPED]

    @property
    def decreasing(self) -> int:
        return sum(1 for line in self.lines if line.share.entry.decreases)


def table_of(
    *, convention: Convention, exercise: int, result: engine.Allotment, stored: Allotment | None = None
) -> AllotmentTable:
    """The page of an allotment."""
    bodies = {one.code: one for one in Organisation.objects.filter(convention=convention)}
    lines = [Line(bodies[share.entry.code], share) for share in result.shares]
    programme = programme_of(convention=convention, exercise=exercise)
    notes = [*engine.notes(result), *_doubts(result, programme)]
    last = in_force(convention=convention, exercise=exercise) if stored else None
    return AllotmentTable(
        exercise, result, lines, notes, programme, stored, is_in_force=last is None or last.pk == stored.pk
    )


def _doubts(result: engine.Allotment, programme: Decimal | None) -> list[str]:
    """What should be looked at before anyone signs."""
    found = []
    if abs(result.mean_growth) > UNUSUAL_GROWTH:
        shown = format_exact((result.mean_growth * 100).quantize(Decimal("0.1")), "%")
        found.append(
            f"Le taux moyen est de {shown} : vérifier que l'enveloppe et les dotations précédentes sont toutes en k€."
        )
    if programme is not None and result.envelope != programme:
        gap = format_exact(result.envelope - programme)
        found.append(
            f"L'enveloppe diffère du socle programmé par la convention, {format_exact(programme)} k€ : écart {gap} k€."
        )
    return found


def programme_of(*, convention: Convention, exercise: int) -> Decimal | None:
    """The socle of the dotations that the convention programmes for a year, in k€; None when it prints none."""
    rows = BudgetAmount.objects.filter(line__fund__convention=convention, line__group=DOTATIONS, year=str(exercise))
    amounts = list(rows.values_list("amount", flat=True))
    return sum(amounts, Decimal(0)) if amounts else None


def stored_result(*, allotment: Allotment) -> engine.Allotment:
    """What was computed when the allotment was recorded, read back."""
    rows = AllotmentRow.objects.filter(allotment=allotment).select_related("organisation")
    return engine.Allotment(
        envelope=allotment.envelope,
        parameters=engine.Parameters(allotment.guaranteed_part, allotment.cap),
        mean_growth=allotment.mean_growth,
        guaranteed_rate=allotment.guaranteed_rate,
        rounds=tuple(
            engine.Round(
                one["number"],
                Decimal(one["difference"]),
                one["sharing"],
                Decimal(one["coefficient"]),
                tuple(one["settled"]),
            )
            for one in allotment.rounds
        ),
        shares=tuple(_share(row) for row in rows.order_by("organisation__code")),
    )


def _share(row: AllotmentRow) -> engine.Share:
    return engine.Share(
        entry=engine.Entry(
            row.organisation.code, row.benefits, row.previous, row.beneficiaries_before, row.beneficiaries_now
        ),
        prorata=row.prorata,
        guarantee=row.guarantee,
        cap=row.ceiling,
        retained=row.retained,
        shared=row.shared,
        amount=row.amount,
        basis=engine.Basis(row.basis),
        settled_in=row.settled_in,
    )


def known_dotations(*, convention: Convention, exercise: int) -> dict[str, Decimal]:
    """The dotation of each caisse in an exercise, by code; empty when none was recorded."""
    last = in_force(convention=convention, exercise=exercise)
    rows = AllotmentRow.objects.filter(allotment=last) if last else AllotmentRow.objects.none()
    return dict(rows.values_list("organisation__code", "amount"))


@dataclass(frozen=True)
class ExerciseLine:
    """An exercise: what the convention programmes, the allotment in force, the ones it replaced."""

    year: int
    programme: Decimal | None
    last: Allotment | None
    former: list[Allotment]
    has_statement: bool = False

    @property
    def unspent_words(self) -> str:
        return "état enregistré" if self.has_statement else "à saisir"

    @property
    def mean_shown(self) -> str:
        return _signed_rate(self.last.mean_growth) if self.last else NOT_AVAILABLE


def by_exercise(*, convention: Convention) -> list[ExerciseLine]:
    """The years of the convention, each with its allotments."""
    known: dict[int, list[Allotment]] = {year: [] for year in convention.years}
    for row in allotments(convention=convention):
        known.setdefault(row.exercise, []).append(row)
    told = set(UnspentStatement.objects.filter(convention=convention).values_list("exercise", flat=True))
    return [
        ExerciseLine(
            year, programme_of(convention=convention, exercise=year), next(iter(rows), None), rows[1:], year in told
        )
        for year, rows in sorted(known.items())
    ]
