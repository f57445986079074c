"""Who eats what and needs what is read by name by those alone whom a group gives the right to: no group has it from the start."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0040_conditions")]
    operations = [
        migrations.AlterModelOptions(
            name="registration",
            options={
                "ordering": ["event", "number", "pk"],
                "permissions": [("read_needs", "Can read who eats what and needs what, by name")],
                "verbose_name": "registration",
                "verbose_name_plural": "registrations",
            },
        ),
    ]
