"""Recording what was done of the actions: words added to their history, all or none."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from actions.compute.words import Fault, Word, faults
from actions.enums import ActionStatus
from actions.models import Action, ActionProgress, Evidence
from cog import audit
from cog.models import Convention, User


@dataclass(frozen=True)
class ProgressEntry:
    """One word on an action; see `actions.compute.words.Word` for what each field says.

    `seen`: the last word of the action that the person had in view (0: none); None where nobody looked (a command).
    """

    action_id: int
    status: ActionStatus | str
    as_of: date
    done_on: date | None = None
    comment: str = ""
    percent: int | None = None
    without_evidence: str = ""
    decision: str = ""
    revised_end: date | None = None
    revision_reason: str = ""
    revision_agreed_by: str = ""
    seen: int | None = None

    @property
    def word(self) -> Word:
        told = {key: value for key, value in asdict(self).items() if key not in ("action_id", "seen")}
        return Word(**told | {"status": str(self.status)})


class ProgressRefused(Exception):
    """What is wrong, action by action: id -> (field, sentence). Nothing was written."""

    def __init__(self, found: dict[int, list[Fault]]) -> None:
        self.found = found
        super().__init__(" ".join(words for told in found.values() for _, words in told))


class ProgressMoved(Exception):
    """Someone wrote on the same actions since the entry was prepared: nothing was written. `last`: id -> their word."""

    def __init__(self, last: dict[int, ActionProgress]) -> None:
        self.last = last
        names = sorted({row.recorded_by.name for row in last.values()})
        super().__init__(
            f"{', '.join(names)} a écrit pendant la saisie sur {len(last)} de ces actions : rien n'est enregistré. "
            "Relire ce qui a changé, puis enregistrer de nouveau."
        )


@transaction.atomic
def record_progress(
    *, entries: list[ProgressEntry], by: User, at: datetime, simulated: bool = False
) -> list[ActionProgress]:
    """Add words to the history of actions, all or none.

    Raises ProgressRefused with every fault of every entry, ProgressMoved when an action has a word that was not seen.
    """
    keys = {entry.action_id for entry in entries}
    locked = Action.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    named = {action.pk: action for action in locked.select_related("fiche")}  # one writer at a time on an action
    _refuse_unseen(entries)
    proved = set(Evidence.objects.filter(action__in=keys, withdrawn_at__isnull=True).values_list("action", flat=True))
    today = timezone.localdate(at)
    told = ((entry, faults(entry.word, today=today, has_evidence=entry.action_id in proved)) for entry in entries)
    found = {entry.action_id: wrong for entry, wrong in told if wrong}
    if found:
        raise ProgressRefused(found)
    rows = [_row(entry, entry.action_id in proved, by, at, simulated) for entry in entries]
    before = _statuses(named, ActionProgress.objects.filter(action__in=keys).order_by("pk"))
    ActionProgress.objects.bulk_create(rows, batch_size=500)
    if simulated and named:
        fiches = {action.fiche_id for action in named.values()}
        Convention.objects.filter(fiche__in=fiches).update(holds_simulated=True)
    audit.record(
        action="actions.progress_recorded",
        subject=f"{len(rows)} avancement{'s' if len(rows) > 1 else ''}",
        by=by,
        at=at,
        details={"simulated": simulated},
        before=before,
        after=_statuses(named, rows),
    )
    return rows


def _statuses(named: dict[int, Action], rows: Iterable[ActionProgress]) -> dict[str, str]:
    """How far each action is said to be by the last of these words."""
    return {
        f"action {named[row.action_id].key}": " · ".join(
            filter(None, (row.status, row.as_of.isoformat(), "" if row.percent is None else f"{row.percent} %"))
        )
        for row in rows
    }


def _refuse_unseen(entries: Iterable[ProgressEntry]) -> None:
    """Refuse entries prepared before a word that the person did not see."""
    seen = {entry.action_id: entry.seen for entry in entries if entry.seen is not None}
    last: dict[int, ActionProgress] = {}
    rows = ActionProgress.objects.filter(action__in=seen).select_related("recorded_by").order_by("pk")
    for row in rows:
        last[row.action_id] = row
    moved = {pk: last[pk] for pk, known in seen.items() if pk in last and last[pk].pk != known}
    if moved:
        raise ProgressMoved(moved)


def _row(entry: ProgressEntry, proved: bool, by: User, at: datetime, simulated: bool) -> ActionProgress:
    words = asdict(entry.word)
    return ActionProgress(
        action_id=entry.action_id,
        **{name: value.strip() if isinstance(value, str) else value for name, value in words.items()},
        has_evidence=proved,
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
