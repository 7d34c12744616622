"""The seals of the audit trail: each night, one digest of what was written, chained to the one before.

A trigger refuses to change a row, but whoever owns the base may take it away; a seal tells afterwards that a row was
changed, slipped in or removed. A seal covers what the one before it had already seen: rows whose transaction was still
under way are left to the next night.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from cog.audit import AuditEvent


class AuditSeal(models.Model):
    """« scellé du journal d'audit »: the digest of the rows up to one of them, and of the seal before. Append-only."""

    sealed_to = models.BigIntegerField("dernière trace scellée")
    seen_to = models.BigIntegerField("dernière trace vue")
    count = models.PositiveIntegerField("traces scellées")
    sha256 = models.CharField("empreinte", max_length=64)
    made_on = models.DateField("scellé le")

    class Meta:
        app_label = "cog"
        verbose_name = "scellé du journal d'audit"
        verbose_name_plural = "scellés du journal d'audit"

    def __str__(self) -> str:
        return f"scellé n° {self.pk} du {self.made_on:%d/%m/%Y}"


@transaction.atomic
def seal(at: datetime) -> None:
    """Seal what the last seal had seen; the first one only looks. Nothing new, nothing written."""
    last = AuditSeal.objects.order_by("-pk").first()
    seen = AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0
    if last is not None and last.sealed_to == last.seen_to == seen:
        return
    start, end, former = (last.sealed_to, last.seen_to, last.sha256) if last else (0, 0, "")
    count, digest = _digest(start, end, former)
    AuditSeal.objects.create(sealed_to=end, seen_to=seen, count=count, sha256=digest, made_on=timezone.localdate(at))


def broken() -> Iterator[str]:
    """Every seal that its rows no longer give, in sentences."""
    start, former = 0, ""
    for one in AuditSeal.objects.order_by("pk").iterator():
        count, digest = _digest(start, one.sealed_to, former)
        if count != one.count:
            yield f"{one} : trouvé {count} traces de la {start + 1} à la {one.sealed_to}, attendu {one.count}"
        elif digest != one.sha256:
            yield f"{one} : empreinte des traces {start + 1} à {one.sealed_to} {digest}, attendu {one.sha256}"
        start, former = one.sealed_to, one.sha256


def _digest(start: int, end: int, former: str) -> tuple[int, str]:
    """How many rows stand after one and up to another, and their digest, chained to the former one."""
    count, chain = 0, hashlib.sha256(former.encode())
    for row in AuditEvent.objects.filter(pk__gt=start, pk__lte=end).order_by("pk").iterator():
        told = [row.pk, row.at.astimezone(UTC).isoformat(), row.by_id, row.action, row.subject, row.details]
        chain.update(json.dumps(told, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        count += 1
    return count, chain.hexdigest()
