"""Lists of participants of an event are taken out as well, and written down like the others."""

from django.db import migrations, models

KINDS = [
    ("cities", "Cities"),
    ("officials", "Officials"),
    ("applications", "Applications to join"),
    ("participants", "Participants of an event"),
    ("needs", "Food and access, in numbers"),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0081_inhabitants")]
    operations = [
        migrations.AlterField(
            model_name="export", name="kind", field=models.CharField(choices=KINDS, max_length=20, verbose_name="what is in it")
        ),
    ]
