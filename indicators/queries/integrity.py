"""Rows that point at nothing, or that nothing explains: what only SQL written by hand could make."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators.enums import BatchState
from indicators.models import Dispersion, ImportBatch, Indicator, IndicatorResult, IndicatorVersion, Observation


def orphans() -> list[str]:
    """Each kind of row that lacks what it rests on, with how many there are; nothing when all is well."""
    indicator, version = Indicator.objects.filter(pk=OuterRef("indicator_id")), IndicatorVersion.objects
    own = version.filter(pk=OuterRef("version_id"), indicator_id=OuterRef("indicator_id"))
    results = IndicatorResult.objects
    looked_at: list[tuple[str, QuerySet[Any]]] = [
        ("résultats sans fiche technique", results.filter(~Exists(indicator))),
        ("résultats sans leur définition", results.filter(~Exists(own), version_id__isnull=False)),
        ("dispersions sans résultat", Dispersion.objects.filter(~Exists(_spread_of()))),
        ("valeurs remontées par un lot qui n'est pas accepté", Observation.objects.exclude(_accepted("batch"))),
        (
            "valeurs fermées par un lot qui n'est pas accepté",
            Observation.objects.filter(closed_by__isnull=False).exclude(_accepted("closed_by")),
        ),
        (
            "corrections sans la valeur qu'elles corrigent",
            Observation.objects.filter(~Exists(_former()), revision__gt=1),
        ),
        ("lots acceptés sans leur fichier", ImportBatch.objects.filter(state=BatchState.ACCEPTED, file="")),
    ]
    counted = [(what, rows.count()) for what, rows in looked_at]
    return [f"{count} {what}" for what, count in counted if count]


def changed_files() -> Iterator[str]:
    """Every workbook received whose file is missing or is no longer the one that was sent, in sentences."""
    for batch in ImportBatch.objects.exclude(file="").defer("problems", "summary").order_by("pk").iterator():
        try:
            with batch.file.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            yield f"lot {batch.pk}, « {batch.file_name} » : le fichier {batch.file.name} manque"
            continue
        if found != batch.sha256:
            yield f"lot {batch.pk}, « {batch.file_name} » : empreinte {found}, attendu {batch.sha256}"


def _spread_of() -> QuerySet[IndicatorResult]:
    return IndicatorResult.objects.filter(indicator_id=OuterRef("indicator_id"), period=OuterRef("period"))


def _accepted(field: str) -> Q:
    return Q(**{f"{field}__state": BatchState.ACCEPTED})


def _former() -> QuerySet[Observation]:
    """The revision just before, closed by the batch that brought the next one."""
    return Observation.objects.filter(
        measure_id=OuterRef("measure_id"),
        organisation_id=OuterRef("organisation_id"),
        period=OuterRef("period"),
        breakdown=OuterRef("breakdown"),
        revision=OuterRef("revision") - 1,
        closed_by_id=OuterRef("batch_id"),
    )
