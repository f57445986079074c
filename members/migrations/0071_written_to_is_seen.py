from django.db import migrations, models
from django.db.models import Q

WORDS = "Nobody can write to you as long as nobody sees you: choose who may see you, or leave this off."


def seen(name):
    return models.CheckConstraint(
        condition=Q(open_to_peers=False) | ~Q(shown_to="nobody"), name=f"{name}_written_to_is_seen", violation_error_message=WORDS
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0070_written_to_is_seen_data")]
    operations = [
        migrations.AddConstraint("application", seen("application")),
        migrations.AddConstraint("official", seen("official")),
    ]
