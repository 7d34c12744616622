import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cog', '0003_audit_is_frozen'),
        ('reports', '0006_documents_and_states'),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='obligation')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('goes_with', models.CharField(blank=True, max_length=60, verbose_name='remis avec')),
                ('layout', models.JSONField(default=dict, verbose_name='composition')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cog.convention', verbose_name='convention')),
            ],
            options={
                'verbose_name': "composition d'un document dû",
                'verbose_name_plural': 'compositions des documents dus',
                'constraints': [models.UniqueConstraint(fields=('convention', 'code'), name='document_layout_once', violation_error_message='La composition de ce document est déjà donnée.')],
            },
        ),
    ]
