"""What two people have come to with each other is never taken back: an end is an end, and an answer was given.

The verbs hold it by the row's lock; this is for a writer who read the row before. Only a report comes after an end.
"""

from django.db import migrations

FOR_GOOD = """
CREATE FUNCTION contact_never_goes_back() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'a contact that was answered or ended stays so'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contact_never_goes_back', TABLE = 'members_contact';
END
$body$;
CREATE TRIGGER contact_never_goes_back BEFORE UPDATE OF state, answered_at ON members_contact
    FOR EACH ROW WHEN (
        (OLD.state = 'closed' AND NEW.state NOT IN ('closed', 'reported'))
        OR (OLD.answered_at IS NOT NULL AND NEW.answered_at IS NULL))
    EXECUTE FUNCTION contact_never_goes_back();
"""
BACK = "DROP TRIGGER contact_never_goes_back ON members_contact; DROP FUNCTION contact_never_goes_back();"


class Migration(migrations.Migration):
    dependencies = [("members", "0040_application_for_a_city_that_stands")]
    operations = [migrations.RunSQL(FOR_GOOD, BACK)]
