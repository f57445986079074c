"""The database refuses a secret that isn't sealed, whoever writes it."""

from django.db import migrations, models
from django.db.models import Q

SEALED = """
    ALTER TABLE mfa_authenticator ADD CONSTRAINT authenticator_secrets_are_sealed CHECK (
        coalesce(data ->> 'secret', 'gAAAA') LIKE 'gAAAA%' AND coalesce(data ->> 'seed', 'gAAAA') LIKE 'gAAAA%')
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0076_sealed")]
    operations = [
        migrations.RunSQL(SEALED, "ALTER TABLE mfa_authenticator DROP CONSTRAINT authenticator_secrets_are_sealed"),
        migrations.AddConstraint(
            "signon",
            models.CheckConstraint(
                condition=Q(secret="") | Q(secret__startswith="gAAAA"),  # noqa: S106  the mark, no secret
                name="sign_on_secret_is_sealed",
            ),
        ),
    ]
