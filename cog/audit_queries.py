"""Reads of the audit trail: who did what, when, on what, and what it changed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cog.audit import AFTER, BEFORE, AuditEvent
from cog.audit_words import ACTS, FIELDS
from cog.figures import format_exact


def events(
    *, who: str = "", act: str = "", subject: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[AuditEvent]:
    """The rows that match, the latest first; `until` is included."""
    rows = AuditEvent.objects.select_related("by").order_by("-pk")
    if who:
        rows = rows.filter(Q(by__name__icontains=who) | Q(by__email__icontains=who))
    if act:
        rows = rows.filter(action=act)
    if subject:
        rows = rows.filter(subject__icontains=subject)
    if since:
        rows = rows.filter(at__gte=_midnight(since))
    if until:
        rows = rows.filter(at__lt=_midnight(until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def acts_done() -> list[tuple[str, str]]:
    """The acts that the trail holds, with their words, in the order of the words."""
    codes = AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct()
    return sorted(((code, act_words(code)) for code in codes), key=lambda pair: pair[1].casefold())


def act_words(code: str) -> str:
    """An act in French; its code when nobody gave it words."""
    return ACTS.get(code, code)


@dataclass(frozen=True)
class Change:
    """One thing an event tells: what it was and what it became, or only what it is. None: nothing there."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Told:
    """An event as a page or a file says it."""

    event: AuditEvent
    act: str
    who: str
    changes: list[Change]

    @property
    def compared(self) -> bool:
        """Whether something is told as it was before."""
        return any(change.before is not None for change in self.changes)


def told(event: AuditEvent, *, with_changes: bool) -> Told:
    """An event in words; without its changes for whoever may not read figures."""
    who = event.by.name if event.by else "l'application"
    return Told(event, act_words(event.action), who, list(_changes(event.details)) if with_changes else [])


def _changes(details: dict[str, Any]) -> Iterator[Change]:
    before, after = (_fields(details.get(name)) for name in (BEFORE, AFTER))
    for key in dict.fromkeys([*before, *after]):
        yield Change(FIELDS.get(key, key), _text(before.get(key)), _text(after.get(key)))
    for key, value in details.items():
        if key not in (BEFORE, AFTER):
            yield Change(FIELDS.get(key, key), None, _text(value))


def _fields(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {} if said is None else {"text": said}


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return " ; ".join(f"{name} : {_text(one) or '–'}" for name, one in value.items())
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ", ".join(_text(one) or "–" for one in value)
    if isinstance(value, str):
        return format_exact(Decimal(value)) if _NUMBER.fullmatch(value) else value
    return json.dumps(value, ensure_ascii=False)


_NUMBER = re.compile(r"-?(0|[1-9]\d*)\.\d+|-[1-9]\d*")
"""A figure of the trail, kept as text so that it is exact: told in French. A whole number is one already, or a code."""
