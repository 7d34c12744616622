"""Bringing a table in line with reference records: the same records twice change nothing."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Change:
    """What a load did to one table, counted in rows."""

    name: str
    created: int
    updated: int
    removed: int
    kept: int

    @property
    def any(self) -> bool:
        return bool(self.created or self.updated or self.removed)

    def __str__(self) -> str:
        return (
            f"{self.name} : {self.created} créés, {self.updated} modifiés,"
            f" {self.removed} retirés, {self.kept} inchangés"
        )


def sync(
    present: models.QuerySet[Any],
    wanted: Iterable[models.Model],
    *,
    key: Callable[[Any], Hashable],
    fields: list[str],
) -> Change:
    """Create, update and remove rows so that `present` holds exactly `wanted`.

    `wanted` are unsaved instances; `key` gives the identity of a row on both sides; `fields` are the field names
    compared and updated. Kept rows keep their primary key, so that what refers to them still does; every wanted
    instance has its primary key afterwards. Raises ProtectedError when a removed row is still referred to.
    """
    model = present.model
    existing = {key(row): row for row in present}
    attributes = [model._meta.get_field(name).attname for name in fields]
    to_create, to_update, kept = [], [], 0
    for instance in wanted:
        row = existing.pop(key(instance), None)
        if row is None:
            to_create.append(instance)
            continue
        instance.pk = row.pk
        instance._state.adding = False
        if any(getattr(row, name) != getattr(instance, name) for name in attributes):
            to_update.append(instance)
        else:
            kept += 1
    removed = len(existing)
    if removed:
        for row in existing.values():
            row.delete()
    model._default_manager.bulk_create(to_create, batch_size=500)
    if to_update:
        model._default_manager.bulk_update(to_update, fields, batch_size=200)
    return Change(str(model._meta.verbose_name_plural), len(to_create), len(to_update), removed, kept)
