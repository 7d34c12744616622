from django.db import migrations

from cog.frozen import Freeze


class Migration(migrations.Migration):

    dependencies = [
        ('cog', '0002_jobs_are_cancelled'),
    ]

    operations = [
        Freeze('cog_auditevent'),
    ]
