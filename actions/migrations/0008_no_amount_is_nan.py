"""No amount is NaN (cog/finite.py)."""

from django.db import migrations

from cog.finite import RefuseNaN


class Migration(migrations.Migration):
    dependencies = [("actions", "0007_amendments")]

    operations = [
        RefuseNaN("actions_sdsisynthesis", "spending"),
    ]
