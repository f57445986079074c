"""Numbers of inhabitants that are none, as a list or a form could bring them in before: not known."""

from django.db import migrations

NONE = "UPDATE members_city SET population = NULL WHERE population NOT BETWEEN 1 AND 400000000"


class Migration(migrations.Migration):
    dependencies = [("members", "0079_link_of_a_draft")]
    operations = [migrations.RunSQL(NONE, migrations.RunSQL.noop)]
