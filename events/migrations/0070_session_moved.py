"""Those who have a seat in a session are told of its new hour or room."""

from django.db import migrations, models

ABOUT = [
    ("changes", "Changes"),
    ("state", "Postponed, resumed or cancelled"),
    ("session", "A session that does not take place"),
    ("session-moved", "A session at another hour or in another room"),
    ("follow-up", "What is asked of those who have a seat"),
]


class Migration(migrations.Migration):
    dependencies = [("events", "0052_follow_up_secretariat")]
    operations = [
        migrations.AlterField(
            model_name="notice", name="about", field=models.CharField(choices=ABOUT, max_length=20, verbose_name="about")
        ),
    ]
