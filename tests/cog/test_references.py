"""F16: what something refers to is not deleted, by the ORM nor by SQL: archived, replaced, never gone."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.demo import open_accounts
from cog.models import Convention, Fiche, Organisation
from cog.operations import command_account
from indicators.models import Indicator, IndicatorVersion

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
OURS = ("cog", "indicators", "actions", "budgets", "reports")
PARTS = {  # what goes with its whole, having no meaning without it, and being no act of anybody
    "Membership.user", "Submission.account", "Digest.recipient", "MutedDigest.muted_by", "CalendarFeed.opened_by",
    "StaleResult.organisation", "OrganisationGroup.organisation",
}  # fmt: skip
MODELS = [model for label in OURS for model in apps.get_app_config(label).get_models()]
REFERENCES = [
    (model, field) for model in MODELS for field in model._meta.local_fields if isinstance(field, models.ForeignKey)
]
KEPT = {models.PROTECT, models.RESTRICT}


@pytest.mark.parametrize(
    ("model", "field"), REFERENCES, ids=lambda one: getattr(one, "name", getattr(one, "__name__", ""))
)
def test_a_reference_holds_what_it_points_at(model: type[models.Model], field: models.ForeignKey) -> None:
    """A reference protects; a part that goes with its whole points at something that nobody deletes but its owner."""
    kept = field.remote_field.on_delete
    if f"{model.__name__}.{field.name}" in PARTS:
        assert kept is models.CASCADE
        return
    whole = field.remote_field.model
    assert kept in KEPT or (kept is models.CASCADE and _is_a_part(model, whole)), f"{model.__name__}.{field.name}"


def _is_a_part(model: type[models.Model], whole: type[models.Model]) -> bool:
    """Whether a row goes with its whole: rows of the text re-read from its files, or computed again from others."""
    return whole in (Indicator, IndicatorVersion, Action) or model._meta.app_label == whole._meta.app_label


TARGETS = [Convention, Organisation, Fiche, Indicator, Action]


@pytest.mark.parametrize("model", TARGETS, ids=lambda model: model.__name__)
def test_what_is_referred_to_is_not_deleted_by_any_door(convention: Convention, model: type[models.Model]) -> None:
    """The ORM says what depends on it; SQL is refused by the foreign key; nothing is gone afterwards."""
    by, at = command_account(), timezone.now()
    open_accounts(code=convention.code, by=by, at=at)
    word = ProgressEntry(Action.objects.latest("pk").pk, ActionStatus("en_cours"), at.date(), comment="Dit.")
    record_progress(entries=[word], by=by, at=at)
    row = _referred(model)
    with pytest.raises((ProtectedError, RestrictedError)) as held, transaction.atomic():
        row.delete()
    assert held.value.args[1], "what depends on it is named"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [row.pk])
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        else:
            connection.check_constraints()
    assert model.objects.filter(pk=row.pk).exists()


def _referred(model: type[models.Model]) -> models.Model:
    for other, field in REFERENCES:
        if field.remote_field.model is model and field.remote_field.on_delete in KEPT:
            found = other.objects.filter(**{f"{field.name}__isnull": False}).select_related(field.name).first()
            if found is not None:
                return getattr(found, field.name)
    raise AssertionError(f"nothing refers to a {model.__name__}")


def test_no_page_deletes() -> None:
    """There is no admin and no page that deletes: views hold no `.delete(`."""
    assert not apps.is_installed("django.contrib.admin")
    for app in OURS:
        for path in (ROOT / app).rglob("*views.py"):
            assert not re.search(r"\.delete\(", path.read_text(encoding="utf-8")), path
