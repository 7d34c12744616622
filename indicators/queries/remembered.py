"""What only the reference and the definitions make: worked out once in a process, for all the files that come."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from cog.models import AuditEvent, Convention

T = TypeVar("T")

ACTS = ("convention.loaded", "definition.adopted", "definition.withdrawn")
"""What changes it; each leaves its row in the audit trail, in its own transaction."""

_held: dict[tuple[Hashable, int], tuple[Any, Any]] = {}


def remembered(name: Hashable, convention: Convention, build: Callable[[], T]) -> T:
    """What `build` gives, kept until the reference or a definition changes."""
    stamp = AuditEvent.objects.filter(action__in=ACTS).order_by("-pk").values_list("pk", "at").first()
    known = _held.get((name, convention.pk))
    if known is None or known[0] != stamp:
        known = _held[name, convention.pk] = (stamp, build())
    value: T = known[1]
    return value
