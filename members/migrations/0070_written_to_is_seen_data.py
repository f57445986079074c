"""Who agreed to be written to, yet to be seen by nobody, could not be written to: the page from which one writes was hidden. The
consent that had no effect goes, so that nobody comes to be shown by it later."""

from django.db import migrations

GONE = "UPDATE {} SET open_to_peers = false WHERE open_to_peers AND shown_to = 'nobody'"


class Migration(migrations.Migration):
    dependencies = [("members", "0066_seats_ended")]
    operations = [
        migrations.RunSQL(GONE.format("members_official"), migrations.RunSQL.noop),
        migrations.RunSQL(GONE.format("members_application"), migrations.RunSQL.noop),
    ]
