from django.db import migrations

from cog.frozen import Freeze


class Migration(migrations.Migration):
    """A word on an action or on a commitment is corrected by another word."""

    dependencies = [
        ('actions', '0002_progress_and_charge'),
    ]

    operations = [
        Freeze('actions_actionprogress'),
        Freeze('actions_commitmentword'),
    ]
