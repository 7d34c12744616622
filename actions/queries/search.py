"""The actions, and what was said of them, where words are looked for."""

from typing import Any

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from actions.enums import Plan
from actions.models import Action, ActionProgress, CommitmentWord
from cog.models import Convention
from cog.search import Source


def _key(prefix: str = "") -> Any:
    """`10-3`, `sdsi-12`: the key of an action's page."""
    ordinal = Cast(F(f"{prefix}ordinal"), TextField())
    fiche = Cast(F(f"{prefix}fiche__number"), TextField())
    own = Concat(fiche, Value("-"), ordinal, output_field=TextField())
    sdsi = Concat(Value("sdsi-"), ordinal, output_field=TextField())
    return Case(When(**{f"{prefix}plan": Plan.SDSI}, then=sdsi), default=own, output_field=TextField())


def _title(key: str) -> str:
    return f"Action {key}"


def _address(key: str) -> str:
    return reverse("action", args=[key])


def action_source(*, convention: Convention) -> Source:
    """The actions of the fiches and of the Sdsi, by what the convention prints."""
    rows = Action.objects.filter(fiche__convention=convention)
    return Source("actions", "Actions", rows, ("label", "objective__title"), _key(), _address, title=_title)


def progress_source(*, convention: Convention) -> Source:
    """What was said of the actions; for who may read progress."""
    rows = ActionProgress.objects.filter(action__fiche__convention=convention)
    return Source(
        "avancement",
        "Avancement des actions",
        rows,
        ("comment", "revision_reason", "decision", "without_evidence"),
        _key("action__"),
        _address,
        title=_title,
        note="as_of",
        rank=-F("pk"),
        simulated="simulated",
    )


def state_source(*, convention: Convention) -> Source:
    """What the State said of its commitments; for who may read its part."""
    return Source(
        "etat",
        "Ce que dit l'État",
        CommitmentWord.objects.filter(commitment__convention=convention),
        ("comment",),
        "commitment__code",
        lambda key: reverse("commitment", args=[key]),
        title=lambda key: f"Engagement {key}",
        note="as_of",
        rank=-F("pk"),
        simulated="simulated",
    )
