"""The indicators, and the explanations of their gaps, where words are looked for."""

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse

from cog.models import Convention
from cog.search import APART, Source, joined
from indicators.models import Explanation, Indicator


def indicator_source(*, convention: Convention) -> Source:
    """The technical sheets, by their code, title, objective and definition."""
    return Source(
        "indicateurs",
        "Indicateurs",
        Indicator.objects.filter(convention=convention),
        ("code", "title", KeyTextTransform("objective", "sheet"), KeyTextTransform("definition", "sheet")),
        "code",
        lambda key: reverse("indicator", args=[key]),
        rank="position",
    )


def explanation_source(*, convention: Convention) -> Source:
    """The explanations in force of the national figures; for who may read them before they are sent."""
    return Source(
        "explications",
        "Explications d'écart",
        Explanation.objects.filter(
            indicator__convention=convention, superseded_at__isnull=True, organisation__isnull=True
        ),
        ("text",),
        joined("indicator__code", "period"),
        lambda key: reverse("explanation", args=key.split(APART)),
        title=lambda key: key.replace(APART, ", "),
        rank=-F("pk"),
        simulated="simulated",
    )
