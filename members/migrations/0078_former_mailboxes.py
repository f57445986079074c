"""Mailboxes that accounts had before are found by an index (members/namesakes.py), as long as the change is kept."""

from django.db import migrations, models
from django.db.models import F, Func, Q


class Migration(migrations.Migration):
    dependencies = [("members", "0077_nothing_lies_open")]
    operations = [
        migrations.AddIndex(
            "addresschange",
            models.Index(Func(F("old"), function="mailbox"), name="address_change_old_mailboxes", condition=Q(state="done")),
        ),
    ]
