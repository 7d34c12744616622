"""Bringing a table in line with reference records: the same records twice change nothing.

`sync` creates and updates; what the files no longer hold is removed by `remove`, once everything has been synced, so
that nothing is removed before what refers to it has been pointed elsewhere.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError, RestrictedError

from cog.reference.files import Problem, ReferenceRefused

# The bounds of PostgreSQL, which SQLite does not check.
_LARGEST = {"PositiveSmallIntegerField": 2**15 - 1, "PositiveIntegerField": 2**31 - 1, "BigIntegerField": 2**63 - 1}


@dataclass(frozen=True)
class Change:
    """What a load did to one table, counted in rows; `stale` rows are those that `remove` takes away."""

    name: str
    created: int
    updated: int
    kept: int
    stale: tuple[models.Model, ...] = ()

    @property
    def removed(self) -> int:
        return len(self.stale)

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
    """Create and update rows so that `present` holds `wanted`; the rows to take away are the change's `stale`.

    `wanted` are unsaved instances; `key` gives the identity of a row on both sides; `fields` are the field names
    compared and updated. Kept rows keep their primary key, so that what refers to them still does; every wanted
    instance has its primary key afterwards. Raises ReferenceRefused when a value does not fit its column.
    """
    model = present.model
    wanted = list(wanted)
    _check(model, wanted, key)
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
    model._default_manager.bulk_create(to_create, batch_size=500)
    if to_update:
        model._default_manager.bulk_update(to_update, fields, batch_size=200)
    return Change(str(model._meta.verbose_name_plural), len(to_create), len(to_update), kept, tuple(existing.values()))


def remove(changes: list[Change]) -> None:
    """Take away what the files no longer hold, the last synced table first: children go before their parents.

    Raises ReferenceRefused, naming each row that something entered since still refers to.
    """
    problems, refused = [], set()
    for change in reversed(changes):
        _free_from_each_other(change.stale)
        for row in change.stale:
            try:
                row.delete()
            except (ProtectedError, RestrictedError) as error:
                refused.add(row)
                holders = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
                others = set(holders) - refused
                if others:
                    problems.append(_still_held(row, others))
    if problems:
        raise ReferenceRefused(problems)


def _free_from_each_other(rows: tuple[models.Model, ...]) -> None:
    """Undo the links between rows of one table that all go (a budget line and its parts)."""
    if not rows:
        return
    model = type(rows[0])
    links = [field.name for field in model._meta.concrete_fields if field.related_model is model and field.null]
    if links:
        model._default_manager.filter(pk__in=[row.pk for row in rows]).update(**dict.fromkeys(links))


def _still_held(row: models.Model, holders: set[Any]) -> Problem:
    counts: dict[str, int] = {}
    for holder in holders:
        name = str(holder._meta.verbose_name_plural)
        counts[name] = counts.get(name, 0) + 1
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    return Problem(
        f"table « {row._meta.verbose_name_plural} »",
        None,
        f"« {row} » (n° {row.pk}), absent des fichiers alors que la base y renvoie encore : {listed}",
        "cet enregistrement remis dans les fichiers, ou d'abord le retrait de ce qui y renvoie",
    )


def _check(model: type[models.Model], wanted: list[Any], key: Callable[[Any], Hashable]) -> None:
    """Refuse what the database would: a text or number too large for its column, one identity twice.

    A last guard: the records have bounds of their own, which name the file and the line.
    """
    columns = [field for field in model._meta.concrete_fields if not field.is_relation and not field.primary_key]
    where, problems = f"table « {model._meta.verbose_name_plural} »", []
    seen: set[Hashable] = set()
    for instance in wanted:
        shown = f"{instance._meta.verbose_name} {_identity(instance)}"
        for field in columns:
            value = getattr(instance, field.attname)
            largest = _LARGEST.get(field.get_internal_type())
            try:
                field.run_validators(value)
                fits = largest is None or value is None or value <= largest
            except ValidationError:
                fits = False
            if not fits:
                text = str(value)
                text = text if len(text) <= 60 else text[:57] + "…"
                problems.append(
                    Problem(where, None, f"{shown} : « {field.name} » = « {text} »", _bounds(field, largest))
                )
        # Parents are saved before their children: what a key is made of is known.
        if key(instance) in seen:
            problems.append(Problem(where, None, f"{shown} deux fois", "un seul enregistrement de cette identité"))
        seen.add(key(instance))
    if problems:
        raise ReferenceRefused(problems)


def _identity(instance: models.Model) -> str:
    for name in ("code", "ordinal", "position", "number"):
        value = getattr(instance, name, None)
        if value not in (None, ""):
            line = getattr(instance, "seed_line", None)
            return f"« {value} »" + (f" (l. {line} du texte)" if line else "")
    return f"« {instance} »"


def _bounds(field: Any, largest: int | None) -> str:
    if largest is not None:
        return f"un nombre entier de 0 à {largest}"
    if getattr(field, "max_digits", None):
        return (
            f"un nombre d'au plus {field.max_digits - field.decimal_places} chiffres avant la virgule"
            f" et {field.decimal_places} après"
        )
    if getattr(field, "max_length", None):
        return f"un texte d'au plus {field.max_length} caractères, de la forme que la colonne admet"
    return "une valeur que la colonne admet"
