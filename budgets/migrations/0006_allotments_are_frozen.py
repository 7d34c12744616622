from django.db import migrations

from cog.frozen import Freeze


class Migration(migrations.Migration):
    """What was allotted is corrected by another number."""

    dependencies = [
        ('budgets', '0005_allotment'),
    ]

    operations = [
        Freeze('budgets_allotment'),
        Freeze('budgets_allotmentrow'),
    ]
