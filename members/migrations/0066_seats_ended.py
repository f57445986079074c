"""Seats of memberships that were ended by a form before it ended seats too: each ends with its membership, so that its date says what
counts, and the city can have another one."""

from django.db import migrations

END = """
UPDATE members_seat AS seat SET "until" = membership."left" FROM members_membership AS membership
WHERE membership.city_id = seat.city_id AND membership.joined <= seat.since AND membership."left" > seat.since
    AND (seat."until" IS NULL OR seat."until" > membership."left")
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0065_seats_counted")]
    operations = [migrations.RunSQL(END, migrations.RunSQL.noop)]
