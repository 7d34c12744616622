"""No amount is NaN (cog/finite.py)."""

from django.db import migrations

from cog.finite import RefuseNaN


class Migration(migrations.Migration):
    dependencies = [("budgets", "0011_incoming")]

    operations = [
        RefuseNaN("budgets_allotment", "envelope", "guaranteed_part", "cap", "mean_growth", "guaranteed_rate"),
        RefuseNaN("budgets_allotmentrow", "benefits", "previous", "prorata", "guarantee", "ceiling", "retained", "shared", "amount"),
        RefuseNaN("budgets_budgetamount", "amount"),
        RefuseNaN("budgets_movement", "amount", "national"),
        RefuseNaN("budgets_publishedbudget", "amount"),
        RefuseNaN("budgets_transfer", "amount"),
        RefuseNaN("budgets_unspentstatement", "kept_at_most"),
        RefuseNaN("budgets_unspentrow", "dotation", "executed", "limit", "kept", "pooled", "overspent"),
    ]
