"""The actions' part of the demonstration: simulated progress, through the same operation as real progress."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from actions.demo_data import DemoAction, Entry, generate_progress
from actions.enums import ActionStatus, Charge
from actions.models import Action, ActionProgress, SdsiProgramme
from actions.operations import Naming, ProgressEntry, name_responsible, open_direction, record_progress
from actions.operations.sdsi import write_synthesis
from cog.models import Convention, Fiche, User

SEED = 2013
A_YEAR = timedelta(days=365)
SYNTHESES = (2013, 2014, 2015, 2016)
GAINS = (
    "Apport simulé : moins de ressaisies pour les agents, une réponse plus rapide à l'allocataire.",
    "Apport simulé : les caisses partagent un même outil, les traitements sont harmonisés.",
    "Apport simulé : des contrôles faits à la source, moins de rejets.",
)
ACHIEVEMENTS = (
    "Réalisation simulée : première version en service dans dix caisses.",
    "Réalisation simulée : cahier des charges validé, marché notifié.",
    "Réalisation simulée : généralisation achevée, ancienne application arrêtée.",
)


def load_progress(*, convention: Convention, by: User, at: datetime) -> bool:
    """Record the simulated history of every action; False when it is already there."""
    if ActionProgress.objects.filter(action__fiche__convention=convention, simulated=True).exists():
        return False
    actions = Action.objects.filter(fiche__convention=convention).prefetch_related("deadlines")
    known = {}
    for action in actions.select_related("fiche").order_by("plan", "fiche__number", "ordinal"):
        dated = [row for row in action.deadlines.all() if row.start is not None]
        ends = [row.end for row in dated if row.end is not None]
        known[action.key] = (
            action,
            DemoAction(
                key=action.key,
                fiche=action.fiche.number,
                start=min((row.start for row in dated), default=None),
                end=max(ends, default=None),
                kind=max(dated, key=lambda row: row.end or convention.end).kind if dated else "unscheduled",
            ),
        )
    entries = [
        _entry(*known[word.key], word)
        for word in generate_progress(actions=[demo for _, demo in known.values()], seed=SEED)
    ]
    record_progress(entries=entries, by=by, at=at, simulated=True)
    _name_directions(convention, by, at)
    _write_syntheses(convention, by, at)
    return True


def _write_syntheses(convention: Convention, by: User, at: datetime) -> None:
    """What each programme of the Sdsi brought and cost in the years of the demonstration."""
    for programme in SdsiProgramme.objects.filter(axis__convention=convention).order_by("number"):
        chance = random.Random(f"{SEED}:{programme.number}")  # noqa: S311 - simulated data, the same every time
        for year in SYNTHESES:
            write_synthesis(
                programme=programme,
                year=year,
                gains=chance.choice(GAINS),
                achievements=chance.choice(ACHIEVEMENTS),
                spending=Decimal(chance.randint(400, 9000)),
                seen=0,
                by=by,
                at=at,
                simulated=True,
            )


def _entry(action: Action, demo: DemoAction, word: Entry) -> ProgressEntry:
    """A simulated word with what it must show: it is marked simulated, and says that nothing stands behind it."""
    status = ActionStatus(word.status)
    told = {}
    if status == ActionStatus.DONE:
        told = {"without_evidence": "Donnée simulée : aucune pièce n'existe.", "percent": 100}
    elif status in (ActionStatus.POSTPONED, ActionStatus.ABANDONED):
        told = {"decision": "Décision simulée, sans référence réelle"}
    if status == ActionStatus.POSTPONED and demo.end is not None:
        told |= {
            "revised_end": demo.end + A_YEAR,
            "revision_reason": "Report simulé.",
            "revision_agreed_by": "personne : révision simulée",
        }
    return ProgressEntry(
        action_id=action.pk, status=status, as_of=word.as_of, done_on=word.done_on, comment=word.comment, **told
    )


DIRECTIONS = (
    ("DIR-A", "Direction simulée A (action sociale)"),
    ("DIR-B", "Direction simulée B (relation de service)"),
    ("DIR-C", "Direction simulée C (système d'information)"),
)


def _name_directions(convention: Convention, by: User, at: datetime) -> None:
    """Simulated directions in charge of most fiches: two are left to nobody, as a real file would have it."""
    opened = [
        open_direction(convention=convention, code=code, name=name, by=by, at=at, simulated=True)
        for code, name in DIRECTIONS
    ]
    person = User.objects.filter(email="contributeur@demo.invalid").first()
    for fiche in Fiche.objects.filter(convention=convention).order_by("number"):
        if fiche.number in (9, 17):
            continue
        direction = opened[2] if fiche.number == 23 else opened[fiche.number % 2]
        naming = Naming(fiche, None, direction, Charge.LEAD, person)
        name_responsible(naming=naming, by=by, at=at, simulated=True)
