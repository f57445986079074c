"""A sealed secret is longer than the secret."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0072_words")]
    operations = [
        migrations.AlterField("signon", "secret", models.TextField("client secret", blank=True, help_text="Sealed: nobody reads it here.")),
    ]
