"""Each migration, as PostgreSQL will run it, is read by django-migration-linter.

What would break the version that still runs, or hold a table under traffic, is refused unless a reason is written here.
"""

from pathlib import Path

import pytest
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
BEFORE_RELEASE = "antérieure à la première mise en service : aucune base pleine, aucune version en cours à ménager"
ACCEPTED = dict.fromkeys(
    (
        "actions.0002_progress_and_charge",
        "actions.0008_no_amount_is_nan",
        "budgets.0002_articles",
        "budgets.0010_one_amount_a_cell",
        "budgets.0011_incoming",
        "budgets.0012_no_amount_is_nan",
        "cog.0002_jobs_are_cancelled",
        "cog.0007_accounts_are_invited",
        "indicators.0002_intake_versions_and_targets",
        "indicators.0003_results_in_bulk",
        "indicators.0004_stale_periods",
        "indicators.0005_explanations",
        "indicators.0006_amendments",
        "indicators.0007_no_amount_is_nan",
        "reports.0006_documents_and_states",
        "reports.0010_results_workbook",
    ),
    BEFORE_RELEASE,
)
"""Migrations in which something was found, and why each may stand all the same."""


@pytest.fixture
def linter() -> MigrationLinter:
    if connection.vendor != "postgresql":
        pytest.skip("lu sur le SQL de PostgreSQL, que la production emploie")
    return MigrationLinter(path=str(ROOT), no_cache=True, no_output=True)


def _codes(linter: MigrationLinter, migration: Migration, sql: list[str]) -> set[str]:
    errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, sql, [])
    more_errors, _, more_warnings = linter.analyse_data_migration(migration)
    return {one.code for one in (*errors, *more_errors, *warnings, *more_warnings)}


def test_no_migration_breaks_the_version_that_runs(linter: MigrationLinter) -> None:
    found = {}
    for (app, name), migration in sorted(linter.migration_loader.disk_migrations.items()):
        if (ROOT / app / "migrations").is_dir() and (codes := _codes(linter, migration, linter.get_sql(app, name))):
            found[f"{app}.{name}"] = sorted(codes)
    unsaid = {name: codes for name, codes in found.items() if name not in ACCEPTED}
    assert not unsaid, f"la faire en deux temps (docs/mise-a-jour.md), ou en écrire la raison dans ACCEPTED : {unsaid}"
    assert set(ACCEPTED) == set(found), "une raison sans objet se retire"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ('ALTER TABLE "cog_fiche" ADD COLUMN "note" text NOT NULL;', "NOT_NULL"),
        ('ALTER TABLE "cog_fiche" DROP COLUMN "title";', "DROP_COLUMN"),
        ('CREATE INDEX "fiche_title" ON "cog_fiche" ("title");', "CREATE_INDEX"),
    ],
)
def test_what_would_break_is_found(linter: MigrationLinter, sql: str, code: str) -> None:
    """The control: were such a statement in a migration, it would be told."""
    migration = Migration("0999_essai", "cog")
    assert code in _codes(linter, migration, [sql])
    migration.operations = [migrations.AddField("fiche", "note", models.TextField(null=True))]
    assert not _codes(linter, migration, ['ALTER TABLE "cog_fiche" ADD COLUMN "note" text NULL;'])
