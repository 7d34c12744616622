"""What an amendment may change here: the deadline of an action, of a fiche or of the information-system plan."""

from collections.abc import Sequence
from datetime import date, datetime

from actions.compute.deadlines import Reading, read_one
from actions.models import Action, AmendedDeadline
from cog.amendments.registry import ChangeRefused, Line
from cog.enums import ChangeKind
from cog.models import Amendment, AmendmentChange, Convention, User
from cog.periods import format_date

Changes = Sequence[AmendmentChange]


class DeadlinePart:
    """« échéance »: the whole action gets one date, written as the convention writes its own."""

    kind = ChangeKind.DEADLINE

    def subjects(self, *, convention: Convention) -> list[tuple[str, str]]:
        rows = Action.objects.filter(fiche__convention=convention).select_related("fiche", "objective")
        return [(row.key, f"{row.key} · {row.name[:110]}") for row in rows.order_by("plan", "fiche__number", "ordinal")]

    def lines(self, *, convention: Convention, subject: str, on: date) -> list[Line]:
        action = _action(convention, subject)
        if action is None:
            return []
        hint = "comme la convention l'écrit : « Fin 2016 », « 1er semestre 2017 », « 31/12/2016 »"
        return [Line("", f"Action {subject}, échéance", self._in_force(action, on), hint)]

    def after(self, *, convention: Convention, subject: str, key: str, entry: str, on: date) -> str:
        return _words(_read(convention, entry))

    def faults(self, *, amendment: Amendment, changes: Changes, at: datetime) -> list[str]:
        return []

    def apply(self, *, amendment: Amendment, changes: Changes, by: User, at: datetime) -> None:
        for change in changes:
            reading = _read(amendment.convention, change.entry)
            AmendedDeadline.objects.create(
                action=_action(amendment.convention, change.subject),
                amendment=amendment,
                effective_on=amendment.effective_on,
                raw=reading.raw,
                kind=reading.kind,
                start=reading.start,
                end=reading.end,
            )

    def _in_force(self, action: Action, on: date) -> str:
        amended = action.amended_deadlines.filter(effective_on__lte=on).order_by("effective_on", "pk").last()
        if amended is not None:
            return f"{amended.raw} (au plus tard le {format_date(amended.end)})"
        ends = [row.end for row in action.deadlines.all() if row.end is not None]
        raw = " ; ".join(line.strip() for line in action.deadline_cell.split("\n") if line.strip())
        last = f" (au plus tard le {format_date(max(ends))})" if ends else ""
        return f"{raw or 'rien d’imprimé'}{last}"


def _action(convention: Convention, key: str) -> Action | None:
    """The action of a key as addresses write it, « 10-3 », « sdsi-12 »."""
    plan, _, ordinal = key.rpartition("-")
    if not ordinal.isdecimal():
        return None
    rows = Action.objects.filter(fiche__convention=convention, ordinal=int(ordinal)).select_related("fiche")
    if plan == "sdsi":
        return rows.filter(plan="sdsi").first()
    return rows.filter(plan="cog", fiche__number=int(plan)).first() if plan.isdecimal() else None


def _read(convention: Convention, entry: str) -> Reading:
    reading = read_one(entry, term=(convention.start, convention.end))
    if not reading.understood or reading.start is None or reading.end is None:
        raise ChangeRefused(
            f"trouvé « {entry} », attendu une seule échéance datée, comme « Fin 2016 » ou « 31/12/2016 »."
        )
    return reading


def _words(reading: Reading) -> str:
    return f"{reading.raw} (au plus tard le {format_date(reading.end)})" if reading.end else reading.raw
